#include "kernel/object/audit.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/page_table.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/mapping.h"
#include <quire/kinds.h>
#include <stddef.h>

#define RING_MAX 4096     /* longer rings are not walked to their end: who goes on looks at all before again */
#define TABLE_RING_MAX 64 /* handles among which that of a page-table entry is looked for */
#define WINDOW_EACH 4     /* handles: looked at without letting interrupts in */
#define USER_ENTRIES 256  /* of a root table: the others are the kernel's */
#define TABLE_ENTRIES 512
#define ENTRIES_EACH 8

/* The first fault is told. Returns whether there is one now. */
static bool differ(struct audit_found *found, enum audit_fault fault, uint64_t should, uint64_t is)
{
    if (should != is && found->fault == AUDIT_FAULT_NONE)
        *found = (struct audit_found){fault, should, is};
    return should != is;
}

static uint64_t word_of(uint64_t frame)
{
    const atomic_word *word = ledger_find(frame);

    return word ? atomic_load_relaxed(word) : 0;
}

/* Memory that the kernel keeps something in, so that it can be read, at an address aligned as that is. */
static bool is_kept(const void *pointer, uint64_t alignment)
{
    uint64_t address = physical_address(pointer);
    enum ledger_state state = ledger_word_state(word_of(address / FRAME_SIZE));

    if (address % alignment != 0 || (state != LEDGER_HELD && state != LEDGER_KERNEL))
        return false;
    return state == LEDGER_HELD || region_find(&memory.regions, address)->type != REGION_KERNEL;
}

static bool is_entry(const struct handle_entry *entry)
{
    return is_kept(entry, sizeof(*entry));
}

/* The handle that a table is installed by, or NULL. */
static const struct handle_entry *installed_by(uint64_t frame)
{
    uint64_t word = word_of(frame);
    const struct handle_entry *entry = ledger_word_state(word) == LEDGER_HELD ? ledger_word_anchor(word) : NULL;

    return entry && is_entry(entry) && entry->state == HANDLE_INSTALLED ? entry : NULL;
}

/* Whether the entry is in its owner's handle table, or one of its hidden ones. */
static bool is_owned(const struct handle_entry *entry)
{
    const struct task *owner = entry->owner;
    uint64_t table = physical_address(entry) / FRAME_SIZE;
    const struct handle_entry *by = installed_by(table);

    if (!is_kept(owner, FRAME_SIZE))
        return false;
    if (entry >= owner->hidden && entry < owner->hidden + HIDDEN_ENTRIES)
        return true;
    if (task_is_dying(owner))
        return true; /* its tables go one after the other */
    if (by)
        return by->kind == KIND_HANDLE_TABLE && by->owner == owner &&
               by->detail / FRAME_SIZE < owner->handle_limit / HANDLES_PER_TABLE &&
               owner->tables[by->detail / FRAME_SIZE] == frame_pointer(table);
    for (uint32_t k = 0; k < owner->handle_limit / HANDLES_PER_TABLE; k++) /* boot's have no handle */
        if (owner->tables[k] == frame_pointer(table))
            return true;
    return false;
}

static void check_mapping(const struct handle_entry *entry, struct audit_found *found)
{
    const atomic_word *place = (const atomic_word *)(uintptr_t)entry->place;
    uint64_t flags = page_flags(entry->rights);
    uint32_t missing;

    if (!is_kept(place, sizeof(*place)) || entry->detail >= USER_END) {
        differ(found, AUDIT_FAULT_MAPPING, handle_entry_frame(entry), entry->place);
        return;
    }
    uint64_t value = atomic_load_relaxed(place);
    differ(found, AUDIT_FAULT_MAPPING, (uint64_t)(uintptr_t)place,
           (uint64_t)(uintptr_t)page_table_entry(entry->owner->root, entry->detail, 1, &missing));
    differ(found, AUDIT_FAULT_MAPPING, handle_entry_frame(entry), (value & PAGE_ADDRESS) / FRAME_SIZE);
    differ(found, AUDIT_FAULT_MAPPING_RIGHTS, flags & (PAGE_PRESENT | PAGE_USER), value & (PAGE_PRESENT | PAGE_USER));
    differ(found, AUDIT_FAULT_MAPPING_RIGHTS, 0, value & PAGE_WRITE & ~flags);
    differ(found, AUDIT_FAULT_MAPPING_RIGHTS, 0, flags & PAGE_NO_EXECUTE & ~value);
}

