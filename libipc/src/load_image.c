#include "libipc/src/load_image.h"

#include <quire/client.h>
#include <string.h>

/* The page of handle 0, which does not exist, among those of frame_map_anywhere. */
#define OPEN_ADDRESS MAPPING_BASE

must_use enum error frame_open(handle frame, void **page)
{
    enum error error = frame_map(frame, OPEN_ADDRESS, RIGHT_READ | RIGHT_WRITE);

    if (error == ERROR_NONE) {
        *page = (void *)OPEN_ADDRESS;
    }
    return error;
}

static enum error load_page(const struct elf_image *image, uint32_t segment, uint64_t number, handle frame)
{
    const void *source;
    uint32_t offset;
    uint32_t length;
    void *page;
    enum error error = elf_page(image, segment, number, &source, &offset, &length);

    if (error != ERROR_NONE || length == 0) {
        return error;
    }
    error = frame_open(frame, &page);
    if (error != ERROR_NONE) {
        return error;
    }
    memcpy((char *)page + offset, source, length);
    return frame_unmap(frame);
}

must_use enum error load_image(const struct elf_image *image, const struct supply *pages)
{
    uint32_t done = 0;

    for (uint32_t segment = 0; segment < image->segment_count; segment++) {
        uint64_t count = elf_pages(&image->segments[segment]);

        for (uint64_t number = 0; number < count; number++, done++) {
            enum error error = load_page(image, segment, number, supply_frame(pages, done));

            if (error != ERROR_NONE) {
                return error;
            }
        }
    }
    return ERROR_NONE;
}
