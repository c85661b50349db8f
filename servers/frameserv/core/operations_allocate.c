/* Operations that hand out free frames. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/shortage.h"

#define ALIGN_ORDER_MAX 18 /* 1 GiB, the largest free block */
#define ALLOC_FLAGS (ALLOC_CONTIGUOUS | ALLOC_LOW | ALLOC_UNIQUE)

/* Reads the flags of an allocation. false: there are others, or they contradict one another. */
static bool allocation_read(uint64_t flags, uint64_t count, struct allocation *how)
{
    uint64_t order = flags / ALLOC_ALIGN_UNIT % 256;

    *how = (struct allocation){
        .unique = flags & ALLOC_UNIQUE,
        .wish = {.contiguous = flags & ALLOC_CONTIGUOUS, .low = flags & ALLOC_LOW, .align_order = (uint32_t)order}};
    return flags == ((flags & ALLOC_FLAGS) | order * ALLOC_ALIGN_UNIT) && order <= ALIGN_ORDER_MAX &&
           (order == 0 || how->wish.contiguous || count == 1);
}

/* A reply that grants the first `count` frames of the transfer page. */
static void grant(struct worker *worker, struct message *message, uint64_t count)
{
    if (count == 1)
        reply_handle(worker, message, ACTION_GRANT, worker->transfer[0], RIGHTS_FRAME, 0);
    else
        reply_run(worker, message, ACTION_GRANT, count, RIGHTS_FRAME);
}

static bool count_is_good(uint64_t count)
{
    return count != 0 && count <= TRANSFER_FRAMES;
}

enum error operation_alloc(struct worker *worker, struct message *message)
{
    uint64_t count = rax_n(message->rax);
    struct allocation how;
    uint32_t payer;
    enum error error = payer_of(worker, message, &payer);

    if (error != ERROR_NONE)
        return error;
    if (!count_is_good(count))
        return ERROR_BAD_COUNT;
    if (!allocation_read(message->words[0], count, &how))
        return ERROR_BAD_ARGUMENT;
    error = frames_allocate_as(worker, payer, count, &how);
    if (error == ERROR_NONE)
        grant(worker, message, count);
    return error;
}

/* Whether the caller may have the frames from an address on: memory by the claim right, a device's by the device right. */
static bool may_claim(const struct worker *worker, const struct message *message, uint64_t count)
{
    uint64_t frame = message->words[0] / FRAME_SIZE;
    uint32_t rights = badge_rights(message->rdi);
    uint64_t end = frame + count;

    while (frame < end && frame < worker->window.frame_count) {
        const struct boot_region *region = window_region(&worker->window, frame);
        uint32_t needed = region_kind(region->type) == KIND_DEVICE ? SERVICE_RIGHT_DEVICE : SERVICE_RIGHT_CLAIM;
        if (!(rights & needed))
            return false;
        frame = (region->base + region->size) / FRAME_SIZE;
    }
    return (rights & (SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_DEVICE)) != 0;
}

enum error operation_claim(struct worker *worker, struct message *message)
{
    uint64_t count = rax_n(message->rax);
    uint64_t flags = message->words[1];
    bool tried = false;
    uint32_t payer;
    enum error error = may_claim(worker, message, count) ? payer_of(worker, message, &payer) : ERROR_MISSING_RIGHT;

    if (error != ERROR_NONE)
        return error;
    if (!count_is_good(count))
        return ERROR_BAD_COUNT;
    if (flags != 0 && flags != CLAIM_UNIQUE)
        return ERROR_BAD_ARGUMENT;
    do {
        error = frames_claim_run(worker, payer, message->words[0], count, flags == CLAIM_UNIQUE);
    } while (error != ERROR_NONE && shortage_eased(worker, &error, &tried));
    if (error == ERROR_NONE)
        grant(worker, message, count);
    return error;
}
