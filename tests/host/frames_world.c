#include "tests/host/frames_world.h"

#include "servers/frameserv/core/boot.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/lists.h"
#include <quire/abi.h>
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct world *current; /* of the fault handler */

static void out(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(125);
}

/* What the kernel does when the server touches a page of the window first. */
static void back_page(struct world *world, uint64_t page)
{
    struct slot *slots = world->window.slots + page * SLOTS_PER_PAGE;
    uint64_t first = page * SLOTS_PER_PAGE;
    bool any = false;

    for (uint64_t k = 0; k < SLOTS_PER_PAGE; k++)
        any = any || window_has_slot(&world->window, first + k);
    if (!any) {
        out("touched a slot that nothing backs\n");
        abort();
    }
    if (mprotect(slots, FRAME_SIZE, PROT_READ | PROT_WRITE) != 0)
        abort();
    for (uint64_t k = 0; k < SLOTS_PER_PAGE; k++) {
        bool inside = first + k < world->window.frame_count;
        slots[k] = boot_pattern(inside ? window_region(&world->window, first + k)->type : REGION_UNKNOWN);
    }
    world->backed[page] = 1;
    world->pages_backed += 1;
}

static void on_fault(int signal_number, siginfo_t *information, void *context)
{
    uint64_t page = UINT64_MAX;

    (void)context;
    if (current != NULL) {
        page = (uint64_t)((char *)information->si_addr - (char *)current->window.slots) / FRAME_SIZE;
    }
    if (current == NULL || page >= current->pages || current->backed[page]) {
        out("stray access\n");
        signal(signal_number, SIG_DFL);
        return;
    }
    back_page(current, page);
}

/* A kernel that knows no handle. A test with a ledger puts its own functions in the worker. */
static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    *total = 0;
    *taken = 0;
    *left = 0;
    return ERROR_REVOKED;
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    (void)frame;
    (void)name;
    return ERROR_UNUSED;
}

static enum error audit_nothing(uint64_t frame, uint64_t *next, enum audit_fault *fault, uint64_t found[2])
{
    (void)frame;
    (void)next;
    (void)fault;
    (void)found;
    return ERROR_NOT_PERMITTED;
}

static enum error audit_pass_nothing(uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass)
{
    (void)frame;
    (void)end;
    (void)state;
    (void)pass;
    return ERROR_NOT_PERMITTED;
}

struct world *world_create(const struct world_region *regions)
{
    struct world *world = calloc(1, sizeof(*world));
    struct boot_information *information = &world->information;
    static const struct kernel_calls kernel = {
        .strip = strip, .holder = holder, .audit = audit_nothing, .audit_pass = audit_pass_nothing};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

    *information =
        (struct boot_information){.abi_version = ABI_VERSION, .worker_count = WORLD_WORKERS, .account_count = 3};
    for (; regions->frames != 0; regions++) {
        information->regions[information->region_count++] = (struct boot_region){
            .base = information->frame_count * FRAME_SIZE, .size = regions->frames * FRAME_SIZE, .type = regions->type};
        information->frame_count += regions->frames;
    }
    world->pages = (information->frame_count + SLOTS_PER_PAGE - 1) / SLOTS_PER_PAGE;
    world->backed = calloc(world->pages, 1);
    struct slot *slots =
        mmap(NULL, (world->pages + 1) * FRAME_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(slots, MAP_FAILED);
    ck_assert_int_eq(boot_window(information, slots, &world->window), ERROR_NONE);
    current = world;
    ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);

    ck_assert_int_eq(posix_memalign((void **)&world->keep, 64, sizeof(*world->keep)), 0);
    memset(world->keep, 0xa5, sizeof(*world->keep));
    boot_keep(information, &world->window, world->keep);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        world->workers[k] = (struct worker){.window = world->window,
                                            .keep = world->keep,
                                            .log = &world->keep->logs[k],
                                            .cache = &world->keep->caches[k],
                                            .control = &world->controls[k],
                                            .transfer = world->transfers[k],
                                            .view = world->views[k],
                                            .reversal = &world->keep->reversals[k],
                                            .note = &world->keep->notes[k],
                                            .number = k,
                                            .kernel = &kernel};
    }
    ck_assert_uint_eq(world->pages_backed, 0);
    return world;
}

