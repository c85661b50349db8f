#include "kernel/boot/boot_image.h"
#include "kernel/boot/boot_map.h"
#include "kernel/boot/kernel_map.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include "kernel/object/server_image.h"
#include <string.h>

static struct server_part map_segment(uint64_t root, const struct elf_image *image, const struct elf_segment *segment)
{
    struct server_part part = {.pages = elf_pages(segment),
                               .source = image->file + segment->offset,
                               .offset = segment->address % FRAME_SIZE,
                               .size = segment->file_size};

    part.memory = boot_map_fresh(root, segment->address - part.offset, part.pages, page_flags(segment->rights));
    memcpy(part.memory + part.offset, part.source, part.size);
    return part;
}

void boot_image_map(uint64_t root, const struct elf_image *image)
{
    for (uint32_t k = 0; k < image->segment_count; k++)
        (void)map_segment(root, image, &image->segments[k]);
}

static void add_part(struct server_image *made, const struct server_part *part)
{
    made->parts[made->part_count++] = *part;
}

/* What is written to is noted, but for what is kept. */
static void map_server(struct server_image *made, const struct elf_image *image, bool first)
{
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *segment = &image->segments[k];
        if (segment->keep && !first)
            continue;
        struct server_part part = map_segment(made->roots[0], image, segment);
        if ((segment->rights & RIGHT_WRITE) && !segment->keep)
            add_part(made, &part);
    }
}

static struct server_keep keep_of(const struct elf_image *image)
{
    for (uint32_t k = 0; k < image->segment_count; k++)
        if (image->segments[k].keep)
            return (struct server_keep){image->segments[k].address, image->segments[k].memory_size,
                                        image->segments[k].layout};
    return (struct server_keep){0};
}

static void map_stack(uint32_t worker)
{
    struct server_part *stack = &server_images.stacks[worker];
    uint64_t top = STACK_TOP - worker * WORKER_STACK_SPAN;

    stack->pages = STACK_SIZE / FRAME_SIZE;
    stack->memory = boot_map_fresh(server_images.images[0].roots[0], top - STACK_SIZE, stack->pages,
                                   page_flags(RIGHT_READ | RIGHT_WRITE));
}

/* The root table of an image for a worker but 0: tasks' half is that of worker 0's. */
static void add_root(struct server_image *image, uint32_t worker)
{
    image->roots[worker] = kernel_root(worker);
    memcpy(physical_pointer(image->roots[worker]), physical_pointer(image->roots[0]), FRAME_SIZE / 2);
}

void boot_image_serve(uint64_t root, const struct elf_image *image)
{
    struct server_image *made = &server_images.images[server_images.count++];

    *made = (struct server_image){.roots = {root}, .entry = image->entry, .keep = keep_of(image)};
    map_server(made, image, true);
    map_stack(0);
}

void boot_image_worker(uint32_t worker)
{
    map_stack(worker);
    add_root(&server_images.images[0], worker);
}

/* Has the tables of a level, that one virtual address needs, in common with another address space. */
static void share_table(uint64_t root, uint64_t from, uint64_t virtual_address, uint32_t level)
{
    uint32_t index = page_table_index(virtual_address, level);

    boot_map_table(root, virtual_address, level)[index] = boot_map_table(from, virtual_address, level)[index];
}

void boot_image_add(const struct elf_image *image)
{
    const struct server_image *first = &server_images.images[0];
    struct server_image *made = &server_images.images[server_images.count++];

    *made = (struct server_image){.entry = image->entry, .keep = keep_of(image)};
    if (memcmp(&made->keep, &first->keep, sizeof(made->keep)) != 0 || made->keep.address % page_table_span(2))
        return; /* tables can be shared only as wholes */
    made->roots[0] = kernel_root(0);
    map_server(made, image, false);
    share_table(made->roots[0], first->roots[0], WINDOW_ADDRESS, PAGE_TABLE_ROOT);
    share_table(made->roots[0], first->roots[0], STACK_TOP, PAGE_TABLE_ROOT);
    for (uint64_t done = 0; done < made->keep.size; done += page_table_span(2))
        share_table(made->roots[0], first->roots[0], made->keep.address + done, 2);
    for (uint32_t worker = 1; worker < cpu_count; worker++)
        add_root(made, worker);
}
