#include "kernel/cpu/fpu.h"

#define XSAVE_ALL 7

/* In the legacy region of the area (Intel SDM volume 1, table 10-2): all exceptions masked. */
#define CONTROL_WORD_OFFSET 0
#define CONTROL_WORD 0x037f
#define MXCSR_OFFSET 24
#define MXCSR 0x1f80

void fpu_area_initialise(uint8_t *area)
{
    *(uint16_t *)(void *)&area[CONTROL_WORD_OFFSET] = CONTROL_WORD;
    *(uint32_t *)(void *)&area[MXCSR_OFFSET] = MXCSR;
}

static void save(uint8_t *area)
{
    if (this_cpu->xsave)
        __asm__ volatile("xsave64 (%0)" ::"r"(area), "a"(XSAVE_ALL), "d"(0) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}

static void load(const uint8_t *area)
{
    if (this_cpu->xsave)
        __asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"(XSAVE_ALL), "d"(0) : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

void fpu_switch(uint8_t *area)
{
    if (this_cpu->fpu_owner)
        save(this_cpu->fpu_owner);
    load(area);
    this_cpu->fpu_owner = area;
}
