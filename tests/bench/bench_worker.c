/* Does what the page of its workers says (tests/workers/work.h): on a CPU of its own, with memory of its own. With a handle `here`
 * it answers the calls of such a worker instead. */
#include "tests/bench/measure.h"
#include "tests/workers/work.h"

#include <quire/client.h>
#include <quire/endpoint.h>

#define WARM_UP 64

static struct work_page *page;
static struct work_done *done;
static uint64_t number;

static enum error call(void)
{
    struct reply reply = call_0(start_handle("desk"), 0);

    return (enum error)reply.status;
}

static enum error allocate(void)
{
    handle frame;
    enum error error = frame_allocate(&frame);

    return error != ERROR_NONE ? error : frame_drop(frame);
}

static enum error clone(void)
{
    static handle frame;
    handle copy;

    if (frame == 0) {
        enum error error = frame_allocate(&frame);
        if (error != ERROR_NONE) {
            return error;
        }
    }
    enum error error = frame_clone(frame, RIGHTS_FRAME, &copy);
    return error != ERROR_NONE ? error : frame_drop(copy);
}

static enum error touch(void)
{
    handle frame;
    void *mapped;
    enum error error = frame_allocate(&frame);

    if (error == ERROR_NONE) {
        error = frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &mapped);
    }
    if (error == ERROR_NONE) {
        *(volatile uint64_t *)mapped = number;
        error = frame_drop(frame);
    }
    return error;
}

static enum error nothing(void)
{
    return ERROR_NONE;
}

static enum error (*const works[WORK_COUNT])(void) = {
    [WORK_NOTHING] = nothing, [WORK_CALL] = call,   [WORK_ALLOCATE] = allocate,
    [WORK_CLONE] = clone,     [WORK_TOUCH] = touch,
};

static void mark(enum work work)
{
    switch (work) {
    case WORK_CALL:
        work_mark(WORK_CALL);
        break;
    case WORK_ALLOCATE:
        work_mark(WORK_ALLOCATE);
        break;
    case WORK_CLONE:
        work_mark(WORK_CLONE);
        break;
    case WORK_TOUCH:
        work_mark(WORK_TOUCH);
        break;
    default:
        break;
    }
}

/* Whether it went well. */
static bool work(enum work what, uint64_t turns)
{
    enum error error = ERROR_NONE;

    for (uint32_t k = 0; k < WARM_UP && error == ERROR_NONE; k++) {
        error = works[what]();
    }
    done->started = time_stamp();
    for (uint64_t k = 0; (turns == 0 || k < turns) && error == ERROR_NONE; k++) {
        mark(what);
        error = works[what]();
        work_mark(0);
    }
    done->ended = time_stamp();
    done->error = error;
    return error == ERROR_NONE;
}

static void *shared_page(void)
{
    void *mapped;

    if (frame_map_anywhere(start_handle("page"), RIGHT_READ | RIGHT_WRITE, &mapped) != ERROR_NONE) {
        system_call_exit(1);
    }
    return mapped;
}

/* Replies to every call, straight from the registers that it came in. */
static int answer(handle here)
{
    struct message message = {0};

    do {
        message.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0);
        message.rdi = here;
        system_call_reply_receive(&message);
    } while (rax_status(message.rax) == ERROR_NONE);
    return (int)rax_status(message.rax);
}

int main(void)
{
    handle here = start_handle("here");
    handle bell = start_handle("bell");
    struct endpoint_message message;
    uint64_t order = 0;

    if (here != 0) {
        return answer(here);
    }
    page = shared_page();
    number = start_option_number(start_page()->arguments, "number", 0);
    done = &page->done[number];
    for (;;) {
        if (endpoint_receive(start_handle("orders"), &message, 0) != ERROR_NONE) { /* it is notified of each */
            return 2;
        }
        order = atomic_load_acquire(&page->order);
        if (page->work == WORK_COUNT) {
            return 0;
        }
        if (number >= page->first && number < page->workers && !work((enum work)page->work, page->turns)) {
            return 3;
        }
        atomic_store_release(&done->order, order);
        if (system_call_notify(bell) != ERROR_NONE) {
            return 4;
        }
    }
}
