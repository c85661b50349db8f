/* The pair of 8259 interrupt controllers, which devices of the PC's first days are wired to. Their interrupts reach the
 * processor through the local APIC's line 0 (cpu/timer.c). */
#ifndef KERNEL_CPU_LEGACY_INTERRUPT_H
#define KERNEL_CPU_LEGACY_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#define VECTOR_LEGACY 0x20 /* of line 0; 16 vectors */
#define LEGACY_LINES 16
#define LEGACY_CASCADE 2 /* the line by which the second controller reaches the first */

/* Remaps both and masks all lines. Once, on the CPU that booted. */
void legacy_controllers_initialise(void);

/* Lets interrupts of a line in, or keeps them out. */
void legacy_line_set(uint32_t line, bool open);

/* An interrupt of a line came: it is masked, and the controllers are told that it was taken. It may stand for none, when a
 * controller changed its mind: then there is nothing to end, and whoever is notified finds nothing. */
void legacy_line_take(uint32_t line);

#endif
