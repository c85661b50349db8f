/* Requests about lists. */
#include "tests/tasks/kill/cases.h"

#include <quire/slot.h>

void prepare_list_push_front(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_attach(scene, scene_unique(scene, 50), list, LIST_FRONT, 0);
}

void prepare_list_push_back(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_attach(scene, scene_unique(scene, 51), list, LIST_BACK, 0);
}

/* Of the known addresses the list's frame is not one, the members are the first. */
void prepare_list_push_before(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_attach(scene, scene_unique(scene, 52), list, LIST_BEFORE, scene->addresses[1]);
}

void prepare_list_push_shared(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_attach(scene, scene_allocate(scene, 1, 0), list, LIST_BACK, 0);
}

void prepare_list_push_too_long(struct scene *scene)
{
    const uint64_t metadata[MESSAGE_WORDS] = {1, 2, 3, 4, 5};
    handle list = scene_list(scene, scene->size);
    handle frame = scene_allocate(scene, 1, ALLOC_UNIQUE);

    if (!scene->broken) {
        scene_expect(scene, frame_set_metadata(frame, metadata));
    }
    ask_attach(scene, frame, list, LIST_BACK, 0);
}

void prepare_list_push_not_listed(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);
    handle frame = scene_unique(scene, 53);

    ask_attach(scene, frame, list, LIST_BEFORE, scene_know(scene, frame));
}

/* It is no list. (That the frame is none which a list takes the kernel finds out.) */
void prepare_list_push_wrong_kind(struct scene *scene)
{
    handle other = scene_make(scene, KIND_RECORD);

    ask_attach(scene, scene_unique(scene, 57), other, LIST_BACK, 0);
}

void prepare_list_push_without(struct scene *scene)
{
    handle reader = scene_clone(scene, scene_list(scene, scene->size), 1, RIGHT_READ);

    ask_attach(scene, scene_unique(scene, 54), reader, LIST_BACK, 0);
}

static void ask_take(struct scene *scene, handle list, uint64_t place, uint64_t address)
{
    ask_lend(scene, MESSAGE_LIST_TAKE, ACTION_HAND_BACK, list, 1);
    scene->ask.words[0] = place;
    scene->ask.words[1] = address;
}

void prepare_list_take_front(struct scene *scene)
{
    ask_take(scene, scene_list(scene, scene->size), LIST_FRONT, 0);
}

void prepare_list_take_back(struct scene *scene)
{
    ask_take(scene, scene_list(scene, scene->size), LIST_BACK, 0);
}

void prepare_list_take_at(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_take(scene, list, LIST_AT, scene->addresses[1]);
}

void prepare_list_take_not_listed(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_take(scene, list, LIST_AT, scene_know(scene, scene_unique(scene, 55)));
}

/* Somebody else's frame: the server would hand it back, the kernel does not, and the server puts it back into its place. */
void prepare_list_take_foreign(struct scene *scene)
{
    uint32_t account = scene_account(scene, 8, 1, 0);
    handle list = scene_list(scene, 0);
    handle frame = scene_allocate_for(scene, account, 1);

    if (!scene->broken) {
        scene_expect(scene, frame_unique(frame));
    }
    ask_attach(scene, frame, list, LIST_BACK, 0);
    scene->ask.server = scene->accounts[account].server;
    if (!scene->broken) {
        scene_act(scene);
        scene_expect(scene, (enum error)(scene->answer.status | scene->answer.label));
        scene->answer = (struct answer){0};
    }
    ask_take(scene, list, LIST_FRONT, 0);
}

static void ask_look(struct scene *scene, enum operation operation, handle list)
{
    ask_lend(scene, operation, ACTION_NONE, list, 1);
}

void prepare_list_look(struct scene *scene)
{
    ask_look(scene, MESSAGE_LIST_LOOK, scene_list(scene, scene->size));
    scene->ask.words[0] = LIST_BACK;
}

static void ask_write(struct scene *scene, handle list, uint64_t address)
{
    ask_look(scene, MESSAGE_LIST_WRITE, list);
    scene->ask.words[0] = address;
    for (uint32_t k = 0; k < LIST_METADATA_WORDS; k++) {
        scene->ask.words[1 + k] = 800 + k;
    }
}

void prepare_list_write(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_write(scene, list, scene->addresses[1]);
}

void prepare_list_write_not_listed(struct scene *scene)
{
    handle list = scene_list(scene, scene->size);

    ask_write(scene, list, scene_know(scene, scene_unique(scene, 56)));
}

void prepare_list_clear(struct scene *scene)
{
    drain_caches(scene);
    ask_look(scene, MESSAGE_LIST_CLEAR, scene_list(scene, scene->size));
}

void prepare_list_clear_wrong_kind(struct scene *scene)
{
    ask_look(scene, MESSAGE_LIST_CLEAR, scene_allocate(scene, 1, 0));
}
