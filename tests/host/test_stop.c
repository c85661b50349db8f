/* Calls of every operation, drawn at random one after the other. Each is served whole first. Then it is served anew, from the
 * same state, as often as there are stores and atomic accesses on its way: each time the server is stopped at another one of
 * them, restarted and recovered, and the kernel delivers the call again. Answer and state have to be those of the call that
 * was served whole. Recovery is stopped as well: at one of its stores, or at each of them in turn; and so is the call that is
 * done anew. */
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/quick.h"
#include "servers/frameserv/core/recover.h"
#include "tests/host/recover_world.h"
#include "tests/host/run_tests.h"
#include "tests/host/stop_calls.h"
#include "tests/host/stop_point.h"
#include "tests/host/stop_state.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NEVER (UINT64_C(1) << 40)

static struct world *world;
static struct worker *worker;
static struct worker fresh; /* as at a start */
static struct random random_state;
static struct stop_call call;
static struct message message;

/* What was tried of an operation. */
static struct tried {
    uint64_t calls, refused, points, recovery_points, again, poisoned;
} tried[MESSAGES + 1];

static struct stop_state before;
static struct stop_state whole;
static struct stop_state halted;
static struct stop_state dead;

static uint64_t below(uint64_t bound)
{
    return random_below(&random_state, bound);
}

/* By the last serve() or restart() that came to its end. */
static uint64_t points_passed;

/* Serves what is in `message`, to its end or to the n-th point. false: it was stopped. */
static bool serve(uint64_t n)
{
    volatile bool ended = false;

    if (setjmp(stopped) != 0)
        return false;
    stop_after = n;
    if (!quick_serve(worker, &message))
        dispatch(worker, &message);
    while (!ended) {
        stop_point(); /* the reply is not taken yet */
        struct message reply = message;
        uint64_t left = stop_after;
        stop_after = 0;
        enum error error = stop_reply(&call, &reply);
        stop_after = left;
        ended = error == ERROR_NONE;
        if (ended)
            break;
        message.rax = error;
        dispatch_refused(worker, &message);
    }
    points_passed = n - stop_after;
    stop_after = 0;
    return true;
}

/* The server starts anew, and recovers, to its end or to the n-th point. */
static bool restart(uint64_t n)
{
    *worker = fresh;
    stop_name(&call);
    if (setjmp(stopped) != 0)
        return false;
    stop_after = n;
    world_recover(world, worker->kernel, RESTART_PLANNED);
    points_passed = n - stop_after;
    stop_after = 0;
    stop_recovered(&call);
    return true;
}

/* Free memory that lists owe is given back, so that it does not matter who found it. */
static void reap_all(void)
{
    while (lists_are_dying(worker))
        lists_reap(worker, LIST_TURN);
    worker->control->intent = 0;
    worker->control->intent_run = 0;
}

/* Whether the operation may give back more of what lists owe than it has to, for want of memory. */
static bool eases_shortage(uint32_t operation)
{
    return operation == MESSAGE_ALLOC || operation == MESSAGE_CLAIM || operation == MESSAGE_ADOPT ||
           operation == MESSAGE_REPURPOSE || operation == MESSAGE_ACCOUNT_OPEN || operation == MESSAGE_ACCOUNT_LIMIT;
}

static bool told; /* which points: for who has to find out where it fails */

static void say(const char *what, uint64_t n)
{
    fprintf(stderr, "# %s, point %lu: %s, mode %u, count %u, account %u, words %lx %lx %lx\n", what, n,
            stop_operation_name(call.operation), call.mode, call.count, call.account, call.words[0], call.words[1],
            call.words[2]);
}

