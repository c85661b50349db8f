/* The firmware's tables of CPUs: each fault, each boundary, and random damage. Physical memory is what a test puts there; each
 * read goes to a copy of exactly its size on the heap, so that the address sanitizer sees one past it. */
#include "kernel/boot/acpi.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <string.h>

#define ROOT_SIZE_1 20
#define ROOT_SIZE_2 36
#define HEADER 36
#define MADT_ENTRIES 44
#define MEMORY UINT64_C(0x7fe0000) /* where it begins, */
#define MEMORY_SIZE 8192           /* and its size */
#define LIST (MEMORY + 0x11)       /* tables lie at any alignment */
#define OTHER (MEMORY + 0x203)
#define MADT (MEMORY + 0x407)
#define BOOTED 3
#define DAMAGES 100000

static uint8_t memory[MEMORY_SIZE];
static uint8_t root[ROOT_SIZE_2];
static struct acpi_processors found;
static void *copies[4096];
static uint32_t copy_count;

static void forget_copies(void)
{
    while (copy_count)
        free(copies[--copy_count]);
}

static const void *reach(uint64_t address, uint64_t size)
{
    if (address < MEMORY || address - MEMORY >= MEMORY_SIZE || size > MEMORY_SIZE - (address - MEMORY))
        return NULL;
    void *copy = malloc(size);
    if (!copy || copy_count == sizeof(copies) / sizeof(copies[0]))
        ck_abort_msg("too many reads");
    copies[copy_count++] = copy;
    return memcpy(copy, memory + (address - MEMORY), size);
}

static uint8_t *at(uint64_t address)
{
    return memory + (address - MEMORY);
}

static void put(uint8_t *to, uint64_t value, uint32_t bytes)
{
    memcpy(to, &value, bytes); /* lowest first */
}

static void sum_up(uint8_t *bytes, uint32_t size, uint32_t checksum)
{
    uint8_t sum = 0;

    bytes[checksum] = 0;
    for (uint32_t k = 0; k < size; k++)
        sum = (uint8_t)(sum + bytes[k]);
    bytes[checksum] = (uint8_t)-sum;
}

static uint32_t size_of(uint64_t table)
{
    uint32_t size;

    memcpy(&size, at(table) + 4, sizeof(size));
    return size;
}

static void table_finish(uint64_t table)
{
    sum_up(at(table), size_of(table), 9);
}

static void table_begin(uint64_t table, const char *signature, uint32_t size)
{
    memset(at(table), 0, size);
    memcpy(at(table), signature, 4);
    put(at(table) + 4, size, 4);
    table_finish(table);
}

static void table_add(uint64_t table, const uint8_t *bytes, uint32_t size)
{
    uint32_t old = size_of(table);

    memcpy(at(table) + old, bytes, size);
    put(at(table) + 4, old + size, 4);
    table_finish(table);
}

static void list_add(uint64_t address, uint32_t bytes)
{
    uint8_t entry[8];

    put(entry, address, 8);
    table_add(LIST, entry, bytes);
}

static void add_apic(uint8_t id, uint32_t flags)
{
    uint8_t entry[8] = {0, 8, 0x55, id};

    put(entry + 4, flags, 4);
    table_add(MADT, entry, sizeof(entry));
}

static void add_x2apic(uint32_t id, uint32_t flags)
{
    uint8_t entry[16] = {9, 16, 0x55, 0x55};

    put(entry + 4, id, 4);
    put(entry + 8, flags, 4);
    put(entry + 12, 0x55555555, 4);
    table_add(MADT, entry, sizeof(entry));
}

static void root_make(uint8_t revision)
{
    memset(root, 0, sizeof(root));
    memcpy(root, "RSD PTR ", 8);
    root[15] = revision;
    put(root + 16, LIST, 4);
    if (revision) {
        put(root + 16, 0x1234, 4); /* what no one should look at */
        put(root + 20, ROOT_SIZE_2, 4);
        put(root + 24, LIST, 8);
    }
    sum_up(root, ROOT_SIZE_1, 8);
    sum_up(root, ROOT_SIZE_2, 32);
}

/* A machine with the CPU that booted, as the last. */
static void machine_make(uint8_t revision, uint32_t others)
{
    uint32_t bytes = revision ? 8 : 4;

    forget_copies();
    memset(memory, 0, sizeof(memory));
    root_make(revision);
    table_begin(LIST, revision ? "XSDT" : "RSDT", HEADER);
    list_add(0xfee00000, bytes); /* some other table that can't be reached, and one that does not sum up */
    list_add(OTHER, bytes);
    list_add(MADT, bytes);
    table_begin(OTHER, "FACP", HEADER);
    at(OTHER)[9]++;
    table_begin(MADT, "APIC", MADT_ENTRIES);
    table_add(MADT, (const uint8_t[]){1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12); /* an I/O APIC */
    for (uint32_t k = 0; k < others; k++)
        add_apic((uint8_t)(100 + k), 1);
    add_apic(BOOTED, 1);
}

static enum acpi_fault look(uint32_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, root, size);
    enum acpi_fault fault = acpi_processors(copy, size, BOOTED, reach, &found);
    free(copy);
    forget_copies();
    return fault;
}

