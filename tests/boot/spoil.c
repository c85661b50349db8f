/* Ways to spoil what the boot loader says. tests/ends says what the kernel must say of each. */
#include "tests/boot/shim.h"
#include "kernel/layout.h"
#include <quire/abi.h>

#define MULTIBOOT1_MAGIC 0x2badb002
#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define PAGE UINT64_C(4096)
#define CR4_FIVE_LEVELS 0x1000
#define SYSENTER_SEGMENT 0x174 /* model-specific registers: Intel SDM volume 4, table 2-2 */
#define SYSENTER_STACK 0x175
#define SYSENTER_ENTRY 0x176
#define INTRUDER_CODE 0x400000         /* where tasks are linked: libipc/task.lds */
#define FREE_MEMORY (16 * MIB)         /* usable on every machine that is tested, and above all that is loaded */
#define FIRMWARE (4 * GIB - 256 * KIB) /* flash memory, on every PC */

static struct tag *find(struct handover *handover, uint32_t type)
{
    struct tag *tag = information_find(handover, type, 0);

    if (!tag)
        give_up("the boot loader gave no tag to spoil", "");
    return tag;
}

static uint32_t *total_size(struct handover *handover)
{
    return (uint32_t *)(void *)handover->information;
}

static void magic(struct handover *handover, const char *value)
{
    (void)value;
    handover->magic = MULTIBOOT1_MAGIC;
}

static void misaligned(struct handover *handover, const char *value)
{
    (void)value;
    memmove(handover->information + 4, handover->information, *total_size(handover));
    handover->information += 4;
}

static void total(struct handover *handover, const char *value)
{
    *total_size(handover) = number_of(value);
}

static void no_end(struct handover *handover, const char *value)
{
    (void)value;
    *total_size(handover) -= 8;
}

static void header_cut(struct handover *handover, const char *value)
{
    (void)value;
    *total_size(handover) -= 4;
}

/* The map tag says it has VALUE bytes. */
static void map_size(struct handover *handover, const char *value)
{
    find(handover, MULTIBOOT2_TAG_MEMORY_MAP)->size = number_of(value);
}

static void module_cut(struct handover *handover, const char *value)
{
    (void)value;
    information_append(handover, MULTIBOOT2_TAG_MODULE, 12);
}

/* Page tables of five levels, as some firmware has them (Intel SDM volume 3, 2.5). */
static void five_levels(struct handover *handover, const char *value)
{
    uint32_t control;

    (void)handover;
    (void)value;
    __asm__ volatile("movl %%cr4, %0" : "=r"(control));
    __asm__ volatile("movl %0, %%cr4" ::"r"(control | CR4_FIVE_LEVELS));
}

static void register_write(uint32_t number, uint32_t value)
{
    __asm__ volatile("wrmsr" ::"c"(number), "a"(value), "d"(0));
}

/* Another way into ring 0 than the kernel's. */
static void sysenter(struct handover *handover, const char *value)
{
    (void)handover;
    (void)value;
    register_write(SYSENTER_SEGMENT, 8);
    register_write(SYSENTER_STACK, 0x7000);
    register_write(SYSENTER_ENTRY, INTRUDER_CODE);
}

static void repeated(struct handover *handover, const char *value)
{
    (void)value;
    information_append(handover, MULTIBOOT2_TAG_COMMAND_LINE, 16);
}

/* The command line gets VALUE bytes and no end. */
static void line(struct handover *handover, const char *value)
{
    uint32_t length = number_of(value);

    information_remove(handover, find(handover, MULTIBOOT2_TAG_COMMAND_LINE));
    memset(information_append(handover, MULTIBOOT2_TAG_COMMAND_LINE, 8 + length)->text, 'x', length);
}

static void line_long(struct handover *handover, const char *value)
{
    line(handover, value);
    find(handover, MULTIBOOT2_TAG_COMMAND_LINE)->text[number_of(value) - 1] = 0;
}

static void no_map(struct handover *handover, const char *value)
{
    (void)value;
    information_remove(handover, find(handover, MULTIBOOT2_TAG_MEMORY_MAP));
}

static void map_empty(struct handover *handover, const char *value)
{
    no_map(handover, value);
    information_append(handover, MULTIBOOT2_TAG_MEMORY_MAP, 16)->map.entry_size = sizeof(struct map_entry);
}

static void entry_size(struct handover *handover, const char *value)
{
    find(handover, MULTIBOOT2_TAG_MEMORY_MAP)->map.entry_size = number_of(value);
}

static void map_cut(struct handover *handover, const char *value)
{
    (void)value;
    find(handover, MULTIBOOT2_TAG_MEMORY_MAP)->size -= 8;
}

/* VALUE more entries, each with a hole of its size behind it. */
static void map_many(struct handover *handover, const char *value)
{
    for (uint32_t i = 0; i < number_of(value); i++)
        information_map_add(handover, FREE_MEMORY + 2 * i * PAGE, PAGE, MULTIBOOT2_MEMORY_RESERVED);
}

static void services(struct handover *handover, const char *value)
{
    (void)value;
    information_append(handover, MULTIBOOT2_TAG_EFI_BOOT_SERVICES, 8);
}

