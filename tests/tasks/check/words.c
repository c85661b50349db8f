/* What the frame server's answers hold, word by word: results where they belong, and 0 everywhere else, whatever the
 * caller left in the words that the operation does not take. */
#include "tests/tasks/check/lists.h"
#include "tests/tasks/registers.h"
#include <quire/print.h>

#define RUN 3

static const uint64_t secret = REGISTERS_SECRET;

/* A request about what r13 (and r14) name; words[0] to [count - 1] are given, the rest are secrets. */
static struct message request(enum operation operation, uint64_t rax, handle first, handle second)
{
    struct message message = {.rax = rax, .rsi = operation, .r13 = first, .r14 = second};

    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        message.words[i] = secret;
    }
    return message;
}

static uint64_t lending(uint32_t n)
{
    return rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, n, 0);
}

static void expect_answer(struct message *message, enum error error, const uint64_t words[MESSAGE_WORDS])
{
    enum operation operation = (enum operation)message->rsi;
    bool good = expect_error(send_raw(message), error);

    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        good &= expect_equal(message->words[i], words[i]);
    }
    good &= expect_equal(message->rdi | message->r14, 0);
    if (!good) {
        print("#   of operation %u\n", operation);
    }
}

static const uint64_t nothing[MESSAGE_WORDS];

/* Answers without results. */
static void empty_answers(void)
{
    static const enum operation operations[] = {MESSAGE_UNIQUE, MESSAGE_SET_METADATA, MESSAGE_SHARE};
    struct message message;
    handle frame;

    require_success(frame_allocate(&frame));
    for (uint32_t i = 0; i < 3; i++) {
        message = request(operations[i], lending(1), frame, 0);
        expect_answer(&message, ERROR_NONE, nothing);
    }
    expect_success(frame_drop(frame));
}

/* Answers of errors, beside the place in a run. */
static void errors(void)
{
    static const enum operation operations[] = {MESSAGE_SHARE,     MESSAGE_METADATA,   MESSAGE_SET_METADATA,
                                                MESSAGE_LIST_LOOK, MESSAGE_LIST_WRITE, MESSAGE_LIST_CLEAR};
    struct message message;
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    for (uint32_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        message = request(operations[i], lending(1), frame, 0);
        expect_answer(&message, ERROR_WRONG_KIND, nothing);
    }
    message = request(MESSAGE_CHECK, lending(1), frame, 0);
    expect_answer(&message, ERROR_BAD_ARGUMENT, nothing);
    message =
        request(MESSAGE_ALLOC, rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 1, own_entries_limit() - 1), 0, 0);
    expect_answer(&message, ERROR_BAD_ARGUMENT, nothing);
    message =
        request(MESSAGE_CLAIM, rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 1, own_entries_limit() - 1), 0, 0);
    expect_answer(&message, ERROR_BAD_ARGUMENT, nothing);
    expect_success(frame_drop(frame));
}

/* The one exception: an error about a run comes with the place of the frame that it is about. */
static void places(void)
{
    static const uint64_t place[MESSAGE_WORDS] = {2};
    struct message message;
    uint32_t dst;
    handle first;

    require_success(own_entries_take(RUN, &dst));
    require_success(frame_allocate_with(RUN, ALLOC_CONTIGUOUS, &first));
    uint64_t start = address_of(first);
    expect_success(frame_unique(handle_of_run(first, 2)));
    message = request(MESSAGE_CLONE, rax_make(SYSTEM_CALL_CALL, ACTION_CLONE, MODE_BORROW, RUN, dst), first, 0);
    message.words[0] = RIGHT_READ;
    expect_answer(&message, ERROR_UNIQUE, place);
    expect_success(frame_repurpose(handle_of_run(first, 2), KIND_PAGE_TABLE));
    message = request(MESSAGE_SHARE, lending(RUN), first, 0);
    expect_answer(&message, ERROR_WRONG_KIND, place);
    message = request(MESSAGE_CHECK, lending(RUN), first, 0);
    message.words[0] = CHECK_UNTYPED;
    expect_answer(&message, ERROR_NONE, place);
    expect_success(frame_drop_run(first, 2, NULL));
    message = request(MESSAGE_CLAIM, rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, RUN, dst), 0, 0);
    message.words[0] = start;
    message.words[1] = 0;
    expect_answer(&message, ERROR_UNIQUE, place);
    expect_success(frame_drop(handle_of_run(first, 2)));
    own_entries_release(dst, RUN);
}

/* Answers of lists. */
static void lists(void)
{
    uint64_t addresses[2];
    struct message message;
    uint32_t dst;
    handle list;
    handle frame;

    require_success(own_entries_take(1, &dst));
    require_success(list_create(&list));
    require_success(list_fill(list, 5, 2, addresses));
    require_success(frame_allocate_unique(&frame));
    uint64_t third = address_of(frame);
    message = request(MESSAGE_LIST_PUSH, rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_ATTACH, 1, 0), frame, list);
    message.words[0] = LIST_BACK;
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){3});
    own_entries_release(handle_index(frame), 1);
    message = request(MESSAGE_LIST_LOOK, lending(1), list, 0);
    message.words[0] = LIST_FRONT;
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){addresses[0], 3, 5, 7, 8});
    message = request(MESSAGE_LIST_LOOK, lending(1), list, 0);
    message.words[0] = LIST_AFTER;
    message.words[1] = third;
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){LIST_GHOST, 3});
    message = request(MESSAGE_LIST_WRITE, lending(1), list, 0);
    message.words[0] = third;
    expect_answer(&message, ERROR_NONE, nothing);
    message = request(MESSAGE_LIST_TAKE, rax_make(SYSTEM_CALL_CALL, ACTION_HAND_BACK, MODE_BORROW, 1, dst), list, 0);
    message.words[0] = LIST_FRONT;
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){addresses[0], addresses[1], 2});
    expect_equal(handle_index(message.r13), dst);
    expect_success(frame_drop(message.r13));
    message = request(MESSAGE_LIST_CLEAR, lending(1), list, 0);
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){2, 0});
    expect_success(frame_drop(list));
}

/* The kernel puts what it says of lent frames where the message has room, not into the caller's registers. */
static void runs(void)
{
    struct message message;
    uint32_t dst;
    handle first;

    require_success(own_entries_take(RUN, &dst));
    require_success(frame_allocate_with(RUN, ALLOC_CONTIGUOUS, &first));
    message = request(MESSAGE_CLONE, rax_make(SYSTEM_CALL_CALL, ACTION_CLONE, MODE_BORROW, RUN, dst), first, 0);
    message.words[0] = RIGHT_READ;
    expect_answer(&message, ERROR_NONE, (uint64_t[MESSAGE_WORDS]){address_of(first)});
    expect_equal(rax_n(message.rax), RUN);
    expect_success(frame_drop_run(message.r13, RUN, NULL));
    expect_success(frame_drop_run(first, RUN, NULL));
}

static const struct tap_test tests[] = {
    {"empty_answers", empty_answers}, {"errors", errors}, {"places", places}, {"lists", lists}, {"runs", runs},
};

const struct tap_group words_tests = TAP_GROUP("words", tests);
