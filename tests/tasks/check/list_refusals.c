/* What lists refuse. A refused push gives the handle back as it was; no refusal changes the list. */
#include "tests/tasks/check/lists.h"

#define MEMBERS 3

static handle list;
static uint64_t members[MEMBERS];

static bool begin(void)
{
    return expect_success(list_create(&list)) && expect_success(list_fill(list, 0, MEMBERS, members));
}

static void end(void)
{
    expect_order(list, members, MEMBERS);
    expect_success(frame_drop(list));
}

/* Every way in says the same, and the frame is what and where it was. */
static void expect_not_pushed(handle onto, handle frame, enum error error)
{
    const struct list_cursor middle = {.list = onto, .address = members[1]};
    const struct list_cursor ghost = list_cursor_ghost(onto);
    struct snapshot before = snapshot(frame);

    expect_error(list_push_front(onto, frame), error);
    expect_error(list_push_back(onto, frame), error);
    expect_error(list_cursor_insert_before(&middle, frame), error);
    expect_error(list_cursor_insert_before(&ghost, frame), error);
    expect_unchanged(frame, &before);
}

static void shared_frame(void)
{
    handle frame;
    handle copy;

    require(begin());
    require_success(frame_allocate(&frame));
    expect_not_pushed(list, frame, ERROR_NOT_UNIQUE);
    require_success(frame_clone(frame, RIGHTS_FRAME, &copy));
    expect_not_pushed(list, frame, ERROR_NOT_UNIQUE);
    expect_not_pushed(list, copy, ERROR_NOT_UNIQUE);
    expect_success(frame_drop(copy));
    expect_success(frame_unique(frame));
    expect_success(list_push_back(list, frame));
    expect_success(list_pop_back(list, &frame));
    expect_success(frame_drop(frame));
    end();
}

/* Who takes a frame out gets all rights: so who has fewer can not push it. */
static void frame_with_fewer_rights(void)
{
    handle frame;
    handle copy;

    require(begin());
    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_WRITE, &copy));
    require_success(frame_drop(frame));
    require_success(frame_unique(copy));
    expect_not_pushed(list, copy, ERROR_MISSING_RIGHT);
    expect_success(frame_drop(copy));
    end();
}

/* No request takes a second handle that is lent. */
static void two_lent(void)
{
    struct message message = {
        .rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 1, 0), .rdi = frame_server(), .rsi = MESSAGE_INFO};
    handle frame;

    require(begin());
    require_success(frame_allocate(&frame));
    message.r13 = frame;
    message.r14 = list;
    system_call_call(&message);
    expect_equal(rax_status(message.rax), ERROR_NONE);
    expect_equal(message.rsi, ERROR_BAD_COUNT);
    expect_success(frame_drop(frame));
    end();
}

static void mapped_frame(void)
{
    handle frame;
    uint64_t *page;

    require(begin());
    require_success(allocate_mapped(&frame, &page));
    expect_success(frame_unique(frame));
    page[4] = 44;
    expect_not_pushed(list, frame, ERROR_MAPPED);
    expect_equal(page[4], 44);
    expect_success(frame_drop(frame));
    end();
}

static void other_kinds(void)
{
    static const enum kind kinds[] = {KIND_RECORD, KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_LIST};
    handle frame;

    require(begin());
    require_success(frame_allocate_unique(&frame));
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_success(frame_repurpose(frame, kinds[i]));
        expect_not_pushed(list, frame, ERROR_WRONG_KIND);
    }
    expect_success(frame_drop(frame));
    end();
}

