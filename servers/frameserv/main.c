/* The frame server: receives a call, serves it, replies, for ever. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/init.h"
#include <quire/print.h>
#include <quire/task.h>

/* Serves calls until nothing can be received any more. Returns the kernel's reason.
 * What is received stays in registers until an operation asks for it in memory: NOTHING never does. */
static enum error serve(struct worker *worker)
{
    const handle endpoint = frame_server();
    const struct message nothing = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, 0, 0, 0), .rdi = endpoint};
    struct message registers = nothing;
    bool refused = false; /* the last reply was that to a refusal */

    for (;;) {
        system_call_reply_receive(&registers);
        if ((registers.rax | registers.rsi) == MESSAGE_NOTHING) {
            worker->pending.action = ACTION_NONE;
            refused = false;
            registers = nothing;
            continue;
        }
        struct message message = registers;
        if (rax_status(message.rax) == ERROR_NONE) {
            refused = false;
            dispatch(worker, &message);
        } else if (!refused) {
            refused = true;
            dispatch_refused(worker, &message);
        } else {
            return (enum error)rax_status(message.rax);
        }
        registers = message;
        registers.rdi = endpoint;
    }
}

int main(void)
{
    static struct worker worker;
    struct allocator_statistics statistics;
    enum error error = initialise(&worker);

    if (error != ERROR_NONE) {
        print("# frameserv: can't start: %s\n", error_name(error));
        return 1;
    }
    allocator_count(&worker, &statistics);
    print("# frameserv: window at 0x%lx, %lu frames usable, %lu set aside, end of memory at 0x%lx\n", WINDOW_ADDRESS,
          statistics.usable, statistics.set_aside, worker.window.frame_count * FRAME_SIZE);
    error = serve(&worker);
    print("# frameserv: ends, since nothing can be received: %s\n", error_name(error));
    return 1;
}
