/* A server that gives up. With the argument `drop` it drops the handle that it receives with, and lives on. Else it
 * tries to give this handle away with a reply, which would leave it waiting without one, tells its caller what it was
 * told, and ends with the next call. */
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/task.h>
#include <string.h>

static void drop(handle shop)
{
    if (frame_drop(shop) != ERROR_NONE) {
        system_call_exit(1);
    }
    for (;;) {
        system_call_yield();
    }
}

int main(void)
{
    handle shop = start_handle("shop");
    struct endpoint_message message;

    if (strcmp(start_page()->arguments, "drop") == 0) {
        drop(shop);
    }
    if (endpoint_receive(shop, &message, 1) != ERROR_NONE) {
        return 1;
    }
    message = (struct endpoint_message){.first = shop, .count = 1};
    enum error error = endpoint_reply_receive(shop, &message, 1);
    message = (struct endpoint_message){.label = error};
    return endpoint_reply_receive(shop, &message, 0) != ERROR_NONE;
}
