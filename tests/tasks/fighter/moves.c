/* Operations that give others what this task has, and take what others gave. */
#include "tests/tasks/fighter/fighter.h"

#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/list.h>
#include <quire/slot.h>

/* A handle that came from others: which frame is it? One that was revoked on its way or since is none. */
static void take_over(handle value)
{
    struct held *place = held_none();
    struct handle_facts facts;
    struct frame_facts frame;

    if (place == NULL) {
        enum error error = frame_drop(value);
        check(error == ERROR_NONE || error == ERROR_BAD_HANDLE, 0);
        return;
    }
    held_enter(place, value, 0, 0, true);
    enum error error = held_result(place, system_call_inspect(value, &facts));
    if (error == ERROR_NONE) {
        error = held_result(place, frame_info(value, &frame));
    }
    if (error != ERROR_NONE) {
        check(place->value == 0, 0);
        return;
    }
    check_equal(facts.address, 0, frame.address); /* moved unmapped */
    place->address = frame.address;
    place->rights = facts.rights;
    place->unique = frame.reference_count == REF_COUNT_UNIQUE;
    held_mark_shared(frame.address);
}

/* Unmapped, a handle can move. NULL: there is none to move. */
static struct held *unmapped(void)
{
    struct held *place = held_any();

    if (place == NULL || place->page == NULL) {
        return place;
    }
    enum error error = held_result(place, frame_unmap(place->value));
    if (error == ERROR_NONE) {
        place->page = NULL;
    }
    return error == ERROR_NONE ? place : NULL;
}

static enum error exchange(enum exchange what, struct held *given)
{
    struct endpoint_message message = {.label = what};

    if (given != NULL) {
        held_mark_shared(given->address);
        message.first = given->value;
        message.count = 1;
    }
    enum error error = endpoint_call(exchanges[random_below(&numbers, exchange_count)], &message, what != EXCHANGE_PUT);
    if (error != ERROR_NONE) {
        return given != NULL ? held_result(given, error) : error;
    }
    if (given != NULL) {
        held_leave(given);
    }
    check_equal(message.label, ERROR_NONE, 0);
    if (message.count > 0) {
        take_over(message.first);
    }
    return ERROR_NONE;
}

enum error fight_put(void)
{
    struct held *given = unmapped();

    return given != NULL ? exchange(EXCHANGE_PUT, given) : ERROR_NONE;
}

enum error fight_take(void)
{
    return exchange(EXCHANGE_TAKE, NULL);
}

enum error fight_swap(void)
{
    struct held *given = unmapped();

    return given != NULL ? exchange(EXCHANGE_SWAP, given) : ERROR_NONE;
}

/* What is pushed and popped is counted, also if this task is killed in the midst of it. */
enum error fight_push(void)
{
    struct held *given = unmapped();

    if (given == NULL) {
        return ERROR_NONE;
    }
    bool unique = given->unique;
    if (!unique && frame_unique(given->value) == ERROR_NONE) { /* or it is refused for the right reason */
        held_others_gone(given);
        given->unique = true;
        unique = true;
    }
    atomic_store_release(&report->at_list, 1);
    enum error error =
        random_one_in(&numbers, 2) ? list_push_back(list, given->value) : list_push_front(list, given->value);
    if (error == ERROR_NONE) {
        report->pushed++;
    }
    atomic_store_release(&report->at_list, 0);
    error = held_result(given, error);
    if (error == ERROR_NONE) {
        check(unique, given->address);
        held_leave(given);
    }
    return error;
}

enum error fight_pop(void)
{
    handle frame;

    atomic_store_release(&report->at_list, 1);
    enum error error = random_one_in(&numbers, 2) ? list_pop_front(list, &frame) : list_pop_back(list, &frame);
    if (error == ERROR_NONE) {
        report->popped++;
    }
    atomic_store_release(&report->at_list, 0);
    if (error == ERROR_NONE) {
        take_over(frame);
    }
    return error;
}
