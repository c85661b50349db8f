/* `make bench`: what operations cost a client, in guest instructions, its own stubs included. Prints a line a row,
 * tab-separated: name, minimum, median, number of runs, and by what tests/bench/run is to divide the figures. First it
 * holds its clock against a loop of known length: tests/bench/run wants that to the digit, and who starts the suite from
 * the menu is told that this clock counts something else. With the word count=1 of the kernel's command line the other CPUs
 * work meanwhile, on memory of their own. */
#include "tests/bench/bench.h"
#include "tests/bench/bench/rows.h"
#include "tests/tasks/own.h"
#include "tests/workers/workers.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/task.h>

#define LOOP_TURNS 1000
#define LOOP_INSTRUCTIONS (2 * LOOP_TURNS + 1)
#define ROWS 15
#define RUN_FRAMES 512 /* the most that one message carries */

struct measurement row;
uint64_t overhead;
static uint32_t rows_done;
static bool all_good = true;

static void report_part(const char *name, bool good, uint32_t parts)
{
    if (good) {
        print("%s\t%lu\t%lu\t%u\t%u\n", name, row.minimum, row.median, MEASURE_RUNS, parts);
    }
    print("%s %u - %s\n", good ? "ok" : "not ok", ++rows_done, name);
    all_good = all_good && good;
}

static void report(const char *name, bool good)
{
    report_part(name, good, 1);
}

/* What a pair of readings costs with nothing between them, to be subtracted from everything else. */
static bool measure_overhead(void)
{
    bool good = MEASURE(&row, 0, (void)0);

    overhead = row.median;
    return good;
}

static bool loop_check(void)
{
    bool good = MEASURE(&row, overhead, {
        uint64_t turns;

        __asm__ volatile("mov %1, %0\n\t"
                         "1: dec %0\n\t"
                         "jnz 1b"
                         : "=&r"(turns)
                         : "i"(LOOP_TURNS)
                         : "cc");
    });

    if (good && (row.minimum != LOOP_INSTRUCTIONS || row.median != LOOP_INSTRUCTIONS)) {
        print("# this clock takes %lu to %lu for %u instructions: the figures are its time, not instructions\n",
              row.minimum, row.median, LOOP_INSTRUCTIONS);
    }
    return good;
}

static bool server_null(void)
{
    return MEASURE(&row, overhead, {
        if (frame_server_nothing() != ERROR_NONE) {
            break;
        }
    });
}

/* The caller's FPU registers hold something: the kernel may not get away with leaving them. The compiler has no use for
 * this register in the rows; if it had, they would fail. */
static void fpu_fill(void)
{
    __asm__ volatile("pcmpeqd %%xmm7, %%xmm7" : : : "xmm7");
}

static bool fpu_is_filled(void)
{
    uint32_t bytes;

    __asm__ volatile("pmovmskb %%xmm7, %0" : "=r"(bytes));
    return bytes == 0xffff;
}

static bool call_reply_0(handle peer)
{
    fpu_fill();
    bool good = MEASURE(&row, overhead, {
        struct reply reply = call_0(peer, BENCH_NOTHING);

        if (reply.status != ERROR_NONE || reply.label != 0) {
            break;
        }
    });
    return fpu_is_filled() && good;
}

static bool call_reply_5(handle peer)
{
    fpu_fill();
    bool good = MEASURE(&row, overhead, {
        struct reply reply = call_5(peer, BENCH_NOTHING, turn, 2, 3, 4, 5);

        if (reply.status != ERROR_NONE || reply.words[0] != turn || reply.words[4] != 5) {
            break;
        }
    });
    return fpu_is_filled() && good;
}

static bool alloc_drop(void)
{
    handle frame;

    return MEASURE(&row, overhead, {
        if (frame_allocate(&frame) != ERROR_NONE || frame_drop(frame) != ERROR_NONE) {
            break;
        }
    });
}

/* 512 frames by one message, and back by one. */
static bool alloc_drop_512(void)
{
    handle first;
    uint64_t unused = 0;

    return MEASURE(&row, overhead, {
        if (frame_allocate_run(RUN_FRAMES, &first) != ERROR_NONE ||
            frame_drop_run(first, RUN_FRAMES, &unused) != ERROR_NONE || unused != RUN_FRAMES) {
            break;
        }
    });
}

static bool clone_drop(void)
{
    handle frame;
    handle copy;

    if (frame_allocate(&frame) != ERROR_NONE) {
        return false;
    }
    bool good = MEASURE(&row, overhead, {
        if (frame_clone(frame, RIGHTS_FRAME, &copy) != ERROR_NONE || frame_drop(copy) != ERROR_NONE) {
            break;
        }
    });
    return frame_drop(frame) == ERROR_NONE && good;
}

/* The page table is there since the warm-up. */
static bool alloc_map_touch_drop(void)
{
    handle frame;
    void *page;

    return MEASURE(&row, overhead, {
        if (frame_allocate(&frame) != ERROR_NONE ||
            frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &page) != ERROR_NONE) {
            break;
        }
        *(volatile uint64_t *)page = turn;
        if (frame_drop(frame) != ERROR_NONE) {
            break;
        }
    });
}

/* Clone, move to the other task, map there, touch there, drop there. */
static bool share_page(handle peer)
{
    const uint32_t rights = RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE;
    handle frame;
    struct endpoint_message message;

    if (frame_allocate(&frame) != ERROR_NONE) {
        return false;
    }
    bool good = MEASURE(&row, overhead, {
        message = (struct endpoint_message){.label = BENCH_SHARE, .count = 1};
        if (frame_clone(frame, rights, &message.first) != ERROR_NONE ||
            endpoint_call(peer, &message, 0) != ERROR_NONE || message.label != ERROR_NONE) {
            break;
        }
    });
    return frame_drop(frame) == ERROR_NONE && good;
}

/* The other CPUs allocate, map, write and drop until the machine ends. */
static bool busy_others(void)
{
    static struct workers workers;

    return start_option_number(start_page()->command_line, "count", 0) == 0 || start_page()->cpu_count == 1 ||
           (workers_start(&workers, 1) == ERROR_NONE &&
            workers_order(&workers, WORK_TOUCH, 0, 1, workers.count) == ERROR_NONE);
}

int main(void)
{
    handle peer = start_handle("bench_peer");

    if (own_entries_reach(REVOKE_MOST + 128) != ERROR_NONE) {
        print("Bail out! no room for handles\n");
        return 1;
    }
    if (!busy_others()) {
        print("Bail out! the other CPUs can not work\n");
        return 1;
    }
    print("1..%u\n", ROWS);
    print("# name, minimum, median, number of runs, by what to divide\n");
    all_good = measure_overhead();
    report("loop_check", loop_check());
    report("server_null", server_null());
    report("ipc_call_reply_0", call_reply_0(peer));
    report("ipc_call_reply_5", call_reply_5(peer));
    report("alloc_drop", alloc_drop());
    report("clone_drop", clone_drop());
    report("alloc_map_touch_drop", alloc_map_touch_drop());
    report("share_page", share_page(peer));
    report("ipc_call_reply_0_nofpu", call_reply_0(start_handle("bench_peer_nofpu")));
    report_part("alloc_drop_512_per_frame", alloc_drop_512(), RUN_FRAMES);
    report("notify_receive", notify_receive());
    report("task_start_end", task_start_end());
    report("revoke_1", revoke(1));
    report("revoke_10", revoke(10));
    report("revoke_1000", revoke(REVOKE_MOST));
    return !all_good;
}
