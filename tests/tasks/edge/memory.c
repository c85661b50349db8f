/* Memory to the last frame: two tasks take all there is, nobody gets more, and all of it comes back. */
#include "tests/tasks/edge/edge.h"
#include "tests/tasks/hoarder.h"
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/task.h>

#define HOARDERS 2
#define FAR_ADDRESS UINT64_C(0x123456789000) /* nothing is near it: page tables are missing */
#define ALL UINT64_MAX

static const char *const names[HOARDERS] = {"hoarder_0", "hoarder_1"};
static uint64_t room; /* handles that the hoarders can hold together */

static struct reply ask(uint32_t hoarder, enum hoarder_request request, uint64_t word)
{
    return call_1(start_handle(names[hoarder]), request, word);
}

must_use enum error memory_prepare(void)
{
    for (uint32_t i = 0; i < HOARDERS; i++) {
        struct reply reply = ask(i, HOARDER_GROW, 0);

        if (answer(reply) != ERROR_NONE) {
            return answer(reply);
        }
        room += reply.words[0];
    }
    return ERROR_NONE;
}

static uint64_t free_frames(void)
{
    struct machine_statistics machine = {0};

    expect_success(machine_statistics(&machine));
    expect_equal(machine.free + machine.in_use, machine.usable);
    return machine.free;
}

/* Whether the test can be made here: a task holds 8,192 handles at most. */
bool memory_fits(void)
{
    if (free_frames() < room) {
        return true;
    }
    tap_skip("the machine has more frames than the suite's tasks can hold: start it with 64M");
    return false;
}

void memory_take_all(void)
{
    enum error error = ERROR_NO_TABLE_ENTRY;

    for (uint32_t i = 0; i < HOARDERS && error == ERROR_NO_TABLE_ENTRY; i++) {
        struct reply reply = ask(i, HOARDER_FILL, 0);

        error = answer(reply);
        expect_equal(reply.words[1], 0);
    }
    expect_error(error, ERROR_NO_MEMORY);
    expect_equal(free_frames(), 0);
}

void memory_give_back(uint64_t free)
{
    for (uint32_t i = 0; i < HOARDERS; i++) {
        expect_success(answer(ask(i, HOARDER_DROP, ALL)));
    }
    expect_equal(free_frames(), free);
}

/* Without a free frame everything that needs one says so and changes nothing; everything else goes on. */
static void expect_refusals(handle frame)
{
    struct message contiguous = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 2, own_entries_limit() - 2),
                                 .rdi = frame_server(),
                                 .rsi = MESSAGE_ALLOC,
                                 .words = {ALLOC_CONTIGUOUS}};
    struct frame_facts facts;
    handle other;

    expect_error(frame_allocate(&other), ERROR_NO_MEMORY);
    expect_error(frame_allocate_run(2, &other), ERROR_NO_MEMORY);
    expect_error(frame_allocate_run(512, &other), ERROR_NO_MEMORY);
    system_call_call(&contiguous);
    expect_error(contiguous.rsi, ERROR_NO_MEMORY);
    expect_error(frame_map(frame, FAR_ADDRESS, RIGHT_READ), ERROR_NO_MEMORY);
    expect_error(library_grow_handles(), ERROR_NO_MEMORY);
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 1);
    expect_error(frame_claim(facts.address, &other), ERROR_IN_USE);
    expect_success(frame_clone(frame, RIGHT_READ, &other));
    expect_success(frame_drop(other));
    expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_equal(free_frames(), 0);
}

static void last_frame(void)
{
    uint64_t before[HOARDERS];
    handle frame;
    handle last;

    if (!memory_fits()) {
        return;
    }
    for (uint32_t i = 0; i < HOARDERS; i++) {
        before[i] = ask(i, HOARDER_CHECK, 0).words[1];
    }
    require_success(frame_allocate(&frame));
    uint64_t free_before = free_frames();
    memory_take_all();
    expect_refusals(frame);
    /* One comes back: that one can be had, and not two. */
    expect_equal(ask(0, HOARDER_DROP, 1).words[0], 1);
    expect_equal(free_frames(), 1);
    expect_error(frame_allocate_run(2, &last), ERROR_NO_MEMORY);
    expect_equal(free_frames(), 1);
    require_success(frame_allocate(&last));
    expect_refusals(frame);
    expect_success(frame_drop(last));
    for (uint32_t i = 0; i < HOARDERS; i++) {
        expect_equal(ask(i, HOARDER_CHECK, 0).words[0], 0); /* every frame was given to one task, once */
    }
    memory_give_back(free_before);
    for (uint32_t i = 0; i < HOARDERS; i++) {
        expect_equal(ask(i, HOARDER_CHECK, 0).words[1], before[i]);
    }
    expect_success(frame_drop(frame));
}

/* What came back in pieces is whole again: as much can be taken a second time, and runs that lie together too. */
static void all_again(void)
{
    struct message contiguous = {.rdi = frame_server(), .rsi = MESSAGE_ALLOC, .words = {ALLOC_CONTIGUOUS}};
    uint32_t dst;

    if (!memory_fits()) {
        return;
    }
    uint64_t free_before = free_frames();
    memory_take_all();
    memory_give_back(free_before);
    require_success(own_entries_take(512, &dst));
    contiguous.rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 512, dst);
    system_call_call(&contiguous);
    expect_error(rax_status(contiguous.rax), ERROR_NONE);
    require_success((enum error)contiguous.rsi);
    expect_success(frame_drop_run(contiguous.r13, 512, NULL));
}

static const struct tap_test tests[] = {
    {"last_frame", last_frame},
    {"all_again", all_again},
};

const struct tap_group memory_tests = TAP_GROUP("memory", tests);
