/* Lies that the kernel must refuse, told by liar.c on request. */
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include "tests/tasks/own.h"
#include <quire/client.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>
#include <quire/slot.h>
#include <quire/task.h>

#define DEATHS_LEAST 100

static void grants(void)
{
    const struct lie good = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, FREE_FRAME(9), RIGHTS_FRAME);
    struct lie lie = good;
    uint32_t level;

    lie.r13 = FREE_FRAME(0);
    refused("grant of a frame that is held", lie, 0, ERROR_IN_USE);
    lie.r13 = FREE_FRAME(1);
    refused("grant of a page table", lie, 0, ERROR_IN_USE);
    result("install", system_call_install(table, FAR_PLACE, 3, &level), ERROR_NONE);
    refused("grant of an installed page table", lie, 0, ERROR_IN_USE);
    result("uninstall", system_call_uninstall(table), ERROR_NONE);
    lie.r13 = KERNEL_FRAME;
    refused("grant of a kernel frame", lie, 0, ERROR_RESERVED);
    lie.r13 = PAST_THE_END;
    refused("grant past the end of memory", lie, 0, ERROR_HOLE);
    lie.r13 = BEYOND_NUMBERS + FREE_FRAME(9);
    refused("grant of an address whose frame number is cut to that of a free frame", lie, 0, ERROR_HOLE);
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

/* Runs are granted whole or not at all, wherever in them the lie is. */
static void runs(void)
{
    struct lie good = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    struct lie drop = lie_of(ACTION_NONE, MODE_DROP, ACTION_NONE, 0, 0);
    struct lie lie;
    handle made;
    handle none;

    drop.asked = good.asked = good.n = 3;
    good.run = FREE_FRAME(20);
    good.stride = FRAME_SIZE;
    lie = good;

    lie.run = FREE_FRAME(0) - 2 * FRAME_SIZE;
    refused("grant of a run that ends in a frame that is held", lie, 0, ERROR_IN_USE);
    lie.run = FREE_FRAME(1);
    refused("grant of a run that starts with a page table", lie, 0, ERROR_IN_USE);
    lie = good;
    lie.stride = 0;
    refused("grant of one frame three times", lie, 0, ERROR_IN_USE);
    lie.stride = KERNEL_FRAME - lie.run;
    refused("grant of a run with a kernel frame in it", lie, 0, ERROR_RESERVED);
    lie.stride = (PAST_THE_END - lie.run) / 2;
    refused("grant of a run that ends past the end of memory", lie, 0, ERROR_HOLE);
    lie = good;
    lie.run += BEYOND_NUMBERS;
    refused("grant of a run whose frame numbers are cut to those of free frames", lie, 0, ERROR_HOLE);
    lie = good;
    lie.n = 4;
    refused("grant of a longer run than was asked for", lie, 0, ERROR_BAD_COUNT);
    lie = good;
    lie.r14 = RIGHT_CALL;
    refused("grant of a run with rights that frames do not have", lie, 0, ERROR_BAD_RIGHTS);
    result("an honest run", tell(&good, 0, ROOM, &made), ERROR_NONE);
    result("given back", tell(&drop, made, 0, &none), ERROR_NONE);
    result("once only", tell(&drop, made, 0, &none), ERROR_BAD_HANDLE);
}

/* Usable memory, and memory of modules, which is free by now or set aside still: release.c. */
static bool was_given_out(enum region_type type)
{
    return type == REGION_USABLE || type == REGION_MODULE || type == REGION_RECLAIMABLE;
}

/* No memory but what is usable is ever granted, wherever it lies: the kernel's objects least of all. */
static void regions(void)
{
    const struct lie good = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    uint32_t seen = 0;

    for (uint64_t number = 0;; number++) {
        struct reply region = call_1(frame_server(), label_make(LIAR_REGION, 0), number);
        const uint64_t ends[] = {region.words[0], region.words[0] + region.words[1] - FRAME_SIZE};

        if (region.words[1] == 0) {
            break;
        }
        seen |= 1u << region.words[2];
        for (uint32_t k = 0; k < 2 && !was_given_out((enum region_type)region.words[2]); k++) {
            struct lie lie = good;
            handle made;

            lie.r13 = ends[k];
            if (lie.r13 == 0) {
                continue; /* stands for the frame that came along */
            }
            enum error error = tell(&lie, 0, ROOM, &made);
            result(region_name((enum region_type)region.words[2]), error == ERROR_HOLE ? ERROR_RESERVED : error,
                   ERROR_RESERVED);
        }
    }
    result("regions of kernel, early and metadata memory were tried",
           ~seen & (1u << REGION_KERNEL | 1u << REGION_EARLY | 1u << REGION_METADATA), 0);
}

static void clones(void)
{
    const struct lie good = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_READ);
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
    lie.r13 = PAST_THE_END;
    refused("clone past the end of memory", lie, 0, ERROR_HOLE);
    lie.r13 = FREE_FRAME(0) + 8;
    refused("clone of an unaligned address", lie, 0, ERROR_NOT_ALIGNED);
    lie = good;
    lie.want = ACTION_GRANT;
    refused("clone to who wants a grant", lie, held, ERROR_NOT_WANTED);
}

