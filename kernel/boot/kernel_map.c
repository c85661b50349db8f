#include "kernel/boot/kernel_map.h"
#include "kernel/boot/boot_map.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include <string.h>

#define LOCAL_APIC UINT64_C(0xfee00000) /* its address after reset (Intel SDM volume 3, 11.4.1) */
#define PAGE_KERNEL (PAGE_PRESENT | PAGE_GLOBAL)
#define PAGE_KERNEL_DATA (PAGE_KERNEL | PAGE_WRITE | PAGE_NO_EXECUTE)

extern const char text_start[], rodata_start[], data_start[];

static void map_segment(uint64_t root, const char *start, const char *end, uint64_t flags)
{
    boot_map(root, (uint64_t)(uintptr_t)start, image_physical(start), (uint64_t)(end - start), flags, 1);
}

/* The kernel's own image has its addresses already, and must not be writable at others. */
static bool in_direct_map(enum region_type type)
{
    return region_type_is_memory(type) && type != REGION_KERNEL;
}

/* Runs of neighbouring regions are mapped as one, so that pages stay large across their borders. */
static void map_memory(uint64_t root, bool large_pages)
{
    const struct region_table *table = &memory.regions;

    for (uint32_t i = 0; i < table->count; i++) {
        uint64_t base = table->regions[i].base;
        if (!in_direct_map(table->regions[i].type))
            continue;
        while (i + 1 < table->count && in_direct_map(table->regions[i + 1].type))
            i++;
        boot_map(root, DIRECT_MAP_ADDRESS + base, base, table->regions[i].end - base, PAGE_KERNEL_DATA,
                 large_pages ? 3 : 2);
    }
}

/* struct cpu, its stacks with unmapped pages between them, its interrupt controller: in zeroed frames. */
static struct cpu *map_cpu(uint64_t root, uint64_t frames, uint32_t number)
{
    struct cpu *cpu = physical_pointer(frames);
    uint64_t stacks = frames + FRAME_SIZE;

    boot_map(root, CPU_ADDRESS, frames, FRAME_SIZE, PAGE_KERNEL_DATA, 1);
    boot_map(root, CPU_STACK_TOP - CPU_STACK_PAGES * FRAME_SIZE, stacks, CPU_STACK_PAGES * FRAME_SIZE, PAGE_KERNEL_DATA,
             1);
    stacks += CPU_STACK_PAGES * FRAME_SIZE;
    for (uint64_t k = 1; k <= CPU_INTERRUPT_STACKS; k++)
        boot_map(root, CPU_INTERRUPT_STACK_TOP(k) - FRAME_SIZE, stacks + (k - 1) * FRAME_SIZE, FRAME_SIZE,
                 PAGE_KERNEL_DATA, 1);
    boot_map(root, CPU_INTERRUPT_CONTROLLER, LOCAL_APIC, FRAME_SIZE, PAGE_KERNEL_DATA | PAGE_UNCACHED, 1);
    cpu->number = number;
    cpu->root = root;
    return cpu;
}

void kernel_map(bool large_pages)
{
    uint64_t root = memory_early_allocate(1);

    map_segment(root, text_start, rodata_start, PAGE_KERNEL);
    map_segment(root, rodata_start, data_start, PAGE_KERNEL | PAGE_NO_EXECUTE);
    map_segment(root, data_start, image_end, PAGE_KERNEL_DATA);
    map_memory(root, large_pages);
    cpus[0] = map_cpu(root, memory_early_allocate(CPU_FRAMES), 0);
    cpu_count = 1;
    control_3_write(root);
    memory.early.high_reachable = true;
}

static void share_upper_half(uint64_t *root, uint32_t cpu_number)
{
    memcpy((char *)root + FRAME_SIZE / 2, (const char *)physical_pointer(cpus[cpu_number]->root) + FRAME_SIZE / 2,
           FRAME_SIZE / 2);
}

struct cpu *kernel_map_other(uint64_t frames, uint32_t number)
{
    uint64_t root = frames + CPU_FRAMES * FRAME_SIZE;
    uint64_t *table = physical_pointer(root);
    const uint64_t *common = boot_map_table(this_cpu->root, KERNEL_ADDRESS, PAGE_TABLE_ROOT - 1);

    memset(physical_pointer(frames), 0, KERNEL_MAP_FRAMES * FRAME_SIZE);
    share_upper_half(table, this_cpu->number);
    for (uint32_t level = PAGE_TABLE_ROOT; level > 1; level--) {
        uint64_t next = physical_address(table) + FRAME_SIZE;
        table[page_table_index(CPU_ADDRESS, level)] = next | PAGE_PRESENT | PAGE_WRITE;
        table = physical_pointer(next);
        if (level == PAGE_TABLE_ROOT) {
            uint32_t image = page_table_index(KERNEL_ADDRESS, PAGE_TABLE_ROOT - 1);
            table[image] = common[image];
        }
    }
    return map_cpu(root, frames, number);
}

uint64_t kernel_root(uint32_t cpu_number)
{
    uint64_t root = memory_early_allocate(1);

    share_upper_half(physical_pointer(root), cpu_number);
    return root;
}
