/* Cursors: places in lists. */
#include "tests/tasks/check/lists.h"

#define MEMBERS 4

static handle list;
static uint64_t members[MEMBERS];

static bool begin(void)
{
    return expect_success(list_create(&list)) && expect_success(list_fill(list, 0, MEMBERS, members));
}

static void end(const uint64_t *addresses, uint32_t count)
{
    expect_order(list, addresses, count);
    expect_success(frame_drop(list));
}

/* Round and round through the one ghost, both ways. */
static void walk(void)
{
    struct list_cursor cursor;
    struct list_member member;

    require(begin());
    require_success(list_cursor_front(list, &cursor));
    for (uint32_t i = 0; i < 3 * (MEMBERS + 1); i++) {
        uint32_t place = i % (MEMBERS + 1);

        if (place == MEMBERS) {
            expect_equal(cursor.address, LIST_GHOST);
            expect_error(list_cursor_look(&cursor, &member), ERROR_EMPTY_LIST);
        } else {
            expect_equal(cursor.address, members[place]);
            expect_success(list_cursor_look(&cursor, &member));
            expect_equal(member.address, members[place]);
            expect_equal(member.length, MEMBERS);
            expect_equal(member.metadata[0], place);
            expect_equal(member.metadata[2], 8);
        }
        require_success(list_cursor_next(&cursor));
    }
    require_success(list_cursor_back(list, &cursor));
    expect_equal(cursor.address, members[MEMBERS - 1]);
    for (uint32_t i = MEMBERS - 1; i-- > 0;) {
        require_success(list_cursor_previous(&cursor));
        expect_equal(cursor.address, members[i]);
    }
    require_success(list_cursor_previous(&cursor));
    expect_equal(cursor.address, LIST_GHOST);
    require_success(list_cursor_previous(&cursor));
    expect_equal(cursor.address, members[MEMBERS - 1]);
    end(members, MEMBERS);
}

static void at_an_address(void)
{
    struct list_cursor cursor;
    handle outsider;

    require(begin());
    require_success(frame_allocate_unique(&outsider));
    for (uint32_t i = 0; i < MEMBERS; i++) {
        require_success(list_cursor_at(list, members[i], &cursor));
        expect_equal(cursor.address, members[i]);
    }
    expect_error(list_cursor_at(list, address_of(outsider), &cursor), ERROR_NOT_LISTED);
    expect_error(list_cursor_at(list, LIST_GHOST, &cursor), ERROR_EMPTY_LIST);
    expect_equal(cursor.address, members[MEMBERS - 1]);
    expect_success(frame_drop(outsider));
    end(members, MEMBERS);
}

/* Metadata is written in place, and read by who takes the frame out. */
static void written(void)
{
    const uint64_t metadata[LIST_METADATA_WORDS] = {UINT64_MAX, 0, 5};
    uint64_t words[MESSAGE_WORDS];
    struct list_cursor cursor;
    struct list_member member;
    handle frame;

    require(begin());
    require_success(list_cursor_at(list, members[1], &cursor));
    expect_success(list_cursor_write(&cursor, metadata));
    expect_success(list_cursor_look(&cursor, &member));
    for (uint32_t i = 0; i < LIST_METADATA_WORDS; i++) {
        expect_equal(member.metadata[i], metadata[i]);
    }
    expect_order(list, members, MEMBERS);
    cursor.address = LIST_GHOST;
    expect_error(list_cursor_write(&cursor, metadata), ERROR_EMPTY_LIST);
    require_success(list_cursor_at(list, members[1], &cursor));
    require_success(list_cursor_take(&cursor, &frame));
    expect_success(frame_metadata(frame, words));
    expect_equal(words[0], UINT64_MAX);
    expect_equal(words[1], 0);
    expect_equal(words[2], 5);
    expect_equal(words[3], 0);
    expect_equal(words[4], 0);
    expect_success(frame_drop(frame));
    const uint64_t left[] = {members[0], members[2], members[3]};
    end(left, 3);
}

