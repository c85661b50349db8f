/* Reads Multiboot2 information (specification 2.0, section 3.6). Every member is copied out by memcpy after the
 * bounds of its tag were checked, so nothing is assumed of alignment or contents. */
#include "kernel/boot/multiboot2.h"
#include <stddef.h>
#include <string.h>

#define HEADER_SIZE 8 /* u32 total size, u32 reserved */
#define TAG_SIZE 8    /* u32 type, u32 size */
#define TAG_ALIGNMENT 8
#define MAP_HEADER_SIZE 16 /* the tag, u32 entry size, u32 entry version */
#define MAP_ENTRY_SIZE 24  /* u64 base, u64 length, u32 type, u32 reserved; later versions only add to it */
#define MODULE_LINE 16     /* offset of a module's command line, behind u32 start, u32 end */
#define RSDP_OLD_SIZE 20
#define FRAMEBUFFER_SIZE 30 /* up to bits and type; padding, then colours follow */
#define FRAMEBUFFER_COLOURS 32
#define FRAMEBUFFER_COLOUR_BYTES 6

struct tag {
    const uint8_t *bytes;
    uint32_t size; /* with its header, at least TAG_SIZE */
};

struct reader {
    struct boot_data *out;
    uint32_t seen; /* bit per tag type below 32 that came once */
};

