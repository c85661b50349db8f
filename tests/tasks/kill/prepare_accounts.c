/* Requests about accounts and who pays. */
#include "tests/tasks/kill/cases.h"

#include <quire/slot.h>

#define LIMIT_FRAMES 10
#define LIMIT_TABLES 2

static uint32_t limited(struct scene *scene)
{
    return scene_account(scene, LIMIT_FRAMES, LIMIT_TABLES, 0);
}

static void ask_open(struct scene *scene, uint64_t rights)
{
    ask_words(scene, MESSAGE_ACCOUNT_OPEN, ACTION_MINT, 1, scene->size, 1);
    scene->ask.words[2] = rights;
}

void prepare_account_open(struct scene *scene)
{
    ask_open(scene, SERVICE_RIGHT_LOOKUP);
}

/* By an account that has no more than LIMIT_FRAMES to pass on. */
void prepare_account_inside(struct scene *scene)
{
    uint32_t account = limited(scene);

    ask_open(scene, 0);
    scene->ask.server = scene->accounts[account].server;
}

void prepare_account_bad_rights(struct scene *scene)
{
    prepare_account_inside(scene);
    scene->ask.words[2] = SERVICE_RIGHT_CLAIM;
}

/* It uses two. */
void prepare_account_limit(struct scene *scene)
{
    uint32_t account = limited(scene);

    scene_allocate_for(scene, account, 2);
    ask_words(scene, MESSAGE_ACCOUNT_LIMIT, ACTION_NONE, 0, scene->accounts[account].number, scene->size);
    scene->ask.words[2] = LIMIT_TABLES;
}

static void ask_close(struct scene *scene, uint32_t account)
{
    ask_words(scene, MESSAGE_ACCOUNT_CLOSE, ACTION_NONE, 0, scene->accounts[account].number, 0);
}

void prepare_account_close(struct scene *scene)
{
    uint32_t account = limited(scene);

    if (scene->size > 0) {
        scene_allocate_for(scene, account, scene->size);
    }
    ask_close(scene, account);
}

/* An account, and one that was opened by it; both have frames. */
void prepare_account_close_tree(struct scene *scene)
{
    uint32_t account = limited(scene);

    ask_words(scene, MESSAGE_ACCOUNT_OPEN, ACTION_MINT, 1, 4, 1);
    scene->ask.server = scene->accounts[account].server;
    if (!scene->broken) {
        scene_act(scene);
        scene_expect(scene, (enum error)(scene->answer.status | scene->answer.label));
        scene->answer = (struct answer){0};
    }
    scene_allocate_for(scene, 0, scene->size);
    scene_allocate_for(scene, 1, scene->size);
    ask_close(scene, account);
}

/* --- who pays --------------------------------------------------------------------------------------------------------- */

static void ask_adopt(struct scene *scene, handle frame)
{
    ask_lend(scene, MESSAGE_ADOPT, ACTION_NONE, frame, 1);
}

void prepare_adopt(struct scene *scene)
{
    uint32_t account = limited(scene);

    ask_adopt(scene, scene_allocate_for(scene, account, 1));
}

void prepare_adopt_own(struct scene *scene)
{
    ask_adopt(scene, scene_allocate(scene, 1, 0));
}

void prepare_adopt_table(struct scene *scene)
{
    uint32_t account = limited(scene);
    handle frame = scene_allocate_for(scene, account, 1);

    if (!scene->broken) {
        scene_expect(scene, frame_repurpose(frame, KIND_HANDLE_TABLE));
    }
    ask_adopt(scene, frame);
}

void prepare_adopt_over_limit(struct scene *scene)
{
    uint32_t account = scene_account(scene, 0, 0, 0);

    ask_adopt(scene, scene_allocate(scene, 1, 0));
    scene->ask.server = scene->accounts[account].server;
}

void prepare_adopt_without(struct scene *scene)
{
    ask_adopt(scene, scene_clone(scene, scene_allocate(scene, 1, 0), 1, RIGHT_READ));
}

void prepare_whohas(struct scene *scene)
{
    uint32_t account = limited(scene);

    scene_allocate_for(scene, account, 1);
    ask_words(scene, MESSAGE_WHOHAS, ACTION_NONE, 0, scene->accounts[account].number,
              scene->address_count > 0 ? scene->addresses[0] : 0);
}
