/* System calls about tasks. */
#include "kernel/entry/calls.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/restart.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/physical.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include <stddef.h>
#include <string.h>

/* The task of a handle, fresh or over as it may be. */
static enum error find_any(struct task *caller, handle value, uint32_t right, struct task **task)
{
    struct handle_entry *entry;
    enum error error = handle_find_object(caller, value, KIND_TASK, right, &entry);

    if (!error)
        *task = frame_pointer(handle_entry_frame(entry));
    return error;
}

/* One that lives. */
enum error find_alive_task(struct task *caller, handle value, struct task **task)
{
    enum error error = find_any(caller, value, RIGHT_OWNER, task);

    if (error)
        return error;
    if ((*task)->state == TASK_FRESH)
        return ERROR_NOT_CREATED;
    return task_is_dying(*task) ? ERROR_ENDED : ERROR_NONE;
}

enum error find_stopped_task(struct task *caller, handle value, struct task **task)
{
    enum error error = find_alive_task(caller, value, task);

    if (error)
        return error;
    return (*task)->state == TASK_STOPPED && !(*task)->server ? ERROR_NONE
                                                              : ERROR_RUNNING; /* a server's worker stops to restart */
}

/* A handle to a table that is to become part of a task, and is in use nowhere. */
static enum error find_table(struct task *caller, handle value, enum kind kind, struct handle_entry **entry)
{
    enum error error = handle_find_object(caller, value, kind, 0, entry);

    return error || (*entry)->state != HANDLE_INSTALLED ? error : ERROR_INSTALLED;
}

/* BAD_RIGHTS: it may not receive. Nobody could by a hidden handle, for which callers would wait for ever. */
static enum error find_end(struct task *caller, handle value, struct handle_entry **entry)
{
    enum error error = handle_find_object(caller, value, KIND_ENDPOINT, RIGHT_NOTIFY | RIGHT_MOVE, entry);

    return !error && ((*entry)->rights & RIGHT_RECEIVE) ? ERROR_BAD_RIGHTS : error;
}

/* Nobody gives what he has not: BAD_ARGUMENT, NO_CPU, NOT_PERMITTED. */
static enum error set_up_read(const struct task *caller, struct task_set_up *how, char name[TASK_NAME])
{
    const struct registers *in = &caller->registers;
    uint64_t flags = in->words[WORD_R8];

    memcpy(name, &in->words[WORD_R9], TASK_NAME);
    name[TASK_NAME - 1] = 0;
    *how = (struct task_set_up){.name = name,
                                .priority = flags & 0xff,
                                .fpu = flags >> 8 & 1,
                                .powers = flags >> 16 & 0xffff,
                                .cpu_number = flags >> 32 & 0xffff,
                                .first_port = (uint32_t)in->r14,
                                .port_count = (uint32_t)(in->r14 >> 32)};
    if (flags >> 48 || (flags & 0xfe00))
        return ERROR_BAD_ARGUMENT;
    if (how->cpu_number >= cpu_count)
        return ERROR_NO_CPU;
    uint64_t end = (uint64_t)how->first_port + how->port_count;
    if (how->priority > caller->priority || (how->powers & ~caller->powers) ||
        (how->port_count &&
         (how->first_port < caller->first_port || end > (uint64_t)caller->first_port + caller->port_count)))
        return ERROR_NOT_PERMITTED;
    return ERROR_NONE;
}

/* A handle of the caller's becomes one that the task has outside of its table. False: it has just been taken away. */
static bool hide(struct handle_entry *entry, struct task *task, enum task_hidden which, enum handle_state state)
{
    struct handle_entry *hidden = &task->hidden[which];
    uint64_t name = atomic_load_relaxed(&entry->name);
    atomic_word *word;
    uint64_t value;

    if (name == 0 || !handle_lock(entry, name, &word, &value))
        return false;
    value = handle_replace(entry, task, hidden, HIDDEN_GENERATION, value);
    hidden->state = state;
    ledger_unlock(word, value);
    return true;
}

enum error perform_create(struct task *caller)
{
    const struct registers *in = &caller->registers;
    struct handle_entry *root, *table, *end = NULL;
    struct task_set_up how;
    char name[TASK_NAME];
    struct task *task;
    enum error error = find_any(caller, in->rdi, RIGHT_OWNER, &task);

