/* Calls about lists, and what a list holds. For programs that include server_calls.h. */
#ifndef TESTS_HOST_LIST_CALLS_H
#define TESTS_HOST_LIST_CALLS_H

#include "servers/frameserv/core/lists.h"
#include "tests/host/server_calls.h"

static inline uint64_t make_list(void)
{
    uint64_t list = allocate();

    repurpose_frame(list, KIND_LIST);
    return list;
}

/* The kernel has moved the frame to the server. */
static inline struct call push_call(uint64_t list, uint64_t frame, uint64_t place, uint64_t address)
{
    return (struct call){.operation = MESSAGE_LIST_PUSH,
                         .mode = MODE_ATTACH,
                         .n = 1,
                         .words = {place, address},
                         .r13 = frame_word_make(frame, RIGHTS_FRAME),
                         .r14 = frame_word_make(list, RIGHTS_FRAME)};
}

static inline uint64_t push(uint64_t list, uint64_t frame, uint64_t place, uint64_t address)
{
    return succeed(push_call(list, frame, place, address)).words[0];
}

static inline struct call list_call(uint32_t operation, uint64_t list, uint64_t word_0, uint64_t word_1)
{
    struct call call =
        lend(operation, operation == MESSAGE_LIST_TAKE ? ACTION_HAND_BACK : ACTION_NONE, list, RIGHTS_FRAME);

    call.words[0] = word_0;
    call.words[1] = word_1;
    return call;
}

static inline struct message take(uint64_t list, uint64_t place, uint64_t address)
{
    return succeed(list_call(MESSAGE_LIST_TAKE, list, place, address));
}

static inline struct message look(uint64_t list, uint64_t place, uint64_t address)
{
    return succeed(list_call(MESSAGE_LIST_LOOK, list, place, address));
}

/* A list of that many frames, which it returns from front to back. */
static inline uint64_t make_filled_list(uint64_t *frames, uint64_t count)
{
    uint64_t list = make_list();

    for (uint64_t k = 0; k < count; k++) {
        frames[k] = allocate_unique();
        ck_assert_uint_eq(push(list, frames[k], LIST_BACK, 0), k + 1);
    }
    return list;
}

/* The list holds exactly these frames in this order, both ways. */
static inline void expect_list(uint64_t list, const uint64_t *frames, uint64_t count)
{
    uint64_t address = LIST_GHOST;

    for (uint64_t k = 0; k <= count; k++) {
        struct message message = look(list, LIST_AFTER, address);
        expect_eq(message.words[0], k < count ? frames[k] * FRAME_SIZE : LIST_GHOST);
        expect_eq(message.words[1], count);
        address = message.words[0];
    }
    for (uint64_t k = count + 1; k-- > 0;) {
        struct message message = look(list, LIST_BEFORE, address);
        expect_eq(message.words[0], k > 0 ? frames[k - 1] * FRAME_SIZE : LIST_GHOST);
        address = message.words[0];
    }
}

#endif
