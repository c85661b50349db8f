/* The FPU's registers as a test sees them: filled from memory, left alone across a system call or a while of
 * computing, and stored. One assembly statement each, so that the compiler has no chance to use them in between. */
#ifndef TESTS_TASKS_FPU_H
#define TESTS_TASKS_FPU_H

#include <quire/system_call.h>
#include <stdbool.h>
#include <string.h>

#define FPU_VECTORS 16
#define FPU_VECTOR_BYTES 32 /* upper halves only where the machine has AVX */
#define FPU_X87_REGISTERS 8

struct fpu_state {
    uint8_t vectors[FPU_VECTORS][FPU_VECTOR_BYTES];
    uint32_t mxcsr;
    uint16_t x87_control;
    uint64_t x87_registers[FPU_X87_REGISTERS]; /* as MMX sees them: their lower 64 bits */
} __attribute__((aligned(32)));

/* Whether the kernel has switched AVX on: CPUID.1:ECX bits 27 (OSXSAVE) and 28 (AVX), XCR0 bits 1 and 2
 * (Intel SDM volume 1, 14.3). */
static inline bool fpu_has_avx(void)
{
    uint32_t a = 1;
    uint32_t b;
    uint32_t c = 0;
    uint32_t d;

    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if ((c >> 27 & 3) != 3) {
        return false;
    }
    __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & 6) == 6;
}

/* A state that depends on the seed in every register. Rounding modes: MXCSR bits 13-14, x87 control bits 10-11. */
static inline void fpu_pattern(struct fpu_state *state, uint64_t seed, bool avx)
{
    memset(state, 0, sizeof(*state));
    for (uint32_t i = 0; i < FPU_VECTORS; i++) {
        memset(state->vectors[i], (int)(seed * 16 + i + 1), avx ? FPU_VECTOR_BYTES : FPU_VECTOR_BYTES / 2);
    }
    for (uint32_t i = 0; i < FPU_X87_REGISTERS; i++) {
        state->x87_registers[i] = (seed * 16 + i + 1) * 0x0101010101010101;
    }
    state->mxcsr = (uint32_t)(0x1f80 | (seed & 3) << 13);
    state->x87_control = (uint16_t)(0x037f | (seed & 3) << 10);
}

/* How many registers of two states differ. */
static inline uint64_t fpu_differences(const struct fpu_state *a, const struct fpu_state *b)
{
    uint64_t count = (a->mxcsr != b->mxcsr) + (a->x87_control != b->x87_control);

    for (uint32_t i = 0; i < FPU_VECTORS; i++) {
        count += memcmp(a->vectors[i], b->vectors[i], FPU_VECTOR_BYTES) != 0;
    }
    for (uint32_t i = 0; i < FPU_X87_REGISTERS; i++) {
        count += a->x87_registers[i] != b->x87_registers[i];
    }
    return count;
}

#define FPU_EACH ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
#define FPU_EACH_X87 ".irp n,0,1,2,3,4,5,6,7\n\t"

/* Fills the registers from the state at rbx; ecx not 0: upper halves too. */
#define FPU_FILL                                                                                                       \
    "testl %%ecx, %%ecx\n\t"                                                                                           \
    "jz 1f\n\t" FPU_EACH "vmovups \\n*32(%%rbx), %%ymm\\n\n\t.endr\n\t"                                                \
    "jmp 2f\n\t"                                                                                                       \
    "1: " FPU_EACH "movups \\n*32(%%rbx), %%xmm\\n\n\t.endr\n\t"                                                       \
    "2: ldmxcsr 512(%%rbx)\n\t"                                                                                        \
    "fldcw 516(%%rbx)\n\t" FPU_EACH_X87 "movq 520+\\n*8(%%rbx), %%mm\\n\n\t.endr\n\t"

