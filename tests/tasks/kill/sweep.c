#include "tests/tasks/kill/sweep.h"

#include "tests/tasks/kill/balance.h"
#include "tests/tasks/kill/fragments.h"
#include "tests/tasks/kill/neighbour.h"
#include "tests/tasks/kill/path.h"
#include "tests/tasks/kill/points.h"
#include "tests/tasks/kill/states.h"

#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>
#include <quire/task.h>
#include <string.h>

#define NEIGHBOUR_POINTS 600 /* instructions of its requests: it has shorter ones and longer */
#define MANY_FRAMES 64       /* a request about so many is a loop */
#define MANY_POINTS 60000    /* in recoveries of one case: of further states the beginnings */
#define RECOVERY_MAX (UINT64_C(1) << 40)
#define WRONG_MAX 40      /* wrong things after which a case is not gone on with */
#define NEIGHBOUR_EVERY 4 /* points after which the other client works */
#define BALANCE_EVERY 8   /* points at which frames are counted before the scene is struck, too */
#define AUDIT_EVERY 32    /* points; the last one is that at the test's end */

/* What one point came to. */
struct outcome {
    struct sweep_result death;
    struct server_recovery recovery;
};

/* The case that is played. */
static struct {
    const char *group;
    const struct sweep_case *one;
    struct observer observer;
    struct record record;
    struct balance before;
    uint64_t restarts; /* that the server has counted: one that dies before it has begun is not */
    uint64_t k;        /* the point */
    uint64_t j;
    bool told;            /* where this is */
    bool stepped;         /* without what is known of the ways */
    struct path request;  /* ways of the server */
    struct path recovery; /* after a death at now.k */
    /* figures */
    uint64_t instructions; /* of the request */
    uint64_t points;
    uint64_t states;
    uint64_t recovery_length;       /* of that which is swept: instructions */
    uint64_t recovery_instructions; /* sum over the states */
    uint64_t recovery_points;
    uint64_t plays;
    uint64_t strayed; /* points that were not where they had to be by what is known of the ways */
} now;

bool sweep_is_possible(void)
{
    const struct sweep_death none = {.after = SWEEP_NOTHING};
    const struct sweep_death kernels = {.after = 1, .address = USER_END, .times = 1}; /* where it would stop itself */
    struct sweep_result last;

    return expect(server_task() != 0) &&
           expect_error(system_call_sweep(server_task(), &kernels, &none, &last), ERROR_BAD_ARGUMENT) &&
           expect_error(system_call_sweep(server_task(), &none, &kernels, &last), ERROR_BAD_ARGUMENT) &&
           expect_success(system_call_sweep(server_task(), &none, &none, &last));
}

static void tell_where(void)
{
    if (now.told) {
        return;
    }
    now.told = true;
    print("# %s/%s, death after instruction %lu of the request and %lu of the recovery: make kill ONLY=%s/%s "
          "POINT=%lu,%lu "
          "SEED=%lu\n",
          now.group, now.one->name, now.k, now.j, now.group, now.one->name, now.k, now.j, tap_seed());
}

static uint64_t wrongs(void)
{
    uint64_t sum = 0;

    for (uint32_t k = 0; k < WRONGS; k++) {
        sum += now.observer.wrong[k];
    }
    return sum;
}

static bool is_of_neighbour(void)
{
    return now.one->prepare == prepare_neighbour;
}

/* --- one point -------------------------------------------------------------------------------------------------------- */

static void act(struct scene *scene, struct outcome *outcome)
{
    const struct sweep_death none = {.after = SWEEP_NOTHING};
    const struct sweep_death request = path_plan(&now.request, now.k, now.stepped);
    const struct sweep_death recovery = path_plan(&now.recovery, now.j, now.stepped);

    if (!expect_success(system_call_sweep(server_task(), &request, &recovery, &outcome->death))) {
        scene->broken = true;
        return;
    }
    if (scene->act != NULL) {
        scene->act(scene);
    } else {
        scene_act(scene);
    }
    expect_success(system_call_sweep(server_task(), &none, &none, &outcome->death));
    expect_success(server_recovery(&outcome->recovery));
}

