#include "kernel/ipc/carry.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/grace.h"
#include "kernel/object/mapping.h"
#include "kernel/object/pin.h"
#include <quire/kinds.h>
#include <stddef.h>
#include <string.h>

#define MOVE_WINDOW 32  /* handles that are moved without letting interrupts in */
#define LEAVE_WINDOW 32 /* the same for those that leave, mapped ones perhaps */

/* In a loop over many handles: lets interrupts in at every 64th. */
static inline void window_sometimes(uint32_t k)
{
    if (k % HANDLES_PER_TABLE == 0)
        interrupt_window();
}

static enum error count_check(uint32_t n)
{
    return n == 0 || n > TRANSFER_FRAMES ? ERROR_BAD_COUNT : ERROR_NONE;
}

/* What the worker sees of a lent frame, and what the reply finds it by. */
static enum error lend(struct task *caller, handle value, int place, uint64_t *word)
{
    struct handle_entry *entry;
    enum error error = handle_find(caller, value, &entry);

    if (error)
        return error;
    uint64_t name = atomic_load_relaxed(&entry->name);
    if (name == 0)
        return ERROR_BAD_HANDLE;
    caller->service.borrowed[place] = entry;
    caller->service.borrowed_name[place] = name;
    *word = frame_word_make((uint32_t)name, entry->rights);
    return ERROR_NONE;
}

/* A run: the frames' numbers go into the transfer page, the rights that all of them have into the word of the first. */
static enum error lend_run(struct task *caller, struct task *worker, uint32_t n, uint64_t *word)
{
    uint32_t rights = FRAME_WORD_RIGHTS;

    if (n > TRANSFER_FRAMES)
        return ERROR_BAD_COUNT;
    for (uint32_t k = n; k-- > 0;) {
        enum error error = lend(caller, handle_of_run(caller->registers.r13, k), 0, word);
        if (error)
            return error;
        window_sometimes(k);
        worker->transfer[k] = frame_word_frame(*word);
        rights &= frame_word_rights(*word);
    }
    *word = frame_word_make(frame_word_frame(*word), rights);
    caller->service.borrowed[1] = caller->service.borrowed[0]; /* not for service.S, which takes one handle */
    caller->service.borrowed_name[1] = caller->service.borrowed_name[0];
    return ERROR_NONE;
}

static enum error borrow(struct task *caller, struct task *worker, struct carried *carried)
{
    uint32_t n = rax_n(caller->registers.rax);
    handle second = caller->registers.r14;

    caller->service.borrowed[1] = NULL;
    if (n > 1)
        return second ? ERROR_BAD_COUNT : lend_run(caller, worker, n, &carried->r13);
    enum error error = lend(caller, caller->registers.r13, 0, &carried->r13);
    return error || !second ? error : lend(caller, second, 1, &carried->r14);
}

static bool lent(const struct task *caller, int place)
{
    const struct handle_entry *entry = caller->service.borrowed[place];

    return !entry || atomic_load_relaxed(&entry->name) == caller->service.borrowed_name[place];
}

enum error carry_borrowed_check(const struct task *caller)
{
    uint32_t mode = rax_mode(caller->service.pending);
    bool there = true;
    struct handle_entry *entry;

    if (mode != MODE_BORROW && mode != MODE_ATTACH)
        return ERROR_NONE;
    for (uint32_t k = 1; there && mode == MODE_BORROW && k < rax_n(caller->registers.rax); k++) {
        there = handle_find(caller, handle_of_run(caller->registers.r13, k), &entry) == ERROR_NONE;
        window_sometimes(k);
    }
    return there && lent(caller, 0) && lent(caller, 1) ? ERROR_NONE : ERROR_REVOKED;
}

static enum error drop_check(const struct handle_entry *entry)
{
    if (entry->state == HANDLE_INSTALLED)
        return ERROR_INSTALLED;
    return task_is_its_last(entry) ? ERROR_AGAIN : ERROR_NONE; /* see call(), which ends such a task before */
}

static enum error move_check(const struct handle_entry *entry)
{
    if (!(entry->rights & RIGHT_MOVE))
        return ERROR_MISSING_RIGHT;
    if (entry->state == HANDLE_INSTALLED)
        return ERROR_INSTALLED;
    return mapping_exists(entry) ? ERROR_MAPPED : ERROR_NONE;
}

/* The frame server takes only what it can hand back or grant again. */
static enum error move_to_server_check(const struct handle_entry *entry)
{
    return entry->kind == KIND_UNTYPED ? move_check(entry) : ERROR_WRONG_KIND;
}

/* Endpoints and tasks go one by one: each may have to do more when it is the last. So do frames whose contents matter to
 * the end, for which the worker has one page. */
