#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"

/* 8259A data-sheet: initialisation words 1 to 4, then the mask; operation word 2 (end of interrupt). */
#define MASTER 0x20
#define SLAVE 0xa0
#define INITIALISE_WITH_WORD_4 0x11
#define SLAVE_ON_LINE_2 0x04
#define SLAVE_IDENTITY 0x02
#define MODE_8086 0x01
#define END_OF_INTERRUPT 0x20

static uint16_t masked;
static atomic_word lock; /* guards it; held with interrupts off */

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

void legacy_line_set(uint32_t line, bool open)
{
    uint64_t found = 0;

    RULE_HOLDS(LOCK_SECOND, rules_unlocked());
    while (!atomic_swap_if_acquire(&lock, &found, 1)) {
        found = 0;
        wait_turn_for("the legacy interrupt controllers", 0);
    }
    CHECKED_ONLY(rules_device(true);)
    masked = (uint16_t)((masked & ~(1u << line)) | (open ? 0 : 1u << line));
    mask_write();
    CHECKED_ONLY(rules_device(false);)
    atomic_store_release(&lock, 0);
}

void legacy_line_take(uint32_t line)
{
    legacy_line_set(line, false);
    if (line >= 8)
        port_write_8(SLAVE, END_OF_INTERRUPT);
    port_write_8(MASTER, END_OF_INTERRUPT);
}
