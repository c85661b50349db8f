/* See runner.h. */
#include "tests/tasks/runner.h"
#include "tests/tasks/fpu.h"
#include "tests/tasks/peer/peer.h"
#include "tests/tasks/selectors.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/task.h>

#define FLOOD_FRAMES 16

static uint64_t watch(const struct spin *spin, uint64_t rounds)
{
    uint64_t before = spin->count;

    for (volatile uint64_t round = 0; round < rounds; round++) {
    }
    return spin->count - before;
}

static uint64_t spin_with_pattern(struct spin *spin, uint64_t seed)
{
    struct fpu_state wanted;
    struct fpu_state found;
    bool avx = fpu_has_avx();

    fpu_pattern(&wanted, seed, avx);
    fpu_spin(&wanted, &spin->count, &spin->stop, 1, &found, avx);
    return fpu_differences(&wanted, &found);
}

static uint64_t spin_with_selectors(struct spin *spin, uint32_t value)
{
    uint64_t foreign = 0;

    while (spin->stop == 0) {
        foreign += selectors_foreign(value);
        selectors_load(value);
        spin->count++;
    }
    selectors_load(0);
    return foreign;
}

static uint64_t ticket(void)
{
    return call_0(start_handle("counter"), PEER_TICKET).words[0];
}

/* Several runners do this with one struct spin. */
static uint64_t flood(struct spin *spin)
{
    uint64_t errors = 0;
    handle first;

    while (spin->stop == 0) {
        (void)ticket();
        errors += frame_allocate_run(FLOOD_FRAMES, &first) != ERROR_NONE;
        __atomic_fetch_add(&spin->count, 1, __ATOMIC_RELAXED);
        errors += frame_drop_run(first, FLOOD_FRAMES, NULL) != ERROR_NONE;
        __atomic_fetch_add(&spin->count, 1, __ATOMIC_RELAXED);
    }
    return errors;
}

static uint8_t cut(uint64_t value)
{
    return value < UINT8_MAX ? (uint8_t)value : UINT8_MAX;
}

/* This runner can go on from the moment its last ticket is given; what others get until it has the next one, it waited
 * for. It makes no system call in between but the one. */
static uint64_t queue(const struct spin *spin, uint64_t rounds)
{
    struct waited waited = {.tickets_least = UINT8_MAX};
    uint64_t last = ticket();

    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t now = ticket();
        uint8_t tickets = cut(now - last - 1);
        uint64_t before = spin->count;

        last = now;
        waited.errors |= frame_server_nothing() != ERROR_NONE;
        uint8_t requests = cut(spin->count - before);
        waited.tickets_most = tickets > waited.tickets_most ? tickets : waited.tickets_most;
        waited.tickets_least = tickets < waited.tickets_least ? tickets : waited.tickets_least;
        waited.requests_most = requests > waited.requests_most ? requests : waited.requests_most;
    }
    return waited_pack(waited);
}

static uint64_t work(enum runner_job job, uint64_t word, struct spin *spin)
{
    switch (job) {
    case RUNNER_SPIN:
        while (spin->stop == 0) {
            spin->count++;
        }
        return 0;
    case RUNNER_WATCH:
        return watch(spin, word);
    case RUNNER_FPU:
        return spin_with_pattern(spin, word);
    case RUNNER_SELECTORS:
        return spin_with_selectors(spin, (uint32_t)word);
    case RUNNER_FLOOD:
        return flood(spin);
    case RUNNER_QUEUE:
        return queue(spin, word);
    default:
        return 0;
    }
}

/* Does the job that the suite's reply brought; its result goes into the next call. */
static enum error run(struct endpoint_message *message)
{
    struct endpoint_message result = {0};
    enum error error = ERROR_NONE;
    void *page;

    if (message->count == 1) {
        error = frame_map_anywhere(message->first, RIGHT_READ | RIGHT_WRITE, &page);
        if (error == ERROR_NONE) {
            result.words[0] = work((enum runner_job)message->label, message->words[0], page);
            error = frame_drop(message->first);
        }
        if (error == ERROR_NONE) {
            error = library_release_tables(NULL);
        }
    }
    result.label = error;
    *message = result;
    return error;
}

int main(void)
{
    struct endpoint_message message = {0};
    enum error error;

    do {
        error = endpoint_call(start_handle(start_page()->name), &message, 1);
    } while (error == ERROR_NONE && run(&message) == ERROR_NONE);
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return 1;
}
