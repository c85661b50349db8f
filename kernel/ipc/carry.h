/* Handles that travel with a call: lent, moved, or dropped. */
#ifndef KERNEL_IPC_CARRY_H
#define KERNEL_IPC_CARRY_H

#include "kernel/object/task.h"
#include <quire/error.h>
#include <stdint.h>

/* What the receiver finds in its registers of the handles that came along. */
struct carried {
    uint64_t r13;
    uint64_t r14;
};

/* Resolves the handles of the caller's message, as its rax, r13 and r14 name them, and takes out what leaves with it.
 * To the frame server: lent handles come as frames; moved and dropped ones are unmapped, leave their rings and
 * are LEAVING until the reply. To others: moved handles enter the receiver's table where its rax has room.
 * BAD_HANDLE, STALE_HANDLE, BAD_MODE, BAD_COUNT, MISSING_RIGHT (move), MAPPED, INSTALLED, NO_ROOM,
 * AGAIN (a task that lives has no other handle any more). Nothing changes on an error. */
must_use enum error carry_out(struct task *caller, struct task *receiver, struct carried *carried);

/* In place of an error: the call takes the last handle to an object away that other CPUs may still use. Nothing has changed;
 * it is to be done anew after a grace (object/grace.h). */
#define CARRY_WAITS ((enum error)0x100)

/* Takes one entry of any kind out of its ring, to the frame server; it is LEAVING. BAD_HANDLE: it has been taken away.
 * CARRY_WAITS. */
must_use enum error carry_leave(struct task *task, struct handle_entry *entry, struct task *worker);

/* ERROR_NONE if every handle that was lent is still what it was, else REVOKED. */
must_use enum error carry_borrowed_check(const struct task *caller);

/* What the worker finds in its registers, and for runs in its transfer page, when it gets the call again that it died in.
 * REVOKED: a handle that was lent is gone. */
must_use enum error carry_again(const struct task *caller, struct task *worker, struct carried *carried);

/* Notes for the worker's recovery what left with a drop that it is stopped in. */
void carry_name(const struct task *caller, struct task *worker);

/* A recovery has ended the drop that the worker is stopped in; it may be killed again before the drop is answered. */
void carry_recovered(struct task *worker);

/* How many handles to a frame left with the call, and are the caller's again should it be refused. */
uint64_t carry_moving(const struct task *caller, uint64_t frame);

/* At the reply: LEAVING entries become empty, or, when the server refused a move, are put back as they were. */
void carry_settle(struct task *caller, bool refused);

/* Moves n handles from first on into another task's table from index dst on, where there is room.
 * Errors as for carry_out. The first one's new value goes to *moved. */
must_use enum error carry_move(struct task *from, handle first, uint32_t n, struct task *to, uint32_t dst,
                               handle *moved);

#endif
