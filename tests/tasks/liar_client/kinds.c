/* Lies about kinds, and what the frame server gets to see at the end of a frame. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include <quire/slot.h>
#include <quire/system_call.h>
#include <quire/task.h>

static struct reply view(void)
{
    return call_0(frame_server(), label_make(LIAR_VIEW, 0));
}

static void convert(const char *name, handle frame, enum kind kind)
{
    const struct lie truth = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, kind);
    handle none;

    result(name, tell(&truth, frame, 0, &none), ERROR_NONE);
}

/* Contents go where tasks could not have written or could not read on, and only there. */
static void contents(void)
{
    handle frame = grant(FREE_FRAME(6), 106);

    write_first(frame, 42);
    convert("memory becomes a record", frame, KIND_RECORD);
    result("contents are kept", read_first(frame), 42);
    convert("and memory again", frame, KIND_UNTYPED);
    result("contents are kept", read_first(frame), 42);
    convert("memory becomes a list", frame, KIND_LIST);
    convert("and a record", frame, KIND_RECORD);
    result("contents are gone", read_first(frame), 0);
    give_back(frame);
}

static void refusals(enum kind kind)
{
    struct lie good = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, kind);
    struct lie lie = good;
    uint32_t level;

    refused("conversion of a shared frame", good, shared, ERROR_SHARED);
    refused("conversion without the owner right", good, reader, ERROR_MISSING_RIGHT);
    lie.r13 = FREE_FRAME(2);
    refused("conversion of a frame that was not lent", lie, held, ERROR_NOT_WANTED);
    lie = good;
    lie.want = ACTION_NONE;
    refused("conversion that nobody wants", lie, held, ERROR_NOT_WANTED);
    refused("conversion of an endpoint", good, start_handle("lonely"), ERROR_WRONG_KIND);
    result("map", system_call_map(held, PLACE, RIGHT_READ, &level), ERROR_NONE);
    refused("conversion of a mapped frame", good, held, ERROR_MAPPED);
    result("unmap", system_call_unmap(held), ERROR_NONE);
}

/* Nobody maps a list, nobody installs it, and it does not go to the server. */
static void a_list(void)
{
    const struct lie move = lie_of(ACTION_GRANT, MODE_MOVE, ACTION_GRANT, 0, RIGHTS_FRAME);
    uint32_t level;
    handle frame = grant(FREE_FRAME(6), 106);

    convert("a list", frame, KIND_LIST);
    result("map", system_call_map(frame, PLACE, RIGHT_READ, &level), ERROR_WRONG_KIND);
    result("install", system_call_install(frame, FAR_PLACE, 3, &level), ERROR_WRONG_KIND);
    refused("moving a list to the server", move, frame, ERROR_WRONG_KIND);
    give_back(frame);
}

/* The end of a record, and of nothing else, shows the frame to the worker: when the last handle goes. */
static void shown(void)
{
    const struct lie make_copy = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_READ);
    struct lie make_run = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    struct lie drop = lie_of(ACTION_NONE, MODE_DROP, ACTION_NONE, 0, 0);
    handle frame = grant(FREE_FRAME(6), 106);
    handle copy;

    (void)view(); /* of records that ended before */
    write_first(frame, 41);
    give_back(frame);
    result("memory is not shown at its end", view().words[0], 0);
    make_run.asked = make_run.n = 2;
    make_run.run = FREE_FRAME(40);
    make_run.stride = FRAME_SIZE;
    result("an honest run", tell(&make_run, 0, ROOM, &frame), ERROR_NONE);
    give_back_run(frame, 2);
    result("nor is a run", view().words[0], 0);
    frame = grant(FREE_FRAME(6), 106);
    convert("a record", frame, KIND_RECORD);
    write_first(frame, 43);
    result("an honest clone", tell(&make_copy, frame, ROOM, &copy), ERROR_NONE);
    give_back(frame);
    result("a record that others hold is not shown", view().words[0], 0);
    give_back(copy);
    struct reply reply = view();
    result("the last handle shows it", reply.words[0], FREE_FRAME(6) / FRAME_SIZE + 1);
    result("with its contents", reply.words[1], 43);
    frame = grant(FREE_FRAME(6), 106);
    result("which do not come back", read_first(frame), 0);
    convert("a record", frame, KIND_RECORD);
    drop.asked = 2;
    result("records end one by one", tell(&drop, frame, 0, &copy), ERROR_BAD_COUNT);
    give_back(frame);
    (void)view();
}

void lies_about_kinds(void)
{
    contents();
    refusals(KIND_LIST);
    refusals(KIND_RECORD);
    a_list();
    shown();
}
