/* The Multiboot2 parser: each tag, each fault, each boundary, and random damage. Every block is copied to the heap at
 * exactly its size, so that the address sanitizer sees a read past it. */
#include "kernel/boot/multiboot2.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of the specification that the kernel has no use for. */
#define MULTIBOOT2_TAG_BASIC_MEMORY 4
#define MULTIBOOT2_FRAMEBUFFER_TEXT 2

#define CAPACITY 65536
#define DAMAGES 100000

struct block {
    uint32_t size;
    uint8_t bytes[CAPACITY];
};

static struct boot_data data;

static void put_32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof(value));
}

static void put_64(uint8_t *at, uint64_t value)
{
    memcpy(at, &value, sizeof(value));
}

static void finish(struct block *block)
{
    put_32(block->bytes, block->size);
}

static void begin(struct block *block)
{
    memset(block, 0, sizeof(*block));
    block->size = 8;
    finish(block);
}

/* Adds a tag with that payload, padded, and returns where it starts. */
static uint32_t add(struct block *block, uint32_t type, const void *payload, uint32_t size)
{
    uint32_t offset = block->size;

    if (offset + 16 + size > CAPACITY) {
        ck_abort_msg("the test's block is full");
    }
    put_32(block->bytes + offset, type);
    put_32(block->bytes + offset + 4, 8 + size);
    memcpy(block->bytes + offset + 8, payload, size);
    block->size += (8 + size + 7) / 8 * 8;
    finish(block);
    return offset;
}

static void add_end(struct block *block)
{
    add(block, MULTIBOOT2_TAG_END, "", 0);
}

static uint32_t add_string(struct block *block, uint32_t type, const char *text)
{
    return add(block, type, text, (uint32_t)strlen(text) + 1);
}

static uint32_t add_module(struct block *block, uint32_t start, uint32_t end, const char *line)
{
    uint8_t payload[BOOT_LINE + 64];
    uint32_t length = (uint32_t)strlen(line) + 1;

    put_32(payload, start);
    put_32(payload + 4, end);
    memcpy(payload + 8, line, length);
    return add(block, MULTIBOOT2_TAG_MODULE, payload, 8 + length);
}

/* count entries, the k-th of type k + 1 at k MiB; entry_size bytes apart. */
static uint32_t add_map(struct block *block, uint32_t count, uint32_t entry_size)
{
    static uint8_t payload[CAPACITY];

    memset(payload, 0xee, sizeof(payload));
    put_32(payload, entry_size);
    put_32(payload + 4, 0);
    for (uint32_t k = 0; k < count; k++) {
        put_64(payload + 8 + k * entry_size, k * UINT64_C(0x100000));
        put_64(payload + 8 + k * entry_size + 8, 0x1000 + k);
        put_32(payload + 8 + k * entry_size + 16, k + 1);
    }
    return add(block, MULTIBOOT2_TAG_MEMORY_MAP, payload, 8 + count * entry_size);
}

static uint32_t add_framebuffer(struct block *block, uint8_t type, uint32_t payload_size)
{
    uint8_t payload[64] = {0};

    put_64(payload, UINT64_C(0xfd000000));
    put_32(payload + 8, 4096);
    put_32(payload + 12, 1024);
    put_32(payload + 16, 768);
    payload[20] = 32;
    payload[21] = type;
    memcpy(payload + 24, (uint8_t[]){16, 8, 8, 7, 0, 6}, 6);
    return add(block, MULTIBOOT2_TAG_FRAMEBUFFER, payload, payload_size);
}

/* What GRUB sends, about. */
static void whole_block(struct block *block)
{
    begin(block);
    add_string(block, MULTIBOOT2_TAG_COMMAND_LINE, "suite=check seed=7");
    add_string(block, MULTIBOOT2_TAG_LOADER_NAME, "GRUB 2.06");
    add(block, MULTIBOOT2_TAG_BASIC_MEMORY, "\0\0\0\0\0\0\0\0", 8);
    add_module(block, 0x200000, 0x212345, "frameserv server priority=31");
    add_module(block, 0x213000, 0x213000, "");
    add_map(block, 6, 24);
    add_framebuffer(block, MULTIBOOT2_FRAMEBUFFER_RGB, 30);
    add(block, 4711, "unknown", 7);
    add_end(block);
}

