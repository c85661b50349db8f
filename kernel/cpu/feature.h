/* What this processor offers, turned on as far as it is there. */
#ifndef KERNEL_CPU_FEATURE_H
#define KERNEL_CPU_FEATURE_H

#include <stdbool.h>

struct feature {
    bool large_pages; /* 1 GiB pages */
    bool smep;        /* the kernel can not execute tasks' pages */
    bool smap;        /* nor read or write them */
    bool umip;        /* tasks can not read descriptor-table addresses */
    bool xsave;       /* else FXSAVE, and no AVX */
    bool avx;
    bool x2apic; /* the interrupt controller is in x2APIC mode already */
};

/* Looks the features up. */
struct feature feature_detect(void);

/* Sets CR0 and CR4 of this CPU: write protection, native FPU errors, global pages, and what of the features
 * is there; FPU state as feature.xsave says. The kernel's final page tables must be in use. */
void feature_enable(const struct feature *feature);

#endif
