/* See hoarder.h. */
#include "tests/tasks/hoarder.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>

#define RUN 64                   /* frames at a time, as long as there are so many */
#define PLACE UINT64_C(0x5fe000) /* a page beside the program: its page table is there from boot */
#define WORDS (FRAME_SIZE / sizeof(uint64_t))

static handle held[ENTRIES_MAX];
static uint64_t count;

/* The page, with the frame in it; NULL when that fails. */
static volatile uint64_t *open_page(handle frame)
{
    uint32_t missing;

    return system_call_map(frame, PLACE, RIGHT_READ | RIGHT_WRITE, &missing) == ERROR_NONE ? (uint64_t *)PLACE : NULL;
}

static uint64_t mark_of(uint64_t number)
{
    return (uint64_t)start_page()->account << 32 | (number + 1);
}

/* Adds a frame and marks its first and last word. Whether it was zero. */
static bool keep(handle frame)
{
    volatile uint64_t *page = open_page(frame);
    uint64_t found = page == NULL;

    for (uint64_t i = 0; page != NULL && i < WORDS; i++) {
        found |= page[i];
    }
    if (page != NULL) {
        page[0] = page[WORDS - 1] = mark_of(count);
        found |= system_call_unmap(frame) != ERROR_NONE;
    }
    held[count++] = frame;
    return found == 0;
}

static enum error fill(uint64_t *taken, uint64_t *dirty)
{
    enum error error = ERROR_NONE;
    uint32_t run = RUN;
    handle first;

    *taken = *dirty = 0;
    while (run > 0) {
        error = run > 1 ? frame_allocate_run(run, &first) : frame_allocate(&first);
        if (error != ERROR_NONE) {
            run /= RUN; /* one by one, then not at all */
            continue;
        }
        for (uint32_t k = 0; k < run; k++) {
            *dirty += !keep(handle_of_run(first, k));
        }
        *taken += run;
    }
    return error;
}

static enum error check(uint64_t *wrong, uint64_t *paid)
{
    struct account_statistics account = {0};
    enum error error = account_statistics(&account);

    *wrong = 0;
    for (uint64_t i = 0; i < count; i++) {
        volatile uint64_t *page = open_page(held[i]);

        *wrong += page == NULL || page[0] != mark_of(i) || page[WORDS - 1] != mark_of(i) ||
                  system_call_unmap(held[i]) != ERROR_NONE;
    }
    *paid = account.used;
    return error;
}

static enum error drop(uint64_t wanted, uint64_t *unused)
{
    enum error error = ERROR_NONE;

    *unused = 0;
    for (; wanted > 0 && count > 0 && error == ERROR_NONE; wanted--) {
        uint64_t last = 0;

        error = frame_drop_run(held[--count], 1, &last);
        *unused += last;
    }
    return error;
}

static enum error grow(uint64_t *entries)
{
    enum error error;

    do {
        error = library_grow_handles();
    } while (error == ERROR_NONE);
    *entries = own_entries_limit() - own_entries_used();
    return error == ERROR_NO_TABLE_ENTRY ? ERROR_NONE : error;
}

static enum error serve(struct endpoint_message *message)
{
    uint64_t *words = message->words;

    switch (message->label) {
    case HOARDER_GROW:
        return grow(&words[0]);
    case HOARDER_FILL:
        return fill(&words[0], &words[1]);
    case HOARDER_CHECK:
        return check(&words[0], &words[1]);
    case HOARDER_DROP:
        return drop(words[0], &words[0]);
    default:
        return ERROR_BAD_OPERATION;
    }
}

int main(void)
{
    handle endpoint = start_handle(start_page()->name);
    struct endpoint_message message;
    enum error error = endpoint_receive(endpoint, &message, 0);

    while (error == ERROR_NONE) {
        message.label = serve(&message);
        error = endpoint_reply_receive(endpoint, &message, 0);
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return 1;
}
