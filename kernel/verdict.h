/* How a machine ends: a line on the console for people and for emulators without an exit device, then a
 * value for QEMU's isa-debug-exit, whose exit status is value * 2 + 1. */
#ifndef KERNEL_VERDICT_H
#define KERNEL_VERDICT_H

#include <quire/error.h>
#include <stdbool.h>

/* Exit values; a task says VERDICT_PASS or VERDICT_FAIL (quire/system_call.h). */
enum verdict {
    MACHINE_PASSED = 0x10,
    MACHINE_FAILED = 0x11,
    MACHINE_PANICKED = 0x12, /* the kernel found itself broken */
    MACHINE_REFUSED = 0x13,  /* the kernel can not run on this machine, or with these modules */
};

_Noreturn void verdict(enum verdict verdict);

/* Ends the machine: as passed, if nothing that a verdict has to tell went wrong either. */
_Noreturn void verdict_of_task(bool passed);

/* Tasks started with the option `verdict` may call verdict_of_task(); those that do not, give theirs by how they end.
 * With the last of them the machine ends: it passes if each of them did, and no module was left out.
 *   verdict_expect       one more such task
 *   verdict_task_ended   one of them ended: it passed if it exited with 0
 *   verdict_spoil        something else went wrong that such a verdict has to tell
 *   verdict_start        all tasks are known: fails the machine at once if something went wrong and none is to tell it */
void verdict_expect(void);
void verdict_task_ended(bool passed);
void verdict_spoil(void);
void verdict_start(void);

/* Says why, and ends the machine: because the kernel itself is broken (panic), or because the machine or its modules are
 * not what the kernel needs (refuse). Format: quire/format.h. */
#define panic(...) verdict_because(MACHINE_PANICKED, "panic: ", __VA_ARGS__)
#define refuse(...) verdict_because(MACHINE_REFUSED, "refused: ", __VA_ARGS__)
_Noreturn void verdict_because(enum verdict reason, const char *before, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses the machine because of an error, if there is one, in what is named. */
void require(enum error error, const char *what);

#endif
