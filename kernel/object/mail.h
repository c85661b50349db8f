/* What CPUs send each other: work that only the receiver may do. A node is part of what it is about, and is in one list at
 * the most, so sending allocates nothing and can't fail. */
#ifndef KERNEL_OBJECT_MAIL_H
#define KERNEL_OBJECT_MAIL_H

#include <quire/atomic.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

enum mail_kind {
    MAIL_HOME,   /* a task comes home from where its call was served: it is ready */
    MAIL_ASK,    /* a task's system call is about what is this CPU's: it is done here */
    MAIL_ORPHAN, /* a task is about to drop the last handle to a task of this CPU */
    MAIL_ABORT,  /* a task that may be lent to this CPU dies */
    MAIL_LOOK,   /* an endpoint's line: callers, or bits, or a handle that is gone */
    MAIL_KINDS
};

struct mail {
    struct mail *next;
    uint64_t kind; /* enum mail_kind */
};

/* Sends a node, which is in no list, to a CPU, which may be this one. What was written before is seen there (release). */
void mail_send(uint32_t cpu_number, struct mail *mail, enum mail_kind kind);

/* Whether this CPU has mail. */
bool mail_is_there(void);

/* Takes all that this CPU was sent; it is in the order in which it came. NULL: nothing. */
must_use struct mail *mail_take(void);

#endif