/* The links need the last two words of the metadata. */
static void long_metadata(void)
{
    uint64_t metadata[MESSAGE_WORDS] = {1, 2, 3, 0, 0};
    handle frame;

    require(begin());
    require_success(frame_allocate_unique(&frame));
    metadata[3] = 1;
    expect_success(frame_set_metadata(frame, metadata));
    expect_not_pushed(list, frame, ERROR_TOO_LONG);
    metadata[3] = 0;
    metadata[4] = UINT64_C(1) << 63;
    expect_success(frame_set_metadata(frame, metadata));
    expect_not_pushed(list, frame, ERROR_TOO_LONG);
    metadata[4] = 0;
    expect_success(frame_set_metadata(frame, metadata));
    expect_success(list_push_front(list, frame));
    expect_success(list_pop_front(list, &frame));
    expect_success(frame_drop(frame));
    end();
}

/* Who can not send a handle away can not put it into a list. */
static void frame_without_the_move_right(void)
{
    handle frame;
    handle fixed;

    require(begin());
    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_MOVE, &fixed));
    expect_success(frame_drop(frame));
    expect_success(frame_unique(fixed));
    expect_not_pushed(list, fixed, ERROR_MISSING_RIGHT);
    expect_success(frame_drop(fixed));
    end();
}

/* A handle that can only be read looks and does not touch; one without even that does not look. */
static void list_without_rights(void)
{
    const uint64_t metadata[LIST_METADATA_WORDS] = {9, 9, 9};
    struct list_cursor cursor;
    struct list_member member;
    uint64_t length;
    uint64_t dropped;
    handle reader;
    handle writer;
    handle frame;
    handle taken;

    require(begin());
    require_success(frame_allocate_unique(&frame));
    require_success(frame_clone(list, RIGHT_READ, &reader));
    require_success(frame_clone(list, RIGHT_WRITE, &writer));
    expect_not_pushed(reader, frame, ERROR_MISSING_RIGHT);
    expect_error(list_pop_front(reader, &taken), ERROR_MISSING_RIGHT);
    expect_error(list_pop_back(reader, &taken), ERROR_MISSING_RIGHT);
    expect_error(list_clear_some(reader, &dropped, &length), ERROR_MISSING_RIGHT);
    require_success(list_cursor_front(reader, &cursor));
    expect_error(list_cursor_take(&cursor, &taken), ERROR_MISSING_RIGHT);
    expect_error(list_cursor_write(&cursor, metadata), ERROR_MISSING_RIGHT);
    expect_success(list_cursor_look(&cursor, &member));
    expect_equal(member.metadata[0], 0);
    expect_order(reader, members, MEMBERS);
    expect_error(list_length(writer, &length), ERROR_MISSING_RIGHT);
    expect_error(list_front(writer, &member), ERROR_MISSING_RIGHT);
    expect_success(frame_drop(reader));
    expect_success(frame_drop(writer));
    expect_success(frame_drop(frame));
    end();
}

/* Handles of other things in place of a list's. */
static void no_list(void)
{
    static const enum kind kinds[] = {KIND_UNTYPED, KIND_RECORD, KIND_PAGE_TABLE};
    struct list_cursor cursor;
    struct list_member member;
    uint64_t dropped;
    uint64_t left;
    handle other;
    handle frame;
    handle taken;

    require(begin());
    require_success(frame_allocate_unique(&other));
    require_success(frame_allocate_unique(&frame));
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_success(frame_repurpose(other, kinds[i]));
        struct snapshot before = snapshot(other);
        expect_not_pushed(other, frame, ERROR_WRONG_KIND);
        expect_error(list_pop_front(other, &taken), ERROR_WRONG_KIND);
        expect_error(list_front(other, &member), ERROR_WRONG_KIND);
        expect_error(list_clear_some(other, &dropped, &left), ERROR_WRONG_KIND);
        cursor = (struct list_cursor){.list = other, .address = members[0]};
        expect_error(list_cursor_look(&cursor, &member), ERROR_WRONG_KIND);
        expect_error(list_cursor_write(&cursor, member.metadata), ERROR_WRONG_KIND);
        expect_unchanged(other, &before);
    }
    expect_success(frame_drop(other));
    expect_not_pushed(other, frame, ERROR_BAD_HANDLE);
    require_success(frame_allocate(&taken)); /* in its entry */
    expect_not_pushed(other, frame, ERROR_STALE_HANDLE);
    expect_success(frame_drop(taken));
    expect_not_pushed(0, frame, ERROR_BAD_HANDLE);
    expect_not_pushed(UINT64_MAX, frame, ERROR_BAD_HANDLE);
    expect_error(list_push_back(list, 0), ERROR_BAD_HANDLE);
    expect_error(list_push_back(list, other), ERROR_BAD_HANDLE);
    expect_success(frame_drop(frame));
    end();
}

