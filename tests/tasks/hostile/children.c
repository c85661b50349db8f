#include "tests/tasks/hostile/children.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/make_task.h>

#define BIT_SELF UINT64_C(1) << 63 /* of the suite's own notifications */
#define CALLS_LEAST 500            /* system calls of an attacker's life, unless it ends otherwise */
#define CALLS_MORE 8000
#define LINE 64
#define HARMLESS_PORT 0x80 /* firmware writes there how far it is: nothing listens */

extern const char child_image[];
extern const uint64_t child_image_size;

must_use enum error arena_make(struct arena *arena, uint64_t seed)
{
    *arena = (struct arena){.random = {seed}};
    enum error error = endpoint_make(&arena->ends);

    if (error == ERROR_NONE) {
        error = system_call_badge(arena->ends, BIT_SELF);
    }
    if (error == ERROR_NONE) {
        error = endpoint_make(&arena->arena);
    }
    if (error == ERROR_NONE) {
        error = endpoint_make(&arena->service);
    }
    if (error == ERROR_NONE) {
        error = system_call_badge(arena->arena, BIT_SELF);
    }
    if (error == ERROR_NONE) {
        error = system_call_badge(arena->service, BIT_SELF);
    }
    return error;
}

must_use enum error arena_end(const struct arena *arena)
{
    enum error error = frame_drop(arena->ends);

    if (error == ERROR_NONE) {
        error = frame_drop(arena->arena);
    }
    return error != ERROR_NONE ? error : frame_drop(arena->service);
}

must_use enum error child_prepare(struct child *child, enum role role, uint32_t number)
{
    void *page;

    *child = (struct child){.role = role, .number = number};
    enum error error = frame_allocate(&child->report_frame);
    if (error == ERROR_NONE) {
        error = frame_map_anywhere(child->report_frame, RIGHT_READ | RIGHT_WRITE, &page);
    }
    if (error == ERROR_NONE) {
        child->report = page;
    }
    return error;
}

/* Those of earlier children are still charged what others hold: their numbers return later. */
static enum error close_account(struct child *child)
{
    enum error error = child->account != 0 ? account_close(child->account, NULL) : ERROR_NONE;

    if (error == ERROR_NONE) {
        child->account = 0;
    }
    return error;
}

/* Attackers have now more and now less, and some may claim frames by their address. */
static enum error open_account(struct child *child, struct random *random)
{
    struct account_limits limits = {.frames = CHILD_FRAMES, .tables = CHILD_TABLES};
    uint32_t rights = 0;
    enum error error = close_account(child);

    if (child->role == ROLE_ATTACKER) {
        limits.frames >>= random_below(random, 5);
        limits.tables >>= random_below(random, 4);
        rights = random_one_in(random, 2) ? SERVICE_RIGHT_CLAIM : 0;
    }
    return error != ERROR_NONE ? error : account_open(&limits, rights, &child->account, &child->server);
}

must_use enum error child_dismiss(struct child *child)
{
    enum error error = frame_drop(child->report_frame);

    return error != ERROR_NONE ? error : close_account(child);
}

/* Handles for a child: each call adds one. */
struct gifts {
    struct task_gift list[START_HANDLES - 2];
    uint32_t count;
    enum error error; /* the first one */
};

static void add(struct gifts *gifts, const char *name, handle value, enum error error)
{
    if (gifts->error == ERROR_NONE) {
        gifts->error = error;
    }
    if (error == ERROR_NONE) {
        gifts->list[gifts->count++] = (struct task_gift){.name = name, .value = value};
    }
}

static void add_frame(struct gifts *gifts, const char *name, handle from, uint32_t rights)
{
    handle copy = 0;
    enum error error = frame_clone(from, rights, &copy);

    add(gifts, name, copy, error);
}

static void add_endpoint(struct gifts *gifts, const char *name, handle from, uint32_t rights, uint64_t badge)
{
    handle copy = 0;
    enum error error = endpoint_clone(from, rights, badge, &copy);

    add(gifts, name, copy, error);
}

static void add_for_attacker(struct gifts *gifts, struct arena *arena)
{
    uint64_t badge = random_next(&arena->random);

    add_endpoint(gifts, GIFT_ARENA, arena->arena, RIGHT_CALL | RIGHT_RECEIVE | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE,
                 badge);
    add_endpoint(gifts, GIFT_SERVICE, arena->service, RIGHT_CALL | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE,
                 BADGE_HOSTILE);
    if (arena->neighbour != 0) {
        add_frame(gifts, GIFT_TASK, arena->neighbour, RIGHT_CLONE | RIGHT_MOVE);
    }
}

