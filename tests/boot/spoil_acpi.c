/* Ways to spoil the firmware's tables that name the CPUs, and what firmware may leave behind in the local APIC. Offsets:
 * kernel/boot/acpi.c. */
#include "tests/boot/shim.h"

#define ROOT_SIZE_1 20
#define ROOT_SIZE_2 36
#define ROOT_REVISION 15
#define ROOT_RSDT 16
#define ROOT_XSDT 24
#define ROOT_XSDT_CHECKSUM 32
#define CHECKSUM_1 8 /* of the RSDP */
#define CHECKSUM 9   /* of every other table */
#define LENGTH 4
#define HEADER 36
#define MADT_ENTRIES 44
#define MADT_ROOM 4096
#define TAG_HEADER 8
#define REGISTER_APIC_BASE 0x1b
#define APIC_BASE_X2APIC 0x400

static uint8_t madt[MADT_ROOM] __attribute__((aligned(8))); /* a copy, with room for more */

static uint32_t *word(uint8_t *at)
{
    return (uint32_t *)(void *)at;
}

static uint32_t size_of(uint8_t *table)
{
    return *word(table + LENGTH);
}

static void sum_up(uint8_t *bytes, uint32_t size, uint32_t checksum)
{
    uint8_t sum = 0;

    bytes[checksum] = 0;
    for (uint32_t k = 0; k < size; k++)
        sum = (uint8_t)(sum + bytes[k]);
    bytes[checksum] = (uint8_t)-sum;
}

/* The tag with the RSDP that the kernel takes. */
static struct tag *root_tag(struct handover *handover)
{
    struct tag *tag = information_find(handover, MULTIBOOT2_TAG_ACPI_NEW, 0);

    tag = tag ? tag : information_find(handover, MULTIBOOT2_TAG_ACPI_OLD, 0);
    if (!tag)
        give_up("the boot loader gave no RSDP", "");
    return tag;
}

static uint8_t *root_of(struct handover *handover)
{
    return (uint8_t *)root_tag(handover) + TAG_HEADER;
}

static bool has_xsdt(uint8_t *root)
{
    return root[ROOT_REVISION] != 0 && *word(root + ROOT_XSDT);
}

static void root_sum_up(uint8_t *root)
{
    sum_up(root, ROOT_SIZE_1, CHECKSUM_1);
    if (root[ROOT_REVISION] != 0)
        sum_up(root, ROOT_SIZE_2, ROOT_XSDT_CHECKSUM);
}

static uint8_t *list_of(struct handover *handover)
{
    uint8_t *root = root_of(handover);

    return (uint8_t *)*word(root + (has_xsdt(root) ? ROOT_XSDT : ROOT_RSDT));
}

/* The place in the list where the MADT's address is. */
static uint32_t *madt_place(struct handover *handover)
{
    uint8_t *list = list_of(handover);

    for (uint32_t at = HEADER; at < size_of(list); at += has_xsdt(root_of(handover)) ? 8 : 4)
        if (memcmp((uint8_t *)*word(list + at), "APIC", 4) == 0)
            return word(list + at);
    give_up("there is no MADT", "");
}

/* Has the kernel find a copy of the MADT. */
static void madt_copy(struct handover *handover)
{
    uint32_t *place = madt_place(handover);
    uint8_t *old = (uint8_t *)*place;
    uint8_t *list = list_of(handover);

    if (size_of(old) > MADT_ROOM)
        give_up("no room for the MADT", "");
    memcpy(madt, old, size_of(old));
    *place = (uint32_t)madt;
    sum_up(list, size_of(list), CHECKSUM);
}

/* The k-th entry with a local APIC. */
static uint8_t *madt_entry(uint32_t k)
{
    for (uint32_t at = MADT_ENTRIES; at < size_of(madt) && madt[at + 1]; at += madt[at + 1])
        if (madt[at] == 0 && k-- == 0)
            return madt + at;
    give_up("the MADT has not so many CPUs", "");
}

/* One more entry, enabled: x2APIC's if the id demands it. */
static void madt_add(uint32_t apic_id)
{
    uint8_t *entry = madt + size_of(madt);
    bool wide = apic_id > UINT8_MAX;

    if (size_of(madt) + 16 > MADT_ROOM)
        give_up("no room for more CPUs", "");
    memset(entry, 0, 16);
    entry[0] = wide ? 9 : 0;
    entry[1] = wide ? 16 : 8;
    *word(entry + 4) = wide ? apic_id : 1;
    if (wide)
        entry[8] = 1;
    else
        entry[3] = (uint8_t)apic_id;
    *word(madt + LENGTH) += entry[1];
}

static void rsdp_none(struct handover *handover, uint32_t value)
{
    (void)value;
    while (information_find(handover, MULTIBOOT2_TAG_ACPI_NEW, 0) ||
           information_find(handover, MULTIBOOT2_TAG_ACPI_OLD, 0))
        information_remove(handover, root_tag(handover));
}

