/* Everything of the frame server that survives its restart, beside the window: one structure in the section .keep.
 * All of it changes only inside transactions (undo.h), or word by word where a kill before or after is the same. */
#ifndef FRAMESERV_CORE_KEEP_H
#define FRAMESERV_CORE_KEEP_H

#include "servers/frameserv/core/account.h"
#include "servers/frameserv/core/buddy.h"
#include "servers/frameserv/core/undo.h"

/* Changes with the layout of struct keep or of what it refers to, so that a new server does not read an old one's. */
#ifndef KEEP_VERSION /* the tests have an image of another layout */
#define KEEP_VERSION 4 /* a plain number: the assembler reads it, too */
#endif

/* Frames that a worker keeps at hand, free, last in first out. */
#define CACHE_FRAMES 64
#define CACHE_BATCH 32 /* moved at once from or to the buddy */

struct cache {
    atomic_word lock;
    atomic_word count;                /* frames in it, at the start of: */
    atomic_word frames[CACHE_FRAMES]; /* what lies beyond count means nothing */
} __attribute__((aligned(64)));

/* How to take back what a reply asks the kernel for, after a refusal or a kill. It holds from the operation on until the
 * reply is accepted: as long as the frame is the first of the transfer page, and intent_run is set. */
struct reversal {
    atomic_word frame;   /* 0: there is none; else the frame's number + 1 */
    atomic_word list;    /* the list that it was taken out of, likewise; 0: it was repurposed */
    atomic_word account; /* 0, or the number of an account that was opened: holds as long as the intent says so */
    struct slot slot;    /* as it was */
} __attribute__((aligned(64)));

#define LIST_LOCKS 64

/* What lists have in common. Each list's own words are in its frame's slot (lists.h). */
struct list_keep {
    atomic_word dying;      /* lists that ended with members: the first one's frame number + 1; every call reads it */
    atomic_word dying_lock; /* guards those, and `dying` */
    atomic_word last_id __attribute__((aligned(64))); /* the last id given; ids are never used again */
    atomic_word locks[LIST_LOCKS];                    /* locks[id % LIST_LOCKS]: a list, and the links of its members */
} __attribute__((aligned(64)));

struct keep {
    uint64_t version;       /* KEEP_VERSION once all is set up; 0 in memory that was never used */
    uint64_t workers;       /* caches and logs in use */
    uint64_t memory_frames; /* usable, and those charged to ACCOUNT_SYSTEM */
    uint64_t endpoint;      /* where the server receives: number of the frame + 1; 0: nobody told */
    struct buddy buddy __attribute__((aligned(64)));
    struct account accounts[ACCOUNTS] __attribute__((aligned(64)));
    atomic_word tree_lock __attribute__((aligned(64))); /* guards which accounts there are, and what they may have */
    struct cache caches[WORKERS_MAX];
    struct undo_log logs[WORKERS_MAX];
    struct reversal reversals[WORKERS_MAX];
    struct list_keep lists;
    atomic_word records[ACCOUNTS]
                       [SLOT_STORAGE_WORDS]; /* last words of each account's last record; its lock guards them */
};

/* Undoes what interrupted transactions changed, and opens all locks. For recovery, while no worker runs; doing
 * it twice, or half and then whole, is the same as doing it once. */
void keep_roll_back(struct keep *keep);

#endif