/* Page-table entries that a task wrote are gone when its frame is a page table, even if nobody knows of the change. */
static void forged(void)
{
    struct lie lie = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_PAGE_TABLE);
    handle none;
    uint32_t level;

    result("a frame of page-table entries becomes a page table", tell(&lie, held, ROOM, &none), ERROR_NONE);
    lie.r14 = KIND_UNTYPED;
    result("and memory again", tell(&lie, held, ROOM, &none), ERROR_NONE);
    result("map", system_call_map(held, PLACE, RIGHT_READ, &level), ERROR_NONE);
    result("the entries are gone", *(volatile uint64_t *)PLACE, 0);
    result("unmap", system_call_unmap(held), ERROR_NONE);
}

static void conversions(void)
{
    const struct lie good = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_PAGE_TABLE);
    struct lie lie = good;
    uint32_t level;

    lie.r13 = FREE_FRAME(2);
    refused("conversion of a frame that was not lent", lie, held, ERROR_NOT_WANTED);
    refused("conversion of a shared frame", good, shared, ERROR_SHARED);
    lie = good;
    lie.r14 = KIND_KERNEL;
    refused("conversion to no kernel object", lie, held, ERROR_WRONG_KIND);
    result("map", system_call_map(held, PLACE, RIGHT_READ | RIGHT_WRITE, &level), ERROR_NONE);
    *(volatile uint64_t *)PLACE = FORGED_ENTRY;
    refused("conversion of a mapped frame", good, held, ERROR_MAPPED);
    result("what it held is there", *(volatile uint64_t *)PLACE == FORGED_ENTRY, true);
    result("unmap", system_call_unmap(held), ERROR_NONE);
    lie = good;
    lie.want = ACTION_NONE;
    refused("conversion that nobody wants", lie, held, ERROR_NOT_WANTED);
    lie = good;
    lie.mode = MODE_NONE;
    lie.r13 = FREE_FRAME(0);
    refused("conversion of a frame when none was lent", lie, 0, ERROR_NOT_WANTED);
    refused("conversion without the owner right", good, reader, ERROR_MISSING_RIGHT);
    result("install", system_call_install(table, FAR_PLACE, 3, &level), ERROR_NONE);
    lie = good;
    lie.r14 = KIND_UNTYPED;
    refused("conversion of an installed page table", lie, table, ERROR_INSTALLED);
    result("uninstall", system_call_uninstall(table), ERROR_NONE);
    forged();
}

static void others(void)
{
    struct lie lie = lie_of(ACTION_MINT, MODE_NONE, ACTION_MINT, 0, badge_make(2, SERVICE_RIGHT_LOOKUP));

    refused("a badge with rights that the caller lacks", lie, 0, ERROR_BAD_RIGHTS);
    lie = lie_of(ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, FREE_FRAME(9), RIGHTS_FRAME);
    refused("hand-back of a frame that never came", lie, 0, ERROR_NOT_WANTED);
    lie.r13 = FREE_FRAME(0);
    refused("hand-back of a frame that is held", lie, 0, ERROR_NOT_WANTED);
    lie = lie_of(ACTION_NONE, MODE_NONE, 9, FREE_FRAME(9), RIGHTS_FRAME);
    refused("an action that does not exist", lie, 0, ERROR_BAD_ACTION);
    lie = lie_of(ACTION_GRANT, MODE_MOVE, ACTION_GRANT, 0, RIGHTS_FRAME);
    refused("moving a page table to the server", lie, table, ERROR_WRONG_KIND);
    refused("moving an endpoint to the server", lie, start_handle("lonely"), ERROR_WRONG_KIND);
    lie = lie_of(ACTION_NONE, MODE_NONE, ACTION_MOVE, frame_server(), 1);
    refused("a move that nobody wants", lie, 0, ERROR_NOT_WANTED);
    lie.want = ACTION_MOVE;
    refused("a move of the server's own endpoint", lie, 0, ERROR_IN_USE);
    lie.r13 = handle_make(ROOM, 1);
    refused("a move of what the server does not hold", lie, 0, ERROR_BAD_HANDLE);
    lie.r14 = 2;
    refused("a move of more than was asked for", lie, 0, ERROR_BAD_COUNT);
}

/* A frame that moves to the server with a call is neither granted nor handed back with the reply to it: the server does
 * not have it before that is accepted, and an error puts it back. */
