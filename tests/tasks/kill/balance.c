#include "tests/tasks/kill/balance.h"

#include "tests/tasks/kill/neighbour.h"

#define PATIENCE 256 /* requests in which the server ends lists */

static uint64_t charged_to_scene(const struct scene *scene)
{
    uint64_t sum = 0;

    for (uint32_t k = 0; scene != NULL && k < SCENE_ACCOUNTS; k++) {
        struct account_statistics facts = {0};
        if (scene->accounts[k].number != 0) {
            enum error error = account_facts(scene->accounts[k].number, &facts);
            expect(error == ERROR_NONE || error == ERROR_NO_ACCOUNT); /* it was closed, and nothing is charged to it */
            sum += facts.used;
        }
    }
    return sum;
}

void balance_take(struct balance *balance, const struct scene *scene)
{
    struct machine_statistics machine = {0};
    struct account_statistics own = {0};

    expect_success(machine_statistics(&machine));
    expect_success(account_statistics(&own));
    *balance = (struct balance){.sum = machine.free + own.used + neighbour_used() + charged_to_scene(scene) -
                                       (scene != NULL ? scene->devices : 0),
                                .own = own.used,
                                .entries = own_entries_used()};
}

void balance_compare(struct observer *observer, const struct balance *before, const struct scene *scene)
{
    struct balance now;

    balance_take(&now, scene);
    observe_holds(observer, now.sum < before->sum ? WRONG_LOST : WRONG_DOUBLED, "frames free or charged", now.sum,
                  before->sum);
}

void balance_settle(struct observer *observer, const struct balance *before)
{
    struct balance now;

    balance_take(&now, NULL);
    for (uint32_t turn = 0; now.own != before->own && turn < PATIENCE; turn++) {
        balance_take(&now, NULL);
    }
    observe_holds(observer, now.sum < before->sum ? WRONG_LOST : WRONG_DOUBLED, "frames free or charged at the end",
                  now.sum, before->sum);
    observe_holds(observer, WRONG_MISCOUNTED, "frames of this task's account at the end", now.own, before->own);
    observe_holds(observer, WRONG_ERROR, "handles at the end", now.entries, before->entries);
}
