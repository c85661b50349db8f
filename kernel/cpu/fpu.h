/* FPU state: tasks that declared its use have it saved and loaded eagerly; the others, the frame server
 * above all, find the FPU closed (CR0.TS) and fault if they touch it. */
#ifndef KERNEL_CPU_FPU_H
#define KERNEL_CPU_FPU_H

#include <stdbool.h>
#include <stdint.h>

#define FPU_AREA_SIZE 832 /* XSAVE area for x87, SSE and AVX (Intel SDM volume 1, 13.4); FXSAVE needs 512 */

/* Writes the state that the processor has after reset into a zeroed, 64-byte aligned area. */
void fpu_area_initialise(uint8_t *area);

/* Makes the FPU ready for the task that runs next: closed, or open with its state loaded.
 * Each task has its area at the same offset, so the owner is known by its area. */
void fpu_enter(uint8_t *area, bool use);

#endif