/* Before every frame and at the ghost, where it is a push at the back. */
static void inserted(void)
{
    uint64_t order[2 * MEMBERS + 1];

    require(begin());
    for (uint32_t i = 0; i <= MEMBERS; i++) {
        struct list_cursor cursor = list_cursor_ghost(list);
        handle frame;

        cursor.address = i < MEMBERS ? members[i] : LIST_GHOST;
        require_success(frame_allocate_unique(&frame));
        order[2 * i] = address_of(frame);
        if (i < MEMBERS) {
            order[2 * i + 1] = members[i];
        }
        require_success(list_cursor_insert_before(&cursor, frame));
        expect_equal(cursor.address, i < MEMBERS ? members[i] : LIST_GHOST);
    }
    end(order, 2 * MEMBERS + 1);
}

/* The first into an empty list, by the ghost. */
static void inserted_into_nothing(void)
{
    struct list_cursor cursor;
    uint64_t address = 0;
    handle frame;

    require_success(list_create(&list));
    require_success(frame_allocate_unique(&frame));
    address = address_of(frame);
    cursor = list_cursor_ghost(list);
    require_success(list_cursor_insert_before(&cursor, frame));
    end(&address, 1);
}

/* A take moves the cursor on: to the frame after, and from the back to the ghost. */
static void taken(void)
{
    struct list_cursor cursor;
    handle frame;

    require(begin());
    require_success(list_cursor_at(list, members[1], &cursor));
    require_success(list_cursor_take(&cursor, &frame));
    expect_equal(address_of(frame), members[1]);
    expect_equal(cursor.address, members[2]);
    expect_success(frame_drop(frame));
    require_success(list_cursor_take(&cursor, &frame));
    expect_equal(address_of(frame), members[2]);
    expect_equal(cursor.address, members[3]);
    expect_success(frame_drop(frame));
    require_success(list_cursor_take(&cursor, &frame));
    expect_equal(address_of(frame), members[3]);
    expect_equal(cursor.address, LIST_GHOST);
    expect_success(frame_drop(frame));
    expect_error(list_cursor_take(&cursor, &frame), ERROR_EMPTY_LIST);
    expect_equal(cursor.address, LIST_GHOST);
    require_success(list_cursor_next(&cursor));
    require_success(list_cursor_take(&cursor, &frame));
    expect_equal(address_of(frame), members[0]);
    expect_equal(cursor.address, LIST_GHOST);
    expect_success(frame_drop(frame));
    end(NULL, 0);
}

/* The list changed behind the cursor's back. */
static void of_a_list_that_changed(void)
{
    const uint64_t metadata[LIST_METADATA_WORDS] = {9, 9, 9};
    struct list_member member;
    struct list_cursor cursor;
    handle other;
    handle frame;
    handle extra;
    handle none;

    require(begin());
    require_success(list_create(&other));
    require_success(frame_allocate_unique(&extra));
    require_success(list_cursor_front(list, &cursor));
    require_success(list_pop_front(list, &frame));
    for (uint32_t turn = 0; turn < 3; turn++) { /* the frame is somebody's, in another list, unused */
        if (turn == 1) {
            require_success(list_push_back(other, frame));
        } else if (turn == 2) {
            expect_success(list_clear(other));
        }
        expect_error(list_cursor_look(&cursor, &member), ERROR_NOT_LISTED);
        expect_error(list_cursor_next(&cursor), ERROR_NOT_LISTED);
        expect_error(list_cursor_previous(&cursor), ERROR_NOT_LISTED);
        expect_error(list_cursor_write(&cursor, metadata), ERROR_NOT_LISTED);
        expect_error(list_cursor_take(&cursor, &none), ERROR_NOT_LISTED);
        expect_error(list_cursor_insert_before(&cursor, extra), ERROR_NOT_LISTED);
        expect_equal(cursor.address, members[0]);
        if (turn == 1) {
            expect_order(other, members, 1);
        }
    }
    expect_success(frame_drop(extra));
    expect_success(frame_drop(other));
    end(members + 1, MEMBERS - 1);
}

static const struct tap_test tests[] = {
    {"walk", walk},
    {"at_an_address", at_an_address},
    {"written", written},
    {"inserted", inserted},
    {"inserted_into_nothing", inserted_into_nothing},
    {"taken", taken},
    {"of_a_list_that_changed", of_a_list_that_changed},
};

const struct tap_group cursor_tests = TAP_GROUP("cursor", tests);
