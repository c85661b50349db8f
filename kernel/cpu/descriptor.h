/* Segments, the task state segment with its stacks, and the interrupt table: what the processor
 * demands before it takes an interrupt or a system call. */
#ifndef KERNEL_CPU_DESCRIPTOR_H
#define KERNEL_CPU_DESCRIPTOR_H

/* Loads this CPU's tables, which lie in its struct cpu, and opens the system-call entry.
 * All 256 vectors are served; nothing is left to chance. */
void descriptor_initialise(void);

/* Has system calls come in by the entry that stores an event of each. */
void descriptor_record_system_calls(void);

#endif
