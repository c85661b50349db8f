#include "tests/workers/workers.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <string.h>

TASK_FILE(bench_worker);

#define LINE 32
#define WORKER_FRAMES 64 /* that a worker may have */
#define WORKER_TABLES 2
#define END_BIT (UINT64_C(1) << 63) /* of their ends; bit `number`: an order is done */

static enum error peer_start(struct workers *workers, uint32_t number, handle *desk)
{
    struct task_gift here = {"here", 0};
    struct task_plan plan = {.file = bench_worker_file,
                             .size = bench_worker_file_size,
                             .name = "peer",
                             .gifts = &here,
                             .gift_count = 1,
                             .cpu = 1 + number};
    enum error error = endpoint_make(desk);

    if (error == ERROR_NONE) {
        error = frame_clone(*desk, RIGHT_RECEIVE | RIGHT_MOVE, &here.value);
    }
    if (error == ERROR_NONE) {
        error = system_call_narrow(*desk, RIGHT_CALL | RIGHT_MOVE);
    }
    return error != ERROR_NONE ? error : task_run(&plan, &workers->peers[number]);
}

static enum error worker_start(struct workers *workers, uint32_t number)
{
    struct task_gift gifts[] = {{"desk", 0}, {"page", 0}, {"bell", 0}, {"orders", 0}};
    char line[LINE];
    struct task_plan plan = {.file = bench_worker_file,
                             .size = bench_worker_file_size,
                             .name = "worker",
                             .arguments = line,
                             .gifts = gifts,
                             .gift_count = sizeof(gifts) / sizeof(gifts[0]),
                             .cpu = 1 + number};
    const struct account_limits limits = {.frames = WORKER_FRAMES, .tables = WORKER_TABLES};
    enum error error = peer_start(workers, number, &gifts[0].value);

    if (error == ERROR_NONE) { /* or they would all wait for the lock of one */
        error = account_open(&limits, 0, &workers->accounts[number], &plan.server);
        plan.account = workers->accounts[number];
    }
    format_line(line, sizeof(line), "number=%u", number);
    if (error == ERROR_NONE) {
        error = frame_clone(workers->page_frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE, &gifts[1].value);
    }
    if (error == ERROR_NONE) {
        error = endpoint_clone(workers->bells, RIGHT_NOTIFY | RIGHT_MOVE, UINT64_C(1) << number, &gifts[2].value);
    }
    if (error == ERROR_NONE) {
        error = endpoint_make(&workers->orders[number]);
    }
    if (error == ERROR_NONE) {
        error = system_call_badge(workers->orders[number], 1);
    }
    if (error == ERROR_NONE) {
        error = frame_clone(workers->orders[number], RIGHT_RECEIVE | RIGHT_MOVE, &gifts[3].value);
    }
    if (error == ERROR_NONE) {
        error = endpoint_clone(workers->bells, RIGHT_NOTIFY | RIGHT_MOVE, END_BIT, &plan.end);
    }
    return error != ERROR_NONE ? error : task_run(&plan, &workers->tasks[number]);
}

must_use enum error workers_start(struct workers *workers, uint32_t first)
{
    void *mapped = NULL;

    memset(workers, 0, sizeof(*workers));
    workers->first = first;
    workers->count = start_page()->cpu_count;
    enum error error = frame_allocate(&workers->page_frame);
    if (error == ERROR_NONE) {
        error = frame_map_anywhere(workers->page_frame, RIGHT_READ | RIGHT_WRITE, &mapped);
        workers->page = mapped;
    }
    if (error == ERROR_NONE) {
        error = endpoint_make(&workers->bells);
    }
    for (uint32_t k = first; k < workers->count && error == ERROR_NONE; k++) {
        error = worker_start(workers, k);
    }
    return error;
}

/* Until all have done the order, or one has ended. */
static enum error wait_for(const struct workers *workers, uint64_t order)
{
    for (uint32_t k = workers->first; k < workers->count;) {
        struct endpoint_message message;

        if (atomic_load_acquire(&workers->page->done[k].order) == order) {
            k++;
            continue;
        }
        enum error error = endpoint_receive(workers->bells, &message, 0);
        if (error != ERROR_NONE) {
            return error;
        }
        if ((message.notification & END_BIT) != 0) {
            return workers->page->done[k].error != 0 ? (enum error)workers->page->done[k].error : ERROR_ENDED;
        }
    }
    return ERROR_NONE;
}

must_use enum error workers_order(struct workers *workers, enum work work, uint64_t turns, uint32_t first, uint32_t end)
{
    struct work_page *page = workers->page;
    uint64_t order = atomic_load_relaxed(&page->order) + 1;

    page->work = work;
    page->turns = turns;
    page->first = first;
    page->workers = end;
    atomic_store_release(&page->order, order);
    for (uint32_t k = workers->count;
         k-- > workers->first;) { /* this CPU's last: it may not come back to this task soon */
        enum error error = system_call_notify(workers->orders[k]);
        if (error != ERROR_NONE) {
            return error;
        }
    }
    return turns == 0 ? ERROR_NONE : wait_for(workers, order);
}

must_use enum error workers_end(struct workers *workers)
{
    enum error error = ERROR_NONE;

    for (uint32_t k = workers->first; k < workers->count && error == ERROR_NONE; k++) {
        error = task_end(workers->tasks[k], workers->bells);
        if (error == ERROR_NONE) {
            error = account_close(workers->accounts[k], NULL);
        }
        if (error == ERROR_NONE) {
            error = frame_drop(workers->orders[k]);
        }
        if (error == ERROR_NONE) {
            error = frame_drop(workers->peers[k]);
        }
    }
    if (error == ERROR_NONE) {
        error = frame_drop(workers->bells);
    }
    return error != ERROR_NONE ? error : frame_drop(workers->page_frame);
}
