/* The auditor (servers/frameserv/audit/): a server in the midst of its work disagrees with nothing; each rule, broken once,
 * is named; and no word that is kept, whatever is written over it, makes the auditor fault or go on without end. */
#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/boot.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "tests/host/audit_world.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <quire/audit.h>
#include <quire/names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS 5

/* Memory as of a small machine, with something above 4 GiB, and the frames of a server at work in it. */
static struct world *world;
static struct worker *worker;
static struct keep *keep;
static struct audit_ledger *ledger;
static struct audit_report report;

static uint64_t shared, unique, table, listed[MEMBERS], list, dying, ended[2], device, module;
static uint32_t child, closed;

static const struct world_region regions[] = {
    {REGION_USABLE, 8},       {REGION_RESERVED, 1},     {REGION_USABLE, 150},     {REGION_RESERVED, 1},
    {REGION_UNKNOWN, 64},     {REGION_KERNEL, 90},      {REGION_MODULE, 37},      {REGION_USABLE, 5000},
    {REGION_METADATA, 90},    {REGION_EARLY, 70},       {REGION_USABLE, 4096},    {REGION_RECLAIMABLE, 17},
    {REGION_UNKNOWN, 300000}, {REGION_FRAMEBUFFER, 70}, {REGION_UNKNOWN, 800000}, {REGION_USABLE, 8000},
    {REGION_UNKNOWN, 0}};

static uint64_t first_of(enum region_type type)
{
    for (uint32_t k = 0; k < world->window.region_count; k++) {
        if (world->window.regions[k].type == type)
            return world->window.regions[k].base / FRAME_SIZE;
    }
    abort();
}

static struct slot *slot_of(uint64_t frame)
{
    return world_slot(world, frame);
}

static uint64_t own(uint32_t account, enum kind kind)
{
    uint64_t frame;
    bool changes;

    ck_assert_int_eq(frames_allocate(worker, account, &frame), ERROR_NONE);
    if (kind != KIND_UNTYPED)
        ck_assert_int_eq(frames_repurpose(worker, frame, kind, &changes), ERROR_NONE);
    ledger[frame] = (struct audit_ledger){.handles = 1, .kind = kind, .state = LEDGER_FREE};
    return frame;
}

static void give_up(uint64_t frame)
{
    ledger[frame].handles = 0;
    frames_drop(worker, frame);
}

static uint64_t put(uint64_t to, uint64_t place)
{
    uint64_t frame = own(1, KIND_UNTYPED);
    uint64_t length;

    ck_assert_int_eq(frames_make_unique(worker, (atomic_word *)&frame, 1), ERROR_NONE);
    ck_assert_int_eq(lists_push(worker, to, frame, place, 0, &length), ERROR_NONE);
    ledger[frame] = (struct audit_ledger){.state = LEDGER_SERVER};
    return frame;
}

/* All frames of a run with an alignment that leaves blocks of all orders. */
static void use_some(void)
{
    uint64_t frames[200];

    for (uint32_t k = 0; k < 200; k++)
        frames[k] = own(2, KIND_UNTYPED);
    for (uint32_t k = 0; k < 200; k += 1 + (k % 5 == 0))
        give_up(frames[k]);
}

static void create(void)
{
    const struct account_terms terms = {{300, 4}};
    uint64_t charged;
    uint64_t count;

    world = world_create(regions);
    worker = &world->workers[0];
    keep = world->keep;
    ledger = audit_world_begin(world);
    use_some();
    shared = own(1, KIND_UNTYPED);
    for (ledger[shared].handles = 1; ledger[shared].handles < 150; ledger[shared].handles++)
        ck_assert_int_eq(frames_clone(worker, shared, &count), ERROR_NONE);
    unique = own(1, KIND_UNTYPED);
    ck_assert_int_eq(frames_make_unique(worker, (atomic_word *)&unique, 1), ERROR_NONE);
    table = own(2, KIND_HANDLE_TABLE);
    own(2, KIND_PAGE_TABLE);
    list = own(1, KIND_LIST);
    for (uint32_t k = 0; k < MEMBERS; k++)
        listed[k] = put(list, LIST_BACK);
    for (uint32_t k = 0; k < 2; k++) {
        ended[k] = own(1, KIND_LIST);
        for (uint32_t n = 0; n < 3 * LIST_TURN; n++)
            put(ended[k], LIST_FRONT);
        ledger[ended[k]].handles = 0;
        frames_drop(worker, ended[k]);
    }
    dying = keep->lists.dying - 1;
    device = first_of(REGION_FRAMEBUFFER) + 1;
    ck_assert_int_eq(frames_claim(worker, 1, device * FRAME_SIZE, &count), ERROR_NONE);
    ledger[device] = (struct audit_ledger){.handles = 1, .kind = KIND_DEVICE, .state = LEDGER_DEVICE};
    module = first_of(REGION_MODULE) + 3;
    ck_assert_uint_eq(slot_of(module)->ref_count, 1);
    ck_assert_int_eq(accounts_open(worker, 1, &terms, &child), ERROR_NONE);
    own(child, KIND_UNTYPED);
    ck_assert_int_eq(accounts_open(worker, 2, &terms, &closed), ERROR_NONE);
    own(account_place(closed), KIND_HANDLE_TABLE);
    ck_assert_int_eq(accounts_close(worker, 2, closed, &charged), ERROR_NONE);
    worker->reversal->frame = 0;
    worker->reversal->account = 0;
}

