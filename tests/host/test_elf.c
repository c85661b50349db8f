/* The ELF checker: each refusal, each boundary, pages of segments, and random damage. Every file is copied to the heap
 * at exactly its size, so that the address sanitizer sees a read past it. */
#include "tests/host/random.h"
#include <check.h>
#include <elf.h>
#include <quire/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 32768
#define PROGRAM 0x400000
#define DAMAGES 100000

struct file {
    uint64_t size;
    union {
        uint8_t bytes[CAPACITY];
        struct {
            Elf64_Ehdr header;
            Elf64_Phdr entries[40];
        };
    };
};

static struct file file;
static struct elf_image image;

static void add(uint32_t type, uint32_t flags, uint64_t address, uint64_t memory_size, uint64_t offset,
                uint64_t file_size)
{
    file.entries[file.header.e_phnum++] = (Elf64_Phdr){.p_type = type,
                                                       .p_flags = flags,
                                                       .p_offset = offset,
                                                       .p_vaddr = address,
                                                       .p_paddr = address,
                                                       .p_filesz = file_size,
                                                       .p_memsz = memory_size,
                                                       .p_align = 4096};
}

static void begin(void)
{
    memset(&file, 0, sizeof(file));
    for (uint32_t k = sizeof(file.header) + sizeof(file.entries); k < CAPACITY; k++) {
        file.bytes[k] = (uint8_t)(1 + k % 251);
    }
    file.size = 0x4000;
    file.header = (Elf64_Ehdr){.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                               .e_type = ET_EXEC,
                               .e_machine = EM_X86_64,
                               .e_version = EV_CURRENT,
                               .e_entry = PROGRAM + 0x10,
                               .e_phoff = sizeof(Elf64_Ehdr),
                               .e_ehsize = sizeof(Elf64_Ehdr),
                               .e_phentsize = sizeof(Elf64_Phdr)};
}

