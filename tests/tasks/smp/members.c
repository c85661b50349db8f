#include "tests/tasks/smp/members.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/list.h>
#include <quire/make_task.h>
#include <quire/task.h>
#include <string.h>

#define BIT_SELF (UINT64_C(1) << 63) /* of the suite's own notifications */
#define MEMBER_FRAMES 200            /* what its team may have for it: a task of about 50 frames, and what it holds */
#define MEMBER_TABLES 5              /* likewise, handle tables, also of those that are not quite dead */
#define MEMBER_HANDLE_TABLES 3
#define LINE 32

TASK_FILE(fighter);

static enum error shared_page(handle *frame, void **page)
{
    enum error error = frame_allocate(frame);

    return error != ERROR_NONE ? error : frame_map_anywhere(*frame, RIGHT_READ | RIGHT_WRITE, page);
}

/* A place for a member: fighters on all CPUs by turns. */
static enum error prepare(struct fight_world *world, bool exchange)
{
    struct member *member = &world->members[world->count];
    void *page;
    enum error error = shared_page(&member->report_frame, &page);

    member->report = page;
    member->number = world->count;
    member->exchange = exchange;
    member->cpu = (exchange ? world->count : world->count - world->exchanges) % start_page()->cpu_count;
    member->team = &world->teams[member->number % TEAMS];
    world->count++;
    if (error == ERROR_NONE && exchange) {
        error = endpoint_make(&member->desk);
    }
    return error;
}

/* Handles for a member: each call adds one. */
struct gifts {
    struct task_gift list[START_HANDLES - 2];
    char exchange_names[EXCHANGES_MAX][START_NAME];
    uint32_t count;
    enum error error; /* the first one */
};

static void add(struct gifts *gifts, const char *name, handle from, uint32_t rights)
{
    handle copy = 0;

    if (gifts->error == ERROR_NONE) {
        gifts->error = frame_clone(from, rights, &copy);
    }
    if (gifts->error == ERROR_NONE) {
        gifts->list[gifts->count++] = (struct task_gift){.name = name, .value = copy};
    }
}

static void add_all(const struct fight_world *world, const struct member *member, struct gifts *gifts)
{
    add(gifts, GIFT_REPORT, member->report_frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE);
    if (member->exchange) {
        add(gifts, GIFT_HERE, member->desk, RIGHT_RECEIVE | RIGHT_MOVE);
        return;
    }
    add(gifts, GIFT_BOARD, world->board_frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE);
    add(gifts, GIFT_LIST, member->team->list, RIGHT_READ | RIGHT_WRITE | RIGHT_MOVE);
    for (uint32_t k = 0; k < world->exchanges; k++) {
        format_line(gifts->exchange_names[k], START_NAME, GIFT_EXCHANGE "%u", k);
        add(gifts, gifts->exchange_names[k], world->members[k].desk, RIGHT_CALL | RIGHT_MOVE);
    }
}

static void drop_quietly(handle value)
{
    if (value != 0) {
        enum error error = frame_drop(value); /* an error brought us here */
        (void)error;
    }
}

must_use enum error member_start(struct fight_world *world, struct member *member, uint64_t seed)
{
    struct gifts gifts = {0};
    char line[LINE];
    struct task_plan plan = {.file = fighter_file,
                             .size = fighter_file_size,
                             .name = member->exchange ? "exchange" : "fighter",
                             .arguments = line,
                             .gifts = gifts.list,
                             .account = member->team->account,
                             .handle_tables = MEMBER_HANDLE_TABLES,
                             .cpu = 1 + member->cpu};

    format_line(line, sizeof(line), "seed=%lu", seed);
    add_all(world, member, &gifts);
    plan.gift_count = gifts.count;
    enum error error = gifts.error;
    member->killed = false;
    if (error == ERROR_NONE) {
        error = frame_clone(member->team->server, RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE, &plan.server);
    }
    if (error == ERROR_NONE) {
        error = endpoint_clone(world->ends, RIGHT_NOTIFY | RIGHT_MOVE, UINT64_C(1) << member->number, &plan.end);
    }
    if (error == ERROR_NONE) {
        error = task_run(&plan, &member->task);
    }
    if (error != ERROR_NONE) {
        while (gifts.count > 0) {
            drop_quietly(gifts.list[--gifts.count].value);
        }
        drop_quietly(plan.end);
        drop_quietly(plan.server);
        member->task = 0;
    }
    /* A fighter had looked up what was to be a page table, or took the last of the memory. */
    return error == ERROR_SHARED || error == ERROR_BUSY || error == ERROR_NO_MEMORY ? ERROR_NONE : error;
}

