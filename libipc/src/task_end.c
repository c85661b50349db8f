/* How tasks end, for whoever made them. */
#include <quire/make_task.h>

#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/names.h>

#define VECTOR_PAGE_FAULT 14

must_use enum error task_wait(handle task, handle endpoint, uint64_t *bits, struct task_facts *facts)
{
    for (;;) {
        struct endpoint_message message = {0};
        enum error error = system_call_look(task, facts);

        if (error != ERROR_NONE || facts->state == TASK_DEAD) {
            return error;
        }
        do {
            error = endpoint_reply_receive(endpoint, &message, 0);
            if (error != ERROR_NONE) {
                return error;
            }
            if (bits != NULL) {
                *bits |= message.notification;
            }
            if (message.notification == 0) { /* a call: who makes it is told, at once */
                message = (struct endpoint_message){.label = ERROR_NO_SERVER};
            }
        } while (message.notification == 0);
    }
}

must_use enum error task_end(handle task, handle endpoint)
{
    struct task_facts facts;
    enum error error = system_call_kill(task);

    if (error != ERROR_NONE && error != ERROR_ENDED) {
        return error;
    }
    error = task_wait(task, endpoint, NULL, &facts);
    return error != ERROR_NONE ? error : frame_drop(task);
}

void task_end_text(const struct task_facts *facts, char *buffer, size_t size)
{
    switch (facts->end) {
    case TASK_END_EXITED:
        format_line(buffer, size, "ended with %lu", facts->code);
        return;
    case TASK_END_FAULTED:
        if (facts->vector == VECTOR_PAGE_FAULT) {
            format_line(buffer, size, "stopped: page fault at rip 0x%lx, address 0x%lx", facts->code, facts->address);
        } else {
            format_line(buffer, size, "stopped: %s at rip 0x%lx", exception_name(facts->vector), facts->code);
        }
        return;
    case TASK_END_KILLED:
        format_line(buffer, size, "was killed");
        return;
    case TASK_END_ABANDONED:
        format_line(buffer, size, "was abandoned");
        return;
    case TASK_END_NONE:
        break;
    }
    format_line(buffer, size, "has not ended");
}
