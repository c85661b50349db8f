#include "servers/frameserv/core/boot.h"

#include <quire/kinds.h>
#include <string.h>

struct slot boot_pattern(enum region_type type)
{
    if (type == REGION_USABLE)
        return (struct slot){.ref_count = REF_COUNT_UNUSED, .kind_word = kind_word(KIND_NONE, 0, ACCOUNT_NOBODY)};
    if (region_kind(type) == KIND_DEVICE)
        return (struct slot){.ref_count = REF_COUNT_UNUSED, .kind_word = kind_word(KIND_DEVICE, 0, ACCOUNT_NOBODY)};
    return (struct slot){.ref_count = 1, .kind_word = kind_word(region_kind(type), 0, ACCOUNT_SYSTEM)};
}

/* Regions follow one another from 0 to the end, without an empty one. */
static bool regions_are_whole(const struct boot_information *information)
{
    uint64_t end = 0;

    for (uint32_t k = 0; k < information->region_count; k++) {
        const struct boot_region *region = &information->regions[k];
        if (region->base != end || region->size == 0 || region->size % FRAME_SIZE != 0 ||
            region->size > PHYSICAL_MAX - end || region->type >= REGION_TYPES)
            return false;
        end += region->size;
    }
    return end == information->frame_count * FRAME_SIZE;
}

struct window boot_window_known(const struct boot_information *information, struct slot *slots)
{
    return (struct window){.slots = slots,
                           .frame_count = information->frame_count,
                           .regions = information->regions,
                           .region_count = information->region_count};
}

enum error boot_window(const struct boot_information *information, struct slot *slots, struct window *window)
{
    if (information->abi_version != ABI_VERSION)
        return ERROR_ABI_MISMATCH;
    if (information->frame_count == 0 || information->frame_count > FRAMES_MAX || information->region_count == 0 ||
        information->region_count > BOOT_REGIONS || information->object_count > BOOT_OBJECTS ||
        information->worker_count == 0 || information->worker_count > WORKERS_MAX ||
        information->account_count >= ACCOUNT_SYSTEM || !regions_are_whole(information))
        return ERROR_BAD_BOOT_DATA;
    *window = boot_window_known(information, slots);
    return ERROR_NONE;
}

/* Memory that boot keeps for itself, and might give back: not a device's, and not firmware's for ever. */
static bool is_set_aside(enum region_type type)
{
    return region_has_slots(type) && type != REGION_USABLE && type != REGION_FRAMEBUFFER;
}

static void open_account(struct account *account, uint32_t number)
{
    account->state = account_state(number, 0, ACCOUNT_NOBODY);
    account->limit = ACCOUNT_UNLIMITED;
    account->tables.limit = ACCOUNT_UNLIMITED;
}

void boot_keep(const struct boot_information *information, const struct window *window, struct keep *keep)
{
    struct account *system = &keep->accounts[ACCOUNT_SYSTEM];

    memset(keep, 0, sizeof(*keep)); /* too large for a compound literal on a task's stack */
    keep->workers = information->worker_count;
    buddy_initialise(&keep->buddy, window);
    keep->accounts[ACCOUNT_NOBODY].state = ACCOUNT_NEVER;
    system->limit = ACCOUNT_UNLIMITED;
    system->tables.limit = ACCOUNT_UNLIMITED;
    for (uint32_t k = 0; k < window->region_count; k++) {
        if (is_set_aside(window->regions[k].type))
            system->used += window->regions[k].size / FRAME_SIZE;
    }
    keep->memory_frames = buddy_free_frames(&keep->buddy) + system->used;
    for (uint32_t k = 1; k <= information->account_count; k++)
        open_account(&keep->accounts[k], k);
    keep->accounts_end = information->account_count + 1;
    atomic_store_release(&keep->version, KEEP_VERSION); /* last: until then, all of this is done anew after a kill */
}

static bool object_is_sound(const struct window *window, const struct boot_object *object)
{
    if (object->count == 0 || object->frame >= window->frame_count ||
        object->count > window->frame_count - object->frame || !kind_is_object(object->kind) || object->handles == 0)
        return false;
    for (uint64_t k = 0; k < object->count; k++) {
        if (!is_set_aside(window_region(window, object->frame + k)->type))
            return false;
    }
    return true;
}

enum error boot_objects(const struct boot_information *information, const struct window *window, struct keep *keep)
{
    uint64_t tables = 0;

    for (uint32_t k = 0; k < information->object_count; k++) {
        const struct boot_object *object = &information->objects[k];
        if (!object_is_sound(window, object))
            return ERROR_BAD_BOOT_DATA;
        for (uint64_t n = 0; n < object->count; n++) {
            struct slot *slot = window_slot(window, object->frame + n);
            atomic_store_relaxed(&slot->kind_word, kind_word(object->kind, 0, ACCOUNT_SYSTEM));
            atomic_store_release(&slot->ref_count,
                                 kind_is_shareable(object->kind) ? object->handles : REF_COUNT_UNIQUE);
        }
        if (object->kind == KIND_HANDLE_TABLE)
            tables += object->count;
        if (object->kind == KIND_ENDPOINT)
            keep->endpoint = object->frame + 1;
    }
    atomic_store_release(&keep->accounts[ACCOUNT_SYSTEM].tables.used, tables);
    return ERROR_NONE;
}