/* Parses an exact copy. */
static enum error parse_readable(const struct block *block, uint64_t readable)
{
    uint8_t *copy = malloc(readable ? readable : 1);

    if (copy == NULL) {
        ck_abort_msg("malloc");
    }
    memcpy(copy, block->bytes, readable);
    memset(&data, 0xcc, sizeof(data));
    enum error error = multiboot2_parse(copy, readable, &data);
    if (error == ERROR_NONE && data.information_base != (uint64_t)(uintptr_t)copy) {
        ck_abort_msg("base of the information");
    }
    free(copy);
    return error;
}

static enum error parse(const struct block *block)
{
    return parse_readable(block, block->size);
}

static void expect_fault_at(const struct block *block, enum boot_fault fault, uint32_t offset)
{
    static struct boot_data expected;

    ck_assert_int_eq(parse(block), ERROR_BAD_BOOT_DATA);
    ck_assert_msg(data.fault == fault, "fault '%s' instead of '%s'", boot_fault_text(data.fault),
                  boot_fault_text(fault));
    ck_assert_uint_eq(data.fault_offset, offset);
    memset(&expected, 0, sizeof(expected));
    expected.fault = fault;
    expected.fault_offset = offset;
    ck_assert_mem_eq(&data, &expected, sizeof(data));
}

static struct block block;

