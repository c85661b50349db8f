#include "kernel/ipc/action.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/mapping.h"
#include "kernel/object/pin.h"
#include <quire/kinds.h>
#include <stddef.h>

/* Frames that are granted without letting interrupts in: zeroing takes 512 instructions each, and so does a new leaf of the ledger. */
#define GRANT_WINDOW 3
#define UNDO_WINDOW 32 /* the same for what is cloned or taken back */

/* Rights that a look-up by address gives: all but those of an owner. */
#define RIGHTS_LOOKUP (RIGHTS_FRAME & ~RIGHT_OWNER)

/* Why the caller can't be granted a frame whose word is this. */
static enum error grant_check(const struct task *caller, uint64_t word)
{
    enum ledger_state state = ledger_word_state(word);

    if (state == LEDGER_FREE || state == LEDGER_SERVER ||
        (state == LEDGER_DEVICE && (badge_rights(caller->badge) & SERVICE_RIGHT_DEVICE)))
        return ERROR_NONE;
    if (state == LEDGER_MOVING) /* it ended before the call was answered with which it came */
        return ERROR_AGAIN;
    return state == LEDGER_HELD ? ERROR_IN_USE : ERROR_RESERVED;
}

/* Check, zero and enter are one step under the frame's lock: before it nobody has a handle, after it the frame is clean. A
 * device's memory is left as it is: the kernel does not know what a write does there. HOLE, IN_USE, RESERVED, AGAIN. */
static inline __attribute__((always_inline)) enum error
grant_frame(struct task *caller, struct handle_entry *entry, uint32_t generation, uint64_t frame, uint32_t rights)
{
    atomic_word *word = ledger_find(frame);

    if (!word)
        return ERROR_HOLE;
    uint64_t value = ledger_word_free(); /* which nearly every one is */
    RULE_HOLDS(LOCK_SECOND, rules_unlocked());
    if (atomic_swap_if_acquire(word, &value, ledger_word_free() | LEDGER_LOCKED)) {
        RULE_HOLDS(LOCK_SECOND, rules_lock(word));
        value = ledger_word_free() | LEDGER_LOCKED;
    } else {
        value = ledger_lock(word);
    }
    enum error error = grant_check(caller, value);
    if (!error) {
        bool device = ledger_word_state(value) == LEDGER_DEVICE;
        if (!device)
            frame_zero(frame_pointer(frame));
        value = handle_fill(caller, entry, generation, frame, device ? KIND_DEVICE : KIND_UNTYPED, rights, value);
    }
    ledger_unlock(word, value);
    return error;
}

/* The entry that a clone copies, and the rights that it can give at the most: one that the caller lent, or, for
 * a caller with the look-up right, any to that frame. The frame's word is locked. */
static enum error clone_source(struct task *caller, uint64_t frame, uint64_t word, struct handle_entry **source,
                               uint32_t *rights)
{
    if (ledger_word_state(word) != LEDGER_HELD)
        return ERROR_UNUSED;
    if (rax_mode(caller->service.pending) == MODE_BORROW) {
        struct handle_entry *entry = caller->service.borrowed[0];
        *source = entry;
        *rights = entry->rights;
        if (entry->name != caller->service.borrowed_name[0])
            return ERROR_REVOKED;
        if (handle_entry_frame(entry) != frame)
            return ERROR_NOT_WANTED;
        return entry->rights & RIGHT_CLONE ? ERROR_NONE : ERROR_MISSING_RIGHT;
    }
    *source = ledger_word_anchor(word);
    *rights = RIGHTS_LOOKUP;
    if (!(badge_rights(caller->badge) & SERVICE_RIGHT_LOOKUP))
        return ERROR_MISSING_RIGHT;
    return kind_is_untyped((*source)->kind) ? ERROR_NONE : ERROR_WRONG_KIND;
}

/* Check and enter are one step under the frame's lock. HOLE, UNUSED (no handle to the frame exists),
 * NOT_WANTED (not the frame that was lent), REVOKED (the lent handle has been taken away), MISSING_RIGHT (clone, or the look-up
 * right), WRONG_KIND (has one handle ever), BAD_RIGHTS (none, or wider than the source's). */
