/* What operations cost, by the processor's time stamp counter. */
#include "servers/shell/commands.h"

#include "servers/shell/terminal.h"
#include <quire/client.h>
#include <quire/console.h>
#include <quire/list.h>
#include <quire/print.h>
#include <quire/segment.h>
#include <quire/slot.h>

#define ROUNDS 256
#define ROUNDS_MAX 1000000
#define SEGMENT_FRAMES 64

static handle frame;  /* shared, the shell's */
static handle unique; /* likewise, for what needs a unique one */
static handle list;

static inline uint64_t time_stamp(void)
{
    uint32_t low;
    uint32_t high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (uint64_t)high << 32;
}

static enum error bench_nothing(void)
{
    return frame_server_nothing();
}

static enum error bench_inspect(void)
{
    struct handle_facts facts;

    return system_call_inspect(frame, &facts);
}

static enum error bench_yield(void)
{
    system_call_yield();
    return ERROR_NONE;
}

static enum error bench_allocate(void)
{
    handle made;
    enum error error = frame_allocate(&made);

    return error != ERROR_NONE ? error : frame_drop(made);
}

static enum error bench_clone(void)
{
    handle copy;
    enum error error = frame_clone(frame, RIGHT_READ | RIGHT_MAP, &copy);

    return error != ERROR_NONE ? error : frame_drop(copy);
}

static enum error bench_info(void)
{
    struct frame_facts facts;

    return frame_info(frame, &facts);
}

static enum error bench_map(void)
{
    void *place;
    enum error error = frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &place);

    return error != ERROR_NONE ? error : frame_unmap(frame);
}

static enum error bench_unique(void)
{
    enum error error = frame_unique(frame);

    return error != ERROR_NONE ? error : frame_share(frame);
}

static enum error bench_metadata(void)
{
    static const uint64_t words[MESSAGE_WORDS] = {1, 2, 3};

    return frame_set_metadata(unique, words);
}

static enum error bench_repurpose(void)
{
    enum error error = frame_repurpose(frame, KIND_RECORD);

    return error != ERROR_NONE ? error : frame_repurpose(frame, KIND_UNTYPED);
}

static enum error bench_list(void)
{
    enum error error = list_push_back(list, unique);

    return error != ERROR_NONE ? error : list_pop_front(list, &unique);
}

static enum error bench_segment(void)
{
    struct segment segment;
    enum error error = segment_allocate(SEGMENT_FRAMES, 0, &segment);

    return error != ERROR_NONE ? error : segment_drop(&segment, NULL);
}

static enum error bench_statistics(void)
{
    struct machine_statistics statistics;

    return machine_statistics(&statistics);
}

static enum error bench_console(void)
{
    return console_flush();
}

static const struct {
    const char *name;
    enum error (*once)(void);
} operations[] = {
    {"inspect: a system call", bench_inspect},
    {"yield", bench_yield},
    {"nothing: a call to the frame server and back", bench_nothing},
    {"flush: a call to the console and back", bench_console},
    {"alloc, drop", bench_allocate},
    {"clone, drop", bench_clone},
    {"facts of a frame", bench_info},
    {"map, unmap", bench_map},
    {"unique, share", bench_unique},
    {"write metadata", bench_metadata},
    {"kind record, kind untyped", bench_repurpose},
    {"list push, list pop", bench_list},
    {"segment alloc 64, drop", bench_segment},
    {"statistics", bench_statistics},
};

/* One warms up. The cost of reading the counter is in it: little, beside any of these. */
static outcome measure(uint32_t number, uint64_t rounds)
{
    enum error error = operations[number].once();
    uint64_t start = time_stamp();

    for (uint64_t k = 0; k < rounds && error == ERROR_NONE; k++) {
        error = operations[number].once();
    }
    uint64_t ticks = time_stamp() - start;
    if (error == ERROR_NONE) {
        print("%12lu  %s\n", ticks / rounds, operations[number].name);
    }
    return error != ERROR_NONE ? (outcome)error : terminal_interrupted() ? (outcome)SHELL_ERROR_CUT_OFF : ERROR_NONE;
}

static outcome prepare(void)
{
    enum error error = frame_allocate(&frame);

    if (error == ERROR_NONE) {
        error = frame_allocate_unique(&unique);
    }
    return error != ERROR_NONE ? error : list_create(&list);
}

static outcome give_back(handle *value)
{
    enum error error = *value != 0 ? frame_drop(*value) : ERROR_NONE;

    *value = 0;
    return error;
}

must_use outcome command_bench(const struct words *words)
{
    uint64_t rounds = ROUNDS;
    outcome error = words->count > 0 ? word_number(words->word[0], ROUNDS_MAX, &rounds) : ERROR_NONE;

    if (error == ERROR_NONE && rounds == 0) {
        error = SHELL_ERROR_BAD_NUMBER;
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = prepare();
    if (error == ERROR_NONE) {
        print("ticks of the time stamp counter, on average of %lu times. What a tick is depends on the machine:\n"
              "cycles on a processor, in an emulator time of the host or instructions.\n",
              rounds);
    }
    for (uint32_t k = 0; k < sizeof(operations) / sizeof(operations[0]) && error == ERROR_NONE; k++) {
        error = measure(k, rounds);
    }
    handle *const all[] = {&frame, &unique, &list};
    for (uint32_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        outcome dropped = give_back(all[k]);
        error = error != ERROR_NONE ? error : dropped;
    }
    return error;
}