static void moving(void)
{
    const struct lie grant_it = lie_of(ACTION_GRANT, MODE_MOVE, ACTION_GRANT, 0, RIGHTS_FRAME);
    struct lie hand_back = lie_of(ACTION_HAND_BACK, MODE_MOVE, ACTION_HAND_BACK, 0, RIGHTS_FRAME);
    handle old = grant(FREE_FRAME(5), 105);
    uint32_t level;

    result("map", system_call_map(old, PLACE, RIGHT_READ | RIGHT_WRITE, &level), ERROR_NONE);
    *(volatile uint64_t *)PLACE = 42;
    refused("moving a mapped frame to the server", hand_back, old, ERROR_MAPPED);
    result("unmap", system_call_unmap(old), ERROR_NONE);
    refused("grant of the frame that moves", grant_it, old, ERROR_AGAIN);
    result("the refused move is put back", is_kept(old, KIND_UNTYPED, RIGHTS_FRAME), true);
    refused("hand-back of the frame that moves", hand_back, old, ERROR_AGAIN);
    result("this one, too", is_kept(old, KIND_UNTYPED, RIGHTS_FRAME), true);
    hand_back.r14 = RIGHTS_FRAME | RIGHT_CALL;
    refused("hand-back with rights that frames do not have", hand_back, old, ERROR_BAD_RIGHTS);
    result("and this one", is_kept(old, KIND_UNTYPED, RIGHTS_FRAME), true);
    result("contents are kept", read_first(old), 42);
    give_back(old);
    hand_back = lie_of(ACTION_HAND_BACK, MODE_NONE, ACTION_HAND_BACK, FREE_FRAME(5), RIGHTS_FRAME);
    refused("hand-back of a frame that was dropped", hand_back, 0, ERROR_NOT_WANTED);
}

/* After all lies: no register ever brought anything but results, to either side, and the FPU is closed. */
static void secrets(void)
{
    result("nothing of the server's came back in registers", leaked, 0);
    result("nothing of the caller's came along in registers",
           call_0(frame_server(), label_make(LIAR_PLANTED, 0)).words[0], 0);
    result("none of the server's segment selectors came back", selectors_found, 0);
    result("none of the caller's came along", call_0(frame_server(), label_make(LIAR_SELECTORS, 0)).words[0], 0);
    result("a call in which the frame server reads the FPU again and again",
           call_0(frame_server(), label_make(LIAR_FPU, 0)).status, ERROR_KILLS_SERVER);
    result("and the next one is served", call_0(frame_server(), label_make(MESSAGE_NOTHING, 0)).status, ERROR_NONE);
}

static uint64_t intent(void)
{
    return call_0(frame_server(), label_make(LIAR_INTENT, 0)).words[0];
}

/* That it stays set after a refusal, the server sees itself, and says Interrupted where another error is expected. */
static void intents(void)
{
    const struct lie make_record = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_RECORD);
    struct lie run = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    handle none;

    result("an honest reply", call_0(frame_server(), label_make(LIAR_LIE + ACTION_NONE, 0)).status, ERROR_NONE);
    result("the intent is cleared with a reply of words", intent(), 0);
    handle frame = grant(FREE_FRAME(4), 104);
    result("and with a grant", intent(), 0);
    result("an honest conversion", tell(&make_record, frame, 0, &none), ERROR_NONE);
    result("and with a conversion", intent(), 0);
    give_back(frame);
    result("and with the reply to a drop", intent(), 0);
    run.asked = run.n = 2;
    run.run = FREE_FRAME(40);
    run.stride = FRAME_SIZE;
    result("an honest run", tell(&run, 0, ROOM, &frame), ERROR_NONE);
    result("and with a run", intent(), 0);
    give_back_run(frame, 2);
}

int main(void)
{
    if (start_handle("lonely") == 0) {
        return (int)lie_for_others();
    }
    const struct lie make_table = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_PAGE_TABLE);
    const struct lie make_reader = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_READ | RIGHT_CLONE);
    struct machine_statistics before = {0};
    struct machine_statistics after = {0};
    handle none;

    result("room for handles", own_entries_reach(TABLE_ENTRIES), ERROR_NONE);
    result("honest statistics", machine_statistics(&before), ERROR_NONE);
    plants();
    struct reply made = call_0(frame_server(), label_make(LIAR_ARENA, 0));
    result("an arena", made.label, ERROR_NONE);
    arena = made.words[0];
    held = grant(FREE_FRAME(0), 100);
    table = grant(FREE_FRAME(1), 101);
    shared = grant(FREE_FRAME(2), 102);
    result("an honest conversion", tell(&make_table, table, ROOM, &none), ERROR_NONE);
    result("an honest clone", tell(&make_reader, shared, 110, &reader), ERROR_NONE);
    grants();
    clones();
    conversions();
    others();
    runs();
    regions();
    lies_about_runs();
    lies_about_kinds();
    lies_about_lists();
    lies_about_release();
    lies_about_objects();
    lies_about_others();
    lies_about_devices();
    lies_without_sense();
    moving();
    intents();
    give_back(reader);
    give_back(shared);
    give_back(table);
    give_back(held);
    result("the end of the arena", call_0(frame_server(), label_make(LIAR_ARENA_END, 0)).label, ERROR_NONE);
    result("honest statistics", machine_statistics(&after), ERROR_NONE);
    result("as many frames are free as before", after.free, before.free);
    if (server_task() != 0) {
        print("# %lu deaths while it lied\n", deaths);
        result("the server died while it lied", deaths > DEATHS_LEAST, true);
    }
    secrets();
    print("1..%u\n", tests);
    return failed != 0;
}