static void expect(enum acpi_fault expected, uint64_t address)
{
    enum acpi_fault fault = look(ROOT_SIZE_2);

    ck_assert_msg(fault == expected, "'%s' instead of '%s'", acpi_fault_text(fault), acpi_fault_text(expected));
    ck_assert_uint_eq(found.fault_address, address);
    if (fault != ACPI_FAULT_NONE) {
        ck_assert_uint_eq(found.count, 1);
        ck_assert_uint_eq(found.apic_ids[0], BOOTED);
        ck_assert_uint_eq(found.doubled + found.left_out, 0);
    }
}

START_TEST(both_lists)
{
    for (uint8_t revision = 0; revision <= 2; revision += 2) {
        machine_make(revision, 3);
        ck_assert_int_eq(look(revision ? ROOT_SIZE_2 : ROOT_SIZE_1), ACPI_FAULT_NONE);
        ck_assert_uint_eq(found.count, 4);
        ck_assert_uint_eq(found.apic_ids[0], BOOTED);
        for (uint32_t k = 1; k < 4; k++)
            ck_assert_uint_eq(found.apic_ids[k], 99 + k);
        ck_assert_uint_eq(found.doubled + found.left_out, 0);
    }
}
END_TEST

START_TEST(new_root_with_old_list)
{
    machine_make(0, 1);
    root[15] = 2;
    put(root + 20, ROOT_SIZE_2, 4);
    sum_up(root, ROOT_SIZE_1, 8);
    sum_up(root, ROOT_SIZE_2, 32);
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, 2);
}
END_TEST

START_TEST(which_are_enabled)
{
    machine_make(2, 0);
    add_apic(10, 0);
    add_apic(11, 2); /* could be plugged in */
    add_apic(12, 3);
    add_x2apic(400, 1);
    add_x2apic(401, 2);
    add_x2apic(13, 1);
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, 4);
    ck_assert_uint_eq(found.apic_ids[1], 12);
    ck_assert_uint_eq(found.apic_ids[2], 400);
    ck_assert_uint_eq(found.apic_ids[3], 13);
}
END_TEST

START_TEST(doubled)
{
    machine_make(2, 3);
    add_apic(100, 1);
    add_x2apic(102, 1);
    add_x2apic(BOOTED, 1);
    add_apic(103, 1);
    add_apic(101, 0); /* does not count */
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, 5);
    ck_assert_uint_eq(found.doubled, 3);
}
END_TEST

START_TEST(too_many)
{
    machine_make(2, WORKERS_MAX - 1);
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, WORKERS_MAX);
    ck_assert_uint_eq(found.left_out, 0);
    machine_make(2, WORKERS_MAX + 6);
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, WORKERS_MAX);
    ck_assert_uint_eq(found.left_out, 7);
    ck_assert_uint_eq(found.apic_ids[WORKERS_MAX - 1], 100 + WORKERS_MAX - 2);
}
END_TEST

START_TEST(roots)
{
    machine_make(2, 1);
    for (uint32_t size = 0; size < ROOT_SIZE_1; size++)
        ck_assert_int_eq(look(size), size ? ACPI_FAULT_ROOT_SHORT : ACPI_FAULT_NO_ROOT);
    root[0] = 'X';
    expect(ACPI_FAULT_ROOT_SIGNATURE, 0);
    root_make(2);
    root[8]++;
    expect(ACPI_FAULT_ROOT_CHECKSUM, 0);
    root_make(2);
    root[32]++;
    expect(ACPI_FAULT_ROOT_CHECKSUM, 0);
    put(root + 20, ROOT_SIZE_2 + 4, 4); /* a later version, of which not all is here */
    expect(ACPI_FAULT_NONE, 0);
    put(root + 20, ROOT_SIZE_2 - 1, 4);
    expect(ACPI_FAULT_ROOT_SHORT, 0);
}
END_TEST

START_TEST(lists)
{
    machine_make(2, 1);
    table_begin(LIST, "RSDT", HEADER);
    expect(ACPI_FAULT_LIST_SIGNATURE, LIST);
    table_begin(LIST, "XSDT", HEADER);
    expect(ACPI_FAULT_NO_MADT, LIST);
    list_add(OTHER, 8);
    expect(ACPI_FAULT_NO_MADT, LIST);
    list_add(MADT, 4);
    expect(ACPI_FAULT_LIST_CUT, LIST);
    machine_make(2, 1);
    at(LIST)[20]++;
    expect(ACPI_FAULT_TABLE_CHECKSUM, LIST);
}
END_TEST

