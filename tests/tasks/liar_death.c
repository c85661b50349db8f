/* With the lying frame server, which dies as it is told: way=live, in all ways that it survives; way=fault, hang or exit, for
 * ever, since it does so at its starts, too; way=run, likewise, while it takes a run back. Ends with 0 if all went as it should. */
#include "tests/tasks/liar.h"
#include <quire/client.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>
#include <quire/task.h>
#include <string.h>

static const struct {
    const char *name;
    enum liar_death death;
    enum restart reason;
    uint64_t starts; /* that it survives at the most */
} ways[] = {
    {"fault", LIAR_FAULTS, RESTART_FAULT, 1},
    {"hang", LIAR_HANGS, RESTART_HANG, 1},
    {"exit", LIAR_EXITS, RESTART_EXITED, 0}, /* it can not be had to start */
    {"refused", LIAR_IS_REFUSED, RESTART_HANG, 0},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static bool failed;

static void expect(const char *what, const char *way, uint64_t found, uint64_t expected)
{
    if (found != expected) {
        failed = true;
        print("not so: %s, %s: %lu (%s), not %lu (%s)\n", way, what, found, error_name(found), expected,
              error_name(expected));
    }
}

static struct reply order(enum liar_death death, uint64_t calls, uint64_t starts)
{
    return call_5(frame_server(), label_make(LIAR_DIE, 0), death, calls, starts, 0, 0);
}

/* A frame that is had before is there afterwards, and others can be had. */
static void expect_service(const char *way, handle kept)
{
    struct frame_facts facts;
    handle frame;

    expect("facts of a frame", way, frame_info(kept, &facts), ERROR_NONE);
    expect("its handles", way, facts.reference_count, 1);
    expect("an allocation", way, frame_allocate(&frame), ERROR_NONE);
    expect("a drop", way, frame_drop(frame), ERROR_NONE);
}

/* Once in a call; once there and once at the start. */
static void lives(size_t k, handle kept)
{
    const char *way = ways[k].name;
    uint64_t started = order(ways[k].death, 0, 0).words[0];
    struct reply reply = order(ways[k].death, 1, 0);

    expect("a death in a call", way, reply.status, ERROR_NONE);
    expect("its label", way, reply.label, ERROR_NONE);
    expect("starts", way, reply.words[0], started + 1);
    expect("reason", way, reply.words[1], ways[k].reason);
    expect_service(way, kept);
    print("%s: the frame server lives\n", way);
    if (ways[k].starts > 0) {
        reply = order(ways[k].death, 1, 1);
        expect("a death at the start", way, reply.status, ERROR_NONE);
        expect("its label", way, reply.label, ERROR_NONE); /* it died in the call once only */
        expect("starts after that", way, reply.words[0], started + 3);
        expect_service(way, kept);
    }
}

/* Twice in a call, which is told so by the server; again and again, by the kernel. */
static void is_to_blame(size_t k, handle kept)
{
    const char *way = ways[k].name;
    uint64_t started = order(ways[k].death, 0, 0).words[0];
    struct reply reply = order(ways[k].death, 2, 0);

    expect("two deaths in a call", way, reply.status, ERROR_NONE);
    expect("their label", way, reply.label, ERROR_KILLS_SERVER);
    expect_service(way, kept);
    reply = order(ways[k].death, LIAR_ALWAYS, 0);
    expect("deaths in a call for ever", way, reply.status, ERROR_KILLS_SERVER);
    expect_service(way, kept);
    expect("starts after those", way, order(ways[k].death, 0, 0).words[0], started + 2 + 3);
    print("%s: the call is to blame\n", way);
}

/* Dies for good as a run as long as can be is dropped. */
static void dies_in_run(handle kept)
{
    struct handle_facts facts;
    handle first;

    expect("a run", "run", frame_allocate_run(TRANSFER_FRAMES, &first), ERROR_NONE);
    expect("the order", "run",
           call_5(frame_server(), label_make(LIAR_DIE, 0), LIAR_FAULTS, 0, LIAR_ALWAYS, LIAR_AT_RUN, 0).status,
           ERROR_NONE);
    expect("its drop", "run", frame_drop_run(first, TRANSFER_FRAMES, NULL), ERROR_NO_SERVER);
    expect("the first", "run", system_call_inspect(first, &facts), ERROR_BAD_HANDLE);
    expect("the last", "run", system_call_inspect(handle_of_run(first, TRANSFER_FRAMES - 1), &facts), ERROR_BAD_HANDLE);
    expect("a handle", "run", system_call_inspect(kept, &facts), ERROR_NONE);
    print("run: the frame server is gone, and this task is not\n");
}

/* Dies at every start. What this task has stays, and it goes on without. */
static void dies(size_t k, handle kept)
{
    const char *way = ways[k].name;
    struct handle_facts facts;
    uint64_t *words;

    expect("a mapping", way, frame_map_anywhere(kept, RIGHT_READ | RIGHT_WRITE, (void **)&words), ERROR_NONE);
    *words = 42;
    expect("deaths at all starts", way, order(ways[k].death, 1, LIAR_ALWAYS).status, ERROR_NO_SERVER);
    for (uint32_t call = 0; call < 3; call++) {
        expect("a call afterwards", way, frame_server_nothing(), ERROR_NO_SERVER);
    }
    expect("a restart afterwards", way, server_restart(), ERROR_ENDED);
    expect("a handle", way, system_call_inspect(kept, &facts), ERROR_NONE);
    expect("its frame", way, *words, 42);
    print("%s: the frame server is gone, and this task is not\n", way);
}

int main(void)
{
    char way[8];
    handle kept;

    (void)start_option(start_page()->arguments, "way", way, sizeof(way), "");
    if (frame_allocate(&kept) != ERROR_NONE) {
        return 1;
    }
    if (strcmp(way, "run") == 0) {
        dies_in_run(kept);
    }
    for (size_t k = 0; k < WAYS; k++) {
        if (strcmp(way, "live") == 0) {
            lives(k, kept);
            if (ways[k].reason != RESTART_HANG) { /* it takes seconds, and is the same */
                is_to_blame(k, kept);
            }
        } else if (strcmp(way, ways[k].name) == 0) {
            dies(k, kept);
        }
    }
    return failed;
}
