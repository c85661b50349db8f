/* Translations that other CPUs may still remember of mappings that are gone. */
#ifndef KERNEL_CPU_FLUSH_H
#define KERNEL_CPU_FLUSH_H

#include "kernel/cpu/cpu.h"

/* Does what other CPUs have asked this one for. Takes no lock: it is what every loop in which the kernel waits does, and the
 * handler of VECTOR_FLUSH. */
void flush_serve(void);

/* Has CPUs, a bit each, forget all translations of tasks, and waits until they have. No lock is held: they may be waiting
 * for it. */
void flush_others(uint64_t cpus_wanted);

#endif