START_TEST(copies_everything)
{
    whole_block(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_int_eq(data.fault, BOOT_FAULT_NONE);
    ck_assert_uint_eq(data.information_size, block.size);
    ck_assert_str_eq(data.command_line, "suite=check seed=7");
    ck_assert_str_eq(data.loader_name, "GRUB 2.06");
    ck_assert_uint_eq(data.module_count, 2);
    ck_assert_uint_eq(data.modules[0].start, 0x200000);
    ck_assert_uint_eq(data.modules[0].end, 0x212345);
    ck_assert_str_eq(data.modules[0].line, "frameserv server priority=31");
    ck_assert_uint_eq(data.modules[1].end, 0x213000);
    ck_assert_str_eq(data.modules[1].line, "");
    ck_assert_uint_eq(data.map_count, 6);
    for (uint32_t k = 0; k < 6; k++) {
        ck_assert_uint_eq(data.map[k].base, k * UINT64_C(0x100000));
        ck_assert_uint_eq(data.map[k].length, 0x1000 + k);
        ck_assert_uint_eq(data.map[k].type, k + 1);
    }
    ck_assert(data.framebuffer.present);
    ck_assert_uint_eq(data.framebuffer.address, 0xfd000000);
    ck_assert_uint_eq(data.framebuffer.pitch, 4096);
    ck_assert_uint_eq(data.framebuffer.width, 1024);
    ck_assert_uint_eq(data.framebuffer.height, 768);
    ck_assert_uint_eq(data.framebuffer.bits, 32);
    ck_assert_uint_eq(data.framebuffer.type, MULTIBOOT2_FRAMEBUFFER_RGB);
    ck_assert_uint_eq(data.framebuffer.red_position, 16);
    ck_assert_uint_eq(data.framebuffer.red_bits, 8);
    ck_assert_uint_eq(data.framebuffer.green_position, 8);
    ck_assert_uint_eq(data.framebuffer.green_bits, 7);
    ck_assert_uint_eq(data.framebuffer.blue_position, 0);
    ck_assert_uint_eq(data.framebuffer.blue_bits, 6);
}
END_TEST

START_TEST(least_block)
{
    begin(&block);
    add_map(&block, 1, 24);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_str_eq(data.command_line, "");
    ck_assert_str_eq(data.loader_name, "");
    ck_assert_uint_eq(data.module_count, 0);
    ck_assert(!data.framebuffer.present);
}
END_TEST

START_TEST(later_entry_versions)
{
    begin(&block);
    add_map(&block, 3, 40);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_uint_eq(data.map_count, 3);
    ck_assert_uint_eq(data.map[2].base, 0x200000);
    ck_assert_uint_eq(data.map[2].type, 3);
}
END_TEST

static void add_root(struct block *to, uint32_t type, uint8_t fill, uint32_t size)
{
    uint8_t payload[64];

    memset(payload, fill, sizeof(payload));
    add(to, type, payload, size);
}

/* The newer RSDP counts, wherever it is; of a longer one the beginning, of a shorter one what there is. */
START_TEST(acpi_root)
{
    static const uint8_t old_size = 20, new_size = 40;

    for (uint32_t order = 0; order < 3; order++) {
        begin(&block);
        add_map(&block, 1, 24);
        if (order != 1)
            add_root(&block, MULTIBOOT2_TAG_ACPI_OLD, 1, old_size);
        if (order != 2)
            add_root(&block, MULTIBOOT2_TAG_ACPI_NEW, 2, new_size);
        if (order == 1)
            add_root(&block, MULTIBOOT2_TAG_ACPI_OLD, 1, old_size);
        add_end(&block);
        ck_assert_int_eq(parse(&block), ERROR_NONE);
        ck_assert_uint_eq(data.acpi_root_size, order == 2 ? old_size : BOOT_ACPI_ROOT);
        ck_assert_uint_eq(data.acpi_root[0], order == 2 ? 1 : 2);
        ck_assert_uint_eq(data.acpi_root[BOOT_ACPI_ROOT - 1], order == 2 ? 0 : 2);
    }
    begin(&block);
    add_map(&block, 1, 24);
    add_root(&block, MULTIBOOT2_TAG_ACPI_NEW, 2, 0);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_uint_eq(data.acpi_root_size, 0);
}
END_TEST

START_TEST(bytes_after_the_end_tag)
{
    whole_block(&block);
    block.size += 24;
    finish(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
}
END_TEST

START_TEST(text_framebuffer_has_no_colours)
{
    begin(&block);
    add_map(&block, 1, 24);
    add_framebuffer(&block, MULTIBOOT2_FRAMEBUFFER_TEXT, 22);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert(data.framebuffer.present);
    ck_assert_uint_eq(data.framebuffer.red_bits, 0);
}
END_TEST

START_TEST(loader_name_is_cut)
{
    char name[BOOT_LOADER_NAME + 20];

    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = 0;
    begin(&block);
    add_map(&block, 1, 24);
    add_string(&block, MULTIBOOT2_TAG_LOADER_NAME, name);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_uint_eq(strlen(data.loader_name), BOOT_LOADER_NAME - 1);
}
END_TEST

START_TEST(misaligned)
{
    whole_block(&block);
    uint8_t *copy = malloc(block.size + 4);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy + 4, block.bytes, block.size);
    ck_assert_int_eq(multiboot2_parse(copy + 4, block.size, &data), ERROR_BAD_BOOT_DATA);
    ck_assert_int_eq(data.fault, BOOT_FAULT_MISALIGNED);
    free(copy);
}
END_TEST

START_TEST(truncated)
{
    whole_block(&block);
    for (uint32_t readable = 0; readable < block.size; readable++) {
        ck_assert_int_eq(parse_readable(&block, readable), ERROR_BAD_BOOT_DATA);
        ck_assert_int_eq(data.fault, BOOT_FAULT_TRUNCATED);
    }
    ck_assert_int_eq(parse_readable(&block, block.size), ERROR_NONE);
    ck_assert_int_eq(parse_readable(&block, block.size + 1), ERROR_NONE);
    for (uint32_t total = 0; total < 8; total++) {
        put_32(block.bytes, total);
        expect_fault_at(&block, BOOT_FAULT_TRUNCATED, 0);
    }
}
END_TEST

/* Cut anywhere, with a total size to match: never taken for whole. */
START_TEST(cut_short)
{
    whole_block(&block);
    uint32_t whole = block.size;

    for (uint32_t total = 8; total < whole; total++) {
        put_32(block.bytes, total);
        ck_assert_int_eq(parse_readable(&block, total), ERROR_BAD_BOOT_DATA);
        ck_assert(data.fault == BOOT_FAULT_NO_END_TAG || data.fault == BOOT_FAULT_TAG_TOO_LONG);
        ck_assert_uint_le(data.fault_offset, total);
    }
}
END_TEST

START_TEST(tag_sizes)
{
    for (uint32_t size = 0; size < 8; size++) {
        begin(&block);
        add_map(&block, 1, 24);
        uint32_t offset = add(&block, 4711, "payload", 7);
        add_end(&block);
        put_32(block.bytes + offset + 4, size);
        expect_fault_at(&block, BOOT_FAULT_TAG_TOO_SHORT, offset);
    }
    begin(&block);
    add_map(&block, 1, 24);
    uint32_t offset = add(&block, 4711, "payload", 7);
    add_end(&block);
    put_32(block.bytes + offset + 4, block.size - offset + 1);
    expect_fault_at(&block, BOOT_FAULT_TAG_TOO_LONG, offset);
    put_32(block.bytes + offset + 4, UINT32_MAX);
    expect_fault_at(&block, BOOT_FAULT_TAG_TOO_LONG, offset);
    put_32(block.bytes + offset + 4, block.size - offset);
    expect_fault_at(&block, BOOT_FAULT_NO_END_TAG, block.size);
}
END_TEST

START_TEST(no_end_tag)
{
    begin(&block);
    expect_fault_at(&block, BOOT_FAULT_NO_END_TAG, 8);
    add_map(&block, 1, 24);
    expect_fault_at(&block, BOOT_FAULT_NO_END_TAG, block.size);
    block.size += 4;
    finish(&block);
    expect_fault_at(&block, BOOT_FAULT_TAG_TOO_LONG, block.size - 4);
}
END_TEST

START_TEST(repeated_tags)
{
    static const uint32_t once[] = {MULTIBOOT2_TAG_COMMAND_LINE, MULTIBOOT2_TAG_LOADER_NAME, MULTIBOOT2_TAG_MEMORY_MAP,
                                    MULTIBOOT2_TAG_FRAMEBUFFER};

    for (uint32_t k = 0; k < sizeof(once) / sizeof(once[0]); k++) {
        whole_block(&block);
        block.size -= 8;
        uint32_t offset = add(&block, once[k], "", 0);
        add_end(&block);
        expect_fault_at(&block, BOOT_FAULT_REPEATED_TAG, offset);
    }
    begin(&block);
    add_map(&block, 1, 24);
    add(&block, MULTIBOOT2_TAG_BASIC_MEMORY, "", 0);
    add(&block, MULTIBOOT2_TAG_BASIC_MEMORY, "", 0);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
}
END_TEST

/* The padding behind an unended string is zero, and must not count as its end. */
START_TEST(unended_strings)
{
    static const struct {
        uint32_t type, size;
    } cases[] = {{MULTIBOOT2_TAG_COMMAND_LINE, 3}, {MULTIBOOT2_TAG_LOADER_NAME, 3}, {MULTIBOOT2_TAG_MODULE, 8 + 3}};

    for (uint32_t k = 0; k < 3; k++) {
        begin(&block);
        add_map(&block, 1, 24);
        uint32_t offset = add(&block, cases[k].type, "\1\1\1\1\1\1\1\1\1\1\1", cases[k].size);
        add_end(&block);
        expect_fault_at(&block, BOOT_FAULT_STRING_UNENDED, offset);
    }
}
END_TEST

START_TEST(empty_payloads)
{
    static const struct {
        uint32_t type, size;
    } cases[] = {{MULTIBOOT2_TAG_COMMAND_LINE, 0}, {MULTIBOOT2_TAG_LOADER_NAME, 0}, {MULTIBOOT2_TAG_MODULE, 8},
                 {MULTIBOOT2_TAG_MODULE, 0},       {MULTIBOOT2_TAG_MEMORY_MAP, 7},  {MULTIBOOT2_TAG_FRAMEBUFFER, 21}};

    for (uint32_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        begin(&block);
        uint32_t offset = add(&block, cases[k].type, "0123456789012345678901234567890123456789", cases[k].size);
        add_end(&block);
        expect_fault_at(&block, BOOT_FAULT_TAG_TOO_SHORT, offset);
    }
    begin(&block);
    uint32_t offset = add_framebuffer(&block, MULTIBOOT2_FRAMEBUFFER_RGB, 29);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_TAG_TOO_SHORT, offset);
}
END_TEST

