/* Example: answers each line that is typed, until one is "bye".
 * make run TASKS=tests/tasks/example_typed.c TYPED=- TIMEOUT=600 */
#include <quire/client.h>
#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <string.h>

static char line[81];
static size_t length;
static bool over;

static void take(char byte)
{
    if (byte == '\r' || byte == '\n') {
        line[length] = 0;
        print("you typed \"%s\"\n", line);
        over = over || strcmp(line, "bye") == 0;
        length = 0;
    } else if (length < sizeof(line) - 1) {
        line[length++] = byte;
    }
}

static enum error take_all(void)
{
    char bytes[32];
    size_t count;
    enum error error;

    do {
        error = console_read(bytes, sizeof(bytes), &count);
        for (size_t i = 0; error == ERROR_NONE && i < count; i++) {
            take(bytes[i]);
        }
    } while (error == ERROR_NONE && count > 0);
    return error;
}

int main(void)
{
    handle bell; /* where this task waits */
    handle rope; /* what the console server rings it with */
    struct endpoint_message message;
    enum error error = endpoint_make(&bell);

    if (error == ERROR_NONE) {
        error = endpoint_clone(bell, RIGHT_NOTIFY | RIGHT_MOVE, 1, &rope);
    }
    if (error == ERROR_NONE) {
        error = console_listen(rope);
    }
    print("type a line\n");
    while (error == ERROR_NONE && !over) {
        error = endpoint_receive(bell, &message, 0);
        if (error == ERROR_NONE) {
            error = take_all();
        }
    }
    print("%s\n", error_sentence(error));
    return (int)error;
}
