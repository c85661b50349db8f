/* Lists against a plain model, by random calls, and from several workers at once. */
#include "tests/host/list_calls.h"
#include "servers/frameserv/core/frames.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <pthread.h>
#include <stdlib.h>

#define LISTS 3
#define FRAMES 24 /* beside the lists' own */
#define ROUNDS 60000

/* What a list should hold, from front to back. */
struct model {
    uint64_t list;
    uint64_t frames[FRAMES];
    uint64_t count;
};

static struct model models[LISTS];
static uint64_t loose[FRAMES]; /* frames in no list */
static uint64_t loose_count;
static struct random random_state;

static uint64_t below(uint64_t limit)
{
    return random_below(&random_state, limit);
}

static void insert(struct model *model, uint64_t at, uint64_t frame)
{
    memmove(&model->frames[at + 1], &model->frames[at], (model->count - at) * sizeof(frame));
    model->frames[at] = frame;
    model->count += 1;
}

static uint64_t extract(struct model *model, uint64_t at)
{
    uint64_t frame = model->frames[at];

    model->count -= 1;
    memmove(&model->frames[at], &model->frames[at + 1], (model->count - at) * sizeof(frame));
    return frame;
}

/* The address of the frame at a place of the model; behind the last one is the ghost. */
static uint64_t address_at(const struct model *model, uint64_t at)
{
    return at < model->count ? model->frames[at] * FRAME_SIZE : LIST_GHOST;
}

static void push_some(struct model *model)
{
    static const enum list_place places[] = {LIST_FRONT, LIST_BACK, LIST_BEFORE};
    enum list_place place = places[below(3)];
    uint64_t at = place == LIST_FRONT ? 0 : place == LIST_BACK ? model->count : below(model->count + 1);
    uint64_t frame = loose[--loose_count];

    expect_eq(push(model->list, frame, place, address_at(model, at)), model->count + 1);
    insert(model, at, frame);
}

static void take_some(struct model *model)
{
    static const enum list_place places[] = {LIST_FRONT, LIST_BACK, LIST_AT};
    enum list_place place = places[below(3)];
    uint64_t at = place == LIST_FRONT ? 0 : place == LIST_BACK ? model->count - 1 : below(model->count);
    struct message message = take(model->list, place, address_at(model, at));

    expect_eq(message.words[0], address_at(model, at));
    expect_eq(message.words[1], address_at(model, at + 1));
    expect_eq(message.words[2], model->count - 1);
    if (below(4) == 0)
        refuse(message, ERROR_NOT_WANTED);
    else
        loose[loose_count++] = extract(model, at);
}

/* A cursor of one list in another. */
static void confuse(const struct model *model, const struct model *other)
{
    if (other->count != 0 && model != other)
        check_error(serve(list_call(MESSAGE_LIST_LOOK, model->list, LIST_AT, address_at(other, below(other->count)))),
                    ERROR_NOT_LISTED);
}

static void end_some(struct model *model)
{
    uint64_t count = model->count;

    if (below(2) == 0) {
        expect_eq(succeed(give_back(model->list)).words[0], count + 1);
        model->list = make_list();
    } else {
        expect_eq(succeed(list_call(MESSAGE_LIST_CLEAR, model->list, 0, 0)).words[0], count);
    }
    for (model->count = 0; count > 0; count--)
        loose[loose_count++] = allocate_unique();
}

START_TEST(random_calls)
{
    create();
    random_state = random_start();
    for (uint32_t k = 0; k < LISTS; k++)
        models[k].list = make_list();
    while (loose_count < FRAMES)
        loose[loose_count++] = allocate_unique();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct model *model = &models[below(LISTS)];
        uint64_t what = below(100);
        if (what < 50 && loose_count > 0)
            push_some(model);
        else if (what < 90 && model->count > 0)
            take_some(model);
        else if (what < 98)
            confuse(model, &models[below(LISTS)]);
        else
            end_some(model);
        if (round % 16 == 0)
            expect_list(model->list, model->frames, model->count);
        if (round % 4096 == 0)
            expect_eq(world_check(world).charged, LISTS + FRAMES);
    }
    expect_eq(world_check(world).charged, LISTS + FRAMES);
    world_destroy(world);
}
END_TEST

/* Each thread moves frames of its own through lists that all share; now and then it clears one. */
#define THREAD_FRAMES 6
#define THREAD_ROUNDS 20000

static void *play(void *argument)
{
    uint32_t number = (uint32_t)(uintptr_t)argument;
    struct worker *mine = &world->workers[number];
    struct random random = {.state = number + 1};
    uint64_t held[WORLD_WORKERS * THREAD_FRAMES];
    uint64_t count = 0;
    uint64_t length;

    for (uint64_t round = 0; round < THREAD_ROUNDS; round++) {
        uint64_t list = models[random_below(&random, LISTS)].list;
        uint64_t what = random_below(&random, 16);
        struct list_found found;
        if (count < THREAD_FRAMES && what < 4) {
            if (frames_allocate_as(mine, 1, 1, &(struct allocation){.unique = true}) == ERROR_NONE)
                held[count++] = mine->transfer[0];
        } else if (what < 9 && count > 0) {
            expect_eq(lists_push(mine, list, held[--count], what % 2, 0, &length), ERROR_NONE);
        } else if (what < 15) {
            if (count < THREAD_FRAMES && lists_take(mine, list, what % 2, 0, &found) == ERROR_NONE)
                held[count++] = found.frame;
        } else {
            mine->control->intent_run = 0; /* a call of its own */
            expect_eq(lists_clear(mine, list, &length, &length), ERROR_NONE);
        }
    }
    while (count > 0)
        expect_eq(frames_drop(mine, held[--count]), 1);
    return NULL;
}

START_TEST(several_workers)
{
    pthread_t threads[WORLD_WORKERS];

    create();
    for (uint32_t k = 0; k < LISTS; k++)
        models[k].list = make_list();
    for (uintptr_t k = 0; k < WORLD_WORKERS; k++)
        ck_assert_int_eq(pthread_create(&threads[k], NULL, play, (void *)k), 0);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        ck_assert_int_eq(pthread_join(threads[k], NULL), 0);
    world_check(world);
    for (uint32_t k = 0; k < LISTS; k++)
        succeed(give_back(models[k].list));
    while (lists_are_dying(worker))
        lists_reap(worker, LIST_TURN);
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

RUN_TESTS("list_model", random_calls, several_workers)
