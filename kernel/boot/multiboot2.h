/* What a Multiboot2 boot loader tells the kernel, copied out of its memory.
 * Numbers follow the Multiboot2 specification, version 2.0; sections are given with each group. */
#ifndef KERNEL_BOOT_MULTIBOOT2_H
#define KERNEL_BOOT_MULTIBOOT2_H

/* The header in the kernel's image (section 3.1): within the first 32,768 bytes, 8-byte aligned. */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6 /* 3.1.2; magic, architecture, length and checksum sum up to 0 */
#define MULTIBOOT2_ARCHITECTURE_I386 0     /* 3.1.2: entered in 32-bit protected mode */

/* Header tags (3.1.3 and the sections after it): u16 type, u16 flags, u32 size, each aligned to 8 bytes. */
#define MULTIBOOT2_HEADER_TAG_END 0
#define MULTIBOOT2_HEADER_TAG_FRAMEBUFFER 5      /* 3.1.10: preferred width, height and bits of a pixel */
#define MULTIBOOT2_HEADER_TAG_MODULE_ALIGNMENT 6 /* 3.1.6: modules begin at page boundaries */
#define MULTIBOOT2_HEADER_TAG_OPTIONAL 1         /* flag: a loader that can't do it may go on */

/* In eax at entry (3.3, I386 machine state); ebx holds the physical address of the information. */
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289

/* The information (3.6): u32 total size, u32 reserved, then tags of u32 type, u32 size, each aligned to 8 bytes.
 * Types that are not listed are of no use here. */
#define MULTIBOOT2_TAG_END 0
#define MULTIBOOT2_TAG_COMMAND_LINE 1
#define MULTIBOOT2_TAG_LOADER_NAME 2
#define MULTIBOOT2_TAG_MODULE 3
#define MULTIBOOT2_TAG_MEMORY_MAP 6
#define MULTIBOOT2_TAG_FRAMEBUFFER 8
#define MULTIBOOT2_TAG_ACPI_OLD 14          /* a copy of the RSDP of ACPI 1.0 */
#define MULTIBOOT2_TAG_ACPI_NEW 15          /* and of later versions */
#define MULTIBOOT2_TAG_EFI_BOOT_SERVICES 18 /* boot services were not ended */

/* Types of the memory map's entries; every other number means reserved. */
#define MULTIBOOT2_MEMORY_USABLE 1
#define MULTIBOOT2_MEMORY_ACPI_RECLAIMABLE 3
#define MULTIBOOT2_MEMORY_NON_VOLATILE 4
#define MULTIBOOT2_MEMORY_BAD 5

#define MULTIBOOT2_FRAMEBUFFER_RGB 1 /* the type of framebuffer whose tag tells colours */

#ifndef __ASSEMBLER__

#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_MAP_ENTRIES 128
#define BOOT_MODULES 64
#define BOOT_LINE 768 /* bytes of a command line with its end */
#define BOOT_LOADER_NAME 64
#define BOOT_ACPI_ROOT 36 /* bytes of the RSDP that are kept */

enum boot_fault {
#define BOOT_FAULT(NAME, sentence) BOOT_FAULT_##NAME,
#include "kernel/boot/boot_faults.def"
#undef BOOT_FAULT
    BOOT_FAULTS
};

/* As the loader wrote it: neither aligned nor free of overlap, and base + length may wrap around. */
struct boot_map_entry {
    uint64_t base;   /* physical address */
    uint64_t length; /* bytes */
    uint32_t type;   /* MULTIBOOT2_MEMORY_... */
};
_Static_assert(sizeof(struct boot_map_entry) == 24, "as in the tag (3.6.8)");

struct boot_module {
    uint64_t start; /* physical address */
    uint64_t end;   /* of the first byte after it; may equal start */
    char line[BOOT_LINE];
};

struct boot_framebuffer {
    uint64_t address; /* physical */
    uint32_t pitch;   /* bytes from a line to the next; it takes pitch * height bytes */
    uint32_t width;   /* pixels, or characters of text */
    uint32_t height;
    uint8_t bits; /* of a pixel */
    uint8_t type; /* 0 indexed, 1 RGB, 2 text */
    uint16_t unused;
    uint8_t red_position, red_bits, green_position, green_bits, blue_position, blue_bits; /* RGB only, else 0 */
    bool present;
};
_Static_assert(offsetof(struct boot_framebuffer, red_position) == 24, "as in the tag (3.6.12)");

struct boot_data {
    enum boot_fault fault;
    uint32_t fault_offset;     /* of the offending tag, bytes from the start of the information */
    uint64_t information_base; /* where the information was read; see multiboot2_parse */
    uint64_t information_size; /* bytes */
    uint32_t map_count;
    uint32_t module_count;
    struct boot_map_entry map[BOOT_MAP_ENTRIES];
    struct boot_module modules[BOOT_MODULES];
    struct boot_framebuffer framebuffer;
    uint32_t acpi_root_size; /* bytes that the loader gave of the RSDP, at most BOOT_ACPI_ROOT; 0: it knows none */
    uint8_t acpi_root[BOOT_ACPI_ROOT];
    char command_line[BOOT_LINE];       /* empty when the loader gave none */
    char loader_name[BOOT_LOADER_NAME]; /* likewise; cut when longer */
};

/* Copies what the kernel needs out of the loader's information. Nothing of it is needed afterwards.
 *   information  the start of the information, in a mapping that can be read
 *   readable     bytes from there on that can be read, or more than the information can have
 * out->information_base becomes the value of the pointer: a caller that reads through a mapping other than
 * the identity puts the physical address there afterwards.
 * BAD_BOOT_DATA: out->fault says why and out->fault_offset where; all else in out is 0. Tags of unknown type
 * are skipped, as the specification asks. Reads no byte outside of [information, information + readable). */
must_use enum error multiboot2_parse(const void *information, uint64_t readable, struct boot_data *out);

/* The fault as a sentence without a full stop. Never NULL. */
const char *boot_fault_text(enum boot_fault fault);

#endif
#endif
