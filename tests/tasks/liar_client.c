/* Lies that the kernel must refuse, told by liar.c on request. */
#include "tests/tasks/liar.h"
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>

#define ROOM 200                 /* an empty entry */
#define PLACE UINT64_C(0x5fe000) /* a page beside the program: its page table is there from boot */
#define FREE_FRAME(k) (UINT64_C(0x1000000) + (k)*FRAME_SIZE)
#define KERNEL_FRAME UINT64_C(0x100000)
#define PAST_THE_END UINT64_C(0xfff00000000)

static uint32_t tests;
static uint32_t failed;

static void result(const char *name, uint64_t found, uint64_t expected)
{
    tests++;
    failed += found != expected;
    if (found != expected) {
        print("# %s: %s, not %s\n", name, error_name(found), error_name(expected));
    }
    print("%s %u - %s\n", found == expected ? "ok" : "not ok", tests, name);
}

/* What the caller asks for, and what the server replies. */
struct lie {
    enum action want;
    enum mode mode;
    uint32_t action;
    uint32_t n;
    uint64_t r13;
    uint64_t r14;
    uint32_t label;
};

/* Tells a lie about the handle, if one goes along. Returns the first error that anybody had; *made is the new handle. */
static enum error tell(const struct lie *lie, handle lent, uint32_t dst, handle *made)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, lie->want, lie->mode, 1, dst),
                              .rdi = frame_server(),
                              .rsi = label_make(lie->action, lie->label),
                              .words = {lie->r13, lie->r14, lie->n},
                              .r13 = lent};

    system_call_call(&message);
    *made = message.r13;
    return (enum error)(rax_status(message.rax) != ERROR_NONE ? rax_status(message.rax) : message.rsi);
}

static handle grant(uint64_t address, uint32_t dst)
{
    const struct lie truth = {ACTION_GRANT, MODE_NONE, ACTION_GRANT, 1, address, RIGHTS_FRAME, 0};
    handle made;

    result("an honest grant", tell(&truth, 0, dst, &made), ERROR_NONE);
    return made;
}

static handle held;   /* at FREE_FRAME(0) */
static handle table;  /* at FREE_FRAME(1), a page table */
static handle shared; /* at FREE_FRAME(2), with a second handle that can only be read */
static handle reader;

static void refused(const char *name, struct lie lie, handle lent, enum error expected)
{
    handle made;

    result(name, tell(&lie, lent, ROOM, &made), expected);
}

static void grants(void)
{
    const struct lie good = {ACTION_GRANT, MODE_NONE, ACTION_GRANT, 1, FREE_FRAME(9), RIGHTS_FRAME, 0};
    struct lie lie = good;

    lie.r13 = FREE_FRAME(0);
    refused("grant of a frame that is held", lie, 0, ERROR_IN_USE);
    lie.r13 = KERNEL_FRAME;
    refused("grant of a kernel frame", lie, 0, ERROR_RESERVED);
    lie.r13 = PAST_THE_END;
    refused("grant past the end of memory", lie, 0, ERROR_HOLE);
    lie.r13 = UINT64_MAX - FRAME_SIZE + 1;
    refused("grant of the last frame of the address space", lie, 0, ERROR_HOLE);
    lie.r13 = FREE_FRAME(9) + 8;
    refused("grant of an unaligned address", lie, 0, ERROR_NOT_ALIGNED);
    lie = good;
    lie.r14 = 0;
    refused("grant without rights", lie, 0, ERROR_BAD_RIGHTS);
    lie.r14 = RIGHTS_FRAME | RIGHT_CALL;
    refused("grant with rights that frames do not have", lie, 0, ERROR_BAD_RIGHTS);
    lie = good;
    lie.n = 2;
    refused("grant of more than was asked for", lie, 0, ERROR_BAD_COUNT);
    lie.n = 0;
    refused("grant of nothing", lie, 0, ERROR_BAD_COUNT);
    lie = good;
    lie.want = ACTION_NONE;
    refused("grant that nobody wants", lie, 0, ERROR_NOT_WANTED);
    lie.want = ACTION_CLONE;
    refused("grant to who wants a clone", lie, 0, ERROR_NOT_WANTED);
}

static void clones(void)
{
    const struct lie good = {ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 1, 0, RIGHT_READ, 0};
    struct lie lie = good;

    lie.r13 = FREE_FRAME(2);
    refused("clone of a frame that was not lent", lie, held, ERROR_NOT_WANTED);
    lie = good;
    lie.r14 = RIGHT_READ | RIGHT_WRITE | RIGHT_CLONE;
    refused("clone with wider rights", lie, reader, ERROR_BAD_RIGHTS);
    refused("clone of a page table", good, table, ERROR_WRONG_KIND);
    lie = good;
    lie.mode = MODE_NONE;
    lie.r13 = FREE_FRAME(0);
    refused("clone by address without the lookup right", lie, 0, ERROR_MISSING_RIGHT);
    lie.r13 = FREE_FRAME(9);
    refused("clone of a frame that nobody holds", lie, 0, ERROR_UNUSED);
}

