/* The information that the kernel gets: a copy of the boot loader's, and how to change it. */
#include "tests/boot/shim.h"

#define HEADER 8 /* of the information and of each tag */
#define ROOM 65536
#define ALIGNED(size) (((size) + 7) / 8 * 8)

static uint8_t copy[ROOM] __attribute__((aligned(4096)));

static uint32_t *total_size(const struct handover *handover)
{
    return (uint32_t *)(void *)handover->information;
}

static struct tag *tag_at(uint8_t *address)
{
    return (struct tag *)(void *)address;
}

struct tag *information_find(const struct handover *handover, uint32_t type, uint32_t number)
{
    uint8_t *end = handover->information + *total_size(handover);

    for (uint8_t *at = handover->information + HEADER; at < end; at += ALIGNED(tag_at(at)->size)) {
        if (tag_at(at)->type == type && number-- == 0)
            return tag_at(at);
        if (tag_at(at)->type == MULTIBOOT2_TAG_END)
            break;
    }
    return NULL;
}

struct tag *information_append(struct handover *handover, uint32_t type, uint32_t size)
{
    struct tag *tag = information_find(handover, MULTIBOOT2_TAG_END, 0);

    if (!tag || *total_size(handover) + ALIGNED(size) > ROOM)
        give_up("no room for more tags", "");
    struct tag *end = tag_at((uint8_t *)tag + ALIGNED(size));
    memset(tag, 0, ALIGNED(size));
    tag->type = type;
    tag->size = size;
    end->type = MULTIBOOT2_TAG_END;
    end->size = HEADER;
    *total_size(handover) += ALIGNED(size);
    return tag;
}

void information_remove(struct handover *handover, struct tag *tag)
{
    uint8_t *next = (uint8_t *)tag + ALIGNED(tag->size);
    uint8_t *end = handover->information + *total_size(handover);

    *total_size(handover) -= ALIGNED(tag->size);
    memmove(tag, next, (size_t)(end - next));
}

void information_map_add(struct handover *handover, uint64_t base, uint64_t length, uint32_t type)
{
    struct tag *old = information_find(handover, MULTIBOOT2_TAG_MEMORY_MAP, 0);

    if (!old)
        give_up("there is no memory map", "");
    uint32_t entry_size = old->map.entry_size;
    struct tag *map = information_append(handover, MULTIBOOT2_TAG_MEMORY_MAP, old->size + entry_size);
    memcpy(&map->map, &old->map, old->size - HEADER);
    struct map_entry *entry = (void *)((uint8_t *)map + old->size);
    *entry = (struct map_entry){.base = base, .length = length, .type = type};
    information_remove(handover, old);
}

struct handover information_copy(const uint8_t *from, const struct tag **kernel)
{
    struct handover handover = {.information = copy};
    const struct handover original = {.information = (uint8_t *)(uintptr_t)from};
    struct tag *end = tag_at(copy + HEADER);

    end->type = MULTIBOOT2_TAG_END;
    end->size = HEADER;
    *total_size(&handover) = 2 * HEADER;
    *kernel = information_find(&original, MULTIBOOT2_TAG_MODULE, 0);
    if (!*kernel)
        return handover;
    uint32_t line = strlen((*kernel)->module.line) + 1;
    memcpy(information_append(&handover, MULTIBOOT2_TAG_COMMAND_LINE, HEADER + line)->text, (*kernel)->module.line,
           line);
    for (const uint8_t *at = from + HEADER;; at += ALIGNED(((const struct tag *)(const void *)at)->size)) {
        const struct tag *tag = (const void *)at;
        if (tag->type == MULTIBOOT2_TAG_END)
            return handover;
        if (tag == *kernel || tag->type == MULTIBOOT2_TAG_COMMAND_LINE || tag->type == MULTIBOOT2_TAG_ELF_SECTIONS)
            continue;
        memcpy(information_append(&handover, tag->type, tag->size), tag, tag->size);
    }
}
