/* A worker's cache of free frames in front of the buddy: alloc and drop of one frame touch no line that other
 * workers write. Others drain it when they find nothing else, and claim out of it. */
#ifndef FRAMESERV_CORE_CACHE_H
#define FRAMESERV_CORE_CACHE_H

#include "servers/frameserv/core/worker.h"

/* The kind word of a frame in a cache. */
static inline uint64_t cache_mark(uint32_t worker)
{
    return kind_word(KIND_NONE, FLAG_CACHED + worker, ACCOUNT_NOBODY);
}

/* Makes sure that the worker's own cache has a frame: from the buddy, else from all other caches. The caller holds the
 * lock of that cache and no other's, and no transaction is open; the lock may be given back in between.
 * false: no frame is free in the whole machine (all locks were held to see that). */
must_use bool cache_provide(struct worker *worker);

/* Makes room in the worker's own, full cache. The caller holds its lock; no transaction is open. */
void cache_make_room(struct worker *worker);

/* Takes one given frame out of a cache, whose lock the caller holds. false: it is not in there. The caller
 * gives the frame a new kind word in the same transaction. */
must_use bool cache_take_frame(struct cache *cache, struct transaction *transaction, uint64_t frame);

/* Locks all caches; the caller holds no cache's lock, nor the buddy's. With that one locked too, no free frame moves. */
void caches_lock(struct worker *worker);

/* Opens these locks again, but for that of one cache, if one is given. */
void caches_unlock(struct worker *worker, const struct cache *except);

/* Gives the frames of all caches to the buddy. The caller holds all the locks; no transaction is open. */
void caches_drain(struct worker *worker);

#endif