const char *boot_fault_text(enum boot_fault fault)
{
    switch (fault) {
#define BOOT_FAULT(NAME, sentence)                                                                                     \
    case BOOT_FAULT_##NAME:                                                                                            \
        return sentence;
#include "kernel/boot/boot_faults.def"
#undef BOOT_FAULT
    default:
        return "the fault is in no table";
    }
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

/* Copies the string from the offset on. A longer one is a fault, or cut where only people read it. */
static enum boot_fault copy_string(struct tag tag, uint32_t offset, char *buffer, uint32_t capacity, bool cut)
{
    if (tag.size <= offset) {
        return BOOT_FAULT_TAG_TOO_SHORT;
    }
    const uint8_t *end = memchr(tag.bytes + offset, 0, tag.size - offset);
    if (end == NULL) {
        return BOOT_FAULT_STRING_UNENDED;
    }
    size_t length = (size_t)(end - (tag.bytes + offset));
    if (length >= capacity) {
        if (!cut) {
            return BOOT_FAULT_LINE_TOO_LONG;
        }
        length = capacity - 1;
    }
    memcpy(buffer, tag.bytes + offset, length);
    buffer[length] = 0;
    return BOOT_FAULT_NONE;
}

static enum boot_fault read_module(struct boot_data *out, struct tag tag)
{
    if (tag.size <= MODULE_LINE) {
        return BOOT_FAULT_TAG_TOO_SHORT;
    }
    if (out->module_count == BOOT_MODULES) {
        return BOOT_FAULT_TOO_MANY_MODULES;
    }
    struct boot_module *module = &out->modules[out->module_count];
    module->start = read_32(tag.bytes + 8);
    module->end = read_32(tag.bytes + 12);
    if (module->end < module->start) {
        return BOOT_FAULT_MODULE_RANGE;
    }
    out->module_count++;
    return copy_string(tag, MODULE_LINE, module->line, BOOT_LINE, false);
}

static enum boot_fault read_memory_map(struct boot_data *out, struct tag tag)
{
    if (tag.size < MAP_HEADER_SIZE) {
        return BOOT_FAULT_TAG_TOO_SHORT;
    }
    uint32_t entry_size = read_32(tag.bytes + 8);
    if (entry_size < MAP_ENTRY_SIZE || entry_size % TAG_ALIGNMENT != 0) {
        return BOOT_FAULT_MAP_ENTRY_SIZE;
    }
    uint32_t bytes = tag.size - MAP_HEADER_SIZE;
    if (bytes % entry_size != 0) {
        return BOOT_FAULT_MAP_ENTRY_CUT;
    }
    if (bytes / entry_size > BOOT_MAP_ENTRIES) {
        return BOOT_FAULT_TOO_MANY_ENTRIES;
    }
    out->map_count = bytes / entry_size;
    for (uint32_t k = 0; k < out->map_count; k++) {
        const uint8_t *entry = tag.bytes + MAP_HEADER_SIZE + k * entry_size;
        out->map[k].base = read_64(entry);
        out->map[k].length = read_64(entry + 8);
        out->map[k].type = read_32(entry + 16);
    }
    return out->map_count == 0 ? BOOT_FAULT_NO_MEMORY_MAP : BOOT_FAULT_NONE;
}

static enum boot_fault read_framebuffer(struct boot_data *out, struct tag tag)
{
    if (tag.size < FRAMEBUFFER_SIZE) {
        return BOOT_FAULT_TAG_TOO_SHORT;
    }
    struct boot_framebuffer *framebuffer = &out->framebuffer;
    framebuffer->present = true;
    framebuffer->address = read_64(tag.bytes + 8);
    framebuffer->pitch = read_32(tag.bytes + 16);
    framebuffer->width = read_32(tag.bytes + 20);
    framebuffer->height = read_32(tag.bytes + 24);
    framebuffer->bits = tag.bytes[28];
    framebuffer->type = tag.bytes[29];
    if (framebuffer->type == MULTIBOOT2_FRAMEBUFFER_RGB) {
        if (tag.size < FRAMEBUFFER_COLOURS + FRAMEBUFFER_COLOUR_BYTES) {
            return BOOT_FAULT_TAG_TOO_SHORT;
        }
        const uint8_t *colours = tag.bytes + FRAMEBUFFER_COLOURS;
        framebuffer->red_position = colours[0];
        framebuffer->red_bits = colours[1];
        framebuffer->green_position = colours[2];
        framebuffer->green_bits = colours[3];
        framebuffer->blue_position = colours[4];
        framebuffer->blue_bits = colours[5];
    }
    return BOOT_FAULT_NONE;
}

/* The newer RSDP is preferred, whichever comes first. */
static enum boot_fault read_rsdp(struct boot_data *out, struct tag tag, uint32_t size)
{
    if (tag.size < TAG_SIZE + size) {
        return BOOT_FAULT_TAG_TOO_SHORT;
    }
    if (size > out->rsdp_size) {
        memcpy(out->rsdp, tag.bytes + TAG_SIZE, size);
        out->rsdp_size = size;
    }
    return BOOT_FAULT_NONE;
}

static enum boot_fault read_tag(struct reader *reader, uint32_t type, struct tag tag)
{
    struct boot_data *out = reader->out;

    switch (type) {
    case MULTIBOOT2_TAG_MODULE:
        return read_module(out, tag);
    case MULTIBOOT2_TAG_EFI_BOOT_SERVICES:
        return BOOT_FAULT_SERVICES_RUNNING;
    case MULTIBOOT2_TAG_COMMAND_LINE:
    case MULTIBOOT2_TAG_LOADER_NAME:
    case MULTIBOOT2_TAG_MEMORY_MAP:
    case MULTIBOOT2_TAG_FRAMEBUFFER:
    case MULTIBOOT2_TAG_ACPI_OLD:
    case MULTIBOOT2_TAG_ACPI_NEW:
        if (reader->seen & UINT32_C(1) << type) {
            return BOOT_FAULT_REPEATED_TAG;
        }
        reader->seen |= UINT32_C(1) << type;
        break;
    default:
        return BOOT_FAULT_NONE;
    }

    switch (type) {
    case MULTIBOOT2_TAG_COMMAND_LINE:
        return copy_string(tag, TAG_SIZE, out->command_line, BOOT_LINE, false);
    case MULTIBOOT2_TAG_LOADER_NAME:
        return copy_string(tag, TAG_SIZE, out->loader_name, BOOT_LOADER_NAME, true);
    case MULTIBOOT2_TAG_MEMORY_MAP:
        return read_memory_map(out, tag);
    case MULTIBOOT2_TAG_FRAMEBUFFER:
        return read_framebuffer(out, tag);
    case MULTIBOOT2_TAG_ACPI_OLD:
        return read_rsdp(out, tag, RSDP_OLD_SIZE);
    default:
        return read_rsdp(out, tag, BOOT_RSDP);
    }
}

/* Walks the tags; *offset follows, so that a fault can be placed. */
static enum boot_fault read_tags(struct reader *reader, const uint8_t *bytes, uint32_t total, uint32_t *offset)
{
    /* Padding makes the next offset at most total + 7, below 2^32 + 7: hence 64 bits. */
    for (uint64_t next = HEADER_SIZE;;) {
        *offset = (uint32_t)next;
        if (next >= total) {
            *offset = total;
            return BOOT_FAULT_NO_END_TAG;
        }
        if (total - next < TAG_SIZE) {
            return BOOT_FAULT_TAG_TOO_LONG;
        }
        uint32_t type = read_32(bytes + next);
        struct tag tag = {bytes + next, read_32(bytes + next + 4)};
        if (tag.size < TAG_SIZE) {
            return BOOT_FAULT_TAG_TOO_SHORT;
        }
        if (tag.size > total - next) {
            return BOOT_FAULT_TAG_TOO_LONG;
        }
        if (type == MULTIBOOT2_TAG_END) {
            break;
        }
        enum boot_fault fault = read_tag(reader, type, tag);
        if (fault != BOOT_FAULT_NONE) {
            return fault;
        }
        next += ((uint64_t)tag.size + TAG_ALIGNMENT - 1) / TAG_ALIGNMENT * TAG_ALIGNMENT;
    }
    return reader->out->map_count == 0 ? BOOT_FAULT_NO_MEMORY_MAP : BOOT_FAULT_NONE;
}

enum error multiboot2_parse(const void *information, uint64_t readable, struct boot_data *out)
{
    const uint8_t *bytes = information;
    struct reader reader = {.out = out};
    enum boot_fault fault = BOOT_FAULT_NONE;
    uint32_t offset = 0;
    uint32_t total = 0;

    memset(out, 0, sizeof(*out));
    if ((uintptr_t)information % TAG_ALIGNMENT != 0) {
        fault = BOOT_FAULT_MISALIGNED;
    } else if (readable < HEADER_SIZE || (total = read_32(bytes)) < HEADER_SIZE || total > readable) {
        fault = BOOT_FAULT_TRUNCATED;
    } else {
        fault = read_tags(&reader, bytes, total, &offset);
    }
    if (fault != BOOT_FAULT_NONE) {
        memset(out, 0, sizeof(*out));
        out->fault = fault;
        out->fault_offset = offset;
        return ERROR_BAD_BOOT_DATA;
    }
    out->information_base = (uint64_t)(uintptr_t)information;
    out->information_size = total;
    return ERROR_NONE;
}
