/* The frame server is killed by a handle to its task. */
#include "tests/tasks/upgrade/upgrade.h"

#include <quire/account.h>
#include <quire/endpoint.h>
#include <quire/list.h>
#include <quire/slot.h>
#include <string.h>

#define MEMBERS 5
#define RUN 40
#define PAGE_WORDS (FRAME_SIZE / sizeof(uint64_t))
#define OPENED_FRAMES 7
#define OPENED_TABLES 2

static void comes_back(void)
{
    struct server_recovery before = recovery_now();

    require_success(server_restart());
    expect_success(frame_server_nothing());
    expect(restarted(&before, RESTART_KILLED));
}

static void many_times(void)
{
    for (uint32_t k = 0; k < 100; k++) {
        handle frame;

        require_success(server_restart());
        require_success(frame_allocate(&frame));
        require_success(server_restart());
        require_success(frame_drop(frame));
    }
}

/* Twice in a row without a request between: that is no death in recovery. */
static void in_a_row(void)
{
    struct server_recovery before = recovery_now();

    for (uint32_t k = 0; k < 10; k++) {
        require_success(server_restart());
    }
    expect_equal(recovery_now().restarts, before.restarts + 10);
}

/* What frames contain, who shares them, and what the server knows about them. */
static void frames_stay(void)
{
    uint64_t metadata[MESSAGE_WORDS] = {1, 2, 3, 4, UINT64_MAX};
    uint64_t read[MESSAGE_WORDS];
    struct frame_facts before;
    struct frame_facts after;
    handle frame;
    handle copy;
    handle owned;
    void *address;

    require_success(frame_allocate(&frame));
    require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &address));
    memset(address, 0x5a, FRAME_SIZE);
    require_success(frame_clone(frame, RIGHT_READ, &copy));
    require_success(frame_allocate_unique(&owned));
    require_success(frame_set_metadata(owned, metadata));
    require_success(frame_info(frame, &before));
    require_success(server_restart());
    require_success(frame_info(frame, &after));
    expect_equal(memcmp(&before, &after, sizeof(before)), 0);
    expect_equal(after.reference_count, 2);
    for (size_t k = 0; k < FRAME_SIZE; k++) {
        require(((const uint8_t *)address)[k] == 0x5a);
    }
    expect_error(frame_clone(owned, RIGHT_READ, &copy), ERROR_UNIQUE);
    require_success(frame_metadata(owned, read));
    expect_equal(memcmp(metadata, read, sizeof(read)), 0);
    expect_success(frame_drop(copy));
    expect_success(frame_drop(frame));
    expect_success(frame_drop(owned));
}

/* A list is the same from both ends, with a restart before each step. */
static void lists_stay(void)
{
    struct list_cursor cursor;
    struct list_member member;
    uint64_t length;
    handle list;
    handle frame;

    require_success(list_create(&list));
    for (uint64_t k = 0; k < MEMBERS; k++) {
        uint64_t metadata[MESSAGE_WORDS] = {k};

        require_success(frame_allocate_unique(&frame));
        require_success(frame_set_metadata(frame, metadata));
        require_success(server_restart());
        require_success(list_push_back(list, frame));
    }
    require_success(list_cursor_front(list, &cursor));
    for (uint64_t k = 0; k < MEMBERS; k++) {
        require_success(server_restart());
        require_success(list_cursor_look(&cursor, &member));
        expect_equal(member.metadata[0], k);
        require_success(list_cursor_next(&cursor));
    }
    for (uint64_t k = MEMBERS; k-- > 0;) {
        uint64_t metadata[MESSAGE_WORDS];

        require_success(server_restart());
        require_success(list_length(list, &length));
        expect_equal(length, k + 1);
        require_success(list_pop_back(list, &frame));
        require_success(server_restart());
        require_success(frame_metadata(frame, metadata));
        expect_equal(metadata[0], k);
        require_success(frame_drop(frame));
    }
    expect_error(list_pop_front(list, &frame), ERROR_EMPTY_LIST);
    expect_success(frame_drop(list));
}

/* Runs larger than the worker's cache of free frames: what is free stays free, and is given out once. */
static void runs_stay(void)
{
    struct machine_statistics before;
    struct machine_statistics after;
    uint64_t unused;
    handle first;

    require_success(machine_statistics(&before));
    require_success(server_restart());
    require_success(frame_allocate_run(RUN, &first));
    require_success(server_restart());
    require_success(machine_statistics(&after));
    expect_equal(before.free, after.free + RUN);
    for (uint32_t k = 0; k < RUN; k++) {
        uint64_t *words;

        require_success(frame_map_anywhere(handle_of_run(first, k), RIGHT_READ | RIGHT_WRITE, (void **)&words));
        for (size_t word = 0; word < PAGE_WORDS; word++) {
            require(words[word] == 0);
            words[word] = first + k;
        }
    }
    require_success(server_restart());
    require_success(frame_drop_run(first, RUN, &unused));
    expect_equal(unused, RUN);
}

/* What accounts may have and use; a handle in the name of one still buys for it. */
static void accounts_stay(void)
{
    const struct account_limits limits = {.frames = OPENED_FRAMES, .tables = OPENED_TABLES};
    struct account_statistics facts;
    struct account_statistics own_before;
    struct account_statistics own;
    uint64_t charged;
    uint32_t account;
    handle server;
    handle frame;

    require_success(account_statistics(&own_before));
    require_success(account_open(&limits, 0, &account, &server));
    require_success(server_restart());
    require_success(account_facts(account, &facts));
    expect_equal(facts.limit, OPENED_FRAMES);
    expect_equal(facts.table_limit, OPENED_TABLES);
    expect_equal(facts.used, 0);
    require_success(frame_allocate(&frame));
    require_success(account_statistics(&own));
    expect_equal(own.used, own_before.used + 1);
    require_success(server_restart());
    require_success(frame_drop(frame));
    require_success(account_close(account, &charged));
    expect_equal(charged, 0);
    require_success(server_restart());
    expect_error(account_facts(account, &facts), ERROR_NO_ACCOUNT);
    expect_success(frame_drop(server));
}

/* The server's task can be ended, and that is all. */
static void nothing_else(void)
{
    struct server_recovery before = recovery_now();
    struct task_facts facts;
    handle copy;
    handle there;

    expect_error(system_call_stop(server_task()), ERROR_NOT_PERMITTED);
    expect(system_call_start(server_task(), 0, 0) != ERROR_NONE);
    expect(system_call_start(server_task(), 0x400000, STACK_TOP) != ERROR_NONE);
    require_success(frame_allocate(&copy));
    expect(system_call_give(server_task(), copy, 1, 5, &there) != ERROR_NONE);
    expect_success(frame_drop(copy));
    require_success(system_call_look(server_task(), &facts));
    expect_equal(facts.end, TASK_END_NONE);
    require_success(frame_clone(server_task(), RIGHT_MOVE, &copy));
    expect_error(system_call_kill(copy), ERROR_MISSING_RIGHT);
    expect_error(system_call_upgrade(copy, IMAGE_SECOND), ERROR_MISSING_RIGHT);
    expect_success(frame_drop(copy));
    expect_equal(recovery_now().restarts, before.restarts);
}

static const struct tap_test tests[] = {
    {"comes_back", comes_back},       {"many_times", many_times},     {"in_a_row", in_a_row},
    {"frames_stay", frames_stay},     {"lists_stay", lists_stay},     {"runs_stay", runs_stay},
    {"accounts_stay", accounts_stay}, {"nothing_else", nothing_else},
};

const struct tap_group kill_tests = TAP_GROUP("kill", tests);
