#include "kernel/cpu/feature.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/instructions.h"
#include <stddef.h>

/* Bits of CPUID (Intel SDM volume 2, CPUID). */
#define LEAF_1_ECX_XSAVE (1u << 26)
#define LEAF_1_ECX_AVX (1u << 28)
#define LEAF_7_EBX_SMEP (1u << 7)
#define LEAF_7_EBX_SMAP (1u << 20)
#define LEAF_7_ECX_UMIP (1u << 2)
#define LEAF_80000001_EDX_LARGE_PAGES (1u << 26)
#define LEAF_80000008_EAX_PHYSICAL_BITS 0xffu
#define PHYSICAL_BITS_MIN 36 /* what a processor that does not tell has */
#define FRAME_BITS 12        /* of a physical address: where in the frame */

/* Bits of the control registers (Intel SDM volume 3, 2.5). */
#define CR0_MONITOR (UINT64_C(1) << 1)
#define CR0_EMULATE (UINT64_C(1) << 2)
#define CR0_TASK_SWITCHED (UINT64_C(1) << 3)
#define CR0_NATIVE_ERRORS (UINT64_C(1) << 5)
#define CR0_WRITE_PROTECT (UINT64_C(1) << 16)
#define CR4_PHYSICAL_ADDRESS (UINT64_C(1) << 5)
#define CR4_MACHINE_CHECK (UINT64_C(1) << 6)
#define CR4_GLOBAL (UINT64_C(1) << 7)
#define CR4_FXSAVE (UINT64_C(1) << 9)
#define CR4_SIMD_ERRORS (UINT64_C(1) << 10)
#define CR4_UMIP (UINT64_C(1) << 11)
#define CR4_XSAVE (UINT64_C(1) << 18)
#define CR4_SMEP (UINT64_C(1) << 20)
#define CR4_SMAP (UINT64_C(1) << 21)

/* What bits 7, 4 and 3 of a page-table entry mean together, a byte each (Intel SDM volume 3, 11.12): as after reset, but for
 * entry 4, PAGE_WRITE_COMBINING, which is write-combining instead of write-back. */
#define PAGE_ATTRIBUTES 0x277
#define PAGE_ATTRIBUTES_VALUE UINT64_C(0x0007040100070406)

#define XCR0_X87_SSE 3
#define XCR0_AVX 4

#define LEAF_XSAVE 0xd /* subleaf 0: states that there are; 2: size of AVX's, which lies behind the first 576 bytes */
#define AVX_SIZE (FPU_AREA_SIZE - 576)

const char *feature_missing(void)
{
    static const struct {
        uint32_t leaf, edx_bit;
        const char *name;
    } needed[] = {
        {0x80000001, 11, "SYSCALL"},
        {1, 4, "a time-stamp counter"},
        {1, 7, "machine-check exceptions"},
        {1, 13, "global pages"},
        {1, 16, "page attributes"},
        {1, 24, "FXSAVE"},
        {1, 25, "SSE"},
        {1, 26, "SSE2"},
    };

    for (uint32_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!(cpuid(needed[i].leaf, 0).edx & 1u << needed[i].edx_bit))
            return needed[i].name;
    return NULL;
}

bool feature_large_pages(void)
{
    return cpuid(0x80000001, 0).edx & LEAF_80000001_EDX_LARGE_PAGES;
}

uint64_t feature_frames(void)
{
    bool told = cpuid(0x80000000, 0).eax >= 0x80000008;
    uint32_t bits = told ? cpuid(0x80000008, 0).eax & LEAF_80000008_EAX_PHYSICAL_BITS : PHYSICAL_BITS_MIN;

    return UINT64_C(1) << (bits - FRAME_BITS);
}

/* The states that XSAVE is to save: 0 without it, or where not all that was asked for fits a task's area. */
static uint32_t extended_states(void)
{
    struct cpuid_result one = cpuid(1, 0);
    uint32_t wanted = XCR0_X87_SSE | (one.ecx & LEAF_1_ECX_AVX ? XCR0_AVX : 0);

    if (!(one.ecx & LEAF_1_ECX_XSAVE) || cpuid(0, 0).eax < LEAF_XSAVE || cpuid(LEAF_XSAVE, 2).eax > AVX_SIZE)
        return 0;
    wanted &= cpuid(LEAF_XSAVE, 0).eax;
    return wanted & XCR0_X87_SSE ? wanted : 0;
}

void feature_enable(void)
{
    uint64_t control_4 = CR4_PHYSICAL_ADDRESS | CR4_MACHINE_CHECK | CR4_GLOBAL | CR4_FXSAVE | CR4_SIMD_ERRORS;
    uint32_t states = extended_states();
    struct cpuid_result seven = cpuid(0, 0).eax >= 7 ? cpuid(7, 0) : (struct cpuid_result){0};

    control_4 |= seven.ebx & LEAF_7_EBX_SMEP ? CR4_SMEP : 0;
    control_4 |= seven.ebx & LEAF_7_EBX_SMAP ? CR4_SMAP : 0;
    control_4 |= seven.ecx & LEAF_7_ECX_UMIP ? CR4_UMIP : 0;
    this_cpu->xsave = states != 0;
    control_4 |= this_cpu->xsave ? CR4_XSAVE : 0;
    control_4_write(control_4);
    model_register_write(PAGE_ATTRIBUTES, PAGE_ATTRIBUTES_VALUE);
    if (this_cpu->xsave)
        __asm__ volatile("xsetbv" ::"c"(0), "a"(states), "d"(0));

    uint64_t control_0 = control_0_read() & ~CR0_EMULATE;
    this_cpu->control_0_closed = control_0 | CR0_MONITOR | CR0_NATIVE_ERRORS | CR0_WRITE_PROTECT | CR0_TASK_SWITCHED;
    this_cpu->fpu_closed = 1;
    control_0_write(this_cpu->control_0_closed);
}
