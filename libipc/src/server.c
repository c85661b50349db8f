/* The frame server as a task. */
#include <quire/server.h>

#include "libipc/src/request.h"

handle server_task(void)
{
    return start_handle(FRAME_SERVER_TASK_NAME);
}

/* A page of the server's own statistics. */
static enum error read_page(uint64_t page, struct message *message)
{
    *message = (struct message){.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0), .words = {page}};
    return request(message, MESSAGE_STATISTICS);
}

must_use enum error server_restart(void)
{
    return system_call_kill(server_task());
}

must_use enum error server_upgrade(uint64_t image)
{
    return system_call_upgrade(server_task(), image);
}

must_use enum error server_recovery(struct server_recovery *recovery)
{
    struct message message;
    enum error error = read_page(2, &message);

    if (error == ERROR_NONE) {
        *recovery = (struct server_recovery){.restarts = message.words[0],
                                             .reason = (enum restart)message.words[1],
                                             .found = message.words[2],
                                             .undone = message.words[3],
                                             .reconciled = message.words[4]};
    }
    return error;
}

must_use enum error server_image(struct server_image *image)
{
    struct message message;
    enum error error = read_page(3, &message);

    if (error == ERROR_NONE) {
        *image = (struct server_image){.version = message.words[0], .layout = message.words[1]};
    }
    return error;
}
