/* Honest tasks work (tests/tasks/hostile_child), and know every byte, count and order of theirs. This task, of higher
 * priority, waits for ticks of a clock: so the server goes and comes back between any two requests of theirs. */
#include "tests/tasks/upgrade/upgrade.h"

#include "servers/framemap/clock.h"
#include "tests/tasks/hostile/children.h"
#include <quire/make_task.h>
#include <quire/print.h>

#define CLIENTS 2
#define CHILDREN (1 + CLIENTS)
#define ROUNDS 300
#define IDLE 100 /* ticks that a child may take for a round of its work */

static struct child children[CHILDREN];
static struct arena arena;

static bool begin(void)
{
    if (!expect_success(arena_make(&arena, tap_seed() != 0 ? tap_seed() : 1))) {
        return false;
    }
    for (uint32_t k = 0; k < CHILDREN; k++) {
        if (!expect_success(child_prepare(&children[k], k == 0 ? ROLE_SERVER : ROLE_CLIENT, k)) ||
            !expect_success(child_start(&children[k], &arena))) {
            return false;
        }
    }
    return true;
}

/* Whether each works, and nothing went wrong. */
static bool watch(void)
{
    for (uint32_t k = 0; k < CHILDREN; k++) {
        struct child *child = &children[k];

        if (!expect_equal(child->report->failed_line, 0)) {
            print("# honest child %u: %s\n", k, error_name(child->report->failed_error));
            return false;
        }
        child->idle = child->report->rounds == child->seen ? child->idle + 1 : 0;
        child->seen = child->report->rounds;
        if (!expect(child->idle < IDLE)) {
            return false;
        }
    }
    return true;
}

/* The clients first; the server that they talk to looks whether it is to end when it is notified. */
static void end(void)
{
    for (uint32_t k = CHILDREN; k-- > 0;) {
        struct task_facts facts;

        children[k].report->stop = 1;
        if (k == 0) {
            require_success(system_call_notify(arena.service));
        }
        require_success(task_wait(children[k].task, arena.ends, NULL, &facts));
        expect_equal(facts.end, TASK_END_EXITED);
        expect_equal(facts.code, 0);
        expect_equal(children[k].report->failed_line, 0);
        require_success(frame_drop(children[k].task));
        require_success(child_dismiss(&children[k]));
    }
    require_success(arena_end(&arena));
}

/* Does something to the server at each tick; *disturb: number of the tick. */
static void work(enum error (*disturb)(uint32_t round))
{
    struct server_recovery before = recovery_now();
    uint64_t rounds[CHILDREN];
    uint32_t done = 0;

    require(begin());
    for (uint32_t k = 0; k < CHILDREN; k++) {
        rounds[k] = children[k].report->rounds;
    }
    while (done < ROUNDS) {
        clock_wait();
        if (!expect_success(disturb(done)) || !watch()) {
            break;
        }
        done++;
    }
    expect_equal(recovery_now().restarts, before.restarts + done);
    for (uint32_t k = 0; k < CHILDREN; k++) {
        expect(children[k].report->rounds > rounds[k] + ROUNDS / 10);
        print("# child %u: %lu rounds beside %u restarts\n", k, children[k].report->rounds - rounds[k], done);
    }
    end();
}

static enum error kill(uint32_t round)
{
    (void)round;
    return server_restart();
}

static enum error upgrade(uint32_t round)
{
    return server_upgrade((round + 1) % 2);
}

/* The seventh is refused, and must not be felt. */
static enum error mix(uint32_t round)
{
    if (round % 7 == 6 && server_upgrade(IMAGE_OTHER_LAYOUT) != ERROR_OTHER_LAYOUT) {
        return ERROR_OTHER_LAYOUT;
    }
    return round % 3 == 0 ? server_restart() : server_upgrade(round / 3 % 2);
}

static void kills(void)
{
    work(kill);
}

static void upgrades(void)
{
    work(upgrade);
    expect(runs(VERSION_OF(IMAGE_FIRST)));
}

static void kills_and_upgrades(void)
{
    work(mix);
    require_success(server_upgrade(IMAGE_FIRST));
}

static const struct tap_test tests[] = {
    {"kills", kills},
    {"upgrades", upgrades},
    {"kills_and_upgrades", kills_and_upgrades},
};

const struct tap_group load_tests = TAP_GROUP("load", tests);
