/* Does what must get it stopped; see faults.def. Label 0 only asks how many frames its end gives back, k + 1 asks for fault k.
 * What it needs it gets before it first answers, so that a test can count frames. A faulter that comes back from
 * its deed answers with 0, and the test fails. */
#include "tests/tasks/own.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

enum fault {
#define FAULT(number, NAME, name, text) FAULT_##NAME = (number),
#include "tests/tasks/faults.def"
#undef FAULT
};

#define KERNEL_PLACE UINT64_C(0xffffffff80100000)
#define PORT_OF_VERDICT 0xf4          /* were it written, the machine would end */
#define TABLE_SPAN UINT64_C(0x200000) /* what a level-1 table covers */
#define FORGED_BASE UINT64_C(0x40000000)
#define FORGED_ENTRY UINT64_C(0x100007) /* present, writable, for ring 3: the kernel's first page */

static uint8_t code_as_data[16] = {0xc3}; /* ret */
static uint64_t *page;
static handle page_handle;

/* A frame full of page-table entries becomes a page table. */
static enum error forge_table(void)
{
    enum error error = frame_unmap(page_handle);
    uint32_t missing;

    if (error == ERROR_NONE) {
        error = frame_repurpose(page_handle, KIND_PAGE_TABLE);
    }
    return error != ERROR_NONE ? error : system_call_install(page_handle, FORGED_BASE + TABLE_SPAN, 1, &missing);
}

static enum error prepare(void)
{
    handle neighbour;
    enum error error = frame_allocate(&page_handle);

    if (error == ERROR_NONE) {
        error = frame_map_anywhere(page_handle, RIGHT_READ | RIGHT_WRITE, (void **)&page);
    }
    if (error == ERROR_NONE) { /* for the forged table the upper levels must be there */
        error = frame_allocate(&neighbour);
    }
    if (error == ERROR_NONE) {
        error = frame_map(neighbour, FORGED_BASE, RIGHT_READ);
    }
    for (uint32_t i = 0; error == ERROR_NONE && i < 512; i++) {
        page[i] = FORGED_ENTRY;
    }
    return error;
}

/* Every call takes a page of stack, and nothing after it lets the compiler turn it into a loop. */
static __attribute__((noinline)) uint64_t run_off_stack(uint64_t depth)
{
    volatile uint8_t space[4000];

    space[0] = (uint8_t)depth;
    return depth == UINT64_MAX ? 0 : run_off_stack(depth + 1) + space[depth % sizeof(space)];
}

static uint64_t read_at(uint64_t address)
{
    return *(volatile uint64_t *)address;
}

static uint64_t write_read_only(void)
{
    void *address;

    if (frame_unmap(page_handle) == ERROR_NONE && frame_map_anywhere(page_handle, RIGHT_READ, &address) == ERROR_NONE) {
        *(volatile uint64_t *)address = 1;
    }
    return 0;
}

/* Takes a frame for the one that it gives back, so that as many are free as before. */
static uint64_t read_after_drop(void)
{
    handle other;

    (void)read_at((uint64_t)page);
    return frame_allocate(&other) == ERROR_NONE && frame_drop(page_handle) == ERROR_NONE ? read_at((uint64_t)page) : 0;
}

/* System call 7 is yield. The trap comes after the first instruction in ring 0 on some processors, after the last on others. */
static uint64_t single_step(void)
{
    __asm__ volatile("movl $7, %%eax\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tsyscall\n\tnop"
                     :
                     :
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "memory", "cc");
    return 0;
}

/* Selector 0x0f: second entry of the local table, which no task has; after reset it would lie at address 0. */
static uint64_t call_gate(void)
{
    const struct {
        uint32_t offset;
        uint16_t selector;
    } __attribute__((packed)) far = {0, 0x0f};

    __asm__ volatile("lcall *%0" : : "m"(far) : "memory", "rax");
    return 0;
}

static uint64_t commit(enum fault fault)
{
    switch (fault) {
    case FAULT_READ_KERNEL:
        return read_at(KERNEL_PLACE);
    case FAULT_WRITE_TEXT:
        *(volatile uint8_t *)(uint64_t)&main = 0xc3;
        return 0;
    case FAULT_EXECUTE_DATA:
        __asm__ volatile("call *%0" : : "r"(code_as_data) : "memory");
        return 0;
    case FAULT_EXECUTE_PAGE:
        memcpy(page, code_as_data, sizeof(code_as_data));
        __asm__ volatile("call *%0" : : "r"(page) : "memory");
        return 0;
    case FAULT_PRIVILEGED:
        __asm__ volatile("cli");
        return 0;
    case FAULT_PORT:
        __asm__ volatile("outb %0, %1" : : "a"((uint8_t)0x10), "Nd"((uint16_t)PORT_OF_VERDICT));
        return 0;
    case FAULT_DIVIDE:
        __asm__ volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx", "cc");
        return 0;
    case FAULT_UNDEFINED:
        __asm__ volatile("ud2");
        return 0;
    case FAULT_NON_CANONICAL:
        return read_at(UINT64_C(0x8000000000000000));
    case FAULT_STACK_OVERFLOW:
        return run_off_stack(0);
    case FAULT_AFTER_DROP:
        return read_after_drop();
    case FAULT_READ_ONLY:
        return write_read_only();
    case FAULT_FORGED_TABLE:
        return forge_table() == ERROR_NONE ? read_at(FORGED_BASE + TABLE_SPAN) : 0;
    case FAULT_SINGLE_STEP:
        return single_step();
    case FAULT_CALL_GATE:
        return call_gate();
    default:
        return 0;
    }
}

int main(void)
{
    handle endpoint = start_handle(start_page()->name);
    struct endpoint_message message;
    enum error error = prepare();

    if (error == ERROR_NONE) {
        error = endpoint_receive(endpoint, &message, 0);
    }
    while (error == ERROR_NONE) {
        uint64_t found = message.label > 0 ? commit((enum fault)(message.label - 1)) : own_frames();

        message = (struct endpoint_message){.words = {found}};
        error = endpoint_reply_receive(endpoint, &message, 0);
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return 1;
}