/* Code, constants, data with zeroes behind, and a mark against executable stacks: what a linker makes. */
static void whole_file(void)
{
    begin();
    add(PT_LOAD, PF_R | PF_X, PROGRAM, 0x1234, 0x1000, 0x1234);
    add(PT_LOAD, PF_R, PROGRAM + 0x2234, 0x100, 0x2234, 0x100);
    add(PT_LOAD, PF_R | PF_W, PROGRAM + 0x3ff0, 0x3000, 0x2ff0, 0x20);
    add(PT_LOAD, PF_R | PF_W | ELF_SEGMENT_KEEP, PROGRAM + 0x8000, 0x1000, 0, 0);
    add(PT_NOTE, PF_R, 0, 0x20, 0x1000, 0x20);
    add(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
}

static enum error parse_sized(uint64_t size)
{
    static uint8_t *copy;

    free(copy);
    copy = malloc(size ? size : 1);
    if (copy == NULL) {
        ck_abort_msg("malloc");
    }
    memcpy(copy, file.bytes, size);
    memset(&image, 0xcc, sizeof(image));
    return elf_parse(copy, size, &image);
}

static void expect(enum error error)
{
    static const struct elf_image empty;

    ck_assert_int_eq(parse_sized(file.size), error);
    if (error != ERROR_NONE) {
        ck_assert_mem_eq(&image, &empty, sizeof(image));
    }
}

START_TEST(whole)
{
    whole_file();
    expect(ERROR_NONE);
    ck_assert_uint_eq(image.size, file.size);
    ck_assert_uint_eq(image.entry, PROGRAM + 0x10);
    ck_assert_uint_eq(image.segment_count, 4);
    ck_assert_uint_eq(image.segments[0].rights, RIGHT_READ | RIGHT_EXECUTE);
    ck_assert_uint_eq(image.segments[1].rights, RIGHT_READ);
    ck_assert_uint_eq(image.segments[2].rights, RIGHT_READ | RIGHT_WRITE);
    ck_assert_uint_eq(image.segments[2].address, PROGRAM + 0x3ff0);
    ck_assert_uint_eq(image.segments[2].memory_size, 0x3000);
    ck_assert_uint_eq(image.segments[2].offset, 0x2ff0);
    ck_assert_uint_eq(image.segments[2].file_size, 0x20);
    ck_assert(!image.segments[2].keep);
    ck_assert(image.segments[3].keep);
}
END_TEST

START_TEST(pages)
{
    whole_file();
    expect(ERROR_NONE);
    ck_assert_uint_eq(elf_pages(&image.segments[0]), 2);
    ck_assert_uint_eq(elf_pages(&image.segments[1]), 1);
    ck_assert_uint_eq(elf_pages(&image.segments[2]), 4);
    ck_assert_uint_eq(elf_pages(&image.segments[3]), 1);

    static const struct {
        uint32_t segment, page, file_offset, offset_in_page, length;
    } expected[] = {{0, 0, 0x1000, 0, 0x1000},
                    {0, 1, 0x2000, 0, 0x234},
                    {1, 0, 0x2234, 0x234, 0x100},
                    {2, 0, 0x2ff0, 0xff0, 0x10},
                    {2, 1, 0x3000, 0, 0x10},
                    {2, 2, 0, 0, 0},
                    {2, 3, 0, 0, 0},
                    {3, 0, 0, 0, 0}};
    for (uint32_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
        const void *source;
        uint32_t offset;
        uint32_t length;
        ck_assert_int_eq(elf_page(&image, expected[k].segment, expected[k].page, &source, &offset, &length),
                         ERROR_NONE);
        ck_assert_uint_eq(offset, expected[k].offset_in_page);
        ck_assert_uint_eq(length, expected[k].length);
        ck_assert_ptr_eq(source, length ? image.file + expected[k].file_offset : NULL);
    }
}
END_TEST

START_TEST(pages_out_of_bound)
{
    const void *source = &file;
    uint32_t offset = 7;
    uint32_t length = 8;

    whole_file();
    expect(ERROR_NONE);
    ck_assert_int_eq(elf_page(&image, 0, 2, &source, &offset, &length), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(elf_page(&image, 0, UINT64_MAX, &source, &offset, &length), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(elf_page(&image, 4, 0, &source, &offset, &length), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(elf_page(&image, UINT32_MAX, 0, &source, &offset, &length), ERROR_OUT_OF_BOUND);
    ck_assert_ptr_eq(source, &file);
    ck_assert_uint_eq(offset, 7);
    ck_assert_uint_eq(length, 8);
}
END_TEST

/* Each byte of the header that matters, with each of its bits flipped. */
START_TEST(header_bits)
{
    static const struct {
        size_t offset, size;
    } fields[] = {{0, 7},
                  {offsetof(Elf64_Ehdr, e_type), 2},
                  {offsetof(Elf64_Ehdr, e_machine), 2},
                  {offsetof(Elf64_Ehdr, e_version), 4},
                  {offsetof(Elf64_Ehdr, e_phentsize), 2}};

    for (uint32_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
        for (size_t bit = 0; bit < fields[k].size * 8; bit++) {
            whole_file();
            file.bytes[fields[k].offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect(ERROR_BAD_IMAGE);
        }
    }
}
END_TEST

START_TEST(truncated)
{
    whole_file();
    for (uint64_t size = 0; size < 0x3010; size++) {
        if (parse_sized(size) != ERROR_BAD_IMAGE) {
            ck_abort_msg("size %lu", (unsigned long)size);
        }
    }
    file.size = 0x3010;
    expect(ERROR_NONE);
}
END_TEST

START_TEST(program_headers_outside)
{
    whole_file();
    file.header.e_phoff = file.size - 6 * sizeof(Elf64_Phdr) + 1;
    expect(ERROR_BAD_IMAGE);
    file.header.e_phoff = file.size + 1;
    expect(ERROR_BAD_IMAGE);
    file.header.e_phoff = UINT64_MAX;
    expect(ERROR_BAD_IMAGE);
    file.header.e_phoff = UINT64_MAX - 6 * sizeof(Elf64_Phdr) + 1;
    expect(ERROR_BAD_IMAGE);
    whole_file();
    file.header.e_phnum = PN_XNUM;
    expect(ERROR_BAD_IMAGE);
    file.header.e_phnum = 0;
    expect(ERROR_BAD_IMAGE);
    /* At the very end of the file, and unaligned. */
    whole_file();
    file.header.e_phoff = file.size - 6 * sizeof(Elf64_Phdr);
    memcpy(file.bytes + file.header.e_phoff, file.entries, 6 * sizeof(Elf64_Phdr));
    expect(ERROR_NONE);
    whole_file();
    file.header.e_phoff = 0x3501;
    memcpy(file.bytes + file.header.e_phoff, file.entries, 6 * sizeof(Elf64_Phdr));
    expect(ERROR_NONE);
}
END_TEST

START_TEST(bytes_outside)
{
    static const struct {
        uint64_t offset, file_size, memory_size;
    } bad[] = {{0x3fff, 2, 2},          {0x4001, 0, 1},     {0x4000, 1, 1},
               {UINT64_MAX, 1, 1},      {UINT64_MAX, 2, 2}, {1, UINT64_MAX, UINT64_MAX},
               {0, 0x4001, 0x4001},     {0, 2, 1},          {0, 1, 0},
               {UINT64_MAX - 7, 16, 16}};
    static const struct {
        uint64_t offset, file_size, memory_size;
    } good[] = {{0x3fff, 1, 1}, {0x4000, 0, 1}, {0, 0x4000, 0x4000}, {0, 0, 0}, {0x100, 1, 0x100000}};

    for (uint32_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        whole_file();
        add(PT_LOAD, PF_R, 0x800000, bad[k].memory_size, bad[k].offset, bad[k].file_size);
        expect(ERROR_BAD_IMAGE);
    }
    for (uint32_t k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
        whole_file();
        add(PT_LOAD, PF_R, 0x800000, good[k].memory_size, good[k].offset, good[k].file_size);
        expect(ERROR_NONE);
    }
}
END_TEST

START_TEST(addresses)
{
    static const struct {
        uint64_t address, size;
        bool good;
    } cases[] = {
        {0, 1, false},
        {0xfff, 1, false},
        {0xfff, 2, false},
        {0x1000, 1, true},
        {0x1000, 0x3ff000, true},
        {WINDOW_ADDRESS - 0x1000, 0x1000, true},
        {WINDOW_ADDRESS - 0x1000, 0x1001, false},
        {WINDOW_ADDRESS - 1, 1, true},
        {WINDOW_ADDRESS, 1, false},
        {WINDOW_ADDRESS + PHYSICAL_MAX / 64 - 1, 1, false},
        {WINDOW_ADDRESS + PHYSICAL_MAX / 64, 1, true},
        {STACK_TOP - STACK_SIZE - 0x1000, 1, false},
        {STACK_TOP - STACK_SIZE - 0x1001, 1, true},
        {STACK_TOP - STACK_SIZE - 0x1001, 2, false},
        {STACK_TOP - 1, 1, false},
        {STACK_TOP, 0x1000, true},
        {START_PAGE_ADDRESS - 1, 1, true},
        {START_PAGE_ADDRESS - 1, 2, false},
        {START_PAGE_ADDRESS, 1, false},
        {BOOT_INFORMATION_ADDRESS, 1, false},
        {BOOT_INFORMATION_ADDRESS + 0x1fff, 1, false},
        {BOOT_INFORMATION_ADDRESS + 0x2000, 1, true},
        {WORKER_ADDRESS(0) - 0x1000, 0x1000, true},
        {WORKER_ADDRESS(0) - 0x1000, 0x1001, false},
        {WORKER_ADDRESS(WORKERS_MAX) - 1, 1, false},
        {WORKER_ADDRESS(WORKERS_MAX), 1, true},
        {USER_END - 1, 1, true},
        {USER_END - 1, 2, false},
        {USER_END, 1, false},
        {UINT64_C(0x800000000000), 1, false},
        {UINT64_C(0xffffffff80000000), 1, false},
        {UINT64_MAX, 1, false},
        {UINT64_MAX, 2, false},
        {0x1000, UINT64_MAX, false},
        {0x1000, UINT64_MAX - 0xfff, false},
        {0x1000, USER_END - 0x1000, false},
    };

    for (uint32_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        whole_file();
        add(PT_LOAD, PF_R, cases[k].address, cases[k].size, 0, 0);
        enum error error = parse_sized(file.size);
        ck_assert_msg(error == (cases[k].good ? ERROR_NONE : ERROR_BAD_IMAGE), "case %u", k);
    }
}
END_TEST

START_TEST(shared_pages)
{
    static const struct {
        uint64_t address, size;
        bool good;
    } cases[] = {
        {PROGRAM, 1, false},          {PROGRAM + 0x1fff, 1, false}, {PROGRAM - 1, 1, true},
        {PROGRAM - 1, 2, false},      {PROGRAM + 0x2000, 1, false}, {PROGRAM + 0x7000, 1, true},
        {PROGRAM + 0x6fff, 1, false}, {PROGRAM + 0x7fff, 2, false}, {0x1000, 0x100000000, false},
        {PROGRAM + 0x9000, 5, true},
    };

    for (uint32_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        whole_file();
        add(PT_LOAD, PF_R, cases[k].address, cases[k].size, 0, 0);
        enum error error = parse_sized(file.size);
        ck_assert_msg(error == (cases[k].good ? ERROR_NONE : ERROR_BAD_IMAGE), "case %u", k);
    }
}
END_TEST

START_TEST(segment_counts)
{
    begin();
    add(PT_LOAD, PF_R | PF_X, PROGRAM, 0x100, 0, 0x100);
    for (uint32_t k = 1; k < ELF_SEGMENTS; k++) {
        add(PT_LOAD, PF_R, PROGRAM + k * 0x1000, 1, 0, 1);
        /* Neither counts: no size, and no PT_LOAD. */
        add(k % 2 ? PT_LOAD : PT_NULL, PF_R, 0, 0, 0, 0);
    }
    expect(ERROR_NONE);
    ck_assert_uint_eq(image.segment_count, ELF_SEGMENTS);
    add(PT_LOAD, PF_R, PROGRAM + 0x100000, 1, 0, 1);
    expect(ERROR_BAD_IMAGE);

    begin();
    add(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
    expect(ERROR_BAD_IMAGE);
}
END_TEST

START_TEST(unsafe)
{
    static const uint32_t flags[] = {PF_W | PF_X, PF_R | PF_W | PF_X, PF_R | PF_W | PF_X | ELF_SEGMENT_KEEP};

    for (uint32_t k = 0; k < 3; k++) {
        whole_file();
        add(PT_LOAD, flags[k], 0x800000, 0x1000, 0, 0);
        expect(ERROR_UNSAFE_IMAGE);
    }
    whole_file();
    file.entries[5].p_flags = PF_R | PF_W | PF_X;
    expect(ERROR_UNSAFE_IMAGE);
    whole_file();
    add(PT_LOAD, 0, 0x800000, 0x1000, 0, 0);
    expect(ERROR_BAD_IMAGE);
    whole_file();
    add(PT_LOAD, PF_X, 0x800000, 0x1000, 0, 0);
    expect(ERROR_NONE);
    ck_assert_uint_eq(image.segments[4].rights, RIGHT_EXECUTE);
}
END_TEST

START_TEST(what_cannot_be_loaded)
{
    whole_file();
    add(PT_INTERP, PF_R, 0, 0, 0, 0);
    expect(ERROR_BAD_IMAGE);
    whole_file();
    add(PT_TLS, PF_R, 0, 0, 0, 0);
    expect(ERROR_BAD_IMAGE);
}
END_TEST

START_TEST(entry_points)
{
    static const struct {
        uint64_t entry;
        bool good;
    } cases[] = {{PROGRAM - 1, false},
                 {PROGRAM, true},
                 {PROGRAM + 0x1233, true},
                 {PROGRAM + 0x1234, false},
                 {PROGRAM + 0x2240, false},
                 {PROGRAM + 0x4000, false},
                 {0, false},
                 {UINT64_MAX, false}};

    for (uint32_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        whole_file();
        file.header.e_entry = cases[k].entry;
        enum error error = parse_sized(file.size);
        ck_assert_msg(error == (cases[k].good ? ERROR_NONE : ERROR_BAD_IMAGE), "case %u", k);
    }
}
END_TEST

/* Reads all that the image promises. False when the promise itself is bad. */
static bool read_all(uint64_t *sum)
{
    for (uint32_t segment = 0; segment < image.segment_count; segment++) {
        uint64_t count = elf_pages(&image.segments[segment]);
        uint64_t bytes = 0;
        for (uint64_t page = 0; page < count && page < 16; page++) {
            const void *source;
            uint32_t offset;
            uint32_t length;
            if (elf_page(&image, segment, page, &source, &offset, &length) != ERROR_NONE || offset + length > 4096) {
                return false;
            }
            for (uint32_t k = 0; k < length; k++) {
                *sum += ((const uint8_t *)source)[k];
            }
            bytes += length;
        }
        if (count == 0 || (count <= 16 && bytes != image.segments[segment].file_size)) {
            return false;
        }
    }
    return image.segment_count >= 1 && image.segment_count <= ELF_SEGMENTS;
}

START_TEST(random_damage)
{
    static struct file original;
    struct random random = random_start();
    uint32_t accepted = 0;
    uint64_t sum = 0;

    whole_file();
    original = file;
    uint64_t headers = sizeof(Elf64_Ehdr) + 6 * sizeof(Elf64_Phdr);
    for (uint32_t round = 0; round < DAMAGES; round++) {
        memcpy(file.bytes, original.bytes, headers);
        for (uint64_t changes = 1 + random_below(&random, 3); changes > 0; changes--) {
            uint8_t *at = &file.bytes[random_below(&random, headers)];
            *at = random_below(&random, 2) ? (uint8_t)(*at ^ 1u << random_below(&random, 8))
                                           : (uint8_t)random_word(&random);
        }
        enum error error = parse_sized(random_below(&random, 8) ? file.size : random_below(&random, file.size));
        bool good = error == ERROR_NONE ? read_all(&sum) : error == ERROR_BAD_IMAGE || error == ERROR_UNSAFE_IMAGE;
        if (!good) {
            ck_abort_msg("QUIRE_SEED=%lu round %u", (unsigned long)random.seed, round);
        }
        accepted += error == ERROR_NONE;
    }
    ck_assert_uint_gt(accepted, DAMAGES / 20);
    ck_assert_uint_lt(accepted, DAMAGES - DAMAGES / 20);
    ck_assert_uint_gt(sum, 0);
}
END_TEST

/* Random segments against a plain check of pairs and of the copied bytes. */
START_TEST(random_segments)
{
    struct random random = random_start();

    for (uint32_t round = 0; round < 20000; round++) {
        uint8_t pages[32] = {0};
        bool good = true;
        begin();
        add(PT_LOAD, PF_R | PF_X, PROGRAM - 0x10000, 0x20, 0, 0x20);
        file.header.e_entry = PROGRAM - 0x10000;
        for (uint64_t count = random_below(&random, 5); count > 0; count--) {
            uint64_t start = random_below(&random, 28 * 4096);
            uint64_t size = 1 + random_below(&random, 3 * 4096);
            uint64_t file_size = random_below(&random, size + 1);
            uint64_t page = start / 4096;
            add(PT_LOAD, PF_R, PROGRAM + start, size, random_below(&random, 0x4000 - file_size + 1), file_size);
            for (; page <= (start + size - 1) / 4096; page++) {
                good = good && !pages[page];
                pages[page] = 1;
            }
        }
        enum error error = parse_sized(file.size);
        uint64_t sum = 0;
        if (error != (good ? ERROR_NONE : ERROR_BAD_IMAGE) || (good && !read_all(&sum))) {
            ck_abort_msg("QUIRE_SEED=%lu round %u", (unsigned long)random.seed, round);
        }
        for (uint32_t k = 0; good && k < image.segment_count; k++) {
            /* Rebuild the memory of the segment page by page and compare it with the file. */
            static uint8_t memory[8 * 4096];
            const struct elf_segment *segment = &image.segments[k];
            memset(memory, 0, sizeof(memory));
            for (uint64_t page = 0; page < elf_pages(segment); page++) {
                const void *source;
                uint32_t offset;
                uint32_t length;
                if (elf_page(&image, k, page, &source, &offset, &length) == ERROR_NONE && length > 0) {
                    memcpy(memory + page * 4096 + offset, source, length);
                }
            }
            if (memcmp(memory + segment->address % 4096, file.bytes + segment->offset, segment->file_size) != 0) {
                ck_abort_msg("bytes: QUIRE_SEED=%lu round %u", (unsigned long)random.seed, round);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("elf");
    TCase *good = tcase_create("good");
    TCase *refusals = tcase_create("refusals");
    TCase *damage = tcase_create("damage");

    tcase_add_test(good, whole);
    tcase_add_test(good, pages);
    tcase_add_test(good, pages_out_of_bound);
    tcase_add_test(refusals, header_bits);
    tcase_add_test(refusals, truncated);
    tcase_add_test(refusals, program_headers_outside);
    tcase_add_test(refusals, bytes_outside);
    tcase_add_test(refusals, addresses);
    tcase_add_test(refusals, shared_pages);
    tcase_add_test(refusals, segment_counts);
    tcase_add_test(refusals, unsafe);
    tcase_add_test(refusals, what_cannot_be_loaded);
    tcase_add_test(refusals, entry_points);
    tcase_add_test(damage, random_damage);
    tcase_add_test(damage, random_segments);
    tcase_set_timeout(refusals, 30);
    tcase_set_timeout(damage, 120);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, refusals);
    suite_add_tcase(suite, damage);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