/* With one CPU nothing is drawn. */
static uint32_t choose_cpu(const struct child *child, struct random *random)
{
    uint32_t cpus = start_page()->cpu_count;

    if (child->cpu != 0 || cpus == 1) {
        return child->cpu;
    }
    return 1 + (uint32_t)random_below(random, cpus);
}

static enum error make(struct child *child, struct arena *arena, struct gifts *gifts, uint64_t *entry)
{
    static const char *const roles[] = {"server", "client", "attacker", "last"};
    char line[LINE];
    bool powers = child->role == ROLE_ATTACKER && random_one_in(&arena->random, 2);
    struct task_plan plan = {.file = child_image,
                             .size = child_image_size,
                             .name = roles[child->role],
                             .arguments = line,
                             .gifts = gifts->list,
                             .gift_count = gifts->count,
                             .server = child->server,
                             .account = child->account,
                             .priority = child->role == ROLE_LAST ? PRIORITY_LOWEST : 0,
                             .powers = powers ? POWER_PORTS | POWER_INTERRUPTS : 0,
                             .first_port = powers ? HARMLESS_PORT : 0,
                             .port_count = powers ? 1 : 0,
                             .handle_tables = random_one_in(&arena->random, 3) ? 9 : 2,
                             .cpu = choose_cpu(child, &arena->random)};
    /* What is called the console is the attackers' endpoint: they are not to write between the lines of others. */
    enum error error = endpoint_clone(arena->arena, RIGHT_CALL | RIGHT_MOVE, child->number, &plan.console);

    if (error == ERROR_NONE) {
        error = endpoint_clone(arena->ends, RIGHT_NOTIFY | RIGHT_MOVE, UINT64_C(1) << child->number, &plan.end);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    format_line(line, sizeof(line), "role=%s seed=%lu calls=%lu", roles[child->role], random_next(&arena->random) >> 1,
                CALLS_LEAST + random_below(&arena->random, CALLS_MORE));
    return task_make(&plan, &child->task, entry);
}

must_use enum error child_start(struct child *child, struct arena *arena)
{
    struct gifts gifts = {0};
    uint64_t entry;
    enum error error = open_account(child, &arena->random);

    if (error != ERROR_NONE) {
        return error;
    }
    add_frame(&gifts, GIFT_REPORT, child->report_frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE);
    switch (child->role) {
    case ROLE_SERVER:
        add_endpoint(&gifts, GIFT_SERVICE, arena->service, RIGHT_RECEIVE | RIGHT_MOVE, 0);
        break;
    case ROLE_CLIENT:
        add_endpoint(&gifts, GIFT_SERVICE, arena->service, RIGHT_CALL | RIGHT_MOVE, BADGE_HONEST);
        break;
    case ROLE_LAST:
        break;
    case ROLE_ATTACKER:
        add_for_attacker(&gifts, arena);
        break;
    }
    error = gifts.error;
    if (error == ERROR_NONE) {
        error = make(child, arena, &gifts, &entry);
    }
    child->seen = 0;
    child->idle = 0;
    return error != ERROR_NONE ? error : task_start(child->task, entry);
}

must_use enum error child_let_all_run(struct child *child, struct arena *arena)
{
    struct task_facts facts;
    enum error error = ERROR_NONE;

    for (uint32_t cpu = 0; cpu < start_page()->cpu_count && error == ERROR_NONE; cpu++) {
        child->cpu = 1 + cpu;
        error = child_start(child, arena);
        if (error == ERROR_NONE) {
            error = task_wait(child->task, arena->ends, NULL, &facts);
        }
        if (error == ERROR_NONE) {
            error = frame_drop(child->task);
        }
    }
    return error;
}

/* Its own notification comes in any case, so this never waits. */
must_use enum error arena_ended(const struct arena *arena, uint64_t *bits)
{
    struct endpoint_message message;
    enum error error = system_call_notify(arena->ends);

    if (error == ERROR_NONE) {
        error = endpoint_receive(arena->ends, &message, 0);
    }
    if (error == ERROR_NONE) {
        *bits = message.notification & ~(BIT_SELF);
    }
    return error;
}