void world_worker_make(struct worker *worker, uint32_t number)
{
    const struct kernel_calls *kernel = worker->kernel;

    *worker = current->workers[number];
    worker->kernel = kernel;
    worker->pending = (struct pending){0};
}

void world_destroy(struct world *world)
{
    munmap(world->window.slots, (world->pages + 1) * FRAME_SIZE);
    free(world->keep);
    free(world->backed);
    free(world);
    current = NULL;
}

struct world *world_create_usual(void)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 8},       {REGION_RESERVED, 1},    {REGION_USABLE, 150},  {REGION_RESERVED, 1},
        {REGION_UNKNOWN, 64},     {REGION_RESERVED, 32},   {REGION_KERNEL, 200},  {REGION_MODULE, 37},
        {REGION_USABLE, 120000},  {REGION_METADATA, 2000}, {REGION_EARLY, 300},   {REGION_USABLE, 8123},
        {REGION_RECLAIMABLE, 17}, {REGION_RESERVED, 39},   {REGION_UNKNOWN, 100}, {REGION_FRAMEBUFFER, 256},
        {REGION_UNKNOWN, 0}};

    return world_create(regions);
}

struct world *world_create_plain(uint64_t frames)
{
    const struct world_region regions[] = {{REGION_USABLE, frames}, {REGION_UNKNOWN, 0}};

    return world_create(regions);
}

struct slot *world_slot(struct world *world, uint64_t frame)
{
    return window_slot(&world->window, frame);
}

/* What the census found for a frame. */
enum { NOWHERE, FIRST_OF_BLOCK, IN_BLOCK, IN_CACHE, IN_FRESH };

static void put(struct world *world, uint8_t *where, uint64_t frame, uint8_t what)
{
    expect_lt(frame, world->window.frame_count);
    expect(where[frame] == NOWHERE, "frame %lu is free twice: %u and %u", frame, where[frame], what);
    where[frame] = what;
}

static void check_list(struct world *world, uint8_t *where, uint32_t zone, uint32_t order, struct world_census *census)
{
    uint64_t size = UINT64_C(1) << order;
    uint64_t previous = FRAME_NONE;

    for (uint64_t frame = world->keep->buddy.first[zone][order]; frame != FRAME_NONE;) {
        const struct slot *slot = world_slot(world, frame);
        expect_eq(frame % size, 0);
        expect_eq(zone, frame < ZONE_HIGH_FIRST_FRAME ? ZONE_LOW : ZONE_HIGH);
        expect_eq(slot->kind_word, kind_word(KIND_NONE, FLAG_BLOCK + order, 0));
        expect_eq(slot->storage[1], previous);
        put(world, where, frame, FIRST_OF_BLOCK);
        for (uint64_t k = 1; k < size; k++)
            put(world, where, frame + k, IN_BLOCK);
        census->in_blocks += size;
        /* The buddy of a free block is not free as a whole, or it would have been joined. */
        uint64_t other = frame ^ size;
        if (order < BUDDY_ORDERS - 1 && window_has_slot(&world->window, other))
            expect_ne(world_slot(world, other)->kind_word, slot->kind_word);
        previous = frame;
        frame = slot->storage[0];
    }
}

static void check_caches(struct world *world, uint8_t *where, struct world_census *census)
{
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        const struct cache *cache = &world->keep->caches[k];
        expect_le(cache->count, CACHE_FRAMES);
        expect_eq(cache->lock, 0);
        for (uint64_t n = 0; n < cache->count; n++) {
            put(world, where, cache->frames[n], IN_CACHE);
            expect_eq(world_slot(world, cache->frames[n])->kind_word, cache_mark(k));
        }
        census->in_caches += cache->count;
    }
}

