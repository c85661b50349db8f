/* The last step of every way into the kernel. */
#ifndef KERNEL_ENTRY_PROCEED_H
#define KERNEL_ENTRY_PROCEED_H

/* Chooses the task to go on with: this_cpu->current, in ring 3. What dying tasks have to do is done on the way, in its turn,
 * and interrupts are let in between two steps. */
void proceed(void);

#endif
