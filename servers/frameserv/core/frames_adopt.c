/* A frame's charge goes from one account to another. While it does, the frame has one handle more, so that it can't end
 * meanwhile, nor change its kind; one with an exclusive owner can't, since he waits. */
#include "servers/frameserv/core/frames_parts.h"

/* Both accounts are locked, and the slot's kind word is `word`. */
static enum error adopt(struct worker *worker, struct slot *slot, uint64_t word, struct account *from,
                        struct account *to)
{
    if (!affords(to, 1))
        return over_limit(worker, to, 1);
    if (is_table(word) && share_left(&to->tables) == 0)
        return account_refuse(worker, to, &to->tables, 1, ERROR_TOO_MANY_TABLES);
    struct transaction transaction = transaction_begin(worker->log);
    wr(&transaction, &slot->kind_word,
       kind_word(kind_word_kind(word), kind_word_flags(word), (uint64_t)(to - worker->keep->accounts)));
    discharge(&transaction, from, 1);
    charge(&transaction, to, 1);
    if (is_table(word)) {
        wr(&transaction, &from->tables.used, from->tables.used - 1);
        wr(&transaction, &to->tables.used, to->tables.used + 1);
    }
    transaction_commit(&transaction);
    return ERROR_NONE;
}

/* Another holder may adopt the frame at the same time: who comes first is the payer that the other one finds. */
static enum error adopt_from_payer(struct worker *worker, struct slot *slot, uint32_t payer)
{
    for (;;) {
        uint64_t word = atomic_load_relaxed(&slot->kind_word);
        uint32_t now = (uint32_t)kind_word_payer(word);
        if (now == ACCOUNT_SYSTEM)
            return ERROR_RESERVED;
        struct account *from = account_of(worker, now);
        struct account *to = account_of(worker, account_place(payer));
        if (to == from)
            return ERROR_NONE;
        accounts_lock(worker, from, to);
        bool same = atomic_load_relaxed(&slot->kind_word) == word;
        enum error error = !account_is(to, payer) ? ERROR_NOT_PERMITTED
                           : same                 ? adopt(worker, slot, word, from, to)
                                                  : ERROR_NONE;
        accounts_unlock(from, to);
        if (same || error != ERROR_NONE)
            return error;
    }
}

enum error frames_adopt(struct worker *worker, uint64_t frame, uint32_t payer)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t count;

    intent_set(worker, frame);
    enum error held = slot_add(slot, &count);
    if (held != ERROR_NONE && held != ERROR_UNIQUE)
        return held;
    enum error error = adopt_from_payer(worker, slot, payer);
    if (held == ERROR_NONE)
        frames_drop(worker, frame);
    return error;
}
