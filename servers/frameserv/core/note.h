/* How far a call is: what a restart finds, so that it is neither done again nor answered otherwise than it would have been.
 * See struct note in keep.h. */
#ifndef FRAMESERV_CORE_NOTE_H
#define FRAMESERV_CORE_NOTE_H

#include "servers/frameserv/core/worker.h"

/* Frames that end from here on are counted as the call's. To be called before the first that it can end is given back, while
 * that can still be told from one that ended otherwise. */
static inline void note_count(struct worker *worker)
{
    struct note *note = worker->note;

    atomic_store_release(&note->unused, 0);
    atomic_store_release(&note->put_off, 0);
    intent_flag(worker, INTENT_COUNTED);
}

/* The operation begins, or goes on where a kill stopped it. */
static inline void note_begin(struct worker *worker)
{
    struct note *note = worker->note;

    if (intent_has(worker, INTENT_NOTED))
        return;
    atomic_store_release(&note->turn, 0);
    atomic_store_release(&note->done, 0);
    atomic_store_release(&note->answer[0], 0);
    atomic_store_release(&note->answer[1], 0);
    note_count(worker);
    intent_flag(worker, INTENT_NOTED);
}

/* Whether a transaction was committed in which the call was done as a whole. */
static inline bool note_is_done(const struct worker *worker)
{
    return intent_has(worker, INTENT_NOTED) && worker->note->done != 0;
}

/* To be part of that transaction. */
static inline void note_done(struct worker *worker, struct transaction *transaction, uint64_t answer)
{
    wr(transaction, &worker->note->answer[0], answer);
    wr(transaction, &worker->note->done, 1);
}

/* Counts frames as ended in the transaction that makes them free. */
static inline void note_unused(struct worker *worker, struct transaction *transaction, uint64_t count)
{
    atomic_word *unused = &worker->note->unused;

    wr(transaction, unused, *unused + count);
}

/* The set of up to 512 members that marks[] is. */
static inline void note_mark(struct worker *worker, uint64_t member)
{
    atomic_word *word = &worker->note->marks[member / 64];

    atomic_store_release(word, *word | UINT64_C(1) << member % 64);
}

static inline bool note_is_marked(const struct worker *worker, uint64_t member)
{
    return worker->note->marks[member / 64] >> member % 64 & 1;
}

static inline void note_unmark_all(struct worker *worker)
{
    for (uint32_t k = 0; k < sizeof(worker->note->marks) / sizeof(worker->note->marks[0]); k++)
        atomic_store_release(&worker->note->marks[k], 0);
}

#endif
