/* Checks ELF files and finds the bytes of their pages. The file is read by memcpy after a check of bounds. */
#include <quire/elf.h>

#include <elf.h>
#include <stddef.h>
#include <string.h>

#define PAGE UINT64_C(4096)

struct area {
    uint64_t base;
    uint64_t end;
};

/* What a program may not cover: addresses with a fixed use, and a guard page under the stack. */
static const struct area fixed_areas[] = {
    {WINDOW_ADDRESS, WINDOW_ADDRESS + PHYSICAL_MAX / 64},
    {STACK_TOP - STACK_SIZE - PAGE, STACK_TOP},
    {START_PAGE_ADDRESS, START_PAGE_ADDRESS + PAGE},
    {BOOT_INFORMATION_ADDRESS, BOOT_INFORMATION_ADDRESS + 2 * PAGE},
    {WORKER_ADDRESS(0), WORKER_ADDRESS(WORKERS_MAX)},
};

/* 64 bytes of window for each 4096 bytes of memory. */
_Static_assert(WINDOW_ADDRESS + PHYSICAL_MAX / 64 <= STACK_TOP - STACK_SIZE - PAGE, "the window ends below the stack");

static uint64_t first_page(const struct elf_segment *segment)
{
    return segment->address / PAGE;
}

/* The sum can not wrap: elf_parse keeps segments below USER_END. */
static uint64_t end_page(const struct elf_segment *segment)
{
    return (segment->address + segment->memory_size + PAGE - 1) / PAGE;
}

uint64_t elf_pages(const struct elf_segment *segment)
{
    return end_page(segment) - first_page(segment);
}

static bool header_is_good(const Elf64_Ehdr *header, uint64_t size)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
           header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_ident[EI_VERSION] == EV_CURRENT &&
           header->e_type == ET_EXEC && header->e_machine == EM_X86_64 && header->e_version == EV_CURRENT &&
           header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phoff <= size &&
           header->e_phnum <= (size - header->e_phoff) / sizeof(Elf64_Phdr);
}

/* Whether the segment lies where programs may lie, and apart from those before it. */
static bool place_is_good(const struct elf_image *image, const struct elf_segment *segment)
{
    if (segment->address < USER_START || segment->address >= USER_END ||
        segment->memory_size > USER_END - segment->address) {
        return false;
    }
    for (uint32_t k = 0; k < sizeof(fixed_areas) / sizeof(fixed_areas[0]); k++) {
        if (segment->address < fixed_areas[k].end && fixed_areas[k].base < end_page(segment) * PAGE) {
            return false;
        }
    }
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *other = &image->segments[k];
        if (first_page(segment) < end_page(other) && first_page(other) < end_page(segment)) {
            return false;
        }
    }
    return true;
}

static enum error add_segment(struct elf_image *image, const Elf64_Phdr *entry)
{
    struct elf_segment segment = {
        .address = entry->p_vaddr,
        .memory_size = entry->p_memsz,
        .offset = entry->p_offset,
        .file_size = entry->p_filesz,
        .rights = ((entry->p_flags & PF_R) != 0 ? RIGHT_READ : 0) | ((entry->p_flags & PF_W) != 0 ? RIGHT_WRITE : 0) |
                  ((entry->p_flags & PF_X) != 0 ? RIGHT_EXECUTE : 0),
        .keep = (entry->p_flags & ELF_SEGMENT_KEEP) != 0,
        .layout = (entry->p_flags & ELF_SEGMENT_KEEP) != 0 ? entry->p_paddr : 0,
    };

    if (segment.file_size > segment.memory_size || segment.offset > image->size ||
        segment.file_size > image->size - segment.offset) {
        return ERROR_BAD_IMAGE;
    }
    if (segment.memory_size == 0) {
        return ERROR_NONE;
    }
    if (segment.rights & RIGHT_WRITE && segment.rights & RIGHT_EXECUTE) {
        return ERROR_UNSAFE_IMAGE;
    }
    if (segment.rights == 0 || image->segment_count == ELF_SEGMENTS || !place_is_good(image, &segment)) {
        return ERROR_BAD_IMAGE;
    }
    image->segments[image->segment_count++] = segment;
    return ERROR_NONE;
}

static enum error add_entry(struct elf_image *image, const Elf64_Phdr *entry)
{
    switch (entry->p_type) {
    case PT_LOAD:
        return add_segment(image, entry);
    case PT_GNU_STACK:
        return (entry->p_flags & PF_X) != 0 ? ERROR_UNSAFE_IMAGE : ERROR_NONE;
    case PT_INTERP:
    case PT_TLS:
        return ERROR_BAD_IMAGE;
    default:
        return ERROR_NONE;
    }
}

static bool entry_is_good(const struct elf_image *image)
{
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *segment = &image->segments[k];
        if (segment->rights & RIGHT_EXECUTE && image->entry >= segment->address &&
            image->entry - segment->address < segment->memory_size) {
            return true;
        }
    }
    return false;
}

static enum error parse(struct elf_image *image)
{
    Elf64_Ehdr header;

    if (image->size < sizeof(header)) {
        return ERROR_BAD_IMAGE;
    }
    memcpy(&header, image->file, sizeof(header));
    if (!header_is_good(&header, image->size)) {
        return ERROR_BAD_IMAGE;
    }
    image->entry = header.e_entry;
    for (uint32_t k = 0; k < header.e_phnum; k++) {
        Elf64_Phdr entry;
        memcpy(&entry, image->file + header.e_phoff + k * sizeof(entry), sizeof(entry));
        enum error error = add_entry(image, &entry);
        if (error != ERROR_NONE) {
            return error;
        }
    }
    return entry_is_good(image) ? ERROR_NONE : ERROR_BAD_IMAGE;
}

enum error elf_parse(const void *file, uint64_t size, struct elf_image *out)
{
    memset(out, 0, sizeof(*out));
    out->file = file;
    out->size = size;
    enum error error = parse(out);
    if (error != ERROR_NONE) {
        memset(out, 0, sizeof(*out));
    }
    return error;
}

enum error elf_page(const struct elf_image *image, uint32_t segment, uint64_t page, const void **source,
                    uint32_t *offset_in_page, uint32_t *length)
{
    if (segment >= image->segment_count || page >= elf_pages(&image->segments[segment])) {
        return ERROR_OUT_OF_BOUND;
    }
    const struct elf_segment *from = &image->segments[segment];
    uint64_t page_start = (first_page(from) + page) * PAGE;
    uint64_t start = page_start > from->address ? page_start : from->address;
    uint64_t end = from->address + from->file_size;
    if (end > page_start + PAGE) {
        end = page_start + PAGE;
    }
    bool any = start < end;
    *source = any ? image->file + from->offset + (start - from->address) : NULL;
    *offset_in_page = any ? (uint32_t)(start - page_start) : 0;
    *length = any ? (uint32_t)(end - start) : 0;
    return ERROR_NONE;
}