/* One handle of a ring; the anchor's kind counts. */
static void check_entry(const struct handle_entry *entry, uint64_t frame, uint16_t kind, struct audit_found *found)
{
    bool used = entry->state == HANDLE_HELD || entry->state == HANDLE_INSTALLED;

    differ(found, AUDIT_FAULT_RING_ENTRY, frame, handle_entry_frame(entry));
    differ(found, AUDIT_FAULT_RING_ENTRY, HANDLE_HELD, used ? HANDLE_HELD : entry->state);
    differ(found, AUDIT_FAULT_RING_KIND, kind, entry->kind);
    if (differ(found, AUDIT_FAULT_RING_PLACE, 1, is_owned(entry)) || task_is_dying(entry->owner))
        return;
    if (mapping_exists(entry))
        check_mapping(entry, found);
    if (entry->state == HANDLE_INSTALLED && entry->place)
        differ(found, AUDIT_FAULT_MAPPING, frame * FRAME_SIZE,
               is_kept((const void *)(uintptr_t)entry->place, sizeof(uint64_t))
                   ? *(const uint64_t *)(uintptr_t)entry->place & PAGE_ADDRESS
                   : entry->place);
}

/* Whether the next handle of a ring can be looked at. */
static bool goes_on(const struct handle_entry *entry, struct audit_found *found)
{
    const struct handle_entry *next = entry->next;
    bool good = is_entry(next);

    return !differ(found, AUDIT_FAULT_RING_LINK, (uint64_t)(uintptr_t)entry,
                   (uint64_t)(uintptr_t)(good ? next->previous : next));
}

/* Walks the ring from the `from`th handle on. Returns where to go on, 0: it was whole, or is broken. */
static uint64_t check_ring(const struct handle_entry *anchor, uint64_t frame, uint64_t from, struct audit_found *found)
{
    const struct handle_entry *entry = anchor;
    uint64_t length = anchor->state == HANDLE_INSTALLED ? 1 : anchor->length;
    uint64_t receivers = 0;
    uint64_t k = 0;

    do {
        if (k >= from) {
            check_entry(entry, frame, anchor->kind, found);
            receivers += entry->kind == KIND_ENDPOINT && (entry->rights & RIGHT_RECEIVE);
        }
        if (found->fault != AUDIT_FAULT_NONE || !goes_on(entry, found))
            return 0;
        entry = entry->next;
        if (++k % WINDOW_EACH == 0)
            interrupt_window();
        if (entry != anchor && k == from + AUDIT_ENTRIES)
            return k < RING_MAX ? k : 0;
    } while (entry != anchor);
    differ(found, AUDIT_FAULT_RING_LENGTH, k, length);
    if (anchor->kind == KIND_ENDPOINT && from == 0)
        differ(found, AUDIT_FAULT_RECEIVERS, receivers, endpoint_of(frame)->receivers);
    return 0;
}

/* Whether a frame has a handle that put it into this entry of a page table. */
static bool has_handle_at(uint64_t frame, const atomic_word *place)
{
    uint64_t word = word_of(frame);
    struct audit_found found = {0};

    if (ledger_word_state(word) != LEDGER_HELD)
        return false;
    const struct handle_entry *entry = ledger_word_anchor(word);
    for (uint32_t k = 0; k < TABLE_RING_MAX; k++) {
        if (k % (4 * WINDOW_EACH) == 0)
            interrupt_window();
        if (!is_entry(entry))
            return false;
        if (entry->place == (uint64_t)(uintptr_t)place)
            return true;
        if (entry->next == ledger_word_anchor(word) || !goes_on(entry, &found))
            return false;
        entry = entry->next;
    }
    return true; /* so many that it is not looked for */
}