static void conversions(void)
{
    const struct lie good = {ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 1, 0, KIND_PAGE_TABLE, 0};
    struct lie lie = good;
    uint32_t level;

    lie.r13 = FREE_FRAME(2);
    refused("conversion of a frame that was not lent", lie, held, ERROR_NOT_WANTED);
    refused("conversion of a shared frame", good, shared, ERROR_SHARED);
    lie = good;
    lie.r14 = KIND_TASK;
    refused("conversion to a task", lie, held, ERROR_WRONG_KIND);
    lie.r14 = KIND_KERNEL;
    refused("conversion to no kernel object", lie, held, ERROR_WRONG_KIND);
    result("map", system_call_map(held, PLACE, RIGHT_READ | RIGHT_WRITE, &level), ERROR_NONE);
    refused("conversion of a mapped frame", good, held, ERROR_MAPPED);
    result("unmap", system_call_unmap(held), ERROR_NONE);
}

static void others(void)
{
    struct lie lie = {ACTION_MINT, MODE_NONE, ACTION_MINT, 1, 0, badge_make(2, SERVICE_RIGHT_LOOKUP), 0};

    refused("a badge with rights that the caller lacks", lie, 0, ERROR_BAD_RIGHTS);
    lie = (struct lie){ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, 1, FREE_FRAME(9), RIGHTS_FRAME, 0};
    refused("hand-back of a frame that never came", lie, 0, ERROR_NOT_WANTED);
    lie.r13 = FREE_FRAME(0);
    refused("hand-back of a frame that is held", lie, 0, ERROR_NOT_WANTED);
    lie = (struct lie){ACTION_NONE, MODE_NONE, 9, 1, FREE_FRAME(9), RIGHTS_FRAME, 0};
    refused("an action that does not exist", lie, 0, ERROR_BAD_ACTION);
    lie = (struct lie){ACTION_GRANT, MODE_MOVE, ACTION_GRANT, 1, 0, RIGHTS_FRAME, 0};
    refused("moving a page table to the server", lie, table, ERROR_WRONG_KIND);
    refused("moving an endpoint to the server", lie, start_handle("lonely"), ERROR_WRONG_KIND);
}

/* A grant with an error beside it is a grant: the frame must not come back by the old handle too. */
static void grant_and_refusal(void)
{
    const struct lie lie = {ACTION_GRANT, MODE_MOVE, ACTION_GRANT, 1, 0, RIGHTS_FRAME, ERROR_BUSY};
    handle old = grant(FREE_FRAME(3), 103);
    struct handle_facts facts;
    uint32_t level;
    handle made;

    result("map", system_call_map(old, PLACE, RIGHT_READ | RIGHT_WRITE, &level), ERROR_NONE);
    *(volatile uint64_t *)PLACE = 42;
    result("unmap", system_call_unmap(old), ERROR_NONE);
    result("the error comes through", tell(&lie, old, ROOM, &made), ERROR_BUSY);
    result("the old handle is gone", system_call_inspect(old, &facts), ERROR_BAD_HANDLE);
    result("the new one is there", system_call_map(made, PLACE, RIGHT_READ, &level), ERROR_NONE);
    result("and clean", *(volatile uint64_t *)PLACE, ERROR_NONE);
}

static uint64_t intent(void)
{
    return call_0(frame_server(), label_make(LIAR_INTENT, 0)).words[0];
}

/* That it stays set after a refusal, the server sees itself, and says Interrupted where another error is expected. */
static void intents(void)
{
    result("an honest reply", call_0(frame_server(), label_make(ACTION_NONE, 0)).status, ERROR_NONE);
    result("the intent is cleared with a reply of words", intent(), 0);
    (void)grant(FREE_FRAME(4), 104);
    result("and with a grant", intent(), 0);
}

int main(void)
{
    const struct lie make_table = {ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 1, 0, KIND_PAGE_TABLE, 0};
    const struct lie make_reader = {ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 1, 0, RIGHT_READ | RIGHT_CLONE, 0};
    handle none;

    held = grant(FREE_FRAME(0), 100);
    table = grant(FREE_FRAME(1), 101);
    shared = grant(FREE_FRAME(2), 102);
    result("an honest conversion", tell(&make_table, table, ROOM, &none), ERROR_NONE);
    result("an honest clone", tell(&make_reader, shared, 110, &reader), ERROR_NONE);
    grants();
    clones();
    conversions();
    others();
    grant_and_refusal();
    intents();
    print("1..%u\n", tests);
    return failed != 0;
}
