/* What the files of the frames share about kinds and who pays for them. */
#ifndef FRAMESERV_CORE_FRAMES_PARTS_H
#define FRAMESERV_CORE_FRAMES_PARTS_H

#include "servers/frameserv/core/allocator_parts.h"
#include "servers/frameserv/core/frames.h"

static inline bool is_table(uint64_t word)
{
    return kind_word_kind(word) == KIND_HANDLE_TABLE;
}

/* Gives a slot another kind word with the same payer, and charges or discharges a handle table if that makes or unmakes
 * one: then the payer's account is locked, or nobody else is there. */
static inline void change_kind_word(struct worker *worker, struct transaction *transaction, struct slot *slot,
                                    uint64_t word)
{
    struct share *tables = &account_of(worker, (uint32_t)kind_word_payer(word))->tables;
    bool was_table = is_table(slot->kind_word);

    if (was_table != is_table(word))
        wr(transaction, &tables->used, was_table ? tables->used - 1 : tables->used + 1);
    wr(transaction, &slot->kind_word, word);
}

#endif