static enum error drop_run_check(const struct handle_entry *entry)
{
    if (entry->kind != KIND_UNTYPED && /* most are */
        (entry->kind == KIND_ENDPOINT || entry->kind == KIND_TASK || kind_reads(entry->kind)))
        return ERROR_BAD_COUNT;
    return entry->state == HANDLE_INSTALLED ? ERROR_INSTALLED : ERROR_NONE;
}

static inline __attribute__((always_inline)) enum error run_check(struct task *caller, handle first, uint32_t n,
                                                                  enum error (*check)(const struct handle_entry *))
{
    enum error error = count_check(n);
    uint32_t generation = handle_generation(first);
    uint32_t index = handle_index(first);
    struct handle_entry *entry;

    if (!error && generation == 0)
        return handle_find(caller, first, &entry); /* an error: no handle has this one, as below an empty entry */
    for (uint32_t part; n > 0 && !error; index += part, n -= part) {
        if (index >= caller->handle_limit)
            return ERROR_BAD_HANDLE;
        entry = handle_table_part(caller, index, n, &part);
        for (const struct handle_entry *end = entry + part; entry < end && !error; entry++)
            error = handle_entry_generation(entry) == generation ? check(entry) : handle_entry_check(entry, generation);
        if (n > part)
            interrupt_window();
    }
    return error;
}

/* For the end of a frame that nobody can write any more; if it is not the end, what was shown before is not it either. */
static void show(struct task *worker, uint64_t frame, bool ends)
{
    worker->control->view_frame = ends ? frame + 1 : 0;
    if (ends)
        memcpy(worker->view, frame_pointer(frame), FRAME_SIZE);
}

/* Whether the last handle to an object has to wait until nobody uses it any more who had found it, or, for a task that is
 * over, until its last drop is answered. */
static bool needs_grace(const struct task *task, const struct handle_entry *entry)
{
    if (!grace_is_needed() || (entry->kind != KIND_ENDPOINT && entry->kind != KIND_TASK))
        return false;
    if (entry->kind == KIND_TASK && task_of_entry(entry) != task && task_of_entry(entry)->state != TASK_FRESH &&
        task_of_entry(entry)->state != TASK_DEAD)
        return true;
    return task->graced != entry;
}

/* Locks the word of an entry that is to leave, when it can. ERROR_BAD_HANDLE: it was taken away. WAITS: see carry.h. */
static inline __attribute__((always_inline)) enum error leave_lock(struct task *task, struct handle_entry *entry,
                                                                   bool any_kind, atomic_word **word, uint64_t *value)
{
    for (;;) {
        uint64_t name = atomic_load_relaxed(&entry->name);
        if (name == 0 || !handle_lock(entry, name, word, value))
            return ERROR_BAD_HANDLE;
        if (entry->next != entry)
            return ERROR_NONE;
        if (any_kind && needs_grace(task, entry)) {
            ledger_unlock(*word, *value);
            task->graced = entry;
            return CARRY_WAITS;
        }
        if (!pin_hinders((uint32_t)name))
            return ERROR_NONE;
        ledger_unlock(*word, *value);
        pin_wait((uint32_t)name);
    }
}

/* Takes an entry out of its ring, to the frame server: unlink, clear the mapping, flush; only then may the frame be
 * used again. It is LEAVING. moved: the last handle leaves the frame with the server, from the account. any_kind: it may
 * be one that goes alone, see drop_run_check. Errors as leave_lock; nothing is changed. */
static inline __attribute__((always_inline)) enum error
leave(struct task *task, struct handle_entry *entry, struct task *worker, bool moved, bool any_kind, uint32_t account)
{
    atomic_word *word;
    uint64_t value;
    bool closes = false;
    enum error error = leave_lock(task, entry, any_kind, &word, &value);

    if (error)
        return error;
    RULE_HOLDS(GRACE_MISSING, entry->next != entry || cpu_count == 1 ||
                                  (entry->kind != KIND_ENDPOINT && entry->kind != KIND_TASK) ||
                                  (task->graced == entry && rules_passed(task)));
    if (any_kind)
        task->graced = NULL; /* the entry may be used again for another one */
    uint64_t frame = handle_entry_frame(entry);
    value = any_kind ? handle_withdraw(entry, value, &closes) : handle_unlink(entry, value);
    bool last = ledger_word_state(value) == LEDGER_FREE;
    if (mapping_exists(entry))
        mapping_clear(entry);
    if (moved && last)
        value = ledger_word_moving(account) | LEDGER_LOCKED;
    else if (any_kind && kind_reads(entry->kind))
        show(worker, frame, last);
    else if (any_kind && frame_pointer(frame) == entry->owner && last)
        value = ledger_word_plain(LEDGER_KERNEL); /* a dying task's own frame, until reap_is_over */
    else if (last && entry->kind == KIND_DEVICE)
        value = ledger_word_plain(LEDGER_DEVICE);
    uint64_t line = entry->detail;
    entry->length = handle_entry_generation(entry);
    entry->name = frame;
    entry->state = HANDLE_LEAVING;
    entry->place = 0;
    entry->detail = 0;
    ledger_unlock(word, value);
    if (closes && !last)
        endpoint_close((struct endpoint_line *)(uintptr_t)line);
    return ERROR_NONE;
}

