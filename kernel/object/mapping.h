/* Frames and tables in a task's address space. A mapping lives inside a handle: one handle, at most one. */
#ifndef KERNEL_OBJECT_MAPPING_H
#define KERNEL_OBJECT_MAPPING_H

#include "kernel/object/handle.h"
#include <quire/error.h>
#include <quire/kinds.h>
#include <stdint.h>

/* Each takes a filled entry of the task's handle table. */

/* Maps the frame of an untyped handle into the task's address space with rights READ, READ|WRITE or
 * READ|EXECUTE. WRONG_KIND, MISSING_RIGHT (map), BAD_RIGHTS (none of the three, or wider than the handle's),
 * BAD_ADDRESS, MAPPED (this handle has a mapping), OCCUPIED (the page has one),
 * NO_TABLE (*missing is the level of the topmost table that is not there; else it is left alone). */
must_use enum error mapping_add(struct task *task, struct handle_entry *entry, uint64_t virtual_address,
                                uint64_t rights, uint32_t *missing);

/* Removes the mapping of a handle. NOT_MAPPED. */
must_use enum error mapping_remove(struct handle_entry *entry);

/* Clears the mapping of an entry that has one: page-table entry, then translation buffers of this CPU. */
void mapping_clear(struct handle_entry *entry);

/* After that and a full fence: another CPU, as a bit, that may still have translations of the owner's; 0 for none. Its home
 * stores whom it runs before it loads the address space, so who is not seen there will find the cleared entry. */
uint64_t mapping_loaded_elsewhere(const struct task *owner);

/* Whether the entry is an untyped handle with a mapping. */
static inline int mapping_exists(const struct handle_entry *entry)
{
    return entry->place != 0 && kind_is_untyped(entry->kind);
}

/* Makes a page-table frame the table of a level (1 to 3) for a virtual address of the task's address space; the
 * handle becomes INSTALLED. Level 0: makes a handle-table frame the table at position virtual_address of the
 * task's handle table, directly behind the last one.
 * WRONG_KIND, INSTALLED, BAD_LEVEL, BAD_ADDRESS, OCCUPIED, NO_TABLE (as above). */
must_use enum error table_install(struct task *task, struct handle_entry *entry, uint64_t virtual_address,
                                  uint64_t level, uint32_t *missing);

/* Takes a page table out again. WRONG_KIND (not installed), HAS_CHILDREN. */
must_use enum error table_uninstall(const struct task *task, struct handle_entry *entry);

#endif
