/* Handle tables that grow by frames which the task buys. */
#include "tests/tasks/endpoints/endpoints.h"

static void grows(void)
{
    struct server server;
    uint64_t before[MESSAGE_WORDS];
    uint64_t after[MESSAGE_WORDS];
    uint64_t words[MESSAGE_WORDS] = {0};

    require_success(server_start(&server));
    require_success(server_ask(&server, SERVE_STATISTICS, 0, 0, before));
    require_success(server_ask(&server, SERVE_GROW, 0, 0, words));
    require_success(server_ask(&server, SERVE_STATISTICS, 0, 0, after));
    expect_equal(after[1] - before[1], 1);
    expect_equal(after[3] - before[3], 1);
    server_kill(&server);
}

/* Up to its greatest length, and then a named error. */
static void to_the_end(void)
{
    struct server server;
    uint64_t words[MESSAGE_WORDS] = {0};
    enum error error = ERROR_NONE;

    require_success(server_start(&server));
    for (uint32_t k = 0; k <= ENTRIES_MAX / 64 && error == ERROR_NONE; k++) {
        error = server_ask(&server, SERVE_GROW, 0, 0, words);
    }
    expect_error(error, ERROR_NO_TABLE_ENTRY);
    expect_equal(words[0], ENTRIES_MAX);
    expect_error(server_ask(&server, SERVE_GROW, 0, 0, words), ERROR_NO_TABLE_ENTRY);
    expect_success(server_ask(&server, SERVE_NOTHING, 0, 0, NULL));
    server_kill(&server);
}

/* Handles come to the last entry as to the first. */
static void all_entries(void)
{
    handle bell;
    handle task;
    uint64_t before = free_frames();

    require_success(bell_make(1, &bell));
    require_success(child_start_with("job=hold copies=8000", &(struct task_gift){"bell", bell}, 1, &task));
    require(bells_wait(1, task));
    child_kill(task);
    expect_equal(free_frames(), before);
}

static const struct tap_test tests[] = {
    {"grows", grows},
    {"to_the_end", to_the_end},
    {"all_entries", all_entries},
};

const struct tap_group grow_tests = TAP_GROUP("grow", tests);
