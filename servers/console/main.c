/* The console server: owns the serial port, a band of the screen and the keyboard, shows what tasks print, and hands out what
 * is typed. */
#include "servers/console/display.h"
#include "servers/console/lines.h"
#include "servers/console/typed.h"
#include "servers/console/uart.h"

#include <quire/client.h>
#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/screen.h>
#include <quire/task.h>
#include <string.h>

#define OWN_WRITER UINT64_MAX /* of the server's own lines: nobody else's */

_Static_assert(CONSOLE_BYTES == MESSAGE_WORDS * sizeof(uint64_t), "the words of a message");

static struct lines lines;
static handle listener;

static void show(const char *text, size_t length)
{
    uart_write(text, length);
    display_write(text, length);
}

static void complain(const char *what, enum error error)
{
    char text[LINE_LENGTH];

    format_line(text, sizeof(text), "# %s: %s: %s: %s\n", start_page()->name, what, error_name(error),
                error_sentence(error));
    lines_write(&lines, OWN_WRITER, text, strlen(text));
}

static void drop(handle value)
{
    enum error error = value != 0 ? frame_drop(value) : ERROR_NONE;
    (void)error; /* what can not be dropped is gone */
}

/* Who listens and has gone is forgotten. */
static void tell_listener(void)
{
    if (listener != 0 && typed_waits() && system_call_notify(listener) != ERROR_NONE) {
        drop(listener);
        listener = 0;
    }
}

static void collect(uint64_t bits)
{
    enum error error = typed_collect(bits);
    const char *loss = typed_loss();

    if (loss != NULL) {
        complain(loss, ERROR_NO_ROOM);
    }
    if (error != ERROR_NONE) {
        complain("interrupt", error);
    }
    tell_listener();
}

/* Whose line it is: accounts have numbers of 32 bits. */
static uint64_t writer_of(const struct endpoint_message *message)
{
    return message->badge << 32 | console_label_writer(message->label);
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
        lines_write(&lines, writer_of(message), (const char *)text, bytes);
        return ERROR_NONE;
    }
    size_t count = typed_take(text, bytes);
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
        lines_flush(&lines, writer_of(message));
        return ERROR_NONE;
    case CONSOLE_LISTEN:
        return listen(message->count > 0 ? message->first : 0);
    default:
        return ERROR_BAD_OPERATION;
    }
}

/* Input: without it the console still shows what is printed. */
static void start_input(enum error error)
{
    if (error != ERROR_NONE) {
        complain("nothing can be typed", error);
    }
}

/* With the argument screen=FIRST-LAST there is a band of the screen, if there is a screen, and a keyboard to go with it. */
static void start_screen(handle endpoint)
{
    struct canvas canvas;
    enum error error = screen_open_argument(&canvas);

    if (error == ERROR_NONE) {
        display_initialise(&canvas);
        start_input(typed_start_keyboard(endpoint));
    } else if (error != ERROR_UNUSED) {
        complain("screen", error);
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
    lines_initialise(&lines, show);
    start_input(typed_start_serial(endpoint));
    start_screen(endpoint);
    for (;;) {
        struct endpoint_message reply = {0};

        error = endpoint_reply_receive(endpoint, &message, 1);
        if (error != ERROR_NONE) {
            complain("no calls", error);
            return (int)error;
        }
        if (message.notification != 0) {
            collect(message.notification);
        } else {
            reply.label = serve(&message, reply.words);
        }
        message = reply;
    }
}
