/* The ends of lists and of their members: by a clear, or with the list's last handle. Members are unlinked under the
 * lock, one by one, each named by the intent first, and dropped after. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/list_parts.h"
#include "servers/frameserv/core/note.h"
#include <quire/abi.h>

uint64_t lists_new_id(struct worker *worker)
{
    return atomic_add_relaxed(&worker->keep->lists.last_id, 1) + 1;
}

/* Unlinks the front of a list that has one. `turn`, if there is one, counts it. */
static uint64_t unlink_front(struct worker *worker, struct slot *list, atomic_word *turn)
{
    uint64_t frame = list->storage[LIST_WORD_FRONT] - 1;

    intent_set(worker, frame);
    struct transaction transaction = transaction_begin(worker->log);
    list_unlink(worker, &transaction, list, frame);
    if (turn != NULL)
        wr(&transaction, turn, *turn + 1);
    transaction_commit(&transaction);
    return frame;
}

enum error lists_clear(struct worker *worker, uint64_t list_frame, uint64_t *dropped, uint64_t *left)
{
    struct note *note = worker->note;
    struct list list;
    enum error error;

    note_begin(worker);
    while ((error = list_enter(worker, list_frame, &list)) == ERROR_NONE) {
        *left = list.slot->storage[LIST_WORD_LENGTH];
        bool more = *left != 0 && note->turn < LIST_TURN;
        uint64_t frame = more ? unlink_front(worker, list.slot, &note->turn) : FRAME_NONE;
        list_leave(&list);
        if (!more)
            break;
        frames_drop(worker, frame);
    }
    *dropped = note->unused;
    return error;
}

bool lists_end(struct worker *worker, uint64_t list)
{
    struct list_keep *keep = &worker->keep->lists;
    struct slot *slot = window_slot(&worker->window, list);
    atomic_word *lock = list_lock(worker, slot->storage[LIST_WORD_ID]);

    lock_acquire(lock, worker->number); /* who found it in use just before may still be at it */
    bool empty = slot->storage[LIST_WORD_LENGTH] == 0;
    if (!empty) {
        lock_acquire(&keep->dying_lock, worker->number);
        struct transaction transaction = transaction_begin(worker->log);
        wr(&transaction, &slot->storage[LIST_WORD_CHAIN], keep->dying);
        wr(&transaction, &slot->in_list, LIST_DYING);
        wr(&transaction, &keep->dying, list + 1);
        wr(&transaction, &slot->ref_count, REF_COUNT_UNIQUE);
        wr(&transaction, &worker->note->turn, 0);
        wr(&transaction, &worker->note->put_off, 1);
        transaction_commit(&transaction);
        lock_release(&keep->dying_lock);
    }
    lock_release(lock);
    return empty;
}

/* Takes the first dying list, which is empty, out of their chain. */
static uint64_t unlink_list(struct worker *worker)
{
    atomic_word *dying = &worker->keep->lists.dying;
    uint64_t frame = *dying - 1;
    struct slot *slot = window_slot(&worker->window, frame);

    intent_set(worker, frame);
    struct transaction transaction = transaction_begin(worker->log);
    wr(&transaction, dying, slot->storage[LIST_WORD_CHAIN]);
    wr(&transaction, &slot->storage[LIST_WORD_CHAIN], 0);
    wr(&transaction, &slot->in_list, 0);
    transaction_commit(&transaction);
    return frame;
}

static uint64_t reap(struct worker *worker, uint64_t limit, atomic_word *turn)
{
    struct list_keep *keep = &worker->keep->lists;
    uint64_t members = 0;
    uint64_t unused = 0;

    for (;;) {
        uint64_t frame = FRAME_NONE;
        lock_acquire(&keep->dying_lock, worker->number);
        if (keep->dying != 0) {
            struct slot *list = link_slot(worker, keep->dying);
            if (list->storage[LIST_WORD_FRONT] == 0) {
                frame = unlink_list(worker);
            } else if (members < limit) {
                frame = unlink_front(worker, list, turn);
                members += 1;
            }
        }
        lock_release(&keep->dying_lock);
        if (frame == FRAME_NONE)
            return unused;
        unused += frames_drop(worker, frame);
    }
}

uint64_t lists_reap(struct worker *worker, uint64_t limit)
{
    return reap(worker, limit, NULL);
}

uint64_t lists_reap_turn(struct worker *worker, atomic_word *turn)
{
    uint64_t done = *turn;

    return reap(worker, done < LIST_TURN ? LIST_TURN - done : 0, turn);
}
