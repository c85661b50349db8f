/* Tasks that hold tasks: parents that die first, chains, rings. */
#include "tests/tasks/life/life.h"

/* Starts a child with a gift that rings a bell when it has bred, and waits for that. */
static bool breed(const char *arguments, handle *task)
{
    handle bell;

    return expect_success(bell_make(1, &bell)) &&
           expect_success(child_start_with(arguments, &(struct task_gift){"bell", bell}, 1, task)) &&
           bells_wait(1, *task);
}

/* Waits until as many frames are free as there were. What is abandoned tells nobody, so this looks. */
static void expect_all_back(uint64_t before)
{
    for (uint32_t turn = 0; turn < 1000 && free_frames() != before; turn++) {
        system_call_yield();
    }
    expect_free(before);
}

/* A has the only handle to B, which runs, and dies. */
static void parent_dies_first(void)
{
    uint64_t before = free_frames();
    struct server parent;
    handle child;
    handle theirs;

    require_success(server_start(&parent));
    require_success(child_start("job=yield", &child));
    system_call_yield();
    require_success(server_give(&parent, child, &theirs));
    system_call_yield();
    server_kill(&parent);
    expect_all_back(before);
    bells_forget();
}

/* The parent drops the handle: only the child ends. */
static void parent_abandons(void)
{
    uint64_t before = free_frames();
    struct server parent;
    handle child;
    handle theirs;

    require_success(server_start(&parent));
    require_success(child_start("job=yield", &child));
    require_success(server_give(&parent, child, &theirs));
    require_success(server_ask(&parent, SERVE_DROP, theirs, 0, NULL));
    require(bells_wait(BELL_END, parent.task));
    expect_success(server_ask(&parent, SERVE_NOTHING, 0, 0, NULL));
    server_kill(&parent);
    expect_all_back(before);
}

/* Each holds the other, and this task one of them. */
static void holders_of_each_other(void)
{
    uint64_t before = free_frames();
    struct server one;
    struct server other;
    handle copy;
    handle theirs;

    require_success(server_start(&one));
    require_success(server_start(&other));
    require_success(frame_clone(one.task, RIGHT_OWNER | RIGHT_MOVE, &copy));
    require_success(server_give(&other, copy, &theirs));
    require_success(server_give(&one, other.task, &theirs));
    server_kill(&one); /* which has the only handle to the other, which has one to it */
    require_success(frame_drop(other.desk));
    expect_all_back(before);
    bells_forget();
}

/* This task drops both: each has the other yet, and both live; then one kills the other, and is abandoned by that. */
static void ring_kept_alive(void)
{
    uint64_t before = free_frames();
    struct server one;
    struct server other;
    handle copy;
    handle to_one;
    handle to_other;

    require_success(server_start(&one));
    require_success(server_start(&other));
    require_success(frame_clone(one.task, RIGHT_OWNER | RIGHT_MOVE, &copy));
    require_success(server_give(&other, copy, &to_one));
    require_success(server_give(&one, other.task, &to_other));
    require_success(frame_drop(one.task));
    expect_success(server_ask(&one, SERVE_NOTHING, 0, 0, NULL));
    expect_success(server_ask(&other, SERVE_NOTHING, 0, 0, NULL));
    /* Elsewhere the other may have ended, and this one with it, before it answers. */
    enum error killed = server_ask(&one, SERVE_KILL, to_other, 0, NULL);
    expect(killed == ERROR_NONE || (killed == ERROR_NO_SERVER && start_page()->cpu_count > 1));
    for (uint32_t turn = 0; turn < 100; turn++) {
        system_call_yield();
    }
    expect_error(server_ask(&other, SERVE_NOTHING, 0, 0, NULL), ERROR_NO_SERVER);
    expect_error(server_ask(&one, SERVE_NOTHING, 0, 0, NULL), ERROR_NO_SERVER);
    require_success(frame_drop(one.desk));
    require_success(frame_drop(other.desk));
    expect_all_back(before);
    bells_forget();
}

/* Of a chain whose tasks each hold the only handle to the next, the first one's end ends all. */
static void chain(void)
{
    uint64_t before = free_frames();
    handle task;

    require(breed("job=breed count=50", &task));
    expect(before - free_frames() >= 150);
    child_kill(task);
    expect_all_back(before);
}

static const struct tap_test tests[] = {
    {"parent_dies_first", parent_dies_first},
    {"parent_abandons", parent_abandons},
    {"holders_of_each_other", holders_of_each_other},
    {"ring_kept_alive", ring_kept_alive},
    {"chain", chain},
};

const struct tap_group family_tests = TAP_GROUP("family", tests);
