/* The frame server's memory that survives a restart: the window and the section .keep. */

/* Slots' ref_count (libipc/include/quire/slot.h). The states beside 1 and UNIQUE are neighbours under wrap-around here
 * as there. */
#define BUSY 0
#define UNIQUE 14
#define UNUSED 15
#define STATES 16

/* Words that change in transactions only, so that a log can name them by number. */
#define CACHE_COUNT(k) (k)                     /* core/keep.h: struct cache */
#define CACHE_FRAME(k, n) (2 + (k) * FRAMES + (n))
#define KIND_WORD(f) (2 + 2 * FRAMES + (f))    /* quire/slot.h: whose it is, below */
#define IN_LIST(f) (2 + 3 * FRAMES + (f))
#define USED(a) (2 + 4 * FRAMES + (a))         /* core/account.h: frames that an account is charged for */
#define BLOCKS (4 + 4 * FRAMES)                /* core/buddy.c: its lists, a bit for each frame */
#define MEMBERS (5 + 4 * FRAMES)               /* core/list_parts.c: the one list's links, likewise */
#define REVERSAL(k) (6 + 4 * FRAMES + (k))     /* core/reversal.h: 0, or number + 1 of the frame that was taken */
#define DONE(k) (8 + 4 * FRAMES + (k))         /* core/note.h: the call has happened */
#define REF_COUNT(f) (10 + 4 * FRAMES + (f))   /* quire/slot.h, above */
#define WORDS (10 + 5 * FRAMES)
byte memory[WORDS];
#define ref_count(f) memory[REF_COUNT(f)]
#define kind(f) memory[KIND_WORD(f)]
#define in_list(f) memory[IN_LIST(f)]
#define cached(k) memory[CACHE_COUNT(k)]
#define top_of(k) memory[CACHE_FRAME(k, cached(k) - 1)]
#define above(k) memory[CACHE_FRAME(k, cached(k))] /* what is there means nothing, and is 0 to have fewer states */

/* A kind word: in a free block, in a cache, or charged to an account. */
#define BLOCK 0
#define CACHED(k) (1 + (k))
#define CHARGED(a) (3 + (a))
#define is_charged(word) ((word) >= CHARGED(0))
#define payer_of(word) ((word) - CHARGED(0))

/* Lock words (core/lock.h): 0, or the worker's number + 1. */
#define LOCK_ACCOUNT(a) (a)
#define LOCK_CACHE(k) (2 + (k))
#define LOCK_BUDDY 4
#define LOCK_LIST 5
#define LOCKS 6
byte locks[LOCKS];
#define is_locked (locks[0] || locks[1] || locks[2] || locks[3] || locks[4] || locks[5])

/* Undo logs (core/undo.h). What lies behind the length means nothing, and is 0 to have fewer states. */
#define LOG_ENTRIES 4
byte log_length[CPUS];
byte log_word[CPUS * LOG_ENTRIES];
byte log_old[CPUS * LOG_ENTRIES];

/* Shared with the kernel (struct worker_control): 0, or the frame's number + 1. The second is intent_run with the first
 * member of the transfer page. */
byte intent[CPUS];
byte intent_run[CPUS];

/* lock_acquire, lock_release: who spins is not told from who sleeps. */
inline acquire(lock) { if :: d_step { locks[lock] == 0 -> locks[lock] = c + 1 } fi }
inline release(lock) { locks[lock] = 0 }

/* undo_note: until the length is stored, nobody sees the entry. */
inline note(word) {
    log_word[c * LOG_ENTRIES + log_length[c]] = word;
    log_old[c * LOG_ENTRIES + log_length[c]] = memory[word];
    log_length[c]++
}

/* wr: the log's entry, then the store. */
inline wr(word, value) {
    if
    :: d_step { !PLANTED(log_late) -> note(word) }; memory[word] = value
    :: d_step { PLANTED(log_late) -> memory[word] = value }; d_step { note(word) }
    fi
}

inline empty_log(k) {
    log_length[k] = 0;
    log_word[k * LOG_ENTRIES] = 0; log_word[k * LOG_ENTRIES + 1] = 0;
    log_word[k * LOG_ENTRIES + 2] = 0; log_word[k * LOG_ENTRIES + 3] = 0;
    log_old[k * LOG_ENTRIES] = 0; log_old[k * LOG_ENTRIES + 1] = 0;
    log_old[k * LOG_ENTRIES + 2] = 0; log_old[k * LOG_ENTRIES + 3] = 0
}

/* transaction_commit */
inline commit() { d_step { empty_log(c) } }