static void destroy(void)
{
    audit_world_end();
    world_destroy(world);
}

static void tell(void)
{
    for (uint32_t k = 0; k < report.count; k++) {
        const struct audit_finding finding = {report.told[k].fault, report.told[k].where, report.told[k].should,
                                              report.told[k].is};
        char text[AUDIT_TEXT];
        audit_text(&finding, text, sizeof(text));
        fprintf(stderr, "  %s\n", text);
    }
}

START_TEST(nothing_disagrees)
{
    create();
    uint64_t backed = world->pages_backed;
    for (int thorough = 0; thorough < 2; thorough++) {
        audit_world(worker, thorough, &report);
        tell();
        expect_eq(report.count, 0);
        expect(report.judged, "sums were not judged");
        expect(report.turns > 1, "all of it in one turn");
        expect_eq(world->pages_backed, backed);
    }
    destroy();
}
END_TEST

/* --- each rule ------------------------------------------------------------------------------------------------------- */

static uint64_t saved_keep[sizeof(struct keep) / 8];
static struct slot *saved_slots;
static struct audit_ledger *saved_ledger;
static bool seen[64];

static void save(void)
{
    memcpy(saved_keep, keep, sizeof(*keep));
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        saved_slots[frame] = world->backed[frame / SLOTS_PER_PAGE]
                                 ? *slot_of(frame)
                                 : boot_pattern(window_region(&world->window, frame)->type);
    memcpy(saved_ledger, ledger, world->window.frame_count * sizeof(*ledger));
}

static void restore(void)
{
    memcpy(keep, saved_keep, sizeof(*keep));
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (world->backed[frame / SLOTS_PER_PAGE])
            *slot_of(frame) = saved_slots[frame];
    }
    memcpy(ledger, saved_ledger, world->window.frame_count * sizeof(*ledger));
}

