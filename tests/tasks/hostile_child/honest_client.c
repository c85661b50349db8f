/* A client of the frame server and of an honest task, which knows exactly what it has. */
#include "tests/tasks/hostile_child/honest.h"

#include "tests/tasks/hostile/random.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/endpoint.h>
#include <quire/list.h>
#include <string.h>

#define KEPT 16 /* frames that it keeps, with a pattern each */
#define RUN 24  /* the most that it allocates at once */
#define LIST_FRAMES 6
#define PAGE_WORDS (FRAME_SIZE / sizeof(uint64_t))

static struct random numbers;
static volatile struct report *page;
static struct {
    handle frame;
    uint64_t *words;
    uint64_t pattern;
} kept[KEPT];
static uint64_t frames_before; /* of its account, when it begins */

/* Ends the round with the first thing that is not right. */
#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            page->failed_line = __LINE__;                                                                              \
            return false;                                                                                              \
        }                                                                                                              \
    } while (0)
#define must_succeed(call)                                                                                             \
    do {                                                                                                               \
        page->failed_error = (uint64_t)(call);                                                                         \
        must(page->failed_error == ERROR_NONE);                                                                        \
    } while (0)

static void write_pattern(uint64_t *words, uint64_t pattern)
{
    for (size_t k = 0; k < PAGE_WORDS; k++) {
        words[k] = pattern + k;
    }
}

static bool has_pattern(const uint64_t *words, uint64_t pattern, uint64_t step)
{
    for (size_t k = 0; k < PAGE_WORDS; k++) {
        if (words[k] != pattern + k * step) {
            return false;
        }
    }
    return true;
}

static bool open_frame(handle frame, uint64_t **words)
{
    void *address;

    must_succeed(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &address));
    *words = address;
    return true;
}

/* A run of frames: fresh ones are empty, and each is its own. */
static bool work_on_run(void)
{
    uint32_t count = 1 + (uint32_t)random_below(&numbers, RUN);
    uint64_t *words[RUN];
    uint64_t unused;
    handle first;

    must_succeed(frame_allocate_run(count, &first));
    for (uint32_t k = 0; k < count; k++) {
        must(open_frame(handle_of_run(first, k), &words[k]));
        must(has_pattern(words[k], 0, 0));
        write_pattern(words[k], (uint64_t)first + k);
    }
    system_call_yield();
    for (uint32_t k = 0; k < count; k++) {
        must(has_pattern(words[k], (uint64_t)first + k, 1));
    }
    must_succeed(frame_drop_run(first, count, &unused));
    must(unused == count);
    return true;
}

/* One of those that stay for long. */
static bool work_on_kept(void)
{
    uint64_t k = random_below(&numbers, KEPT);

    if (kept[k].frame != 0) {
        must(has_pattern(kept[k].words, kept[k].pattern, 1));
        must_succeed(frame_drop(kept[k].frame));
        kept[k].frame = 0;
    }
    must_succeed(frame_allocate(&kept[k].frame));
    must(open_frame(kept[k].frame, &kept[k].words));
    must(has_pattern(kept[k].words, 0, 0));
    kept[k].pattern = random_next(&numbers);
    write_pattern(kept[k].words, kept[k].pattern);
    return true;
}

static bool look_at_kept(void)
{
    for (uint64_t k = 0; k < KEPT; k++) {
        must(kept[k].frame == 0 || has_pattern(kept[k].words, kept[k].pattern, 1));
    }
    return true;
}

static bool work_on_copies(void)
{
    struct frame_facts facts;
    handle copies[2];
    handle frame;
    void *address;
    uint32_t failed;
    uint64_t taken;
    struct handle_facts gone;

    must_succeed(frame_allocate(&frame));
    must_succeed(frame_clone(frame, RIGHT_READ | RIGHT_MAP, &copies[0]));
    must_succeed(frame_clone_run(frame, 1, RIGHTS_FRAME, &copies[1], &failed));
    must_succeed(frame_info(frame, &facts));
    must(facts.reference_count == 3);
    must(frame_unique(frame) == ERROR_SHARED);
    must_succeed(frame_drop(copies[1]));
    must_succeed(frame_map_anywhere(copies[0], RIGHT_READ, &address));
    must_succeed(frame_revoke(frame, &taken));
    must(taken == 1 && system_call_inspect(copies[0], &gone) == ERROR_BAD_HANDLE);
    own_entries_release(handle_index(copies[0]), 1);
    must_succeed(frame_map(frame, (uint64_t)address, RIGHT_READ)); /* nothing is there any more */
    must_succeed(frame_unique(frame));
    must_succeed(frame_drop(frame));
    return true;
}

