/* Requests that give handles back. */
#include "tests/tasks/kill/cases.h"

#include "tests/tasks/child/bare.h"
#include <quire/slot.h>

#define RIGHTS_COPY (RIGHT_READ | RIGHT_MOVE)
#define CACHE_SIZE 64 /* frames that a worker keeps at hand: CACHE_FRAMES of the server's core/keep.h */
#define PAGE_ADDRESS (MAPPING_BASE + 510 * FRAME_SIZE)
#define PATIENCE 20000000 /* turns until a task that was killed is dead: of this CPU only, if it dies on another */

void prepare_drop(struct scene *scene)
{
    if (scene->size > 1) {
        drain_caches(scene); /* so that what becomes one block is the same each time */
    }
    ask_drop(scene, scene_allocate(scene, scene->size, 0), scene->size);
}

void prepare_drop_copy(struct scene *scene)
{
    handle first = scene_allocate(scene, scene->size, 0);

    ask_drop(scene, scene_clone(scene, first, scene->size, RIGHTS_COPY), scene->size);
}

/* Every second one is somebody else's too. */
void prepare_drop_mixed(struct scene *scene)
{
    drain_caches(scene);
    handle first = scene_allocate(scene, scene->size, 0);

    for (uint32_t k = 0; k < scene->size; k += 2) {
        scene_clone(scene, handle_of_run(first, k), 1, RIGHTS_COPY);
    }
    ask_drop(scene, first, scene->size);
}

void prepare_drop_unique(struct scene *scene)
{
    ask_drop(scene, scene_unique(scene, 5), 1);
}

void prepare_drop_mapped(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_map(frame, PAGE_ADDRESS, RIGHT_READ | RIGHT_WRITE));
    }
    ask_drop(scene, frame, 1);
}

/* The server's cache is full: it has to make room first. */
void prepare_drop_spill(struct scene *scene)
{
    drain_caches(scene);
    handle first = scene_allocate(scene, CACHE_SIZE + 1, 0); /* past the cache */

    for (uint32_t k = 0; k < CACHE_SIZE && !scene->broken; k++) {
        scene_expect(scene, frame_drop(handle_of_run(first, k)));
        scene_forget(scene, handle_of_run(first, k), 1);
    }
    ask_drop(scene, handle_of_run(first, CACHE_SIZE), 1);
}

/* They become one block again, and that one a greater one. */
void prepare_drop_coalesce(struct scene *scene)
{
    drain_caches(scene);
    ask_drop(scene, scene_allocate(scene, scene->size, ALLOC_CONTIGUOUS | alloc_aligned(4)), scene->size);
}

/* The server reads its first words. */
void prepare_drop_record(struct scene *scene)
{
    handle frame = scene_make(scene, KIND_RECORD);
    volatile uint64_t *page = (volatile uint64_t *)PAGE_ADDRESS;

    if (!scene->broken) {
        scene_expect(scene, frame_map(frame, PAGE_ADDRESS, RIGHT_READ | RIGHT_WRITE));
    }
    for (uint32_t k = 0; k < MESSAGE_WORDS && !scene->broken; k++) {
        page[k] = 500 + k;
    }
    ask_drop(scene, frame, 1);
}

void prepare_drop_list(struct scene *scene)
{
    drain_caches(scene);
    ask_drop(scene, scene_list(scene, scene->size), 1);
}

void prepare_drop_kind(struct scene *scene)
{
    ask_drop(scene, scene_make(scene, (enum kind)scene->size), 1);
}

/* Somebody else has paid. */
void prepare_drop_foreign(struct scene *scene)
{
    uint32_t account = scene_account(scene, 4, 1, 0);

    ask_drop(scene, scene_allocate_for(scene, account, 1), 1);
}

/* It is the last that is charged to an account that was closed, whose number returns. */
void prepare_drop_of_closed(struct scene *scene)
{
    prepare_drop_foreign(scene);
    if (!scene->broken) {
        scene_expect(scene, account_close(scene->accounts[0].number, NULL));
    }
}

/* The server is asked by the kernel, in the name of the task that has ended. */
static void kill_task(struct scene *scene)
{
    struct task_facts facts = {0};
    handle task = scene->ask.first;

    scene->answer.status = system_call_kill(task);
    for (uint32_t turn = 0; turn < PATIENCE && facts.state != TASK_DEAD; turn++) {
        system_call_yield();
        scene_expect(scene, system_call_look(task, &facts));
    }
    expect_equal(facts.state, TASK_DEAD);
}

void prepare_reap_task(struct scene *scene)
{
    handle task = 0;
    handle there = 0;

    scene_expect(scene, bare_make(0, &task));
    scene_keep(scene, task, 1);
    if (scene->size > 0) { /* without a handle it begins with the task's own tables */
        handle first = scene_allocate(scene, scene->size, 0);
        scene_clone(scene, first, 2, RIGHTS_COPY);
        if (!scene->broken) {
            scene_expect(scene, bare_give(task, first, scene->size, 1, &there));
            scene_forget(scene, first, scene->size);
        }
    }
    scene->ask.first = task;
    scene->act = kill_task;
}