must_use enum error member_kill(struct fight_world *world, struct member *member)
{
    enum error error = system_call_kill(member->task);

    if (error == ERROR_ENDED) {
        return ERROR_NONE;
    }
    member->killed = true;
    world->kills++;
    return error;
}

void members_kill(struct fight_world *world)
{
    for (uint32_t k = 0; k < world->count; k++) {
        if (world->members[k].task != 0) {
            enum error error = task_end(world->members[k].task, world->ends);
            (void)error; /* something has failed already */
            world->members[k].task = 0;
        }
    }
}

must_use enum error member_bury(struct fight_world *world, struct member *member)
{
    handle task = member->task;

    world->killed_at_list += member->report->at_list;
    member->report->at_list = 0;
    member->task = 0;
    return frame_drop(task);
}

/* Its own notification comes in any case, so this never waits. */
must_use enum error members_ended(const struct fight_world *world, uint64_t *bits)
{
    struct endpoint_message message;
    enum error error = system_call_notify(world->ends);

    if (error == ERROR_NONE) {
        error = endpoint_receive(world->ends, &message, 0);
    }
    if (error == ERROR_NONE) {
        *bits = message.notification & ~BIT_SELF;
    }
    return error;
}

static enum error team_make(struct team *team, uint32_t members)
{
    const struct account_limits limits = {.frames = MEMBER_FRAMES * members, .tables = MEMBER_TABLES * members};
    enum error error = account_open(&limits, SERVICE_RIGHT_LOOKUP, &team->account, &team->server);

    return error != ERROR_NONE ? error : list_create(&team->list);
}

/* Its fighters have ended: with what lay in its list the last is back. */
static enum error team_unmake(struct team *team)
{
    enum error error = frame_drop(team->list);

    if (error == ERROR_NONE) {
        error = frame_drop(team->server);
    }
    return error != ERROR_NONE ? error : account_close(team->account, NULL);
}

must_use enum error members_make(struct fight_world *world)
{
    uint32_t cpus = start_page()->cpu_count;
    uint32_t fighters = cpus * FIGHTERS_A_CPU;
    void *page;

    fighters = fighters < FIGHTERS_LEAST ? FIGHTERS_LEAST : fighters > FIGHTERS_MAX ? FIGHTERS_MAX : fighters;
    memset(world, 0, sizeof(*world));
    enum error error = endpoint_make(&world->ends);
    if (error == ERROR_NONE) {
        error = system_call_badge(world->ends, BIT_SELF);
    }
    if (error == ERROR_NONE) {
        error = shared_page(&world->board_frame, &page);
        world->board = page;
    }
    for (uint32_t k = 0; k < TEAMS && error == ERROR_NONE; k++) {
        error = team_make(&world->teams[k], cpus + fighters);
    }
    for (uint32_t k = 0; k < cpus && k < EXCHANGES_MAX && error == ERROR_NONE; k++) {
        error = prepare(world, true);
    }
    world->exchanges = world->count;
    for (uint32_t k = 0; k < fighters && error == ERROR_NONE; k++) {
        error = prepare(world, false);
    }
    for (uint32_t k = 0; k < world->exchanges && error == ERROR_NONE; k++) {
        error = member_start(world, &world->members[k], k + 1);
    }
    /* Who calls an exchange that has ended is to learn it. */
    for (uint32_t k = 0; k < world->exchanges && error == ERROR_NONE; k++) {
        error = system_call_narrow(world->members[k].desk, RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE);
    }
    return error;
}

must_use enum error members_unmake(struct fight_world *world)
{
    enum error error = frame_drop(world->ends);

    if (error == ERROR_NONE) {
        error = frame_drop(world->board_frame);
    }
    for (uint32_t k = 0; k < world->count && error == ERROR_NONE; k++) {
        error = frame_drop(world->members[k].report_frame);
        if (error == ERROR_NONE && world->members[k].exchange) {
            error = frame_drop(world->members[k].desk);
        }
    }
    for (uint32_t k = 0; k < TEAMS && error == ERROR_NONE; k++) {
        error = team_unmake(&world->teams[k]);
    }
    return error;
}
