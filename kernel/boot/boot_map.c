#include "kernel/boot/boot_map.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"

uint64_t *boot_map_table(uint64_t root, uint64_t virtual_address, uint32_t level)
{
    const uint64_t flags = PAGE_PRESENT | PAGE_WRITE | (virtual_address < USER_END ? PAGE_USER : 0);
    uint64_t *table = physical_pointer(root);

    for (uint32_t above = PAGE_TABLE_ROOT; above > level; above--) {
        uint64_t *entry = &table[page_table_index(virtual_address, above)];
        if (!*entry)
            *entry = memory_early_allocate(1) | flags;
        table = physical_pointer(*entry & PAGE_ADDRESS);
    }
    return table;
}

void boot_map(uint64_t root, uint64_t virtual_address, uint64_t address, uint64_t size, uint64_t flags,
              uint32_t largest)
{
    while (size) {
        uint32_t level = largest;
        while (level > 1 && (size < page_table_span(level) || (virtual_address | address) % page_table_span(level)))
            level--;
        uint64_t *table = boot_map_table(root, virtual_address, level);
        table[page_table_index(virtual_address, level)] = address | flags | (level > 1 ? PAGE_LARGE : 0);
        virtual_address += page_table_span(level);
        address += page_table_span(level);
        size -= page_table_span(level);
    }
}

void *boot_map_fresh(uint64_t root, uint64_t virtual_address, uint64_t pages, uint64_t flags)
{
    uint64_t address = memory_early_allocate(pages);

    boot_map(root, virtual_address, address, pages * FRAME_SIZE, flags, 1);
    return physical_pointer(address);
}
