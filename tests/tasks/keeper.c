/* A program for the shell: waits for ever, and so keeps what is moved into its table. */
#include <quire/endpoint.h>
#include <quire/print.h>

int main(void)
{
    struct endpoint_message message;
    handle door;
    enum error error = endpoint_make(&door);

    while (error == ERROR_NONE) {
        error = endpoint_receive(door, &message, 0);
    }
    print("keeper: %s\n", error_sentence(error));
    return (int)error;
}
