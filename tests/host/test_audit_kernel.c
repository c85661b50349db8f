/* The kernel's part of the audit, over handles, tables and mappings made by hand at low addresses: all fits, and each rule broken
 * once is named, without a stray access. */
#include "kernel/cpu/instructions.h"
#include "kernel/memory/memory.h"
#include "kernel/object/handle_table.h"
#include "tests/host/run_tests.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#undef interrupt_window
static uint32_t windows;
#define interrupt_window() (windows++)
#include "kernel/memory/page_table.c"
#include "kernel/object/audit.c"

/* The direct map begins at 0 here, so frames are where their numbers say. */
#define ARENA UINT64_C(0x20000000)
#define FIRST (ARENA / FRAME_SIZE)
#define FRAMES 64
#define PAGE UINT64_C(0x400000000000) /* that is mapped */

enum {
    INIT,
    INIT_TABLE,
    A,
    ROOT,
    TABLE_0,
    TABLE_1,
    LEVEL_3,
    LEVEL_2,
    LEVEL_1,
    MEMORY,
    ENDPOINT,
    SHARED,
    FREE,
    KERNEL_IMAGE
};
#define NUMBER(which) (FIRST + (which))

struct memory memory;
atomic_word *ledger_directory;
uint64_t ledger_frame_count;
static atomic_word leaf[LEDGER_WORDS_PER_LEAF];
static atomic_word directory[(FIRST + FRAMES) / LEDGER_WORDS_PER_LEAF + 1];
static uint8_t saved[FRAMES * FRAME_SIZE];
static atomic_word saved_leaf[LEDGER_WORDS_PER_LEAF];

atomic_word *ledger_leaf_make(uint64_t frame)
{
    (void)frame;
    return NULL;
}

static struct task *task(uint64_t which)
{
    return frame_pointer(NUMBER(which));
}

static uint64_t *words(uint64_t which)
{
    return frame_pointer(NUMBER(which));
}

static atomic_word *ledger(uint64_t which)
{
    return ledger_find(NUMBER(which));
}

/* Gives a task a handle in its entry of this number. */
static struct handle_entry *hold(uint64_t owner, uint32_t index, uint64_t which, enum kind kind, uint32_t rights)
{
    struct task *holder = task(owner);
    struct handle_entry *entry = handle_table_entry(holder, index);

    *ledger(which) = handle_fill(holder, entry, handle_generation_next(holder), NUMBER(which), kind, rights,
                                 *ledger(which) | LEDGER_LOCKED) &
                     ~LEDGER_LOCKED;
    return entry;
}

static void hide(enum task_hidden hidden, uint64_t which, enum kind kind)
{
    struct handle_entry *entry = &task(A)->hidden[hidden];

    *ledger(which) = handle_fill(task(A), entry, HIDDEN_GENERATION, NUMBER(which), kind, RIGHTS_FRAME,
                                 *ledger(which) | LEDGER_LOCKED) &
                     ~LEDGER_LOCKED;
    entry->state = HANDLE_INSTALLED;
    entry->length = 0;
}

/* Points an entry of a page table to the frame of a handle. */
static void install(struct handle_entry *entry, uint64_t above, uint32_t level, uint64_t flags)
{
    uint64_t *place = &words(above)[page_table_index(PAGE, level + 1)];

    *place = handle_entry_frame(entry) * FRAME_SIZE | flags;
    entry->place = (uint64_t)(uintptr_t)place;
    entry->detail = PAGE | level;
    if (level > 0) {
        entry->state = HANDLE_INSTALLED;
        entry->length = 0;
    }
    ledger_word_anchor(*ledger(above))->length += 1;
}

