/* Records: frames whose first words are read at their end. */
#include "tests/tasks/check/check.h"

static enum error make_record(handle *frame, uint64_t **page)
{
    enum error error = frame_allocate(frame);

    if (error == ERROR_NONE) {
        error = frame_repurpose(*frame, KIND_RECORD);
    }
    return error != ERROR_NONE ? error : frame_map_anywhere(*frame, RIGHTS_USE, (void **)page);
}

static void write_record(uint64_t *page, uint64_t first)
{
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        page[i] = first + i;
    }
    page[MESSAGE_WORDS] = 99; /* not part of it */
}

static void expect_last(uint64_t first)
{
    uint64_t words[MESSAGE_WORDS] = {0};

    expect_success(record_last(words));
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        expect_equal(words[i], first + i);
    }
}

/* What it held when it ended, once its mapping was gone; the next one takes its place. */
static void outlives_the_frame(void)
{
    uint64_t *page;
    handle frame;

    for (uint64_t turn = 1; turn < 4; turn++) {
        require_success(make_record(&frame, &page));
        write_record(page, turn * 1000);
        expect_success(frame_drop(frame));
        expect_last(turn * 1000);
    }
}

/* It ends once, with the last handle, whichever that is. */
static void with_the_last_handle(void)
{
    uint64_t *page;
    uint64_t *again;
    handle frame;
    handle copy;

    require_success(make_record(&frame, &page));
    write_record(page, 100);
    expect_success(frame_drop(frame));
    expect_last(100);
    require_success(make_record(&frame, &page));
    write_record(page, 200);
    require_success(frame_clone(frame, RIGHTS_SHARE, &copy));
    expect_success(frame_drop(frame));
    expect_last(100);
    require_success(frame_map_anywhere(copy, RIGHTS_USE, (void **)&again));
    expect_equal(again[0], 200);
    write_record(again, 300);
    expect_success(frame_drop(copy));
    expect_last(300);
}

/* Unique, moved to another task and dropped there: it is its payer's record, not the dropper's. */
static void of_the_payer(void)
{
    struct reply theirs_before = ask(PEER_RECORD, 0, 0, 0);
    uint64_t *page;
    handle frame;
    handle theirs;

    require_success(make_record(&frame, &page));
    write_record(page, 4000);
    expect_success(frame_unmap(frame));
    expect_success(frame_unique(frame));
    require_success(give(frame, 1, &theirs));
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_last(4000);
    struct reply theirs_after = ask(PEER_RECORD, 0, 0, 0);
    expect_success(answer(theirs_after));
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        expect_equal(theirs_after.words[i], theirs_before.words[i]);
    }
}

/* Plain frames end without leaving anything, and so does one that was a record before. */
static void of_no_other_kind(void)
{
    uint64_t *page;
    handle frame;

    require_success(make_record(&frame, &page));
    write_record(page, 500);
    expect_success(frame_drop(frame));
    require_success(make_record(&frame, &page));
    write_record(page, 600);
    expect_success(frame_unmap(frame));
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_last(500);
    expect_success(frame_drop(frame));
    require_success(allocate_mapped(&frame, &page));
    write_record(page, 700);
    expect_success(frame_drop(frame));
    expect_last(500);
    require_success(frame_allocate(&frame));
    expect_success(frame_repurpose(frame, KIND_LIST));
    expect_success(frame_drop(frame));
    expect_last(500);
}

/* They end one by one: the worker can look at one frame. */
static void refused_runs(void)
{
    uint64_t unused;
    handle first;

    require_success(frame_allocate_run(3, &first));
    expect_success(frame_repurpose(handle_of_run(first, 2), KIND_RECORD));
    struct snapshot before = snapshot(handle_of_run(first, 2));
    expect_error(frame_drop_run(first, 3, &unused), ERROR_BAD_COUNT);
    expect_unchanged(handle_of_run(first, 2), &before);
    expect_equal(count_of(first), 1);
    expect_success(frame_drop_run(first, 2, &unused));
    expect_equal(unused, 2);
    expect_success(frame_drop_run(handle_of_run(first, 2), 1, &unused));
    expect_equal(unused, 1);
    expect_success(record_last((uint64_t[MESSAGE_WORDS]){0}));
}

static void found_and_cloned(void)
{
    uint64_t *page;
    uint64_t *again;
    handle frame;
    handle found;

    require_success(make_record(&frame, &page));
    write_record(page, 800);
    require_success(frame_lookup(address_of(frame), RIGHT_READ | RIGHT_MAP, &found));
    require_success(frame_map_anywhere(found, RIGHT_READ, (void **)&again));
    expect_equal(again[0], 800);
    expect_success(frame_drop(found));
    expect_success(frame_drop(frame));
    expect_last(800);
}

static const struct tap_test tests[] = {
    {"outlives_the_frame", outlives_the_frame},
    {"with_the_last_handle", with_the_last_handle},
    {"of_the_payer", of_the_payer},
    {"of_no_other_kind", of_no_other_kind},
    {"refused_runs", refused_runs},
    {"found_and_cloned", found_and_cloned},
};

const struct tap_group record_tests = TAP_GROUP("record", tests);
