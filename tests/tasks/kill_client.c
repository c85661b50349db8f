/* The second client beside the sweep of suite `kill`: works with frames, lists and metadata of its own in an order drawn from the
 * seed, and looks after each request whether all is as it was left. It is never told that the frame server dies. */
#include "tests/tasks/kill/neighbour.h"

#include <quire/client.h>
#include <quire/list.h>
#include <quire/slot.h>
#include <quire/task.h>

#define HELD_MAX 12
#define LISTED_MAX 6
#define RUN_MAX 9
#define RIGHTS_USE (RIGHT_READ | RIGHT_WRITE)
#define PAGE_WORDS (FRAME_SIZE / sizeof(uint64_t))

/* A frame of its own. */
struct held {
    handle frame;
    handle copy;  /* 0: there is none */
    uint64_t tag; /* in its contents, first and last word */
    volatile uint64_t *page;
};

static struct neighbour_page *page;
static struct held held[HELD_MAX];
static uint32_t held_count;
static handle list;
static uint64_t listed[LISTED_MAX]; /* tags of its members, in their order */
static uint32_t listed_count;
static uint64_t state; /* of the random numbers; never 0 */

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static bool note(bool holds, uint32_t line, uint64_t seen)
{
    if (!holds && page->failed_line == 0) {
        page->failed_error = seen;
        page->failed_line = line;
    }
    return holds;
}

/* A request that has to go well, and something that has to hold. */
#define ASK(call) did((call), __LINE__)
#define HOLDS(condition, seen) note((condition), __LINE__, (seen))

static bool did(enum error error, uint32_t line)
{
    return note(error == ERROR_NONE, line, error);
}

static uint64_t count_of(handle frame)
{
    struct frame_facts facts = {0};

    ASK(frame_info(frame, &facts));
    return facts.reference_count;
}

static void look_at(const struct held *one)
{
    HOLDS(one->page[0] == one->tag, one->page[0]);
    HOLDS(one->page[PAGE_WORDS - 1] == one->tag, one->page[PAGE_WORDS - 1]);
    uint64_t count = count_of(one->frame);
    HOLDS(count == (one->copy != 0 ? 2 : 1), count);
}

static void take(void)
{
    struct held *one = &held[held_count];
    void *address;

    *one = (struct held){0};
    if (!ASK(frame_allocate(&one->frame)) || !ASK(frame_map_anywhere(one->frame, RIGHTS_USE, &address))) {
        return;
    }
    one->page = address;
    HOLDS(one->page[0] == 0, one->page[0]);
    HOLDS(one->page[PAGE_WORDS - 1] == 0, one->page[PAGE_WORDS - 1]);
    one->tag = state;
    one->page[0] = one->tag;
    one->page[PAGE_WORDS - 1] = one->tag;
    held_count++;
}

static void give_back(uint32_t k)
{
    struct held *one = &held[k];

    look_at(one);
    if (one->copy != 0) {
        ASK(frame_drop(one->copy));
    }
    ASK(frame_drop(one->frame));
    held[k] = held[--held_count];
}

static void copy_or_not(struct held *one)
{
    if (one->copy != 0) {
        ASK(frame_drop(one->copy));
        one->copy = 0;
    } else {
        ASK(frame_clone(one->frame, RIGHT_READ, &one->copy));
    }
    look_at(one);
}

/* Unique, its metadata written and read, and shared again. */
static void write_metadata(struct held *one)
{
    const uint64_t words[MESSAGE_WORDS] = {one->tag, 2, 3, 4, state};
    uint64_t found[MESSAGE_WORDS] = {0};

    if (one->copy != 0 || !ASK(frame_unique(one->frame))) {
        return;
    }
    ASK(frame_set_metadata(one->frame, words));
    ASK(frame_metadata(one->frame, found));
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        HOLDS(found[k] == words[k], found[k]);
    }
    ASK(frame_share(one->frame));
    look_at(one);
}