/* Does something to the server's memory, or the kernel's, that has to be told as this fault, and at this place. */
#define BREAKS(name, place, statement)                                                                                 \
    do {                                                                                                               \
        uint64_t expected_place = (place);                                                                             \
        statement;                                                                                                     \
        audit_world(worker, true, &report);                                                                            \
        bool found = false;                                                                                            \
        for (uint32_t k = 0; k < report.count; k++)                                                                    \
            found = found || (report.told[k].fault == AUDIT_FAULT_##name && report.told[k].where == expected_place);   \
        if (!found)                                                                                                    \
            tell();                                                                                                    \
        expect(found, "line %d: %s is not told, but %u others", __LINE__, #name, report.count);                        \
        seen[AUDIT_FAULT_##name] = true;                                                                               \
        restore();                                                                                                     \
    } while (0)
#define AT(frame) ((frame)*FRAME_SIZE)

static void begin(void)
{
    create();
    saved_slots = calloc(world->window.frame_count + SLOTS_PER_PAGE, sizeof(*saved_slots));
    saved_ledger = calloc(world->window.frame_count, sizeof(*saved_ledger));
    save();
}

static void end(void)
{
    free(saved_slots);
    free(saved_ledger);
    destroy();
}

/* The head of a free block of at least this order, which is not the first of its list if `inner`. */
static uint64_t block_of(uint32_t at_least, uint32_t *order)
{
    for (*order = at_least; *order < BUDDY_ORDERS; *order += 1) {
        for (uint32_t zone = 0; zone < ZONES; zone++) {
            if (keep->buddy.first[zone][*order] != FRAME_NONE)
                return keep->buddy.first[zone][*order];
        }
    }
    abort();
}

static void break_slots(void)
{
    BREAKS(COUNT, AT(shared), slot_of(shared)->ref_count += 1);
    BREAKS(COUNT, AT(shared), slot_of(shared)->ref_count = REF_COUNT_UNIQUE);
    BREAKS(COUNT, AT(unique), slot_of(unique)->ref_count = REF_COUNT_BUSY);
    BREAKS(COUNT, AT(table), slot_of(table)->ref_count = 1);
    BREAKS(COUNT, AT(unique), slot_of(unique)->ref_count = REF_COUNT_MAX + 1);
    BREAKS(COUNT, AT(unique), slot_of(unique)->ref_count = REF_COUNT_UNUSED);
    BREAKS(COUNT, AT(shared), ledger[shared].handles = 0);
    BREAKS(COUNT, AT(module), slot_of(module)->ref_count = 2);
    BREAKS(COUNT, AT(device + 1), slot_of(device + 1)->ref_count = 1);
    BREAKS(KIND, AT(unique), slot_of(unique)->kind_word = kind_word(KIND_LIST, 0, 1));
    BREAKS(KIND, AT(unique), ledger[unique].kind = KIND_ENDPOINT);
    BREAKS(KIND, AT(module), slot_of(module)->kind_word = kind_word(KIND_KERNEL, 0, ACCOUNT_SYSTEM));
    BREAKS(KIND, AT(device + 1), slot_of(device + 1)->kind_word = 0);
    BREAKS(HOLDER, AT(module), ledger[module].state = LEDGER_FREE);
    BREAKS(HOLDER, AT(listed[1]), ledger[listed[1]].state = LEDGER_FREE);
    BREAKS(HOLDER, AT(device + 2), ledger[device + 2].state = LEDGER_KERNEL);
    BREAKS(HOLDER, AT(keep->caches[0].frames[0]), ledger[keep->caches[0].frames[0]].handles = 1);
    BREAKS(PAYER, AT(unique), slot_of(unique)->kind_word = kind_word(KIND_UNTYPED, 0, 200));
    BREAKS(PAYER, AT(unique), slot_of(unique)->kind_word = kind_word(KIND_UNTYPED, 0, UINT32_MAX));
    BREAKS(PAYER, AT(module), slot_of(module)->kind_word = kind_word(KIND_UNUSABLE, 0, 1));
    BREAKS(FLAGS, AT(unique), slot_of(unique)->kind_word = kind_word(KIND_UNTYPED, 1, 1));
    BREAKS(IN_LIST, AT(unique), slot_of(unique)->in_list = slot_of(list)->storage[LIST_WORD_ID]);
    BREAKS(IN_LIST, AT(listed[1]), slot_of(listed[1])->in_list = keep->lists.last_id + 1);
    BREAKS(LOST, AT(unique), slot_of(unique)->kind_word = 0);
}

static void break_lists(void)
{
    struct slot *first = slot_of(list);

    BREAKS(LIST_ID, AT(list), first->storage[LIST_WORD_ID] = 0);
    BREAKS(LIST_ID, AT(list), first->storage[LIST_WORD_ID] = keep->lists.last_id + 1);
    BREAKS(LIST_ID, AT(list), first->storage[LIST_WORD_CHAIN] = 1);
    BREAKS(LIST_ENDS, AT(list), first->storage[LIST_WORD_FRONT] = listed[1] + 1);
    BREAKS(LIST_ENDS, AT(list), first->storage[LIST_WORD_BACK] = UINT64_MAX);
    BREAKS(LIST_LENGTH, AT(list), first->storage[LIST_WORD_LENGTH] = MEMBERS - 1);
    BREAKS(LIST_LENGTH, AT(list), first->storage[LIST_WORD_LENGTH] = 0);
    BREAKS(MEMBERS, 0, first->storage[LIST_WORD_LENGTH] = MEMBERS + 1);
    BREAKS(MEMBER_LINK, AT(listed[2]), slot_of(listed[2])->storage[MEMBER_NEXT] = 0 + listed[0] + 1);
    BREAKS(MEMBER_LINK, AT(listed[2]), slot_of(listed[2])->storage[MEMBER_PREVIOUS] = UINT64_MAX - 5);
    BREAKS(MEMBER_LINK, AT(listed[2]), slot_of(listed[2])->storage[MEMBER_NEXT] = unique + 1);
    BREAKS(LIST_LENGTH, AT(list), slot_of(listed[2])->storage[MEMBER_NEXT] = 0);
    BREAKS(DYING, AT(unique), keep->lists.dying = unique + 1);
    BREAKS(DYING, AT(unique), slot_of(dying)->storage[LIST_WORD_CHAIN] = unique + 1);
    BREAKS(DYING_LENGTH, 0, slot_of(dying)->storage[LIST_WORD_CHAIN] = 0);
    BREAKS(DYING_LENGTH, 0, slot_of(dying)->storage[LIST_WORD_CHAIN] = dying + 1);
    BREAKS(LAST_ID, 0, keep->lists.last_id = UINT64_MAX);
}

static void break_free_memory(void)
{
    uint32_t order;
    uint64_t block = block_of(7, &order);
    struct slot *slot = slot_of(block);
    uint64_t kind_word_before = slot->kind_word;
    uint64_t cached = keep->caches[0].frames[0];
    uint64_t zone = block < ZONE_HIGH_FIRST_FRAME ? ZONE_LOW : ZONE_HIGH;

    BREAKS(COUNT, AT(block), slot->ref_count = 1);
    BREAKS(IN_LIST, AT(block), slot->in_list = 1);
    BREAKS(HOLDER, AT(block + 1), ledger[block + 1].handles = 1);
    BREAKS(BLOCK_MARK, AT(block), slot->kind_word = kind_word_before + 65536 * BUDDY_ORDERS);
    BREAKS(BLOCK_MARK, AT(block), slot->kind_word = kind_word_before + 1);
    BREAKS(BLOCK_MARK, AT(block + 1), slot_of(block + 1)->kind_word = kind_word_before;
           slot->kind_word = kind_word(0, FLAG_BLOCK, 0));
    BREAKS(LOST, AT(block + 1), slot->kind_word = kind_word(KIND_NONE, FLAG_BLOCK, 0));
    BREAKS(LOST, AT(block), slot->kind_word = 0);
    BREAKS(BLOCK_LINK, AT(block), slot->storage[BLOCK_NEXT] = unique);
    BREAKS(BLOCK_LINK, AT(block), slot->storage[BLOCK_PREVIOUS] = UINT64_MAX / 3);
    BREAKS(BLOCK_FIRST, zone * 256 + order, keep->buddy.first[zone][order] = unique);
    BREAKS(BLOCK_FIRST, zone * 256 + order, keep->buddy.first[zone][order] = FRAME_NONE);
    BREAKS(BLOCK_FIRST, 256 + 18, keep->buddy.first[ZONE_HIGH][18] = UINT64_MAX - 1);
    BREAKS(BLOCK_INSIDE, AT(block + 1), slot_of(block + 1)->ref_count = 1);
    BREAKS(BLOCK_INSIDE, AT(block + 100), slot_of(block + 100)->kind_word = kind_word(KIND_UNTYPED, 0, 1));
    BREAKS(BLOCK_INSIDE, AT(block + 100), slot_of(block + 100)->in_list = 1);
    uint64_t half = UINT64_C(1) << (order - 1);
    BREAKS(BLOCK_JOINED, AT(block + half), slot->kind_word -= 65536;
           slot_of(block + half)->kind_word = slot->kind_word);
    BREAKS(FREE_FRAMES, ZONE_LOW, keep->buddy.free_frames[ZONE_LOW] += 1);
    BREAKS(FREE_FRAMES, ZONE_HIGH, keep->buddy.free_frames[ZONE_HIGH] -= 1);
    BREAKS(FRESH, 0, keep->buddy.fresh[0] |= UINT64_C(1) << 3);
    BREAKS(FREE_FRAMES, zone,
           keep->buddy.fresh[block / GRANULE_FRAMES / 64] |= UINT64_C(1) << block / GRANULE_FRAMES % 64);
    BREAKS(SEED, 7, keep->buddy.seed_next = 7);
    BREAKS(SEED, keep->buddy.seed_next, keep->buddy.seed_end = UINT64_MAX);
    BREAKS(CACHE_COUNT, 0, keep->caches[0].count -= 1);
    BREAKS(CACHED, AT(keep->caches[0].frames[keep->caches[0].count - 1]), keep->caches[0].count -= 1);
    BREAKS(CACHE_COUNT, 0, keep->caches[0].count = UINT64_MAX);
    BREAKS(CACHE_COUNT, 9, keep->caches[9].count = 1);
    BREAKS(CACHE_FRAME, 0, keep->caches[0].frames[0] = unique);
    BREAKS(CACHE_FRAME, 0, keep->caches[0].frames[0] = UINT64_MAX / 64);
    BREAKS(CACHED, AT(cached), keep->caches[0].frames[1] = cached);
    BREAKS(FLAGS, AT(cached), slot_of(cached)->kind_word = cache_mark(WORLD_WORKERS));
    BREAKS(COUNT, AT(cached), slot_of(cached)->ref_count = 5);
    /* A block whose links are good, but in no list. */
    BREAKS(BLOCKS, zone * 256 + order, {
        uint64_t next = slot->storage[BLOCK_NEXT];
        keep->buddy.first[zone][order] = next;
        if (next != FRAME_NONE)
            slot_of(next)->storage[BLOCK_PREVIOUS] = FRAME_NONE;
        slot->storage[BLOCK_NEXT] = block;
        slot->storage[BLOCK_PREVIOUS] = block;
    });
}

static void break_accounts(void)
{
    struct account *accounts = keep->accounts;
    uint32_t place = account_place(closed);

    BREAKS(ACCOUNT_STATE, 1, accounts[1].state = account_state(2, 0, 0));
    BREAKS(ACCOUNT_STATE, 1, accounts[1].state |= ACCOUNT_CLOSED);
    BREAKS(ACCOUNT_STATE, place, accounts[place].state |= 7);
    BREAKS(ACCOUNT_STATE, 100, accounts[100].state = UINT64_C(1) << 60);
    BREAKS(ACCOUNT_STATE, ACCOUNT_NOBODY, accounts[ACCOUNT_NOBODY].state = 0);
    BREAKS(ACCOUNT_STATE, ACCOUNT_SYSTEM, accounts[ACCOUNT_SYSTEM].state = 1);
    BREAKS(ACCOUNT_PARENT, child, accounts[child].state = account_state(child, 0, child));
    BREAKS(ACCOUNT_PARENT, child, accounts[child].state = account_state(child, 0, 77));
    BREAKS(ACCOUNT_PARENT, child, accounts[child].state = account_state(child, 0, place));
    BREAKS(ACCOUNT_PARENT, child, accounts[child].state = account_state(child, 0, 0);
           accounts[child].state = account_state(child, 0, ACCOUNT_SYSTEM));
    BREAKS(ACCOUNT_USED, 2, accounts[2].used += 1);
    BREAKS(ACCOUNT_USED, ACCOUNT_SYSTEM, accounts[ACCOUNT_SYSTEM].used -= 1);
    BREAKS(ACCOUNT_USED, 1, slot_of(unique)->kind_word = kind_word(KIND_UNTYPED, 0, 2));
    BREAKS(TABLES_USED, 2, accounts[2].tables.used = 0);
    BREAKS(ACCOUNT_LIMIT, 1, accounts[1].limit = 1000);
    BREAKS(ACCOUNT_LIMIT, child, accounts[child].limit = 0);
    BREAKS(ACCOUNT_LIMIT, 100, accounts[100].tables.limit = 5);
    BREAKS(ACCOUNT_LIMIT, ACCOUNT_NOBODY, accounts[ACCOUNT_NOBODY].limit = 5);
    BREAKS(ACCOUNT_PASSED, 1, accounts[1].passed -= 1);
    BREAKS(ACCOUNT_PASSED, 1, accounts[child].limit += 1);
    BREAKS(TABLES_PASSED, 1, accounts[child].tables.limit += 1);
    BREAKS(TABLES_PASSED, ACCOUNT_SYSTEM, accounts[ACCOUNT_SYSTEM].tables.passed = 1);
}

static void break_other_words(void)
{
    uint64_t locks = offsetof(struct keep, lists.locks);

    BREAKS(KEEP_VERSION, 0, keep->version += 1);
    BREAKS(KEEP_BOOTED, 0, keep->booted = 0);
    BREAKS(ACCOUNTS_END, ACCOUNT_SYSTEM, keep->accounts_end = UINT64_MAX);
    BREAKS(ACCOUNTS_END, child, keep->accounts_end = child);
    BREAKS(RECOVERY, 0, keep->recovery.reason = UINT64_MAX);
    BREAKS(KEEP_WORKERS, 0, keep->workers = UINT64_MAX);
    BREAKS(KEEP_WORKERS, 0, keep->workers = 0);
    BREAKS(KEEP_MEMORY, 0, keep->memory_frames += 1);
    BREAKS(KEEP_ENDPOINT, unique + 1, keep->endpoint = unique + 1);
    BREAKS(KEEP_ENDPOINT, UINT64_MAX, keep->endpoint = UINT64_MAX);
    BREAKS(LOCK, locks + 8 * 7, keep->lists.locks[7] = WORKERS_MAX + 1);
    BREAKS(LOCK, offsetof(struct keep, tree_lock), keep->tree_lock = worker->number + 1);
    BREAKS(LOCK, offsetof(struct keep, buddy.lock), keep->buddy.lock = UINT64_MAX);
    BREAKS(LOCK, offsetof(struct keep, lists.dying_lock), keep->lists.dying_lock = UINT64_MAX);
    BREAKS(LOCK, offsetof(struct keep, caches[1].lock), keep->caches[1].lock = UINT64_MAX);
    BREAKS(LOCK, offsetof(struct keep, accounts[9].lock), keep->accounts[9].lock = UINT64_MAX);
    BREAKS(LOG, 0, keep->logs[0].length = 1);
    BREAKS(LOG, 1, keep->logs[1].length = UNDO_ENTRIES + 1);
    BREAKS(REVERSAL, 1, keep->reversals[1].frame = world->window.frame_count + 1);
    BREAKS(REVERSAL, 9, keep->reversals[9].frame = 1);
    BREAKS(REVERSAL, 1, keep->reversals[1].account = UINT64_MAX);
    BREAKS(RELEASING, 0, keep->buddy.releasing = 1);
}

START_TEST(every_rule_broken_is_named)
{
    begin();
    break_slots();
    break_lists();
    break_free_memory();
    break_accounts();
    break_other_words();
    for (enum audit_fault fault = AUDIT_FAULT_RING_LINK; fault <= AUDIT_FAULT_RECEIVERS; fault++) {
        ledger[unique].fault = fault; /* what the kernel finds comes through */
        audit_world(worker, false, &report);
        expect(audit_world_has(&report, fault), "%s is not told", audit_fault_name(fault));
        seen[fault] = true;
        restore();
    }
    for (uint64_t fault = AUDIT_FAULT_NOT_JUDGED + 1; strcmp(audit_fault_name(fault), "unlisted") != 0; fault++)
        expect(seen[fault], "no test breaks %s", audit_fault_name(fault));
    end();
}
END_TEST

/* A handle to a frame whose slot was never touched, or a free frame that the kernel has: the window stays as it is. */
START_TEST(memory_that_nobody_used)
{
    begin();
    uint64_t backed = world->pages_backed;
    uint64_t kernel = first_of(REGION_KERNEL) + 3;
    uint64_t fresh = 1 + world->window.regions[world->window.region_count - 1].base / FRAME_SIZE;
    BREAKS(HOLDER, AT(kernel), ledger[kernel].state = LEDGER_FREE);
    BREAKS(COUNT, AT(kernel + 1), ledger[kernel + 1] = ((struct audit_ledger){.handles = 2, .kind = KIND_UNTYPED}));
    expect_le(world->pages_backed, backed + 2);
    BREAKS(HOLDER, AT(fresh), ledger[fresh].state = LEDGER_KERNEL);
    end();
}
END_TEST

/* --- others at work -------------------------------------------------------------------------------------------------- */

/* A change between two turns: what one turn looks at still fits together, and sums are not judged. */
START_TEST(changes_meanwhile_are_no_faults)
{
    struct random random = random_start();
    struct audit_told told;
    uint64_t frames[64];
    uint32_t count = 0;
    uint32_t not_judged = 0;
    uint64_t number;

    create();
    for (uint32_t round = 0; round < 60; round++) {
        told = (struct audit_told){0};
        do {
            expect_eq(audit_turn(worker, told.next, round % 2, &told), ERROR_NONE);
            expect(told.next == 0 || told.fault == AUDIT_FAULT_NONE, "%s at %lx", audit_fault_name(told.fault),
                   told.where);
            if (count < 64 && random_below(&random, 2) == 0)
                frames[count++] =
                    own(1 + random_below(&random, 2), random_below(&random, 4) == 0 ? KIND_HANDLE_TABLE : KIND_UNTYPED);
            else if (count > 0)
                give_up(frames[--count]);
            if (random_below(&random, 8) == 0)
                put(list, LIST_BACK);
            if (random_below(&random, 8) == 0)
                lists_reap(worker, 20);
            if (random_below(&random, 16) == 0 &&
                accounts_open(worker, 1, &(struct account_terms){{9, 9}}, &child) == ERROR_NONE)
                expect_eq(accounts_close(worker, 1, child, &number), ERROR_NONE);
            worker->reversal->frame = 0;
            worker->reversal->account = 0;
        } while (told.next != 0);
        not_judged += told.fault == AUDIT_FAULT_NOT_JUDGED;
    }
    expect_eq(not_judged, 60);
    slot_of(unique)->ref_count = 2;
    audit_world(worker, false, &report);
    expect(report.count == 1 && report.told[0].fault == AUDIT_FAULT_COUNT, "one fault is told as %u", report.count);
    destroy();
}
END_TEST

/* Two clients audit at once; a third makes the one that began first begin anew, and who names no audit is told so. */
START_TEST(audits_beside_each_other)
{
    struct audit_told told[3];

    create();
    for (uint32_t k = 0; k < 2; k++)
        expect_eq(audit_turn(worker, 0, false, &told[k]), ERROR_NONE);
    for (uint32_t k = 0; k < 2; k++)
        expect_eq(audit_turn(worker, told[k].next, false, &told[k]), ERROR_NONE);
    expect_eq(audit_turn(worker, told[1].next + 1, false, &told[2]), ERROR_AGAIN);
    expect_eq(audit_turn(worker, UINT64_MAX, false, &told[2]), ERROR_AGAIN);
    expect_eq(audit_turn(worker, 0, false, &told[2]), ERROR_NONE);
    expect_eq(audit_turn(worker, told[0].next, false, &told[0]), ERROR_AGAIN);
    expect_eq(audit_turn(worker, told[1].next, false, &told[1]), ERROR_NONE);
    expect_eq(audit_turn(worker, told[2].next, false, &told[2]), ERROR_NONE);
    destroy();
}
END_TEST

/* --- words overwritten at random ---------------------------------------------------------------------------------------- */

/* All words of kept memory, and of slots that exist. Those that mean something are the ones of which a wrong one could ever be
 * known; the others are clients' metadata, what lies beyond a count, entries of an empty log, notes about nothing, and room. */
#define WORDS_MAX 200000
struct words {
    uint64_t *all[WORDS_MAX];
    bool means[WORDS_MAX];
    uint32_t count;
    uint32_t meaningful;
};

static struct words words;

static void add(uint64_t *word, bool means)
{
    if (words.count == WORDS_MAX)
        abort();
    words.means[words.count] = means;
    words.all[words.count++] = word;
    words.meaningful += means;
}

static void mark(const uint64_t *first, uint64_t count)
{
    uint64_t place = (uint64_t)(first - (const uint64_t *)keep);

    for (uint64_t k = place; k < place + count; k++) {
        words.meaningful += !words.means[k];
        words.means[k] = true;
    }
}

static void add_kept(void)
{
    for (uint64_t k = 0; k < sizeof(*keep) / 8; k++)
        add((uint64_t *)keep + k, false);
    mark(&keep->version, 5);
    mark(&keep->buddy.lock, (offsetof(struct buddy, fresh) + sizeof(keep->buddy.fresh)) / 8);
    mark(&keep->accounts[0].lock, sizeof(keep->accounts) / 8);
    mark(&keep->accounts_end, 1);
    mark(&keep->recovery.reason, 1);
    mark(&keep->tree_lock, 1);
    for (uint32_t k = 0; k < WORKERS_MAX; k++) {
        mark(&keep->caches[k].lock, 2 + keep->caches[k].count);
        mark(&keep->logs[k].length, 1);
        mark(&keep->reversals[k].frame, k != worker->number); /* its own are cleared before it serves */
        mark(&keep->reversals[k].account, k != worker->number);
    }
    mark(&keep->lists.dying, 2);
    mark(&keep->lists.last_id, 1);
    mark(keep->lists.locks, LIST_LOCKS);
}

static void add_slots(void)
{
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (!window_has_slot(&world->window, frame) || !world->backed[frame / SLOTS_PER_PAGE])
            continue;
        struct slot *slot = slot_of(frame);
        bool is_list = kind_word_kind(slot->kind_word) == KIND_LIST;
        bool is_head = kind_word_payer(slot->kind_word) == 0 && (kind_word_flags(slot->kind_word) & FLAG_BLOCK);
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            add(&slot->storage[k], is_list || (is_head && k < 2) || (slot->in_list != 0 && k >= MEMBER_WORDS));
        add(&slot->ref_count, true);
        add(&slot->kind_word, true);
        add(&slot->in_list, true);
    }
}

/* Another value than the word has: a bit turned, a small number, one near by, the value of some other word, or anything. */
static uint64_t wrong(struct random *random, uint64_t value)
{
    uint64_t other;

    do {
        switch (random_below(random, 6)) {
        case 0:
            other = value ^ UINT64_C(1) << random_below(random, 64);
            break;
        case 1:
            other = random_below(random, 8);
            break;
        case 2:
            other = value + random_below(random, 5) - 2;
            break;
        case 3:
            other = *words.all[random_below(random, words.count)];
            break;
        case 4:
            other = UINT64_MAX - random_below(random, 4);
            break;
        default:
            other = random_word(random);
        }
    } while (other == value);
    return other;
}

struct planted {
    uint32_t planted;
    uint32_t found;
    uint32_t nothing; /* words that mean nothing */
    uint32_t told;    /* of those: told nevertheless */
};

static void plant(struct random *random, struct planted *planted)
{
    uint32_t place = (uint32_t)random_below(random, words.count);
    while (!words.means[place] && random_below(random, 50) != 0) /* most mean nothing */
        place = (uint32_t)random_below(random, words.count);
    uint64_t *word = words.all[place];
    uint64_t before = *word;

    *word = wrong(random, before);
    audit_world(worker, true, &report);
    bool found = report.count != 0;
    if (!words.means[place]) {
        planted->nothing += 1;
        planted->told += found;
    } else {
        planted->planted += 1;
        planted->found += found;
        if (!found && getenv("QUIRE_MISSED") != NULL)
            fprintf(stderr, "missed: %lx instead of %lx in %s %lx\n", *word, before,
                    place < sizeof(*keep) / 8 ? "kept word" : "word of slot", (uint64_t)place);
    }
    *word = before;
}

#define PLANTED 1500
#define FOUND_PER_MILLE 970 /* of words that mean something */

/* One word at a time, anywhere. What is not found has a value that would be as good: see docs/debugging.md. */
START_TEST(words_overwritten_at_random)
{
    struct random random = random_start();
    struct planted planted = {0};
    uint64_t count = random_operations(PLANTED);

    create();
    add_kept();
    add_slots();
    for (uint64_t k = 0; k < count; k++)
        plant(&random, &planted);
    audit_world(worker, true, &report);
    expect_eq(report.count, 0);
    expect_eq(planted.told, 0);
    printf("# %u words overwritten: %u mean nothing, %u of the other %u found\n", (unsigned)count, planted.nothing,
           planted.found, planted.planted);
    expect_le((uint64_t)planted.planted * FOUND_PER_MILLE, (uint64_t)planted.found * 1000);
    destroy();
}
END_TEST

/* Many at once: whatever is told, it comes to an end, and no word leads it astray. */
START_TEST(words_overwritten_together)
{
    struct random random = random_start();

    begin();
    add_kept();
    add_slots();
    for (uint32_t round = 0; round < 60; round++) {
        for (uint64_t k = 0; k < UINT64_C(1) << round % 13; k++) {
            uint64_t *word = words.all[random_below(&random, words.count)];
            *word = wrong(&random, *word);
        }
        audit_world(worker, round % 2, &report);
        restore();
    }
    end();
}
END_TEST

RUN_TESTS("audit", nothing_disagrees, every_rule_broken_is_named, memory_that_nobody_used,
          changes_meanwhile_are_no_faults, audits_beside_each_other, words_overwritten_at_random,
          words_overwritten_together)
