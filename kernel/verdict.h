/* How a machine ends: a line on the console for people and for emulators without an exit device, then a
 * value for QEMU's isa-debug-exit, whose exit status is value * 2 + 1. */
#ifndef KERNEL_VERDICT_H
#define KERNEL_VERDICT_H

#include <quire/error.h>
#include <stdbool.h>

/* Exit values; a task with that power says VERDICT_PASS or VERDICT_FAIL (quire/abi.h). */
enum verdict {
    MACHINE_PASSED = 0x10,
    MACHINE_FAILED = 0x11,
    MACHINE_PANICKED = 0x12, /* the kernel found itself broken: panic/panic.h */
    MACHINE_REFUSED = 0x13,  /* the kernel can not run on this machine, or with these modules */
};

_Noreturn void verdict(enum verdict verdict);

/* Says why, and ends the machine, which is not what the kernel needs, or its modules are not. Format: quire/format.h. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Refuses the machine because of an error, if there is one, in what is named. */
void require(enum error error, const char *what);

#endif