/* Entries in use of eight, most of which are not. */
static uint64_t used_of(const atomic_word *entries)
{
    uint64_t used = 0;

    if ((entries[0] | entries[1] | entries[2] | entries[3] | entries[4] | entries[5] | entries[6] | entries[7]) == 0)
        return 0;
    for (uint32_t k = 0; k < ENTRIES_EACH; k++)
        used += entries[k] != 0;
    return used;
}

/* Each of them is there by a handle. */
static void check_entries(const atomic_word *entries, struct audit_found *found)
{
    for (uint32_t k = 0; k < ENTRIES_EACH; k++)
        if (entries[k] != 0 && !has_handle_at((entries[k] & PAGE_ADDRESS) / FRAME_SIZE, &entries[k]))
            differ(found, AUDIT_FAULT_TABLE_ENTRY, 0, entries[k]);
}

/* An installed page table of a task that lives. That handles map what they say was seen from them: numbers tell the rest. */
static void check_page_table(const struct handle_entry *by, uint64_t frame, bool deep, struct audit_found *found)
{
    bool root = by->owner->root == frame * FRAME_SIZE;
    const atomic_word *entries = frame_pointer(frame);
    uint64_t used = 0;

    for (uint32_t k = 0; k < (root ? USER_ENTRIES : TABLE_ENTRIES); k += ENTRIES_EACH) {
        uint64_t some = used_of(&entries[k]);
        used += some;
        if (deep && some)
            check_entries(&entries[k], found);
        if (k % (ENTRIES_EACH * ENTRIES_EACH) == 0)
            interrupt_window();
    }
    differ(found, AUDIT_FAULT_CHILDREN, used, by->length);
}

static void check_handle(const struct handle_entry *entry, const struct task *owner, struct audit_found *found)
{
    uint64_t word = word_of(handle_entry_frame(entry));

    if (entry->state == HANDLE_EMPTY) {
        differ(found, AUDIT_FAULT_HANDLE_ENTRY, 0, entry->name | entry->kind | entry->place | entry->detail);
    } else if (entry->state == HANDLE_STRIPPED) { /* the rest is cleared when it is wanted */
        differ(found, AUDIT_FAULT_HANDLE_ENTRY, 0, entry->name);
    } else if (entry->state == HANDLE_LEAVING) { /* with a call that waits for its reply */
        differ(found, AUDIT_FAULT_HANDLE_ENTRY, TASK_AWAITING, owner->state);
    } else {
        differ(found, AUDIT_FAULT_HANDLE_ENTRY, (uint64_t)(uintptr_t)owner, (uint64_t)(uintptr_t)entry->owner);
        differ(found, AUDIT_FAULT_HANDLE_ENTRY, LEDGER_HELD, ledger_word_state(word));
        if (found->fault == AUDIT_FAULT_NONE)
            differ(found, AUDIT_FAULT_HANDLE_ENTRY, (uint64_t)(uintptr_t)entry,
                   is_entry(entry->previous) ? (uint64_t)(uintptr_t)entry->previous->next : 0);
    }
}

static void check_handles(const struct handle_entry *entries, uint32_t count, const struct task *owner,
                          struct audit_found *found)
{
    for (uint32_t k = 0; k < count; k++) {
        check_handle(&entries[k], owner, found);
        if (k % WINDOW_EACH == 0)
            interrupt_window();
    }
}

/* What the frame itself holds, as far as that is the kernel's. */
static void check_contents(const struct handle_entry *anchor, uint64_t frame, bool deep, struct audit_found *found)
{
    const struct task *task = frame_pointer(frame);

    if (anchor->kind == KIND_TASK && task->state != TASK_FRESH)
        check_handles(task->hidden, HIDDEN_ENTRIES, task, found);
    if (anchor->state != HANDLE_INSTALLED || task_is_dying(anchor->owner))
        return;
    if (anchor->kind == KIND_PAGE_TABLE)
        check_page_table(anchor, frame, deep, found);
    else if (anchor->kind == KIND_HANDLE_TABLE)
        check_handles(frame_pointer(frame), HANDLES_PER_TABLE, anchor->owner, found);
}

