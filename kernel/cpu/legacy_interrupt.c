#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/cpu/instructions.h"

/* 8259A data-sheet: initialisation words 1 to 4, then the mask; operation words 2 (end of interrupt) and 3 (which
 * register a read gives). */
#define MASTER 0x20
#define SLAVE 0xa0
#define INITIALISE_WITH_WORD_4 0x11
#define SLAVE_ON_LINE_2 0x04
#define SLAVE_IDENTITY 0x02
#define MODE_8086 0x01
#define END_OF_INTERRUPT 0x20
#define READ_IN_SERVICE 0x0b
#define LAST_OF_CONTROLLER 7 /* the line whose interrupt stands for none */

static uint16_t masked;

static void mask_write(void)
{
    port_write_8(MASTER + 1, (uint8_t)masked);
    port_write_8(SLAVE + 1, (uint8_t)(masked >> 8));
}

void legacy_controllers_initialise(void)
{
    static const uint8_t masters[] = {VECTOR_LEGACY, SLAVE_ON_LINE_2, MODE_8086};
    static const uint8_t slaves[] = {VECTOR_LEGACY + 8, SLAVE_IDENTITY, MODE_8086};

    port_write_8(MASTER, INITIALISE_WITH_WORD_4);
    port_write_8(SLAVE, INITIALISE_WITH_WORD_4);
    for (uint32_t k = 0; k < sizeof(masters); k++) {
        port_write_8(MASTER + 1, masters[k]);
        port_write_8(SLAVE + 1, slaves[k]);
    }
    masked = (uint16_t) ~(1u << LEGACY_CASCADE);
    mask_write();
}

void legacy_line_open(uint32_t line)
{
    masked &= (uint16_t) ~(1u << line);
    mask_write();
}

void legacy_line_mask(uint32_t line)
{
    masked |= (uint16_t)(1u << line);
    mask_write();
}

static bool in_service(uint16_t controller, uint32_t line)
{
    port_write_8(controller, READ_IN_SERVICE);
    return port_read_8(controller) >> line & 1;
}

bool legacy_line_take(uint32_t line)
{
    uint16_t controller = line < 8 ? MASTER : SLAVE;
    bool real = line % 8 != LAST_OF_CONTROLLER || in_service(controller, LAST_OF_CONTROLLER);

    if (real) {
        legacy_line_mask(line);
        port_write_8(controller, END_OF_INTERRUPT);
    }
    if (controller == SLAVE) /* the first controller saw an interrupt in either case */
        port_write_8(MASTER, END_OF_INTERRUPT);
    return real;
}
