/* From the boot loader's data to the region table. */
#include "kernel/boot/memory_map.h"
#include <quire/slot.h>
#include <string.h>

static enum region_type type_of_entry(uint32_t multiboot2_type)
{
    static const enum region_type types[] = {
        [0] = REGION_RESERVED,
        [MULTIBOOT2_MEMORY_USABLE] = REGION_USABLE,
        [2] = REGION_RESERVED,
        [MULTIBOOT2_MEMORY_ACPI_RECLAIMABLE] = REGION_RECLAIMABLE,
        [MULTIBOOT2_MEMORY_NON_VOLATILE] = REGION_NON_VOLATILE_SLEEP,
        [MULTIBOOT2_MEMORY_BAD] = REGION_BAD_MEMORY,
    };

    return multiboot2_type < sizeof(types) / sizeof(types[0]) ? types[multiboot2_type] : REGION_RESERVED;
}

/* The lowest usable frame of [base, end), or end. */
static uint64_t usable_frame(const struct region_table *table, uint64_t base, uint64_t end)
{
    while (base < end && region_find(table, base)->type != REGION_USABLE)
        base += FRAME_SIZE;
    return base;
}

/* Under UEFI modules may lie anywhere below 1 MiB. Not frame 0, where real-mode interrupt vectors lie. */
static enum error keep_trampoline(struct region_table *table)
{
    uint64_t frame = usable_frame(table, REGION_TRAMPOLINE, REGION_TRAMPOLINE_END);

    if (frame == REGION_TRAMPOLINE_END)
        frame = usable_frame(table, FRAME_SIZE, REGION_TRAMPOLINE);
    if (region_find(table, frame)->type != REGION_USABLE)
        return ERROR_NONE;
    table->trampoline = frame;
    return region_claim(table, frame, FRAME_SIZE, REGION_RESERVED);
}

/* All claims of the boot data on a cleared table. */
static enum error claim_all(const struct boot_data *data, uint64_t kernel_start, uint64_t kernel_end,
                            struct region_table *out)
{
    const struct boot_framebuffer *framebuffer = &data->framebuffer;
    enum error error = region_claim(out, kernel_start, kernel_end - kernel_start, REGION_KERNEL);

    if (!error)
        error = region_claim(out, data->information_base, data->information_size, REGION_RECLAIMABLE);
    if (!error && framebuffer->present) {
        uint64_t size = (uint64_t)framebuffer->pitch * framebuffer->height;
        error = region_claim(out, framebuffer->address, size, REGION_FRAMEBUFFER);
    }
    for (uint32_t k = 0; !error && k < data->module_count; k++) {
        const struct boot_module *module = &data->modules[k];
        error = region_claim(out, module->start, module->end - module->start, REGION_MODULE);
    }
    for (uint32_t k = 0; !error && k < data->map_count; k++) {
        const struct boot_map_entry *entry = &data->map[k];
        error = region_claim(out, entry->base, entry->length, type_of_entry(entry->type));
    }
    return error ? error : keep_trampoline(out);
}

enum error regions_from_boot_data(const struct boot_data *data, uint64_t kernel_start, uint64_t kernel_end,
                                  struct region_table *out)
{
    enum error error = ERROR_BAD_BOOT_DATA;
    bool usable = false;

    region_table_clear(out);
    if (kernel_start < kernel_end && kernel_end <= PHYSICAL_MAX && data->information_base < PHYSICAL_MAX &&
        data->information_size <= PHYSICAL_MAX - data->information_base)
        error = claim_all(data, kernel_start, kernel_end, out);
    region_table_seal(out);
    for (uint32_t k = 0; k < out->count; k++)
        usable |= out->regions[k].type == REGION_USABLE;
    if (!error && !usable)
        error = ERROR_NO_MEMORY;
    if (error)
        memset(out, 0, sizeof(*out));
    return error;
}

/* Where an entry ends; its start if it is empty, or wraps around and is not to be believed. */
static uint64_t end_of(const struct boot_map_entry *entry)
{
    return entry->length <= UINT64_MAX - entry->base ? entry->base + entry->length : entry->base;
}

bool memory_map_has(const struct boot_data *data, uint64_t address, uint64_t size)
{
    uint64_t end = address + size;

    if (end < address)
        return false;
    for (uint32_t k = 0; k < data->map_count; k++)
        if (data->map[k].type == MULTIBOOT2_MEMORY_BAD && data->map[k].base < end && end_of(&data->map[k]) > address)
            return false;
    for (uint32_t k = 0; address < end && k < data->map_count; k++) {
        if (data->map[k].base > address || end_of(&data->map[k]) <= address)
            continue;
        address = end_of(&data->map[k]);
        k = UINT32_MAX; /* another may begin there, or before it */
    }
    return address >= end;
}
