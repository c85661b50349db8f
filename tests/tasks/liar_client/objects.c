/* Lies about tasks and endpoints, about taking handles away, and about new badges. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include <quire/slot.h>
#include <quire/task.h>

static handle made_of(uint64_t address, uint32_t dst, enum kind kind)
{
    const struct lie truth = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, kind);
    handle frame = grant(address, dst);
    handle none;

    result(kind == KIND_TASK ? "a frame becomes a task" : "a frame becomes an endpoint", tell(&truth, frame, 0, &none),
           ERROR_NONE);
    return frame;
}

/* Nobody's memory becomes an object that its holder did not ask for. */
static void unasked(enum kind kind)
{
    const struct lie good = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, kind);
    struct lie lie = good;
    uint32_t level;

    lie.want = ACTION_NONE;
    refused("conversion into an object that nobody asked for", lie, held, ERROR_NOT_WANTED);
    lie.want = ACTION_CLONE;
    refused("conversion into an object for who wants a clone", lie, held, ERROR_NOT_WANTED);
    lie = good;
    lie.r13 = FREE_FRAME(2);
    refused("conversion into an object of a frame that was not lent", lie, held, ERROR_NOT_WANTED);
    lie.mode = MODE_NONE;
    lie.r13 = FREE_FRAME(0);
    refused("conversion into an object when nothing was lent", lie, 0, ERROR_NOT_WANTED);
    refused("conversion of a shared frame into an object", good, shared, ERROR_SHARED);
    refused("conversion into an object without the owner right", good, reader, ERROR_MISSING_RIGHT);
    result("map", system_call_map(held, PLACE, RIGHT_READ, &level), ERROR_NONE);
    refused("conversion of a mapped frame into an object", good, held, ERROR_MAPPED);
    result("unmap", system_call_unmap(held), ERROR_NONE);
}

/* What is an object stays it until it ends, and its frame is nobody else's. */
static void kept(uint64_t address, handle object, enum kind kind, uint32_t rights)
{
    static const enum kind kinds[] = {KIND_UNTYPED,      KIND_PAGE_TABLE, KIND_TASK,
                                      KIND_HANDLE_TABLE, KIND_ENDPOINT,   KIND_LIST};
    struct lie lie = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, 0);

    for (uint32_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        lie.r14 = kinds[k];
        refused("conversion of an object", lie, object, ERROR_WRONG_KIND);
    }
    lie = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, address, RIGHTS_FRAME);
    refused("grant of an object", lie, 0, ERROR_IN_USE);
    lie = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, rights | RIGHT_READ);
    refused("clone of an object with rights of memory", lie, object, ERROR_BAD_RIGHTS);
    lie = lie_of(ACTION_CLONE, MODE_NONE, ACTION_CLONE, address, RIGHT_CLONE);
    refused("look-up of an object", lie, 0, ERROR_MISSING_RIGHT);
    lie = lie_of(ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, address, RIGHTS_FRAME);
    refused("hand-back of an object", lie, 0, ERROR_NOT_WANTED);
    result("the object is as it was", is_kept(object, kind, rights), true);
}

/* Has the server strip while it serves a call; its error, or another if something has changed. */
static void strip_refused(const char *name, enum action want, enum mode mode, uint32_t n, handle lent,
                          enum error expected)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, want, mode, n, ROOM),
                              .rdi = frame_server(),
                              .rsi = label_make(LIAR_STRIP, 0),
                              .r13 = lent};

    system_call_call(&message);
    enum error error = (enum error)(rax_status(message.rax) != ERROR_NONE ? rax_status(message.rax) : message.words[0]);
    result(name, nothing_changed(name, error), expected);
}

/* Handles are taken away for who asks for it and may. */
static void revokes(void)
{
    const struct lie make_copy = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_READ);
    struct lie lie = lie_of(ACTION_REVOKE, MODE_BORROW, ACTION_REVOKE, 0, 0);
    struct handle_facts facts;
    handle copy;

    refused("taking away by a reply", lie, shared, ERROR_BAD_ACTION);
    strip_refused("strip for who wants nothing", ACTION_NONE, MODE_BORROW, 1, shared, ERROR_NOT_WANTED);
    strip_refused("strip for who wants a conversion", ACTION_CONVERT, MODE_BORROW, 1, shared, ERROR_NOT_WANTED);
    strip_refused("strip for who lent nothing", ACTION_REVOKE, MODE_NONE, 0, 0, ERROR_NOT_WANTED);
    strip_refused("strip for who is not the owner", ACTION_REVOKE, MODE_BORROW, 1, reader, ERROR_MISSING_RIGHT);
    result("strip for nobody", call_1(frame_server(), label_make(LIAR_NOBODY, 0), LIAR_ACTIONS).words[0],
           ERROR_NO_CALLER);
    handle frame = grant(FREE_FRAME(12), 114);
    result("an honest clone", tell(&make_copy, frame, 115, &copy), ERROR_NONE);
    strip_refused("an honest strip", ACTION_REVOKE, MODE_BORROW, 1, frame, ERROR_NONE);
    result("the other handle is gone", system_call_inspect(copy, &facts), ERROR_BAD_HANDLE);
    result("the lent one is there", is_kept(frame, KIND_UNTYPED, RIGHTS_FRAME), true);
    give_back(frame);
}

static void mints(void)
{
    struct lie lie = lie_of(ACTION_MINT, MODE_NONE, ACTION_MINT, 0, 0);

    for (uint32_t bit = 0; bit < 32; bit++) {
        lie.r14 = badge_make(2, UINT32_C(1) << bit);
        refused("a badge with a right that the caller lacks", lie, 0, ERROR_BAD_RIGHTS);
    }
    lie.r14 = UINT64_MAX;
    refused("a badge with all rights", lie, 0, ERROR_BAD_RIGHTS);
    lie.r14 = badge_make(2, 0);
    lie.want = ACTION_NONE;
    refused("a badge that nobody wants", lie, 0, ERROR_NOT_WANTED);
    lie.want = ACTION_GRANT;
    refused("a badge for who wants a frame", lie, 0, ERROR_NOT_WANTED);
}

void lies_about_objects(void)
{
    handle task = made_of(FREE_FRAME(10), 112, KIND_TASK);
    handle endpoint = made_of(FREE_FRAME(11), 113, KIND_ENDPOINT);
    struct lie lie = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_CALL | RIGHT_RECEIVE);

    unasked(KIND_TASK);
    unasked(KIND_ENDPOINT);
    kept(FREE_FRAME(10), task, KIND_TASK, RIGHTS_TASK);
    kept(FREE_FRAME(11), endpoint, KIND_ENDPOINT, RIGHTS_ENDPOINT);
    refused("a caller's handle cloned for receiving", lie, start_handle("lonely"), ERROR_BAD_RIGHTS);
    revokes();
    mints();
    give_back(endpoint);
    give_back(task);
}
