/* How a machine ends: a line on the console for people and for emulators without an exit device, then a
 * value for QEMU's isa-debug-exit, whose exit status is value * 2 + 1. */
#ifndef KERNEL_VERDICT_H
#define KERNEL_VERDICT_H

enum verdict {
    VERDICT_PASS = 0x10,
    VERDICT_FAIL = 0x11,
    VERDICT_PANIC = 0x12,   /* the kernel found itself broken */
    VERDICT_REFUSED = 0x13, /* the kernel can not run on this machine, or with these modules */
};

_Noreturn void verdict(enum verdict verdict);

/* A task was given the power to end the machine; a task that had it ended without using it. With the last of
 * them the machine fails: nobody would end it any more. */
void verdict_expect(void);
void verdict_forgo(const char *task);

/* The kernel itself is broken: says why, and ends the machine. Format: quire/format.h. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The machine or its modules are not what the kernel needs: says why, and ends the machine. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
