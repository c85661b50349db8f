/* Reads Multiboot2 information (specification 2.0, section 3.6). Every member is copied out by memcpy after the
 * bounds of its tag were checked, so nothing is assumed of alignment or contents. */
#include "kernel/boot/multiboot2.h"
#include <string.h>

#define HEADER_SIZE 8 /* u32 total size, u32 reserved */
#define TAG_SIZE 8    /* u32 type, u32 size */
#define TAG_ALIGNMENT 8
#define MAP_HEADER_SIZE 16      /* the tag, u32 entry size, u32 entry version */
#define MODULE_LINE 16          /* offset of a module's command line, behind u32 start, u32 end */
#define FRAMEBUFFER_SIZE 30     /* of its tag up to bits and type */
#define FRAMEBUFFER_SIZE_RGB 38 /* with colours */

/* Types that can be there once; bit per type. */
#define TAGS_ONCE                                                                                                      \
    (UINT32_C(1) << MULTIBOOT2_TAG_COMMAND_LINE | UINT32_C(1) << MULTIBOOT2_TAG_LOADER_NAME |                          \
     UINT32_C(1) << MULTIBOOT2_TAG_MEMORY_MAP | UINT32_C(1) << MULTIBOOT2_TAG_FRAMEBUFFER)

struct tag {
    const uint8_t *bytes;
    uint32_t size; /* with its header, at least TAG_SIZE */
};

const char *boot_fault_text(enum boot_fault fault)
{
    static const char *const texts[] = {
#define BOOT_FAULT(NAME, sentence) sentence,
#include "kernel/boot/boot_faults.def"
#undef BOOT_FAULT
    };

    return (uint32_t)fault < BOOT_FAULTS ? texts[fault] : "the fault is in no table";
}