/* The frame's address in a word, or the account's number, may be another that is as good. */
static void compare_answers(const struct message *expected)
{
    bool granted = rax_action(expected->rax) == ACTION_GRANT;
    bool minted = rax_action(expected->rax) == ACTION_MINT;

    expect(message.rsi == expected->rsi, "%s instead of %s", error_name(message.rsi), error_name(expected->rsi));
    expect_eq(message.rax, expected->rax);
    for (uint32_t k = granted || minted ? 1 : 0; k < MESSAGE_WORDS; k++)
        expect(message.words[k] == expected->words[k], "word %u is %lx instead of %lx", k, message.words[k],
               expected->words[k]);
    if (minted)
        expect_eq(message.words[0] % ACCOUNTS, expected->words[0] % ACCOUNTS);
    else
        expect_eq(message.r14, expected->r14);
    if (!granted)
        expect_eq(message.r13, expected->r13);
}

/* The call, stopped at a point, is done after all. `again`: it is stopped in the second attempt, too. */
static void finish(uint32_t flags, uint64_t again)
{
    stop_deliver_again(&call, flags, &message);
    if (serve(again))
        return;
    tried[call.operation].again += 1;
    if (!restart(0))
        ck_abort();
    stop_deliver_again(&call, flags, &message);
    ck_assert(serve(0));
}

static void check_finished(const struct message *answer, bool was_dying)
{
    if (eases_shortage(call.operation) && was_dying)
        reap_all();
    if (answer->rsi == ERROR_AGAIN && message.rsi != ERROR_AGAIN)
        return; /* who asks again gets it, too */
    compare_answers(answer);
    stop_compare(&whole, world, rax_action(answer->rax) == ACTION_GRANT && call.operation == MESSAGE_ALLOC);
    stop_check(world);
}

/* A call that fails the server twice is answered with an error, and nothing happened but that what it dropped is gone. Some
 * may have been done before, in part or as a whole. */
static void check_poisoned(const struct message *answer)
{
    static const uint32_t steps = 1 << MESSAGE_LIST_CLEAR | 1 << MESSAGE_REVOKE | 1 << MESSAGE_ACCOUNT_CLOSE |
                                  1 << MESSAGE_UNIQUE | 1 << MESSAGE_SHARE | 1 << MESSAGE_SET_METADATA |
                                  1 << MESSAGE_ADOPT;
    bool done = message.rsi != ERROR_KILLS_SERVER;

    tried[call.operation].poisoned += 1;
    expect(!done || (call.mode != MODE_DROP && message.rsi == answer->rsi), "%s", error_name(message.rsi));
    stop_check(world);
    if (whole.lists.dying != 0 || world->keep->lists.dying != 0)
        return; /* how much of them ended does not matter then */
    if (call.mode == MODE_DROP || done)
        stop_compare(&whole, world, false);
    if (done || call.mode == MODE_DROP || (steps >> call.operation & 1))
        return;
    (void)accounts_settle(worker); /* as it may have done, and any call may */
    stop_compare(&before, world, false);
}

/* The call from its delivery on, stopped at its n-th point; then recovery is, at one of its points, or at all of them in
 * turn. */
static uint64_t every = 16;

static void stop_at(uint64_t n, const struct message *delivered, const struct message *answer, bool was_dying)
{
    struct tried *count = &tried[call.operation];
    uint64_t again = below(4) == 0 ? 1 + below(n + 4) : 0;
    uint64_t points;

    stop_restore(&halted, world); /* as delivered */
    *worker = fresh;
    message = *delivered;
    ck_assert(!serve(n));
    count->points += 1;
    if (below(every) != 0) {
        if (below(2) == 0 && !restart(1 + below(40)))
            count->recovery_points += 1;
        ck_assert(restart(0));
        bool poisoned = below(8) == 0 && !was_dying;
        finish(RECEIVED_INTERRUPTED | (poisoned ? RECEIVED_POISONED : 0), again);
        if (poisoned)
            check_poisoned(answer);
        else
            check_finished(answer, was_dying);
        return;
    }
    stop_save(&dead, world);
    ck_assert(restart(NEVER));
    points = points_passed;
    every = points < 60 ? 16 : 4 * points; /* or recoveries of runs would take all the time */
    for (uint64_t m = 1; m <= points; m++) {
        stop_restore(&dead, world);
        ck_assert(!restart(m));
        ck_assert(restart(0));
        count->recovery_points += 1;
        finish(RECEIVED_INTERRUPTED, 0);
        check_finished(answer, was_dying);
    }
}

