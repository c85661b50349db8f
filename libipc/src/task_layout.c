#include "libipc/src/task_layout.h"

#include <quire/slot.h>
#include <string.h>

#define PAGE_TABLE_LEVELS 3
#define PAGE_TABLE_BITS 9 /* of an address for each level; Intel SDM volume 3, 4.5 */
#define PAGE_BITS 12

static void add_area(struct task_layout *layout, uint64_t address, uint64_t pages, uint32_t rights)
{
    layout->areas[layout->area_count++] = (struct layout_area){.address = address, .pages = pages, .rights = rights};
}

/* Sorts areas by their address. */
static void sort(struct layout_area *areas, uint32_t count)
{
    for (uint32_t k = 1; k < count; k++) {
        struct layout_area moved = areas[k];
        uint32_t place = k;

        for (; place > 0 && areas[place - 1].address > moved.address; place--) {
            areas[place] = areas[place - 1];
        }
        areas[place] = moved;
    }
}

/* The tables of one level over sorted areas: each serves a span of addresses, and areas may share one. */
static uint64_t count_level(const struct layout_area *areas, uint32_t count, uint32_t level)
{
    uint32_t shift = PAGE_BITS + level * PAGE_TABLE_BITS;
    uint64_t tables = 0;
    uint64_t next = 0; /* the first span that has no table yet */

    for (uint32_t k = 0; k < count; k++) {
        uint64_t first = areas[k].address >> shift;
        uint64_t end = ((areas[k].address + areas[k].pages * FRAME_SIZE - 1) >> shift) + 1;

        first = first < next ? next : first;
        if (first < end) {
            tables += end - first;
            next = end;
        }
    }
    return tables;
}

static uint64_t count_page_tables(const struct task_layout *layout)
{
    struct layout_area sorted[LAYOUT_AREAS];
    uint64_t tables = 0;

    memcpy(sorted, layout->areas, sizeof(sorted));
    sort(sorted, layout->area_count);
    for (uint32_t level = 1; level <= PAGE_TABLE_LEVELS; level++) {
        tables += count_level(sorted, layout->area_count, level);
    }
    return tables;
}

must_use enum error task_layout_plan(const struct elf_image *image, uint32_t given, uint32_t free_tables,
                                     struct task_layout *layout)
{
    uint64_t pages = 0;

    memset(layout, 0, sizeof(*layout));
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *segment = &image->segments[k];

        add_area(layout, segment->address / FRAME_SIZE * FRAME_SIZE, elf_pages(segment),
                 segment->rights | RIGHT_READ); /* the processor has no page that can't be read */
    }
    add_area(layout, STACK_TOP - STACK_SIZE, STACK_SIZE / FRAME_SIZE, RIGHT_READ | RIGHT_WRITE);
    add_area(layout, START_PAGE_ADDRESS, 1, RIGHT_READ);
    for (uint32_t k = 0; k < layout->area_count; k++) {
        pages += layout->areas[k].pages;
    }
    /* No sum can wrap: addresses have 47 bits. Entry 0 is never used, and a handle table needs an entry too. */
    uint64_t page_tables = count_page_tables(layout);
    uint64_t others = 1 + (uint64_t)given + page_tables + pages + (uint64_t)free_tables * TABLE_ENTRIES;
    uint64_t tables = (others - 1 + TABLE_ENTRIES - 2) / (TABLE_ENTRIES - 1);

    if (tables * TABLE_ENTRIES > ENTRIES_MAX) {
        return ERROR_NO_ROOM;
    }
    layout->pages = (uint32_t)pages;
    layout->page_tables = (uint32_t)page_tables;
    layout->handle_tables = (uint32_t)tables - 1;
    return ERROR_NONE;
}

const struct layout_area *task_layout_page(const struct task_layout *layout, uint32_t page, uint64_t *place)
{
    const struct layout_area *area = layout->areas;

    for (*place = page; *place >= area->pages; area++) {
        *place -= area->pages;
    }
    return area;
}
