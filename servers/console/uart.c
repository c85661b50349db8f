#include "servers/console/uart.h"

#include <quire/system_call.h>
#include <string.h>

/* Registers of the PC16550D (National Semiconductor data-sheet, table II and section 8). */
#define DATA (UART_PORT + 0)
#define INTERRUPT_ENABLE (UART_PORT + 1)
#define MODEM_CONTROL (UART_PORT + 4)
#define LINE_STATUS (UART_PORT + 5)

#define ENABLE_RECEIVED 0x01
#define MODEM_TERMINAL_READY 0x01
#define MODEM_SEND 0x02       /* request to send: the other side may */
#define MODEM_INTERRUPTS 0x08 /* OUT2, which gates the interrupt line on a PC */
#define STATUS_RECEIVED 0x01
#define STATUS_OVERRUN 0x02        /* a byte came when the FIFO was full; reading clears it */
#define STATUS_TRANSMIT_EMPTY 0x20 /* the whole FIFO is */
#define STATUS_NO_PORT 0xff        /* what ports answer behind which there is nothing */
#define FIFO_BYTES 16
#define PATIENCE 100000 /* status reads until a port that does not get ready counts as absent */

_Static_assert(FIFO_BYTES <= PRINT_BYTES_MAX, "one system call fills the FIFO");

static bool absent; /* the port did not get ready the last time */
static bool overrun;

static must_use enum error write_register(uint16_t port, uint8_t value)
{
    const uint64_t words[MESSAGE_WORDS] = {value};

    return system_call_port_write(port, 1, words);
}

must_use enum error uart_listen(bool on)
{
    enum error error = write_register(MODEM_CONTROL, MODEM_TERMINAL_READY | MODEM_INTERRUPTS | (on ? MODEM_SEND : 0));

    return error != ERROR_NONE ? error : write_register(INTERRUPT_ENABLE, on ? ENABLE_RECEIVED : 0);
}

bool uart_overrun(void)
{
    bool was = overrun;

    overrun = false;
    return was;
}

static bool status_has(uint8_t bit)
{
    uint8_t status;

    if (system_call_port_read(LINE_STATUS, &status) != ERROR_NONE) {
        return false;
    }
    overrun |= status != STATUS_NO_PORT && (status & STATUS_OVERRUN) != 0;
    return (status & bit) != 0;
}

/* Waits until the FIFO is empty; once a port was given up, it is asked once for each piece. */
static bool wait_until_empty(void)
{
    for (uint32_t k = 0; k < (absent ? 1 : PATIENCE); k++) {
        if (status_has(STATUS_TRANSMIT_EMPTY)) {
            absent = false;
            return true;
        }
    }
    absent = true;
    return false;
}

static void send(const char *bytes, size_t count)
{
    uint64_t words[MESSAGE_WORDS] = {0};

    memcpy(words, bytes, count);
    if (wait_until_empty() && system_call_port_write(DATA, (uint32_t)count, words) != ERROR_NONE) {
        absent = true;
    }
}

void uart_write(const char *text, size_t length)
{
    char piece[FIFO_BYTES] = {0};
    size_t count = 0;

    for (size_t k = 0; k < length; k++) {
        if (count + 2 > sizeof(piece)) { /* room for a line feed, too */
            send(piece, count);
            count = 0;
        }
        if (text[k] == '\n') {
            piece[count++] = '\r';
        }
        piece[count++] = text[k];
    }
    if (count > 0) {
        send(piece, count);
    }
}

bool uart_read(uint8_t *byte)
{
    return status_has(STATUS_RECEIVED) && system_call_port_read(DATA, byte) == ERROR_NONE;
}