/* A list keeps order, contents and metadata. */
static bool work_on_list(void)
{
    handle list;
    handle frame;
    uint64_t *words;
    uint64_t start = random_next(&numbers);

    must_succeed(list_create(&list));
    for (uint64_t k = 0; k < LIST_FRAMES; k++) {
        uint64_t metadata[MESSAGE_WORDS] = {start + k};
        must_succeed(frame_allocate_unique(&frame));
        must(open_frame(frame, &words));
        words[k] = start ^ k;
        must_succeed(frame_unmap(frame));
        must_succeed(frame_set_metadata(frame, metadata));
        must_succeed(list_push_back(list, frame));
    }
    for (uint64_t k = 0; k < LIST_FRAMES; k++) {
        uint64_t metadata[MESSAGE_WORDS];
        must_succeed(list_pop_front(list, &frame));
        must_succeed(frame_metadata(frame, metadata));
        must(open_frame(frame, &words));
        must(metadata[0] == start + k && words[k] == (start ^ k));
        must_succeed(frame_drop(frame));
    }
    must(list_pop_front(list, &frame) == ERROR_EMPTY_LIST);
    must_succeed(frame_drop(list));
    return true;
}

static bool talk(void)
{
    struct endpoint_message message = {.label = SERVICE_ECHO};
    uint64_t start = random_next(&numbers);

    for (uint64_t k = 0; k < MESSAGE_WORDS; k++) {
        message.words[k] = start + k;
    }
    must_succeed(endpoint_call(start_handle(GIFT_SERVICE), &message, 0));
    must(message.label == ERROR_NONE && message.count == 0);
    for (uint64_t k = 0; k < MESSAGE_WORDS; k++) {
        must(message.words[k] == start + k + 1);
    }
    return true;
}

/* A frame goes to the other task and comes back with what that one wrote. */
static bool send(void)
{
    uint64_t first = random_next(&numbers);
    struct endpoint_message message = {.label = SERVICE_STAMP, .words = {0, first, ~first}, .count = 1};
    uint64_t *words;

    must_succeed(frame_allocate(&message.first));
    must(open_frame(message.first, &words));
    words[0] = first;
    must_succeed(frame_unmap(message.first));
    must_succeed(endpoint_call(start_handle(GIFT_SERVICE), &message, 1));
    must(message.label == ERROR_NONE && message.count == 1);
    must(open_frame(message.first, &words));
    must(words[0] == ~first);
    must_succeed(frame_drop(message.first));
    return true;
}

/* Its account says just what it has. */
static bool count(void)
{
    struct account_statistics account;
    uint64_t expected = frames_before + library_tables();

    for (uint64_t k = 0; k < KEPT; k++) {
        expected += kept[k].frame != 0;
    }
    must_succeed(account_statistics(&account));
    must(account.used == expected);
    return true;
}

static bool begin(void)
{
    struct account_statistics account;

    must_succeed(account_statistics(&account));
    frames_before = account.used - library_tables();
    return true;
}

static bool finish(void)
{
    uint32_t tables;
    struct account_statistics account;

    for (uint64_t k = 0; k < KEPT; k++) {
        if (kept[k].frame != 0) {
            must_succeed(frame_drop(kept[k].frame));
        }
    }
    must_succeed(library_release_tables(&tables));
    must_succeed(account_statistics(&account));
    must(tables == 0 && account.used == frames_before);
    return true;
}

static bool work(void)
{
    static bool (*const works[])(void) = {work_on_run, work_on_kept, work_on_copies, work_on_list, talk, send, count};

    return works[random_below(&numbers, sizeof(works) / sizeof(works[0]))]() && look_at_kept();
}

int honest_client(volatile struct report *report, uint64_t seed)
{
    numbers.state = seed;
    page = report;
    bool good = begin();

    while (good && report->stop == 0) {
        good = work();
        report->rounds++;
        system_call_yield();
    }
    return good && finish() ? 0 : 1;
}
