/* What this processor offers, turned on as far as it is there. */
#ifndef KERNEL_CPU_FEATURE_H
#define KERNEL_CPU_FEATURE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether pages of 1 GiB can be mapped. */
bool feature_large_pages(void);

/* How many frames physical addresses reach. */
uint64_t feature_frames(void);

/* The name of what the kernel can't do without and this processor has not, or NULL. Long mode and no-execute pages are
 * looked for by boot/header.S. */
const char *feature_missing(void);

/* Sets CR0 and CR4 of this CPU: write protection, native FPU errors, global pages, and what is there of SMEP (the kernel
 * can't execute tasks' pages), SMAP (nor read or write them), UMIP (tasks can't read descriptor-table addresses), XSAVE
 * (else FXSAVE) and AVX. The kernel's final page tables must be in use. */
void feature_enable(void);

#endif
