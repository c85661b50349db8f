/* FPU state: tasks that declared its use have it saved and loaded eagerly; the others, the frame server
 * above all, find the FPU closed (CR0.TS) and fault if they touch it. */
#ifndef KERNEL_CPU_FPU_H
#define KERNEL_CPU_FPU_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include <stdbool.h>
#include <stdint.h>

#define FPU_AREA_SIZE 832 /* XSAVE area for x87, SSE and AVX (Intel SDM volume 1, 13.4); FXSAVE needs 512 */

/* Writes the state that the processor has after reset into a zeroed, 64-byte aligned area. */
void fpu_area_initialise(uint8_t *area);

/* Saves the state of the task that owns the FPU, if one does, and loads another's. The FPU is open. */
void fpu_switch(uint8_t *area);

/* Makes the FPU ready for the task that runs next: closed, or open with its state loaded. A task's area names it
 * as the owner. */
static inline void fpu_enter(uint8_t *area, bool use)
{
    if (use == this_cpu->fpu_closed) {
        this_cpu->fpu_closed = !use;
        if (use)
            __asm__ volatile("clts" ::: "memory");
        else
            control_0_write(this_cpu->control_0_closed);
    }
    if (use && this_cpu->fpu_owner != area)
        fpu_switch(area);
}

#endif
