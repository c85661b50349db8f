#include "kernel/object/mapping.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/page_table.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/task.h"
#include <quire/atomic.h>

/* The number of entries in use of an installed table is kept in the handle that it was installed with; tables
 * made at boot have none and need no count, since they are never taken out. */
static inline void children_add(const atomic_word *entry_in_table, uint64_t amount)
{
    atomic_word *word = ledger_find(physical_address(entry_in_table) / FRAME_SIZE);
    uint64_t value = word ? atomic_load_relaxed(word) : 0;

    if (ledger_word_state(value) == LEDGER_HELD)
        atomic_add_relaxed(&ledger_word_anchor(value)->length, amount);
}

/* Points the entry for an address in the table of level + 1 to the handle's frame: a table of the level, or a page (0). */
static inline enum error attach(const struct task *task, struct handle_entry *entry, uint64_t virtual_address,
                                uint32_t level, uint64_t flags, uint32_t *missing)
{
    atomic_word *above = page_table_entry(task->root, virtual_address, level + 1, missing);

    if (!above)
        return ERROR_NO_TABLE;
    if (atomic_load_relaxed(above))
        return ERROR_OCCUPIED;
    entry->place = (uint64_t)(uintptr_t)above;
    entry->detail = virtual_address | level;
    children_add(above, 1);
    atomic_store_release(above, handle_entry_frame(entry) * FRAME_SIZE | flags);
    return ERROR_NONE;
}

static inline void detach(struct handle_entry *entry)
{
    atomic_word *above = (atomic_word *)(uintptr_t)entry->place;

    atomic_store_release(above, 0);
    children_add(above, UINT64_MAX);
    entry->place = 0;
    entry->detail = 0;
}

static bool rights_good(uint64_t wanted, uint32_t held)
{
    const uint64_t access = RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE;
    const uint64_t never_both = RIGHT_WRITE | RIGHT_EXECUTE;

    return (wanted & RIGHT_READ) && !(wanted & ~(access & held)) && (wanted & never_both) != never_both;
}

/* flags: those of the entry of the page table beside what follows from rights. */
static inline __attribute__((always_inline)) enum error add(struct task *task, struct handle_entry *entry,
                                                            uint64_t virtual_address, uint64_t rights, uint64_t flags,
                                                            uint32_t *missing)
{
    if (!(entry->rights & RIGHT_MAP))
        return ERROR_MISSING_RIGHT;
    if (!rights_good(rights, entry->rights))
        return ERROR_BAD_RIGHTS;
    if (virtual_address < USER_START || virtual_address >= USER_END || virtual_address % FRAME_SIZE)
        return ERROR_BAD_ADDRESS;
    if (entry->place)
        return ERROR_MAPPED;
    uint64_t name = atomic_load_relaxed(&entry->name);
    atomic_word *word;
    uint64_t held;
    if (name == 0 || !handle_lock(entry, name, &word, &held))
        return ERROR_BAD_HANDLE;
    enum error error = attach(task, entry, virtual_address, 0, page_flags(rights) | flags, missing);
    ledger_unlock(word, held);
    return error;
}

enum error mapping_add(struct task *task, struct handle_entry *entry, uint64_t virtual_address, uint64_t rights,
                       uint32_t *missing)
{
    if (entry->kind == KIND_UNTYPED) /* most are */
        return add(task, entry, virtual_address, rights, 0, missing);
    if (!kind_is_untyped(entry->kind))
        return ERROR_WRONG_KIND;
    return add(task, entry, virtual_address, rights, entry->kind == KIND_DEVICE ? PAGE_WRITE_COMBINING : 0, missing);
}

void mapping_clear(struct handle_entry *entry)
{
    uint64_t virtual_address = entry->detail;

    if (task_is_dying(entry->owner)) { /* its address space is loaded nowhere, and its tables may be gone */
        entry->place = 0;
        entry->detail = 0;
        return;
    }
    detach(entry);
    if (entry->owner == this_cpu->current)
        page_invalidate(virtual_address);
}

uint64_t mapping_loaded_elsewhere(const struct task *owner)
{
    uint32_t home = owner->cpu_number;

    return home != this_cpu->number && atomic_pointer_load_acquire(&cpus[home]->current) == owner ? UINT64_C(1) << home
                                                                                                  : 0;
}

enum error mapping_remove(struct handle_entry *entry)
{
    if (!mapping_exists(entry))
        return ERROR_NOT_MAPPED;
    uint64_t name = atomic_load_relaxed(&entry->name);
    atomic_word *word;
    uint64_t held;
    if (name == 0 || !handle_lock(entry, name, &word, &held))
        return ERROR_BAD_HANDLE;
    mapping_clear(entry);
    ledger_unlock(word, held);
    return ERROR_NONE;
}

static enum error install_handle_table(struct task *task, struct handle_entry *entry, uint64_t position)
{
    if (position >= HANDLE_TABLES_MAX || position * HANDLES_PER_TABLE > task->handle_limit)
        return ERROR_BAD_ADDRESS;
    if (position * HANDLES_PER_TABLE < task->handle_limit)
        return ERROR_OCCUPIED;
    task->tables[position] = frame_pointer(handle_entry_frame(entry));
    task->handle_limit += HANDLES_PER_TABLE;
    entry->state = HANDLE_INSTALLED;
    entry->detail = position * FRAME_SIZE;
    return ERROR_NONE;
}

static enum error install_page_table(const struct task *task, struct handle_entry *entry, uint64_t virtual_address,
                                     uint32_t level, uint32_t *missing)
{
    virtual_address -= virtual_address % page_table_span(level + 1);
    if (virtual_address >= USER_END)
        return ERROR_BAD_ADDRESS;
    enum error error = attach(task, entry, virtual_address, level, PAGE_TASK_TABLE, missing);
    if (error)
        return error;
    entry->length = 0;
    entry->state = HANDLE_INSTALLED;
    return ERROR_NONE;
}

enum error table_install(struct task *task, struct handle_entry *entry, uint64_t virtual_address, uint64_t level,
                         uint32_t *missing)
{
    if (level > PAGE_TABLE_LEVELS)
        return ERROR_BAD_LEVEL;
    if (entry->kind != (level ? KIND_PAGE_TABLE : KIND_HANDLE_TABLE))
        return ERROR_WRONG_KIND;
    if (entry->state != HANDLE_HELD)
        return ERROR_INSTALLED;
    if (level == 0)
        return install_handle_table(task, entry, virtual_address);
    return install_page_table(task, entry, virtual_address, (uint32_t)level, missing);
}

enum error table_uninstall(const struct task *task, struct handle_entry *entry)
{
    if (entry->kind != KIND_PAGE_TABLE || entry->state != HANDLE_INSTALLED)
        return ERROR_WRONG_KIND;
    if (atomic_load_relaxed(&entry->length))
        return ERROR_HAS_CHILDREN;
    detach(entry);
    if (task == this_cpu->current)
        control_3_write(task->root); /* also drops what the processor remembers of the table itself */
    entry->state = HANDLE_HELD;
    entry->length = 1;
    return ERROR_NONE;
}