/* The scene is made, the request sent, all looked at, the scene struck. False: it could not be, and was said. */
static bool play(uint64_t k, uint64_t j, bool compares, struct outcome *outcome)
{
    static struct scene scene;

    now.k = k;
    now.j = j;
    now.told = false;
    scene = (struct scene){.size = now.one->size};
    *outcome = (struct outcome){0};
    neighbour_hold(); /* so that the death comes in this task's request, and each time on the same free memory */
    now.one->prepare(&scene);
    if (!scene.broken) {
        act(&scene, outcome);
    }
    if (scene.broken) {
        tell_where();
        expect(scene_strike(&scene));
        return false;
    }
    neighbour_hold();
    observe_begin(&now.observer, compares);
    uint64_t restarts = outcome->recovery.restarts - now.restarts;
    now.restarts = outcome->recovery.restarts;
    observe_holds(&now.observer, WRONG_MISCOUNTED, "whether a restart was counted", restarts > 0,
                  outcome->death.deaths > 0);
    observe_holds(&now.observer, WRONG_MISCOUNTED, "whether more restarts than deaths were counted",
                  restarts > outcome->death.deaths, false);
    observe_scene(&now.observer, &scene, now.one->translated, now.one->loose);
    if (now.plays % BALANCE_EVERY == 0) {
        balance_compare(&now.observer, &now.before, &scene);
    }
    observe_holds(&now.observer, WRONG_STUCK, "whether all could be given back", scene_strike(&scene), true);
    balance_settle(&now.observer, &now.before);
    if (now.plays % AUDIT_EVERY == 0) {
        observe_audit(&now.observer);
    }
    observe_holds(&now.observer, WRONG_ERROR, "whether the other client is content", neighbour_is_content(), true);
    if (now.plays++ % NEIGHBOUR_EVERY == 0) {
        neighbour_works();
    }
    return wrongs() < WRONG_MAX;
}

/* How many deaths are planned. */
static uint64_t planned(void)
{
    return (now.k > 0) + (now.j > 0);
}

/* The same, and again step by step when it did not die where it should by what is known
 * of its way. */
static bool play_at(uint64_t k, uint64_t j, bool stepped, struct outcome *outcome)
{
    now.stepped = stepped;
    if (!play(k, j, true, outcome)) {
        return false;
    }
    if (outcome->death.deaths < planned() && !stepped) {
        now.stepped = true;
        if (!play(k, j, true, outcome)) {
            return false;
        }
    }
    now.strayed += now.stepped && outcome->death.deaths == planned() && !stepped;
    if (!is_of_neighbour() && outcome->death.deaths > 0) {
        path_note(&now.request, k, outcome->death.died_at[0]);
    }
    if (!is_of_neighbour() && outcome->death.deaths > 1) {
        path_note(&now.recovery, j, outcome->death.died_at[1]);
    }
    return true;
}

/* A death where none was expected any more, since the way was shorter when it was counted. */
static bool is_over(struct outcome *outcome, uint64_t k, uint64_t j)
{
    if (outcome->death.deaths < planned()) {
        return true;
    }
    if (j > 0 ? j <= now.recovery_length : k <= now.instructions) {
        return false;
    }
    now.strayed++;
    return play_at(k, j, true, outcome) && outcome->death.deaths < planned();
}

/* --- all points ------------------------------------------------------------------------------------------------------- */

/* The answer without a death, which is the one that the table says. */
static bool play_reference(void)
{
    struct outcome outcome;
    struct server_recovery recovery;

    if (!expect_success(server_recovery(&recovery))) {
        return false;
    }
    now.restarts = recovery.restarts;
    if (!play(0, 0, false, &outcome) ||
        !play(0, 0, true, &outcome)) { /* the first one may touch what the server has not yet */
        return false;
    }
    now.instructions = outcome.death.instructions;
    uint64_t error = now.record.values[0] != ERROR_NONE ? now.record.values[0] : now.record.values[1];
    return expect_error(error, now.one->error) && expect_equal(outcome.death.deaths, 0);
}