static enum error clone_frame(struct task *caller, struct handle_entry *entry, uint32_t generation, uint64_t frame,
                              uint64_t wanted)
{
    struct handle_entry *source;
    uint32_t rights;
    atomic_word *word = ledger_find(frame);

    if (!word)
        return ERROR_HOLE;
    uint64_t value = ledger_lock(word);
    enum error error = clone_source(caller, frame, value, &source, &rights);
    if (!error && !kind_is_shareable(source->kind))
        error = ERROR_WRONG_KIND;
    if (!error && (wanted == 0 || wanted & ~(uint64_t)rights))
        error = ERROR_BAD_RIGHTS;
    if (!error) {
        value = handle_fill(caller, entry, generation, frame, source->kind, (uint32_t)wanted, value);
        if (source->kind == KIND_ENDPOINT)
            entry->place = source->place;
        if (wanted & RIGHT_RECEIVE)
            endpoint_receiver_comes(frame, caller->cpu_number);
    }
    ledger_unlock(word, value);
    return error;
}

/* Takes back the first n handles that an action made. Nothing closes: of what was cloned the lent handle stays. */
static void run_undo(struct task *caller, uint32_t dst, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        struct handle_entry *entry = handle_table_entry(caller, dst + k);
        atomic_word *word = ledger_find(handle_entry_frame(entry));
        bool closes;
        uint64_t value = handle_withdraw(entry, ledger_lock(word), &closes);
        if (entry->kind == KIND_DEVICE && ledger_word_state(value) == LEDGER_FREE)
            value = ledger_word_plain(LEDGER_DEVICE);
        ledger_unlock(word, value);
        handle_empty(entry);
        if (k % UNDO_WINDOW == 0)
            interrupt_window();
    }
}

/* The frame numbers of a run are in the transfer page, which the server can write meanwhile: each is read once. */
static enum error grant_run(struct task *server, struct task *caller, uint32_t dst, uint32_t n, uint32_t generation,
                            uint32_t rights)
{
    const volatile uint64_t *frame = server->transfer;

    for (uint32_t part, done = 0; done < n; done += part) {
        struct handle_entry *entry = handle_table_part(caller, dst + done, n - done, &part);
        for (const struct handle_entry *end = entry + part; entry < end; interrupt_window()) {
            const struct handle_entry *pause = end - entry > GRANT_WINDOW ? entry + GRANT_WINDOW : end;
            for (; entry < pause; entry++) {
                enum error error = grant_frame(caller, entry, generation, *frame++, rights);
                if (error) {
                    run_undo(caller, dst, (uint32_t)(frame - server->transfer) - 1);
                    return error;
                }
            }
        }
    }
    return ERROR_NONE;
}

/* BAD_COUNT: none, or more than the caller asked for. NOT_ALIGNED, HOLE, IN_USE, RESERVED: the frame can not be
 * granted. BAD_RIGHTS. */
static enum error grant(struct task *server, struct task *caller, struct acted *acted)
{
    uint32_t n = rax_n(server->registers.rax);
    uint32_t dst = rax_dst(caller->registers.rax);
    uint64_t rights = server->registers.r14;

    if (n == 0 || n > rax_n(caller->registers.rax))
        return ERROR_BAD_COUNT;
    if (rights == 0 || rights & ~(uint64_t)RIGHTS_FRAME)
        return ERROR_BAD_RIGHTS;
    if (n == 1 && server->registers.r13 % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    uint32_t generation = handle_generation_next(caller);
    *acted = (struct acted){n, handle_make(dst, generation)};
    if (n > 1)
        return grant_run(server, caller, dst, n, generation, (uint32_t)rights);
    return grant_frame(caller, caller->service.room, generation, server->registers.r13 / FRAME_SIZE, (uint32_t)rights);
}

/* A run that was lent, in its order: what the server thinks of it does not matter, but how many it counted. */
static enum error clone_run(struct task *caller, uint32_t dst, uint32_t n, uint32_t generation, uint64_t rights)
{
    enum error error = ERROR_NONE;

