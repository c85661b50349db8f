/* Fighters on all CPUs do what they like with the same frames (tasks/fighter), until they have done count=N operations; some
 * are killed in the midst of it, and others take their places. At the end nothing may be lost. */
#include "tests/tasks/smp/members.h"
#include "tests/tasks/smp/smp.h"

#include <quire/list.h>
#include <quire/print.h>
#include <quire/server.h>

#define COUNT_USUAL 200000
#define PARTS 4              /* lines that tell how far it is */
#define LOOKS_A_KILL 16      /* looks, on average, until a fighter is killed */
#define LOOKS_A_RESTART 16   /* and the frame server, in the test of that */
#define PATIENCE_IDLE 100000 /* looks in which nobody has done anything */

static struct fight_world world;
static struct random numbers;
static uint64_t wanted;
static uint64_t server_kills;

static const char *const names[FIGHTS] = {
#define FIGHT(NAME, name, weight, errors, text) #name,
#include "tests/tasks/fighter/fights.def"
#undef FIGHT
};

static uint64_t seed(void)
{
    return tap_seed() != 0 ? tap_seed() : 1;
}

static uint64_t operations(void)
{
    uint64_t sum = 0;

    for (uint32_t k = world.exchanges; k < world.count; k++) {
        sum += atomic_load_relaxed(&world.members[k].report->operations);
    }
    return sum;
}

static bool no_failure(const struct member *member)
{
    const struct fight_failure *failure = &member->report->failure;

    if (failure->line == 0) {
        return true;
    }
    print("# %s %u on CPU %u, operation %s, frame 0x%lx: %s\n", member->exchange ? "exchange" : "fighter",
          member->number, member->cpu, names[failure->fight < FIGHTS ? failure->fight : 0], failure->address,
          error_name(failure->error));
    print("#   its source's line %lu: actual 0x%lx, expected 0x%lx\n", failure->line, failure->actual,
          failure->expected);
    return expect(false);
}

/* One that has ended: as it was told, killed, or by touching what had been taken from it. */
static bool judge(struct member *member)
{
    struct task_facts facts = {0};
    bool told = atomic_load_relaxed(&world.board->stop) != 0;

    if (!expect_success(system_call_look(member->task, &facts)) || !expect_equal(facts.state, TASK_DEAD) ||
        !no_failure(member)) {
        return false;
    }
    bool good = (facts.end == TASK_END_KILLED && member->killed) ||
                (facts.end == TASK_END_EXITED && told && facts.code == 0) ||
                (facts.end == TASK_END_FAULTED && facts.vector == VECTOR_PAGE_FAULT && !member->exchange &&
                 facts.address >= MAPPING_BASE && facts.address < MAPPING_BASE + ENTRIES_MAX * FRAME_SIZE);
    if (!good) {
        print("# %s %u on CPU %u: end %u, code 0x%lx, vector %u, address 0x%lx\n",
              member->exchange ? "exchange" : "fighter", member->number, member->cpu, facts.end, facts.code,
              facts.vector, facts.address);
    }
    world.faults += facts.end == TASK_END_FAULTED;
    return expect(good) && expect_success(member_bury(&world, member));
}

/* One look at all of them. */
static bool watch(bool go_on)
{
    uint64_t ended;

    if (!expect_success(members_ended(&world, &ended))) {
        return false;
    }
    for (uint32_t k = 0; k < world.count; k++) {
        struct member *member = &world.members[k];

        if ((ended >> k & 1) != 0 && !judge(member)) {
            return false;
        }
        if (go_on && member->task == 0 && !expect_success(member_start(&world, member, random_next(&numbers) >> 1))) {
            return false;
        }
    }
    return true;
}

static bool disturb(bool kill_server)
{
    if (random_one_in(&numbers, LOOKS_A_KILL)) {
        struct member *member = &world.members[world.exchanges + random_below(&numbers, world.count - world.exchanges)];

        if (member->task != 0 && !expect_success(member_kill(&world, member))) {
            return false;
        }
    }
    if (kill_server && random_one_in(&numbers, LOOKS_A_RESTART)) {
        server_kills++;
        return expect_success(server_restart());
    }
    return true;
}

