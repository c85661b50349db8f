/* Segments: arithmetic on runs of handles, and the requests about runs. */
#include <quire/segment.h>

#include <quire/client.h>
#include <quire/slot.h>
#include <stddef.h>

must_use enum error segment_allocate(uint32_t count, uint64_t flags, struct segment *segment)
{
    handle first;
    enum error error = frame_allocate_with(count, flags | ALLOC_CONTIGUOUS, &first);

    if (error == ERROR_NONE) {
        *segment = (struct segment){.first = first, .count = count};
    }
    return error;
}

must_use enum error segment_claim(uint64_t address, uint32_t count, uint64_t flags, struct segment *segment,
                                  uint32_t *failed)
{
    handle first;
    enum error error = frame_claim_run(address, count, flags, &first, failed);

    if (error == ERROR_NONE) {
        *segment = (struct segment){.first = first, .count = count};
    }
    return error;
}

must_use enum error segment_clone(const struct segment *segment, uint32_t rights, struct segment *copy,
                                  uint32_t *failed)
{
    handle first;
    enum error error = frame_clone_run(segment->first, segment->count, rights, &first, failed);

    if (error == ERROR_NONE) {
        *copy = (struct segment){.first = first, .count = segment->count};
    }
    return error;
}

/* Part of a segment, which owns nothing. */
static enum error part(const struct segment *segment, uint32_t start, uint32_t count, struct segment *result)
{
    if (count == 0) {
        return ERROR_BAD_COUNT;
    }
    if (start > segment->count || count > segment->count - start) {
        return ERROR_OUT_OF_BOUND;
    }
    *result = (struct segment){.first = handle_of_run(segment->first, start), .count = count};
    return ERROR_NONE;
}

must_use enum error segment_slice(const struct segment *segment, uint32_t start, uint32_t count, uint32_t rights,
                                  struct segment *slice)
{
    struct segment lent;
    enum error error = part(segment, start, count, &lent);

    return error != ERROR_NONE ? error : segment_clone(&lent, rights, slice, NULL);
}

must_use enum error segment_split(struct segment *segment, uint32_t at, struct segment *rest)
{
    if (at == 0 || at == segment->count) {
        return ERROR_BAD_COUNT;
    }
    if (at > segment->count) {
        return ERROR_OUT_OF_BOUND;
    }
    *rest = (struct segment){.first = handle_of_run(segment->first, at), .count = segment->count - at};
    segment->count = at;
    return ERROR_NONE;
}

must_use enum error segment_next(struct segment *segment, handle *frame)
{
    if (segment->count == 0) {
        return ERROR_BAD_COUNT;
    }
    *frame = segment->first;
    segment->first = handle_of_run(segment->first, 1);
    segment->count--;
    return ERROR_NONE;
}

must_use enum error segment_frame(const struct segment *segment, uint32_t index, handle *frame)
{
    if (index >= segment->count) {
        return ERROR_OUT_OF_BOUND;
    }
    *frame = handle_of_run(segment->first, index);
    return ERROR_NONE;
}

/* Interrupted: the handles are gone all the same. */
must_use enum error segment_drop(struct segment *segment, uint64_t *unused)
{
    uint64_t became_unused = 0;
    enum error error = ERROR_NONE;

    if (segment->count > 0) {
        error = frame_drop_run(segment->first, segment->count, &became_unused);
    }
    if (error == ERROR_NONE || error == ERROR_INTERRUPTED) {
        segment->count = 0;
        if (unused != NULL) {
            *unused = became_unused;
        }
    }
    return error;
}

must_use enum error segment_check(const struct segment *segment, uint64_t kind, uint32_t *failed)
{
    return frame_check_run(segment->first, segment->count, kind, failed);
}

must_use enum error segment_unique(const struct segment *segment, uint32_t *failed)
{
    return frame_unique_run(segment->first, segment->count, failed);
}

must_use enum error segment_share(const struct segment *segment, uint32_t *failed)
{
    return frame_share_run(segment->first, segment->count, failed);
}

must_use enum error segment_addresses(const struct segment *segment, uint64_t *start, uint64_t *end)
{
    struct frame_facts facts;

    if (segment->count == 0) {
        return ERROR_BAD_COUNT;
    }
    enum error error = frame_info(segment->first, &facts);
    if (error == ERROR_NONE) {
        *start = facts.address;
        *end = facts.address + segment_size(segment);
    }
    return error;
}

/* Takes the first mappings away again. */
static enum error unmap_first(const struct segment *segment, uint32_t count)
{
    enum error result = ERROR_NONE;

    for (uint32_t k = 0; k < count; k++) {
        enum error error = frame_unmap(handle_of_run(segment->first, k));

        result = result == ERROR_NONE ? error : result;
    }
    return result;
}

must_use enum error segment_map(const struct segment *segment, uint32_t rights, void **address)
{
    void *chosen = NULL;

    if (segment->count == 0) {
        return ERROR_BAD_COUNT;
    }
    for (uint32_t k = 0; k < segment->count; k++) {
        void *page;
        enum error error = frame_map_anywhere(handle_of_run(segment->first, k), rights, &page);

        if (error != ERROR_NONE) {
            enum error undone = unmap_first(segment, k); /* the first error is the one to tell */
            (void)undone;
            return error;
        }
        chosen = k == 0 ? page : chosen;
    }
    *address = chosen;
    return ERROR_NONE;
}

must_use enum error segment_unmap(const struct segment *segment)
{
    return segment->count == 0 ? ERROR_BAD_COUNT : unmap_first(segment, segment->count);
}