/* Serves the call as a whole. false: the kernel does not deliver it. */
static bool serve_whole(void)
{
    *worker = fresh;
    if (!stop_deliver(&call, &message))
        return false;
    ck_assert(serve(0));
    return true;
}

static void try_call(void)
{
    struct tried *count = &tried[call.operation];
    struct message delivered;
    struct message answer;
    bool was_dying = lists_are_dying(worker);

    stop_save(&halted, world);
    (void)accounts_settle(worker);
    stop_save(&before, world);
    stop_restore(&halted, world);
    if (!stop_deliver(&call, &message))
        return;
    delivered = message;
    stop_save(&halted, world);
    *worker = fresh;
    ck_assert(serve(NEVER));
    uint64_t points = points_passed;
    answer = message;
    count->calls += 1;
    count->refused += answer.rsi != ERROR_NONE;
    if (told)
        say(error_name(answer.rsi), points);
    stop_check(world);
    if (eases_shortage(call.operation) && was_dying)
        reap_all();
    stop_save(&whole, world);
    for (uint64_t n = 1; n <= points; n++) {
        if (told)
            say("stopped", n);
        stop_at(n, &delivered, &answer, was_dying);
    }
    if (below(2) == 0)
        stop_restore(&whole, world); /* or it goes on where the server was stopped last */
}

/* Another worker has free frames in its cache. */
static void fill_other_cache(void)
{
    struct worker *other = &world->workers[1];
    uint64_t frames[40];
    uint64_t count = 0;

    while (count < 1 + below(40) && frames_allocate(other, 2, &frames[count]) == ERROR_NONE)
        count += 1;
    while (count > 0)
        frames_drop(other, frames[--count]);
    memset(other->control, 0, sizeof(*other->control));
}

static void create(void)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 90}, {REGION_RESERVED, 2}, {REGION_UNKNOWN, 36}, {REGION_FRAMEBUFFER, 8}, {REGION_KERNEL, 6},
        {REGION_USABLE, 60}, {REGION_MODULE, 2},   {REGION_METADATA, 4}, {REGION_USABLE, 48},     {REGION_UNKNOWN, 0}};

    random_state = random_start();
    stop_alone = true;
    told = getenv("QUIRE_STOP_SAY") != NULL;
    world = world_create(regions);
    worker = &world->workers[0];
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        if (window_has_slot(&world->window, frame))
            (void)*(volatile uint64_t *)&world_slot(world, frame)->ref_count; /* backs the window */
    worker->kernel = &stop_kernel;
    fresh = *worker;
    stop_kernel_start(world, worker);
    reap_all();
}

static void table(double seconds)
{
    struct tried sum = {0};

    printf("# %-14s %8s %8s %9s %9s %9s %9s\n", "operation", "calls", "refused", "stops", "recovery", "twice",
           "poisoned");
    for (uint32_t k = 0; k < MESSAGES; k++) {
        const struct tried *of = &tried[k];
        printf("# %-14s %8lu %8lu %9lu %9lu %9lu %9lu\n", stop_operation_name(k), of->calls, of->refused, of->points,
               of->recovery_points, of->again, of->poisoned);
        sum.calls += of->calls;
        sum.refused += of->refused;
        sum.points += of->points;
        sum.recovery_points += of->recovery_points;
        sum.again += of->again;
        sum.poisoned += of->poisoned;
    }
    printf("# %-14s %8lu %8lu %9lu %9lu %9lu %9lu\n", "all", sum.calls, sum.refused, sum.points, sum.recovery_points,
           sum.again, sum.poisoned);
    printf("# %.0f cases a second\n", (double)(sum.points + sum.recovery_points) / seconds);
}