/* VALUE bytes of it. */
static void rsdp_cut(struct handover *handover, uint32_t value)
{
    struct tag *whole = root_tag(handover);
    struct tag *cut = information_append(handover, whole->type, TAG_HEADER + value);

    memcpy((uint8_t *)cut + TAG_HEADER, (uint8_t *)whole + TAG_HEADER, value);
    information_remove(handover, whole);
}

static void rsdp_signature(struct handover *handover, uint32_t value)
{
    (void)value;
    root_of(handover)[0] = 'r';
}

static void rsdp_checksum(struct handover *handover, uint32_t value)
{
    (void)value;
    root_of(handover)[CHECKSUM_1]++;
}

/* The list of tables lies at VALUE KiB. */
static void list_place(struct handover *handover, uint32_t value)
{
    uint8_t *root = root_of(handover);

    *word(root + (has_xsdt(root) ? ROOT_XSDT : ROOT_RSDT)) = value * 1024;
    root_sum_up(root);
}

static void list_checksum(struct handover *handover, uint32_t value)
{
    (void)value;
    list_of(handover)[CHECKSUM]++;
}

static void list_cut(struct handover *handover, uint32_t value)
{
    uint8_t *list = list_of(handover);

    (void)value;
    *word(list + LENGTH) -= 1;
    sum_up(list, size_of(list), CHECKSUM);
}

static void madt_none(struct handover *handover, uint32_t value)
{
    (void)handover;
    (void)value;
    madt[0] = 'X';
}

/* It is said to be of VALUE bytes. */
static void madt_size(struct handover *handover, uint32_t value)
{
    (void)handover;
    *word(madt + LENGTH) = value;
}

/* The first CPU's entry is said to be of VALUE bytes. */
static void madt_entry_size(struct handover *handover, uint32_t value)
{
    (void)handover;
    madt_entry(0)[1] = (uint8_t)value;
}

/* The CPU that boots is not enabled. */
static void madt_booted(struct handover *handover, uint32_t value)
{
    (void)handover;
    (void)value;
    madt_entry(0)[4] = 0;
}

/* One more CPU with the id VALUE. */
static void madt_ghost(struct handover *handover, uint32_t value)
{
    (void)handover;
    madt_add(value);
}

/* All CPUs once more. */
static void madt_twice(struct handover *handover, uint32_t value)
{
    uint32_t size = size_of(madt);

    (void)handover;
    (void)value;
    for (uint32_t at = MADT_ENTRIES; at < size && madt[at + 1]; at += madt[at + 1])
        if (madt[at] == 0)
            madt_add(madt[at + 3]);
}

/* All CPUs as an x2APIC's. */
static void madt_x2apic(struct handover *handover, uint32_t value)
{
    uint32_t size = size_of(madt);

    (void)handover;
    (void)value;
    for (uint32_t at = MADT_ENTRIES; at < size && madt[at + 1]; at += madt[at + 1]) {
        if (madt[at] != 0 || !madt[at + 4])
            continue;
        madt[at + 4] = 0;
        madt_add(UINT8_MAX + 1);
        *word(madt + size_of(madt) - 12) = madt[at + 3];
    }
}

static void madt_checksum(struct handover *handover, uint32_t value)
{
    (void)handover;
    (void)value;
    madt[CHECKSUM]++;
}

/* This CPU is in x2APIC mode. */
static void x2apic(struct handover *handover, uint32_t value)
{
    uint32_t low, high;

    (void)handover;
    (void)value;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(REGISTER_APIC_BASE));
    __asm__ volatile("wrmsr" ::"c"(REGISTER_APIC_BASE), "a"(low | APIC_BASE_X2APIC), "d"(high));
}

bool spoil_acpi(struct handover *handover, const char *name, const char *value)
{
    static const struct {
        const char *name;
        void (*spoil)(struct handover *handover, uint32_t value);
        enum { ANY, COPY, COPY_SUM } madt; /* it needs a copy of the MADT, which is to sum up afterwards */
    } ways[] = {
        {"rsdp-none", rsdp_none, ANY},           {"rsdp-cut", rsdp_cut, ANY},
        {"rsdp-signature", rsdp_signature, ANY}, {"rsdp-checksum", rsdp_checksum, ANY},
        {"acpi-list", list_place, ANY},          {"acpi-list-checksum", list_checksum, ANY},
        {"acpi-list-cut", list_cut, ANY},        {"madt-none", madt_none, COPY},
        {"madt-size", madt_size, COPY},          {"madt-entry-size", madt_entry_size, COPY_SUM},
        {"madt-booted", madt_booted, COPY_SUM},  {"madt-ghost", madt_ghost, COPY_SUM},
        {"madt-twice", madt_twice, COPY_SUM},    {"madt-x2apic", madt_x2apic, COPY_SUM},
        {"madt-checksum", madt_checksum, COPY},  {"x2apic", x2apic, ANY},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (!is_same(name, ways[i].name))
            continue;
        if (ways[i].madt != ANY && *madt_place(handover) != (uint32_t)madt)
            madt_copy(handover);
        ways[i].spoil(handover, number_of(value));
        if (ways[i].madt == COPY_SUM)
            sum_up(madt, size_of(madt), CHECKSUM);
        return true;
    }
    return false;
}
