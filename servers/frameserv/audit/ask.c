/* What the auditor goes by: the regions, what the kernel says, and slots, if there are any. */
#include "servers/frameserv/audit/parts.h"

#define ASK_MAX 64 /* calls about one frame */
#define ASK_STEPS 3

uint32_t audit_region(const struct worker *worker, uint64_t frame)
{
    const struct window *window = &worker->window;
    uint32_t low = 0;

    for (uint32_t count = window->region_count; count > 1;) {
        uint32_t half = count / 2;
        if (window->regions[low + half].base <= frame * FRAME_SIZE)
            low += half;
        count -= half;
    }
    return low;
}

bool audit_has_slots(enum region_type type)
{
    switch (type) {
#define REGION(number, NAME, name, kind, slots)                                                                        \
    case REGION_##NAME:                                                                                                \
        return slots;
#include <quire/regions.def>
#undef REGION
    default:
        return false;
    }
}

/* Of modules and the like: when boot released it. */
bool audit_can_be_free(enum region_type type)
{
    return type == REGION_USABLE || type == REGION_MODULE || type == REGION_RECLAIMABLE;
}

const struct slot *audit_slot(const struct worker *worker, uint64_t frame)
{
    if (frame >= worker->window.frame_count ||
        !audit_has_slots(worker->window.regions[audit_region(worker, frame)].type))
        return NULL;
    return &worker->window.slots[frame];
}

bool audit_is_fresh(const struct worker *worker, uint64_t frame, enum region_type type, uint64_t *end)
{
    const struct buddy *buddy = &worker->keep->buddy;
    uint64_t granule = frame / GRANULE_FRAMES;

    if (type != REGION_USABLE)
        return false;
    *end = (granule + 1) * GRANULE_FRAMES;
    if (granule < GRANULES && (buddy->fresh[granule / 64] >> granule % 64 & 1) != 0)
        return true;
    *end = buddy->seed_end < *end ? buddy->seed_end : *end;
    return frame >= buddy->seed_next && frame < *end;
}

struct audit_facts audit_ask(struct turn *turn, uint64_t frame)
{
    const struct kernel_calls *kernel = turn->worker->kernel;
    enum audit_fault fault = AUDIT_FAULT_NONE;
    uint64_t found[2] = {0, 0};
    uint64_t next = turn->audit->thorough ? AUDIT_DEEP : 0;

    for (uint32_t calls = 0; calls < ASK_MAX && (calls == 0 || next != 0); calls++) {
        turn->steps += ASK_STEPS;
        if (kernel->audit(frame, &next, &fault, found) != ERROR_NONE)
            return (struct audit_facts){.known = false};
        if (fault != AUDIT_FAULT_NONE) {
            audit_tell(turn, fault, frame * FRAME_SIZE, found[0], found[1]);
            return (struct audit_facts){.known = false};
        }
    }
    return (struct audit_facts){.handles = found[0],
                                .kind = (enum kind)(found[1] % 65536),
                                .state = (enum ledger_state)(found[1] / 65536),
                                .known = true};
}
