/* Operations with frames. */
#include "tests/tasks/fighter/fighter.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/slot.h>

#define RUN_MAX 4
#define RIGHTS_LOOKED_UP                                                                                               \
    (RIGHT_READ | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE) /* the owner's alone are those to write and own */

/* Maps, checks that it is zeroed, stamps. A public frame may have been looked up meanwhile. */
static enum error stamp(struct held *place)
{
    void *page;
    enum error error = frame_map_anywhere(place->value, RIGHT_READ | RIGHT_WRITE, &page);

    if (error != ERROR_NONE) { /* a page table can be wanting, or be looked up before it is one */
        check(error == ERROR_NO_MEMORY || error == ERROR_OVER_LIMIT || error == ERROR_NO_TABLE_ENTRY ||
                  error == ERROR_SHARED || error == ERROR_BUSY,
              place->address);
        return error;
    }
    stamp_check_zero(page, place->address);
    stamp_write(page, place->address);
    place->stamped = true;
    place->page = page;
    return ERROR_NONE;
}

enum error fight_allocate(void)
{
    uint32_t count = 1 + (uint32_t)random_below(&numbers, RUN_MAX);
    handle first;
    enum error error = frame_allocate_run(count, &first);

    if (error != ERROR_NONE) {
        return error;
    }
    for (uint32_t k = 0; k < count; k++) {
        struct held *place = held_none();
        struct frame_facts facts;

        if (place == NULL) {
            check_success(frame_drop(handle_of_run(first, k)), 0);
            continue;
        }
        check_success(frame_info(handle_of_run(first, k), &facts), 0);
        held_enter(place, handle_of_run(first, k), facts.address, RIGHTS_FRAME, is_public(facts.address));
        held_others_gone(place); /* what it had to that frame before was taken away, or it would not be free */
        check_equal(facts.payer, start_page()->account, facts.address);
        check_equal(facts.kind, KIND_UNTYPED, facts.address);
        if (!place->shared) {
            check_equal(facts.reference_count, 1, facts.address);
        }
        (void)stamp(place);
    }
    return ERROR_NONE;
}

enum error fight_publish(void)
{
    struct held *place = held_any();

    if (place != NULL && is_public(place->address)) {
        atomic_store_relaxed(&board->addresses[random_below(&numbers, BOARD_ADDRESSES)], place->address);
    }
    return ERROR_NONE;
}

/* Whatever lies there now: what is no frame of a fighter's is let go. */
enum error fight_lookup(void)
{
    struct held *place = held_none();
    uint64_t address = atomic_load_relaxed(&board->addresses[random_below(&numbers, BOARD_ADDRESSES)]);
    struct frame_facts facts;
    handle found;

    if (place == NULL || address == 0) {
        return ERROR_NONE;
    }
    enum error error = frame_lookup(address, RIGHTS_LOOKED_UP, &found);
    if (error != ERROR_NONE) {
        return error;
    }
    held_enter(place, found, address, RIGHTS_LOOKED_UP, true);
    held_mark_shared(address); /* this task may have had it all along */
    error = held_result(place, frame_info(found, &facts));
    if (error != ERROR_NONE) {
        return ERROR_NONE; /* revoked already */
    }
    check_equal(facts.address, address, address);
    if (facts.kind != KIND_UNTYPED) {
        (void)held_result(place, frame_drop(found));
        held_leave(place);
    }
    return ERROR_NONE;
}

enum error fight_clone(void)
{
    struct held *place = held_any();
    struct held *other = held_none();
    handle copy;

    if (place == NULL || other == NULL) {
        return ERROR_NONE;
    }
    uint32_t rights = random_one_in(&numbers, 2) ? place->rights : place->rights & RIGHTS_LOOKED_UP;
    bool expected = !place->shared && !place->unique;
    enum error error = held_result(place, frame_clone(place->value, rights, &copy));

    check(error == ERROR_NONE || error == ERROR_NO_TABLE_ENTRY || !expected, place->address);
    if (error == ERROR_NONE) {
        check(!place->unique, place->address);
        bool stamped = place->stamped;
        held_enter(other, copy, place->address, rights, place->shared);
        other->stamped = stamped;
    }
    return error;
}

