/* What firmware could tell of CPUs: an arbitrary RSDP, and arbitrary memory with tables. A byte says what is put right before,
 * so that what lies behind checksums is reached. */
#include "tests/fuzz/fuzz.h"

#include "kernel/boot/acpi.h"
#include <stdbool.h>

#define ROOT_SIZE 36
#define MEMORY UINT64_C(0xe0000) /* where memory begins */
#define LIST_OFFSET 0            /* in it */
#define MADT_OFFSET 128
#define READS 4096 /* more than a list of tables in 2 KiB can lead to */

enum { FIX_ROOT = 1, FIX_LIST = 2, FIX_MADT = 4, FIX_BOOTED = 8, NEW_ROOT = 16, FIX_ENTRY = 32 };

static uint8_t *memory;
static size_t memory_size;
static void *copies[READS];
static uint32_t copy_count;

static const void *reach(uint64_t address, uint64_t size)
{
    if (address < MEMORY || address - MEMORY >= memory_size || size > memory_size - (address - MEMORY))
        return NULL;
    must(copy_count < READS);
    return copies[copy_count++] = input_copy(memory + (address - MEMORY), size);
}

static void sum_up(uint8_t *bytes, uint32_t size, uint32_t checksum)
{
    uint8_t sum = 0;

    bytes[checksum] = 0;
    for (uint32_t k = 0; k < size; k++)
        sum = (uint8_t)(sum + bytes[k]);
    bytes[checksum] = (uint8_t)-sum;
}

static void fix_root(uint8_t *root, bool new)
{
    const uint32_t list = (uint32_t)MEMORY + LIST_OFFSET;

    memcpy(root, "RSD PTR ", 8);
    root[15] = new ? 2 : 0;
    memcpy(root + (new ? 24 : 16), &list, sizeof(list));
    memset(root + 28, 0, 4);
    memcpy(root + 20, &(uint32_t){ROOT_SIZE}, sizeof(uint32_t));
    sum_up(root, 20, 8);
    sum_up(root, ROOT_SIZE, 32);
}

/* Its size as it is, but within memory. */
static void fix_table(uint32_t offset, const char *signature)
{
    uint32_t size;

    if (memory_size < offset + 64)
        return;
    memcpy(memory + offset, signature, 4);
    memcpy(&size, memory + offset + 4, sizeof(size));
    size = (uint32_t)(44 + size % (memory_size - offset - 43));
    memcpy(memory + offset + 4, &size, sizeof(size));
    sum_up(memory + offset, size, 9);
}

static void check(const struct acpi_processors *found, enum acpi_fault fault, uint32_t booted)
{
    must(fault < ACPI_FAULTS && found->count >= 1 && found->count <= WORKERS_MAX && found->apic_ids[0] == booted);
    must(fault == ACPI_FAULT_NONE || (found->count == 1 && found->doubled == 0 && found->left_out == 0));
    must(found->left_out == 0 || found->count == WORKERS_MAX);
    for (uint32_t k = 0; k < found->count; k++)
        for (uint32_t other = 0; other < k; other++)
            must(found->apic_ids[k] != found->apic_ids[other]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t fix = input_byte(&input);
    uint32_t root_size = input_byte(&input) % (ROOT_SIZE + 1);
    uint32_t booted = fix & FIX_BOOTED ? 0 : input_byte(&input);
    struct acpi_processors found = {0};
    uint8_t root[ROOT_SIZE] = {0};

    for (uint32_t k = 0; k < ROOT_SIZE; k++)
        root[k] = input_byte(&input);
    memory_size = input.left;
    memory = input_copy(input.data, input.left);
    if (fix & FIX_MADT)
        fix_table(MADT_OFFSET, "APIC");
    if ((fix & FIX_ENTRY) && memory_size >= 64) { /* an entry that leads to the MADT, in each width */
        uint8_t *entry = memory + 36 + 8 * (fix >> 6 & 1);
        memset(entry, 0, 8);
        memcpy(entry, &(uint32_t){(uint32_t)MEMORY + MADT_OFFSET}, sizeof(uint32_t));
    }
    if (fix & FIX_LIST)
        fix_table(LIST_OFFSET, fix & NEW_ROOT ? "XSDT" : "RSDT");
    if (fix & FIX_ROOT) {
        fix_root(root, fix & NEW_ROOT);
        root_size = ROOT_SIZE;
    }
    uint8_t *copy = input_copy(root, root_size);
    enum acpi_fault fault = acpi_processors(copy, root_size, booted, reach, &found);
    check(&found, fault, booted);
    while (copy_count)
        free(copies[--copy_count]);
    free(copy);
    free(memory);
    return 0;
}
