/* Jobs that get much. Numbers of the arguments: frames, mapped, copies, records, lists, endpoints. */
#include "tests/tasks/child/bare.h"
#include "tests/tasks/child/child.h"

#include <quire/list.h>
#include <quire/segment.h>
#include <quire/slot.h>

#define MAPPED_BASE UINT64_C(0x200000000000)
#define MAPPED_STEP (UINT64_C(1) << 30) /* so that each needs tables of its own */
#define GREED_RUN 64

/* Room for so many more handles. */
static enum error reach(uint64_t entries)
{
    enum error error = ERROR_NONE;

    while (own_entries_limit() - own_entries_used() < entries + 1 && error == ERROR_NONE) {
        error = library_grow_handles();
    }
    return error;
}

static enum error hold_frames(uint64_t count)
{
    enum error error = reach(count);
    handle frame;

    for (; count > 0 && error == ERROR_NONE; count--) {
        error = frame_allocate(&frame);
    }
    return error;
}

static enum error hold_mapped(uint64_t count)
{
    enum error error = reach(4 * count); /* and tables */
    handle frame;

    for (uint64_t k = 0; k < count && error == ERROR_NONE; k++) {
        error = frame_allocate(&frame);
        if (error == ERROR_NONE) {
            error = frame_map(frame, MAPPED_BASE + k * MAPPED_STEP, RIGHT_READ | RIGHT_WRITE);
        }
        if (error == ERROR_NONE) {
            *(uint64_t *)(MAPPED_BASE + k * MAPPED_STEP) = k;
        }
    }
    return error;
}

static enum error hold_copies(uint64_t count)
{
    handle frame = 0;
    handle copy;
    enum error error = reach(count);

    if (error == ERROR_NONE && count > 0) {
        error = frame_allocate(&frame);
    }
    for (; count > 1 && error == ERROR_NONE; count--) {
        error = frame_clone(frame, RIGHT_READ | RIGHT_MAP, &copy);
    }
    return error;
}

static enum error hold_objects(uint64_t count, enum kind kind)
{
    enum error error = reach(count);
    handle object;

    for (; count > 0 && error == ERROR_NONE; count--) {
        error = object_make(kind, &object);
    }
    return error;
}

/* Lists of as many frames as there are lists before. */
static enum error hold_lists(uint64_t count)
{
    enum error error = reach(count + 1);

    for (uint64_t k = 0; k < count && error == ERROR_NONE; k++) {
        handle list;
        handle frame;

        error = object_make(KIND_LIST, &list);
        for (uint64_t length = 0; length < k && error == ERROR_NONE; length++) {
            error = frame_allocate_unique(&frame);
            if (error == ERROR_NONE) {
                error = list_push_back(list, frame);
            }
        }
    }
    return error;
}

uint64_t job_hold(void)
{
    enum error error = hold_frames(job_number("frames"));

    if (error == ERROR_NONE) {
        error = hold_mapped(job_number("mapped"));
    }
    if (error == ERROR_NONE) {
        error = hold_copies(job_number("copies"));
    }
    if (error == ERROR_NONE) {
        error = hold_objects(job_number("records"), KIND_RECORD);
    }
    if (error == ERROR_NONE) {
        error = hold_objects(job_number("endpoints"), KIND_ENDPOINT);
    }
    if (error == ERROR_NONE) {
        error = hold_objects(job_number("fresh"), KIND_TASK);
    }
    if (error == ERROR_NONE) {
        error = hold_lists(job_number("lists"));
    }
    return error != ERROR_NONE ? JOB_FAILED + error : job_yield();
}

uint64_t job_greedy(void)
{
    enum error error = ERROR_NONE;
    handle frame;

    while (error == ERROR_NONE) {
        error = reach(1);
        if (error == ERROR_NONE) {
            error = frame_allocate(&frame);
        }
    }
    return job_number("end") != 0 ? error : job_yield();
}

/* Each of the tasks holds the only handle to the one made before it; this task holds the last. */
uint64_t job_breed(void)
{
    handle next = 0;
    enum error error = ERROR_NONE;

    for (uint64_t count = job_number("count"); count > 0 && error == ERROR_NONE; count--) {
        handle task;
        handle there;

        error = bare_make(0, &task);
        if (error == ERROR_NONE && next != 0) {
            error = bare_give(task, next, 1, 1, &there);
        }
        next = task;
    }
    return error != ERROR_NONE ? JOB_FAILED + error : job_yield();
}

uint64_t job_enlarge(void)
{
    struct task_parts parts;
    uint32_t missing;
    handle task;
    enum error error = bare_parts(&task, &parts);

    if (error == ERROR_NONE) {
        error = system_call_install(parts.handle_table, own_entries_limit() / 64, 0, &missing);
    }
    return error != ERROR_NONE ? JOB_FAILED + error : system_call_create(task, &parts);
}
