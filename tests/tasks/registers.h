/* A system call with every register in the caller's hands, those too that carry nothing by the ABI, and what of it must
 * not come back. */
#ifndef TESTS_TASKS_REGISTERS_H
#define TESTS_TASKS_REGISTERS_H

#include <quire/system_call.h>
#include <stdint.h>

/* What a test plants where nothing is to be carried, and must not find elsewhere. */
#define REGISTERS_SECRET UINT64_C(0x5ec2e75ec2e75ec2)

/* Flags that a task may set and that are its own: carry, parity, adjust, zero, sign, direction, overflow, nested task,
 * alignment check, identification (Intel SDM volume 1, 3.4.3). */
#define REGISTERS_FLAGS UINT64_C(0x244cd5)

struct all_registers {
    /* both ways */
    uint64_t rax;
    uint64_t rdi;
    uint64_t rsi;
    uint64_t words[MESSAGE_WORDS]; /* rdx r8 r9 r10 r12 */
    uint64_t r13;
    uint64_t r14;
    uint64_t rbx;
    uint64_t rbp;
    uint64_t r15;
    uint64_t rflags; /* in: of REGISTERS_FLAGS */
    /* out only; the processor's own during a system call */
    uint64_t rcx;
    uint64_t r11;
    uint64_t rip; /* of the instruction after the system call */
};

static inline void system_call_all(struct all_registers *registers)
{
    __asm__ volatile("push %%rbp\n\t"
                     "push %%rcx\n\t"
                     "mov 0(%%rcx), %%rax\n\t"
                     "mov 8(%%rcx), %%rdi\n\t"
                     "mov 16(%%rcx), %%rsi\n\t"
                     "mov 24(%%rcx), %%rdx\n\t"
                     "mov 32(%%rcx), %%r8\n\t"
                     "mov 40(%%rcx), %%r9\n\t"
                     "mov 48(%%rcx), %%r10\n\t"
                     "mov 56(%%rcx), %%r12\n\t"
                     "mov 64(%%rcx), %%r13\n\t"
                     "mov 72(%%rcx), %%r14\n\t"
                     "mov 80(%%rcx), %%rbx\n\t"
                     "mov 88(%%rcx), %%rbp\n\t"
                     "mov 96(%%rcx), %%r15\n\t"
                     "pushq 104(%%rcx)\n\t"
                     "popfq\n\t"
                     "syscall\n\t"
                     "1: push %%rcx\n\t"
                     "mov 8(%%rsp), %%rcx\n\t"
                     "popq 112(%%rcx)\n\t"
                     "pushfq\n\t"
                     "popq 104(%%rcx)\n\t"
                     "pushq $2\n\t" /* no flag set: bit 1 is always */
                     "popfq\n\t"
                     "mov %%rax, 0(%%rcx)\n\t"
                     "mov %%rdi, 8(%%rcx)\n\t"
                     "mov %%rsi, 16(%%rcx)\n\t"
                     "mov %%rdx, 24(%%rcx)\n\t"
                     "mov %%r8, 32(%%rcx)\n\t"
                     "mov %%r9, 40(%%rcx)\n\t"
                     "mov %%r10, 48(%%rcx)\n\t"
                     "mov %%r12, 56(%%rcx)\n\t"
                     "mov %%r13, 64(%%rcx)\n\t"
                     "mov %%r14, 72(%%rcx)\n\t"
                     "mov %%rbx, 80(%%rcx)\n\t"
                     "mov %%rbp, 88(%%rcx)\n\t"
                     "mov %%r15, 96(%%rcx)\n\t"
                     "mov %%r11, 120(%%rcx)\n\t"
                     "lea 1b(%%rip), %%rax\n\t"
                     "mov %%rax, 128(%%rcx)\n\t"
                     "pop %%rcx\n\t"
                     "pop %%rbp"
                     : "+c"(registers)
                     :
                     : "rax", "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "memory", "cc");
}

/* Makes the system call of *message, with secrets in the registers that carry nothing by any message's rules and with
 * the given flags set. *message becomes what came back. Returns, or-ed, what should not have come: 0 when all is
 * well. */
static inline uint64_t system_call_with_secrets(struct message *message, uint64_t rflags)
{
    struct all_registers registers = {.rax = message->rax,
                                      .rdi = message->rdi,
                                      .rsi = message->rsi,
                                      .r13 = message->r13,
                                      .r14 = message->r14,
                                      .rbx = REGISTERS_SECRET,
                                      .rbp = REGISTERS_SECRET,
                                      .r15 = REGISTERS_SECRET,
                                      .rflags = rflags};

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        registers.words[k] = message->words[k];
    }
    system_call_all(&registers);
    *message = (struct message){
        .rax = registers.rax, .rdi = registers.rdi, .rsi = registers.rsi, .r13 = registers.r13, .r14 = registers.r14};
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        message->words[k] = registers.words[k];
    }
    return registers.rbx | registers.rbp | registers.r15 | (registers.rcx ^ registers.rip) |
           (registers.r11 ^ registers.rflags) | ((registers.rflags ^ rflags) & REGISTERS_FLAGS);
}

/* A message with secrets in all words and handles. */
static inline struct message message_of_secrets(uint64_t rax, handle endpoint, uint64_t label)
{
    struct message message = {
        .rax = rax, .rdi = endpoint, .rsi = label, .r13 = REGISTERS_SECRET, .r14 = REGISTERS_SECRET};

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        message.words[k] = REGISTERS_SECRET;
    }
    return message;
}

/* What a refused system call brought beside its error. */
static inline uint64_t refused_stray(const struct message *answer)
{
    uint64_t words = 0;

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        words |= answer->words[k];
    }
    return answer->rax >> 8 | answer->rdi | answer->rsi | words | answer->r13 | answer->r14;
}

/* What of a received call is neither its message nor the receiver's own; the words are the message's. */
static inline uint64_t received_stray(const struct message *call)
{
    uint64_t first = rax_mode(call->rax) == MODE_NONE ? call->r13 : 0;
    uint64_t second = rax_mode(call->rax) == MODE_BORROW || rax_mode(call->rax) == MODE_ATTACH ? 0 : call->r14;

    return first | second | (rax_flags(call->rax) & ~(uint64_t)(RECEIVED_INTERRUPTED | RECEIVED_POISONED));
}

#endif
