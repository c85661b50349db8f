/* Rows of tasks, notifications and revoking. */
#include "tests/bench/bench/rows.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>
#include <quire/make_task.h>

extern const char bench_child[];
extern const uint64_t bench_child_size;

#define BIT 1 /* of the notifications */

/* To an endpoint of its own, where nobody waits; then it receives there. */
bool notify_receive(void)
{
    struct endpoint_message message;
    handle endpoint;

    if (endpoint_make(&endpoint) != ERROR_NONE || system_call_badge(endpoint, BIT) != ERROR_NONE) {
        return false;
    }
    bool good = MEASURE(&row, overhead, {
        if (system_call_notify(endpoint) != ERROR_NONE || endpoint_receive(endpoint, &message, 0) != ERROR_NONE ||
            message.notification != BIT) {
            break;
        }
    });
    return frame_drop(endpoint) == ERROR_NONE && good;
}

static bool start_and_end(handle ends)
{
    struct task_plan plan = {.file = bench_child, .size = bench_child_size, .name = "bench_child"};
    struct task_facts facts;
    handle task;

    return endpoint_clone(ends, RIGHT_NOTIFY | RIGHT_MOVE, BIT, &plan.end) == ERROR_NONE &&
           task_run(&plan, &task) == ERROR_NONE && task_wait(task, ends, NULL, &facts) == ERROR_NONE &&
           facts.end == TASK_END_EXITED && facts.code == 0 && frame_drop(task) == ERROR_NONE;
}

/* From nothing until all that it was made of is free again. */
bool task_start_end(void)
{
    handle ends;

    if (endpoint_make(&ends) != ERROR_NONE) {
        return false;
    }
    bool good = MEASURE(&row, overhead, {
        if (!start_and_end(ends)) {
            break;
        }
    });
    return frame_drop(ends) == ERROR_NONE && good;
}

static bool copy(handle frame, uint32_t copies, handle *list)
{
    for (uint32_t k = 0; k < copies; k++) {
        if (frame_clone(frame, RIGHTS_FRAME, &list[k]) != ERROR_NONE) {
            return false;
        }
    }
    return true;
}

/* All copies are in the bench's own table. */
bool revoke(uint32_t copies)
{
    static handle list[REVOKE_MOST];
    uint64_t taken = 0;
    handle frame;

    if (copies > REVOKE_MOST || frame_allocate(&frame) != ERROR_NONE) {
        return false;
    }
    bool good = MEASURE_PREPARED(
        &row, overhead,
        {
            for (uint32_t k = 0; k < taken; k++) {
                own_entries_release(handle_index(list[k]), 1);
            }
            if (!copy(frame, copies, list)) {
                break;
            }
        },
        {
            if (frame_revoke(frame, &taken) != ERROR_NONE || taken != copies) {
                break;
            }
        });
    for (uint32_t k = 0; k < taken; k++) {
        own_entries_release(handle_index(list[k]), 1);
    }
    return frame_drop(frame) == ERROR_NONE && good;
}
