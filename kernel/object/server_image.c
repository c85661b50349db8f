#include "kernel/object/server_image.h"
#include "kernel/cpu/instructions.h"
#include <quire/slot.h>
#include <string.h>

struct server_images server_images;

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The page from `start` on, counted in bytes from the part's first. */
static void restore_page(const struct server_part *part, uint64_t start)
{
    uint64_t from = part->offset > start ? part->offset : start;
    uint64_t end = least(part->offset + part->size, start + FRAME_SIZE);

    memset(part->memory + start, 0, FRAME_SIZE);
    if (from < end)
        memcpy(part->memory + from, (const char *)part->source + (from - part->offset), end - from);
}

static void restore(const struct server_part *part)
{
    for (uint64_t page = 0; page < part->pages; page++) {
        restore_page(part, page * FRAME_SIZE);
        interrupt_window();
    }
}

void server_image_restore(void)
{
    const struct server_image *image = &server_images.images[server_images.current];

    for (uint32_t k = 0; k < image->part_count; k++)
        restore(&image->parts[k]);
}

void server_stack_restore(uint32_t worker)
{
    restore(&server_images.stacks[worker]);
}
