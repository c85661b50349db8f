/* Frames that change their kind. The slot has the new kind before the kernel converts the frame, and gets the
 * old one back when the kernel refuses: nobody but the caller has a handle, and typed frames can't be looked up.
 * After a kill the ledger's kind counts (frames_reconcile). */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/kinds.h>
#include <string.h>

/* Writes storage and kind of a slot whose owner is alone. */
static void rewrite(struct transaction *transaction, struct slot *slot, const uint64_t *storage, uint64_t word)
{
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(transaction, &slot->storage[k], storage[k]);
    wr(transaction, &slot->kind_word, word);
}

/* Why a frame whose owner is alone can't become something else. */
static enum error change_error(const struct slot *slot, uint64_t kind_now)
{
    if (!kind_is_convertible(kind_now))
        return ERROR_WRONG_KIND;
    return kind_now == KIND_LIST && slot->storage[LIST_WORD_LENGTH] != 0 ? ERROR_NOT_EMPTY : ERROR_NONE;
}

/* Gives a slot, whose count was `ref_count`, another kind. */
static void change(struct worker *worker, struct transaction *transaction, struct slot *slot, uint64_t ref_count,
                   uint64_t kind)
{
    uint64_t word = slot->kind_word;
    uint64_t storage[SLOT_STORAGE_WORDS] = {0};
    struct slot old = {
        .ref_count = ref_count, .kind_word = word, .in_list = slot->in_list}; /* others may read the count */

    memcpy(old.storage, slot->storage, sizeof(old.storage));
    if (kind == KIND_LIST)
        storage[LIST_WORD_ID] = lists_new_id(worker);
    reversal_set(worker, window_frame(&worker->window, slot), 0, &old);
    rewrite(transaction, slot, storage, kind_word(kind, kind_word_flags(word), kind_word_payer(word)));
}

enum error frames_repurpose(struct worker *worker, uint64_t frame, uint64_t kind, bool *changes)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t ref_count;

    *changes = false;
    if (!kind_is_convertible(kind))
        return ERROR_WRONG_KIND;
    intent_set(worker, frame);
    struct transaction transaction = transaction_begin(worker->log);
    undo_note(&transaction, &slot->ref_count);
    enum error error = slot_make_unique(slot, &ref_count);
    if (error == ERROR_NONE) {
        uint64_t kind_now = kind_word_kind(atomic_load_relaxed(&slot->kind_word));
        bool shared = ref_count == 1;
        error = change_error(slot, kind_now);
        *changes = error == ERROR_NONE && kind_now != kind;
        if (*changes) {
            shared = kind_is_shareable(kind) && (shared || !kind_is_shareable(kind_now));
            change(worker, &transaction, slot, ref_count, kind);
        }
        if (shared)
            wr(&transaction, &slot->ref_count, 1);
    }
    transaction_commit(&transaction);
    return error;
}

/* Meanwhile somebody may have looked up a frame that had become untyped. Then its count stays shared: the kernel
 * refuses him too, for it knows the old kind, and his worker takes his handle from the count again. */
void frames_take_back_kind(struct worker *worker)
{
    const struct slot *old = &worker->reversal->slot;
    struct slot *slot = window_slot(&worker->window, worker->reversal->frame - 1);
    struct transaction transaction = transaction_begin(worker->log);
    uint64_t found;

    undo_note(&transaction, &slot->ref_count);
    bool exclusive = slot_make_unique(slot, &found) == ERROR_NONE;
    rewrite(&transaction, slot, old->storage, old->kind_word);
    if (exclusive && old->ref_count == 1)
        wr(&transaction, &slot->ref_count, 1);
    transaction_commit(&transaction);
}
