/* Calls of all sorts, drawn at random, of several workers at once; the server is killed now and then. */
#include "tests/host/workers.h"

#define KILLS_MAX 3 /* in one round */

/* A handle, drawn, of an account to a frame. */
static uint32_t handle_to(uint64_t frame, uint32_t account)
{
    uint32_t first = (uint32_t)below(STOP_HANDLES);

    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        uint32_t index = (first + k) % STOP_HANDLES;
        const struct stop_handle *entry = &stop_ledger.handles[index];
        if (entry->account == account && entry->frame == frame && !entry->leaving)
            return index;
    }
    return STOP_NO_HANDLE;
}

/* The address of a frame in a list. */
static uint64_t listed_address(void)
{
    uint64_t first = below(world->window.frame_count);

    for (uint64_t k = 0; k < world->window.frame_count; k++) {
        uint64_t frame = (first + k) % world->window.frame_count;
        if (stop_ledger.moved_by[frame] != 0)
            return frame * FRAME_SIZE;
    }
    return 0;
}

/* What calls are about for a while: bit for each operation. */
#define B(name) (UINT64_C(1) << MESSAGE_##name)
static const uint64_t themes[] = {
    UINT64_MAX,
    UINT64_MAX,
    B(ALLOC) | B(REPURPOSE) | B(UNIQUE) | B(LIST_PUSH) | B(LIST_TAKE) | B(LOOKUP) | B(DROP),
    B(ALLOC) | B(CLONE) | B(REVOKE) | B(DROP),
    B(ALLOC) | B(ACCOUNT_OPEN) | B(ACCOUNT_CLOSE) | B(DROP),
};
#undef B
#define THEMES (sizeof(themes) / sizeof(themes[0]))
static uint32_t theme;
static uint64_t hot;     /* the frame that calls are often about */
static uint32_t further; /* calls that may come in this round */

/* Draws a call, which is often about a frame that others are at. */
static void draw_call(struct stop_call *call, uint64_t frame)
{
    do {
        stop_draw(&random_state, world, call);
    } while (!(themes[theme] >> call->operation & 1));
    uint32_t index = handle_to(frame, call->account);
    if (index != STOP_NO_HANDLE && call->mode != MODE_NONE && call->count == 1 && below(2) == 0 &&
        !(call->mode == MODE_DROP && stop_ledger.kinds[frame] == KIND_ENDPOINT))
        call->handles[0] = index;
    if (call->operation == MESSAGE_LOOKUP && call->mode == MODE_NONE && below(2) == 0)
        call->words[0] = below(2) == 0 ? listed_address() : frame * FRAME_SIZE;
}

static uint32_t handles_in_use(void)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < STOP_HANDLES; k++)
        count += stop_ledger.handles[k].account != 0;
    return count;
}

/* A worker that has replied may get another call while others are still at theirs. */
static bool draw_next(struct stop_call *call)
{
    if (further == 0)
        return false;
    further -= 1;
    draw_call(call, hot);
    return true;
}

static void a_round(uint32_t kills)
{
    uint32_t workers = 1 + (uint32_t)below(WORKERS);
    struct stop_call call;

    tried.rounds += 1;
    further = (uint32_t)below(4);
    next_call = draw_next;
    restless = UINT64_C(2) << below(7);
    hot = stop_ledger.handles[below(1 + handles_in_use())].frame;
    if (below(60) == 0)
        theme = (uint32_t)below(THEMES);
    for (uint32_t k = 0; k < workers; k++) {
        draw_call(&call, hot);
        (void)!begin(&fibers[k], &call);
    }
    finish(kills);
}

/* Drops one of so many handles. */
static void drop_some(uint64_t of)
{
    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        const struct stop_handle *entry = &stop_ledger.handles[k];
        struct stop_call call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, k);
        if (entry->account != 0 && stop_ledger.kinds[entry->frame] != KIND_ENDPOINT && below(of) == 0 &&
            begin(&fibers[0], &call))
            finish(0);
    }
}

START_TEST(calls_of_all_sorts)
{
    uint32_t few = 16; /* handles, so that calls meet; at times there are many */

    create();
    for (uint64_t k = 0; k < random_operations(24000); k++) {
        if (handles_in_use() > few)
            drop_some(2);
        if (below(500) == 0)
            few = below(3) == 0 ? STOP_HANDLES - (WORKERS + 1) * STOP_RUN : 8 + (uint32_t)below(24);
        a_round((uint32_t)below(KILLS_MAX + 1));
    }
    printf("# %lu rounds, %lu with several calls at once, %lu calls, %lu refused, %lu whose answer was known; %lu "
           "kills, %lu in "
           "recovery\n",
           tried.rounds, tried.together, tried.calls, tried.refused, tried.expected, tried.kills, tried.in_recovery);
    ck_assert_uint_gt(tried.expected, tried.calls / 64);
    ck_assert_uint_gt(tried.together, tried.rounds / 4);
    ck_assert_uint_gt(tried.kills, tried.rounds / 4);
    destroy();
}
END_TEST

RUN_TESTS_WITHIN(120, "workers", calls_of_all_sorts)
