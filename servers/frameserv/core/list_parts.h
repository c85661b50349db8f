/* What the files of the lists share. All of it is for the holder of the list's lock, or of that of the dying lists. */
#ifndef FRAMESERV_CORE_LIST_PARTS_H
#define FRAMESERV_CORE_LIST_PARTS_H

#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/lock.h"

/* A list whose lock is held. */
struct list {
    struct slot *slot;
    uint64_t id;
    atomic_word *lock;
};

static inline struct slot *link_slot(const struct worker *worker, uint64_t link)
{
    return window_slot(&worker->window, link - 1);
}

static inline atomic_word *list_lock(struct worker *worker, uint64_t id)
{
    return &worker->keep->lists.locks[id % LIST_LOCKS];
}

/* Locks a list. Errors: WrongKind, Busy, Unused; then it is not locked. */
must_use enum error list_enter(struct worker *worker, uint64_t frame, struct list *list);

static inline void list_leave(const struct list *list)
{
    lock_release(list->lock);
}

/* Links a frame before the member `next`, or at the back if that is 0. */
void list_link(struct worker *worker, struct transaction *transaction, struct slot *list, uint64_t frame,
               uint64_t next);

/* Takes a member out of its list. */
void list_unlink(struct worker *worker, struct transaction *transaction, struct slot *list, uint64_t frame);

#endif
