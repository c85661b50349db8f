/* Requests for free frames. */
#include "tests/tasks/kill/cases.h"

#include <quire/slot.h>
#include <quire/start.h>

#define FLAGS_UNKNOWN (UINT64_C(1) << 40)
#define LIMIT_FRAMES 2
#define CACHED_MAX 8 /* of the sizes of cases: a larger one is a request past the cache */

/* A request that no memory of this size can meet has the server give back all that its caches hold. For so long a run it looks around
 * large free blocks only, of which there are few. */
void drain_caches(struct scene *scene)
{
    const uint64_t flags = ALLOC_CONTIGUOUS | alloc_aligned(ALLOC_ALIGN_MAX);
    handle frame;

    if (!scene->broken && !expect_error(frame_allocate_with(TRANSFER_FRAMES, flags, &frame), ERROR_NO_MEMORY)) {
        scene->broken = true;
    }
}

/* A handle to the server in the name of an account without service rights. */
handle account_without_rights(struct scene *scene, uint64_t frames)
{
    return scene->accounts[scene_account(scene, frames, frames, 0)].server;
}

/* What comes past the cache, many frames or such as wishes describe: that is emptied, so that free blocks are the same each time. */
static void ask_alloc_block(struct scene *scene, uint64_t flags)
{
    drain_caches(scene);
    ask_words(scene, MESSAGE_ALLOC, ACTION_GRANT, scene->size, flags, 0);
}

static void ask_alloc(struct scene *scene, uint64_t flags)
{
    ask_words(scene, MESSAGE_ALLOC, ACTION_GRANT, scene->size, flags, 0);
}

void prepare_alloc(struct scene *scene)
{
    if (scene->size > CACHED_MAX) {
        ask_alloc_block(scene, 0);
    } else {
        ask_alloc(scene, 0);
    }
}

void prepare_alloc_refill(struct scene *scene)
{
    drain_caches(scene);
    ask_alloc(scene, 0);
}

void prepare_alloc_unique(struct scene *scene)
{
    ask_alloc(scene, ALLOC_UNIQUE);
}

void prepare_alloc_low(struct scene *scene)
{
    ask_alloc_block(scene, ALLOC_LOW);
}

void prepare_alloc_aligned(struct scene *scene)
{
    ask_alloc_block(scene, alloc_aligned(3));
}

void prepare_alloc_contiguous(struct scene *scene)
{
    ask_alloc_block(scene, ALLOC_CONTIGUOUS | ALLOC_UNIQUE);
}

/* A list that has just ended with its members: each request takes a share of them. */
void prepare_alloc_lists_end(struct scene *scene)
{
    drain_caches(scene);
    handle list = scene_list(scene, scene->size);

    if (!scene->broken) {
        scene_expect(scene, frame_drop(list));
        scene->list = 0;
    }
    ask_alloc(scene, 0);
}

/* On this machine only frame 0 lies at a multiple of 1 GiB, and not as many as are wanted follow it: boot has some of them. */
void prepare_alloc_no_memory(struct scene *scene)
{
    ask_alloc(scene, ALLOC_CONTIGUOUS | alloc_aligned(ALLOC_ALIGN_MAX));
}

void prepare_alloc_over_limit(struct scene *scene)
{
    handle server = account_without_rights(scene, LIMIT_FRAMES);

    scene_allocate_for(scene, 0, LIMIT_FRAMES);
    ask_alloc(scene, 0);
    scene->ask.server = server;
}

void prepare_alloc_bad_flags(struct scene *scene)
{
    ask_alloc(scene, FLAGS_UNKNOWN);
}

void prepare_alloc_not_wanted(struct scene *scene)
{
    ask_alloc(scene, 0);
    scene->ask.want = ACTION_NONE;
}

/* --- by their address ------------------------------------------------------------------------------------------------- */

static void ask_claim(struct scene *scene, uint64_t address, uint64_t flags)
{
    ask_words(scene, MESSAGE_CLAIM, ACTION_GRANT, scene->size, address, flags);
}

/* One that was dropped just now is in the server's cache. */
void prepare_claim_from_cache(struct scene *scene)
{
    handle frame = scene_allocate(scene, 1, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_drop(frame));
        scene_forget(scene, frame, 1);
    }
    ask_claim(scene, scene->addresses[0], 0);
}

/* In the middle of a block that is free as a whole. */
static void claim_from_the_middle(struct scene *scene, uint64_t flags)
{
    struct frame_facts facts = {0};
    handle first = 0;

    drain_caches(scene);
    scene_expect(scene, frame_allocate_with(16, ALLOC_CONTIGUOUS | alloc_aligned(4), &first));
    if (!scene->broken) {
        scene_expect(scene, frame_info(first, &facts));
        scene_expect(scene, frame_drop_run(first, 16, NULL));
    }
    ask_claim(scene, scene_know_address(scene, facts.address + 5 * FRAME_SIZE), flags);
}

void prepare_claim_from_block(struct scene *scene)
{
    claim_from_the_middle(scene, 0);
}

void prepare_claim_unique(struct scene *scene)
{
    claim_from_the_middle(scene, CLAIM_UNIQUE);
}

void prepare_claim_at(struct scene *scene)
{
    ask_claim(scene, scene->size, 0); /* the size is an address */
    scene->ask.n = 1;
}

void prepare_claim_behind(struct scene *scene)
{
    ask_claim(scene, PHYSICAL_MAX, 0);
}

/* The last of the wanted frames is somebody's. */
void prepare_claim_held(struct scene *scene)
{
    handle first = scene_allocate(scene, scene->size, ALLOC_CONTIGUOUS);

    if (!scene->broken && scene->size > 1) {
        scene_expect(scene, frame_drop_run(first, scene->size - 1, NULL));
        scene_forget(scene, first, scene->size - 1);
    }
    ask_claim(scene, scene->addresses[0], 0);
}

void prepare_claim_of_unique(struct scene *scene)
{
    scene_allocate(scene, 1, ALLOC_UNIQUE);
    ask_claim(scene, scene->addresses[0], 0);
}

void prepare_claim_without(struct scene *scene)
{
    handle server = account_without_rights(scene, LIMIT_FRAMES);

    scene_allocate(scene, 1, 0);
    ask_claim(scene, scene->addresses[0], 0);
    scene->ask.server = server;
}

void prepare_claim_over_limit(struct scene *scene)
{
    uint32_t account = scene_account(scene, LIMIT_FRAMES, LIMIT_FRAMES, SERVICE_RIGHT_CLAIM);

    claim_from_the_middle(scene, 0);
    scene->ask.server = scene->accounts[account].server;
}

/* --- a device's ------------------------------------------------------------------------------------------------------- */

/* The first frame of a device that is nobody's: a screen's. */
static uint64_t device_address(struct scene *scene)
{
    static uint64_t found;
    struct frame_run run = {0};

    while (found == 0 && !scene->broken) {
        scene_expect(scene, frame_survey(run.end, &run));
        found = run.kind == KIND_DEVICE && !run.used ? run.first : 0;
    }
    return scene_know_address(scene, found);
}

void prepare_claim_device(struct scene *scene)
{
    ask_claim(scene, device_address(scene), 0);
    scene->devices = 1;
}

void prepare_drop_device(struct scene *scene)
{
    handle frame = 0;

    scene_expect(scene, frame_claim(device_address(scene), &frame));
    ask_drop(scene, scene_keep(scene, frame, 1), 1);
}