uint64_t audit_frame(uint64_t frame, uint64_t from, struct audit_found *found)
{
    uint64_t word = word_of(frame);
    const struct handle_entry *anchor = ledger_word_anchor(word);
    bool deep = from & AUDIT_DEEP;
    uint64_t next = 0;

    *found = (struct audit_found){.is = (uint64_t)ledger_word_state(word) << 16};
    if (ledger_word_state(word) != LEDGER_HELD)
        return 0;
    if (differ(found, AUDIT_FAULT_RING_LINK, 1, is_entry(anchor)))
        return 0;
    from &= ~AUDIT_DEEP;
    if (from <= RING_MAX)
        next = check_ring(anchor, frame, from, found);
    if (next == 0 && found->fault == AUDIT_FAULT_NONE)
        check_contents(anchor, frame, deep, found);
    if (found->fault == AUDIT_FAULT_NONE) {
        found->should = handle_count(word);
        found->is |= anchor->kind;
    }
    return next != 0 && deep ? next | AUDIT_DEEP : next;
}

/* How many frames from one on have no slot, as far as that can be told at once. */
static uint64_t without_slot(uint64_t root, uint64_t frame)
{
    uint64_t page = WINDOW_ADDRESS + frame / SLOTS_PER_PAGE * FRAME_SIZE;
    uint64_t span = SLOTS_PER_PAGE;
    uint32_t missing;
    const atomic_word *entry = page_table_entry(root, page, 1, &missing);

    if (!entry)
        span = page_table_span(missing + 1) / SLOT_SIZE;
    else if (atomic_load_relaxed(entry) & PAGE_PRESENT)
        return 0;
    return span - frame % span;
}

/* A free frame may have come to the server by a move: that is not noted when it ends. */
static bool is_in(enum ledger_state state, uint64_t word)
{
    enum ledger_state found = ledger_word_state(word);

    return found == state || (found == LEDGER_SERVER && state == LEDGER_FREE);
}

/* The first of some frames of one leaf that is in another state, or `end`. Where there is no leaf all are in the state that
 * their region has. */
static uint64_t first_other(uint64_t frame, uint64_t end, enum ledger_state state)
{
    uint64_t leaf = atomic_load_acquire(&ledger_directory[frame / LEDGER_WORDS_PER_LEAF]);
    const atomic_word *words = (const atomic_word *)(uintptr_t)leaf;

    if (leaf <= LEDGER_LEAF_BUSY)
        return end;
    while (frame < end && is_in(state, words[frame % LEDGER_WORDS_PER_LEAF]))
        frame++;
    return frame;
}

void audit_pass(uint64_t root, uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass)
{
    *pass = (struct ledger_pass){.frame = frame};
    end = end < ledger_frame_count ? end : ledger_frame_count;
    for (uint64_t looked = 0; pass->frame < end && looked < AUDIT_FRAMES; looked += SLOTS_PER_PAGE) {
        uint64_t page_end = pass->frame / SLOTS_PER_PAGE * SLOTS_PER_PAGE + SLOTS_PER_PAGE;
        uint64_t count = without_slot(root, pass->frame);
        bool made = ledger_directory[pass->frame / LEDGER_WORDS_PER_LEAF] > LEDGER_LEAF_BUSY;
        if (count > SLOTS_PER_PAGE && !made)
            page_end = (pass->frame / LEDGER_WORDS_PER_LEAF + 1) * LEDGER_WORDS_PER_LEAF;
        page_end = page_end < end ? page_end : end;
        uint64_t other = first_other(pass->frame, page_end, state);
        if (other < page_end || count == 0) {
            pass->slot = count == 0;
            pass->frame = other < page_end ? other : pass->frame;
            pass->state = other < page_end ? ledger_word_state(word_of(other)) : state;
            return;
        }
        pass->frame = page_end;
        interrupt_window();
    }
}