/* Up to where each instruction of the next recovery is tried. */
static uint64_t recovery_whole(void)
{
    return now.one->size >= MANY_FRAMES || now.recovery_points > MANY_POINTS ? POINTS_WHOLE_MANY : POINTS_WHOLE;
}

/* The server dies at this instruction of the request, and then at each one of its recovery, the request done anew included. How many
 * these are is counted first, by a plan that it should die after more than there can be. */
static bool sweep_recovery(uint64_t k)
{
    struct outcome outcome;

    path_forget(&now.recovery);
    if (!play_at(k, RECOVERY_MAX, is_of_neighbour(), &outcome)) {
        return false;
    }
    now.recovery_length = outcome.death.instructions;
    now.recovery_instructions += outcome.death.instructions;
    struct points points = points_begin(outcome.death.instructions, k, recovery_whole());
    for (uint64_t j; points_next(&points, &j);) {
        if (!play_at(k, j, is_of_neighbour(), &outcome)) {
            return false;
        }
        if (is_over(&outcome, k, j)) {
            now.strayed += outcome.death.deaths == 0; /* the request itself was shorter */
            return true;
        }
        now.recovery_points++;
    }
    return true;
}

static bool sweep_request(void)
{
    struct points points = points_begin(now.instructions, now.one->operation, POINTS_WHOLE);
    struct outcome outcome;

    for (uint64_t k; points_next(&points, &k);) {
        if (!play_at(k, 0, false, &outcome)) {
            return false;
        }
        if (is_over(&outcome, k, 0)) { /* the request ends before its k-th instruction */
            return true;
        }
        now.points++;
        if (state_is_new(now.one->operation, outcome.recovery.found)) {
            now.states++;
            if (!sweep_recovery(k)) {
                return false;
            }
        }
    }
    return true;
}

/* Each time another request of the neighbour's, which may be short or long. */
static bool sweep_neighbour(void)
{
    struct points points = points_begin(NEIGHBOUR_POINTS, now.one->operation, POINTS_WHOLE);
    struct outcome outcome;

    for (uint64_t k; points_next(&points, &k) && k <= NEIGHBOUR_POINTS;) {
        if (!play_at(k, 0, true, &outcome)) {
            return false;
        }
        now.points += outcome.death.deaths > 0;
    }
    return true;
}

static bool sweep_point(uint64_t k, uint64_t j)
{
    struct outcome outcome;
    bool good = play_at(k, j, true, &outcome);

    now.points = outcome.death.deaths > 0;
    now.recovery_points = outcome.death.deaths > 1;
    print("# %lu deaths, at 0x%lx and 0x%lx; the last one left state 0x%lx; %lu instructions after it\n",
          outcome.death.deaths, outcome.death.died_at[0], outcome.death.died_at[1], outcome.recovery.found,
          outcome.death.instructions);
    return good;
}

/* What tests/kill adds up. */
static void tell(void)
{
    print("# kill\t%s/%s\t%s\t%lu\t%lu\t%lu\t%lu\t%lu", now.group, now.one->name, operation_name(now.one->operation),
          now.instructions, now.points, now.states, now.recovery_instructions, now.recovery_points);
    for (uint32_t k = 0; k < WRONGS; k++) {
        print("\t%lu", now.observer.wrong[k]);
    }
    print("\t%lu\n", now.strayed);
}

void sweep(const char *group, const struct sweep_case *one, bool fragmented)
{
    uint64_t k;
    uint64_t j;

    memset(&now, 0, sizeof(now));
    now.group = group;
    now.one = one;
    now.observer.record = &now.record;
    now.observer.tell_where = tell_where;
    if (fragmented && !expect(fragments_make())) {
        return;
    }
    neighbour_wake();
    neighbour_hold();
    balance_take(&now.before, NULL);
    if (play_reference()) {
        bool good = points_only(&k, &j) ? sweep_point(k, j) : is_of_neighbour() ? sweep_neighbour() : sweep_request();
        expect(good);
        expect(now.points > 0); /* who kills nothing has shown nothing */
    }
    tell();
    expect_equal(wrongs(), 0);
    neighbour_rest();
    if (fragmented) {
        fragments_drop();
    }
}