/* At the front, or the back. */
static void push(bool front)
{
    const uint64_t words[MESSAGE_WORDS] = {state, 0, 0, 0, 0};
    handle frame;

    if (!ASK(frame_allocate_unique(&frame)) || !ASK(frame_set_metadata(frame, words)) ||
        !ASK(front ? list_push_front(list, frame) : list_push_back(list, frame))) {
        return;
    }
    for (uint32_t k = listed_count; front && k > 0; k--) {
        listed[k] = listed[k - 1];
    }
    listed[front ? 0 : listed_count] = words[0];
    listed_count++;
}

static void pop(bool front)
{
    uint64_t words[MESSAGE_WORDS] = {0};
    handle frame;

    if (!ASK(front ? list_pop_front(list, &frame) : list_pop_back(list, &frame))) {
        return;
    }
    ASK(frame_metadata(frame, words));
    HOLDS(words[0] == listed[front ? 0 : listed_count - 1], words[0]);
    listed_count--;
    for (uint32_t k = 0; front && k < listed_count; k++) {
        listed[k] = listed[k + 1];
    }
    ASK(frame_drop(frame));
}

static void walk(void)
{
    struct list_cursor cursor = list_cursor_ghost(list);
    struct list_member member = {0};

    for (uint32_t k = 0; k < listed_count; k++) {
        if (!ASK(list_cursor_next(&cursor)) || !ASK(list_cursor_look(&cursor, &member))) {
            return;
        }
        HOLDS(member.metadata[0] == listed[k], member.metadata[0]);
        HOLDS(member.length == listed_count, member.length);
    }
}

static void run(void)
{
    uint32_t count = 2 + (uint32_t)draw(RUN_MAX - 1);
    uint64_t unused = 0;
    handle first;
    handle copies;

    if (!ASK(frame_allocate_run(count, &first)) || !ASK(frame_clone_run(first, count, RIGHT_READ, &copies, NULL))) {
        return;
    }
    ASK(frame_drop_run(first, count, &unused));
    HOLDS(unused == 0, unused);
    ASK(frame_drop_run(copies, count, &unused));
    HOLDS(unused == count, unused);
}

/* What leaves it with other frames than before. */
static void change(void)
{
    uint64_t what = draw(4);

    if (what == 0 && held_count < HELD_MAX) {
        take();
    } else if (what == 1 && held_count > 0) {
        give_back((uint32_t)draw(held_count));
    } else if (what == 2 && listed_count < LISTED_MAX) {
        push(draw(2) != 0);
    } else if (what == 3 && listed_count > 0) {
        pop(draw(2) != 0);
    }
}

static void work(void)
{
    uint64_t what = draw(page->steady != 0 ? 4 : 8);

    if (what >= 4) {
        change();
    } else if (what == 0 && held_count > 0) {
        copy_or_not(&held[draw(held_count)]);
    } else if (what == 1 && held_count > 0) {
        write_metadata(&held[draw(held_count)]);
    } else if (what == 2) {
        walk();
    } else {
        run();
    }
}

static void rest(void)
{
    while (held_count > 0) {
        give_back(held_count - 1);
    }
    walk();
    if (list != 0) {
        ASK(list_clear(list));
        ASK(frame_drop(list));
        list = 0;
        listed_count = 0;
    }
    ASK(library_release_tables(NULL));
    page->resting = 1;
    while (page->rest != 0) {
        system_call_yield();
    }
    page->resting = 0;
    ASK(list_create(&list));
}

int main(void)
{
    void *address;

    if (frame_map_anywhere(start_handle(NEIGHBOUR_PAGE), RIGHTS_USE, &address) != ERROR_NONE) {
        return 1;
    }
    page = address;
    state = page->seed;
    for (;;) {
        if (page->rest != 0) {
            rest();
        }
        page->held = page->hold;
        if (page->held == 0) {
            work();
            page->rounds++;
        }
        system_call_yield();
    }
}