static void check_slot(const struct slot *slot, uint64_t frame, uint8_t where)
{
    if (where == NOWHERE) {
        expect(kind_word_payer(slot->kind_word) != 0, "frame %lu is lost", frame);
        expect(slot->ref_count != REF_COUNT_UNUSED, "frame %lu is charged and unused", frame);
        expect(slot->ref_count != REF_COUNT_BUSY, "frame %lu is busy", frame);
        return;
    }
    expect(slot->ref_count == REF_COUNT_UNUSED, "free frame %lu: count %lx", frame, slot->ref_count);
    expect_eq(kind_word_payer(slot->kind_word), 0);
    expect_eq(slot->in_list, 0);
    if (where == IN_BLOCK || where == IN_FRESH)
        expect_eq(slot->kind_word, 0);
}

/* A device's frame is charged to who has it, or nobody's. */
static void check_device(const struct slot *slot, uint64_t frame)
{
    bool used = slot->ref_count != REF_COUNT_UNUSED;

    expect(slot->ref_count != REF_COUNT_BUSY, "frame %lu is busy", frame);
    expect_eq(kind_word_kind(slot->kind_word), KIND_DEVICE);
    expect_eq(kind_word_flags(slot->kind_word), 0);
    expect_eq(kind_word_payer(slot->kind_word) != ACCOUNT_NOBODY, used);
    expect_eq(slot->in_list, 0);
}

static bool is_backed(const struct world *world, uint64_t frame)
{
    return window_has_slot(&world->window, frame) && world->backed[frame / SLOTS_PER_PAGE];
}

/* Walks a list from its front to its back. */
static void check_members(struct world *world, uint8_t *members, uint64_t list)
{
    const struct slot *slot = world_slot(world, list);
    uint64_t previous = 0;
    uint64_t length = 0;

    for (uint64_t link = slot->storage[LIST_WORD_FRONT]; link != 0;) {
        expect_le(link, world->window.frame_count);
        const struct slot *member = world_slot(world, link - 1);
        expect(!members[link - 1], "frame %lu is in a list twice", link - 1);
        members[link - 1] = 1;
        expect_eq(member->in_list, slot->storage[LIST_WORD_ID]);
        expect_eq(member->storage[MEMBER_PREVIOUS], previous);
        expect_eq(member->ref_count, REF_COUNT_UNIQUE);
        expect_eq(kind_word_kind(member->kind_word), KIND_UNTYPED);
        previous = link;
        link = member->storage[MEMBER_NEXT];
        length += 1;
    }
    expect_eq(slot->storage[LIST_WORD_BACK], previous);
    expect_eq(slot->storage[LIST_WORD_LENGTH], length);
}

static void check_lists(struct world *world)
{
    const struct list_keep *keep = &world->keep->lists;
    uint8_t *members = calloc(world->window.frame_count, 1);
    uint64_t dying = 0;

    for (uint64_t link = keep->dying; link != 0; link = world_slot(world, link - 1)->storage[LIST_WORD_CHAIN]) {
        expect_eq(world_slot(world, link - 1)->in_list, LIST_DYING);
        expect_eq(world_slot(world, link - 1)->ref_count, REF_COUNT_UNIQUE);
        dying += 1;
    }
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (!is_backed(world, frame) || kind_word_kind(world_slot(world, frame)->kind_word) != KIND_LIST)
            continue;
        uint64_t in_list = world_slot(world, frame)->in_list;
        expect(in_list == 0 || in_list == LIST_DYING, "list %lu is in list %lu", frame, in_list);
        dying -= in_list == LIST_DYING;
        members[frame] = 1;
        check_members(world, members, frame);
    }
    expect_eq(dying, 0);
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (is_backed(world, frame) && world_slot(world, frame)->in_list != 0)
            expect(members[frame], "frame %lu says that it is in a list", frame);
    }
    for (uint32_t k = 0; k < LIST_LOCKS; k++)
        expect_eq(keep->locks[k], 0);
    expect_eq(keep->dying_lock, 0);
    free(members);
}

/* Adds what a child has of its parent's share. */
static void add_share(const struct share *share, uint64_t *passed)
{
    if (share->limit != ACCOUNT_UNLIMITED) {
        expect_le(share->limit, UINT64_MAX - share->passed);
        expect_le(share->limit + share->passed, UINT64_MAX - *passed);
        *passed += share->limit + share->passed;
    }
}

