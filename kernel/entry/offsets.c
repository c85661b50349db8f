/* Compiled to assembly only: the build turns each line '-> NAME value' into a #define for the .S files. */
#include "kernel/cpu/cpu.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include <stddef.h>

#define OFFSET(NAME, type, member) __asm__ volatile("\n->" #NAME " %0" ::"i"(offsetof(struct type, member)))
#define CPU_OFFSET(NAME, member) __asm__ volatile("\n->" #NAME " %0" ::"i"(CPU_ADDRESS + offsetof(struct cpu, member)))
#define VALUE(NAME) __asm__ volatile("\n->" #NAME " %0" ::"i"(NAME))
#define SHARED(NAME, value) __asm__ volatile("\n->" #NAME " %0" ::"i"(value))

_Static_assert(HANDLES_PER_TABLE == 64 && sizeof(struct handle_entry) == 64, "shifts in ipc/short_way.inc");
_Static_assert(LEDGER_WORDS_PER_LEAF == 512 && FRAME_SIZE == 4096, "shifts in ipc/service.S");
_Static_assert(SYSTEM_CALL_CALL == 0 && SYSTEM_CALL_REPLY_RECEIVE == 1, "tested as such in ipc/fastpath.S");

void offsets(void);
void offsets(void)
{
    CHECKED_ONLY(CPU_OFFSET(CPU_RULES_LOCKED, rules.locked); CPU_OFFSET(CPU_PINNED, pinned);)
    OFFSET(REGISTERS_RAX, registers, rax);
    OFFSET(REGISTERS_RDI, registers, rdi);
    OFFSET(REGISTERS_RSI, registers, rsi);
    OFFSET(REGISTERS_RDX, registers, words[0]);
    OFFSET(REGISTERS_R8, registers, words[1]);
    OFFSET(REGISTERS_R9, registers, words[2]);
    OFFSET(REGISTERS_R10, registers, words[3]);
    OFFSET(REGISTERS_R12, registers, words[4]);
    OFFSET(REGISTERS_R13, registers, r13);
    OFFSET(REGISTERS_R14, registers, r14);
    OFFSET(REGISTERS_RSP, registers, rsp);
    OFFSET(REGISTERS_RIP, registers, rip);
    OFFSET(REGISTERS_RFLAGS, registers, rflags);
    OFFSET(REGISTERS_RBX, registers, rbx);
    OFFSET(REGISTERS_RBP, registers, rbp);
    OFFSET(REGISTERS_R15, registers, r15);
    OFFSET(REGISTERS_RCX, registers, rcx);
    OFFSET(REGISTERS_R11, registers, r11);
    OFFSET(TASK_ROOT, task, root);
    OFFSET(TASK_HIGHER, task, higher);
    OFFSET(TASK_PRIORITY, task, priority);
    OFFSET(TASK_FPU, task, fpu);
    OFFSET(TASK_SERVER, task, server);
    OFFSET(TASK_CALLER, task, caller);
    OFFSET(TASK_CALLEE, task, callee);
    OFFSET(TASK_CALLS, task, calls);
    OFFSET(TASK_CONTROL, task, control);
    OFFSET(SERVICE_PENDING, task, service.pending);
    OFFSET(SERVICE_ROOM, task, service.room);
    OFFSET(SERVICE_BORROWED, task, service.borrowed[0]);
    OFFSET(SERVICE_BORROWED_1, task, service.borrowed[1]);
    OFFSET(SERVICE_BORROWED_NAME, task, service.borrowed_name[0]);
    OFFSET(SERVICE_LEAVING, task, service.leaving);
    OFFSET(SERVICE_LEAVING_FIRST, task, service.leaving_first);
    OFFSET(SERVICE_LEAVING_COUNT, task, service.leaving_count);
    OFFSET(TASK_STATE, task, state);
    OFFSET(TASK_RESUME, task, resume_by_interrupt_return);
    OFFSET(TASK_BADGE, task, badge);
    OFFSET(TASK_GENERATION, task, generation);
    OFFSET(TASK_HANDLE_LIMIT, task, handle_limit);
    OFFSET(TASK_TABLES, task, tables);
    OFFSET(TASK_FPU_AREA, task, fpu_area);
    OFFSET(ENTRY_NAME, handle_entry, name);
    OFFSET(ENTRY_FRAME, handle_entry, name); /* its lower half */
    SHARED(ENTRY_GENERATION, offsetof(struct handle_entry, name) + 4);
    OFFSET(ENTRY_KIND, handle_entry, kind);
    OFFSET(ENTRY_RIGHTS, handle_entry, rights);
    OFFSET(ENTRY_STATE, handle_entry, state);
    OFFSET(ENTRY_NEXT, handle_entry, next);
    OFFSET(ENTRY_PREVIOUS, handle_entry, previous);
    OFFSET(ENTRY_PLACE, handle_entry, place);
    OFFSET(ENTRY_DETAIL, handle_entry, detail);
    OFFSET(ENTRY_LENGTH, handle_entry, length);
    OFFSET(ENTRY_OWNER, handle_entry, owner);
    OFFSET(LINE_RECEIVER, endpoint_line, receiver);
    OFFSET(LINE_ATTENTION, endpoint_line, attention);
    OFFSET(CONTROL_INTENT, worker_control, intent);
    OFFSET(CONTROL_INTENT_RUN, worker_control, intent_run);
    VALUE(SYSTEM_CALL_CALL);
    VALUE(SYSTEM_CALL_REPLY_RECEIVE);
    VALUE(ACTION_NONE);
    VALUE(ACTION_GRANT);
    VALUE(ACTION_CLONE);
    VALUE(MODE_NONE);
    VALUE(MODE_BORROW);
    VALUE(MODE_MOVE);
    VALUE(MODE_DROP);
    VALUE(KIND_UNTYPED);
    VALUE(RIGHT_CALL);
    VALUE(RIGHT_RECEIVE);
    VALUE(RIGHT_CLONE);
    VALUE(RIGHTS_FRAME);
    VALUE(FRAME_SIZE);
    VALUE(HANDLE_EMPTY);
    VALUE(HANDLE_HELD);
    VALUE(HANDLE_LEAVING);
    VALUE(LEDGER_LOCKED);
    VALUE(LEDGER_LEAF_BUSY);
    SHARED(LEDGER_WORD_FREE, LEDGER_FREE << LEDGER_STATE_SHIFT);
    SHARED(LEDGER_WORD_HELD, LEDGER_HELD << LEDGER_STATE_SHIFT);
    SHARED(LEDGER_STATE, 7 << LEDGER_STATE_SHIFT);
    SHARED(LEDGER_ANCHOR, -(1 << LEDGER_VALUE_SHIFT));
    VALUE(CALL_HALTED);
    VALUE(CALL_INTERRUPTED);
    VALUE(TASK_AWAITING);
    VALUE(TASK_RECEIVING);
    CPU_OFFSET(CPU_CURRENT, current);
    CPU_OFFSET(CPU_READY_MASK, ready_mask);
    CPU_OFFSET(CPU_RESCHEDULE, reschedule);
    CPU_OFFSET(CPU_FPU_OWNER, fpu_owner);
    CPU_OFFSET(CPU_XSAVE, xsave);
    CPU_OFFSET(CPU_FPU_CLOSED, fpu_closed);
    CPU_OFFSET(CPU_CONTROL_0_CLOSED, control_0_closed);
}
