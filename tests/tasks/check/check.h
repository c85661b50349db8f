/* What the files of the suite share. Each holds the tests of one topic. */
#ifndef TESTS_TASKS_CHECK_H
#define TESTS_TASKS_CHECK_H

#include "tests/tasks/peer/peer.h"
#include "tests/tasks/runner.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>
#include <quire/kinds.h>
#include <quire/slot.h>
#include <quire/tap.h>
#include <quire/task.h>
#include <string.h>

extern const struct tap_group allocate_tests;
extern const struct tap_group claim_tests;
extern const struct tap_group clone_tests;
extern const struct tap_group drop_tests;
extern const struct tap_group map_tests;
extern const struct tap_group table_tests;
extern const struct tap_group handle_tests;
extern const struct tap_group request_tests;
extern const struct tap_group registers_tests;
extern const struct tap_group share_tests;
extern const struct tap_group fault_tests;
extern const struct tap_group schedule_tests;
extern const struct tap_group fpu_tests;
extern const struct tap_group place_tests;
extern const struct tap_group run_tests;
extern const struct tap_group unique_tests;
extern const struct tap_group metadata_tests;
extern const struct tap_group kind_tests;
extern const struct tap_group record_tests;
extern const struct tap_group segment_tests;
extern const struct tap_group list_tests;
extern const struct tap_group list_end_tests;
extern const struct tap_group list_refusal_tests;
extern const struct tap_group cursor_tests;
extern const struct tap_group foreign_tests;
extern const struct tap_group release_tests;
extern const struct tap_group words_tests;
extern const struct tap_group device_tests;
extern const struct tap_group audit_tests;

/* fault.c: waits until every faulter is ready, so that none allocates while a test counts frames. */
bool faults_ready(void);

#define RIGHTS_USE (RIGHT_READ | RIGHT_WRITE)
#define RIGHTS_SHARE (RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE)
#define WORDS_PER_FRAME (FRAME_SIZE / sizeof(uint64_t))

/* Asks the helper task something without handles. */
static inline struct reply ask(enum peer_request request, uint64_t word_0, uint64_t word_1, uint64_t word_2)
{
    return call_5(start_handle("peer"), request, word_0, word_1, word_2, 0, 0);
}

/* What the helper said, or what the kernel said instead. */
static inline enum error answer(struct reply reply)
{
    return (enum error)(reply.status != ERROR_NONE ? reply.status : reply.label);
}

/* Moves `count` handles to the helper; *theirs is the first of them as the helper knows it. */
static inline must_use enum error give(handle first, uint32_t count, handle *theirs)
{
    struct endpoint_message message = {.label = PEER_KEEP, .first = first, .count = count};
    enum error error = endpoint_call(start_handle("peer"), &message, 0);

    *theirs = message.words[0];
    return error != ERROR_NONE ? error : (enum error)message.label;
}

/* A request to the frame server as the library would never send it; the server's error, or the kernel's. */
static inline enum error send_raw(struct message *message)
{
    message->rdi = frame_server();
    system_call_call(message);
    return (enum error)(rax_status(message->rax) != ERROR_NONE ? rax_status(message->rax) : message->rsi);
}

/* A frame, mapped for use. */
static inline must_use enum error allocate_mapped(handle *frame, uint64_t **page)
{
    enum error error = frame_allocate(frame);

    return error != ERROR_NONE ? error : frame_map_anywhere(*frame, RIGHTS_USE, (void **)page);
}

/* All that a task can know of one of its handles and the frame that it names. */
struct snapshot {
    struct handle_facts handle;
    struct frame_facts frame;
    uint64_t metadata[MESSAGE_WORDS]; /* of what can be mapped */
};

static inline struct snapshot snapshot(handle value)
{
    struct snapshot now;

    memset(&now, 0, sizeof(now));
    expect_success(system_call_inspect(value, &now.handle));
    expect_success(frame_info(value, &now.frame));
    if (kind_is_untyped(now.frame.kind)) {
        expect_success(frame_metadata(value, now.metadata));
    }
    return now;
}

static inline void expect_unchanged(handle value, const struct snapshot *before)
{
    struct snapshot now = snapshot(value);

    expect_equal(now.handle.rights, before->handle.rights);
    expect_equal(now.handle.kind, before->handle.kind);
    expect_equal(now.handle.address, before->handle.address);
    expect_equal(now.frame.address, before->frame.address);
    expect_equal(now.frame.reference_count, before->frame.reference_count);
    expect_equal(now.frame.kind, before->frame.kind);
    expect_equal(now.frame.payer, before->frame.payer);
    expect_equal(now.frame.list, before->frame.list);
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        expect_equal(now.metadata[i], before->metadata[i]);
    }
}

/* Whether a region's frames are given out: usable ones from the start, the others since boot needs them no more. */
static inline bool is_memory(uint32_t region)
{
    return region == REGION_USABLE || region == REGION_MODULE || region == REGION_RECLAIMABLE;
}

/* How many handles a frame has, or its state. */
static inline uint64_t count_of(handle frame)
{
    struct frame_facts facts = {0};

    expect_success(frame_info(frame, &facts));
    return facts.reference_count;
}

static inline uint64_t address_of(handle frame)
{
    struct frame_facts facts = {0};

    expect_success(frame_info(frame, &facts));
    return facts.address;
}

/* Of the frame at an address. */
static inline uint64_t state_at(uint64_t address)
{
    struct frame_facts facts = {0};

    expect_success(frame_info_at(address, &facts));
    return facts.reference_count;
}

/* Gives the k-th frame of a run a second handle. */
static inline must_use enum error share_one(handle first, uint32_t k, handle *second)
{
    return frame_clone(handle_of_run(first, k), RIGHT_READ, second);
}

static inline bool is_zero(const uint64_t *page)
{
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        if (page[i] != 0) {
            return false;
        }
    }
    return true;
}

static inline void fill(uint64_t *page, uint64_t value)
{
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        page[i] = value;
    }
}

#endif