    if (!error && task->state != TASK_FRESH)
        error = ERROR_CREATED;
    if (!error)
        error = find_table(caller, in->rsi, KIND_PAGE_TABLE, &root);
    if (!error)
        error = find_table(caller, in->words[WORD_RDX], KIND_HANDLE_TABLE, &table);
    if (!error && in->r13)
        error = find_end(caller, in->r13, &end);
    if (!error)
        error = set_up_read(caller, &how, name);
    if (error)
        return error;
    task_initialise(task, &how);
    if (end && !hide(end, task, HIDDEN_END, HANDLE_HELD)) {
        frame_zero(task);
        return ERROR_BAD_HANDLE;
    }
    task->root = handle_entry_frame(root) * FRAME_SIZE;
    task->tables[0] = frame_pointer(handle_entry_frame(table));
    task->handle_limit = HANDLES_PER_TABLE;
    memcpy((char *)physical_pointer(task->root) + FRAME_SIZE / 2,
           (const char *)physical_pointer(cpus[task->cpu_number]->root) + FRAME_SIZE / 2, FRAME_SIZE / 2);
    (void)hide(root, task, HIDDEN_ROOT, HANDLE_INSTALLED); /* tables have one handle, which nobody takes away */
    task->hidden[HIDDEN_ROOT].length = 0;                  /* children, as in every installed table */
    (void)hide(table, task, HIDDEN_TABLE, HANDLE_INSTALLED);
    return ERROR_NONE;
}

/* Moves handles between the tables of two tasks; the room is looked at here, so that its errors are told apart. */
static enum error move(struct task *from, struct task *to, const struct registers *in, handle *moved)
{
    uint64_t n = in->words[WORD_RDX];
    uint64_t dst = in->words[WORD_R8];

    if (n == 0 || n > MOVE_HANDLES_MAX)
        return ERROR_BAD_COUNT;
    enum error error = handle_destination(to, dst <= UINT32_MAX ? (uint32_t)dst : UINT32_MAX, (uint32_t)n);
    return error ? error : carry_move(from, in->rsi, (uint32_t)n, to, (uint32_t)dst, moved);
}

enum error perform_give(struct task *caller)
{
    struct task *task;
    enum error error = find_stopped_task(caller, caller->registers.rdi, &task);

    return error ? error : move(caller, task, &caller->registers, &caller->answer.rsi);
}

enum error perform_take(struct task *caller)
{
    struct task *task;
    enum error error = find_stopped_task(caller, caller->registers.rdi, &task);

    return error ? error : move(task, caller, &caller->registers, &caller->answer.rsi);
}

enum error perform_start(struct task *caller)
{
    uint64_t rip = caller->registers.rsi;
    uint64_t rsp = caller->registers.words[WORD_RDX];
    bool anew = rip || rsp;
    struct task *task;
    enum error error = find_alive_task(caller, caller->registers.rdi, &task);

    if (error)
        return error;
    if (task->server || (task->state != TASK_STOPPED && (anew || !task->halted)))
        return ERROR_RUNNING;
    if (anew ? rip >= USER_END || rsp > USER_END : task->registers.rip == 0)
        return ERROR_BAD_ADDRESS; /* it would begin, or go on, where no task can be */
    if (anew) {
        task->registers.rip = rip;
        task->registers.rsp = rsp;
    }
    task_start(task);
    return ERROR_NONE;
}

enum error perform_stop(struct task *caller)
{
    struct task *task;
    enum error error = find_alive_task(caller, caller->registers.rdi, &task);

    if (!error && task->server)
        error = ERROR_NOT_PERMITTED; /* all tasks would stop with it */
    if (!error)
        task_stop(task);
    return error;
}

enum error perform_kill(struct task *caller)
{
    struct task *task;
    enum error error = find_alive_task(caller, caller->registers.rdi, &task);

    const struct task_ending why = {.end = TASK_END_KILLED, .priority = caller->priority};

    if (error)
        return error;
    if (task->server) {
        restart(this_cpu->worker, RESTART_KILLED, &why); /* whichever: all end */
        restart_wait(caller);
    } else {
        task_die(task, &why);
    }
    return ERROR_NONE;
}

enum error perform_look(struct task *caller)
{
    struct task *task;
    enum error error = find_any(caller, caller->registers.rdi, 0, &task);

    if (error)
        return error;
    uint32_t state = !task_is_dying(task) ? task->state : task_is_over(task) ? TASK_DEAD : TASK_DYING;
    caller->answer.rsi = state | task->end << 8 | task->end_vector << 16;
    caller->answer.rdx = task->end_code;
    caller->answer.r8 = task->end_address;
    return ERROR_NONE;
}
