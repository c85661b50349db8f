#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include <stddef.h>

atomic_word *page_table_entry(uint64_t root, uint64_t virtual_address, uint32_t level, uint32_t *missing)
{
    atomic_word *table = physical_pointer(root);

    for (uint32_t at = PAGE_TABLE_ROOT; at > level; at--) {
        uint64_t entry = atomic_load_acquire(&table[page_table_index(virtual_address, at)]);
        if (!(entry & PAGE_PRESENT)) {
            *missing = at - 1;
            return NULL;
        }
        table = physical_pointer(entry & PAGE_ADDRESS);
    }
    return &table[page_table_index(virtual_address, level)];
}
