/* Frames that change their kind. The slot has the new kind before the kernel converts the frame, and gets the
 * old one back when the kernel refuses: nobody but the caller has a handle, and typed frames can't be looked up.
 * After a kill the ledger's kind counts (frames_reconcile). */
#include "servers/frameserv/core/frames.h"

#include <quire/kinds.h>
#include <string.h>

/* Writes storage and kind of a slot whose owner is alone. */
static void rewrite(struct transaction *transaction, struct slot *slot, const uint64_t *storage, uint64_t word)
{
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(transaction, &slot->storage[k], storage[k]);
    wr(transaction, &slot->kind_word, word);
}

enum error frames_repurpose(struct worker *worker, uint64_t frame, uint64_t kind)
{
    static const uint64_t no_storage[SLOT_STORAGE_WORDS];
    struct slot *slot = window_slot(&worker->window, frame);
    struct pending *pending = &worker->pending;
    uint64_t ref_count;

    if (!kind_is_convertible(kind))
        return ERROR_WRONG_KIND;
    intent_set(worker, frame);
    struct transaction transaction = transaction_begin(worker->log);
    undo_note(&transaction, &slot->ref_count);
    enum error error = slot_make_unique(slot, &ref_count);
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    bool shared = ref_count == 1;
    if (error == ERROR_NONE && !kind_is_convertible(kind_word_kind(word))) {
        error = ERROR_WRONG_KIND;
    } else if (error == ERROR_NONE && kind_word_kind(word) != kind) {
        *pending = (struct pending){
            .action = ACTION_CONVERT, .count = 1, .frame = frame, .old_kind_word = word, .old_ref_count = ref_count};
        memcpy(pending->old_storage, slot->storage, sizeof(slot->storage));
        rewrite(&transaction, slot, no_storage, kind_word(kind, kind_word_flags(word), kind_word_payer(word)));
        shared = kind_is_shareable(kind);
    }
    if (shared)
        wr(&transaction, &slot->ref_count, 1);
    transaction_commit(&transaction);
    return error;
}

/* Meanwhile somebody may have looked up a frame that had become untyped. Then its count stays shared: the kernel
 * refuses him too, for it knows the old kind, and his worker takes his handle from the count again. */
void frames_take_back_kind(struct worker *worker, const struct pending *pending)
{
    struct slot *slot = window_slot(&worker->window, pending->frame);
    struct transaction transaction = transaction_begin(worker->log);
    uint64_t found;

    intent_set(worker, pending->frame);
    undo_note(&transaction, &slot->ref_count);
    bool exclusive = slot_make_unique(slot, &found) == ERROR_NONE;
    rewrite(&transaction, slot, pending->old_storage, pending->old_kind_word);
    if (exclusive && pending->old_ref_count == 1)
        wr(&transaction, &slot->ref_count, 1);
    transaction_commit(&transaction);
}
