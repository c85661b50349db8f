/* Everything of the frame server that survives its restart, beside the window: one structure in the section .keep.
 * All of it changes only inside transactions (undo.h), or word by word where a kill before or after is the same. */
#ifndef FRAMESERV_CORE_KEEP_H
#define FRAMESERV_CORE_KEEP_H

#include "servers/frameserv/core/account.h"
#include "servers/frameserv/core/buddy.h"
#include "servers/frameserv/core/undo.h"

/* Changes with the layout of struct keep or of what it refers to, so that a new server does not read an old one's. */
#ifndef KEEP_VERSION   /* the tests have an image of another layout */
#define KEEP_VERSION 5 /* a plain number: the assembler reads it, too */
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
 * reply is accepted: INTENT_REVERSAL. */
struct reversal {
    atomic_word frame;   /* 0: there is none; else the frame's number + 1 */
    atomic_word list;    /* the list that it was taken out of, likewise; 0: it was repurposed */
    atomic_word account; /* 0, or the number of an account that was opened: holds as long as the intent says so */
    struct slot slot;    /* as it was */
} __attribute__((aligned(64)));

/* What a worker's call has done already, for who finishes it after a kill. Each word changes in the transaction of what it
 * tells, and means something as long as a flag of the worker's intents says so (worker.h). */
struct note {
    atomic_word unused;  /* frames that ended since the operation began: INTENT_COUNTED */
    atomic_word put_off; /* lists are among what it dropped whose members end in turns: INTENT_COUNTED */
    atomic_word swept;   /* members of dying lists that ended before it began: INTENT_SWEPT */
    atomic_word turn;    /* those that ended in its own turn: after put_off, or INTENT_NOTED; as are all that follow: */
    atomic_word done;    /* all of it has happened, and this was the answer: */
    atomic_word answer[2]; /* or as much of it as is known */
    atomic_word marks[8];  /* a set of the frames of a run, or of accounts */
} __attribute__((aligned(64)));

/* Counts of restarts and of what the last one did. STATISTICS tells them. */
struct recovery {
    atomic_word restarts;
    atomic_word reason;     /* enum restart */
    atomic_word found;      /* recover.h */
    atomic_word undone;     /* words that logs put back */
    atomic_word reconciled; /* frames */
};

#define LIST_LOCKS 64

/* What lists have in common. Each list's own words are in its frame's slot (lists.h). */
struct list_keep {
    atomic_word dying;      /* lists that ended with members: the first one's frame number + 1; every call reads it */
    atomic_word dying_lock; /* guards those, and `dying` */
    atomic_word last_id __attribute__((aligned(64))); /* the last id given; ids are never used again */
    atomic_word locks[LIST_LOCKS];                    /* locks[id % LIST_LOCKS]: a list, and the links of its members */
} __attribute__((aligned(64)));

struct keep {
    atomic_word version;    /* KEEP_VERSION once boot_keep() is through; 0 in memory that was never used */
    atomic_word booted;     /* 1 once all else of the first start is, too */
    uint64_t workers;       /* caches and logs in use */
    uint64_t memory_frames; /* usable, and those charged to ACCOUNT_SYSTEM */
    uint64_t endpoint;      /* where the server receives: number of the frame + 1; 0: nobody told */
    struct buddy buddy __attribute__((aligned(64)));
    struct account accounts[ACCOUNTS] __attribute__((aligned(64)));
    atomic_word accounts_end; /* no account from this place on was ever open, but for ACCOUNT_SYSTEM */
    atomic_word tree_lock __attribute__((aligned(64))); /* guards which accounts there are, and what they may have */
    struct cache caches[WORKERS_MAX];
    struct undo_log logs[WORKERS_MAX];
    struct reversal reversals[WORKERS_MAX];
    struct note notes[WORKERS_MAX];
    struct recovery recovery;
    struct list_keep lists;
    atomic_word records[ACCOUNTS]
                       [SLOT_STORAGE_WORDS]; /* last words of each account's last record; its lock guards them */
};

/* Undoes what interrupted transactions changed, and opens all locks, which tell the rest of keep->recovery.found before. For
 * recovery, while no worker runs; doing it twice, or half and then whole, is the same as doing it once. */
void keep_roll_back(struct keep *keep);

#endif
