/* A handle, used in one way until it is gone: somebody on another CPU revokes it meanwhile. */
#include "tests/tasks/child/bare.h"
#include "tests/tasks/child/child.h"

#include <quire/endpoint.h>

static handle used;
static handle stopped; /* a task without an image, for use_pass */

static enum error use_inspect(void)
{
    struct handle_facts facts;

    return system_call_inspect(used, &facts);
}

static enum error use_narrow(void)
{
    struct handle_facts facts;
    enum error error = system_call_inspect(used, &facts);

    return error != ERROR_NONE ? error : system_call_narrow(used, facts.rights);
}

static enum error use_map(void)
{
    void *page;
    enum error error = frame_map_anywhere(used, RIGHT_READ, &page);

    return error != ERROR_NONE ? error : frame_unmap(used);
}

static enum error use_info(void)
{
    struct frame_facts facts;

    return frame_info(used, &facts);
}

static enum error use_check(void)
{
    return frame_check(used, KIND_UNTYPED);
}

static enum error use_clone(void)
{
    handle copy;
    enum error error = frame_clone(used, RIGHT_READ | RIGHT_MOVE, &copy);

    return error != ERROR_NONE ? error : frame_drop(copy);
}

/* The owner has another one, always. */
static enum error use_unique(void)
{
    enum error error = frame_unique(used);

    return error == ERROR_SHARED ? ERROR_NONE : error == ERROR_NONE ? ERROR_UNIQUE : error;
}

static enum error use_metadata(void)
{
    uint64_t words[MESSAGE_WORDS];

    return frame_metadata(used, words);
}

static enum error use_pass(void)
{
    handle there;
    enum error error = ERROR_NONE;

    if (stopped == 0) {
        error = bare_make(0, &stopped);
    }
    if (error == ERROR_NONE) {
        error = system_call_give(stopped, used, 1, 1, &there);
    }
    return error != ERROR_NONE ? error : system_call_take(stopped, there, 1, handle_index(used), &used);
}

/* What is revoked while the server has it does not come back. */
static enum error use_send(void)
{
    struct endpoint_message message = {.label = SERVE_KEEP, .first = used, .count = 1};
    enum error error = endpoint_call(start_handle("desk"), &message, 0);

    if (error == ERROR_NONE) {
        message = (struct endpoint_message){.label = SERVE_GIVE_BACK, .words = {message.words[0], 1}};
        error = endpoint_call(start_handle("desk"), &message, 1);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    used = message.first;
    return message.count == 1 ? ERROR_NONE : ERROR_BAD_HANDLE;
}

static enum error use_call(void)
{
    struct endpoint_message message = {0};

    return endpoint_call(used, &message, 0);
}

static enum error use_notify(void)
{
    return system_call_notify(used);
}

static enum error use_copy(void)
{
    handle copy;
    enum error error = frame_clone(used, RIGHT_NOTIFY | RIGHT_MOVE, &copy);

    return error != ERROR_NONE ? error : frame_drop(copy);
}

static enum error use_receive(void)
{
    struct endpoint_message message;

    return endpoint_receive(used, &message, 0);
}

static enum error use_look(void)
{
    struct task_facts facts;

    return system_call_look(used, &facts);
}

static enum error use_stop(void)
{
    enum error error = system_call_stop(used);

    return error != ERROR_NONE ? error : system_call_start(used, 0, 0);
}

static enum error use_reach(void)
{
    struct handle_facts facts;
    enum error error = system_call_stop(used);

    if (error == ERROR_NONE) {
        error = system_call_inspect_in(used, start_page()->handles[0].handle, &facts);
    }
    return error != ERROR_NONE ? error : system_call_start(used, 0, 0);
}

uint64_t job_use(void)
{
    static enum error (*const uses[])(void) = {
#define USE(NAME, name, gift, text) use_##name,
#include "tests/tasks/child/uses.def"
#undef USE
    };
    uint64_t which = job_number("use");
    enum error error;

    used = start_handle("gift");
    if (which >= sizeof(uses) / sizeof(uses[0])) {
        return JOB_FAILED;
    }
    error = uses[which]();
    if (which == USE_RECEIVE || error == ERROR_NONE) { /* that one waits: whoever starts it looks when it does */
        job_ring();
    }
    while (error == ERROR_NONE) {
        error = uses[which]();
    }
    return error;
}