START_TEST(places)
{
    static const uint64_t lists[] = {
        0x1000, MEMORY - 1, MEMORY + MEMORY_SIZE - HEADER + 1, MEMORY + MEMORY_SIZE, UINT64_MAX, UINT64_MAX - HEADER};

    for (uint32_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        machine_make(2, 1);
        put(root + 24, lists[k], 8);
        sum_up(root, ROOT_SIZE_2, 32);
        expect(ACPI_FAULT_UNREACHABLE, lists[k]);
    }
    machine_make(2, 1);
    put(at(MADT) + 4, MEMORY + MEMORY_SIZE - MADT + 1, 4);
    expect(ACPI_FAULT_UNREACHABLE, MADT);
}
END_TEST

START_TEST(sizes)
{
    for (uint32_t size = 0; size < HEADER; size++) {
        machine_make(2, 1);
        put(at(MADT) + 4, size, 4);
        expect(ACPI_FAULT_TABLE_SHORT, MADT);
    }
    for (uint32_t size = HEADER; size < MADT_ENTRIES; size++) {
        table_begin(MADT, "APIC", size);
        expect(ACPI_FAULT_TABLE_SHORT, MADT);
    }
    table_begin(MADT, "APIC", MADT_ENTRIES);
    expect(ACPI_FAULT_BOOTED_MISSING, MADT);
    put(at(MADT) + 4, UINT32_MAX, 4);
    expect(ACPI_FAULT_TABLE_LONG, MADT);
}
END_TEST

START_TEST(entries)
{
    static const uint8_t least[] = {[0] = 8, [9] = 16}; /* bytes, by type */

    for (uint32_t type = 0; type <= 9; type += 9) {
        for (uint32_t length = 2; length < least[type]; length++) {
            machine_make(2, 1);
            table_add(MADT, (const uint8_t[16]){(uint8_t)type, (uint8_t)length}, length);
            expect(ACPI_FAULT_ENTRY_SHORT, MADT);
        }
    }
    for (uint8_t length = 0; length < 2; length++) {
        machine_make(2, 1);
        table_add(MADT, (const uint8_t[16]){4, length}, 16);
        expect(ACPI_FAULT_ENTRY_SHORT, MADT);
    }
    machine_make(2, 1);
    table_add(MADT, (const uint8_t[1]){4}, 1);
    expect(ACPI_FAULT_ENTRY_SHORT, MADT);
    machine_make(2, 1);
    table_add(MADT, (const uint8_t[7]){4, 8}, 7);
    expect(ACPI_FAULT_ENTRY_LONG, MADT);
    machine_make(2, 1);
    table_add(MADT, (const uint8_t[255]){200, 255}, 255); /* a type that nobody knows, yet */
    expect(ACPI_FAULT_NONE, 0);
    ck_assert_uint_eq(found.count, 2);
}
END_TEST

START_TEST(booted_missing)
{
    machine_make(2, 2);
    at(MADT)[size_of(MADT) - 4] = 0; /* the last, not enabled */
    table_finish(MADT);
    expect(ACPI_FAULT_BOOTED_MISSING, MADT);
}
END_TEST

/* Whatever is damaged: an end, and a result that can be used. */
START_TEST(damage)
{
    struct random random = random_start();

    for (uint32_t k = 0; k < DAMAGES; k++) {
        machine_make(k % 2 ? 2 : 0, k % 70);
        for (uint32_t n = random_below(&random, 4); n; n--)
            memory[random_below(&random, 0x600)] = (uint8_t)random_word(&random);
        if (random_below(&random, 2) && size_of(MADT) < 0x1000)
            table_finish(MADT);
        if (random_below(&random, 2) && size_of(LIST) < 0x1000)
            table_finish(LIST);
        enum acpi_fault fault = look(ROOT_SIZE_2);
        ck_assert_uint_lt(fault, ACPI_FAULTS);
        ck_assert_uint_ge(found.count, 1);
        ck_assert_uint_le(found.count, fault == ACPI_FAULT_NONE ? WORKERS_MAX : 1);
        ck_assert_uint_eq(found.apic_ids[0], BOOTED);
    }
}
END_TEST

START_TEST(texts)
{
    for (uint32_t fault = 0; fault < ACPI_FAULTS; fault++)
        ck_assert_uint_gt(strlen(acpi_fault_text((enum acpi_fault)fault)), 10);
    ck_assert_str_eq(acpi_fault_text(ACPI_FAULTS), "the fault is in no table");
}
END_TEST

RUN_TESTS("acpi", both_lists, new_root_with_old_list, which_are_enabled, doubled, too_many, roots, lists, places, sizes,
          entries, booted_missing, damage, texts)
