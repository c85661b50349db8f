/* The region table: examples, boundaries, and random tables against a model that knows the type of every page. */
#include "kernel/boot/multiboot2.h"
#include "kernel/boot/memory_map.h"
#include "tests/host/random.h"
#include <check.h>
#include <quire/names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TABLES 100000
#define MEMORY_RESERVED 2 /* of the memory map, as every number that the kernel does not know */

static struct region_table table;

/* Loops that run 10^5 times call ck_abort_msg on failure: a passed ck_assert costs a write to a file. */
static void claim(uint64_t base, uint64_t size, enum region_type type)
{
    if (region_claim(&table, base, size, type) != ERROR_NONE) {
        ck_abort_msg("claim of %lx", (unsigned long)base);
    }
}

/* The table as text: "0-a000 usable, a000-100000 unknown". Numbers in hexadecimal. */
static const char *text(void)
{
    static char line[BOOT_REGIONS * 64];
    size_t length = 0;

    line[0] = 0;
    for (uint32_t k = 0; k < table.count; k++) {
        length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%lx-%lx %s", k ? ", " : "",
                                   (unsigned long)table.regions[k].base, (unsigned long)table.regions[k].end,
                                   region_name(table.regions[k].type));
    }
    return line;
}

static void expect(const char *expected)
{
    region_table_seal(&table);
    ck_assert_str_eq(text(), expected);
    ck_assert_uint_eq(table.frame_count * PAGE, table.count ? table.regions[table.count - 1].end : 0);
}

START_TEST(nothing)
{
    region_table_clear(&table);
    expect("");
    ck_assert_ptr_null(region_find(&table, 0));
}
END_TEST

START_TEST(gaps_are_unknown)
{
    region_table_clear(&table);
    claim(0x3000, 0x1000, REGION_USABLE);
    claim(0x9000, 0x2000, REGION_USABLE);
    expect("0-3000 unknown, 3000-4000 usable, 4000-9000 unknown, 9000-b000 usable");
}
END_TEST

START_TEST(usable_shrinks_others_grow)
{
    region_table_clear(&table);
    claim(0x1001, 0x3ffe, REGION_USABLE);
    claim(0x7fff, 2, REGION_RECLAIMABLE);
    expect("0-2000 unknown, 2000-4000 usable, 4000-7000 unknown, 7000-9000 reclaimable");
}
END_TEST

START_TEST(tiny_claims)
{
    region_table_clear(&table);
    claim(0x1000, 0, REGION_RESERVED);
    claim(0x1000, 0xfff, REGION_USABLE);
    claim(0x1001, 0x1000, REGION_USABLE);
    claim(0x1fff, 0x1000, REGION_USABLE);
    claim(0x5001, 1, REGION_USABLE);
    claim(0x0, 0xfff, REGION_USABLE);
    expect("");
    region_table_clear(&table);
    claim(0x1000, 0x1000, REGION_USABLE);
    claim(0, 1, REGION_KERNEL);
    expect("0-1000 kernel, 1000-2000 usable");
}
END_TEST

START_TEST(lower_type_wins)
{
    /* Each pair, in either order. */
    for (int first = 0; first < REGION_EARLY; first++) {
        for (int second = 0; second < REGION_EARLY; second++) {
            region_table_clear(&table);
            claim(0x1000, 0x2000, (enum region_type)first);
            claim(0x2000, 0x2000, (enum region_type)second);
            claim(0x8000, 0x1000, REGION_USABLE);
            region_table_seal(&table);
            int stronger = first < second ? first : second;
            ck_assert_int_eq((int)region_find(&table, 0x1000)->type, first);
            ck_assert_int_eq((int)region_find(&table, 0x2000)->type, stronger);
            ck_assert_int_eq((int)region_find(&table, 0x3000)->type, second);
        }
    }
}
END_TEST

