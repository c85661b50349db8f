#include "kernel/cpu/uart.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"

/* Registers of the PC16550D (National Semiconductor data-sheet, table II). */
#define PORT 0x3f8
#define DATA (PORT + 0)
#define INTERRUPT_ENABLE (PORT + 1)
#define FIFO_CONTROL (PORT + 2)
#define LINE_CONTROL (PORT + 3)
#define MODEM_CONTROL (PORT + 4)
#define LINE_STATUS (PORT + 5)

#define LINE_8N1 0x03
#define LINE_DIVISOR_LATCH 0x80
#define FIFO_ENABLE_CLEAR 0x07
#define MODEM_READY 0x03
#define STATUS_TRANSMIT_EMPTY 0x20
#define STATUS_ALL_SENT 0x40
#define DIVISOR_115200 1
#define PATIENCE 100000 /* status reads until a port that never gets ready counts as absent */

static atomic_word owner; /* 0, or 1 + number of the CPU that writes */

void uart_initialise(void)
{
    port_write_8(INTERRUPT_ENABLE, 0);
    port_write_8(LINE_CONTROL, LINE_DIVISOR_LATCH | LINE_8N1);
    port_write_8(DATA, DIVISOR_115200);
    port_write_8(INTERRUPT_ENABLE, 0);
    port_write_8(LINE_CONTROL, LINE_8N1);
    port_write_8(FIFO_CONTROL, FIFO_ENABLE_CLEAR);
    port_write_8(MODEM_CONTROL, MODEM_READY);
}

static void wait_for(uint8_t status)
{
    for (int i = 0; i < PATIENCE; i++)
        if (port_read_8(LINE_STATUS) & status)
            break;
}

static void send(char byte)
{
    wait_for(STATUS_TRANSMIT_EMPTY);
    port_write_8(DATA, (uint8_t)byte);
}

void uart_drain(void)
{
    wait_for(STATUS_ALL_SENT);
}

void uart_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            send('\r');
        send(text[i]);
    }
}

bool uart_lock(void)
{
    if (cpu_count < 2)
        return false;
    RULE_HOLDS(LOCK_SECOND, !this_cpu->rules.locked);
    for (uint64_t found = 0; !atomic_swap_if_acquire(&owner, &found, this_cpu->number + 1); found = 0) {
        if (found == this_cpu->number + 1)
            return false;
        wait_turn_for("the serial port, of CPU", found - 1);
    }
    CHECKED_ONLY(rules_device(true);)
    return true;
}

void uart_unlock(void)
{
    CHECKED_ONLY(rules_device(false);)
    atomic_store_release(&owner, 0);
}

void uart_take_over(void)
{
    if (cpu_count < 2)
        return;
    uint64_t found = atomic_load_relaxed(&owner);
    if (found && found != this_cpu->number + 1)
        uart_write("\n", 1);
    atomic_store_relaxed(&owner, this_cpu->number + 1);
}
