#include "tests/tasks/child/child.h"

#include <quire/task.h>

#define NOT_CANONICAL UINT64_C(0x900000000000)
#define X87_UNMASKED                                                                                                   \
    0x037b /* the usual control word (Intel SDM volume 1, 8.1.5) without the mask of division by zero */
#define SSE_UNMASKED 0x1d80 /* likewise (volume 1, 10.2.3) */

static void push_nowhere(void)
{
    __asm__ volatile("movq %0, %%rsp\n\tpushq %%rax" : : "r"(NOT_CANONICAL) : "memory");
}

static void divide_x87(void)
{
    const uint16_t control = X87_UNMASKED;

    __asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait" : : "m"(control) : "memory");
}

static void divide_sse(void)
{
    const uint32_t control = SSE_UNMASKED;
    const float one = 1;

    __asm__ volatile("ldmxcsr %0\n\tmovss %1, %%xmm0\n\txorps %%xmm1, %%xmm1\n\tdivss %%xmm1, %%xmm0"
                     :
                     : "m"(control), "m"(one)
                     : "xmm0", "xmm1", "memory");
}

static void execute_stack(void)
{
    uint8_t code[16] = {0xc3}; /* ret */

    __asm__ volatile("call *%0" : : "r"(code) : "memory");
}

void deed_do(enum deed deed)
{
    switch (deed) {
    case DEED_DIVIDE:
        __asm__ volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx", "cc");
        break;
    case DEED_STEP:
        __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tnop" : : : "memory", "cc");
        break;
    case DEED_BREAKPOINT:
        __asm__ volatile("int3");
        break;
    case DEED_INTERRUPT:
        __asm__ volatile("int $0x20");
        break;
    case DEED_UNDEFINED:
        __asm__ volatile("ud2");
        break;
    case DEED_NO_FPU:
        __asm__ volatile("fnop");
        break;
    case DEED_STACK:
        push_nowhere();
        break;
    case DEED_PRIVILEGED:
        __asm__ volatile("hlt");
        break;
    case DEED_SEGMENT:
        __asm__ volatile("movw %w0, %%fs" : : "r"(0x7ff0) : "memory");
        break;
    case DEED_WRITE_CODE:
        *(volatile uint8_t *)(uint64_t)&main = 0xc3;
        break;
    case DEED_EXECUTE_STACK:
        execute_stack();
        break;
    case DEED_X87:
        divide_x87();
        break;
    case DEED_SIMD:
        divide_sse();
        break;
    }
}