/* The tree: a child in use has a parent that is open, and what a parent passed on is what its children have. */
static void check_accounts(const struct world *world)
{
    const struct account *accounts = world->keep->accounts;
    uint64_t frames[ACCOUNTS] = {0};
    uint64_t tables[ACCOUNTS] = {0};

    expect_eq(world->keep->tree_lock, 0);
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++) {
        uint64_t state = accounts[k].state;
        uint32_t parent = account_parent(state);
        expect(!account_is_open(state) || state % 256 == k, "account %u: state %lx", k, state);
        expect(!account_is_open(state) || !account_is_closed(state), "account %u: state %lx", k, state);
        if (!account_is_open(state) && !account_is_closed(state)) {
            expect_eq(accounts[k].used | accounts[k].tables.used, 0);
            expect_eq(accounts[k].limit | accounts[k].tables.limit, 0);
        } else if (parent != ACCOUNT_NOBODY) {
            expect(account_is_open(accounts[parent].state), "account %u: state of its parent %lx", k,
                   accounts[parent].state);
            add_share(&accounts[k].frames, &frames[parent]);
            add_share(&accounts[k].tables, &tables[parent]);
        }
    }
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++) {
        expect_eq(accounts[k].passed, frames[k]);
        expect_eq(accounts[k].tables.passed, tables[k]);
    }
}

struct world_census world_check(struct world *world)
{
    const struct keep *keep = world->keep;
    struct world_census census = {0};
    uint64_t used[ACCOUNTS] = {0};
    uint64_t tables[ACCOUNTS] = {0};
    uint8_t *where = calloc(world->window.frame_count, 1);

    for (uint32_t zone = 0; zone < ZONES; zone++) {
        for (uint32_t order = 0; order < BUDDY_ORDERS; order++)
            check_list(world, where, zone, order, &census);
    }
    check_caches(world, where, &census);
    for (uint32_t k = 0; k < world->window.region_count; k++) {
        const struct boot_region *region = &world->window.regions[k];
        uint64_t end = (region->base + region->size) / FRAME_SIZE;
        for (uint64_t frame = region->base / FRAME_SIZE; frame < end; frame++) {
            uint64_t granule = frame / GRANULE_FRAMES;
            bool fresh = (keep->buddy.fresh[granule / 64] >> granule % 64 & 1) ||
                         (frame >= keep->buddy.seed_next && frame < keep->buddy.seed_end);
            if (fresh && region->type == REGION_USABLE) {
                put(world, where, frame, IN_FRESH);
                census.fresh += 1;
            }
            if (!region_has_slots(region->type)) {
                expect_eq(where[frame], NOWHERE);
            } else if (world->backed[frame / SLOTS_PER_PAGE]) {
                const struct slot *slot = world_slot(world, frame);
                if (region->type == REGION_FRAMEBUFFER)
                    check_device(slot, frame);
                else
                    check_slot(slot, frame, where[frame]);
                used[kind_word_payer(slot->kind_word)] += 1; /* nobody's account is not looked at */
                tables[kind_word_payer(slot->kind_word)] += kind_word_kind(slot->kind_word) == KIND_HANDLE_TABLE;
                if (region->type == REGION_USABLE && where[frame] == NOWHERE)
                    census.charged += 1;
            } else if (region->type == REGION_USABLE) {
                expect(where[frame] != NOWHERE, "frame %lu is lost, and never touched", frame);
            } else if (region->type != REGION_FRAMEBUFFER) {
                used[ACCOUNT_SYSTEM] += 1;
            }
        }
    }
    for (uint32_t k = 1; k < ACCOUNTS; k++) {
        expect_eq(keep->accounts[k].used, used[k]);
        expect_eq(keep->accounts[k].tables.used, tables[k]);
        expect_eq(keep->accounts[k].lock, 0);
    }
    check_accounts(world);
    expect_eq(buddy_free_frames(&keep->buddy), census.in_blocks + census.fresh);
    expect_eq(keep->buddy.lock, 0);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        expect_eq(keep->logs[k].length, 0);
    free(where);
    check_lists(world);
    return census;
}