/* Buys a frame, and returns the index of its handle. */
static uint32_t buy(uint64_t flags)
{
    uint32_t index = 0;

    while (index < STOP_HANDLES && stop_ledger.handles[index].account != 0)
        index += 1;
    call = stop_call_make(MESSAGE_ALLOC, MODE_NONE, ACTION_GRANT, STOP_NO_HANDLE);
    call.words[0] = flags;
    return serve_whole() && message.rsi == ERROR_NONE ? index : STOP_NO_HANDLE;
}

/* The index of a handle to a new list of so many members, or fewer if there is no memory. */
static uint32_t make_list(uint32_t members)
{
    uint32_t list = buy(0);

    if (list == STOP_NO_HANDLE)
        return list;
    call = stop_call_make(MESSAGE_REPURPOSE, MODE_BORROW, ACTION_CONVERT, list);
    call.words[0] = KIND_LIST;
    ck_assert(serve_whole() && message.rsi == ERROR_NONE);
    for (uint32_t k = 0; k < members; k++) {
        uint32_t member = buy(ALLOC_UNIQUE);
        if (member == STOP_NO_HANDLE)
            break;
        call = stop_call_make(MESSAGE_LIST_PUSH, MODE_ATTACH, ACTION_NONE, member);
        call.other = list;
        call.words[0] = LIST_BACK;
        ck_assert(serve_whole() && message.rsi == ERROR_NONE);
    }
    return list;
}

/* Drops one of so many handles. */
static void drop_some(uint64_t of)
{
    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        const struct stop_handle *entry = &stop_ledger.handles[k];
        call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, k);
        if (entry->account != 0 && stop_ledger.kinds[entry->frame] != KIND_ENDPOINT && below(of) == 0)
            ck_assert(serve_whole());
    }
}

START_TEST(stopped_everywhere)
{
    clock_t start = clock();

    create();
    for (uint64_t k = 0; k < random_operations(3000); k++) {
        if (below(100) == 0)
            drop_some(2);
        if (below(32) == 0)
            (void)make_list((uint32_t)below(8));
        stop_draw(&random_state, world, &call);
        if (below(64) == 0)
            fill_other_cache();
        if (below(3) == 0)
            try_call();
        else
            (void)!serve_whole();
    }
    table((double)(clock() - start) / CLOCKS_PER_SEC);
    for (uint32_t k = 0; k < MESSAGES; k++)
        expect(k == MESSAGE_AUDIT || (tried[k].calls > tried[k].refused && tried[k].points > 0), "%s did not succeed",
               stop_operation_name(k));
    world_destroy(world);
}
END_TEST

/* Lists with more members than end in one call, and what other calls do while they are dying. */
START_TEST(long_lists)
{
    clock_t start = clock();

    create();
    uint32_t list = make_list(70);
    call = stop_call_make(MESSAGE_LIST_CLEAR, MODE_BORROW, ACTION_NONE, list);
    try_call();
    call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, list);
    try_call();
    list = make_list(70);
    call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, list);
    try_call();
    ck_assert(lists_are_dying(worker));
    list = make_list(0); /* a call pays for the rest */
    ck_assert(!lists_are_dying(worker));
    uint32_t other = make_list(120);
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t third = make_list(9);
        call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, list);
        call.handles[1] = other;
        call.handles[2] = third;
        call.count = 3;
        try_call();
        ck_assert(lists_are_dying(worker));
        call = stop_call_make(MESSAGE_STATISTICS, MODE_NONE, ACTION_NONE, STOP_NO_HANDLE);
        try_call();
        for (uint32_t n = 0; n < 10 && lists_are_dying(worker); n++) {
            stop_draw(&random_state, world, &call);
            try_call();
        }
        reap_all();
        drop_some(1);
        reap_all();
        list = make_list(k);
        other = make_list(120 + 10 * k);
    }
    table((double)(clock() - start) / CLOCKS_PER_SEC);
    world_destroy(world);
}
END_TEST

