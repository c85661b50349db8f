/* Lies about memory that nobody needs any more. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include <quire/slot.h>
#include <quire/task.h>

static uint64_t release(uint64_t address, uint64_t count)
{
    return call_5(frame_server(), label_make(LIAR_RELEASE, 0), address / FRAME_SIZE, count, 0, 0, 0).words[0];
}

/* The first region of a type: its base, and its frames; 0: there is none. */
static uint64_t find(enum region_type type, uint64_t *base)
{
    for (uint64_t number = 0;; number++) {
        struct reply region = call_1(frame_server(), label_make(LIAR_REGION, 0), number);

        if (region.words[1] == 0 || region.words[2] == type) {
            *base = region.words[0];
            return region.words[1] / FRAME_SIZE;
        }
    }
}

static void never_released(void)
{
    static const enum region_type types[] = {REGION_UNKNOWN, REGION_RESERVED, REGION_KERNEL,
                                             REGION_USABLE,  REGION_EARLY,    REGION_METADATA};

    for (uint32_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
        uint64_t base;
        uint64_t frames = find(types[k], &base);

        if (frames > 0) {
            result("release of what is no released memory", release(base, 1), ERROR_RESERVED);
            result("from its end on", release(base + (frames - 1) * FRAME_SIZE, 1), ERROR_RESERVED);
        }
    }
    result("release of a frame that is held", release(FREE_FRAME(0), 1), ERROR_RESERVED);
    result("release past the end of memory", release(PAST_THE_END, 1), ERROR_RESERVED);
    result("release at the end of the address space", release(UINT64_MAX, 1), ERROR_RESERVED);
    result("release of a run that wraps",
           call_5(frame_server(), label_make(LIAR_RELEASE, 0), UINT64_MAX, 512, 0, 0, 0).words[0], ERROR_RESERVED);
}

void lies_about_release(void)
{
    const struct lie good = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    struct lie lie = good;
    struct reply aside = call_0(frame_server(), label_make(LIAR_SET_ASIDE, 0));
    uint64_t base = aside.words[0];
    uint64_t frames = aside.words[1];
    struct handle_facts facts;

    never_released();
    result("memory is set aside", frames > 3, true);
    lie.r13 = base;
    refused("grant of memory set aside", lie, 0, ERROR_RESERVED);
    result("release of nothing", release(base, 0), ERROR_BAD_COUNT);
    result("release of too much", release(base, TRANSFER_FRAMES + 1), ERROR_BAD_COUNT);
    result("release of frames without end", release(base, UINT64_MAX), ERROR_BAD_COUNT);
    uint64_t tail = base + (frames - 1) * FRAME_SIZE;
    result("release beyond its end", release(tail, 2), ERROR_RESERVED);
    lie.r13 = tail;
    refused("and none of it was released", lie, 0, ERROR_RESERVED);
    result("an honest release", release(base, 2), ERROR_NONE);
    result("once only", release(base, 1), ERROR_RESERVED);
    result("not in part either", release(base + FRAME_SIZE, 2), ERROR_RESERVED);
    lie.r13 = base + 2 * FRAME_SIZE;
    refused("and none of it was released", lie, 0, ERROR_RESERVED);
    handle frame = grant(base, ROOM);
    result("the released frame is clean", read_first(frame), 0);
    result("release of a frame that is held", release(base, 1), ERROR_RESERVED);
    give_back(frame);
    result("by a task", system_call_release(base / FRAME_SIZE + 2, 1), ERROR_NOT_PERMITTED);
    result("the handle is gone", system_call_inspect(frame, &facts), ERROR_BAD_HANDLE);
}