/* Regions that overlap, in all ways: inside, around, across, the same, at odd addresses, and empty. */
static void overlap(struct handover *handover, const char *value)
{
    uint64_t base = FREE_MEMORY;

    (void)value;
    information_map_add(handover, base, MIB, MULTIBOOT2_MEMORY_USABLE);
    information_map_add(handover, base, MIB, MULTIBOOT2_MEMORY_USABLE);
    information_map_add(handover, base - MIB, 3 * MIB, MULTIBOOT2_MEMORY_USABLE);
    information_map_add(handover, base + 1, 100 * KIB, MULTIBOOT2_MEMORY_RESERVED);
    information_map_add(handover, base + 50 * KIB + 7, 100 * KIB, MULTIBOOT2_MEMORY_ACPI_RECLAIMABLE);
    information_map_add(handover, base + 150 * KIB, 2 * KIB, MULTIBOOT2_MEMORY_BAD);
    information_map_add(handover, base + 150 * KIB, 0, MULTIBOOT2_MEMORY_BAD);
    information_map_add(handover, MIB, 512 * KIB + 3, MULTIBOOT2_MEMORY_USABLE); /* the kernel */
    information_map_add(handover, base + 2 * MIB, 4 * KIB, 77); /* a type that no specification knows */
}

/* Its end lies beyond 2^64. */
static void wrap(struct handover *handover, const char *value)
{
    (void)value;
    information_map_add(handover, FREE_MEMORY, UINT64_MAX - 8 * MIB, MULTIBOOT2_MEMORY_USABLE);
}

static void wrap_reserved(struct handover *handover, const char *value)
{
    (void)value;
    information_map_add(handover, 0, UINT64_MAX, MULTIBOOT2_MEMORY_RESERVED);
    information_map_add(handover, 1, UINT64_MAX, MULTIBOOT2_MEMORY_RESERVED);
}

static void beyond(struct handover *handover, const char *value)
{
    (void)value;
    information_map_add(handover, PHYSICAL_MAX, 64 * MIB, MULTIBOOT2_MEMORY_USABLE);
}

/* VALUE GiB that the processor can't address or the machine does not have. */
static void far(struct handover *handover, const char *value)
{
    information_map_add(handover, number_of(value) * GIB, 64 * MIB, MULTIBOOT2_MEMORY_USABLE);
}

/* All usable memory is VALUE KiB beside what is loaded. */
static void usable(struct handover *handover, const char *value)
{
    struct tag *map = find(handover, MULTIBOOT2_TAG_MEMORY_MAP);
    uint32_t count = (map->size - 16) / map->map.entry_size;

    for (uint32_t i = 0; i < count; i++)
        if (map->map.entries[i].type == MULTIBOOT2_MEMORY_USABLE)
            map->map.entries[i].length = 0;
    information_map_add(handover, FREE_MEMORY, number_of(value) * KIB, MULTIBOOT2_MEMORY_USABLE);
}

static void no_modules(struct handover *handover, const char *value)
{
    (void)value;
    while (information_find(handover, MULTIBOOT2_TAG_MODULE, 0))
        information_remove(handover, find(handover, MULTIBOOT2_TAG_MODULE));
}

static void no_first_module(struct handover *handover, const char *value)
{
    (void)value;
    information_remove(handover, find(handover, MULTIBOOT2_TAG_MODULE));
}

/* The first module VALUE times more. */
static void modules(struct handover *handover, const char *value)
{
    for (uint32_t i = 0; i < number_of(value); i++) {
        const struct tag *first = find(handover, MULTIBOOT2_TAG_MODULE);
        memcpy(information_append(handover, MULTIBOOT2_TAG_MODULE, first->size), first, first->size);
    }
}

static void module_backwards(struct handover *handover, const char *value)
{
    struct tag *module = find(handover, MULTIBOOT2_TAG_MODULE);

    (void)value;
    module->module.end = module->module.start - 1;
}

static void module_place(struct handover *handover, uint64_t start)
{
    struct tag *module = find(handover, MULTIBOOT2_TAG_MODULE);

    module->module.end = (uint32_t)start + (module->module.end - module->module.start);
    module->module.start = (uint32_t)start;
}

static void module_firmware(struct handover *handover, const char *value)
{
    (void)value;
    module_place(handover, FIRMWARE);
}

static void module_kernel(struct handover *handover, const char *value)
{
    (void)value;
    module_place(handover, MIB);
}

/* A framebuffer of 4 GiB at address 0. */
static void framebuffer(struct handover *handover, const char *value)
{
    struct tag *old = information_find(handover, MULTIBOOT2_TAG_FRAMEBUFFER, 0);

    (void)value;
    if (old)
        information_remove(handover, old);
    struct tag *tag = information_append(handover, MULTIBOOT2_TAG_FRAMEBUFFER, 32);
    tag->framebuffer.pitch = 65536;
    tag->framebuffer.height = 65536;
    tag->framebuffer.type = MULTIBOOT2_FRAMEBUFFER_TEXT;
}

bool spoil(struct handover *handover, const char *name, const char *value)
{
    static const struct {
        const char *name;
        void (*spoil)(struct handover *handover, const char *value);
    } ways[] = {
        {"magic", magic},
        {"misaligned", misaligned},
        {"total", total},
        {"no-end", no_end},
        {"header-cut", header_cut},
        {"map-size", map_size},
        {"module-cut", module_cut},
        {"repeated", repeated},
        {"line-unended", line},
        {"line-long", line_long},
        {"no-map", no_map},
        {"map-empty", map_empty},
        {"entry-size", entry_size},
        {"map-cut", map_cut},
        {"map-many", map_many},
        {"services", services},
        {"five-levels", five_levels},
        {"sysenter", sysenter},
        {"overlap", overlap},
        {"wrap", wrap},
        {"wrap-reserved", wrap_reserved},
        {"beyond", beyond},
        {"far", far},
        {"usable", usable},
        {"no-modules", no_modules},
        {"no-first-module", no_first_module},
        {"modules", modules},
        {"module-backwards", module_backwards},
        {"module-firmware", module_firmware},
        {"module-kernel", module_kernel},
        {"framebuffer", framebuffer},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (is_same(name, ways[i].name)) {
            ways[i].spoil(handover, value);
            return true;
        }
    return false;
}
