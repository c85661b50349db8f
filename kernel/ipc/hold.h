/* All CPUs but one stand still: so an audit that uses several steps sees one moment, as it would on one CPU. A CPU stands still
 * as soon as its worker of the frame server has no call, between two tasks; until then nothing is held that another one
 * waits for. Nobody opens mail meanwhile; flushes are served. */
#ifndef KERNEL_IPC_HOLD_H
#define KERNEL_IPC_HOLD_H

#include "kernel/object/task.h"
#include <quire/error.h>

/* Has all others stand still, and waits until they do, interrupts let in. AGAIN: another CPU does that just now. */
must_use enum error hold_others(void);

/* Lets them go on, if it was this CPU that held them. */
void hold_release(void);

/* Whether this CPU holds all others. */
must_use bool hold_is_own(void);

/* MAIL_SERVER: stands still while another CPU wants that, or is told so again. */
void hold_look(struct task *worker);

/* Whether it is, until this CPU's worker has done what it is at: the mail that reminds of it lies there until then. */
bool hold_is_put_off(void);

#endif