enum error fight_drop(void)
{
    struct held *place = held_any();
    uint64_t unused = 0;

    if (place == NULL) {
        return ERROR_NONE;
    }
    uint32_t count = held_count(place->address);
    enum error error = frame_drop_run(place->value, 1, &unused);
    if (error == ERROR_NONE) {
        check(place->shared || unused == (count == 1), place->address);
        held_leave(place);
        return error;
    }
    check(place->shared, place->address);
    held_leave(place);
    return error;
}

enum error fight_map(void)
{
    struct held *place = held_any();
    void *page;

    if (place == NULL) {
        return ERROR_NONE;
    }
    bool mapped = place->page != NULL;
    enum error error = held_result(place, frame_map_anywhere(place->value, RIGHT_READ, &page));
    if (error == ERROR_NONE) {
        check(!mapped, place->address);
        place->page = page;
        stamp_check(page, place->address, place->stamped);
    }
    return error;
}

enum error fight_read(void)
{
    struct held *place = held_any();

    if (place != NULL &&
        place->page != NULL) { /* if it was revoked, this is the end: the suite knows it from a fault */
        stamp_check(place->page, place->address, place->stamped);
    }
    return ERROR_NONE;
}

enum error fight_unmap(void)
{
    struct held *place = held_any();

    if (place == NULL) {
        return ERROR_NONE;
    }
    bool mapped = place->page != NULL;
    enum error error = held_result(place, frame_unmap(place->value));
    if (error == ERROR_NONE || error == ERROR_NOT_MAPPED) {
        check_equal(error == ERROR_NONE, mapped, place->address);
        place->page = NULL;
    }
    return error;
}

enum error fight_info(void)
{
    struct held *place = held_any();
    struct frame_facts facts;

    if (place == NULL) {
        return ERROR_NONE;
    }
    enum error error = held_result(place, frame_info(place->value, &facts));
    if (error == ERROR_NONE) {
        check_equal(facts.address, place->address, place->address);
        check_equal(facts.kind, KIND_UNTYPED, place->address);
        if (!place->shared) {
            check_equal(facts.reference_count, place->unique ? REF_COUNT_UNIQUE : held_count(place->address),
                        place->address);
        }
    }
    return error;
}

enum error fight_revoke(void)
{
    struct held *place = held_any();
    uint64_t taken = 0;

    if (place == NULL) {
        return ERROR_NONE;
    }
    uint64_t address = place->address;
    uint32_t own = held_count(address);
    enum error error = held_result(place, frame_revoke(place->value, &taken));

    if (error != ERROR_NONE) {
        check((place->rights & RIGHT_OWNER) == 0 || error != ERROR_MISSING_RIGHT, address);
        return error;
    }
    check((place->rights & RIGHT_OWNER) != 0, address);
    if (!place->shared) {
        check_equal(taken, own - 1, address);
    }
    held_others_gone(place);
    /* Two owners may have revoked at the same time: one is left, and knows. Who is left is alone, but for those who look up. */
    place->shared = is_public(address) || place->shared;
    return error;
}

enum error fight_adopt(void)
{
    struct held *place = held_any();
    struct frame_facts facts;

    if (place == NULL) {
        return ERROR_NONE;
    }
    enum error error = held_result(place, frame_adopt(place->value));
    if (error == ERROR_NONE && !place->shared) {
        check_success(frame_info(place->value, &facts), place->address);
        check_equal(facts.payer, start_page()->account, place->address);
    }
    return error;
}

enum error fight_open(void)
{
    const struct account_limits limits = {.frames = 1, .tables = 0};
    uint32_t account;
    uint64_t charged;
    handle server;
    enum error error = account_open(&limits, 0, &account, &server);

    if (error == ERROR_NONE) {
        check_success(frame_drop(server), 0);
        check_success(account_close(account, &charged), 0);
        check_equal(charged, 0, 0);
    }
    return error;
}

enum error fight_account(void)
{
    struct account_statistics facts;

    check_success(account_statistics(&facts), 0);
    check_equal(facts.account, start_page()->account, 0);
    check(facts.used <= facts.limit && facts.tables_used <= facts.table_limit, 0);
    return ERROR_NONE;
}
