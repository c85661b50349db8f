#include "servers/frameserv/core/survey.h"

#include "servers/frameserv/core/pieces.h"
#include <quire/abi.h>

/* Looks at the piece of memory that starts with a frame. Returns the first frame behind it. */
static uint64_t look(struct worker *worker, uint64_t frame, struct survey *piece)
{
    const struct boot_region *region = window_region(&worker->window, frame);
    const struct slot *slot = window_slot(&worker->window, frame);

    piece->region = region->type;
    if (region_is_ruled_out(region->type)) {
        piece->kind_word = kind_word(region_kind(region->type), SURVEY_USED, ACCOUNT_SYSTEM);
        return (region->base + region->size) / FRAME_SIZE;
    }
    uint64_t count = atomic_load_relaxed(&slot->ref_count);
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    uint64_t listed = atomic_load_relaxed(&slot->in_list) != 0 ? SURVEY_LISTED : 0;
    if (count != REF_COUNT_UNUSED || kind_word_payer(word) != ACCOUNT_NOBODY) {
        piece->kind_word = kind_word(kind_word_kind(word), SURVEY_USED | listed, kind_word_payer(word));
        return frame + 1;
    }
    piece->kind_word = kind_word(kind_word_kind(word), 0, ACCOUNT_NOBODY);
    if (kind_word_kind(word) == KIND_DEVICE)
        return frame + 1;
    uint64_t end = free_memory_end(worker, frame);
    return end > frame ? end : frame + 1;
}

enum error survey(struct worker *worker, uint64_t address, struct survey *out)
{
    uint64_t frame = address / FRAME_SIZE;
    struct survey piece;

    if (address % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    if (frame >= worker->window.frame_count)
        return ERROR_OUT_OF_BOUND;
    frame = look(worker, frame, out);
    for (uint32_t steps = 1; steps < SURVEY_TURN && frame < worker->window.frame_count; steps++) {
        uint64_t next = look(worker, frame, &piece);
        if (piece.kind_word != out->kind_word || piece.region != out->region)
            break;
        frame = next;
    }
    out->end = frame * FRAME_SIZE;
    return ERROR_NONE;
}
