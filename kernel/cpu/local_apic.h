/* The CPU's own interrupt controller (local APIC), as xAPIC (registers in memory) or x2APIC (model-specific registers): the
 * same on all CPUs. */
#ifndef KERNEL_CPU_LOCAL_APIC_H
#define KERNEL_CPU_LOCAL_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Vectors of the local APIC's own interrupts; those of the legacy controllers lie below. */
#define VECTOR_TIMER 0x30
#define VECTOR_MAIL 0x31  /* another CPU has sent this one mail: object/mail.h */
#define VECTOR_FLUSH 0x32 /* another CPU waits for a flush: cpu/flush.h */
#define VECTOR_SPURIOUS 0xff

/* Registers (Intel SDM volume 3, table 11-1). */
#define APIC_TIMER 0x320
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define APIC_MASKED 0x10000 /* of the timer, among others */

/* The highest id that an xAPIC can have. */
#define APIC_ID_MAX 254

/* The APIC id of this CPU, by CPUID: before anything is initialised. */
uint32_t local_apic_own_id(void);

/* Whether the CPU that boots has an x2APIC. */
bool local_apic_has_x2apic(void);

/* Whether interrupts can be sent to a CPU with this id: 255 means all to an xAPIC, -1 to an x2APIC. */
bool local_apic_reaches(uint32_t apic_id);

/* On the CPU that boots, before its controller is initialised: all use x2APIC from now on. */
void local_apic_choose_x2apic(void);

/* Switches this CPU's controller on, its timer masked. What the firmware has put into x2APIC mode stays there, for there is no
 * way back but by a reset. False: this CPU's is not in the mode of the others, and can't be brought there. */
bool local_apic_initialise(void);

uint32_t local_apic_read(uint32_t offset);
void local_apic_write(uint32_t offset, uint32_t value);

/* Tells the controller that its interrupt was taken. */
void interrupt_acknowledge(void);

/* Interrupts another CPU, by its number. */
void interrupt_send(uint32_t cpu_number, uint32_t vector);

/* The same by a non-maskable interrupt. */
void interrupt_send_non_maskable(uint32_t cpu_number);

/* How a CPU that waits after a reset is woken, by its APIC id (Intel SDM volume 3, 8.4): INIT, then STARTUP, which makes it
 * start in real mode at an address below 1 MiB, a multiple of 4096. */
void interrupt_send_init(uint32_t apic_id);
void interrupt_send_startup(uint32_t apic_id, uint64_t address);

#endif
