/* Lies about device memory: nobody gets it without the right, it is never the kernel's to zero, and is never another kind's.
 * The other task has the right; this one has not. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/task.h>

#define MARK UINT64_C(0x0720072007200720) /* four blanks on a screen of text, grey on black */

enum step {
    STEP_GRANT, /* of the device's frame */
    STEP_GRANT_AGAIN,
    STEP_GRANT_RUN,     /* of a frame of memory and the device's */
    STEP_GRANT_SPOILED, /* of the device's and a kernel frame */
    STEP_CONVERT,       /* to each kind there is */
    STEP_MOVE,          /* to the server, which hands it back */
    STEP_MARK,          /* writes into it */
    STEP_READ,
    STEP_DROP,
    STEP_DROP_RUN,
};

/* --- the other task's part ------------------------------------------------------------------------------------------- */

static handle device;
static uint32_t room; /* two entries */

static enum error grant_run_of(uint64_t first, uint64_t second)
{
    struct lie lie = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);

    lie.asked = lie.n = 2;
    lie.run = first;
    lie.stride = second - first;
    return tell(&lie, 0, room, &device);
}

/* The first error that is not WrongKind. */
static enum error convert_to_all(void)
{
    struct lie lie = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, 0);
    enum error error = ERROR_WRONG_KIND;
    handle none;

    for (lie.r14 = 0; lie.r14 < KINDS && error == ERROR_WRONG_KIND; lie.r14++) {
        error = tell(&lie, device, 0, &none);
    }
    return error;
}

static enum error use(bool write, uint64_t *word)
{
    uint32_t level;
    enum error error = system_call_map(device, PLACE, write ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ, &level);

    if (error == ERROR_NONE && write) {
        *(volatile uint64_t *)PLACE = MARK;
    } else if (error == ERROR_NONE) {
        *word = *(volatile uint64_t *)PLACE;
    }
    return error != ERROR_NONE ? error : system_call_unmap(device);
}

static enum error drop(uint32_t n)
{
    struct lie lie = lie_of(ACTION_NONE, MODE_DROP, ACTION_NONE, 0, 0);
    handle none;

    lie.asked = n;
    return tell(&lie, device, 0, &none);
}

enum error device_step(uint64_t step, const uint64_t addresses[2], uint64_t *word)
{
    struct lie lie = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, addresses[0], RIGHTS_FRAME);
    enum error error = room == 0 ? own_entries_take(2, &room) : ERROR_NONE;
    handle none;

    if (error != ERROR_NONE) {
        return error;
    }
    switch (step) {
    case STEP_GRANT:
        return tell(&lie, 0, room, &device);
    case STEP_GRANT_AGAIN:
        return tell(&lie, 0, room + 1, &none);
    case STEP_GRANT_RUN:
        return grant_run_of(addresses[1], addresses[0]);
    case STEP_GRANT_SPOILED:
        return grant_run_of(addresses[0], KERNEL_FRAME);
    case STEP_CONVERT:
        return convert_to_all();
    case STEP_MOVE:
        lie = lie_of(ACTION_HAND_BACK, MODE_MOVE, ACTION_HAND_BACK, 0, RIGHTS_FRAME);
        return tell(&lie, device, room + 1, &none);
    case STEP_MARK:
        return use(true, word);
    case STEP_READ:
        return use(false, word);
    case STEP_DROP:
        return drop(1);
    case STEP_DROP_RUN:
        return drop(2);
    default:
        return ERROR_BAD_OPERATION;
    }
}

/* --- this one's ------------------------------------------------------------------------------------------------------ */

static uint64_t address;

static void other_does(const char *name, enum step step, enum error expected)
{
    struct reply reply = call_5(start_handle("other"), OTHER_DEVICE, step, address, FREE_FRAME(30), 0, 0);

    result(name, reply.label, expected);
    if (step == STEP_READ) {
        result("what was written is there", reply.words[0] == MARK, true);
    }
}

/* While nobody has it, and while somebody does. */
static void not_ours(enum error expected)
{
    struct lie lie = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, address, RIGHTS_FRAME);

    refused("grant of device memory without the right", lie, 0, expected);
    lie.asked = lie.n = 2;
    lie.run = FREE_FRAME(20);
    lie.stride = address - lie.run;
    refused("grant of a run with device memory in it", lie, 0, expected);
    lie = lie_of(ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, address, RIGHTS_FRAME);
    refused("hand-back of device memory", lie, 0, ERROR_NOT_WANTED);
    result("release of device memory",
           call_5(frame_server(), label_make(LIAR_RELEASE, 0), address / FRAME_SIZE, 1, 0, 0, 0).words[0],
           ERROR_RESERVED);
}

static bool find_device(void)
{
    struct reply region;

    for (uint64_t number = 0; (region = call_1(frame_server(), label_make(LIAR_REGION, 0), number)).words[1] != 0;
         number++) {
        if (region.words[2] == REGION_FRAMEBUFFER) {
            address = region.words[0];
            return true;
        }
    }
    return false;
}

void lies_about_devices(void)
{
    bool found = find_device();

    result("the machine has a screen", found, true);
    if (!found) {
        return;
    }
    not_ours(ERROR_RESERVED);
    other_does("grant of device memory", STEP_GRANT, ERROR_NONE);
    not_ours(ERROR_IN_USE);
    other_does("grant of device memory that is held", STEP_GRANT_AGAIN, ERROR_IN_USE);
    other_does("conversion of device memory", STEP_CONVERT, ERROR_WRONG_KIND);
    other_does("moving device memory to the server", STEP_MOVE, ERROR_WRONG_KIND);
    other_does("writing to it", STEP_MARK, ERROR_NONE);
    other_does("given back", STEP_DROP, ERROR_NONE);
    not_ours(ERROR_RESERVED);
    other_does("grant of a run with a kernel frame behind device memory", STEP_GRANT_SPOILED, ERROR_RESERVED);
    not_ours(ERROR_RESERVED);
    other_does("grant of a run with device memory in it", STEP_GRANT_RUN, ERROR_NONE);
    other_does("given back", STEP_DROP_RUN, ERROR_NONE);
    not_ours(ERROR_RESERVED);
    other_does("grant of device memory", STEP_GRANT, ERROR_NONE);
    other_does("reading it", STEP_READ, ERROR_NONE);
    other_does("given back", STEP_DROP, ERROR_NONE);
}
