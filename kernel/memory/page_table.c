#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include <stddef.h>

atomic_word *page_table_entry(uint64_t root, uint64_t virtual_address, uint32_t level, uint32_t *missing)
{
    atomic_word *table = physical_pointer(root);
    uint64_t rest = virtual_address << 16; /* the index in the next table on top */

    for (uint32_t at = PAGE_TABLE_ROOT; at > level; at--) {
        uint64_t entry = atomic_load_acquire(&table[rest >> 55]);
        if (!(entry & PAGE_PRESENT)) {
            *missing = at - 1;
            return NULL;
        }
        table = physical_pointer(entry & PAGE_ADDRESS);
        rest <<= 9;
    }
    return &table[rest >> 55];
}
