/* Calls a server that gives up (leaver.c): whoever waits for it learns that it is gone. The argument is the server's. */
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/task.h>

static int complain(const char *what, uint64_t found)
{
    print("# %s: %s\n", what, error_name(found));
    return 1;
}

int main(void)
{
    handle shop = start_handle("shop");
    struct endpoint_message message = {.label = 0};

    if (start_page()->arguments[0] == 0) {
        enum error error = endpoint_call(shop, &message, 1);

        if (error != ERROR_NONE || message.label != ERROR_IN_USE || message.count != 0) {
            return complain("a server gives its receive handle away", error != ERROR_NONE ? error : message.label);
        }
    }
    for (int round = 0; round < 2; round++) {
        struct reply reply = call_0(shop, 1);
        if (reply.status != ERROR_NO_SERVER) {
            return complain("nobody receives any more", reply.status);
        }
    }
    return 0;
}
