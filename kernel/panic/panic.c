#include "kernel/panic/panic.h"
#include "kernel/event.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/stop.h"
#include "kernel/cpu/timer.h"
#include "kernel/cpu/uart.h"
#include "kernel/memory/physical.h"
#include "kernel/object/task.h"
#include "kernel/panic/backtrace.h"
#include "kernel/panic/event_text.h"
#include "kernel/print.h"
#include "kernel/verdict.h"
#include <quire/names.h>

#define BACKTRACE_MAX 32
#define EVENTS_SHOWN 16
#define EVENT_TEXT 200
#define TICK_MICROSECONDS (1000000 / TIMER_HERTZ)

extern const char text_start[], rodata_start[];
extern const uint32_t symbols_start[], symbols_end[];
extern const char start_stack[], start_stack_top[];

static uint64_t address_of(const void *place)
{
    return (uint64_t)(uintptr_t)place;
}

static void show_registers(const struct stack_frame *frame)
{
    print_line(PRINT_QUIET, "rax %016lx rbx %016lx rcx %016lx rdx %016lx", frame->rax, frame->rbx, frame->rcx,
               frame->rdx);
    print_line(PRINT_QUIET, "rsi %016lx rdi %016lx rbp %016lx rsp %016lx", frame->rsi, frame->rdi, frame->rbp,
               frame->rsp);
    print_line(PRINT_QUIET, "r8  %016lx r9  %016lx r10 %016lx r11 %016lx", frame->r8, frame->r9, frame->r10,
               frame->r11);
    print_line(PRINT_QUIET, "r12 %016lx r13 %016lx r14 %016lx r15 %016lx", frame->r12, frame->r13, frame->r14,
               frame->r15);
    print_line(PRINT_QUIET, "rip %016lx cr2 %016lx cs %lx ss %lx rflags %lx", frame->rip, control_2_read(), frame->cs,
               frame->ss, frame->rflags);
}

static void show_backtrace(const struct stack_frame *frame)
{
    struct stack stacks[2 + CPU_INTERRUPT_STACKS] = {
        {CPU_STACK_TOP - CPU_STACK_PAGES * FRAME_SIZE, CPU_STACK_TOP},
        {address_of(start_stack), address_of(start_stack_top)},
    };
    struct symbol_table table;
    struct backtrace at = {.table = &table,
                           .stacks = stacks,
                           .stack_count = 2 + CPU_INTERRUPT_STACKS,
                           .rip = frame->rip,
                           .rsp = frame->rsp};

    for (uint32_t k = 1; k <= CPU_INTERRUPT_STACKS; k++)
        stacks[1 + k] = (struct stack){CPU_INTERRUPT_STACK_TOP(k) - FRAME_SIZE, CPU_INTERRUPT_STACK_TOP(k)};
    symbol_table_open(&table, symbols_start, address_of(symbols_end) - address_of(symbols_start),
                      address_of(text_start), address_of(rodata_start) - address_of(text_start));
    do {
        uint64_t distance = 0;
        const char *name = backtrace_function(&at, &distance);
        print_line(PRINT_QUIET, "#%u %s+0x%lx at 0x%lx", at.depth, name ? name : "no function of the kernel's",
                   distance, at.rip);
    } while (at.depth < BACKTRACE_MAX && backtrace_step(&at));
}

static void show_current(void)
{
    char name[TASK_NAME];

    task_text((address_of(this_cpu->current) - DIRECT_MAP_ADDRESS) / FRAME_SIZE, name, sizeof(name));
    print_line(PRINT_QUIET, "while the kernel works for %s", this_cpu->current ? name : "nobody");
    if (cpu_count > 1)
        print_line(PRINT_QUIET, "on CPU %u", this_cpu->number);
}

static void show_events(void)
{
    uint64_t kept = events.count < events.size ? events.count : events.size;
    uint64_t shown = kept < EVENTS_SHOWN ? kept : EVENTS_SHOWN;
    uint64_t now = time_stamp_read();
    char text[EVENT_TEXT];
    char name[TASK_NAME];

    if (events.size == 0)
        print_line(PRINT_QUIET, "no events are kept (events=N on the kernel's command line)");
    else
        print_line(PRINT_QUIET, "the last %lu of %lu events, microseconds ago:", shown, events.count);
    for (uint64_t k = events.count - shown; k < events.count; k++) {
        const struct event *event = &events.ring[k & (events.size - 1)];
        uint64_t stamps = now - (event->stamp >> EVENT_KIND_BITS);
        task_text(event->task, name, sizeof(name));
        event_text(event, text, sizeof(text));
        print_line(PRINT_QUIET, "%8lu %s %s", timer_stamps ? stamps * TICK_MICROSECONDS / timer_stamps : stamps, name,
                   text);
    }
}

_Noreturn void panic(const struct stack_frame *frame)
{
    static bool panics;

    CHECKED_ONLY(rules_are_over = true;)
    stop_others();
    uart_take_over();
    if (panics) {
        print_line(PRINT_QUIET, "panic in the panic: %s at rip 0x%lx", exception_name(frame->vector), frame->rip);
        verdict(MACHINE_PANICKED);
    }
    panics = true;
    print_line(PRINT_QUIET, "panic: %s in the kernel at rip 0x%lx, error 0x%lx", exception_name(frame->vector),
               frame->rip, frame->error);
    show_registers(frame);
    show_backtrace(frame);
    show_current();
    show_events();
    verdict(MACHINE_PANICKED);
}
