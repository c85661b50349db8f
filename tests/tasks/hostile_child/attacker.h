/* A task that wants to do harm: it issues system calls and messages of which some would be right, some nearly, some are
 * nonsense, and looks at what comes back. Its numbers are drawn from a seed. */
#ifndef TESTS_TASKS_HOSTILE_CHILD_ATTACKER_H
#define TESTS_TASKS_HOSTILE_CHILD_ATTACKER_H

#include "tests/tasks/hostile/random.h"
#include "tests/tasks/hostile/report.h"
#include "tests/tasks/registers.h"
#include <quire/abi.h>

#define ENTRIES_KNOWN 1024 /* of its handle table, that it remembers */
#define ADDRESSES_KNOWN 16

/* Whose loss ends the attacker's work, and whose does not. */
enum belonging { NOTHING, BODY, GIFT, SPOIL };

/* What it believes to hold. Others may have taken it away. */
struct entry {
    handle value;
    uint8_t belonging;
    uint8_t kind;
};

struct attacker {
    struct random random;
    volatile struct report *report;
    handle server;
    struct entry entries[ENTRIES_KNOWN];
    uint32_t held[KINDS];                /* how many of each kind, but of BODY */
    bool serves;                         /* it has received a call and not answered */
    uint32_t limit;                      /* entries of its table */
    uint32_t first_free;                 /* behind what it was made of */
    uint64_t addresses[ADDRESSES_KNOWN]; /* physical ones that it heard of */
    uint32_t address_count;
};

extern struct attacker attacker;

/* Issues the system call of the ten registers in *message; the others are drawn. Counts it, judges and remembers what
 * comes back. Returns the status. */
enum error attempt(struct message *message);

/* attempt with rdi, rsi, rdx, r8. */
enum error attempt_small(uint32_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r8);

/* A right message to the frame server, in r13 about `first`. Returns status or label. */
enum error attempt_request(struct message *message, enum operation operation, enum action want, enum mode mode,
                           uint32_t n, uint32_t dst);

/* judge.c: notes in the report what must not be. */
void judge(const struct all_registers *in, const struct all_registers *out, bool to_server);

/* memory.c: what it believes to hold. */
void remember(handle first, uint32_t n, enum kind kind, enum belonging belonging);
void forget(handle first, uint32_t n);
void learn(const struct message *in, const struct message *out);
void explore(void);

/* draw.c */
uint64_t draw_value(void);
handle draw_handle(void);
handle draw_handle_of(enum kind kind);
uint32_t draw_entry(void);
uint32_t draw_count(void);
void draw_request(struct message *message);
void draw_call(struct message *message);
void draw_message_to_task(struct message *message);
void draw_receive(struct message *message);
void spoil(struct message *message);

/* gremlin.c: makes a task of the attacker's own that does as it likes, and lets it run. */
void make_gremlin(void);

_Noreturn void attack(volatile struct report *report, uint64_t seed, uint64_t calls);

#endif
