/* Gives those who call it turns, one after the other, so many times a second: a clock for tasks that are to do something now and then.
 * It takes its time from the real-time clock's periodic interrupt; where that is not to be had, whoever calls is answered at once. */
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/task.h>

/* Motorola MC146818A data-sheet: registers A (rate) and B (interrupt enables), C (reading it lets the next interrupt come). */
#define INDEX 0x70
#define VALUE 0x71
#define REGISTER_A 0x0a
#define REGISTER_B 0x0b
#define REGISTER_C 0x0c
#define RATE_MASK 0x0f
#define RATE_16_HERTZ 0x0c
#define PERIODIC 0x40
#define LINE 8

static enum error port_write(uint16_t port, uint8_t value)
{
    const uint64_t words[MESSAGE_WORDS] = {value};

    return system_call_port_write(port, 1, words);
}

static enum error read_register(uint8_t index, uint8_t *value)
{
    enum error error = port_write(INDEX, index);

    return error != ERROR_NONE ? error : system_call_port_read(VALUE, value);
}

static enum error change_register(uint8_t index, uint8_t mask, uint8_t bits)
{
    uint8_t value;
    enum error error = read_register(index, &value);

    if (error == ERROR_NONE) {
        error = port_write(INDEX, index);
    }
    return error != ERROR_NONE ? error : port_write(VALUE, (uint8_t)((value & ~mask) | bits));
}

static enum error start(handle *bell)
{
    handle notifier = 0; /* kept: the line uses it */
    enum error error = endpoint_make(bell);

    if (error == ERROR_NONE) {
        error = endpoint_clone(*bell, RIGHT_NOTIFY, 1, &notifier);
    }
    if (error == ERROR_NONE) {
        error = change_register(REGISTER_A, RATE_MASK, RATE_16_HERTZ);
    }
    if (error == ERROR_NONE) {
        error = change_register(REGISTER_B, PERIODIC, PERIODIC);
    }
    return error != ERROR_NONE ? error : system_call_interrupt(notifier, LINE);
}

static enum error wait_for_beat(handle bell)
{
    struct endpoint_message beat;
    uint8_t cause;
    enum error error = read_register(REGISTER_C, &cause);

    if (error == ERROR_NONE) {
        error = system_call_acknowledge(LINE);
    }
    return error != ERROR_NONE ? error : endpoint_receive(bell, &beat, 0);
}

int main(void)
{
    handle bell;
    handle desk = start_handle("pulse");
    struct endpoint_message turn = {0};
    enum error clock = start(&bell);
    enum error error = endpoint_receive(desk, &turn, 0);

    while (error == ERROR_NONE) {
        if (clock == ERROR_NONE) {
            clock = wait_for_beat(bell);
        }
        turn = (struct endpoint_message){0};
        error = endpoint_reply_receive(desk, &turn, 0);
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return (int)error;
}
