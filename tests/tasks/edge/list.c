/* Lists when memory is short: what an ended list still owes is to be had before anybody is told that there is none. */
#include "tests/tasks/edge/edge.h"
#include <quire/list.h>
#include <quire/slot.h>
#include <quire/task.h>

#define MEMBERS 200 /* more than three calls' share of the work */

static uint64_t free_frames(void)
{
    struct machine_statistics machine = {0};

    expect_success(machine_statistics(&machine));
    return machine.free;
}

static enum error fill(handle list, uint32_t count)
{
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < count && error == ERROR_NONE; i++) {
        handle frame;

        error = frame_allocate_unique(&frame);
        if (error == ERROR_NONE) {
            error = list_push_back(list, frame);
        }
    }
    return error;
}

/* All memory is taken; a list of MEMBERS frames ends; just as many frames can be had at once, by the way given. */
static void taken_again(enum error (*take)(handle hoard))
{
    uint64_t before = free_frames();
    handle hoard;
    handle list;
    handle other;

    if (!memory_fits()) {
        return;
    }
    require_success(list_create(&list));
    require_success(list_create(&hoard));
    require_success(fill(list, MEMBERS));
    memory_take_all();
    expect_error(frame_allocate(&other), ERROR_NO_MEMORY);
    expect_success(frame_drop(list));
    expect_success(take(hoard));
    expect_error(frame_allocate(&other), ERROR_NO_MEMORY);
    memory_give_back(before - MEMBERS - 2);
    expect_success(list_clear(hoard));
    expect_success(frame_drop(hoard));
    expect_equal(free_frames(), before);
}

/* One by one, and none of the calls between is other than an allocation. */
static enum error take_singly(handle hoard)
{
    return fill(hoard, MEMBERS + 1); /* the list's own frame is one more */
}

static enum error take_low(handle hoard)
{
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < MEMBERS + 1 && error == ERROR_NONE; i++) {
        handle frame;

        error = frame_allocate_with(1, ALLOC_LOW | ALLOC_UNIQUE, &frame);
        if (error == ERROR_NONE) {
            error = list_push_front(hoard, frame);
        }
    }
    return error;
}

/* In one message. */
static enum error take_run(handle hoard)
{
    handle first;
    enum error error = frame_allocate_with(MEMBERS + 1, ALLOC_UNIQUE, &first);

    for (uint32_t i = 0; i < MEMBERS + 1 && error == ERROR_NONE; i++) {
        error = list_push_back(hoard, handle_of_run(first, i));
    }
    return error;
}

static void reaped_singly(void)
{
    taken_again(take_singly);
}

static void reaped_low(void)
{
    taken_again(take_low);
}

static void reaped_for_a_run(void)
{
    taken_again(take_run);
}

/* Without a free frame lists go on: nothing of theirs needs one. */
static void used_without_memory(void)
{
    uint64_t before = free_frames();
    struct list_cursor cursor;
    handle list;
    handle frame;

    if (!memory_fits()) {
        return;
    }
    require_success(list_create(&list));
    require_success(fill(list, 3));
    memory_take_all();
    require_success(list_cursor_front(list, &cursor));
    require_success(list_cursor_next(&cursor));
    require_success(list_cursor_take(&cursor, &frame));
    require_success(list_push_front(list, frame));
    require_success(list_pop_front(list, &frame));
    expect_success(frame_share(frame));
    expect_success(frame_unique(frame));
    require_success(list_cursor_insert_before(&cursor, frame));
    memory_give_back(before - 4);
    expect_success(frame_drop(list));
    expect_equal(free_frames(), before);
}

static const struct tap_test tests[] = {
    {"reaped_singly", reaped_singly},
    {"reaped_low", reaped_low},
    {"reaped_for_a_run", reaped_for_a_run},
    {"used_without_memory", used_without_memory},
};

const struct tap_group list_tests = TAP_GROUP("list", tests);