START_TEST(puncture_and_cover)
{
    region_table_clear(&table);
    claim(0, 0x10000, REGION_USABLE);
    claim(0x4000, 0x1000, REGION_MODULE);
    claim(0x5000, 0x1000, REGION_MODULE);
    claim(0x3000, 0x8000, REGION_USABLE);
    expect("0-4000 usable, 4000-6000 module, 6000-10000 usable");
    region_table_clear(&table);
    claim(0x4000, 0x1000, REGION_MODULE);
    claim(0x6000, 0x1000, REGION_USABLE);
    claim(0x3000, 0x8000, REGION_KERNEL);
    expect("0-3000 unknown, 3000-b000 kernel");
}
END_TEST

START_TEST(wrapping_claims)
{
    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(0x80000, UINT64_MAX, REGION_USABLE);
    ck_assert_uint_eq(table.wrapped, 1);
    ck_assert_uint_eq(table.beyond, 0);
    claim(0xf0000, UINT64_MAX - 0xf0000 + 2, REGION_RESERVED);
    expect("0-f0000 usable");

    /* Ends at 2^64 exactly: no wrap. */
    region_table_clear(&table);
    claim(PHYSICAL_MAX - PAGE, UINT64_MAX - (PHYSICAL_MAX - PAGE) + 1, REGION_USABLE);
    ck_assert_uint_eq(table.wrapped, 0);
    region_table_seal(&table);
    ck_assert_uint_eq(table.frame_count, PHYSICAL_MAX / PAGE);
    ck_assert_uint_eq(table.beyond, UINT64_MAX - PHYSICAL_MAX + 1);
    /* And one byte more. */
    region_table_clear(&table);
    claim(PHYSICAL_MAX - PAGE, UINT64_MAX - (PHYSICAL_MAX - PAGE) + 2, REGION_USABLE);
    ck_assert_uint_eq(table.wrapped, 1);
    expect("");
}
END_TEST

START_TEST(beyond_physical_max)
{
    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(PHYSICAL_MAX - 0x2000, 0x5000, REGION_USABLE);
    claim(PHYSICAL_MAX + GIB, GIB, REGION_USABLE);
    claim(PHYSICAL_MAX + 3 * GIB, GIB, REGION_RESERVED);
    ck_assert_uint_eq(table.beyond, 0x3000 + GIB);
    claim(UINT64_MAX - 10, 11, REGION_RESERVED);
    expect("0-100000 usable, 100000-fffffffe000 unknown, fffffffe000-100000000000 usable");
    ck_assert_uint_eq(table.frame_count, PHYSICAL_MAX / PAGE);
    ck_assert_ptr_null(region_find(&table, PHYSICAL_MAX));
    ck_assert_ptr_null(region_find(&table, UINT64_MAX));

    region_table_clear(&table);
    claim(PHYSICAL_MAX - PAGE, PAGE, REGION_USABLE);
    ck_assert_uint_eq(table.beyond, 0);
    claim(PHYSICAL_MAX - PAGE, PAGE + 1, REGION_USABLE);
    ck_assert_uint_eq(table.beyond, 1);

    region_table_clear(&table);
    claim(PHYSICAL_MAX, UINT64_MAX - PHYSICAL_MAX, REGION_USABLE);
    claim(PHYSICAL_MAX, UINT64_MAX - PHYSICAL_MAX, REGION_USABLE);
    ck_assert_uint_eq(table.beyond, UINT64_MAX);
    expect("");
}
END_TEST

START_TEST(end_of_frames)
{
    static const enum region_type low[] = {REGION_BAD_MEMORY, REGION_UNKNOWN, REGION_RESERVED};
    static const enum region_type high[] = {REGION_NON_VOLATILE_SLEEP, REGION_KERNEL, REGION_MODULE, REGION_RECLAIMABLE,
                                            REGION_USABLE};

    for (uint32_t k = 0; k < 3; k++) {
        region_table_clear(&table);
        claim(0, MIB, REGION_USABLE);
        claim(2 * MIB, MIB, low[k]);
        expect("0-100000 usable");
    }
    for (uint32_t k = 0; k < 5; k++) {
        region_table_clear(&table);
        claim(0, MIB, REGION_KERNEL);
        claim(2 * MIB, MIB, high[k]);
        claim(5 * MIB, MIB, REGION_RESERVED);
        region_table_seal(&table);
        ck_assert_uint_eq(table.frame_count, 3 * MIB / PAGE);
    }
}
END_TEST

