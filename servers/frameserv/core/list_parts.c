#include "servers/frameserv/core/list_parts.h"

#include <quire/abi.h>

/* Why the frame, whose supposed list's lock is held, is no list that can be used. */
static enum error list_error(const struct slot *slot, uint64_t id)
{
    uint64_t count = atomic_load_acquire(&slot->ref_count);

    if (kind_word_kind(atomic_load_relaxed(&slot->kind_word)) != KIND_LIST)
        return ERROR_WRONG_KIND;
    if (count == REF_COUNT_BUSY)
        return ERROR_BUSY;
    if (count == REF_COUNT_UNUSED || atomic_load_relaxed(&slot->in_list) != 0 ||
        atomic_load_relaxed(&slot->storage[LIST_WORD_ID]) != id)
        return ERROR_UNUSED;
    return ERROR_NONE;
}

enum error list_enter(struct worker *worker, uint64_t frame, struct list *list)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t id = atomic_load_relaxed(&slot->storage[LIST_WORD_ID]);

    *list = (struct list){.slot = slot, .id = id, .lock = list_lock(worker, id)};
    if (id - 1 >= atomic_load_relaxed(&worker->keep->lists.last_id)) { /* no list's: recovery knows no such lock */
        enum error error = list_error(slot, id);
        return error != ERROR_NONE ? error : ERROR_UNUSED;
    }
    lock_acquire(list->lock, worker->number);
    enum error error = list_error(slot, id);
    if (error != ERROR_NONE)
        list_leave(list);
    return error;
}

/* The words that lead to a member from both sides. */
static uint64_t *link_from_previous(struct worker *worker, struct slot *list, uint64_t previous)
{
    return previous != 0 ? &link_slot(worker, previous)->storage[MEMBER_NEXT] : &list->storage[LIST_WORD_FRONT];
}

static uint64_t *link_from_next(struct worker *worker, struct slot *list, uint64_t next)
{
    return next != 0 ? &link_slot(worker, next)->storage[MEMBER_PREVIOUS] : &list->storage[LIST_WORD_BACK];
}

void list_link(struct worker *worker, struct transaction *transaction, struct slot *list, uint64_t frame, uint64_t next)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t *from_next = link_from_next(worker, list, next);
    uint64_t previous = *from_next;

    wr(transaction, &slot->storage[MEMBER_NEXT], next);
    wr(transaction, &slot->storage[MEMBER_PREVIOUS], previous);
    wr(transaction, &slot->in_list, list->storage[LIST_WORD_ID]);
    wr(transaction, link_from_previous(worker, list, previous), frame + 1);
    wr(transaction, from_next, frame + 1);
    wr(transaction, &list->storage[LIST_WORD_LENGTH], list->storage[LIST_WORD_LENGTH] + 1);
}

void list_unlink(struct worker *worker, struct transaction *transaction, struct slot *list, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t next = slot->storage[MEMBER_NEXT];
    uint64_t previous = slot->storage[MEMBER_PREVIOUS];

    wr(transaction, link_from_previous(worker, list, previous), next);
    wr(transaction, link_from_next(worker, list, next), previous);
    wr(transaction, &list->storage[LIST_WORD_LENGTH], list->storage[LIST_WORD_LENGTH] - 1);
    wr(transaction, &slot->storage[MEMBER_NEXT], 0);
    wr(transaction, &slot->storage[MEMBER_PREVIOUS], 0);
    wr(transaction, &slot->in_list, 0); /* last: who reads it without the lock sees a member until it is none */
}