static void create(void)
{
    void *arena = mmap((void *)(uintptr_t)ARENA, FRAMES * FRAME_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    ck_assert_ptr_eq(arena, (void *)(uintptr_t)ARENA);
    region_table_clear(&memory.regions);
    ck_assert_int_eq(region_claim(&memory.regions, ARENA, FRAMES * FRAME_SIZE, REGION_USABLE), ERROR_NONE);
    ck_assert_int_eq(region_claim(&memory.regions, ARENA + KERNEL_IMAGE * FRAME_SIZE, FRAME_SIZE, REGION_KERNEL),
                     ERROR_NONE);
    region_table_seal(&memory.regions);
    ledger_directory = directory;
    ledger_frame_count = FIRST + FRAMES;
    directory[FIRST / LEDGER_WORDS_PER_LEAF] = (uint64_t)(uintptr_t)leaf;
    for (uint32_t k = 0; k < FRAMES; k++)
        *ledger(k) = ledger_word_free();
    *ledger(INIT) = *ledger(INIT_TABLE) = *ledger(KERNEL_IMAGE) = ledger_word_plain(LEDGER_KERNEL);
    task(INIT)->tables[0] = frame_pointer(NUMBER(INIT_TABLE));
    task(INIT)->handle_limit = HANDLES_PER_TABLE;
    task(A)->root = NUMBER(ROOT) * FRAME_SIZE;
    task(A)->tables[0] = frame_pointer(NUMBER(TABLE_0));
    task(A)->tables[1] = frame_pointer(NUMBER(TABLE_1));
    task(A)->handle_limit = 2 * HANDLES_PER_TABLE;
    task(A)->state = TASK_READY;
    hold(INIT, 1, A, KIND_TASK, RIGHTS_FRAME);
    hide(HIDDEN_ROOT, ROOT, KIND_PAGE_TABLE);
    hide(HIDDEN_TABLE, TABLE_0, KIND_HANDLE_TABLE);
    struct handle_entry *table = hold(A, 2, TABLE_1, KIND_HANDLE_TABLE, RIGHTS_FRAME);
    table->state = HANDLE_INSTALLED;
    table->detail = FRAME_SIZE;
    table->length = 0;
    install(hold(A, 3, LEVEL_3, KIND_PAGE_TABLE, RIGHTS_FRAME), ROOT, 3, PAGE_TASK_TABLE);
    install(hold(A, 4, LEVEL_2, KIND_PAGE_TABLE, RIGHTS_FRAME), LEVEL_3, 2, PAGE_TASK_TABLE);
    install(hold(A, 70, LEVEL_1, KIND_PAGE_TABLE, RIGHTS_FRAME), LEVEL_2, 1, PAGE_TASK_TABLE);
    install(hold(A, 71, MEMORY, KIND_UNTYPED, RIGHTS_FRAME & ~RIGHT_EXECUTE), LEVEL_1, 0,
            page_flags(RIGHT_READ | RIGHT_WRITE));
    hold(INIT, 5, MEMORY, KIND_UNTYPED, RIGHT_READ);
    hold(INIT, 6, MEMORY, KIND_UNTYPED, RIGHT_READ);
    hold(A, 9, ENDPOINT, KIND_ENDPOINT, RIGHT_RECEIVE);
    hold(INIT, 9, ENDPOINT, KIND_ENDPOINT, RIGHT_CALL);
    endpoint_of(NUMBER(ENDPOINT))->receivers = 1;
    for (uint32_t k = 10; k < HANDLES_PER_TABLE; k++)
        hold(INIT, k, SHARED, KIND_UNTYPED, RIGHT_READ);
    for (uint32_t k = 72; k < 2 * HANDLES_PER_TABLE; k++)
        hold(A, k, SHARED, KIND_UNTYPED, RIGHT_READ);
}

/* Looks at all frames, and at numbers that are none. Returns how many frames have a fault, and whether one of them is this. */
static uint32_t find(uint64_t flags, enum audit_fault fault, uint64_t at, bool *told)
{
    static const uint64_t others[] = {0, 1, FIRST - 1, FIRST + FRAMES, UINT32_MAX, UINT64_MAX, UINT64_MAX / 64};
    struct audit_found found = {0};
    uint32_t faults = 0;

    *told = false;
    for (uint64_t k = 0; k < FRAMES; k++) {
        uint64_t next = flags;
        for (uint32_t calls = 0; calls == 0 || (next & ~AUDIT_DEEP) != 0; calls++) {
            ck_assert_uint_le(calls, 100);
            next = audit_frame(NUMBER(k), next, &found);
            faults += found.fault != AUDIT_FAULT_NONE;
            *told = *told || (found.fault == fault && k == at && found.fault != AUDIT_FAULT_NONE);
        }
    }
    for (uint32_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
        for (uint32_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
            ck_assert_uint_eq(audit_frame(others[k], others[n], &found) + found.fault, 0);
    }
    return faults;
}

START_TEST(all_fits)
{
    struct audit_found found;
    bool told;

    create();
    ck_assert_uint_eq(find(0, AUDIT_FAULT_NONE, 0, &told), 0);
    ck_assert_uint_eq(find(AUDIT_DEEP, AUDIT_FAULT_NONE, 0, &told), 0);
    ck_assert_uint_gt(windows, 0);
    ck_assert_uint_eq(audit_frame(NUMBER(MEMORY), 0, &found), 0);
    ck_assert_uint_eq(found.should, 3);
    ck_assert_uint_eq(found.is, KIND_UNTYPED | LEDGER_HELD << 16);
    ck_assert_uint_eq(audit_frame(NUMBER(FREE), 0, &found), 0);
    ck_assert_uint_eq(found.should, 0);
    ck_assert_uint_eq(found.is, LEDGER_FREE << 16);
    /* More handles than one call looks at. */
    ck_assert_uint_eq(audit_frame(NUMBER(SHARED), 0, &found), AUDIT_ENTRIES);
    ck_assert_uint_eq(audit_frame(NUMBER(SHARED), AUDIT_ENTRIES, &found), 0);
    ck_assert_uint_eq(found.should, 54 + 56);
    ck_assert_uint_eq(audit_frame(NUMBER(SHARED), RING_MAX + 1, &found), 0);
}
END_TEST

#define BREAKS(name, at, statement)                                                                                    \
    do {                                                                                                               \
        bool told;                                                                                                     \
        statement;                                                                                                     \
        uint32_t faults = find(AUDIT_DEEP, AUDIT_FAULT_##name, at, &told);                                             \
        ck_assert_msg(told, "line %d: %s is not told, but %u others", __LINE__, #name, faults);                        \
        memcpy((void *)(uintptr_t)ARENA, saved, sizeof(saved));                                                        \
        memcpy(leaf, saved_leaf, sizeof(leaf));                                                                        \
    } while (0)

START_TEST(every_rule_broken_is_named)
{
    create();
    memcpy(saved, (void *)(uintptr_t)ARENA, sizeof(saved));
    memcpy(saved_leaf, leaf, sizeof(leaf));
    struct handle_entry *mapped = handle_table_entry(task(A), 71);
    struct handle_entry *other = handle_table_entry(task(INIT), 5);
    struct handle_entry *table = handle_table_entry(task(A), 2);
    struct handle_entry *level_1 = handle_table_entry(task(A), 70);
    struct handle_entry *empty = handle_table_entry(task(A), 20);
    struct handle_entry *shared = handle_table_entry(task(A), 100);
    uint64_t *entry = &words(LEVEL_1)[page_table_index(PAGE, 1)];

    BREAKS(RING_LINK, MEMORY, *ledger(MEMORY) = ledger_word_held((struct handle_entry *)words(FREE)));
    BREAKS(RING_LINK, MEMORY, *ledger(MEMORY) = ledger_word_held((struct handle_entry *)UINT64_C(0x123456789ac0)));
    BREAKS(RING_LINK, MEMORY, *ledger(MEMORY) = ledger_word_held((struct handle_entry *)words(KERNEL_IMAGE)));
    BREAKS(RING_LINK, MEMORY, other->next = (struct handle_entry *)UINT64_C(0x40));
    BREAKS(RING_LENGTH, MEMORY, mapped->length = 4);
    BREAKS(RING_LENGTH, SHARED, handle_table_entry(task(INIT), 10)->length -= 1);
    BREAKS(RING_ENTRY, MEMORY, other->name += 1);
    BREAKS(RING_ENTRY, MEMORY, other->state = HANDLE_LEAVING);
    BREAKS(RING_KIND, MEMORY, other->kind = KIND_ENDPOINT);
    BREAKS(RING_PLACE, MEMORY, other->owner = task(A));
    BREAKS(RING_PLACE, MEMORY, other->owner = (struct task *)UINT64_C(0xdeadbeef000));
    BREAKS(RING_PLACE, SHARED, task(INIT)->tables[0] = frame_pointer(NUMBER(FREE));
           *ledger(A) = *ledger(MEMORY) = *ledger(ENDPOINT) = ledger_word_free());
    BREAKS(MAPPING, MEMORY, *entry += FRAME_SIZE);
    BREAKS(MAPPING, MEMORY, mapped->detail += FRAME_SIZE);
    BREAKS(MAPPING, MEMORY, mapped->detail = USER_END);
    BREAKS(MAPPING, MEMORY, mapped->place = UINT64_C(0x666000));
    BREAKS(MAPPING, LEVEL_1, level_1->place += 8);
    BREAKS(MAPPING_RIGHTS, MEMORY, mapped->rights = RIGHT_READ);
    BREAKS(MAPPING_RIGHTS, MEMORY, *entry &= ~PAGE_NO_EXECUTE);
    BREAKS(MAPPING_RIGHTS, MEMORY, *entry &= ~PAGE_USER);
    BREAKS(CHILDREN, LEVEL_1, level_1->length += 1);
    BREAKS(TABLE_ENTRY, LEVEL_1, words(LEVEL_1)[7] = NUMBER(FREE) * FRAME_SIZE | PAGE_PRESENT);
    BREAKS(TABLE_ENTRY, LEVEL_1, words(LEVEL_1)[7] = *entry);
    BREAKS(HANDLE_ENTRY, TABLE_0, empty->name = 1);
    BREAKS(HANDLE_ENTRY, TABLE_0, empty->state = HANDLE_LEAVING);
    BREAKS(HANDLE_ENTRY, TABLE_0, *empty = *table; empty->name = NUMBER(FREE) | HANDLE_GENERATION_UNIT);
    BREAKS(HANDLE_ENTRY, TABLE_0, *empty = *other; empty->owner = task(A)); /* a copy that is in no ring */
    BREAKS(HANDLE_ENTRY, A, task(A)->hidden[HIDDEN_SELF].place = 9);
    BREAKS(RECEIVERS, ENDPOINT, endpoint_of(NUMBER(ENDPOINT))->receivers = 0);
    BREAKS(RING_LINK, SHARED, shared->next = mapped); /* a circle that does not lead back */
}
END_TEST

/* Passing over frames in one state: no window here, so no slot is there, and a ledger of one leaf. */
START_TEST(rows)
{
    static uint64_t root[512] __attribute__((aligned(4096)));
    struct ledger_pass pass;

    create();
    memcpy(words(20), root, sizeof(root));
    audit_pass(NUMBER(20) * FRAME_SIZE, NUMBER(FREE), NUMBER(FRAMES), LEDGER_FREE, &pass);
    ck_assert_uint_eq(pass.frame, NUMBER(KERNEL_IMAGE));
    ck_assert_int_eq(pass.state, LEDGER_KERNEL);
    ck_assert(!pass.slot);
    *ledger(30) = ledger_word_server(7); /* ended in a list: free */
    audit_pass(NUMBER(20) * FRAME_SIZE, NUMBER(KERNEL_IMAGE) + 1, UINT64_MAX, LEDGER_FREE, &pass);
    ck_assert_uint_eq(pass.frame, NUMBER(FRAMES));
    ck_assert_int_eq(pass.state, LEDGER_ABSENT);
    audit_pass(NUMBER(20) * FRAME_SIZE, UINT64_MAX, UINT64_MAX, LEDGER_FREE, &pass);
    ck_assert_int_eq(pass.state, LEDGER_ABSENT);
}
END_TEST

RUN_TESTS("audit_kernel", all_fits, every_rule_broken_is_named, rows)
