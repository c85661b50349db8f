/* Requests about what a frame is. */
#include "tests/tasks/kill/cases.h"

#include <quire/slot.h>

#define RIGHTS_COPY (RIGHT_READ | RIGHT_MOVE)
#define PAGE_ADDRESS (MAPPING_BASE + 510 * FRAME_SIZE)
#define NO_SUCH_KIND 99

static void ask_repurpose(struct scene *scene, handle frame, enum kind kind)
{
    ask_lend(scene, MESSAGE_REPURPOSE, ACTION_CONVERT, frame, 1);
    scene->ask.words[0] = kind;
}

void prepare_repurpose(struct scene *scene)
{
    ask_repurpose(scene, scene_allocate(scene, 1, 0), (enum kind)scene->size);
}

void prepare_repurpose_unique(struct scene *scene)
{
    ask_repurpose(scene, scene_unique(scene, 6), (enum kind)scene->size);
}

void prepare_repurpose_from(struct scene *scene)
{
    ask_repurpose(scene, scene_make(scene, (enum kind)scene->size), KIND_UNTYPED);
}

void prepare_repurpose_shared(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    scene_clone(scene, frame, 1, RIGHTS_COPY);
    ask_repurpose(scene, frame, (enum kind)scene->size);
}

/* The server agrees, the kernel does not. */
void prepare_repurpose_mapped(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_map(frame, PAGE_ADDRESS, RIGHT_READ | RIGHT_WRITE));
    }
    ask_repurpose(scene, frame, (enum kind)scene->size);
}

void prepare_repurpose_not_empty(struct scene *scene)
{
    ask_repurpose(scene, scene_list(scene, scene->size), KIND_UNTYPED);
}

void prepare_repurpose_many_tables(struct scene *scene)
{
    uint32_t account = scene_account(scene, 4, 0, 0);

    ask_repurpose(scene, scene_allocate_for(scene, account, 1), (enum kind)scene->size);
}

void prepare_repurpose_without(struct scene *scene)
{
    handle copy = scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHTS_COPY);

    ask_repurpose(scene, copy, (enum kind)scene->size);
}

/* --- unique and shared ------------------------------------------------------------------------------------------------ */

static void ask_unique(struct scene *scene, handle first)
{
    ask_lend(scene, MESSAGE_UNIQUE, ACTION_NONE, first, scene->size);
}

void prepare_unique(struct scene *scene)
{
    ask_unique(scene, scene_allocate(scene, scene->size, 0));
}

void prepare_unique_done(struct scene *scene)
{
    ask_unique(scene, scene_allocate(scene, scene->size, ALLOC_UNIQUE));
}

/* The last one has two handles. */
void prepare_unique_shared(struct scene *scene)
{
    handle first = scene_allocate(scene, scene->size, 0);

    scene_clone(scene, handle_of_run(first, scene->size - 1), 1, RIGHTS_COPY);
    ask_unique(scene, first);
}

void prepare_unique_wrong_kind(struct scene *scene)
{
    ask_unique(scene, scene_make(scene, KIND_ENDPOINT));
}

void prepare_unique_without(struct scene *scene)
{
    ask_unique(scene, scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHTS_COPY));
}

void prepare_share(struct scene *scene)
{
    ask_lend(scene, MESSAGE_SHARE, ACTION_NONE, scene_allocate(scene, scene->size, ALLOC_UNIQUE), scene->size);
}

void prepare_share_wrong_kind(struct scene *scene)
{
    ask_lend(scene, MESSAGE_SHARE, ACTION_NONE, scene_make(scene, KIND_PAGE_TABLE), 1);
}

/* --- metadata --------------------------------------------------------------------------------------------------------- */

void prepare_metadata(struct scene *scene)
{
    ask_lend(scene, MESSAGE_METADATA, ACTION_NONE, scene_unique(scene, 7), 1);
}

void prepare_metadata_wrong_kind(struct scene *scene)
{
    ask_lend(scene, MESSAGE_METADATA, ACTION_NONE, scene_make(scene, KIND_ENDPOINT), 1);
}

static void ask_set_metadata(struct scene *scene, handle frame)
{
    ask_lend(scene, MESSAGE_SET_METADATA, ACTION_NONE, frame, 1);
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        scene->ask.words[k] = 700 + k;
    }
}

void prepare_set_metadata(struct scene *scene)
{
    ask_set_metadata(scene, scene_unique(scene, 8));
}

void prepare_set_metadata_shared(struct scene *scene)
{
    ask_set_metadata(scene, scene_allocate(scene, 1, 0));
}

static void ask_check(struct scene *scene, uint64_t kind)
{
    ask_lend(scene, MESSAGE_CHECK, ACTION_NONE, scene_allocate(scene, scene->size, 0), scene->size);
    scene->ask.words[0] = kind;
}

void prepare_check(struct scene *scene)
{
    ask_check(scene, KIND_UNTYPED);
}

void prepare_check_bad_kind(struct scene *scene)
{
    ask_check(scene, NO_SUCH_KIND);
}

/* What the last record of this task's account held. */
void prepare_last_record(struct scene *scene)
{
    prepare_drop_record(scene);
    if (!scene->broken) {
        handle frame = scene->ask.first;
        scene_expect(scene, frame_drop(frame));
        scene_forget(scene, frame, 1);
    }
    ask_words(scene, MESSAGE_LAST_RECORD, ACTION_NONE, 0, 0, 0);
}

/* --- facts ------------------------------------------------------------------------------------------------------------ */

void prepare_info_handle(struct scene *scene)
{
    ask_lend(scene, MESSAGE_INFO, ACTION_NONE, scene_allocate(scene, 1, 0), 1);
}

void prepare_info_address(struct scene *scene)
{
    scene_allocate(scene, 1, 0);
    ask_words(scene, MESSAGE_INFO, ACTION_NONE, 0, scene->addresses[0], 0);
}

void prepare_info_at(struct scene *scene)
{
    ask_words(scene, MESSAGE_INFO, ACTION_NONE, 0, scene->size, 0);
}

void prepare_info_without(struct scene *scene)
{
    handle server = account_without_rights(scene, 1);

    prepare_info_address(scene);
    scene->ask.server = server;
}
