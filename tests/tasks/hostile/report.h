/* What the suite `hostile` and a child of it tell each other: a page that both have mapped. */
#ifndef TESTS_TASKS_HOSTILE_REPORT_H
#define TESTS_TASKS_HOSTILE_REPORT_H

#include <quire/abi.h>
#include <stdint.h>

#define REPORT_REGISTERS 10 /* rax rdi rsi rdx r8 r9 r10 r12 r13 r14 */

/* What an attacker saw that must never be. */
enum offence_kind {
    OFFENCE_NONE,
    OFFENCE_STATUS, /* a system call answered with an error that system_calls.def does not declare */
    OFFENCE_LABEL,  /* a message to the frame server with one that messages.def does not */
    OFFENCE_STRAY,  /* a register that carries nothing by docs/abi.md came back with something */
};

struct offence {
    uint64_t kind;   /* enum offence_kind */
    uint64_t number; /* of the system call, or of the frame server's operation */
    uint64_t error;  /* or what strayed */
    uint64_t in[REPORT_REGISTERS];
    uint64_t out[REPORT_REGISTERS];
    uint64_t
        seal; /* see offence_seal: nothing but the code that judges writes offences, whatever a task does to itself */
};

struct report {
    uint64_t stop;        /* written by the suite: an honest child is to finish */
    uint64_t calls;       /* system calls that an attacker has issued */
    uint64_t rounds;      /* that an honest child has done */
    uint64_t failed_line; /* of an honest child's source, where something was wrong; 0: nothing was */
    uint64_t failed_error;
    uint64_t digest;                /* of all that came back: equal for equal runs */
    uint64_t seen[SYSTEM_CALLS];    /* the statuses that came, a bit each */
    uint64_t seen_labels[MESSAGES]; /* the labels of the frame server's replies, likewise */
    struct offence offence;         /* the first one */
};
_Static_assert(sizeof(struct report) <= 4096, "one page");

static inline uint64_t offence_seal(const struct offence *offence)
{
    const uint64_t *words = (const uint64_t *)offence;
    uint64_t seal = UINT64_C(0x9e3779b97f4a7c15); /* any odd number */

    for (uint64_t k = 0; k < sizeof(*offence) / sizeof(*words) - 1; k++) {
        seal = (seal ^ words[k]) * UINT64_C(0xbf58476d1ce4e5b9);
        seal ^= seal >> 31;
    }
    return seal;
}

/* Names of the handles that children are given. */
#define GIFT_REPORT "report"
#define GIFT_ARENA "arena"     /* endpoint of all attackers */
#define GIFT_SERVICE "service" /* endpoint of the honest server */
#define GIFT_TASK "task"       /* some task, without the owner right */

/* Badges of handles to the honest server's endpoint. */
#define BADGE_HONEST 1
#define BADGE_HOSTILE 2

/* What the honest server is asked, as labels. */
enum service_request {
    SERVICE_ECHO = 100, /* answers every word plus 1 */
    SERVICE_STAMP, /* a frame comes along: word 1 stands in its word 0; word 2 is written there, and it goes back */
};
#define SERVICE_STAMP_FRAMES 4 /* at the most, that come with one call */

#endif
