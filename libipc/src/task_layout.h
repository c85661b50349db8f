/* What a task is made of, before anything is bought: which pages, how many tables. Arithmetic only. */
#ifndef LIBIPC_SRC_TASK_LAYOUT_H
#define LIBIPC_SRC_TASK_LAYOUT_H

#include <quire/elf.h>
#include <quire/entries.h>

#define TABLE_ENTRIES 64 /* handles in a frame of kind HANDLE_TABLE */
#define LAYOUT_AREAS (ELF_SEGMENTS + 2)

/* Pages that follow one another. */
struct layout_area {
    uint64_t address;
    uint64_t pages;
    uint32_t rights;
};

struct task_layout {
    uint32_t area_count;
    struct layout_area areas[LAYOUT_AREAS]; /* the segments of the image in their order, the stack, the start page */
    uint32_t pages;                         /* of all areas */
    uint32_t page_tables;                   /* of levels 1 to 3 that they need */
    uint32_t handle_tables;                 /* beside the first */
};

/* Plans for an image. given: handles that the task gets beside those to what it is made of; free_tables: as many times
 * TABLE_ENTRIES entries are to be left over. NO_ROOM: more handles than a table can have (ENTRIES_MAX). */
must_use enum error task_layout_plan(const struct elf_image *image, uint32_t given, uint32_t free_tables,
                                     struct task_layout *layout);

/* The area of a page, the areas' pages counted one after the other, and its place in there. page < layout->pages. */
const struct layout_area *task_layout_page(const struct task_layout *layout, uint32_t page, uint64_t *place);

#endif
