/* Frames that change their kind. The slot has the new kind before the kernel converts the frame, and gets the
 * old one back when the kernel refuses: nobody but the caller has a handle, and typed frames can't be looked up.
 * After a kill the ledger's kind counts (frames_reconcile). */
#include "servers/frameserv/core/frames_parts.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/kinds.h>
#include <string.h>

/* The account whose handle tables become more or fewer with a change of kind, locked; or NULL. */
static struct account *enter_account(struct worker *worker, uint64_t word, uint64_t next_word)
{
    if (is_table(word) == is_table(next_word))
        return NULL;
    struct account *account = account_of(worker, (uint32_t)kind_word_payer(word));
    lock_acquire(&account->lock, worker->number);
    return account;
}

static void leave_account(struct account *account)
{
    if (account != NULL)
        lock_release(&account->lock);
}

/* Writes storage and kind of a slot whose owner is alone. */
static void rewrite(struct worker *worker, struct transaction *transaction, struct slot *slot, const uint64_t *storage,
                    uint64_t word)
{
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(transaction, &slot->storage[k], storage[k]);
    change_kind_word(worker, transaction, slot, word);
}

/* Why a frame whose owner is alone can't become something else. */
static enum error change_error(struct worker *worker, const struct slot *slot, uint64_t kind,
                               const struct account *account)
{
    uint64_t kind_now = kind_word_kind(slot->kind_word);

    if (kind_now == KIND_LIST && slot->storage[LIST_WORD_LENGTH] != 0)
        return ERROR_NOT_EMPTY;
    if (kind == KIND_HANDLE_TABLE && account != NULL && share_left(&account->tables) == 0)
        return account_refuse(worker, account, &account->tables, 1, ERROR_TOO_MANY_TABLES);
    return ERROR_NONE;
}

/* Gives a slot, whose count was `ref_count`, another kind. */
static void change(struct worker *worker, struct transaction *transaction, struct slot *slot, uint64_t ref_count,
                   uint64_t word)
{
    uint64_t storage[SLOT_STORAGE_WORDS] = {0};
    struct slot old = {
        .ref_count = ref_count, .kind_word = slot->kind_word, .in_list = slot->in_list}; /* others may read the count */

    memcpy(old.storage, slot->storage, sizeof(old.storage));
    if (kind_word_kind(word) == KIND_LIST)
        storage[LIST_WORD_ID] = lists_new_id(worker);
    reversal_set(worker, window_frame(&worker->window, slot), 0, &old);
    rewrite(worker, transaction, slot, storage, word);
}

/* The change of a frame whose owner is alone, and has noted so in the open transaction. */
static enum error change_alone(struct worker *worker, struct transaction *transaction, struct slot *slot,
                               uint64_t ref_count, uint64_t kind)
{
    uint64_t word = slot->kind_word;
    uint64_t kind_now = kind_word_kind(word);
    uint64_t next_word = kind_word(kind, kind_word_flags(word), kind_word_payer(word));
    bool shared = ref_count == 1;
    struct account *account = enter_account(worker, word, next_word);
    enum error error = kind == kind_now ? ERROR_NONE : change_error(worker, slot, kind, account);

    if (error == ERROR_NONE && kind != kind_now) {
        shared = kind_is_shareable(kind) && (shared || !kind_is_shareable(kind_now) || !kind_is_convertible(kind));
        change(worker, transaction, slot, ref_count, next_word);
    }
    if (shared)
        wr(transaction, &slot->ref_count, 1);
    transaction_commit(transaction);
    leave_account(account);
    return error;
}

enum error frames_repurpose(struct worker *worker, uint64_t frame, uint64_t kind, bool *changes)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t ref_count;

    *changes = false;
    if (!kind_is_makeable(kind))
        return ERROR_WRONG_KIND;
    intent_set(worker, frame);
    struct transaction transaction = transaction_begin(worker->log);
    undo_note(&transaction, &slot->ref_count);
    enum error error = slot_make_unique(slot, &ref_count);
    uint64_t kind_now = kind_word_kind(atomic_load_relaxed(&slot->kind_word));
    if (error == ERROR_NONE && !kind_is_convertible(kind_now)) {
        error = ERROR_WRONG_KIND;
        wr(&transaction, &slot->ref_count, ref_count);
    }
    if (error != ERROR_NONE) {
        transaction_commit(&transaction);
        return error;
    }
    error = change_alone(worker, &transaction, slot, ref_count, kind);
    *changes = error == ERROR_NONE && kind_now != kind;
    return error;
}

/* Meanwhile somebody may have looked up a frame that had become untyped. Then its count stays shared: the kernel
 * refuses him too, for it knows the old kind, and his worker takes his handle from the count again. */
void frames_take_back_kind(struct worker *worker)
{
    const struct slot *old = &worker->reversal->slot;
    struct slot *slot = window_slot(&worker->window, worker->reversal->frame - 1);
    struct account *account = enter_account(worker, slot->kind_word, old->kind_word);
    struct transaction transaction = transaction_begin(worker->log);
    uint64_t found;

    undo_note(&transaction, &slot->ref_count);
    bool exclusive = slot_make_unique(slot, &found) == ERROR_NONE;
    rewrite(worker, &transaction, slot, old->storage, old->kind_word);
    if (exclusive)
        wr(&transaction, &slot->ref_count, old->ref_count);
    transaction_commit(&transaction);
    leave_account(account);
}