static bool run(bool kill_server)
{
    uint64_t idle = 0;
    uint64_t before = 0;

    for (uint64_t now = 0; now < wanted; now = operations()) {
        if (now / (wanted / PARTS + 1) > before / (wanted / PARTS + 1)) {
            print("# %lu operations; %lu fighters killed, %lu touched what they no longer had\n", now, world.kills,
                  world.faults);
        }
        idle = now == before ? idle + 1 : 0;
        before = now;
        if (!expect(idle < PATIENCE_IDLE) || !watch(true) || !disturb(kill_server)) {
            return false;
        }
        system_call_yield();
    }
    return true;
}

static bool wait_for(uint32_t first, uint32_t end)
{
    for (uint32_t k = first; k < end; k++) {
        for (uint64_t turn = 0; world.members[k].task != 0; turn++) {
            if (!expect(turn < PATIENCE_TURNS) || !watch(false)) {
                return false;
            }
            system_call_yield();
        }
    }
    return true;
}

/* Fighters first: exchanges have to be there for them. */
static bool finish(void)
{
    atomic_store_release(&world.board->stop, 1);
    if (!wait_for(world.exchanges, world.count)) {
        return false;
    }
    for (uint32_t k = 0; k < world.exchanges; k++) {
        struct endpoint_message message = {.label = EXCHANGE_STOP};

        if (!expect_error(endpoint_call(world.members[k].desk, &message, 0), ERROR_NO_SERVER)) {
            return false;
        }
    }
    return wait_for(0, world.exchanges);
}

/* What went into the lists and did not come out is in them. */
static void count_list(void)
{
    uint64_t pushed = 0;
    uint64_t popped = 0;
    uint64_t length = 0;

    for (uint32_t k = 0; k < TEAMS; k++) {
        uint64_t one = 0;

        expect_success(list_length(world.teams[k].list, &one));
        length += one;
    }
    for (uint32_t k = world.exchanges; k < world.count; k++) {
        pushed += world.members[k].report->pushed;
        popped += world.members[k].report->popped;
    }
    print("# lists: %lu in, %lu out, %lu left, %lu killed at it\n", pushed, popped, length, world.killed_at_list);
    expect(length + popped <= pushed + world.killed_at_list && pushed <= length + popped + world.killed_at_list);
}

static void tell(void)
{
    for (uint32_t fight = 0; fight < FIGHTS; fight++) {
        uint64_t count = 0;
        uint64_t seen = 0;

        for (uint32_t k = world.exchanges; k < world.count; k++) {
            count += world.members[k].report->count[fight];
            seen |= world.members[k].report->seen[fight];
        }
        print("# %-14s %8lu", names[fight], count);
        for (uint32_t error = 1; error < 64; error++) {
            if ((seen >> error & 1) != 0) {
                print(" %s", error_name(error));
            }
        }
        print("\n");
        expect(count > 0);
    }
    print("# %lu operations on %u CPUs; %lu fighters killed, %lu touched what they no longer had, the frame server "
          "killed "
          "%lu times\n",
          operations(), start_page()->cpu_count, world.kills, world.faults, server_kills);
}

static void storm(bool kill_server)
{
    uint64_t free_before = free_frames();

    numbers.state = seed();
    server_kills = 0;
    require_success(members_make(&world));
    if (!run(kill_server) || !finish()) {
        members_kill(&world); /* so that what is looked at next is at rest */
        return;
    }
    tell();
    count_list();
    require_success(members_unmake(&world));
    expect(all_is_back(free_before));
}

static void all_cpus(void)
{
    wanted = start_option_number(start_page()->command_line, "count", COUNT_USUAL);
    print("# reproduce: make fight N=%lu SEED=%lu CPUS=%u\n", wanted, seed(), start_page()->cpu_count);
    storm(false);
}

static void server_killed(void)
{
    wanted = start_option_number(start_page()->command_line, "count", COUNT_USUAL) / 4;
    storm(true);
}

static const struct tap_test tests[] = {
    {"all_cpus", all_cpus},
    {"server_killed", server_killed},
};

const struct tap_group fight_tests = TAP_GROUP("fight", tests);
