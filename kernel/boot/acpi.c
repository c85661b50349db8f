/* From the RSDP to the MADT's entries. All members are copied out by memcpy after their bounds were checked: tables lie at
 * any alignment. */
#include "kernel/boot/acpi.h"
#include <stdbool.h>
#include <string.h>

/* The RSDP (ACPI 6.4, 5.2.5.3). */
#define ROOT_SIGNATURE "RSD PTR "
#define ROOT_SIZE_1 20   /* of version 1.0, which its first checksum is about */
#define ROOT_REVISION 15 /* 0: version 1.0 */
#define ROOT_RSDT 16     /* u32 */
#define ROOT_LENGTH 20   /* u32, of the whole, from version 2.0 on */
#define ROOT_XSDT 24     /* u64 */
#define ROOT_SIZE_2 36

/* Every other table (5.2.6). */
#define TABLE_LENGTH 4 /* u32 */
#define TABLE_HEADER 36
#define TABLE_MAX (UINT32_C(1) << 20) /* RSDT, XSDT and MADT are a few KiB even with hundreds of CPUs */

/* The MADT (5.2.12): entries of u8 type, u8 length. */
#define MADT_ENTRIES 44
#define ENTRY_LOCAL_APIC 0 /* 5.2.12.2: u8 id at 3, u32 flags at 4 */
#define LOCAL_APIC_SIZE 8
#define ENTRY_LOCAL_X2APIC 9 /* 5.2.12.12: u32 id at 4, u32 flags at 8 */
#define LOCAL_X2APIC_SIZE 16
#define FLAG_ENABLED 1 /* without it: not there, though perhaps it could be plugged in */

struct table {
    const uint8_t *bytes;
    uint64_t address;
    uint32_t size;
};

const char *acpi_fault_text(enum acpi_fault fault)
{
    static const char *const texts[] = {
#define ACPI_FAULT(NAME, sentence) sentence,
#include "kernel/boot/acpi_faults.def"
#undef ACPI_FAULT
    };

    return (uint32_t)fault < ACPI_FAULTS ? texts[fault] : "the fault is in no table";
}