static uint32_t read_32(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

/* Copies the string from the offset on. A longer one is a fault, or cut where only people read it. */
static enum boot_fault copy_string(struct tag tag, uint32_t offset, char *buffer, uint32_t capacity, bool cut)
{
    const char *string = (const char *)tag.bytes + offset;

    if (tag.size <= offset)
        return BOOT_FAULT_TAG_TOO_SHORT;
    size_t length = strnlen(string, tag.size - offset);
    if (length == tag.size - offset)
        return BOOT_FAULT_STRING_UNENDED;
    if (length >= capacity && !cut)
        return BOOT_FAULT_LINE_TOO_LONG;
    memcpy(buffer, string, length < capacity ? length : capacity - 1); /* all of out was zero */
    return BOOT_FAULT_NONE;
}

static enum boot_fault read_module(struct boot_data *out, struct tag tag)
{
    if (out->module_count == BOOT_MODULES)
        return BOOT_FAULT_TOO_MANY_MODULES;
    struct boot_module *module = &out->modules[out->module_count++];
    enum boot_fault fault = copy_string(tag, MODULE_LINE, module->line, BOOT_LINE, false);
    if (fault != BOOT_FAULT_NONE)
        return fault;
    module->start = read_32(tag.bytes + 8);
    module->end = read_32(tag.bytes + 12);
    return module->end < module->start ? BOOT_FAULT_MODULE_RANGE : BOOT_FAULT_NONE;
}

/* Later versions of the entries only add to them. */
static enum boot_fault read_memory_map(struct boot_data *out, struct tag tag)
{
    if (tag.size < MAP_HEADER_SIZE)
        return BOOT_FAULT_TAG_TOO_SHORT;
    uint32_t bytes = tag.size - MAP_HEADER_SIZE;
    uint32_t entry_size = read_32(tag.bytes + 8);
    if (entry_size < sizeof(struct boot_map_entry) || entry_size % TAG_ALIGNMENT != 0)
        return BOOT_FAULT_MAP_ENTRY_SIZE;
    if (bytes % entry_size != 0)
        return BOOT_FAULT_MAP_ENTRY_CUT;
    if (bytes / entry_size > BOOT_MAP_ENTRIES)
        return BOOT_FAULT_TOO_MANY_ENTRIES;
    out->map_count = bytes / entry_size;
    for (uint32_t k = 0; k < out->map_count; k++)
        memcpy(&out->map[k], tag.bytes + MAP_HEADER_SIZE + k * entry_size, sizeof(out->map[k]));
    return out->map_count == 0 ? BOOT_FAULT_NO_MEMORY_MAP : BOOT_FAULT_NONE;
}

static enum boot_fault read_framebuffer(struct boot_data *out, struct tag tag)
{
    uint32_t size = FRAMEBUFFER_SIZE;

    if (tag.size >= FRAMEBUFFER_SIZE && tag.bytes[FRAMEBUFFER_SIZE - 1] == MULTIBOOT2_FRAMEBUFFER_RGB)
        size = FRAMEBUFFER_SIZE_RGB;
    if (tag.size < size)
        return BOOT_FAULT_TAG_TOO_SHORT;
    memcpy(&out->framebuffer, tag.bytes + TAG_SIZE, size - TAG_SIZE);
    out->framebuffer.present = true;
    return BOOT_FAULT_NONE;
}

/* What is wrong with it is for boot/acpi.c to say: a machine can do without. Where there are two the newer one counts. */
static void read_acpi_root(struct boot_data *out, uint32_t type, struct tag tag)
{
    uint32_t size = tag.size - TAG_SIZE < BOOT_ACPI_ROOT ? tag.size - TAG_SIZE : BOOT_ACPI_ROOT;

    if (type == MULTIBOOT2_TAG_ACPI_OLD && out->acpi_root_size)
        return;
    memset(out->acpi_root, 0, sizeof(out->acpi_root));
    memcpy(out->acpi_root, tag.bytes + TAG_SIZE, size);
    out->acpi_root_size = size;
}

static enum boot_fault read_tag(struct boot_data *out, uint32_t type, struct tag tag)
{
    switch (type) {
    case MULTIBOOT2_TAG_COMMAND_LINE:
        return copy_string(tag, TAG_SIZE, out->command_line, BOOT_LINE, false);
    case MULTIBOOT2_TAG_LOADER_NAME:
        return copy_string(tag, TAG_SIZE, out->loader_name, BOOT_LOADER_NAME, true);
    case MULTIBOOT2_TAG_MODULE:
        return read_module(out, tag);
    case MULTIBOOT2_TAG_MEMORY_MAP:
        return read_memory_map(out, tag);
    case MULTIBOOT2_TAG_FRAMEBUFFER:
        return read_framebuffer(out, tag);
    case MULTIBOOT2_TAG_ACPI_OLD:
    case MULTIBOOT2_TAG_ACPI_NEW:
        read_acpi_root(out, type, tag);
        return BOOT_FAULT_NONE;
    case MULTIBOOT2_TAG_EFI_BOOT_SERVICES:
        return BOOT_FAULT_SERVICES_RUNNING;
    default:
        return BOOT_FAULT_NONE;
    }
}

/* Walks the tags; *offset follows, so that a fault can be placed. */
static enum boot_fault read_tags(struct boot_data *out, const uint8_t *bytes, uint32_t total, uint32_t *offset)
{
    uint64_t next = HEADER_SIZE; /* padding makes it at most total + 7: hence 64 bits */
    uint32_t seen = 0;           /* bit per tag type below 32 */

    for (; next < total; next = (next + TAG_ALIGNMENT - 1) / TAG_ALIGNMENT * TAG_ALIGNMENT) {
        *offset = (uint32_t)next;
        if (total - next < TAG_SIZE)
            return BOOT_FAULT_TAG_TOO_LONG;
        uint32_t type = read_32(bytes + next);
        struct tag tag = {bytes + next, read_32(bytes + next + 4)};
        if (tag.size < TAG_SIZE)
            return BOOT_FAULT_TAG_TOO_SHORT;
        if (tag.size > total - next)
            return BOOT_FAULT_TAG_TOO_LONG;
        if (type == MULTIBOOT2_TAG_END)
            return out->map_count == 0 ? BOOT_FAULT_NO_MEMORY_MAP : BOOT_FAULT_NONE;
        uint32_t bit = type < 32 ? UINT32_C(1) << type : 0;
        enum boot_fault fault = seen & bit & TAGS_ONCE ? BOOT_FAULT_REPEATED_TAG : read_tag(out, type, tag);
        if (fault != BOOT_FAULT_NONE)
            return fault;
        seen |= bit;
        next += tag.size;
    }
    *offset = total;
    return BOOT_FAULT_NO_END_TAG;
}

enum error multiboot2_parse(const void *information, uint64_t readable, struct boot_data *out)
{
    const uint8_t *bytes = information;
    enum boot_fault fault = BOOT_FAULT_NONE;
    uint32_t offset = 0;
    uint32_t total = 0;

    memset(out, 0, sizeof(*out));
    if ((uintptr_t)information % TAG_ALIGNMENT != 0)
        fault = BOOT_FAULT_MISALIGNED;
    else if (readable < HEADER_SIZE || (total = read_32(bytes)) < HEADER_SIZE || total > readable)
        fault = BOOT_FAULT_TRUNCATED;
    else
        fault = read_tags(out, bytes, total, &offset);
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
