/* The frame server: receives a call, serves it, replies, for ever. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/lock_rules.h"
#include "servers/frameserv/core/quick.h"
#include "servers/frameserv/enter.h"
#include "servers/frameserv/init.h"
#include "servers/frameserv/kernel.h"
#include <quire/task.h>

/* What quick_serve() leaves over. False: nothing can be received any more, for the kernel's reason in rax. */
static __attribute__((noinline)) bool serve_in_memory(struct worker *worker, struct message *message)
{
    if (rax_status(message->rax) == ERROR_NONE)
        dispatch(worker, message);
    else if (worker->pending.action != ACTION_NONE)
        dispatch_refused(worker, message);
    else
        return false; /* the last reply asked for nothing that could be refused */
    return true;
}

/* Serves calls until nothing can be received any more. Returns the kernel's reason.
 * What is received stays in registers until it needs more than quick_serve(). */
static enum error serve(struct worker *worker)
{
    const handle endpoint = frame_server();
    struct message registers = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, 0, 0, 0)};

    for (;;) {
        lock_rules_none(worker->number);
        registers.rdi = endpoint;
        system_call_reply_receive(&registers);
        if (quick_serve(worker, &registers))
            continue;
        struct message message = registers;
        if (!serve_in_memory(worker, &message))
            return (enum error)rax_status(message.rax);
        registers = message;
    }
}

static void tell(struct worker *worker)
{
    struct allocator_statistics statistics;

    allocator_count(worker, &statistics);
    kernel_print("# frameserv: window at 0x%lx, %lu frames usable, %lu set aside, end of memory at 0x%lx\n",
                 WINDOW_ADDRESS, statistics.usable, statistics.set_aside, worker->window.frame_count * FRAME_SIZE);
}

int worker_main(uint32_t number)
{
    struct worker worker = {0};
    enum error error = initialise(&worker, number);

    if (error != ERROR_NONE) {
        kernel_print("# frameserv: can't start: %s\n", error_name(error));
        return 1;
    }
    if (worker.control->start == RESTART_BOOT)
        tell(&worker);
    error = serve(&worker);
    kernel_print("# frameserv: ends, since nothing can be received: %s\n", error_name(error));
    return 1;
}