START_TEST(framebuffer_needs_slots)
{
    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(REGION_FRAMEBUFFER_MAX - 2 * MIB, 2 * MIB, REGION_FRAMEBUFFER);
    claim(REGION_FRAMEBUFFER_MAX + MIB, MIB, REGION_FRAMEBUFFER);
    expect("0-100000 usable, 100000-ffffe00000 unknown, ffffe00000-10000000000 framebuffer");

    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(REGION_FRAMEBUFFER_MAX - 2 * MIB, 2 * MIB + 1, REGION_FRAMEBUFFER);
    expect("0-100000 usable");

    /* Below usable memory it is one region of many, wherever it lies. */
    region_table_clear(&table);
    claim(REGION_FRAMEBUFFER_MAX + MIB, MIB, REGION_FRAMEBUFFER);
    claim(REGION_FRAMEBUFFER_MAX + 4 * MIB, MIB, REGION_USABLE);
    expect("0-10000100000 unknown, 10000100000-10000200000 framebuffer, 10000200000-10000400000 unknown, "
           "10000400000-10000500000 usable");
}
END_TEST

START_TEST(names_and_slots)
{
    ck_assert_str_eq(region_name(REGION_BAD_MEMORY), "bad memory");
    ck_assert_str_eq(region_name(REGION_METADATA), "metadata");
    ck_assert_str_eq(region_name(REGION_TYPES), "unlisted");
    ck_assert_str_eq(region_name((enum region_type) - 1), "unlisted");
    ck_assert(region_type_has_slots(REGION_USABLE));
    ck_assert(region_type_has_slots(REGION_FRAMEBUFFER));
    ck_assert(!region_type_has_slots(REGION_RESERVED));
    ck_assert(!region_type_has_slots(REGION_NON_VOLATILE_SLEEP));
    ck_assert(!region_type_has_slots(REGION_TYPES));
    ck_assert(!region_type_has_slots((enum region_type) - 1));
}
END_TEST

/* Alternates two types page by page, to the given number of regions. */
static void alternate(uint32_t count)
{
    region_table_clear(&table);
    claim(0, (uint64_t)count * PAGE, REGION_USABLE);
    for (uint64_t k = 0; k < count; k += 2) {
        claim(k * PAGE, PAGE, REGION_MODULE);
    }
}