static uint32_t read_32(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static uint64_t read_64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static bool sums_up(const uint8_t *bytes, uint32_t size)
{
    uint8_t sum = 0;

    for (uint32_t k = 0; k < size; k++)
        sum = (uint8_t)(sum + bytes[k]);
    return sum == 0;
}

static bool is_called(const uint8_t *bytes, const char *signature)
{
    return memcmp(bytes, signature, strlen(signature)) == 0;
}

/* Finds where the list of tables lies, and how large its entries are. */
static enum acpi_fault read_root(const uint8_t *root, uint32_t size, uint64_t *list, uint32_t *entry_size)
{
    if (size == 0)
        return ACPI_FAULT_NO_ROOT;
    if (size < ROOT_SIZE_1)
        return ACPI_FAULT_ROOT_SHORT;
    if (!is_called(root, ROOT_SIGNATURE))
        return ACPI_FAULT_ROOT_SIGNATURE;
    if (!sums_up(root, ROOT_SIZE_1))
        return ACPI_FAULT_ROOT_CHECKSUM;
    *list = read_32(root + ROOT_RSDT);
    *entry_size = sizeof(uint32_t);
    if (root[ROOT_REVISION] == 0 || size < ROOT_SIZE_2) /* the loader's old tag may hold the beginning of a new one */
        return ACPI_FAULT_NONE;
    if (read_32(root + ROOT_LENGTH) < ROOT_SIZE_2)
        return ACPI_FAULT_ROOT_SHORT;
    if (read_32(root + ROOT_LENGTH) == ROOT_SIZE_2 &&
        !sums_up(root, ROOT_SIZE_2)) /* of a longer one the rest is not here */
        return ACPI_FAULT_ROOT_CHECKSUM;
    if (read_64(root + ROOT_XSDT)) {
        *list = read_64(root + ROOT_XSDT);
        *entry_size = sizeof(uint64_t);
    }
    return ACPI_FAULT_NONE;
}

static enum acpi_fault open_table(uint64_t address, acpi_reach *reach, struct table *out)
{
    *out = (struct table){.bytes = reach(address, TABLE_HEADER), .address = address};
    if (!out->bytes)
        return ACPI_FAULT_UNREACHABLE;
    out->size = read_32(out->bytes + TABLE_LENGTH);
    if (out->size < TABLE_HEADER)
        return ACPI_FAULT_TABLE_SHORT;
    if (out->size > TABLE_MAX)
        return ACPI_FAULT_TABLE_LONG;
    out->bytes = reach(address, out->size);
    if (!out->bytes)
        return ACPI_FAULT_UNREACHABLE;
    return sums_up(out->bytes, out->size) ? ACPI_FAULT_NONE : ACPI_FAULT_TABLE_CHECKSUM;
}

/* Opens the first MADT of the list. What is wrong with other tables does not matter. */
static enum acpi_fault find_madt(const struct table *list, uint32_t entry_size, acpi_reach *reach, struct table *out)
{
    if ((list->size - TABLE_HEADER) % entry_size)
        return ACPI_FAULT_LIST_CUT;
    for (uint32_t at = TABLE_HEADER; at < list->size; at += entry_size) {
        uint64_t address = entry_size == sizeof(uint64_t) ? read_64(list->bytes + at) : read_32(list->bytes + at);
        const uint8_t *header = reach(address, TABLE_HEADER);
        if (header && is_called(header, "APIC"))
            return open_table(address, reach, out);
    }
    return ACPI_FAULT_NO_MADT;
}

static void add(struct acpi_processors *out, uint32_t apic_id)
{
    for (uint32_t k = 1; k < out->count; k++)
        if (out->apic_ids[k] == apic_id) {
            out->doubled++;
            return;
        }
    if (out->count == WORKERS_MAX)
        out->left_out++;
    else
        out->apic_ids[out->count++] = apic_id;
}

/* The id of the CPU that an entry calls enabled. */
static enum acpi_fault read_entry(const uint8_t *entry, uint32_t length, bool *enabled, uint32_t *apic_id)
{
    *enabled = false;
    if (entry[0] != ENTRY_LOCAL_APIC && entry[0] != ENTRY_LOCAL_X2APIC)
        return ACPI_FAULT_NONE;
    if (length < (entry[0] == ENTRY_LOCAL_APIC ? LOCAL_APIC_SIZE : LOCAL_X2APIC_SIZE))
        return ACPI_FAULT_ENTRY_SHORT;
    *apic_id = entry[0] == ENTRY_LOCAL_APIC ? entry[3] : read_32(entry + 4);
    *enabled = read_32(entry + (entry[0] == ENTRY_LOCAL_APIC ? 4 : 8)) & FLAG_ENABLED;
    return ACPI_FAULT_NONE;
}

static enum acpi_fault read_madt(const struct table *madt, uint32_t booted, struct acpi_processors *out)
{
    uint32_t apic_id = 0;
    uint32_t length;
    bool enabled;
    bool found = false;

    if (madt->size < MADT_ENTRIES)
        return ACPI_FAULT_TABLE_SHORT;
    for (uint32_t at = MADT_ENTRIES; at < madt->size; at += length) {
        length = madt->size - at < 2 ? 0 : madt->bytes[at + 1];
        if (length < 2)
            return ACPI_FAULT_ENTRY_SHORT;
        if (length > madt->size - at)
            return ACPI_FAULT_ENTRY_LONG;
        enum acpi_fault fault = read_entry(madt->bytes + at, length, &enabled, &apic_id);
        if (fault != ACPI_FAULT_NONE)
            return fault;
        if (enabled && apic_id == booted) {
            out->doubled += found;
            found = true;
        } else if (enabled) {
            add(out, apic_id);
        }
    }
    return found ? ACPI_FAULT_NONE : ACPI_FAULT_BOOTED_MISSING;
}

enum acpi_fault acpi_processors(const void *root, uint32_t size, uint32_t booted, acpi_reach *reach,
                                struct acpi_processors *out)
{
    struct table table = {.address = 0};
    uint64_t address = 0;
    uint32_t entry_size = 0;
    enum acpi_fault fault = read_root(root, size, &address, &entry_size);

    *out = (struct acpi_processors){.count = 1, .apic_ids = {booted}};
    if (fault == ACPI_FAULT_NONE)
        fault = open_table(address, reach, &table);
    if (fault == ACPI_FAULT_NONE && !is_called(table.bytes, entry_size == sizeof(uint64_t) ? "XSDT" : "RSDT"))
        fault = ACPI_FAULT_LIST_SIGNATURE;
    if (fault == ACPI_FAULT_NONE) {
        struct table list = table;
        fault = find_madt(&list, entry_size, reach, &table);
    }
    if (fault == ACPI_FAULT_NONE)
        fault = read_madt(&table, booted, out);
    if (fault != ACPI_FAULT_NONE)
        *out = (struct acpi_processors){.count = 1, .apic_ids = {booted}, .fault_address = table.address};
    return fault;
}