/* Into itself, and with the frame in place of the list too. */
static void itself(void)
{
    struct snapshot before;
    handle frame;

    require(begin());
    before = snapshot(list);
    expect_error(list_push_back(list, list), ERROR_WRONG_KIND);
    expect_unchanged(list, &before);
    require_success(frame_allocate_unique(&frame));
    before = snapshot(frame);
    expect(list_push_back(frame, frame) != ERROR_NONE);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
    end();
}

static void nothing_to_take(void)
{
    struct list_member member;
    struct list_cursor cursor;
    handle empty;
    handle frame;

    require(begin());
    require_success(list_create(&empty));
    expect_error(list_pop_front(empty, &frame), ERROR_EMPTY_LIST);
    expect_error(list_pop_back(empty, &frame), ERROR_EMPTY_LIST);
    expect_error(list_front(empty, &member), ERROR_EMPTY_LIST);
    expect_error(list_back(empty, &member), ERROR_EMPTY_LIST);
    expect_error(list_cursor_front(empty, &cursor), ERROR_EMPTY_LIST);
    expect_error(list_cursor_back(empty, &cursor), ERROR_EMPTY_LIST);
    cursor = (struct list_cursor){.list = empty, .address = members[0]};
    expect_error(list_cursor_take(&cursor, &frame), ERROR_NOT_LISTED);
    expect_order(empty, NULL, 0);
    expect_success(frame_drop(empty));
    end();
}

/* Places and messages that the library never sends. */
static void bad_messages(void)
{
    static const struct {
        enum operation operation;
        enum action want;
        uint64_t place;
    } bad_places[] = {
        {MESSAGE_LIST_TAKE, ACTION_HAND_BACK, LIST_AFTER},      {MESSAGE_LIST_TAKE, ACTION_HAND_BACK, LIST_BEFORE},
        {MESSAGE_LIST_TAKE, ACTION_HAND_BACK, LIST_BEFORE + 1}, {MESSAGE_LIST_TAKE, ACTION_HAND_BACK, UINT64_MAX},
        {MESSAGE_LIST_LOOK, ACTION_NONE, LIST_BEFORE + 1},      {MESSAGE_LIST_LOOK, ACTION_NONE, UINT64_MAX},
    };
    static const uint64_t bad_push_places[] = {LIST_AT, LIST_AFTER, LIST_BEFORE + 1, UINT64_MAX};
    handle frame;

    require(begin());
    require_success(frame_allocate_unique(&frame));
    struct snapshot before = snapshot(frame);
    for (uint32_t i = 0; i < sizeof(bad_places) / sizeof(bad_places[0]); i++) {
        struct message message = {
            .rax = rax_make(SYSTEM_CALL_CALL, bad_places[i].want, MODE_BORROW, 1, own_entries_limit() - 2),
            .rsi = bad_places[i].operation,
            .words = {bad_places[i].place, members[0]},
            .r13 = list};

        expect_error(send_raw(&message), ERROR_BAD_ARGUMENT);
    }
    for (uint32_t i = 0; i < sizeof(bad_push_places) / sizeof(bad_push_places[0]); i++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_ATTACH, 1, 0),
                                  .rsi = MESSAGE_LIST_PUSH,
                                  .words = {bad_push_places[i], members[0]},
                                  .r13 = frame,
                                  .r14 = list};

        expect_error(send_raw(&message), ERROR_BAD_ARGUMENT);
    }
    for (uint32_t count = 0; count < 600; count += count == 0 ? 2 : 511) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_ATTACH, count, 0),
                                  .rsi = MESSAGE_LIST_PUSH,
                                  .r13 = frame,
                                  .r14 = list};

        expect_error(send_raw(&message), ERROR_BAD_COUNT);
    }
    struct message borrowed = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 1, 0),
                               .rsi = MESSAGE_LIST_PUSH,
                               .r13 = frame,
                               .r14 = list};
    expect_error(send_raw(&borrowed), ERROR_BAD_MODE);
    struct message attached = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_ATTACH, 1, 0),
                               .rsi = MESSAGE_NOTHING,
                               .r13 = frame,
                               .r14 = list};
    expect_error(send_raw(&attached), ERROR_BAD_MODE);
    struct message unwanted = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 1, 0),
                               .rsi = MESSAGE_LIST_TAKE,
                               .words = {LIST_FRONT},
                               .r13 = list};
    expect_error(send_raw(&unwanted), ERROR_NOT_WANTED);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
    end();
}

