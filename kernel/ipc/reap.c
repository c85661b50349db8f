#include "kernel/ipc/reap.h"
#include "kernel/cpu/instructions.h"
#include "kernel/event.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/print.h"
#include "kernel/verdict.h"
#include <quire/kinds.h>
#include <quire/names.h>
#include <stddef.h>

#define REAP_RUN 18  /* handles that leave in one step */
#define REAP_LOOKS 2 /* times that it looks for some, each through a table of 64 entries at the most */

static bool is_filled(const struct handle_entry *entry)
{
    return entry->state == HANDLE_HELD || entry->state == HANDLE_INSTALLED;
}

static bool is_installed_handle_table(const struct handle_entry *entry)
{
    return entry->state == HANDLE_INSTALLED && entry->kind == KIND_HANDLE_TABLE;
}

/* Tables last: another CPU that takes a mapped handle away may be about to clear its entry in a page table, with the lock of
 * the frame held, and has ended when this one has that lock. */
static inline bool is_due(uint32_t stage, const struct handle_entry *entry)
{
    return entry->state == HANDLE_HELD || (stage != REAP_HANDLES && entry->state == HANDLE_INSTALLED &&
                                           (stage != REAP_PAGE_TABLES || entry->kind != KIND_HANDLE_TABLE));
}

/* The first entry that is due, or the end. */
static inline struct handle_entry *next_due(uint32_t stage, struct handle_entry *entry, const struct handle_entry *end)
{
    while (entry < end && (entry->state == HANDLE_EMPTY || !is_due(stage, entry)))
        entry++;
    return entry;
}

/* The last handle to another task goes: that one ends, at its home. */
static void orphan(struct task *task, struct handle_entry *entry)
{
    uint32_t home = task_of_entry(entry)->cpu_number;

    if (home == this_cpu->number || home >= cpu_count) {
        (void)!task_orphan(entry, task->priority);
        return;
    }
    task->orphan = entry;
    task_lend(task, home, MAIL_ORPHAN);
}

/* Moves the cursor to the next handle of the table that it is in. True: there is one. */
static bool find_handle(struct task *task)
{
    uint32_t part;

    if (task->reap_index >= task->handle_limit && task->reap_stage == REAP_HANDLES) {
        task->reap_stage = REAP_PAGE_TABLES;
        task->reap_index = 0;
    }
    if (task->reap_index >= task->handle_limit) {
        task->reap_stage =
            task->handle_limit > HANDLES_PER_TABLE ? REAP_TABLES : REAP_PARTS; /* the first one is hidden */
        return false;
    }
    struct handle_entry *first = handle_table_part(task, task->reap_index, HANDLES_PER_TABLE, &part);
    struct handle_entry *entry = next_due(task->reap_stage, first, first + part);
    task->reap_index += (uint32_t)(entry - first); /* entries that are stripped meanwhile are looked at by gather() */
    if (entry == first + part)
        return false;
    if (!task_is_its_last(entry))
        return true;
    orphan(task, entry);
    return false;
}

/* The same downwards, for tables; the cursor is behind the entry. No handle is above it any more. */
static bool find_table(struct task *task)
{
    uint32_t below = (task->reap_index - 1) / HANDLES_PER_TABLE * HANDLES_PER_TABLE;

    for (; task->reap_index > below; task->reap_index--) {
        const struct handle_entry *entry =
            &task->tables[below / HANDLES_PER_TABLE][(task->reap_index - 1) % HANDLES_PER_TABLE];
        if (is_installed_handle_table(entry))
            return true;
    }
    if (task->reap_index == 0)
        task->reap_stage = REAP_PARTS;
    return false;
}

static bool is_there(const struct task *task, enum task_hidden which)
{
    return is_filled(&task->hidden[which]);
}

/* Whom to tell, and the task itself if nobody else has a handle to it. It counts as over as soon as its parent can know, so
 * that he may drop the husk. He runs only after the frame server has got these last two, too. */
static bool find_end(struct task *task)
{
    const struct handle_entry *end = &task->hidden[HIDDEN_END];

    task->reap_stage = REAP_OVER;
    if (is_there(task, HIDDEN_END))
        endpoint_notify((struct endpoint_line *)(uintptr_t)end->detail, end->place);
    return is_there(task, HIDDEN_END) || is_there(task, HIDDEN_SELF);
}

/* True: there is something to be given back. False: there is nothing, or not yet. */
static bool find(struct task *task)
{
    switch (task->reap_stage) {
    case REAP_HANDLES:
    case REAP_PAGE_TABLES:
        return find_handle(task);
    case REAP_TABLES:
        return find_table(task);
    case REAP_PARTS:
        task->handle_limit = 0;
        if (is_there(task, HIDDEN_TABLE))
            return true;
        task->reap_stage = REAP_END;
        return false;
    case REAP_END:
        return find_end(task);
    default:
        return is_there(task, HIDDEN_SELF); /* it had to wait for a grace */
    }
}

/* One of the two tasks that boot made. Without the frame server nothing can be bought or given back any more; init can
 * not be missed. */
static void boot_task_ends(struct task *task)
{
    if (task->end == TASK_END_FAULTED)
        print_line(PRINT_QUIET, "%s stopped: %s at rip 0x%lx, address 0x%lx", task->name,
                   exception_name(task->end_vector), task->end_code, task->end_address);
    else if (task->end == TASK_END_EXITED)
        print_line(PRINT_QUIET, "%s ended with %lu", task->name, task->end_code);
    interrupt_window(); /* a line takes some thousand instructions */
    if (task->server && task->life.gives_up)
        print_line(PRINT_QUIET, "%s is given up, since it can not start: calls to it get NoServer", task->name);
    else if (!task->server)
        verdict(MACHINE_FAILED);
    endpoint_close(this_cpu->frame_server);
    task->reap_stage = REAP_OVER;
}

