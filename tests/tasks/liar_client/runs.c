/* Lies about runs that were lent. */
#include "tests/tasks/liar_client/lie.h"
#include <quire/slot.h>
#include <quire/start.h>
#include <quire/system_call.h>

#define RUN 3

/* RUN fresh frames in handles that follow one another. */
static handle grant_run(void)
{
    struct lie truth = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, 0, RIGHTS_FRAME);
    handle first;

    truth.asked = truth.n = RUN;
    truth.run = FREE_FRAME(30);
    truth.stride = 2 * FRAME_SIZE;
    result("an honest run", tell(&truth, 0, 120, &first), ERROR_NONE);
    return first;
}

static void honest_clones(handle first, struct lie truth)
{
    handle copies;

    for (uint32_t k = 0; k < RUN; k++) {
        write_first(handle_of_run(first, k), 1000 + k);
    }
    truth.r14 = RIGHT_READ | RIGHT_MAP;
    result("an honest clone of a run", tell(&truth, first, ROOM, &copies), ERROR_NONE);
    for (uint32_t k = 0; k < RUN; k++) {
        result("each is a handle to its own frame", read_first(handle_of_run(copies, k)), 1000 + k);
        result("with the rights that were given",
               is_kept(handle_of_run(copies, k), KIND_UNTYPED, RIGHT_READ | RIGHT_MAP), true);
    }
    give_back_run(copies, RUN);
}

/* The kernel looks at every frame of the run itself. */
static void kind_in_the_middle(handle first, struct lie good)
{
    const struct lie convert = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_PAGE_TABLE);
    handle none;

    for (uint32_t k = 0; k < RUN; k++) {
        struct lie back = convert;

        result("a page table in the run", tell(&convert, handle_of_run(first, k), 0, &none), ERROR_NONE);
        refused("clone of a run with a page table in it", good, first, ERROR_WRONG_KIND);
        back.r14 = KIND_UNTYPED;
        result("and memory again", tell(&back, handle_of_run(first, k), 0, &none), ERROR_NONE);
    }
}

static void not_lent(handle first, struct lie good)
{
    struct lie lie = good;

    lie.asked = TRANSFER_FRAMES + 1;
    refused("lending more than a message carries", lie, first, ERROR_BAD_COUNT);
    lie = good;
    lie.beside = held;
    refused("lending a run and one more", lie, first, ERROR_BAD_COUNT);
    refused("lending a run with a gap behind it", good, handle_of_run(first, 1), ERROR_BAD_HANDLE);
    refused("lending a run that starts nowhere", good, handle_make(ROOM, 1), ERROR_BAD_HANDLE);
    refused("lending a run that ends the table", good, UINT32_MAX, ERROR_BAD_HANDLE);
}

void lies_about_runs(void)
{
    struct lie good = lie_of(ACTION_CLONE, MODE_BORROW, ACTION_CLONE, 0, RIGHT_READ);
    struct lie lie;
    handle first = grant_run();

    good.asked = good.n = RUN;
    lie = good;
    lie.n = RUN - 1;
    refused("clone of fewer than were lent", lie, first, ERROR_BAD_COUNT);
    lie.n = RUN + 1;
    refused("clone of more than were lent", lie, first, ERROR_BAD_COUNT);
    lie.n = 0;
    refused("clone of nothing", lie, first, ERROR_BAD_COUNT);
    lie = good;
    lie.r14 = 0;
    refused("clone of a run without rights", lie, first, ERROR_BAD_RIGHTS);
    lie.r14 = RIGHTS_FRAME | RIGHT_CALL;
    refused("clone of a run with wider rights", lie, first, ERROR_BAD_RIGHTS);
    lie = good;
    lie.r13 = FREE_FRAME(30) + 8;
    refused("clone of a run at an unaligned address", lie, first, ERROR_NOT_ALIGNED);
    lie = good;
    lie.mode = MODE_NONE;
    lie.r13 = FREE_FRAME(30);
    refused("clone of a run that was not lent", lie, 0, ERROR_BAD_COUNT);
    lie = good;
    lie.want = ACTION_GRANT;
    refused("clone of a run to who wants a grant", lie, first, ERROR_NOT_WANTED);
    kind_in_the_middle(first, good);
    not_lent(first, good);
    honest_clones(first, good);
    give_back_run(first, RUN);
}
