/* The loading of programs: an arbitrary file, and every page of what it describes. */
#include "tests/fuzz/fuzz.h"

#include <quire/elf.h>

#define PAGE UINT64_C(4096)
#define PAGES_READ 64 /* of a segment, from either end */

static void read_page(const struct elf_image *image, uint32_t segment, uint64_t page)
{
    const void *source;
    uint32_t offset;
    uint32_t length;
    static uint8_t contents[4096];

    must(elf_page(image, segment, page, &source, &offset, &length) == ERROR_NONE);
    must(offset <= PAGE && length <= PAGE - offset);
    must((length == 0) == (source == NULL));
    if (length > 0)
        memcpy(contents, source, length); /* the address sanitizer looks */
}

static void check_segment(const struct elf_image *image, uint32_t number)
{
    const struct elf_segment *segment = &image->segments[number];
    uint64_t pages = elf_pages(segment);
    const void *source;
    uint32_t unused;

    must(segment->memory_size > 0 && segment->file_size <= segment->memory_size);
    must(segment->offset <= image->size && segment->file_size <= image->size - segment->offset);
    must(segment->address >= USER_START && segment->memory_size <= USER_END - segment->address);
    must(segment->rights != 0 && !(segment->rights & ~(uint32_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)));
    must(!(segment->rights & RIGHT_WRITE && segment->rights & RIGHT_EXECUTE));
    must(pages == (segment->address + segment->memory_size - 1) / PAGE - segment->address / PAGE + 1);
    for (uint64_t page = 0; page < pages && page < PAGES_READ; page++) {
        read_page(image, number, page);
        read_page(image, number, pages - 1 - page);
    }
    must(elf_page(image, number, pages, &source, &unused, &unused) == ERROR_OUT_OF_BOUND);
}

static void check_image(const struct elf_image *image)
{
    bool entry = false;

    must(image->segment_count > 0 && image->segment_count <= ELF_SEGMENTS);
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *segment = &image->segments[k];
        check_segment(image, k);
        entry = entry || (segment->rights & RIGHT_EXECUTE && image->entry >= segment->address &&
                          image->entry - segment->address < segment->memory_size);
        for (uint32_t n = 0; n < k; n++) {
            const struct elf_segment *other = &image->segments[n];
            must((segment->address + segment->memory_size - 1) / PAGE < other->address / PAGE ||
                 (other->address + other->memory_size - 1) / PAGE < segment->address / PAGE);
        }
    }
    must(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_image nothing;
    struct elf_image image;
    uint8_t *file = input_copy(data, size);

    memset(&image, 0xa5, sizeof(image));
    if (elf_parse(file, size, &image) == ERROR_NONE)
        check_image(&image);
    else
        must(memcmp(&image, &nothing, sizeof(image)) == 0);
    free(file);
    return 0;
}