/* Stores them in the state at r15 and puts the C ABI's modes back. */
#define FPU_STORE                                                                                                      \
    "testl %%ecx, %%ecx\n\t"                                                                                           \
    "jz 1f\n\t" FPU_EACH "vmovups %%ymm\\n, \\n*32(%%r15)\n\t.endr\n\t"                                                \
    "vzeroupper\n\t"                                                                                                   \
    "jmp 2f\n\t"                                                                                                       \
    "1: " FPU_EACH "movups %%xmm\\n, \\n*32(%%r15)\n\t.endr\n\t"                                                       \
    "2: stmxcsr 512(%%r15)\n\t"                                                                                        \
    "fnstcw 516(%%r15)\n\t" FPU_EACH_X87 "movq %%mm\\n, 520+\\n*8(%%r15)\n\t.endr\n\t"                                 \
    "emms\n\t"                                                                                                         \
    "pushq $0x1f80\n\t"                                                                                                \
    "ldmxcsr (%%rsp)\n\t"                                                                                              \
    "movl $0x037f, (%%rsp)\n\t"                                                                                        \
    "fldcw (%%rsp)\n\t"                                                                                                \
    "addq $8, %%rsp\n\t"

#define FPU_CLOBBERS                                                                                                   \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",         \
        "xmm13", "xmm14", "xmm15", "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "st", "memory", "cc"

/* Loads all registers from *load, makes the system call of *message (see system_call_call), stores all in *store. */
static inline void fpu_system_call(const struct fpu_state *load, struct message *message, struct fpu_state *store,
                                   bool avx)
{
    memset(store, 0, sizeof(*store)); /* first: a call in between would lose what is meant for a register */

    uint64_t rax = message->rax;
    uint64_t rdi = message->rdi;
    uint64_t rsi = message->rsi;
    uint64_t rdx = message->words[0];
    uint64_t rbx = (uint64_t)load;
    uint64_t rcx = avx;
    register uint64_t r8 __asm__("r8") = message->words[1];
    register uint64_t r9 __asm__("r9") = message->words[2];
    register uint64_t r10 __asm__("r10") = message->words[3];
    register uint64_t r12 __asm__("r12") = message->words[4];
    register uint64_t r13 __asm__("r13") = message->r13;
    register uint64_t r14 __asm__("r14") = message->r14;
    register uint64_t r15 __asm__("r15") = (uint64_t)store;

    __asm__ volatile(FPU_FILL "push %%r15\n\t"
                              "push %%rcx\n\t" SYSTEM_CALL_INSTRUCTIONS "pop %%rcx\n\t"
                              "pop %%r15\n\t" FPU_STORE
                     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+b"(rbx), "+c"(rcx), "+r"(r8), "+r"(r9), "+r"(r10),
                       "+r"(r12), "+r"(r13), "+r"(r14), "+r"(r15)
                     :
                     : "r11", FPU_CLOBBERS);
    *message =
        (struct message){.rax = rax, .rdi = rdi, .rsi = rsi, .words = {rdx, r8, r9, r10, r12}, .r13 = r13, .r14 = r14};
}

/* The same without a system call: counts *counter up until *watched, which another task changes, is `until` or more. */
static inline void fpu_spin(const struct fpu_state *load, volatile uint64_t *counter, const volatile uint64_t *watched,
                            uint64_t until, struct fpu_state *store, bool avx)
{
    uint64_t rbx = (uint64_t)load;
    uint64_t rcx = avx;
    register uint64_t r15 __asm__("r15") = (uint64_t)store;

    memset(store, 0, sizeof(*store));
    __asm__ volatile(FPU_FILL "3: incq (%%rdi)\n\t"
                              "cmpq %%rdx, (%%rsi)\n\t"
                              "jb 3b\n\t" FPU_STORE
                     : "+b"(rbx), "+c"(rcx), "+r"(r15)
                     : "D"(counter), "S"(watched), "d"(until)
                     : FPU_CLOBBERS);
}

#endif
