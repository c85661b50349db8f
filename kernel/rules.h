/* The rules by which CPUs share the kernel (docs/smp.md), asserted in a checked build (make CHECKED=1): whoever breaks one ends
 * the machine by a panic that names it. In any other build all of this is nothing. */
#ifndef KERNEL_RULES_H
#define KERNEL_RULES_H

#include <quire/atomic.h>
#include <stdbool.h>
#include <stdint.h>

enum rule {
    RULE_NONE,
#define RULE(NAME, text) RULE_##NAME,
#include "kernel/rules.def"
#undef RULE
    RULES
};

#ifdef CHECKED

struct task;
struct endpoint_line;

/* What a CPU is at; part of struct cpu. */
struct rules {
    const atomic_word *locked; /* the word of the ledger that it has locked, or NULL */
    uint64_t devices;          /* locks of devices that it holds */
    uint64_t began;            /* time stamp of its first wait since it was outside, or 0 */
    uint64_t awaited;          /* what it waits for: a frame, a CPU, an address */
    const char *waits_for;     /* NULL: nothing */
    bool runs;                 /* it has come to its first task */
    bool mail_is_due;          /* it may open its mail now */
};

_Noreturn void rule_broken(enum rule rule, const char *file, uint32_t line);
extern uint64_t rules_patience; /* ticks that one stay in the kernel may wait */
extern bool rules_are_over;     /* it is the end of the machine */

#define CHECKED_ONLY(...) __VA_ARGS__
#define RULE_HOLDS(NAME, condition)                                                                                    \
    do {                                                                                                               \
        if (!rules_are_over && !(condition))                                                                           \
            rule_broken(RULE_##NAME, __FILE__, __LINE__);                                                              \
    } while (0)

bool rules_unlocked(void);                   /* this CPU holds no lock of any kind */
bool rules_closed(void);                     /* its interrupts are off */
bool rules_locked(uint64_t frame);           /* it has locked the frame's word */
bool rules_is_here(const struct task *task); /* the task is at this CPU, which has begun to run tasks */
bool rules_line_is_own(const struct endpoint_line *line);
bool rules_passed(const struct task *task);        /* all CPUs have passed since the task asked for a grace */
bool rules_lock(const atomic_word *word);          /* notes that it has locked one. These three are true */
bool rules_unlock(const atomic_word *word);        /* unless it was not this one */
bool rules_wait(const char *what, uint64_t which); /* false: that takes for ever */
void rules_outside(void);                          /* it has done all that it came into the kernel for */
void rules_device(bool held);

/* Breaks one on purpose: kernel option plant=NAME, for tests. */
void rules_choose(const char *command_line);
void rules_plant(void);

#else

#define CHECKED_ONLY(...)
#define RULE_HOLDS(NAME, condition) ((void)0)

#endif
#endif
