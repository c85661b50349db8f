#include "kernel/boot/boot_map.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"

/* The table of a level that leads to a virtual address, made if it is not there. */
static enum error table_of(uint64_t root, uint64_t virtual_address, uint32_t level, uint64_t **table)
{
    uint64_t *at = physical_pointer(root);

    for (uint32_t above = PAGE_TABLE_ROOT; above > level; above--) {
        uint64_t *entry = &at[page_table_index(virtual_address, above)];
        if (!*entry) {
            uint64_t address;
            enum error error = memory_early_allocate(1, &address);
            if (error)
                return error;
            *entry = address | PAGE_PRESENT | PAGE_WRITE | (virtual_address < USER_END ? PAGE_USER : 0);
        }
        at = physical_pointer(*entry & PAGE_ADDRESS);
    }
    *table = at;
    return ERROR_NONE;
}

enum error boot_map_tables(uint64_t root, uint64_t virtual_address, uint32_t level)
{
    uint64_t *table;

    return table_of(root, virtual_address, level, &table);
}

/* The level of the largest page that fits here. */
static uint32_t level_for(uint64_t virtual_address, uint64_t address, uint64_t size, uint32_t largest)
{
    for (uint32_t level = largest; level > 1; level--) {
        uint64_t span = page_table_span(level);
        if ((virtual_address | address) % span == 0 && size >= span)
            return level;
    }
    return 1;
}

enum error boot_map(uint64_t root, uint64_t virtual_address, uint64_t address, uint64_t size, uint64_t flags,
                    uint32_t largest)
{
    while (size) {
        uint32_t level = level_for(virtual_address, address, size, largest);
        uint64_t *table;
        enum error error = table_of(root, virtual_address, level, &table);
        if (error)
            return error;
        table[page_table_index(virtual_address, level)] = address | flags | (level > 1 ? PAGE_LARGE : 0);
        virtual_address += page_table_span(level);
        address += page_table_span(level);
        size -= page_table_span(level);
    }
    return ERROR_NONE;
}