    if (n == 0 || n != rax_n(caller->registers.rax) || rax_mode(caller->service.pending) != MODE_BORROW)
        return ERROR_BAD_COUNT;
    for (uint32_t k = 0; k < n && !error; k++) {
        struct handle_entry *entry = handle_table_entry(caller, handle_index(caller->registers.r13) + k);
        uint64_t name = atomic_load_relaxed(&entry->name);
        caller->service.borrowed[0] = entry;
        caller->service.borrowed_name[0] = name;
        error = name == 0
                    ? ERROR_REVOKED
                    : clone_frame(caller, handle_table_entry(caller, dst + k), generation, (uint32_t)name, rights);
        if (error)
            run_undo(caller, dst, k);
        if (k % UNDO_WINDOW == 0)
            interrupt_window();
    }
    caller->service.borrowed[0] = caller->service.borrowed[1]; /* as it was lent */
    caller->service.borrowed_name[0] = caller->service.borrowed_name[1];
    return error;
}

/* NOT_ALIGNED, HOLE, UNUSED (no handle to the frame exists), NOT_WANTED (not the frame that was lent), BAD_COUNT (not as
 * many as were lent), MISSING_RIGHT (clone, or the look-up right), WRONG_KIND (has one handle ever), BAD_RIGHTS (none,
 * or wider). */
static enum error clone(struct task *server, struct task *caller, struct acted *acted)
{
    uint32_t n = rax_n(server->registers.rax);
    uint32_t dst = rax_dst(caller->registers.rax);

    if (server->registers.r13 % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    uint32_t generation = handle_generation_next(caller);
    *acted = (struct acted){n, handle_make(dst, generation)};
    if (n == 1)
        return clone_frame(caller, caller->service.room, generation, server->registers.r13 / FRAME_SIZE,
                           server->registers.r14);
    return clone_run(caller, dst, n, generation, server->registers.r14);
}

/* Frames that become endpoints and tasks get handles with other rights; both are as they should be when they are all 0. */
static void become(struct handle_entry *entry, enum kind kind)
{
    entry->kind = (uint16_t)kind;
    if (kind == KIND_TASK)
        entry->rights &= RIGHTS_TASK;
    if (kind != KIND_ENDPOINT)
        return;
    entry->rights = (uint16_t)((entry->rights & RIGHTS_ENDPOINT) | RIGHT_CALL | RIGHT_RECEIVE | RIGHT_NOTIFY);
    entry->detail = (uint64_t)(uintptr_t)endpoint_line(handle_entry_frame(entry), entry->owner->cpu_number);
    endpoint_receiver_comes(handle_entry_frame(entry), entry->owner->cpu_number);
}

/* NOT_WANTED (not the frame that was lent), WRONG_KIND (old or new kind), MISSING_RIGHT (owner), INSTALLED, MAPPED,
 * SHARED (other handles exist). Unless tasks could map it before and can after, the frame is zeroed: no task ever writes
 * what the kernel then reads as its own, and none reads what the kernel wrote. */
static enum error convert(struct task *server, struct task *caller, struct acted *acted)
{
    uint64_t kind = server->registers.r14;

