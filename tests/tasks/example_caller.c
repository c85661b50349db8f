/* Half of an example: sends a letter, a frame, to example_receiver.c and gets it back signed. Boots both:
 * make run TASKS=tests/tasks/example_caller.c:call=desk,tests/tasks/example_receiver.c:receive=desk:-verdict */
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <string.h>

/* What main returns decides the verdict of the machine. */
int main(void)
{
    struct endpoint_message message = {.count = 1};
    void *page = NULL;
    enum error error = start_handle("desk") != 0 ? frame_allocate(&message.first) : ERROR_NO_SERVER;

    if (error == ERROR_NONE) {
        error = frame_map_anywhere(message.first, RIGHT_READ | RIGHT_WRITE, &page);
    }
    if (error == ERROR_NONE) {
        strcpy(page, "a letter");
        error = frame_unmap(message.first); /* only what is mapped nowhere can go to another task */
    }
    if (error == ERROR_NONE) {
        error = endpoint_call(start_handle("desk"), &message, 1);
    }
    if (error == ERROR_NONE) {
        error = message.count == 1 ? frame_map_anywhere(message.first, RIGHT_READ, &page) : (enum error)message.label;
    }
    if (error == ERROR_NONE) {
        print("caller: %s\n", (const char *)page);
        error = strcmp(page, "a letter, signed") == 0 ? frame_drop(message.first) : ERROR_BAD_ARGUMENT;
    }
    print("caller: %s\n", error_sentence(error));
    return (int)error;
}
