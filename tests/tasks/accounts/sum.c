/* What accounts use, taken together, is what is not free. */
#include "tests/tasks/accounts/accounts.h"

#define BRANCHES 4
#define STEPS 60

static uint64_t state;

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static struct branch branches[BRANCHES];

/* Of all accounts that change here. */
static uint64_t used(void)
{
    uint64_t sum = facts_about(0).used;

    for (uint32_t k = 0; k < BRANCHES; k++) {
        sum += facts_about(branches[k].account).used;
    }
    return sum;
}

static void usage_is_frames_held(void)
{
    handle kept[STEPS];
    uint32_t count = 0;

    state = tap_seed() * 2 + 1;
    for (uint32_t k = 0; k < BRANCHES; k++) {
        require(branch_open(&branches[k], 60, 3));
    }
    uint64_t whole = free_frames() + used();
    for (uint32_t step = 0; step < STEPS; step++) {
        const struct branch *branch = &branches[draw(BRANCHES)];
        struct endpoint_message message = {.label = SERVE_BUY};
        enum error error = ERROR_NONE;

        switch (draw(5)) {
        case 0:
            error = server_ask(&branch->server, SERVE_ALLOCATE, draw(4), 0, NULL);
            break;
        case 1:
            error = server_ask(&branch->server, SERVE_GROW, 0, 0, NULL);
            break;
        case 2:
            require_success(endpoint_call(branch->server.desk, &message, 1));
            if (message.count == 1) {
                kept[count++] = message.first;
            }
            break;
        case 3:
            error = count > 0 ? frame_drop(kept[--count]) : ERROR_NONE;
            break;
        default:
            error = count > 0 ? frame_adopt(kept[draw(count)]) : ERROR_NONE;
            break;
        }
        expect(error == ERROR_NONE || error == ERROR_OVER_LIMIT || error == ERROR_TOO_MANY_TABLES);
        expect_equal(free_frames() + used(), whole);
    }
    for (uint32_t k = 0; k < BRANCHES; k++) {
        server_kill(&branches[k].server);
        expect_success(account_close(branches[k].account, NULL));
    }
    while (count > 0) {
        require_success(frame_drop(kept[--count]));
    }
}

static const struct tap_test tests[] = {
    {"usage_is_frames_held", usage_is_frames_held},
};

const struct tap_group sum_tests = TAP_GROUP("sum", tests);
