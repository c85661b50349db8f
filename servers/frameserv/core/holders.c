#include "servers/frameserv/core/holders.h"

#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/pieces.h"
#include <string.h>

/* Why a frame whose owner lent it has no handles to take. *state: what its count reads. */
static enum error revoke_error(const struct slot *slot, uint64_t *state)
{
    *state = atomic_load_relaxed(&slot->ref_count);
    return *state == REF_COUNT_BUSY ? ERROR_BUSY : *state == REF_COUNT_UNUSED ? ERROR_UNUSED : ERROR_NONE;
}

/* Subtracts what the kernel took, and notes together with that how many it took for the call in all. True: the frame has no
 * handle any more. */
static bool subtract(struct worker *worker, struct slot *slot, uint64_t now, uint64_t total, uint64_t left)
{
    struct note *note = worker->note;
    struct transaction transaction = transaction_begin(worker->log);

    undo_note(&transaction, &slot->ref_count);
    bool last = now != 0 && slot_remove_others(slot, now);
    wr(&transaction, &note->answer[0], total);
    wr(&transaction, &note->answer[1], left);
    transaction_commit(&transaction);
    return last;
}

/* What the kernel took has left its tables, so it is subtracted, whatever follows. After a kill in between recovery has made
 * the count what handles there are, and the kernel tells how many it took before. */
enum error holders_revoke(struct worker *worker, uint64_t frame, uint64_t *taken, uint64_t *left)
{
    struct slot *slot = window_slot(&worker->window, frame);
    const struct note *note = worker->note;
    uint64_t state;
    uint64_t total;
    uint64_t now = 0;
    enum error error = revoke_error(slot, &state);

    *taken = 0;
    *left = 1;
    if (error != ERROR_NONE || state == REF_COUNT_UNIQUE)
        return error;
    note_begin(worker);
    intent_set(worker, frame);
    do {
        if (note->answer[0] >= REVOKE_TURN)
            break; /* done before a kill */
        error = worker->kernel->strip(&now, left, &total);
        if (error != ERROR_NONE)
            return error;
        if (subtract(worker, slot, now, total, *left)) { /* another owner revokes, too, and the lent handle is gone */
            frames_end(worker, frame);
            return ERROR_REVOKED;
        }
    } while (now != 0 && *left > 1);
    *taken = note->answer[0];
    *left = note->answer[1];
    return ERROR_NONE;
}

/* Where the next frame is that may be in use, if this one is not: behind such a region, or free memory. */
static uint64_t skip(struct worker *worker, uint64_t frame)
{
    const struct boot_region *region = window_region(&worker->window, frame);

    return region_is_ruled_out(region->type) ? (region->base + region->size) / FRAME_SIZE
                                             : free_memory_end(worker, frame);
}

static bool is_paid_by(const struct slot *slot, uint32_t payer, uint64_t *count)
{
    *count = atomic_load_relaxed(&slot->ref_count);
    return *count != REF_COUNT_BUSY && *count != REF_COUNT_UNUSED &&
           kind_word_payer(atomic_load_relaxed(&slot->kind_word)) == payer;
}

enum error holders_next(struct worker *worker, uint32_t payer, uint64_t address, struct holder *holder)
{
    uint64_t frame = address / FRAME_SIZE;
    uint64_t count;

    if (address % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    *holder = (struct holder){0};
    for (uint32_t steps = 0; steps < HOLDERS_TURN && frame < worker->window.frame_count; steps++) {
        uint64_t next = skip(worker, frame);
        if (next != frame) {
            frame = next;
        } else if (is_paid_by(window_slot(&worker->window, frame), payer, &count)) {
            holder->handles = count == REF_COUNT_UNIQUE ? 1 : count;
            if (worker->kernel->holder(frame, holder->name) != ERROR_NONE)
                memset(holder->name, 0, sizeof(holder->name));
            break;
        } else {
            frame += 1;
        }
    }
    if (frame >= worker->window.frame_count)
        return ERROR_OUT_OF_BOUND;
    holder->address = frame * FRAME_SIZE;
    return ERROR_NONE;
}
