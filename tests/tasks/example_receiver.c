/* The other half of the example in example_caller.c: a server. It never ends, so it is started without `verdict`. */
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <string.h>

static enum error sign(handle letter)
{
    void *page;
    enum error error = frame_map_anywhere(letter, RIGHT_READ | RIGHT_WRITE, &page);

    if (error == ERROR_NONE) {
        print("receiver: %s\n", (const char *)page);
        strcat(page, ", signed");
        error = frame_unmap(letter);
    }
    return error;
}

int main(void)
{
    handle desk = start_handle("desk");
    struct endpoint_message message;
    enum error error = endpoint_receive(desk, &message, 1);

    while (error == ERROR_NONE) {
        message.label = message.count == 1 ? sign(message.first) : ERROR_BAD_COUNT;
        error = endpoint_reply_receive(desk, &message, 1); /* the reply takes the letter along */
    }
    print("receiver: %s\n", error_sentence(error));
    return (int)error;
}
