/* Who runs when. The runners are named by their priority beside the suite's: equal, low, high. */
#include "tests/tasks/check/check.h"
#include "tests/tasks/check/crew.h"

#define PATIENCE UINT64_C(2000000000) /* turns of a loop after which waiting is given up */
#define ROUNDS 5
#define FLOODERS 3

static enum error begin(const char *runner, handle *frame, struct spin **spin)
{
    enum error error = allocate_mapped(frame, (uint64_t **)spin);

    return error != ERROR_NONE ? error : crew_start(runner, RUNNER_SPIN, *frame, 0);
}

static enum error finish(const char *runner, handle frame, struct spin *spin)
{
    uint64_t result;

    spin->stop = 1;
    enum error error = crew_finish(runner, &result);
    return error != ERROR_NONE ? error : frame_drop(frame);
}

/* Computes until the other task has counted on; false when it never does. */
static bool wait_for_more(const struct spin *spin)
{
    uint64_t before = spin->count;

    for (uint64_t turn = 0; turn < PATIENCE; turn++) {
        if (spin->count != before) {
            return true;
        }
    }
    return false;
}

/* Two tasks of one priority compute, neither makes a system call, and both get on. */
static void equals_take_turns(void)
{
    handle frame;
    struct spin *spin;

    require_success(begin("equal", &frame, &spin));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        expect(wait_for_more(spin));
    }
    expect_success(finish("equal", frame, spin));
}

/* While a task of higher priority computes, one of lower does not run at all, nor when the higher one waits for an
 * equal: only when nobody else can. */
static void lower_waits(void)
{
    handle low_frame;
    handle equal_frame;
    struct spin *low;
    struct spin *equal;
    uint64_t before;

    require_success(begin("low", &low_frame, &low));
    require_success(begin("equal", &equal_frame, &equal));
    before = low->count;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        expect(wait_for_more(equal));
        expect_equal(low->count, before);
    }
    for (uint64_t i = 0; i < 100; i++) {
        expect_equal(call_1(start_handle("peer"), PEER_ECHO, i).words[0], i + 1);
    }
    expect_equal(low->count, before);
    expect_success(finish("equal", equal_frame, equal));
    expect_success(finish("low", low_frame, low));
}

/* A task of higher priority that becomes ready runs at once, and for as long as it likes. */
static void higher_goes_first(void)
{
    handle frame;
    struct spin *spin;
    uint64_t seen = UINT64_MAX;

    require_success(begin("equal", &frame, &spin));
    expect(wait_for_more(spin));
    require_success(crew_start("high", RUNNER_WATCH, frame, 20000000));
    expect_success(crew_finish("high", &seen));
    expect_equal(seen, 0);
    expect(wait_for_more(spin));
    expect_success(finish("equal", frame, spin));
}

/* A task that gives way lets an equal run before its time slice is over. */
static void yields(void)
{
    handle frame;
    struct spin *spin;
    uint64_t before;

    require_success(begin("equal", &frame, &spin));
    before = spin->count;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        /* A tick may end the other one's turn at once. */
        for (uint32_t turn = 0; spin->count == before && turn < 3; turn++) {
            system_call_yield();
        }
        expect(spin->count != before);
        before = spin->count;
    }
    expect_success(finish("equal", frame, spin));
}

/* The bound: a request of a task waits for at most one request of a task below it, the one that is in service when it
 * is made. Three tasks ask the counter without end, so that one is always served and two are queued, and they flood
 * the frame server too. The counter has a lower priority than all of them; its tickets tell the order of service. */
static void flood_is_bounded(void)
{
    static const char *const flooders[FLOODERS] = {"flood_0", "flood_1", "flood_2"};
    const uint64_t rounds = 50;
    struct waited waited;
    uint64_t result = 0;
    struct spin *spin;
    handle frame;

    require_success(allocate_mapped(&frame, (uint64_t **)&spin));
    for (uint32_t i = 0; i < FLOODERS; i++) {
        require_success(crew_start(flooders[i], RUNNER_FLOOD, frame, 0));
    }
    uint64_t before = call_0(start_handle("counter"), PEER_TICKET).words[0]; /* the flood runs from here on */
    require_success(crew_start("high", RUNNER_QUEUE, frame, rounds));
    expect_success(crew_finish("high", &result));
    waited = waited_unpack(result);
    expect_equal(waited.errors, 0);
    expect(waited.tickets_most <= 1);
    expect(waited.requests_most <= 1);
    expect_equal(waited.tickets_least, 1); /* or there was no flood */
    expect(call_0(start_handle("counter"), PEER_TICKET).words[0] - before >= 2 * rounds);
    spin->stop = 1;
    for (uint32_t i = 0; i < FLOODERS; i++) {
        expect_success(crew_finish(flooders[i], &result));
        expect_equal(result, 0);
    }
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"equals_take_turns", equals_take_turns}, {"lower_waits", lower_waits},
    {"higher_goes_first", higher_goes_first}, {"yields", yields},
    {"flood_is_bounded", flood_is_bounded},
};

const struct tap_group schedule_tests = TAP_GROUP("schedule", tests);