START_TEST(long_lines)
{
    char line[BOOT_LINE + 1];

    memset(line, 'x', sizeof(line));
    line[BOOT_LINE - 1] = 0;
    begin(&block);
    add_map(&block, 1, 24);
    add_string(&block, MULTIBOOT2_TAG_COMMAND_LINE, line);
    add_module(&block, 0, 1, line);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_str_eq(data.command_line, line);
    ck_assert_str_eq(data.modules[0].line, line);

    line[BOOT_LINE - 1] = 'x';
    line[BOOT_LINE] = 0;
    begin(&block);
    add_map(&block, 1, 24);
    uint32_t offset = add_string(&block, MULTIBOOT2_TAG_COMMAND_LINE, line);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_LINE_TOO_LONG, offset);

    begin(&block);
    add_map(&block, 1, 24);
    offset = add_module(&block, 0, 1, line);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_LINE_TOO_LONG, offset);
}
END_TEST

START_TEST(memory_maps)
{
    begin(&block);
    add_string(&block, MULTIBOOT2_TAG_COMMAND_LINE, "no map");
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_NO_MEMORY_MAP, block.size - 8);

    begin(&block);
    uint32_t offset = add_map(&block, 0, 24);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_NO_MEMORY_MAP, offset);

    static const uint32_t bad_sizes[] = {0, 1, 16, 20, 23, 25, 28, 31, 0xfffffff9, UINT32_MAX};
    for (uint32_t k = 0; k < sizeof(bad_sizes) / sizeof(bad_sizes[0]); k++) {
        begin(&block);
        offset = add_map(&block, 2, 24);
        add_end(&block);
        put_32(block.bytes + offset + 8, bad_sizes[k]);
        expect_fault_at(&block, BOOT_FAULT_MAP_ENTRY_SIZE, offset);
    }

    begin(&block);
    offset = add_map(&block, 2, 24);
    add_end(&block);
    put_32(block.bytes + offset + 4, 16 + 2 * 24 - 8);
    expect_fault_at(&block, BOOT_FAULT_MAP_ENTRY_CUT, offset);

    begin(&block);
    add_map(&block, BOOT_MAP_ENTRIES, 24);
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_uint_eq(data.map_count, BOOT_MAP_ENTRIES);

    begin(&block);
    offset = add_map(&block, BOOT_MAP_ENTRIES + 1, 24);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_TOO_MANY_ENTRIES, offset);
}
END_TEST