bool reap_step(struct task *task)
{
    if (task->reap_stage == REAP_HANDLES && !is_there(task, HIDDEN_ROOT))
        boot_task_ends(task);
    bool found = find(task);
    for (uint32_t k = 1; !found && k < REAP_LOOKS && !task_is_over(task) && !task_is_lent(task); k++)
        found = find(task);
    if (task_is_lent(task))
        return false;
    registers_clear(&task->registers);
    task->registers.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_DROP, 0, 0);
    task->badge = 0;
    return found;
}

/* The frame server was given up. Handles go all the same: endpoints close with them, and frames are no longer held. */
void reap_for_nobody(struct task *task)
{
    struct carried carried;

    if (reap_carry(task, this_cpu->worker, &carried) == ERROR_NONE)
        carry_settle(task, false);
    task->service.pending = 0;
}

void reap_pause(struct task *task)
{
    if (task_is_over(task))
        task->state = TASK_DEAD;
    else if (!task_is_lent(task)) /* else it comes back */
        schedule_ready(task);
}

/* Takes several handles out of those between the first entry and an end, which goes down to where no further look is due.
 * CARRY_WAITS: the first one has to wait. */
static enum error gather(struct task *task, struct task *worker, struct handle_entry *first,
                         const struct handle_entry **end, uint32_t *n)
{
    uint32_t stage = task->reap_stage;
    struct handle_entry *entry = first;

    task->service.leaving = first;
    task->service.leaving_count = 0;
    for (; *n < REAP_RUN && (entry = next_due(stage, entry, *end)) < *end; entry++) {
        bool alone = kind_reads(entry->kind); /* the frame server has one page to see last contents in */
        if ((alone && *n > 0) || task_is_its_last(entry))
            break;
        enum error error = carry_leave(task, entry, worker);
        if (error == CARRY_WAITS) {
            *end = entry;
            if (*n > 0)
                task->graced = NULL; /* its turn comes, and its grace */
            return *n > 0 ? ERROR_NONE : CARRY_WAITS;
        }
        if (!error) {
            worker->transfer[(*n)++] = handle_entry_frame(entry);
            task->service.leaving_count = (uint32_t)(entry - first) + 1;
            *end = alone ? entry + 1 : *end;
        }
    }
    *end = entry;
    return ERROR_NONE;
}

static void record(const struct task *task, const uint64_t *frames, uint32_t n)
{
    uint64_t words[EVENT_WORDS];

    for (uint32_t k = 0; events.size && k < n; k += EVENT_WORDS) {
        for (uint32_t i = 0; i < EVENT_WORDS; i++)
            words[i] = k + i < n ? frames[k + i] : UINT64_MAX;
        event_store(EVENT_GIVES_BACK, task, words);
    }
}

enum error reap_carry(struct task *task, struct task *worker, struct carried *carried)
{
    enum error error = ERROR_NONE;
    uint32_t n = 0;
    uint32_t part;
    const struct handle_entry *end;

    *carried = (struct carried){0};
    switch (task->reap_stage) {
    case REAP_HANDLES:
    case REAP_PAGE_TABLES: {
        struct handle_entry *entry = handle_table_part(task, task->reap_index, HANDLES_PER_TABLE, &part);
        end = entry + part;
        error = gather(task, worker, entry, &end, &n);
        task->reap_index += (uint32_t)(end - entry);
        break;
    }
    case REAP_TABLES: {
        struct handle_entry *entry = handle_table_entry(task, --task->reap_index);
        uint32_t position = (uint32_t)(entry->detail / FRAME_SIZE);
        task->handle_limit =
            position * HANDLES_PER_TABLE < task->handle_limit ? position * HANDLES_PER_TABLE : task->handle_limit;
        end = entry + 1;
        error = gather(task, worker, entry, &end, &n);
        break;
    }
    case REAP_PARTS:
        end = &task->hidden[HIDDEN_ROOT] + 2;
        error = gather(task, worker, &task->hidden[HIDDEN_ROOT], &end, &n); /* and the table */
        break;
    default:
        end = &task->hidden[HIDDEN_END] + 2;
        error = gather(task, worker, &task->hidden[HIDDEN_END], &end, &n); /* and the task itself */
    }
    if (error)
        return error;
    task->registers.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_DROP, n, 0);
    task->service.pending = (task->registers.rax & RAX_ACTION_AND_MODE) | CALL_HALTED | CALL_REAPS;
    if (n == 1)
        carried->r13 = frame_word_make(worker->transfer[0], 0);
    record(task, worker->transfer, n);
    return n > 0 ? ERROR_NONE : ERROR_AGAIN;
}

bool reap_is_over(struct task *task)
{
    if (!task_is_over(task) || is_there(task, HIDDEN_SELF))
        return false;
    atomic_word *word = ledger_find(physical_address(task) / FRAME_SIZE);
    task->state = TASK_DEAD;
    if (ledger_word_state(atomic_load_relaxed(word)) == LEDGER_KERNEL) /* it gave itself back: see leave() */
        atomic_store_release(word, ledger_word_free());                /* nobody else knows it */
    return true;
}
