/* What memory holds, told in runs of like frames, beside a frame-by-frame look at the slots. */
#include "servers/frameserv/core/survey.h"
#include "tests/host/random.h"
#include "tests/host/account_calls.h"

static struct survey ask(uint64_t frame)
{
    struct message message = succeed(
        (struct call){.operation = MESSAGE_SURVEY, .services = SERVICE_RIGHT_LOOKUP, .words = {frame * FRAME_SIZE}});

    expect_eq(message.words[0] % FRAME_SIZE, 0);
    expect_lt(frame * FRAME_SIZE, message.words[0]);
    return (struct survey){
        .end = message.words[0], .kind_word = message.words[1], .region = (uint32_t)message.words[2]};
}

/* What a survey has to say of one frame. */
static uint64_t expected(uint64_t frame, uint32_t region)
{
    if (!region_has_slots(region) || region == REGION_METADATA)
        return kind_word(region_kind(region), SURVEY_USED, ACCOUNT_SYSTEM);
    const struct slot *slot = world_slot(world, frame);
    if (slot->ref_count == REF_COUNT_UNUSED)
        return kind_word(kind_word_kind(slot->kind_word), 0, ACCOUNT_NOBODY);
    return kind_word(kind_word_kind(slot->kind_word), SURVEY_USED | (slot->in_list != 0 ? SURVEY_LISTED : 0),
                     kind_word_payer(slot->kind_word));
}

/* Walks over all memory. Returns the number of calls. */
static uint64_t walk(void)
{
    uint64_t calls = 0;

    for (uint64_t frame = 0; frame < world->window.frame_count; calls++) {
        struct survey run = ask(frame);
        for (; frame < run.end / FRAME_SIZE; frame++) {
            uint32_t region = window_region(&world->window, frame)->type;
            expect_eq(region, run.region);
            bool untouched = region_has_slots(region) && !world->backed[frame / SLOTS_PER_PAGE];
            if (!untouched) /* a look would touch it */
                expect_eq(run.kind_word, expected(frame, region));
            else if (region == REGION_USABLE)
                expect_eq(run.kind_word, 0);
        }
    }
    return calls;
}

START_TEST(free_memory)
{
    create();
    expect_lt(walk(), 40); /* regions and free blocks, not frames */
    expect_lt(world->pages_backed, 120);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(used_memory)
{
    uint64_t frames[3000];
    struct random random = random_start();

    create();
    for (uint32_t k = 0; k < 3000; k++)
        frames[k] = allocate();
    for (uint32_t k = 0; k < 3000; k += 1 + random_below(&random, 9))
        make_unique(frames[k]);
    for (uint32_t k = 5; k < 3000; k += 1 + random_below(&random, 40))
        repurpose_frame(frames[k], random_below(&random, 2) ? KIND_LIST : KIND_RECORD);
    walk();
    for (uint32_t k = 0; k < 3000; k += 1 + random_below(&random, 5)) {
        if (world_slot(world, frames[k])->ref_count != REF_COUNT_UNUSED)
            succeed(give_back(frames[k]));
    }
    walk();
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(bounded)
{
    create();
    for (uint32_t k = 0; k < 2000; k++)
        (void)allocate();
    for (uint64_t frame = 0, end; frame < world->window.frame_count; frame = end) {
        struct survey run = ask(frame);
        end = run.end / FRAME_SIZE;
        if (run.kind_word == kind_word(KIND_UNTYPED, SURVEY_USED, 1))
            expect_le(end - frame, SURVEY_TURN);
    }
    world_destroy(world);
}
END_TEST

/* Places of accounts are used again: whoever asks gets numbers, by which accounts can be asked for. */
START_TEST(payers)
{
    create();
    uint32_t old = open_account(1, 10, 0);
    close_account(1, old);
    uint32_t account = open_account(1, 10, 0);
    expect_eq(account_place(account), account_place(old));
    expect_ne(account, old);
    uint64_t frame = allocate_for(account);
    expect_eq(kind_word_payer(ask(frame).kind_word), account);
    struct call info = {.operation = MESSAGE_INFO, .services = SERVICE_RIGHT_LOOKUP, .words = {frame * FRAME_SIZE}};
    expect_eq(kind_word_payer(succeed(info).words[2]), account);
    succeed(facts_call(1, account));
    close_account(1, account); /* what is charged to it still is */
    expect_eq(kind_word_payer(ask(frame).kind_word), account);
    expect_eq(kind_word_payer(succeed(info).words[2]), account);
    succeed(give_back(frame));
    expect_eq(kind_word_payer(succeed(info).words[2]), ACCOUNT_NOBODY);
    world_destroy(world);
}
END_TEST

START_TEST(errors)
{
    struct call call = {.operation = MESSAGE_SURVEY, .services = SERVICE_RIGHT_LOOKUP, .words = {1}};

    create();
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = 0 - FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = 0;
    call.services = (uint32_t)~SERVICE_RIGHT_LOOKUP;
    refused(call, ERROR_MISSING_RIGHT);
    world_destroy(world);
}
END_TEST

RUN_TESTS("survey", free_memory, used_memory, bounded, payers, errors)
