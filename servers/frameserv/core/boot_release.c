/* Memory that only the start needed comes back. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/boot.h"

#define SET_ASIDE kind_word(KIND_UNUSABLE, 0, ACCOUNT_SYSTEM)

static bool is_releasable(enum region_type type)
{
    return type == REGION_MODULE || type == REGION_RECLAIMABLE;
}

/* Gives a chunk to the allocator, unless that was done already: a chunk goes as a whole. */
static uint64_t give_back(struct worker *worker, uint64_t first, uint32_t order)
{
    uint64_t size = UINT64_C(1) << order;

    for (uint64_t k = 0; k < size; k++) {
        if (atomic_load_relaxed(&window_slot(&worker->window, first + k)->kind_word) != SET_ASIDE)
            return 0;
    }
    for (uint64_t k = 0; k < size; k++)
        slot_retire(window_slot(&worker->window, first + k));
    allocator_give_chunk(worker, first, order);
    return size;
}

static uint64_t give_back_run(struct worker *worker, uint64_t first, uint64_t count)
{
    uint64_t freed = 0;

    for (uint64_t done = 0; done < count;) {
        uint32_t order = CHUNK_ORDER_MAX;
        while ((first + done) % (UINT64_C(1) << order) != 0 || UINT64_C(1) << order > count - done)
            order -= 1;
        freed += give_back(worker, first + done, order);
        done += UINT64_C(1) << order;
    }
    return freed;
}

/* Releases one run, or, if the kernel refuses, each half of it by itself: one frame does not keep the rest back. */
static uint64_t release_run(struct worker *worker, uint64_t first, uint64_t count, ask_kernel ask)
{
    atomic_word *releasing = &worker->keep->buddy.releasing;
    uint64_t freed = 0;

    atomic_store_release(releasing, (first + 1) + count * RELEASING_COUNT);
    bool released = ask(first, count) == ERROR_NONE;
    if (released)
        freed = give_back_run(worker, first, count);
    atomic_store_release(releasing, 0);
    if (released || count == 1)
        return freed;
    freed = release_run(worker, first, count / 2, ask);
    return freed + release_run(worker, first + count / 2, count - count / 2, ask);
}

/* How many of the frames from one on, before the end and as the kernel takes them, are set aside: those to which handles
 * exist are not. */
static uint64_t run_length(const struct worker *worker, uint64_t first, uint64_t end)
{
    uint64_t count = 0;

    while (count < TRANSFER_FRAMES && first + count < end &&
           atomic_load_relaxed(&window_slot(&worker->window, first + count)->kind_word) == SET_ASIDE)
        count += 1;
    return count;
}

uint64_t boot_release(struct worker *worker, ask_kernel ask)
{
    const struct window *window = &worker->window;
    uint64_t interrupted = worker->keep->buddy.releasing;
    uint64_t freed = 0;

    if (interrupted != 0)
        freed = release_run(worker, interrupted % RELEASING_COUNT - 1, interrupted / RELEASING_COUNT, ask);
    for (uint32_t k = 0; k < window->region_count; k++) {
        const struct boot_region *region = &window->regions[k];
        uint64_t end = (region->base + region->size) / FRAME_SIZE;
        for (uint64_t first = region->base / FRAME_SIZE; is_releasable(region->type) && first < end;) {
            uint64_t count = run_length(worker, first, end);
            if (count != 0)
                freed += release_run(worker, first, count, ask);
            first += count != 0 ? count : 1;
        }
    }
    return freed;
}
