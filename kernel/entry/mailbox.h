/* What other CPUs have sent this one. */
#ifndef KERNEL_ENTRY_MAILBOX_H
#define KERNEL_ENTRY_MAILBOX_H

/* Does it all. Between other work of the kernel, never inside it: nothing that was found by a handle before is in use. */
void mailbox_open(void);

/* No task is ready: waits for an interrupt, unless there is mail. */
void mailbox_wait(void);

#endif