    if (rax_mode(caller->service.pending) != MODE_BORROW)
        return ERROR_NOT_WANTED;
    struct handle_entry *entry = caller->service.borrowed[0];
    if (server->registers.r13 != handle_entry_frame(entry) * FRAME_SIZE)
        return ERROR_NOT_WANTED;
    if (!kind_is_makeable(kind) || !kind_is_convertible(entry->kind))
        return ERROR_WRONG_KIND;
    if (!(entry->rights & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    if (entry->state == HANDLE_INSTALLED)
        return ERROR_INSTALLED;
    if (mapping_exists(entry))
        return ERROR_MAPPED;
    atomic_word *word;
    uint64_t value;
    while (handle_lock(entry, caller->service.borrowed_name[0], &word, &value) &&
           pin_hinders(handle_entry_frame(entry))) {
        ledger_unlock(word, value);
        pin_wait(handle_entry_frame(entry));
    }
    if (entry->name != caller->service.borrowed_name[0])
        return ERROR_REVOKED;
    bool alone = entry->next == entry;
    if (alone) {
        if (!kind_is_untyped(kind) || !kind_is_untyped(entry->kind))
            frame_zero(frame_pointer(handle_entry_frame(entry)));
        become(entry, (enum kind)kind);
    }
    ledger_unlock(word, value);
    *acted = (struct acted){0};
    return alone ? ERROR_NONE : ERROR_SHARED;
}

/* NOT_WANTED: the frame did not come to the server by a move from the caller's account. AGAIN: it did, but that move has not
 * been answered. NOT_ALIGNED, HOLE, BAD_RIGHTS. */
static enum error hand_back(struct task *server, struct task *caller, struct acted *acted)
{
    uint64_t rights = server->registers.r14;
    enum error error = ERROR_NONE;

    if (server->registers.r13 % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    if (rights == 0 || rights & ~(uint64_t)RIGHTS_FRAME)
        return ERROR_BAD_RIGHTS;
    atomic_word *word = ledger_find(server->registers.r13 / FRAME_SIZE);
    if (!word)
        return ERROR_HOLE;
    uint64_t value = ledger_lock(word);
    if ((value & ~LEDGER_LOCKED) == ledger_word_server(badge_account(caller->badge))) {
        uint32_t generation = handle_generation_next(caller);
        value = handle_fill(caller, caller->service.room, generation, server->registers.r13 / FRAME_SIZE, KIND_UNTYPED,
                            (uint32_t)rights, value);
        *acted = (struct acted){1, handle_make(rax_dst(caller->registers.rax), generation)};
    } else {
        bool moving = (value & ~LEDGER_LOCKED) == ledger_word_moving(badge_account(caller->badge));
        error = moving ? ERROR_AGAIN : ERROR_NOT_WANTED;
    }
    ledger_unlock(word, value);
    return error;
}

/* A handle to the endpoint that the server receives at (its own handle is in rdi, and was checked), with the badge
 * in r14. BAD_RIGHTS: service rights that the caller does not have itself. */
static enum error mint(struct task *server, struct task *caller, struct acted *acted)
{
    struct handle_entry *entry = caller->service.room;

    if (badge_rights(server->registers.r14) & ~badge_rights(caller->badge))
        return ERROR_BAD_RIGHTS;
    uint64_t frame = handle_entry_frame(handle_table_entry(server, handle_index(server->registers.rdi)));
    uint32_t generation = handle_generation_next(caller);
    atomic_word *word = ledger_find(frame);
    ledger_unlock(word, handle_fill(caller, entry, generation, frame, KIND_ENDPOINT,
                                    RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE, ledger_lock(word)));
    entry->place = server->registers.r14;
    *acted = (struct acted){1, handle_make(rax_dst(caller->registers.rax), generation)};
    return ERROR_NONE;
}

/* Of any server; r14 is the number of handles (n in rax is the room for the next call's). Errors as for carry_move,
 * BAD_COUNT for more than the caller asked for, IN_USE for the handle that the replier is about to receive at. */
static enum error move(struct task *replier, struct task *caller, struct acted *acted)
{
    uint64_t n = replier->registers.r14;

    if (n > rax_n(caller->registers.rax))
        return ERROR_BAD_COUNT;
    if (handle_index(replier->registers.rdi) - handle_index(replier->registers.r13) < n)
        return ERROR_IN_USE;
    acted->n = (uint32_t)n;
    return carry_move(replier, replier->registers.r13, acted->n, caller, rax_dst(caller->registers.rax),
                      &acted->handle);
}

enum error action_perform(struct task *replier, struct task *caller, struct acted *acted)
{
    static enum error (*const actions[])(struct task *, struct task *, struct acted *) = {
        [ACTION_GRANT] = grant,         [ACTION_CLONE] = clone, [ACTION_CONVERT] = convert,
        [ACTION_HAND_BACK] = hand_back, [ACTION_MINT] = mint,   [ACTION_MOVE] = move,
    };
    uint32_t action = rax_action(replier->registers.rax);

    if (action >= sizeof(actions) / sizeof(actions[0]) || (!replier->server && action != ACTION_MOVE))
        return ERROR_BAD_ACTION;
    if (action != rax_action(caller->service.pending))
        return ERROR_NOT_WANTED;
    return actions[action](replier, caller, acted);
}
