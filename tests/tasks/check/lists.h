/* What tests of lists share. */
#ifndef TESTS_TASKS_CHECK_LISTS_H
#define TESTS_TASKS_CHECK_LISTS_H

#include "tests/tasks/check/check.h"
#include <quire/list.h>

/* Adds `count` frames at the back, whose first metadata word is their place, from `start` on; addresses[] says which. */
static inline enum error list_fill(handle list, uint32_t start, uint32_t count, uint64_t addresses[])
{
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < count && error == ERROR_NONE; i++) {
        const uint64_t metadata[MESSAGE_WORDS] = {start + i, 7, 8, 0, 0};
        handle frame;

        error = frame_allocate_unique(&frame);
        if (error == ERROR_NONE) {
            addresses[i] = address_of(frame);
            error = frame_set_metadata(frame, metadata);
        }
        if (error == ERROR_NONE) {
            error = list_push_back(list, frame);
        }
    }
    return error;
}

static inline void expect_length(handle list, uint64_t expected)
{
    uint64_t length = UINT64_MAX;

    expect_success(list_length(list, &length));
    expect_equal(length, expected);
}

/* The list holds these frames in this order, walked both ways round through the ghost. */
static inline void expect_order(handle list, const uint64_t addresses[], uint32_t count)
{
    struct list_cursor cursor = list_cursor_ghost(list);

    expect_length(list, count);
    for (uint32_t i = 0; i < count; i++) {
        require_success(list_cursor_next(&cursor));
        expect_equal(cursor.address, addresses[i]);
    }
    require_success(list_cursor_next(&cursor));
    expect_equal(cursor.address, LIST_GHOST);
    for (uint32_t i = count; i-- > 0;) {
        require_success(list_cursor_previous(&cursor));
        expect_equal(cursor.address, addresses[i]);
    }
    require_success(list_cursor_previous(&cursor));
    expect_equal(cursor.address, LIST_GHOST);
}

/* Each call that the frame server works on takes a share of what ended lists have left. */
static inline void reap(void)
{
    struct machine_statistics machine;

    for (uint32_t turn = 0; turn < 8; turn++) {
        expect_success(machine_statistics(&machine));
    }
}

#endif
