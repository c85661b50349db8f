/* The CPUs of the machine, as the firmware's tables name them (ACPI specification 6.4, chapter 5.2). */
#ifndef KERNEL_BOOT_ACPI_H
#define KERNEL_BOOT_ACPI_H

#include <quire/abi.h>
#include <stdint.h>

enum acpi_fault {
#define ACPI_FAULT(NAME, sentence) ACPI_FAULT_##NAME,
#include "kernel/boot/acpi_faults.def"
#undef ACPI_FAULT
    ACPI_FAULTS
};

/* The fault as a sentence without a full stop. Never NULL. */
const char *acpi_fault_text(enum acpi_fault fault);

struct acpi_processors {
    uint32_t count;                 /* at least 1: */
    uint32_t apic_ids[WORKERS_MAX]; /* the CPU that booted, then the others in the order of the table, none twice */
    uint32_t doubled;               /* entries that name one again */
    uint32_t left_out;              /* further CPUs, for which there is no room */
    uint64_t fault_address; /* physical, of the table that is broken; 0: the RSDP, where the loader copied it from */
};

/* Where [address, address + size) of physical memory can be read, or NULL if it can't. */
typedef const void *acpi_reach(uint64_t address, uint64_t size);

/* Finds the CPUs that can be used: those that the MADT calls enabled, by local APIC or x2APIC.
 *   root    the first `size` bytes of the RSDP
 *   booted  APIC id of this CPU
 * Any fault leaves this CPU alone in out. Reads nothing but what reach() gives; whatever it says, ends after as many
 * steps as the tables have entries. */
enum acpi_fault acpi_processors(const void *root, uint32_t size, uint32_t booted, acpi_reach *reach,
                                struct acpi_processors *out);

#endif
