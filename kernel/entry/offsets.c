/* Compiled to assembly only: the build turns each line '-> NAME value' into a #define for the .S files. */
#include "kernel/cpu/cpu.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include <stddef.h>

#define OFFSET(NAME, type, member) __asm__ volatile("\n->" #NAME " %0" ::"i"(offsetof(struct type, member)))
#define CPU_OFFSET(NAME, member) __asm__ volatile("\n->" #NAME " %0" ::"i"(CPU_ADDRESS + offsetof(struct cpu, member)))
#define VALUE(NAME) __asm__ volatile("\n->" #NAME " %0" ::"i"(NAME))

_Static_assert(HANDLES_PER_TABLE == 64 && sizeof(struct handle_entry) == 64, "shifts in ipc/fastpath.S");

void offsets(void);
void offsets(void)
{
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
    OFFSET(TASK_CONTROL, task, control);
    OFFSET(TASK_SERVICE_PENDING, task, service.pending);
    OFFSET(TASK_STATE, task, state);
    OFFSET(TASK_RESUME, task, resume_by_interrupt_return);
    OFFSET(TASK_BADGE, task, badge);
    OFFSET(TASK_HANDLE_LIMIT, task, handle_limit);
    OFFSET(TASK_TABLES, task, tables);
    OFFSET(TASK_FPU_AREA, task, fpu_area);
    __asm__ volatile("\n->ENTRY_GENERATION %0" ::"i"(offsetof(struct handle_entry, name) + 4)); /* its upper half */
    OFFSET(ENTRY_KIND, handle_entry, kind);
    OFFSET(ENTRY_PLACE, handle_entry, place);
    OFFSET(ENTRY_DETAIL, handle_entry, detail);
    OFFSET(LINE_RECEIVER, endpoint_line, receiver);
    OFFSET(LINE_FIRST, endpoint_line, first);
    OFFSET(CONTROL_INTENT, worker_control, intent);
    OFFSET(CONTROL_INTENT_RUN, worker_control, intent_run);
    VALUE(KIND_ENDPOINT);
    VALUE(RIGHT_CALL);
    VALUE(RIGHT_RECEIVE);
    VALUE(TASK_RUNNING);
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
