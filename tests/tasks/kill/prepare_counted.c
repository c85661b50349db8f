/* Requests that make further handles, or take some away. */
#include "tests/tasks/kill/cases.h"

#include <quire/endpoint.h>
#include <quire/slot.h>

#define RIGHTS_COPY (RIGHT_READ | RIGHT_MOVE)

static void ask_lookup(struct scene *scene, uint64_t rights)
{
    ask_words(scene, MESSAGE_LOOKUP, ACTION_CLONE, 1, scene->addresses[0], rights);
}

void prepare_lookup_address(struct scene *scene)
{
    scene_allocate(scene, 1, 0);
    ask_lookup(scene, RIGHTS_COPY);
}

void prepare_lookup_handle(struct scene *scene)
{
    ask_lend(scene, MESSAGE_LOOKUP, ACTION_CLONE, scene_allocate(scene, scene->size, 0), scene->size);
}

void prepare_lookup_unused(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_drop(frame));
        scene_forget(scene, frame, 1);
    }
    ask_lookup(scene, RIGHTS_COPY);
}

void prepare_lookup_unique(struct scene *scene)
{
    scene_allocate(scene, 1, ALLOC_UNIQUE);
    ask_lookup(scene, RIGHTS_COPY);
}

void prepare_lookup_bad_rights(struct scene *scene)
{
    scene_allocate(scene, 1, 0);
    ask_lookup(scene, RIGHT_OWNER);
}

void prepare_lookup_wrong_kind(struct scene *scene)
{
    scene_make(scene, KIND_ENDPOINT);
    ask_lookup(scene, RIGHTS_COPY);
}

void prepare_lookup_without(struct scene *scene)
{
    handle server = account_without_rights(scene, 1);

    scene_allocate(scene, 1, 0);
    ask_lookup(scene, RIGHTS_COPY);
    scene->ask.server = server;
}

/* --- clone ------------------------------------------------------------------------------------------------------------ */

static void ask_clone(struct scene *scene, handle first, uint64_t rights)
{
    ask_lend(scene, MESSAGE_CLONE, ACTION_CLONE, first, scene->size);
    scene->ask.words[0] = rights;
}

void prepare_clone(struct scene *scene)
{
    ask_clone(scene, scene_allocate(scene, scene->size, 0), RIGHTS_COPY);
}

void prepare_clone_endpoint(struct scene *scene)
{
    ask_clone(scene, scene_make(scene, KIND_ENDPOINT), RIGHT_CALL | RIGHT_MOVE);
}

void prepare_clone_unique(struct scene *scene)
{
    ask_clone(scene, scene_allocate(scene, 1, ALLOC_UNIQUE), RIGHTS_COPY);
}

/* The last one can't be cloned: those before it must not have been either. */
void prepare_clone_one_unique(struct scene *scene)
{
    handle first = scene_allocate(scene, scene->size, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_unique(handle_of_run(first, scene->size - 1)));
    }
    ask_clone(scene, first, RIGHTS_COPY);
}

void prepare_clone_bad_rights(struct scene *scene)
{
    handle copy = scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHT_READ | RIGHT_CLONE);

    ask_clone(scene, copy, RIGHT_WRITE);
}

void prepare_clone_without(struct scene *scene)
{
    ask_clone(scene, scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHT_READ), RIGHT_READ);
}

/* --- revoke ----------------------------------------------------------------------------------------------------------- */

void prepare_revoke(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    for (uint32_t k = 0; k < scene->size && !scene->broken; k++) {
        scene_expect(scene, frame_clone(frame, RIGHTS_COPY, &scene->copies[k]));
        scene->copy_count += !scene->broken;
    }
    ask_lend(scene, MESSAGE_REVOKE, ACTION_REVOKE, frame, 1);
}

void prepare_revoke_without(struct scene *scene)
{
    handle copy = scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHTS_COPY);

    ask_lend(scene, MESSAGE_REVOKE, ACTION_REVOKE, copy, 1);
}
