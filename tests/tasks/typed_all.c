/* Reads what is typed, slowly: after each message it is busy with something else. bytes=N of them have to come, each in its place:
 * behind an = line k is "k" in eight digits. Nothing may be lost, however fast they are typed. */
#include <quire/client.h>
#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <string.h>

#define LINE_BYTES 9 /* the digits, and the line feed */
#define BUSY_CALLS 40

static bool begun; /* the = has come; a machine that starts may swallow what is typed before */

static char expected_byte(uint64_t place)
{
    uint64_t number = place / LINE_BYTES;

    for (uint64_t k = place % LINE_BYTES; k + 2 < LINE_BYTES; k++) {
        number /= 10;
    }
    if (place % LINE_BYTES == LINE_BYTES - 1) {
        return '\n';
    }
    return (char)('0' + number % 10);
}

static enum error be_busy(void)
{
    enum error error = ERROR_NONE;

    for (uint32_t k = 0; k < BUSY_CALLS && error == ERROR_NONE; k++) {
        error = frame_server_nothing();
    }
    return error;
}

int main(void)
{
    uint64_t wanted = start_option_number(start_page()->arguments, "bytes", 54000);
    uint64_t place = 0;
    struct endpoint_message bell;
    handle desk;
    handle rope;
    enum error error = endpoint_make(&desk);

    if (error == ERROR_NONE) {
        error = endpoint_clone(desk, RIGHT_NOTIFY | RIGHT_MOVE, 1, &rope);
    }
    if (error == ERROR_NONE) {
        error = console_listen(rope);
    }
    print("type now\n");
    while (error == ERROR_NONE && place < wanted) {
        char bytes[CONSOLE_BYTES];
        size_t count = 0;

        error = console_read(bytes, sizeof(bytes), &count);
        for (size_t k = 0; k < count; k++) {
            if (!begun) {
                begun = bytes[k] == '=';
                continue;
            }
            if (bytes[k] != expected_byte(place)) {
                print("byte %lu is %x instead of %x\n", place, (unsigned)(uint8_t)bytes[k],
                      (unsigned)expected_byte(place));
                return 1;
            }
            place++;
        }
        if (error == ERROR_NONE) {
            error = count > 0 ? be_busy() : endpoint_receive(desk, &bell, 0);
        }
    }
    print("%lu bytes came: %s\n", place, error_sentence(error));
    return (int)error;
}