enum error carry_leave(struct task *task, struct handle_entry *entry, struct task *worker)
{
    return leave(task, entry, worker, false, true, 0);
}

/* One of several that was taken away meanwhile leaves with the others, as a frame that there is not. */
static uint64_t leave_nothing(struct handle_entry *entry)
{
    (void)handle_clear_stripped(entry);
    entry->name = HANDLE_NO_FRAME;
    entry->state = HANDLE_LEAVING;
    return HANDLE_NO_FRAME;
}

/* Several; their frames' numbers go into the transfer page. */
static inline __attribute__((always_inline)) void leave_all(struct task *caller, struct task *worker, uint32_t index,
                                                            uint32_t n, bool moved)
{
    uint64_t *transfer = worker->transfer;
    uint32_t account = badge_account(caller->badge);

    for (uint32_t part; n > 0; index += part, n -= part) {
        struct handle_entry *entry = handle_table_part(caller, index, n, &part);
        for (const struct handle_entry *end = entry + part; entry < end; interrupt_window()) {
            const struct handle_entry *pause = end - entry > LEAVE_WINDOW ? entry + LEAVE_WINDOW : end;
            for (; entry < pause; entry++)
                *transfer++ = leave(caller, entry, worker, moved, false, account) ? leave_nothing(entry)
                                                                                  : handle_entry_frame(entry);
        }
    }
}

/* To the frame server: the entries keep their frame numbers until the reply commits. */
static enum error leave_run(struct task *caller, struct task *worker, bool moved, struct carried *carried)
{
    handle first = caller->registers.r13;
    uint32_t n = rax_n(caller->registers.rax);
    enum error error = moved   ? run_check(caller, first, n, move_to_server_check)
                       : n > 1 ? run_check(caller, first, n, drop_run_check)
                               : run_check(caller, first, n, drop_check);

    if (error)
        return error;
    struct handle_entry *entry = handle_table_entry(caller, handle_index(first));
    if (n == 1) {
        error = leave(caller, entry, worker, moved, true, badge_account(caller->badge));
        if (error)
            return error;
        carried->r13 = frame_word_make(handle_entry_frame(entry), entry->rights);
    } else if (moved) {
        leave_all(caller, worker, handle_index(first), n, true);
    } else {
        leave_all(caller, worker, handle_index(first), n, false);
    }
    caller->service.leaving = entry;
    caller->service.leaving_first = handle_index(first);
    caller->service.leaving_count = n;
    return ERROR_NONE;
}

/* A handle that left is its holder's again. */
static void come_back(struct handle_entry *entry)
{
    atomic_word *word = ledger_find(handle_entry_frame(entry));
    uint64_t value = ledger_lock(word);

    entry->state = HANDLE_HELD;
    atomic_store_release(&entry->name, entry->name | entry->length << 32);
    ledger_unlock(word, handle_link(entry, value));
}

/* A handle that moved is the server's. */
static void arrive(struct handle_entry *entry)
{
    atomic_word *word = ledger_find(handle_entry_frame(entry));
    uint64_t value = ledger_lock(word);

    ledger_unlock(word, ledger_word_state(value) == LEDGER_MOVING ? ledger_word_moved(value) : value);
    handle_empty_left(entry);
}

/* Of a dying task, whose entries that leave may have others between them. */
static void settle_reaped(const struct task *task)
{
    for (uint32_t k = 0; k < task->service.leaving_count; k++)
        if (task->service.leaving[k].state == HANDLE_LEAVING)
            handle_empty_left(&task->service.leaving[k]);
    interrupt_window();
}