/* What one call leaves behind must not mislead the recovery of the next, for which nothing is cleared on the quick way. */
START_TEST(after_one_another)
{
    static const uint32_t last[] = {MESSAGE_DROP, MESSAGE_CLONE, MESSAGE_ALLOC};

    create();
    for (uint32_t k = 0; k < 9; k++) {
        uint32_t list = make_list(3);
        uint32_t taken = list + 1;
        while (stop_ledger.handles[taken].account != 0)
            taken += 1;
        if (k / 3 == 0)
            call = stop_call_make(MESSAGE_LIST_TAKE, MODE_BORROW, ACTION_HAND_BACK, list);
        else
            taken = buy(k / 3 == 1 ? 0 : ALLOC_UNIQUE);
        if (k / 3 == 1)
            call = stop_call_make(MESSAGE_REPURPOSE, MODE_BORROW, ACTION_CONVERT, taken);
        call.words[0] = k / 3 == 1 ? KIND_RECORD : LIST_FRONT;
        if (k / 3 < 2)
            ck_assert(serve_whole() && message.rsi == ERROR_NONE);
        if (k % 3 == 0)
            call = stop_call_make(last[0], MODE_DROP, ACTION_NONE, taken);
        else if (k % 3 == 1)
            call = stop_call_make(last[1], MODE_BORROW, ACTION_CLONE, taken);
        else
            call = stop_call_make(last[2], MODE_NONE, ACTION_GRANT, STOP_NO_HANDLE);
        call.words[0] = k % 3 == 1 ? RIGHTS_FRAME : 0;
        try_call();
        drop_some(1);
        reap_all();
    }
    world_destroy(world);
}
END_TEST

/* A call about so many handles from one on. */
static struct stop_call about_run(uint32_t operation, uint32_t mode, enum action want, uint32_t first, uint32_t count)
{
    struct stop_call run = stop_call_make(operation, mode, want, first);

    run.count = count;
    for (uint32_t k = 0; k < count; k++)
        run.handles[k] = first + k;
    return run;
}

/* From where the call was served whole. Returns word 0 of its answer. */
static uint64_t try_and_go_on(void)
{
    struct message answer = {0};

    stop_save(&dead, world);
    ck_assert(serve_whole() && message.rsi == ERROR_NONE);
    answer = message;
    stop_restore(&dead, world);
    try_call();
    stop_restore(&whole, world);
    return answer.words[0];
}

/* Frames that follow one another go back together: unless one of them has another handle. */
START_TEST(rows_of_frames)
{
    enum { ROW = 32 };

    create();
    drop_some(1);
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t first = 1; /* after the endpoint's */
        uint32_t cloned = k == 0 ? 0 : k == 1 ? ROW : 1;
        call = stop_call_make(MESSAGE_ALLOC, MODE_NONE, ACTION_GRANT, STOP_NO_HANDLE);
        call.words[0] = ALLOC_CONTIGUOUS | 5 * ALLOC_ALIGN_UNIT;
        call.count = ROW;
        try_and_go_on();
        if (cloned != 0) {
            call = about_run(MESSAGE_CLONE, MODE_BORROW, ACTION_CLONE, cloned == 1 ? first + 7 : first, cloned);
            call.words[0] = RIGHTS_FRAME;
            try_and_go_on();
        }
        call = about_run(MESSAGE_DROP, MODE_DROP, ACTION_NONE, first, ROW);
        ck_assert_uint_eq(try_and_go_on(), ROW - cloned);
    }
    world_destroy(world);
}
END_TEST

RUN_TESTS_WITHIN(120, "stop", stopped_everywhere, long_lists, after_one_another, rows_of_frames)
