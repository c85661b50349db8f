/* Lies about frames that are put into lists and taken out: the kernel knows who gave what. */
#include "tests/tasks/liar_client/lie.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/slot.h>
#include <quire/task.h>

static handle others;

static struct endpoint_message do_for_others(const struct endpoint_message *call)
{
    struct endpoint_message answer = {0};
    struct frame_facts facts = {0};
    struct lie lie =
        lie_of((enum action)call->words[0], MODE_NONE, (uint32_t)call->words[0], call->words[1], RIGHTS_FRAME);
    handle made;

    switch (call->label) {
    case OTHER_LIE:
        answer.label = tell(&lie, 0, ROOM, &made);
        break;
    case OTHER_HOLD:
        answer.label = frame_allocate(&others);
        if (answer.label == ERROR_NONE) {
            answer.label = frame_info(others, &facts);
        }
        answer.words[0] = facts.address;
        break;
    case OTHER_DROP:
        answer.label = frame_drop(others);
        break;
    case OTHER_DEVICE:
        answer.label = device_step(call->words[0], &call->words[1], &answer.words[0]);
        break;
    default:
        answer.label = ERROR_BAD_OPERATION;
    }
    return answer;
}

enum error lie_for_others(void)
{
    handle endpoint = start_handle("other");
    struct endpoint_message message;
    enum error error = endpoint_receive(endpoint, &message, 0);

    while (error == ERROR_NONE) {
        message = do_for_others(&message);
        error = endpoint_reply_receive(endpoint, &message, 0);
    }
    return error;
}

struct reply ask_other(enum other_request request, uint64_t word_0, uint64_t word_1)
{
    return call_5(start_handle("other"), request, word_0, word_1, 0, 0, 0);
}

static uint64_t told_by_another(enum action action, uint64_t address)
{
    return ask_other(OTHER_LIE, action, address).label;
}

static void not_taken(handle list)
{
    struct lie lie = lie_of(ACTION_NONE, MODE_ATTACH, ACTION_NONE, 0, 0);
    handle frame = grant(FREE_FRAME(7), 107);
    uint32_t level;

    lie.beside = list;
    lie.label = ERROR_BUSY;
    refused("a frame that the server refuses", lie, frame, ERROR_BUSY);
    result("is put back", is_kept(frame, KIND_UNTYPED, RIGHTS_FRAME), true);
    refused("a page table", lie, table, ERROR_WRONG_KIND);
    refused("a list", lie, list, ERROR_WRONG_KIND);
    refused("an endpoint", lie, start_handle("lonely"), ERROR_WRONG_KIND);
    refused("a handle that can not be moved", lie, reader, ERROR_MISSING_RIGHT);
    result("map", system_call_map(frame, PLACE, RIGHT_READ, &level), ERROR_NONE);
    refused("a mapped frame", lie, frame, ERROR_MAPPED);
    result("unmap", system_call_unmap(frame), ERROR_NONE);
    lie.asked = 2;
    refused("two frames at once", lie, frame, ERROR_BAD_COUNT);
    lie.asked = 0;
    refused("none", lie, frame, ERROR_BAD_COUNT);
    lie.asked = 1;
    lie.beside = 0;
    refused("a frame beside nothing", lie, frame, ERROR_BAD_HANDLE);
    lie.beside = handle_make(107, 1);
    refused("a frame beside a stale handle", lie, frame, ERROR_STALE_HANDLE);
    lie.beside = frame;
    lie.label = 0;
    refused("a frame beside itself", lie, frame, ERROR_WRONG_KIND);
    result("is as it was", is_kept(frame, KIND_UNTYPED, RIGHTS_FRAME), true);
    give_back(frame);
}

/* What the server took it holds for the account that gave it: it goes back there, once, or anywhere, but clean. */
static void taken(handle list)
{
    const struct lie look = lie_of(ACTION_CLONE, MODE_NONE, ACTION_CLONE, FREE_FRAME(7), RIGHT_READ);
    struct lie put = lie_of(ACTION_NONE, MODE_ATTACH, ACTION_NONE, 0, 0);
    struct lie take = lie_of(ACTION_HAND_BACK, MODE_BORROW, ACTION_HAND_BACK, FREE_FRAME(7), RIGHTS_FRAME);
    struct lie lie;
    struct handle_facts facts;
    handle frame = grant(FREE_FRAME(7), 107);
    handle none;

    put.beside = list;
    write_first(frame, 44);
    result("a frame that the server takes", tell(&put, frame, 0, &none), ERROR_NONE);
    result("is gone", system_call_inspect(frame, &facts), ERROR_BAD_HANDLE);
    refused("clone of it by address", look, 0, ERROR_UNUSED);
    result("hand-back to another account", told_by_another(ACTION_HAND_BACK, FREE_FRAME(7)), ERROR_NOT_WANTED);
    lie = take;
    lie.r14 = 0;
    refused("hand-back without rights", lie, list, ERROR_BAD_RIGHTS);
    lie.r14 = RIGHTS_FRAME | RIGHT_RECEIVE;
    refused("hand-back with rights that frames do not have", lie, list, ERROR_BAD_RIGHTS);
    lie = take;
    lie.r13 += 8;
    refused("hand-back of an unaligned address", lie, list, ERROR_NOT_ALIGNED);
    lie.r13 = PAST_THE_END;
    refused("hand-back past the end of memory", lie, list, ERROR_HOLE);
    lie.r13 = KERNEL_FRAME;
    refused("hand-back of a kernel frame", lie, list, ERROR_NOT_WANTED);
    lie.r13 = FREE_FRAME(0);
    refused("hand-back of a frame that is held", lie, list, ERROR_NOT_WANTED);
    lie.r13 = FREE_FRAME(9);
    refused("hand-back of a frame that is free", lie, list, ERROR_NOT_WANTED);
    lie = take;
    lie.want = ACTION_GRANT;
    refused("hand-back to who wants a grant", lie, list, ERROR_NOT_WANTED);
    result("an honest hand-back", tell(&take, list, ROOM, &frame), ERROR_NONE);
    result("contents are kept", read_first(frame), 44);
    result("once only", tell(&take, list, ROOM + 1, &none), ERROR_NOT_WANTED);
    result("a frame that the server takes", tell(&put, frame, 0, &none), ERROR_NONE);
    frame = grant(FREE_FRAME(7), 107);
    result("and grants is clean", read_first(frame), 0);
    give_back(frame);
}

void lies_about_lists(void)
{
    const struct lie make_list = lie_of(ACTION_CONVERT, MODE_BORROW, ACTION_CONVERT, 0, KIND_LIST);
    handle list = grant(FREE_FRAME(8), 108);
    handle none;

    result("a list", tell(&make_list, list, 0, &none), ERROR_NONE);
    not_taken(list);
    taken(list);
    give_back(list);
}