void carry_settle(struct task *caller, bool refused)
{
    uint32_t mode = rax_mode(caller->service.pending);

    if (mode != MODE_DROP && mode != MODE_ATTACH && (mode != MODE_MOVE || !caller->callee->server))
        return;
    if (caller->service.pending & CALL_REAPS) {
        settle_reaped(caller);
        return;
    }
    uint32_t count = caller->service.leaving_count;
    for (uint32_t part, done = 0; done < count; done += part) {
        struct handle_entry *entries =
            handle_table_part(caller, caller->service.leaving_first + done, count - done, &part);
        for (struct handle_entry *entry = entries; entry < entries + part; entry++) {
            if (mode == MODE_DROP || handle_entry_frame(entry) == HANDLE_NO_FRAME)
                handle_empty_left(entry);
            else if (refused)
                come_back(entry);
            else
                arrive(entry);
        }
        if (count > part)
            interrupt_window();
    }
}

/* False: it has been taken away meanwhile. */
static inline bool replace(struct handle_entry *entry, struct task *to, struct handle_entry *room, uint32_t generation)
{
    uint64_t name = atomic_load_relaxed(&entry->name);
    atomic_word *word;
    uint64_t value;

    if (name == 0 || !handle_lock(entry, name, &word, &value))
        return false;
    ledger_unlock(word, handle_replace(entry, to, room, generation, value));
    return true;
}

/* What nearly every message moves. */
static inline enum error move_one(struct task *from, handle value, struct task *to, uint32_t dst, handle *moved)
{
    struct handle_entry *entry;
    struct handle_entry *room = handle_table_entry(to, dst);
    enum error error = handle_find(from, value, &entry);

    if (!error)
        error = move_check(entry);
    if (error)
        return error;
    if (!room || !handle_is_vacant(room))
        return ERROR_NO_ROOM;
    uint32_t generation = handle_generation_next(to);
    if (!replace(entry, to, room, generation))
        return ERROR_BAD_HANDLE;
    *moved = handle_make(dst, generation);
    return ERROR_NONE;
}

enum error carry_move(struct task *from, handle first, uint32_t n, struct task *to, uint32_t dst, handle *moved)
{
    if (n == 1)
        return move_one(from, first, to, dst, moved);
    enum error error = n > MOVE_HANDLES_MAX ? ERROR_BAD_COUNT : run_check(from, first, n, move_check);
    if (error)
        return error;
    if (handle_destination(to, dst, n) != ERROR_NONE)
        return ERROR_NO_ROOM;
    uint32_t generation = handle_generation_next(to);
    for (uint32_t k = 0; k < n; k++) { /* who was robbed of some meanwhile gives the others */
        (void)!replace(handle_table_entry(from, handle_index(first) + k), to, handle_table_entry(to, dst + k),
                       generation);
        if (k % MOVE_WINDOW == 0)
            interrupt_window();
    }
    *moved = handle_make(dst, generation);
    return ERROR_NONE;
}

/* One handle goes, and the one that is lent tells the frame server what to. A handle can not do both. */
static enum error attach(struct task *caller, struct task *worker, struct carried *carried)
{
    enum error error = lend(caller, caller->registers.r14, 0, &carried->r14);

    if (!error && caller->registers.r13 == caller->registers.r14)
        error = ERROR_WRONG_KIND;
    if (error)
        return error;
    caller->service.borrowed[1] = NULL;
    return rax_n(caller->registers.rax) == 1 ? leave_run(caller, worker, true, carried) : ERROR_BAD_COUNT;
}

/* Between ordinary tasks: the receiver named the room when it began to wait. */
static enum error hand_over(struct task *caller, struct task *receiver, struct carried *carried)
{
    uint32_t n = rax_n(caller->registers.rax);

    if (n > rax_n(receiver->registers.rax))
        return n > MOVE_HANDLES_MAX ? ERROR_BAD_COUNT : ERROR_NO_ROOM;
    return carry_move(caller, caller->registers.r13, n, receiver, rax_dst(receiver->registers.rax), &carried->r13);
}

static enum error carry(struct task *caller, struct task *receiver, uint32_t mode, struct carried *carried)
{
    if (mode == MODE_NONE)
        return ERROR_NONE;
    if (!receiver->server)
        return mode == MODE_MOVE ? hand_over(caller, receiver, carried) : ERROR_BAD_MODE;
    if (mode == MODE_BORROW)
        return borrow(caller, receiver, carried);
    if (mode == MODE_ATTACH)
        return attach(caller, receiver, carried);
    return mode > MODE_DROP ? ERROR_BAD_MODE : leave_run(caller, receiver, mode == MODE_MOVE, carried);
}

enum error carry_out(struct task *caller, struct task *receiver, struct carried *carried)
{
    uint64_t rax = caller->registers.rax;

    carried->r13 = 0;
    carried->r14 = 0;
    caller->service.pending = (rax & RAX_ACTION_AND_MODE) | (caller->halted ? CALL_HALTED : 0);
    enum error error = carry(caller, receiver, rax_mode(rax), carried);
    if (error)
        caller->service.pending = 0;
    return error;
}