START_TEST(modules)
{
    begin(&block);
    add_map(&block, 1, 24);
    for (uint32_t k = 0; k < BOOT_MODULES; k++) {
        add_module(&block, k * 0x1000, k * 0x1000 + 1, "m");
    }
    add_end(&block);
    ck_assert_int_eq(parse(&block), ERROR_NONE);
    ck_assert_uint_eq(data.module_count, BOOT_MODULES);
    ck_assert_uint_eq(data.modules[BOOT_MODULES - 1].start, (BOOT_MODULES - 1) * 0x1000);

    block.size -= 8;
    uint32_t offset = add_module(&block, 0, 1, "m");
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_TOO_MANY_MODULES, offset);

    begin(&block);
    add_map(&block, 1, 24);
    offset = add_module(&block, 0x2000, 0x1fff, "m");
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_MODULE_RANGE, offset);
}
END_TEST

START_TEST(boot_services_running)
{
    begin(&block);
    add_map(&block, 1, 24);
    uint32_t offset = add(&block, MULTIBOOT2_TAG_EFI_BOOT_SERVICES, "", 0);
    add_end(&block);
    expect_fault_at(&block, BOOT_FAULT_SERVICES_RUNNING, offset);
}
END_TEST

START_TEST(fault_texts)
{
    for (uint32_t k = 0; k < BOOT_FAULTS; k++) {
        ck_assert_uint_gt(strlen(boot_fault_text(k)), 10);
        for (uint32_t other = 0; other < k; other++) {
            ck_assert_str_ne(boot_fault_text(k), boot_fault_text(other));
        }
    }
    ck_assert_str_eq(boot_fault_text(BOOT_FAULTS), "the fault is in no table");
}
END_TEST

