/* The console server: owns the serial port, shows what tasks print, and hands out what is typed. */
#include "servers/console/input.h"
#include "servers/console/lines.h"
#include "servers/console/uart.h"

#include <quire/client.h>
#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/task.h>
#include <string.h>

#define INTERRUPT_BADGE 1    /* the one bit with which the serial port notifies */
#define BYTES_AT_ONCE 4096   /* that one interrupt takes: a port that is not there seems to have some for ever */
#define OWN_BADGE UINT64_MAX /* of the server's own lines: no account has this number */

_Static_assert(CONSOLE_BYTES == MESSAGE_WORDS * sizeof(uint64_t), "the words of a message");

static struct lines lines;
static struct input input;
static handle listener;
static handle interrupt; /* with which the serial port notifies */

static void complain(const char *what, enum error error)
{
    char text[LINE_LENGTH];

    format_line(text, sizeof(text), "# %s: %s: %s: %s\n", start_page()->name, what, error_name(error),
                error_sentence(error));
    lines_write(&lines, OWN_BADGE, text, strlen(text));
}

static void drop(handle value)
{
    enum error error = value != 0 ? frame_drop(value) : ERROR_NONE;
    (void)error; /* what can not be dropped is gone */
}

/* Who listens and has gone is forgotten. */
static void tell_listener(void)
{
    if (listener != 0 && input_waiting(&input) > 0 && system_call_notify(listener) != ERROR_NONE) {
        drop(listener);
        listener = 0;
    }
}

static void take_bytes(void)
{
    uint64_t lost = input.lost;
    uint8_t byte;

    for (uint32_t k = 0; k < BYTES_AT_ONCE && uart_read(&byte); k++) {
        input_put(&input, byte);
    }
    if (input.lost != lost) {
        complain("typed faster than read", ERROR_NO_ROOM);
    }
    enum error error = system_call_acknowledge(UART_LINE);
    if (error != ERROR_NONE) {
        complain("interrupt", error);
    }
    tell_listener();
}

static enum error listen(handle endpoint)
{
    struct handle_facts facts;
    enum error error = ERROR_NONE;

    if (endpoint != 0) {
        error = system_call_inspect(endpoint, &facts);
        if (error == ERROR_NONE && facts.kind != KIND_ENDPOINT) {
            error = ERROR_WRONG_KIND;
        }
        if (error == ERROR_NONE && (facts.rights & RIGHT_NOTIFY) == 0) {
            error = ERROR_MISSING_RIGHT;
        }
    }
    if (error != ERROR_NONE) {
        drop(endpoint);
        return error;
    }
    drop(listener);
    listener = endpoint;
    tell_listener();
    return ERROR_NONE;
}

/* Operations that take bytes, and what CONSOLE_READ answers. Returns the label of the reply. */
static uint64_t transfer(const struct endpoint_message *message, uint64_t words[MESSAGE_WORDS])
{
    uint32_t bytes = console_label_bytes(message->label);
    uint8_t text[CONSOLE_BYTES] = {0};

    if (bytes == 0 || bytes > CONSOLE_BYTES) {
        return ERROR_BAD_COUNT;
    }
    if (console_label_operation(message->label) == CONSOLE_WRITE) {
        memcpy(text, message->words, bytes);
        lines_write(&lines, message->badge, (const char *)text, bytes);
        return ERROR_NONE;
    }
    size_t count = input_take(&input, text, bytes);
    memcpy(words, text, sizeof(text));
    return console_label(ERROR_NONE, (uint32_t)count);
}

/* Does what a call asks for; returns the label of the reply. */
static uint64_t serve(const struct endpoint_message *message, uint64_t words[MESSAGE_WORDS])
{
    uint32_t operation = console_label_operation(message->label);
    uint32_t bytes = console_label_bytes(message->label);

    if (operation != CONSOLE_LISTEN && message->count > 0) {
        drop(message->first);
        return ERROR_BAD_MODE;
    }
    switch (operation) {
    case CONSOLE_WRITE:
    case CONSOLE_READ:
        return transfer(message, words);
    case CONSOLE_FLUSH:
        if (bytes > 0) {
            return ERROR_BAD_COUNT;
        }
        lines_flush(&lines, message->badge);
        return ERROR_NONE;
    case CONSOLE_LISTEN:
        return listen(message->count > 0 ? message->first : 0);
    default:
        return ERROR_BAD_OPERATION;
    }
}

/* Input: without it the console still shows what is printed. */
static void start_input(handle endpoint)
{
    enum error error = endpoint_clone(endpoint, RIGHT_NOTIFY, INTERRUPT_BADGE, &interrupt);

    if (error == ERROR_NONE) {
        error = system_call_interrupt(interrupt, UART_LINE);
    }
    if (error == ERROR_NONE) {
        error = uart_listen();
    }
    if (error != ERROR_NONE) {
        complain("nothing can be typed", error);
    }
}

int main(void)
{
    handle endpoint = start_handle(CONSOLE_NAME);
    struct endpoint_message message = {0};
    uint8_t status;
    enum error error = system_call_port_read(UART_PORT + UART_PORTS - 1, &status);

    if (error != ERROR_NONE) { /* who looks after this task tells with what it ended */
        return (int)error;
    }
    lines_initialise(&lines, uart_write);
    start_input(endpoint);
    for (;;) {
        struct endpoint_message reply = {0};

        error = endpoint_reply_receive(endpoint, &message, 1);
        if (error != ERROR_NONE) {
            complain("no calls", error);
            return (int)error;
        }
        if (message.notification != 0) {
            take_bytes();
        } else {
            reply.label = serve(&message, reply.words);
        }
        message = reply;
    }
}
