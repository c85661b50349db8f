/* Goes off the edge; see boundary.def. Label 0 only asks how many frames its end gives back, k + 1 asks for way k. What it needs it
 * gets before it first answers, so that a test can count frames. One that comes back answers, and the test fails. */
#include "tests/tasks/own.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

enum boundary {
#define BOUNDARY(number, NAME, name, text) BOUNDARY_##NAME = (number),
#include "tests/tasks/boundary.def"
#undef BOUNDARY
};

#define LAST_PAGE (USER_END - FRAME_SIZE)
#define FIRST_NON_CANONICAL UINT64_C(0x800000000000)
#define FIRST_HIGH UINT64_C(0xffff800000000000)
#define OPCODE_NOP 0x90
#define OPCODE_SYSTEM_CALL "\x0f\x05"
#define SLICES 20000000 /* turns of a loop, enough to be preempted in */

#define ALL_BUT_RSP                                                                                                    \
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc"

/* The last page that can be mapped: code that ends in a system call, or in nothing. */
static enum error prepare(bool system_call)
{
    handle frame;
    void *page;
    enum error error = frame_allocate(&frame);

    if (error == ERROR_NONE) {
        error = frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &page);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    memset(page, OPCODE_NOP, FRAME_SIZE);
    if (system_call) {
        memcpy((char *)page + FRAME_SIZE - 2, OPCODE_SYSTEM_CALL, 2);
    }
    error = frame_unmap(frame);
    return error != ERROR_NONE ? error : frame_map(frame, LAST_PAGE, RIGHT_READ | RIGHT_EXECUTE);
}

/* Jumps to an address with these registers. */
static void jump(uint64_t address, uint64_t rax, uint64_t rdi, uint64_t rsi)
{
    __asm__ volatile("jmp *%%rdx" : "+d"(address), "+a"(rax), "+D"(rdi), "+S"(rsi) : : "memory", "cc");
}

static void return_to(uint64_t address)
{
    __asm__ volatile("push %0\n\tret" : : "r"(address) : "memory");
}

/* Selectors, flags and stack stay as they are. */
static void interrupt_return_to(uint64_t address)
{
    __asm__ volatile("mov %%rsp, %%rdx\n\t"
                     "mov %%ss, %%eax\n\t"
                     "push %%rax\n\t"
                     "push %%rdx\n\t"
                     "pushfq\n\t"
                     "mov %%cs, %%eax\n\t"
                     "push %%rax\n\t"
                     "push %%rcx\n\t"
                     "iretq"
                     :
                     : "c"(address)
                     : "rax", "rdx", "memory", "cc");
}

/* System call 7 is yield. No memory is written until the push, whose place is the first address or the next. */
static void leave_stack(void)
{
    __asm__ volatile("mov %0, %%rsp\n\t"
                     "movl $7, %%eax\n\t"
                     "syscall\n\t"
                     "movl %1, %%ecx\n\t"
                     "1: decl %%ecx\n\t"
                     "jnz 1b\n\t"
                     "movl $7, %%eax\n\t"
                     "syscall\n\t"
                     "push %%rax"
                     :
                     : "r"(FIRST_NON_CANONICAL + 16), "i"(SLICES)
                     : ALL_BUT_RSP);
}

static uint64_t read_fpu(void)
{
    uint64_t value;

    __asm__ volatile("movq %%xmm0, %0" : "=r"(value));
    return value;
}

static uint64_t go(enum boundary way)
{
    switch (way) {
    case BOUNDARY_YIELD_LAST:
        jump(USER_END - 2, SYSTEM_CALL_YIELD, 0, 0);
        return 0;
    case BOUNDARY_CALL_LAST:
        jump(USER_END - 2, SYSTEM_CALL_CALL, frame_server(), MESSAGE_NOTHING);
        return 0;
    case BOUNDARY_RUN_ON:
        jump(USER_END - 2, 0, 0, 0);
        return 0;
    case BOUNDARY_JUMP:
        jump(FIRST_NON_CANONICAL, 0, 0, 0);
        return 0;
    case BOUNDARY_RETURN:
        return_to(FIRST_NON_CANONICAL);
        return 0;
    case BOUNDARY_INTERRUPT_RETURN:
        interrupt_return_to(FIRST_NON_CANONICAL);
        return 0;
    case BOUNDARY_JUMP_HIGH:
        jump(FIRST_HIGH, 0, 0, 0);
        return 0;
    case BOUNDARY_STACK:
        leave_stack();
        return 0;
    case BOUNDARY_NO_FPU:
        return read_fpu();
    default:
        return 0;
    }
}

int main(void)
{
    handle endpoint = start_handle(start_page()->name);
    struct endpoint_message message;
    enum error error = prepare(start_handle("boundary_2") == 0);

    if (error == ERROR_NONE) {
        error = endpoint_receive(endpoint, &message, 0);
    }
    while (error == ERROR_NONE) {
        uint64_t found = message.label > 0 ? go((enum boundary)(message.label - 1)) : own_frames();

        message = (struct endpoint_message){.words = {found}};
        error = endpoint_reply_receive(endpoint, &message, 0);
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return 1;
}