/* What every outcome must satisfy. A passed ck_assert costs a write to a file, so there is none here. */
static void check_outcome(enum error error, uint64_t readable, uint64_t seed, uint32_t round)
{
    bool good = true;

    if (error != ERROR_NONE) {
        good = error == ERROR_BAD_BOOT_DATA && data.fault > BOOT_FAULT_NONE && data.fault < BOOT_FAULTS &&
               data.fault_offset <= readable && data.map_count == 0 && data.module_count == 0;
    } else {
        good = data.fault == BOOT_FAULT_NONE && data.map_count >= 1 && data.map_count <= BOOT_MAP_ENTRIES &&
               data.module_count <= BOOT_MODULES && data.information_size <= readable &&
               memchr(data.command_line, 0, BOOT_LINE) != NULL && memchr(data.loader_name, 0, BOOT_LOADER_NAME) != NULL;
    }
    for (uint32_t k = 0; k < data.module_count; k++) {
        good =
            good && data.modules[k].start <= data.modules[k].end && memchr(data.modules[k].line, 0, BOOT_LINE) != NULL;
    }
    if (!good) {
        ck_abort_msg("QUIRE_SEED=%lu round %u", (unsigned long)seed, round);
    }
}

START_TEST(random_damage)
{
    static struct block original;
    struct random random = random_start();
    uint32_t accepted = 0;

    whole_block(&original);
    for (uint32_t round = 0; round < DAMAGES; round++) {
        uint64_t changes = 1 + random_below(&random, 4);
        memcpy(block.bytes, original.bytes, original.size);
        for (uint64_t k = 0; k < changes; k++) {
            uint8_t *at = &block.bytes[random_below(&random, original.size)];
            *at = random_below(&random, 2) ? (uint8_t)(*at ^ 1u << random_below(&random, 8))
                                           : (uint8_t)random_word(&random);
        }
        uint64_t readable = random_below(&random, 4) ? original.size : random_below(&random, original.size + 1);
        enum error error = parse_readable(&block, readable);
        check_outcome(error, readable, random.seed, round);
        accepted += error == ERROR_NONE;
    }
    /* Both outcomes were met often. */
    ck_assert_uint_gt(accepted, DAMAGES / 20);
    ck_assert_uint_lt(accepted, DAMAGES - DAMAGES / 20);
}
END_TEST

/* Tags of random types and sizes, well-formed as a chain. */
START_TEST(random_tags)
{
    struct random random = random_start();

    for (uint32_t round = 0; round < DAMAGES / 4; round++) {
        begin(&block);
        for (uint64_t count = random_below(&random, 8); count > 0; count--) {
            uint8_t payload[64];
            for (uint32_t k = 0; k < sizeof(payload); k++) {
                payload[k] = random_below(&random, 3) ? 0 : (uint8_t)random_word(&random);
            }
            if (random_below(&random, 2)) {
                put_32(payload, 24);
            }
            add(&block, (uint32_t)random_below(&random, 24) + 1, payload, (uint32_t)random_below(&random, 65));
        }
        add_map(&block, 1, 24);
        add_end(&block);
        check_outcome(parse(&block), block.size, random.seed, round);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("multiboot2");
    TCase *good = tcase_create("good");
    TCase *faults = tcase_create("faults");
    TCase *damage = tcase_create("damage");

    tcase_add_test(good, copies_everything);
    tcase_add_test(good, least_block);
    tcase_add_test(good, later_entry_versions);
    tcase_add_test(good, bytes_after_the_end_tag);
    tcase_add_test(good, acpi_root);
    tcase_add_test(good, text_framebuffer_has_no_colours);
    tcase_add_test(good, loader_name_is_cut);
    tcase_add_test(faults, misaligned);
    tcase_add_test(faults, truncated);
    tcase_add_test(faults, cut_short);
    tcase_add_test(faults, tag_sizes);
    tcase_add_test(faults, no_end_tag);
    tcase_add_test(faults, repeated_tags);
    tcase_add_test(faults, unended_strings);
    tcase_add_test(faults, empty_payloads);
    tcase_add_test(faults, long_lines);
    tcase_add_test(faults, memory_maps);
    tcase_add_test(faults, modules);
    tcase_add_test(faults, boot_services_running);
    tcase_add_test(faults, fault_texts);
    tcase_add_test(damage, random_damage);
    tcase_add_test(damage, random_tags);
    tcase_set_timeout(damage, 120);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, faults);
    suite_add_tcase(suite, damage);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
