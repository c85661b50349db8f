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

/* Releases one run. A run that the kernel refuses is given back nevertheless when its release was under way at a
 * kill: the kernel has released it then. */
static uint64_t release_run(struct worker *worker, uint64_t first, uint64_t count,
                            enum error (*ask_kernel)(uint64_t first, uint64_t count))
{
    atomic_word *releasing = &worker->keep->buddy.releasing;
    bool interrupted = *releasing == first + 1;
    uint64_t freed = 0;

    atomic_store_release(releasing, first + 1);
    if (ask_kernel(first, count) == ERROR_NONE || interrupted) {
        for (uint64_t done = 0; done < count;) {
            uint32_t order = CHUNK_ORDER_MAX;
            while ((first + done) % (UINT64_C(1) << order) != 0 || UINT64_C(1) << order > count - done)
                order -= 1;
            freed += give_back(worker, first + done, order);
            done += UINT64_C(1) << order;
        }
    }
    atomic_store_release(releasing, 0);
    return freed;
}

uint64_t boot_release(struct worker *worker, enum error (*ask_kernel)(uint64_t first, uint64_t count))
{
    const struct window *window = &worker->window;
    uint64_t interrupted = worker->keep->buddy.releasing;
    uint64_t freed = 0;

    for (uint32_t k = 0; k < window->region_count; k++) {
        const struct boot_region *region = &window->regions[k];
        uint64_t end = (region->base + region->size) / FRAME_SIZE;
        if (!is_releasable(region->type))
            continue;
        for (uint64_t first = region->base / FRAME_SIZE; first < end; first += TRANSFER_FRAMES) {
            if (first + 1 >= interrupted) /* those before are done */
                freed += release_run(worker, first, end - first < TRANSFER_FRAMES ? end - first : TRANSFER_FRAMES,
                                     ask_kernel);
        }
    }
    return freed;
}