/* Addresses that are no frame's, or no member's. */
static void bad_addresses(void)
{
    const uint64_t metadata[LIST_METADATA_WORDS] = {9, 9, 9};
    struct machine_statistics machine;
    struct list_member member;
    uint64_t in_other = 0;
    handle other;
    handle frame;
    handle taken;

    require(begin());
    require_success(machine_statistics(&machine));
    require_success(list_create(&other));
    require_success(list_fill(other, 0, 1, &in_other));
    require_success(frame_allocate_unique(&frame));
    struct snapshot before = snapshot(frame);
    const struct {
        uint64_t address;
        enum error error;
    } cases[] = {
        {address_of(frame), ERROR_NOT_LISTED}, {in_other, ERROR_NOT_LISTED},
        {address_of(list), ERROR_NOT_LISTED},  {members[0] + 8, ERROR_NOT_ALIGNED},
        {UINT64_MAX - 1, ERROR_NOT_ALIGNED},   {machine.end * FRAME_SIZE, ERROR_OUT_OF_BOUND},
        {PHYSICAL_MAX, ERROR_OUT_OF_BOUND},    {UINT64_MAX - FRAME_SIZE + 1, ERROR_OUT_OF_BOUND},
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct list_cursor cursor = {.list = list, .address = cases[i].address};

        expect_error(list_cursor_look(&cursor, &member), cases[i].error);
        expect_error(list_cursor_next(&cursor), cases[i].error);
        expect_error(list_cursor_previous(&cursor), cases[i].error);
        expect_error(list_cursor_write(&cursor, metadata), cases[i].error);
        expect_error(list_cursor_take(&cursor, &taken), cases[i].error);
        expect_error(list_cursor_insert_before(&cursor, frame), cases[i].error);
        expect_equal(cursor.address, cases[i].address);
    }
    expect_unchanged(frame, &before);
    expect_order(other, &in_other, 1);
    expect_success(frame_drop(frame));
    expect_success(frame_drop(other));
    end();
}

static const struct tap_test tests[] = {
    {"shared_frame", shared_frame},
    {"frame_with_fewer_rights", frame_with_fewer_rights},
    {"two_lent", two_lent},
    {"mapped_frame", mapped_frame},
    {"other_kinds", other_kinds},
    {"long_metadata", long_metadata},
    {"frame_without_the_move_right", frame_without_the_move_right},
    {"list_without_rights", list_without_rights},
    {"no_list", no_list},
    {"itself", itself},
    {"nothing_to_take", nothing_to_take},
    {"bad_messages", bad_messages},
    {"bad_addresses", bad_addresses},
};

const struct tap_group list_refusal_tests = TAP_GROUP("list_refusal", tests);
