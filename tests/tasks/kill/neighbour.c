#include "tests/tasks/kill/neighbour.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/make_task.h>
#include <quire/print.h>
#include <quire/tap.h>
#include <quire/task.h>

TASK_FILE(kill_client);

#define PATIENCE 100000 /* turns of everybody until it has done what it was told to */
#define CHANGES 8       /* rounds */
#define TABLES 2        /* of 64 handles each */

static struct neighbour_page *page;
static uint32_t account;
static handle task;

bool neighbour_start(void)
{
    const struct account_limits limits = {.frames = 400, .tables = 8};
    struct task_gift gift = {.name = NEIGHBOUR_PAGE};
    handle frame;
    handle server;

    if (!expect_success(frame_allocate(&frame)) ||
        !expect_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page)) ||
        !expect_success(frame_clone(frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE, &gift.value)) ||
        !expect_success(account_open(&limits, 0, &account, &server))) {
        return false;
    }
    page->rest = 1;
    page->seed = tap_seed() != 0 ? tap_seed() : 1;
    const struct task_plan plan = {.file = kill_client_file,
                                   .size = kill_client_file_size,
                                   .name = "kill_client",
                                   .arguments = "",
                                   .server = server,
                                   .gifts = &gift,
                                   .gift_count = 1,
                                   .account = account,
                                   .priority = start_page()->priority,
                                   .handle_tables = TABLES};
    if (!expect_success(task_run(&plan, &task))) {
        return false;
    }
    neighbour_rest();
    return page->resting != 0;
}

/* Whether it lives. */
static bool lives(void)
{
    struct task_facts facts = {0};

    return expect_success(system_call_look(task, &facts)) && expect_equal(facts.end, TASK_END_NONE);
}

void neighbour_wake(void)
{
    page->rest = 0;
    neighbour_changes();
}

void neighbour_rest(void)
{
    page->hold = 0;
    page->rest = 1;
    for (uint32_t turn = 0; page->resting == 0 && turn < PATIENCE; turn++) {
        system_call_yield();
    }
    if (!expect(page->resting != 0)) {
        lives();
    }
}

void neighbour_works(void)
{
    uint64_t before = page->rounds;

    page->hold = 0;
    for (uint32_t turn = 0; page->rounds == before && turn < PATIENCE; turn++) {
        system_call_yield();
    }
    if (!expect(page->rounds != before)) {
        lives();
    }
}

void neighbour_changes(void)
{
    page->steady = 0;
    for (uint32_t k = 0; k < CHANGES; k++) {
        neighbour_works();
    }
    page->steady = 1;
    neighbour_works(); /* what it had begun is over */
    neighbour_works();
}

void neighbour_hold(void)
{
    page->hold = 1;
    for (uint32_t turn = 0; page->held == 0 && turn < PATIENCE; turn++) {
        system_call_yield();
    }
    if (!expect(page->held != 0)) {
        lives();
    }
}

uint64_t neighbour_used(void)
{
    struct account_statistics facts = {0};

    expect_success(account_facts(account, &facts));
    return facts.used;
}

bool neighbour_is_content(void)
{
    if (page->failed_line == 0) {
        return true;
    }
    print("# the other client saw something wrong at tests/tasks/kill_client.c:%lu: %s, 0x%lx\n", page->failed_line,
          error_name(page->failed_error), page->failed_error);
    page->failed_line = 0;
    return false;
}
