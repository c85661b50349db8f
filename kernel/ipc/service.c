#include "kernel/ipc/service.h"
#include "kernel/ipc/action.h"
#include "kernel/ipc/action_frame.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/schedule.h"

/* The entry of the endpoint that a task's handle names with the right, or NULL. */
static inline struct handle_entry *endpoint_of(const struct task *task, handle value, uint32_t right)
{
    struct handle_entry *entry;

    if (handle_find(task, value, &entry) || entry->kind != KIND_ENDPOINT || !(entry->rights & right))
        return NULL;
    return entry;
}

/* Whether the caller has room for what it wants, where that is at most one handle. Nothing else fills the entry before
 * the reply: only its own calls could. */
static inline bool has_room(struct task *caller, uint64_t rax)
{
    uint32_t action = rax_action(rax);

    if (action == ACTION_NONE || action == ACTION_CONVERT)
        return true;
    if ((action != ACTION_GRANT && action != ACTION_CLONE) || rax_n(rax) != 1)
        return false;
    return handle_destination_entry(caller, rax_dst(rax), &caller->service.room) == ERROR_NONE;
}

/* Lends or takes out the one handle of the message; *r13 is what the worker sees of it. The last step that can fail. */
static inline bool carry_one(struct task *caller, uint64_t rax, uint64_t *r13)
{
    struct service *service = &caller->service;
    struct handle_entry *entry;

    *r13 = 0;
    if (rax_mode(rax) == MODE_NONE)
        return true;
    if (handle_find(caller, caller->registers.r13, &entry))
        return false;
    *r13 = frame_word_make(handle_entry_frame(entry), entry->rights);
    if (rax_mode(rax) == MODE_BORROW && caller->registers.r14 == 0) {
        service->borrowed[0] = entry;
        service->borrowed[1] = NULL;
        service->borrowed_name[0] = entry->name;
        return true;
    }
    if (rax_mode(rax) == MODE_DROP && rax_n(rax) == 1 && carry_drop_check(entry) == ERROR_NONE) {
        carry_leave(entry, false, 0);
        service->leaving_first = handle_index(caller->registers.r13);
        service->leaving_count = 1;
        return true;
    }
    return false;
}

bool service_call(struct task *caller)
{
    uint64_t rax = caller->registers.rax;
    struct handle_entry *endpoint = endpoint_of(caller, caller->registers.rdi, RIGHT_CALL);
    uint64_t r13;

    if (!endpoint)
        return false;
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)endpoint->detail;
    struct task *server = line->receiver;
    if (!server || !server->server)
        return false;
    if (!has_room(caller, rax) || !carry_one(caller, rax, &r13))
        return false;
    caller->badge = endpoint->place;
    caller->service.pending = rax & RAX_ACTION_AND_MODE;
    caller->state = TASK_AWAITING;
    caller->callee = server;
    line->receiver = NULL;
    server->caller = caller;
    server->registers.rax = rax & RAX_ACTION_MODE_AND_N;
    server->registers.rdi = caller->badge;
    server->registers.r13 = r13;
    server->registers.r14 = 0;
    schedule_switch(server);
    return true;
}

/* Whether what the caller lent is still there, and what leaves is one handle at the most. */
static inline bool can_settle(const struct task *caller)
{
    const struct service *service = &caller->service;

    switch (rax_mode(service->pending)) {
    case MODE_NONE:
        return true;
    case MODE_BORROW:
        return !service->borrowed[1] && service->borrowed[0]->name == service->borrowed_name[0];
    case MODE_DROP:
        return service->leaving_count == 1;
    default:
        return false;
    }
}

/* Performs the action, if there is one. Grant and clone of one frame are short here; errors as for action_perform. */
static inline enum error act(struct task *server, struct task *caller, uint64_t rax, struct acted *acted)
{
    uint64_t address = server->registers.r13;
    uint64_t rights = server->registers.r14;
    uint32_t action = rax_action(rax);
    uint32_t wanted = rax_action(caller->service.pending);
    enum error error;

    if (action == ACTION_NONE)
        return ERROR_NONE;
    if (action != wanted || address % FRAME_SIZE != 0)
        return action_perform(server, caller, acted);
    if (action == ACTION_CLONE) {
        error = clone_frame(caller, caller->service.room, address / FRAME_SIZE, rights);
    } else if (action == ACTION_GRANT && rax_n(rax) == 1 && rax_n(caller->registers.rax) == 1 && rights &&
               !(rights & ~(uint64_t)RIGHTS_FRAME)) {
        uint32_t generation = handle_generation_next(caller);
        error = grant_frame(caller, caller->service.room, generation, address / FRAME_SIZE, (uint32_t)rights);
    } else {
        return action_perform(server, caller, acted);
    }
    *acted = (struct acted){1, handle_make(rax_dst(caller->registers.rax), caller->generation)};
    return error;
}

bool service_reply(struct task *server)
{
    struct handle_entry *endpoint = endpoint_of(server, server->registers.rdi, RIGHT_RECEIVE);
    uint64_t rax = server->registers.rax;
    struct task *caller = server->caller;
    struct acted acted = {0};

    if (!endpoint || !caller)
        return false;
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)endpoint->detail;
    if (line->first || line->receiver || rax_mode(rax) != MODE_NONE || this_cpu->reschedule ||
        (this_cpu->ready_mask & caller->higher) || !can_settle(caller))
        return false;
    enum error error = act(server, caller, rax, &acted);
    if (error) { /* the worker's alone: it goes on with it, and its caller still waits */
        call_fail(server, error);
        return true;
    }
    if (rax_mode(caller->service.pending) == MODE_DROP)
        handle_empty(handle_table_entry(caller, caller->service.leaving_first));
    caller->service.pending = 0;
    caller->registers.rax = rax_make(ERROR_NONE, 0, 0, acted.n, 0);
    caller->registers.rdi = 0;
    caller->registers.r13 = acted.handle;
    caller->registers.r14 = 0;
    server->control->intent = 0;
    server->control->intent_run = 0;
    server->caller = NULL;
    server->state = TASK_RECEIVING;
    line->receiver = server;
    schedule_switch(caller);
    return true;
}
