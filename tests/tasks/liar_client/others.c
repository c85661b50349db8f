/* Lies about what other tasks hold, and lies that no call asked for. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include "tests/tasks/registers.h"
#include <quire/format.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

/* A frame of another task's, which lent it to nobody. */
static void frames_of_others(uint64_t address)
{
    struct lie lie = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, address, RIGHTS_FRAME);

    refused("grant of another task's frame", lie, 0, ERROR_IN_USE);
    lie.asked = lie.n = 2;
    lie.run = FREE_FRAME(20);
    lie.stride = address - lie.run;
    refused("grant of a run with another task's frame in it", lie, 0, ERROR_IN_USE);
    lie = lie_of(ACTION_CLONE, MODE_NONE, ACTION_CLONE, address, RIGHT_READ);
    refused("look-up of another task's frame", lie, 0, ERROR_MISSING_RIGHT);
    lie.want = ACTION_NONE;
    refused("look-up that nobody asked for", lie, 0, ERROR_NOT_WANTED);
    lie.want = ACTION_GRANT;
    refused("look-up for who wants a frame", lie, 0, ERROR_NOT_WANTED);
    lie = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, address, RIGHT_READ);
    refused("clone of another task's frame beside one that was lent", lie, held, ERROR_NOT_WANTED);
    lie = lie_of(ACTION_CLONE, MODE_NONE, ACTION_CLONE, KERNEL_FRAME, RIGHT_READ);
    refused("look-up of a kernel frame", lie, 0, ERROR_UNUSED);
    lie = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, address, KIND_PAGE_TABLE);
    refused("conversion of another task's frame", lie, held, ERROR_NOT_WANTED);
    lie = lie_of(ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, address, RIGHTS_FRAME);
    refused("hand-back of another task's frame", lie, 0, ERROR_NOT_WANTED);
    result("release of another task's frame",
           call_5(frame_server(), label_make(LIAR_RELEASE, 0), address / FRAME_SIZE, 1, 0, 0, 0).words[0],
           ERROR_RESERVED);
}

static void expect_holder(const char *what, uint64_t frame, enum error error, const char *expected)
{
    struct reply reply = call_1(frame_server(), label_make(LIAR_HOLDER, 0), frame);
    char name[START_NAME];

    memcpy(name, &reply.words[1], sizeof(name));
    name[START_NAME - 1] = 0;
    if (reply.words[0] == error && strcmp(name, expected) != 0) {
        print("# the name is '%s', not '%s'\n", name, expected);
        reply.words[0] = ERROR_BAD_ARGUMENT;
    }
    result(what, reply.words[0], error);
}

/* The server may ask who holds a frame, and learns no more than a name. */
static void holders(uint64_t address)
{
    expect_holder("holder of a frame of this task's", FREE_FRAME(0) / FRAME_SIZE, ERROR_NONE, start_page()->name);
    expect_holder("holder of another task's frame", address / FRAME_SIZE, ERROR_NONE, "other");
    expect_holder("holder of a free frame", FREE_FRAME(9) / FRAME_SIZE, ERROR_UNUSED, "");
    expect_holder("holder of a kernel frame", KERNEL_FRAME / FRAME_SIZE, ERROR_UNUSED, "");
    expect_holder("holder past the end of memory", PAST_THE_END / FRAME_SIZE, ERROR_UNUSED, "");
    expect_holder("holder of a number that is cut to that of a held frame",
                  (BEYOND_NUMBERS + FREE_FRAME(0)) / FRAME_SIZE, ERROR_UNUSED, "");
    expect_holder("holder of no number at all", UINT64_MAX, ERROR_UNUSED, "");
}

/* Replies when no call had come yet: there is nobody whom they could give anything. */
static void replies_to_nobody(void)
{
    static const char *const actions[] = {
#define ACTION(number, NAME, name, text) [number] = (name),
#include <quire/actions.def>
#undef ACTION
    };
    char name[64];

    for (uint32_t action = ACTION_NONE + 1; action < LIAR_ACTIONS; action++) {
        uint64_t error = call_1(frame_server(), label_make(LIAR_NOBODY, 0), action).words[0];
        bool exists = action < sizeof(actions) / sizeof(actions[0]);

        format_line(name, sizeof(name), "a reply to nobody with action %s", exists ? actions[action] : "that is none");
        result(name, error, ERROR_NO_CALLER);
    }
}

void lies_about_others(void)
{
    struct reply hold = ask_other(OTHER_HOLD, 0, 0);

    result("another task takes a frame", hold.label, ERROR_NONE);
    frames_of_others(hold.words[0]);
    holders(hold.words[0]);
    result("and still has it", ask_other(OTHER_DROP, 0, 0).label, ERROR_NONE);
    replies_to_nobody();
}

/* What the kernel says to garbage depends on what of it is looked at first; that it is refused, and that nothing
 * changes, does not. Without an action a reply carries words, whatever they are. */
enum place { IN_FRAMES, IN_MODE, IN_ENDPOINT }; /* from registers that mean something late to those that do early */
static void garbage(enum action want, enum mode mode, uint32_t action, enum place place)
{
    static const char *const places[] = {"", ", in a garbage mode", ", to a garbage endpoint"};
    const uint64_t secret = REGISTERS_SECRET;
    uint64_t rax = rax_make(0, action, place >= IN_MODE ? (uint32_t)(secret & 0xf) : MODE_NONE,
                            (uint32_t)(secret >> 8 & 0xffff), (uint32_t)secret);
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, want, mode, 1, ROOM),
                              .rdi = frame_server(),
                              .rsi = label_make(LIAR_GARBAGE, 0),
                              .words = {rax, place == IN_ENDPOINT},
                              .r13 = mode == MODE_BORROW ? held : 0};
    char name[64];

    format_line(name, sizeof(name), "garbage with action %u for who wants %u%s", action, want, places[place]);
    plan_death();
    system_call_call(&message);
    bool refused = message.rsi != ERROR_NONE && strcmp(error_name(message.rsi), "Unlisted") != 0;
    bool harmless = place == IN_FRAMES && action == ACTION_NONE;
    bool well = rax_status(message.rax) == ERROR_NONE && rax_n(message.rax) == 0 && (refused || harmless);
    result(name, nothing_changed(name, ERROR_NONE) == ERROR_NONE && well, true);
}

void lies_without_sense(void)
{
    for (enum place place = IN_FRAMES; place <= IN_ENDPOINT; place++) {
        for (uint32_t action = 0; action < LIAR_ACTIONS; action++) {
            garbage(ACTION_NONE, MODE_NONE, action, place);
            garbage(ACTION_GRANT, MODE_NONE, action, place);
            garbage(ACTION_CONVERT, MODE_BORROW, action, place);
            garbage(ACTION_REVOKE, MODE_BORROW, action, place);
        }
    }
}