START_TEST(full_table)
{
    struct region_table before;

    /* The memory above that nobody claimed counts until the seal. */
    alternate(BOOT_REGIONS - 1);
    ck_assert_uint_eq(table.count, BOOT_REGIONS);
    before = table;
    ck_assert_int_eq(region_claim(&table, 0x10000000, PAGE, REGION_MODULE), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    /* What needs no entry is entered still. */
    claim(0, PAGE, REGION_KERNEL);
    ck_assert_int_eq((int)region_find(&table, 0)->type, REGION_KERNEL);
    claim(0x10000001, 2 * PAGE - 2, REGION_USABLE);

    alternate(BOOT_REGIONS - 1);
    region_table_seal(&table);
    ck_assert_uint_eq(table.count, BOOT_REGIONS - 1);
    ck_assert_uint_eq(region_splits(&table, 0, PAGE), 0);
}
END_TEST

START_TEST(carving)
{
    struct region_table before;

    region_table_clear(&table);
    claim(0, 0x10000, REGION_USABLE);
    claim(0x20000, 0x10000, REGION_USABLE);
    expect("0-10000 usable, 10000-20000 unknown, 20000-30000 usable");
    ck_assert_uint_eq(region_splits(&table, 0, 0x30000), 0);
    ck_assert_uint_eq(region_splits(&table, 0, 0x1000), 1);
    ck_assert_uint_eq(region_splits(&table, 0x1000, 0x2000), 2);
    ck_assert_uint_eq(region_splits(&table, 0x1000, 0x1000), 0);
    ck_assert_int_eq(region_carve(&table, 0x4000, 0x6000, REGION_EARLY), ERROR_NONE);
    expect("0-4000 usable, 4000-6000 early-allocated, 6000-10000 usable, 10000-20000 unknown, 20000-30000 usable");
    ck_assert_int_eq(region_carve(&table, 0x6000, 0x8000, REGION_EARLY), ERROR_NONE);
    ck_assert_int_eq(region_carve(&table, 0xf000, 0x22000, REGION_METADATA), ERROR_NONE);
    expect("0-4000 usable, 4000-8000 early-allocated, 8000-f000 usable, f000-22000 metadata, 22000-30000 usable");
    ck_assert_int_eq(region_carve(&table, 0x4000, 0x22000, REGION_USABLE), ERROR_NONE);
    expect("0-30000 usable");

    before = table;
    ck_assert_int_eq(region_carve(&table, 0x800, 0x1000, REGION_EARLY), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(region_carve(&table, 0x1000, 0x1800, REGION_EARLY), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(region_carve(&table, 0x1000, 0x1000, REGION_EARLY), ERROR_BAD_ARGUMENT);
    ck_assert_int_eq(region_carve(&table, 0x2000, 0x1000, REGION_EARLY), ERROR_BAD_ARGUMENT);
    ck_assert_int_eq(region_carve(&table, 0x1000, 0x2000, REGION_TYPES), ERROR_BAD_ARGUMENT);
    ck_assert_int_eq(region_carve(&table, 0x2f000, 0x31000, REGION_EARLY), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(region_carve(&table, 0x30000, 0x31000, REGION_EARLY), ERROR_OUT_OF_BOUND);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_int_eq(region_carve(&table, 0x2f000, 0x30000, REGION_EARLY), ERROR_NONE);
    ck_assert_uint_eq(table.frame_count, 0x30);
}
END_TEST

START_TEST(carving_a_full_table)
{
    struct region_table before;

    region_table_clear(&table);
    claim(0, 1000 * PAGE, REGION_USABLE);
    region_table_seal(&table);
    for (uint64_t k = 0; table.count + 2 <= BOOT_REGIONS; k++) {
        ck_assert_int_eq(region_carve(&table, (2 * k + 1) * PAGE, (2 * k + 2) * PAGE, REGION_EARLY), ERROR_NONE);
    }
    ck_assert_uint_eq(table.count, BOOT_REGIONS - 1);
    before = table;
    ck_assert_int_eq(region_carve(&table, 900 * PAGE, 901 * PAGE, REGION_EARLY), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_int_eq(region_carve(&table, 999 * PAGE, 1000 * PAGE, REGION_EARLY), ERROR_NONE);
    ck_assert_uint_eq(table.count, BOOT_REGIONS);
    before = table;
    ck_assert_int_eq(region_carve(&table, 998 * PAGE, 999 * PAGE, REGION_METADATA), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_int_eq(region_carve(&table, 999 * PAGE, 1000 * PAGE, REGION_METADATA), ERROR_NONE);
}
END_TEST

/* --- against the model --- */

#define MODEL_PAGES 64
#define NOBODY REGION_TYPES

struct model {
    uint64_t origin; /* address of the first page */
    uint8_t type[MODEL_PAGES];
};

static void model_claim(struct model *model, uint64_t base, uint64_t size, uint32_t type)
{
    /* In 128 bits there is no wrap to get wrong. */
    unsigned __int128 end = (unsigned __int128)base + size;
    unsigned __int128 top = (unsigned __int128)1 << 64;

    if (size == 0 || (type == REGION_USABLE && end > top)) {
        return;
    }
    for (uint32_t k = 0; k < MODEL_PAGES; k++) {
        uint64_t page = model->origin + k * PAGE;
        bool whole = base <= page && page + PAGE <= end;
        bool part = base < page + PAGE && page < end;
        if (page < PHYSICAL_MAX && (type == REGION_USABLE ? whole : part) && type < model->type[k]) {
            model->type[k] = (uint8_t)type;
        }
    }
}

/* Number of pages of the model that lie below the end of frames. */
static uint32_t model_end(const struct model *model)
{
    uint32_t count = MODEL_PAGES;

    for (; count > 0; count--) {
        uint32_t type = model->type[count - 1];
        if (type == REGION_FRAMEBUFFER) {
            uint32_t end = count;
            while (end < MODEL_PAGES && model->type[end] == REGION_FRAMEBUFFER) {
                end++;
            }
            if (model->origin + end * PAGE > REGION_FRAMEBUFFER_MAX) {
                continue;
            }
        }
        if (type != REGION_BAD_MEMORY && type != REGION_UNKNOWN && type != REGION_RESERVED && type != NOBODY) {
            break;
        }
    }
    return count;
}

static bool table_is_well_formed(void)
{
    uint64_t end = 0;

    for (uint32_t k = 0; k < table.count; k++) {
        const struct region *region = &table.regions[k];
        if (region->base != end || region->end <= region->base || region->base % PAGE || region->end % PAGE ||
            (uint32_t)region->type >= REGION_TYPES || (k > 0 && region[-1].type == region->type)) {
            return false;
        }
        end = region->end;
    }
    return table.count <= BOOT_REGIONS && end == table.frame_count * PAGE;
}

static bool model_agrees(const struct model *model, uint32_t pages)
{
    if (pages == 0 ? table.frame_count != 0 : table.frame_count != model->origin / PAGE + pages) {
        return false;
    }
    for (uint32_t k = 0; k < MODEL_PAGES; k++) {
        const struct region *region = region_find(&table, model->origin + k * PAGE + PAGE - 1);
        if (k >= pages ? region != NULL
                       : region == NULL || region->base > model->origin + k * PAGE ||
                             region->end < model->origin + (k + 1) * PAGE ||
                             region->type != (model->type[k] == NOBODY ? REGION_UNKNOWN : model->type[k])) {
            return false;
        }
    }
    return pages == 0 || model->origin == 0 || region_find(&table, model->origin - 1)->type == REGION_UNKNOWN;
}

START_TEST(random_tables)
{
    static const uint64_t origins[] = {0,
                                       0x100000,
                                       4 * GIB - 32 * PAGE,
                                       REGION_FRAMEBUFFER_MAX - 32 * PAGE,
                                       PHYSICAL_MAX - 64 * PAGE,
                                       PHYSICAL_MAX - 32 * PAGE};
    struct random random = random_start();
    uint32_t refused = 0;

    for (uint32_t round = 0; round < TABLES; round++) {
        struct model model = {.origin = origins[random_below(&random, 6)]};
        uint64_t limit = (MODEL_PAGES - 1) * PAGE;
        memset(model.type, NOBODY, sizeof(model.type));
        region_table_clear(&table);
        for (uint64_t claims = random_below(&random, 24); claims > 0; claims--) {
            enum region_type type = (enum region_type)random_below(&random, REGION_EARLY);
            uint64_t base = model.origin + random_below(&random, limit);
            uint64_t size = random_below(&random, model.origin + limit - base + 1);
            switch (random_below(&random, 4)) {
            case 0:
                size %= 3 * PAGE;
                break;
            case 1:
                base = base / PAGE * PAGE;
                size = size / PAGE * PAGE;
                break;
            case 2:
                if (random_below(&random, 32) == 0) {
                    size = UINT64_MAX - random_below(&random, 2 * PAGE);
                }
                break;
            }
            /* Claims that leave the model's pages must not keep frames alive that it does not know. */
            if (size > limit && model.origin + MODEL_PAGES * PAGE < PHYSICAL_MAX) {
                type = (enum region_type)random_below(&random, 2);
            }
            claim(base, size, type);
            model_claim(&model, base, size, type);
        }
        region_table_seal(&table);
        uint32_t pages = model_end(&model);
        if (!table_is_well_formed() || !model_agrees(&model, pages)) {
            ck_abort_msg("QUIRE_SEED=%lu round %u: %s", (unsigned long)random.seed, round, text());
        }

        for (uint64_t carves = pages ? random_below(&random, 6) : 0; carves > 0; carves--) {
            uint64_t first = random_below(&random, pages);
            uint64_t end = first + random_below(&random, pages - first + 3);
            uint64_t type = random_below(&random, REGION_TYPES);
            enum error error = region_carve(&table, model.origin + first * PAGE, model.origin + end * PAGE, type);
            enum error expected = first == end ? ERROR_BAD_ARGUMENT : end > pages ? ERROR_OUT_OF_BOUND : ERROR_NONE;
            refused += error != ERROR_NONE;
            if (error == ERROR_NONE) {
                memset(model.type + first, (int)type, end - first);
            }
            if (error != expected || !table_is_well_formed() || !model_agrees(&model, pages)) {
                ck_abort_msg("QUIRE_SEED=%lu round %u, carve: %s", (unsigned long)random.seed, round, text());
            }
        }
    }
    ck_assert_uint_gt(refused, TABLES / 20);
}
END_TEST

/* --- from boot data --- */

static struct boot_data data;

static void add_entry(uint64_t base, uint64_t length, uint32_t type)
{
    data.map[data.map_count++] = (struct boot_map_entry){base, length, type};
}

static void small_machine(void)
{
    memset(&data, 0, sizeof(data));
    data.information_base = 0x9008;
    data.information_size = 0x1100;
    add_entry(0, 0x9fc00, MULTIBOOT2_MEMORY_USABLE);
    add_entry(0x9fc00, 0x400, MEMORY_RESERVED);
    add_entry(0xf0000, 0x10000, MEMORY_RESERVED);
    add_entry(0x100000, 0x3ee0000, MULTIBOOT2_MEMORY_USABLE);
    add_entry(0x3fe0000, 0x10000, MULTIBOOT2_MEMORY_ACPI_RECLAIMABLE);
    add_entry(0x3ff0000, 0x10000, MULTIBOOT2_MEMORY_NON_VOLATILE);
    add_entry(0xfffc0000, 0x40000, MEMORY_RESERVED);
}

static enum error build(void)
{
    return regions_from_boot_data(&data, 0x100000, 0x123456, &table);
}

START_TEST(boot_data_has)
{
    small_machine();
    ck_assert(memory_map_has(&data, 0, 0x9fc00));
    ck_assert(memory_map_has(&data, 0x9fbff, 0x401)); /* two that follow one another */
    ck_assert(!memory_map_has(&data, 0x9fbff, 0x402));
    ck_assert(!memory_map_has(&data, 0xeffff, 2));
    ck_assert(!memory_map_has(&data, 0xfee00000, 4));
    ck_assert(memory_map_has(&data, 0x3fe0000, 0x20000));
    ck_assert(!memory_map_has(&data, 0x3fe0000, 0x20001));
    ck_assert(memory_map_has(&data, 0xfffc0000, 0x40000));
    ck_assert(!memory_map_has(&data, UINT64_MAX, 1));
    ck_assert(!memory_map_has(&data, 0x1000, UINT64_MAX));
    add_entry(0x3fe8000, 1, MULTIBOOT2_MEMORY_BAD);
    ck_assert(memory_map_has(&data, 0x3fe0000, 0x8000));
    ck_assert(!memory_map_has(&data, 0x3fe0000, 0x8001));
    ck_assert(memory_map_has(&data, 0x3fe8001, 0x1000));
    add_entry(0x80000000, UINT64_MAX, MULTIBOOT2_MEMORY_USABLE); /* wraps around */
    ck_assert(!memory_map_has(&data, 0x80000000, 1));
    for (uint64_t k = 16; k; k--) /* overlapping, the last first */
        add_entry(0x90000000 + k * 0x1000, 0x1800, MULTIBOOT2_MEMORY_USABLE);
    ck_assert(memory_map_has(&data, 0x90001000, 0x10800));
    ck_assert(!memory_map_has(&data, 0x90001000, 0x10801));
}
END_TEST

START_TEST(boot_data_whole)
{
    small_machine();
    data.module_count = 3;
    data.modules[0].start = 0x200000;
    data.modules[0].end = 0x201001;
    data.modules[1].start = 0x203000;
    data.modules[1].end = 0x203000;
    data.modules[2].start = 0x205000;
    data.modules[2].end = 0x206800;
    data.framebuffer = (struct boot_framebuffer){
        .present = true, .address = 0xfd000000, .pitch = 4096, .height = 768, .width = 1024, .bits = 32};
    add_entry(0x3000000, 0x1000, MULTIBOOT2_MEMORY_BAD);
    add_entry(0x3001000, 0x1000, 77);
    /* Behind the last: not to be read. */
    data.map[data.map_count] = (struct boot_map_entry){0x400000, 0x1000, MULTIBOOT2_MEMORY_BAD};
    data.modules[data.module_count].end = 0x1000;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_str_eq(text(), "0-8000 usable, 8000-9000 reserved, 9000-b000 reclaimable, b000-9f000 usable, "
                             "9f000-a0000 reserved, a0000-f0000 unknown, f0000-100000 reserved, "
                             "100000-124000 kernel, 124000-200000 usable, 200000-202000 module, "
                             "202000-205000 usable, 205000-207000 module, 207000-3000000 usable, 3000000-3001000 bad "
                             "memory, 3001000-3002000 reserved, "
                             "3002000-3fe0000 usable, 3fe0000-3ff0000 reclaimable, "
                             "3ff0000-4000000 non-volatile sleep, 4000000-fd000000 unknown, "
                             "fd000000-fd300000 framebuffer");
    ck_assert_uint_eq(table.frame_count, 0xfd300);
}
END_TEST

START_TEST(boot_data_trampoline)
{
    small_machine();
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_uint_eq(table.trampoline, REGION_TRAMPOLINE);

    small_machine();
    data.information_base = 0x8800;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_int_eq((int)region_find(&table, REGION_TRAMPOLINE)->type, REGION_RECLAIMABLE);
    ck_assert_uint_eq(table.trampoline, 0xa000);
    ck_assert_int_eq((int)region_find(&table, 0xa000)->type, REGION_RESERVED);
    ck_assert_int_eq((int)region_find(&table, 0xb000)->type, REGION_USABLE);

    /* As UEFI has it: modules in low memory. */
    data.module_count = 1;
    data.modules[0].start = 0x5000;
    data.modules[0].end = 0x9e001;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_uint_eq(table.trampoline, 0x1000);
    data.modules[0].start = 0x1000;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_uint_eq(table.trampoline, 0);
    ck_assert_int_eq((int)region_find(&table, 0)->type, REGION_USABLE);
    /* Usable or not, video memory starts nothing. */
    data.modules[0].end = 0xa0000;
    data.map[1].type = MULTIBOOT2_MEMORY_USABLE;
    data.map[1].length = 0x20000;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_int_eq((int)region_find(&table, 0xa0000)->type, REGION_USABLE);
    ck_assert_uint_eq(table.trampoline, 0);
    data.modules[0].end = 0x9e000;
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_uint_eq(table.trampoline, 0x9e000);
}
END_TEST

START_TEST(boot_data_large_framebuffer)
{
    small_machine();
    data.framebuffer = (struct boot_framebuffer){
        .present = true, .address = 0xfd000000, .pitch = UINT32_MAX, .height = UINT32_MAX, .bits = 32};
    ck_assert_int_eq(build(), ERROR_NONE);
    /* The reserved memory at 4 GiB parts it; what lies below still is a framebuffer of decent size. */
    ck_assert_uint_eq(table.frame_count, 0xfffc0);
}
END_TEST

START_TEST(boot_data_without_memory)
{
    struct region_table empty;

    memset(&empty, 0, sizeof(empty));
    small_machine();
    data.map_count = 0;
    add_entry(0xf0000, 0x10000, MEMORY_RESERVED);
    ck_assert_int_eq(build(), ERROR_NO_MEMORY);
    ck_assert_mem_eq(&table, &empty, sizeof(table));
    /* All of it under the kernel, or wrapping. */
    data.map_count = 0;
    add_entry(0x100000, 0x20000, MULTIBOOT2_MEMORY_USABLE);
    add_entry(0x200000, UINT64_MAX, MULTIBOOT2_MEMORY_USABLE);
    ck_assert_int_eq(build(), ERROR_NO_MEMORY);
    ck_assert_mem_eq(&table, &empty, sizeof(table));
}
END_TEST

START_TEST(boot_data_bad_ranges)
{
    small_machine();
    data.information_base = UINT64_C(0xffff800000009000);
    ck_assert_int_eq(build(), ERROR_BAD_BOOT_DATA);
    data.information_base = PHYSICAL_MAX - 0x1000;
    ck_assert_int_eq(build(), ERROR_BAD_BOOT_DATA);
    data.information_size = 0x1000;
    ck_assert_int_eq(build(), ERROR_NONE);
    data.information_base = 0x9000;
    ck_assert_int_eq(regions_from_boot_data(&data, 0x100000, 0x100000, &table), ERROR_BAD_BOOT_DATA);
    ck_assert_int_eq(regions_from_boot_data(&data, 0x100000, PHYSICAL_MAX + 1, &table), ERROR_BAD_BOOT_DATA);
    ck_assert_int_eq(build(), ERROR_NONE);
    ck_assert_int_eq(regions_from_boot_data(&data, PHYSICAL_MAX - PAGE, PHYSICAL_MAX, &table), ERROR_NONE);
    ck_assert_uint_eq(table.frame_count, PHYSICAL_MAX / PAGE);
}
END_TEST

START_TEST(boot_data_too_many_regions)
{
    struct region_table empty;

    memset(&empty, 0, sizeof(empty));
    small_machine();
    while (data.map_count < BOOT_MAP_ENTRIES) {
        add_entry(0x10000000 + data.map_count * 0x2000, 0x1000, MULTIBOOT2_MEMORY_USABLE);
    }
    ck_assert_int_eq(build(), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &empty, sizeof(table));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("region");
    TCase *claims = tcase_create("claims");
    TCase *carves = tcase_create("carves");
    TCase *models = tcase_create("model");
    TCase *boot = tcase_create("boot data");

    tcase_add_test(claims, nothing);
    tcase_add_test(claims, gaps_are_unknown);
    tcase_add_test(claims, usable_shrinks_others_grow);
    tcase_add_test(claims, tiny_claims);
    tcase_add_test(claims, lower_type_wins);
    tcase_add_test(claims, puncture_and_cover);
    tcase_add_test(claims, wrapping_claims);
    tcase_add_test(claims, beyond_physical_max);
    tcase_add_test(claims, end_of_frames);
    tcase_add_test(claims, framebuffer_needs_slots);
    tcase_add_test(claims, names_and_slots);
    tcase_add_test(claims, full_table);
    tcase_add_test(carves, carving);
    tcase_add_test(carves, carving_a_full_table);
    tcase_add_test(models, random_tables);
    tcase_set_timeout(models, 120);
    tcase_add_test(boot, boot_data_whole);
    tcase_add_test(boot, boot_data_trampoline);
    tcase_add_test(boot, boot_data_large_framebuffer);
    tcase_add_test(boot, boot_data_without_memory);
    tcase_add_test(boot, boot_data_bad_ranges);
    tcase_add_test(boot, boot_data_too_many_regions);
    tcase_add_test(boot, boot_data_has);
    suite_add_tcase(suite, claims);
    suite_add_tcase(suite, carves);
    suite_add_tcase(suite, models);
    suite_add_tcase(suite, boot);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
