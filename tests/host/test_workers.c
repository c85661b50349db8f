/* Several workers, each in the midst of a call of its own, on the same frames, lists and accounts: at every store and atomic
 * access it is drawn who goes on. At a point that is drawn, too, the server is killed, with all of them; recovery may be
 * killed in its turn; then the kernel delivers the calls again that were in service, and they go on side by side as before.
 * When all are answered, all memory has to fit together, and to agree with the handles that exist. */
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/quick.h"
#include "tests/host/recover_world.h"
#include "tests/host/run_tests.h"
#include "tests/host/stop_calls.h"
#include "tests/host/stop_point.h"
#include "tests/host/stop_state.h"
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#define WORKERS 3
#define STACK 262144
#define NEVER UINT64_MAX
#define KILLS_MAX 3 /* in one round */

static struct world *world;
static struct random random_state;

/* A worker and its call; or, beyond the workers, the one that recovers. */
static struct fiber {
    ucontext_t context;
    char *stack;
    struct worker *worker;
    struct stop_call call;
    struct message message;
    bool in_service;
    bool runs;
} fibers[WORKERS + 1];

#define RECOVERY (&fibers[WORKERS])

static ucontext_t outside;
static struct fiber *current;
static uint64_t kill_after; /* points from here on */
static bool killed;
static bool told;

static struct tried {
    uint64_t rounds, calls, refused, kills, in_recovery, together;
} tried;

static uint64_t below(uint64_t bound)
{
    return random_below(&random_state, bound);
}

static void go_to(struct fiber *next)
{
    struct fiber *last = current;

    if (next == last)
        return;
    current = next;
    stop_kernel_by(next->worker);
    swapcontext(last != NULL ? &last->context : &outside, &next->context);
}

/* One that runs, drawn; NULL: none. */
static struct fiber *draw_fiber(void)
{
    uint64_t first = below(WORKERS);

    for (uint64_t k = 0; k < WORKERS; k++) {
        struct fiber *fiber = &fibers[(first + k) % WORKERS];
        if (fiber->runs)
            return fiber;
    }
    return NULL;
}

static void leave_all(void)
{
    struct fiber *last = current;

    current = NULL;
    stop_after = 0;
    swapcontext(&last->context, &outside);
}

/* At every point. */
static void meanwhile(void)
{
    if (kill_after != NEVER && kill_after-- == 0) {
        killed = true;
        leave_all();
        return; /* never */
    }
    stop_after = 1;
    if (current != RECOVERY && below(4) == 0)
        go_to(draw_fiber());
    stop_after = 1;
}

/* As the kernel does between two points. */
static enum error in_the_kernel(enum error (*step)(const struct stop_call *, const struct message *),
                                const struct message *reply)
{
    uint64_t left = stop_after;

    stop_after = 0;
    enum error error = step(&current->call, reply);
    stop_after = left;
    return error;
}

static void say(const char *what, const struct fiber *fiber)
{
    const struct stop_call *call = &fiber->call;

    fprintf(stderr, "# worker %u, %s: %s, mode %u, count %u, account %u, frame %lu, words %lx %lx %lx\n",
            fiber->worker->number, what, stop_operation_name(call->operation), call->mode, call->count, call->account,
            call->mode != MODE_NONE && call->count > 0 ? stop_ledger.handles[call->handles[0]].frame : 0,
            call->words[0], call->words[1], call->words[2]);
}

static void serve(struct fiber *fiber)
{
    struct worker *worker = fiber->worker;
    struct message *message = &fiber->message;

    if (!quick_serve(worker, message))
        dispatch(worker, message);
    for (;;) {
        stop_point(); /* the reply is not taken yet */
        struct message reply = *message;
        enum error error = in_the_kernel(stop_reply, &reply);
        if (error == ERROR_NONE)
            break;
        message->rax = error;
        dispatch_refused(worker, message);
    }
    fiber->in_service = false;
    tried.refused += message->rsi != ERROR_NONE;
    if (told)
        say(error_name(message->rsi), fiber);
}

/* Whether a call has to do with handles that another one in service has to do with: a task makes one call at a time. */
static bool shares_handles(const struct fiber *fiber)
{
    bool taken[STOP_HANDLES] = {false};

    for (uint32_t k = 0; k < WORKERS; k++) {
        const struct stop_call *call = &fibers[k].call;
        if (&fibers[k] == fiber || !fibers[k].in_service)
            continue;
        for (uint32_t n = 0; call->mode != MODE_NONE && n < call->count; n++)
            taken[call->handles[n]] = true;
        if (call->other != STOP_NO_HANDLE)
            taken[call->other] = true;
    }
    for (uint32_t n = 0; fiber->call.mode != MODE_NONE && n < fiber->call.count; n++)
        if (fiber->call.handles[n] < STOP_HANDLES && taken[fiber->call.handles[n]])
            return true;
    return fiber->call.other != STOP_NO_HANDLE && taken[fiber->call.other];
}

/* A handle, drawn, of an account to a frame. */
static uint32_t handle_to(uint64_t frame, uint32_t account)
{
    uint32_t first = (uint32_t)below(STOP_HANDLES);

    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        uint32_t index = (first + k) % STOP_HANDLES;
        const struct stop_handle *entry = &stop_ledger.handles[index];
        if (entry->account == account && entry->frame == frame && !entry->leaving)
            return index;
    }
    return STOP_NO_HANDLE;
}

/* The address of a frame in a list. */
static uint64_t listed_address(void)
{
    uint64_t first = below(world->window.frame_count);

    for (uint64_t k = 0; k < world->window.frame_count; k++) {
        uint64_t frame = (first + k) % world->window.frame_count;
        if (stop_ledger.moved_by[frame] != 0)
            return frame * FRAME_SIZE;
    }
    return 0;
}

/* What calls are about for a while: bit for each operation. */
#define B(name) (UINT64_C(1) << MESSAGE_##name)
static const uint64_t themes[] = {
    UINT64_MAX,
    UINT64_MAX,
    B(ALLOC) | B(REPURPOSE) | B(UNIQUE) | B(LIST_PUSH) | B(LIST_TAKE) | B(LOOKUP) | B(DROP),
    B(ALLOC) | B(CLONE) | B(REVOKE) | B(DROP),
    B(ALLOC) | B(ACCOUNT_OPEN) | B(ACCOUNT_CLOSE) | B(DROP),
};
#undef B
#define THEMES (sizeof(themes) / sizeof(themes[0]))
static uint32_t theme;
static uint64_t hot;     /* the frame that calls are often about */
static uint32_t further; /* calls that may come in this round */

/* Draws a call, which is often about a frame that others are at. */
static void draw_call(struct stop_call *call, uint64_t frame)
{
    do {
        stop_draw(&random_state, world, call);
    } while (!(themes[theme] >> call->operation & 1));
    uint32_t index = handle_to(frame, call->account);
    if (index != STOP_NO_HANDLE && call->mode != MODE_NONE && call->count == 1 && below(2) == 0 &&
        !(call->mode == MODE_DROP && stop_ledger.kinds[frame] == KIND_ENDPOINT))
        call->handles[0] = index;
    if (call->operation == MESSAGE_LOOKUP && call->mode == MODE_NONE && below(2) == 0)
        call->words[0] = below(2) == 0 ? listed_address() : frame * FRAME_SIZE;
}

/* The kernel delivers a call, if no other is about the same handles. */
static bool deliver(struct fiber *fiber, const struct stop_call *call)
{
    fiber->call = *call;
    stop_kernel_by(fiber->worker);
    if (shares_handles(fiber) || !stop_deliver(&fiber->call, &fiber->message))
        return false;
    fiber->in_service = true;
    tried.calls += 1;
    if (told)
        say("begins", fiber);
    return true;
}

/* A worker that has replied may get another call while others are still at theirs. */
static bool goes_on(struct fiber *fiber)
{
    uint64_t left = stop_after;
    struct stop_call call;

    if (further == 0)
        return false;
    further -= 1;
    stop_after = 0;
    draw_call(&call, hot);
    bool delivered = deliver(fiber, &call);
    stop_after = left;
    return delivered;
}

static void run_fiber(void)
{
    struct fiber *fiber = current;

    if (fiber == RECOVERY)
        world_recover(world, &stop_kernel, RESTART_PLANNED);
    else
        do {
            serve(fiber);
        } while (goes_on(fiber));
    fiber->runs = false;
    struct fiber *next = fiber == RECOVERY ? NULL : draw_fiber();
    if (next == NULL)
        leave_all();
    go_to(next);
}

static void prepare(struct fiber *fiber)
{
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = STACK;
    fiber->context.uc_link = NULL;
    makecontext(&fiber->context, run_fiber, 0);
    fiber->runs = true;
}

/* Has those that were prepared run, to their end or until the server is killed. */
static bool run_all(struct fiber *first, uint64_t points)
{
    kill_after = points;
    killed = false;
    stop_meanwhile = meanwhile;
    stop_after = 1;
    go_to(first);
    stop_after = 0;
    stop_meanwhile = NULL;
    for (uint32_t k = 0; k <= WORKERS; k++)
        fibers[k].runs = false;
    return !killed;
}

static bool begin(struct fiber *fiber, const struct stop_call *call)
{
    if (!deliver(fiber, call))
        return false;
    prepare(fiber);
    return true;
}

/* A new server: what a worker was at is in no register any more. */
static void forget(struct fiber *fiber)
{
    fiber->worker->pending = (struct pending){0};
    fiber->worker->failed = 0;
}

static void restart(void)
{
    uint64_t points = below(3) == 0 ? below(60) : NEVER;

    do {
        for (uint32_t k = 0; k < WORKERS; k++) {
            stop_kernel_by(fibers[k].worker);
            if (fibers[k].in_service)
                stop_name(&fibers[k].call);
            forget(&fibers[k]);
        }
        tried.kills += 1;
        tried.in_recovery += points != NEVER;
        prepare(RECOVERY);
        points = run_all(RECOVERY, points) ? points : below(2) == 0 ? below(200) : NEVER;
    } while (killed);
}

/* The calls that were in service come again; those that lent what is gone are answered by the kernel. */
static uint32_t deliver_again(void)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < WORKERS; k++) {
        struct fiber *fiber = &fibers[k];
        if (!fiber->in_service)
            continue;
        stop_kernel_by(fiber->worker);
        if (!stop_is_lent(&fiber->call)) {
            stop_answer(&fiber->call);
            fiber->in_service = false;
            continue;
        }
        if (told)
            say("again", fiber);
        stop_deliver_again(&fiber->call, RECEIVED_INTERRUPTED, &fiber->message);
        prepare(fiber);
        count += 1;
    }
    return count;
}

/* Serves all calls that were begun, with so many kills in between. */
static void finish(uint32_t kills)
{
    uint32_t at_once = 0;

    for (uint32_t k = 0; k < WORKERS; k++)
        at_once += fibers[k].in_service;
    tried.together += at_once > 1;
    while (draw_fiber() != NULL) {
        uint64_t points = kills > 0 && below(8) != 0 ? below(40 * at_once) : NEVER;
        if (run_all(draw_fiber(), points))
            break;
        kills -= 1;
        if (told)
            fprintf(stderr, "# killed\n");
        restart();
        if (deliver_again() == 0)
            break;
    }
    stop_check(world);
}

static uint32_t handles_in_use(void)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < STOP_HANDLES; k++)
        count += stop_ledger.handles[k].account != 0;
    return count;
}

static void a_round(uint32_t kills)
{
    uint32_t workers = 1 + (uint32_t)below(WORKERS);
    struct stop_call call;

    tried.rounds += 1;
    further = (uint32_t)below(4);
    hot = stop_ledger.handles[below(1 + handles_in_use())].frame;
    if (below(60) == 0)
        theme = (uint32_t)below(THEMES);
    for (uint32_t k = 0; k < workers; k++) {
        draw_call(&call, hot);
        (void)!begin(&fibers[k], &call);
    }
    finish(kills);
}

/* Drops one of so many handles. */
static void drop_some(uint64_t of)
{
    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        const struct stop_handle *entry = &stop_ledger.handles[k];
        struct stop_call call = stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, k);
        if (entry->account != 0 && stop_ledger.kinds[entry->frame] != KIND_ENDPOINT && below(of) == 0 &&
            begin(&fibers[0], &call))
            finish(0);
    }
}

static void create(void)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 90}, {REGION_RESERVED, 2}, {REGION_UNKNOWN, 36}, {REGION_FRAMEBUFFER, 8}, {REGION_KERNEL, 6},
        {REGION_USABLE, 60}, {REGION_MODULE, 2},   {REGION_METADATA, 4}, {REGION_USABLE, 48},     {REGION_UNKNOWN, 0}};

    random_state = random_start();
    stop_alone = false;
    told = getenv("QUIRE_STOP_SAY") != NULL;
    world = world_create(regions);
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        if (window_has_slot(&world->window, frame))
            (void)*(volatile uint64_t *)&world_slot(world, frame)->ref_count; /* backs the window */
    for (uint32_t k = 0; k <= WORKERS; k++) {
        fibers[k] = (struct fiber){.stack = malloc(STACK), .worker = &world->workers[k % WORKERS]};
        fibers[k].worker->kernel = &stop_kernel;
    }
    stop_kernel_start(world, fibers[0].worker);
    memset(fibers[0].worker->control, 0, sizeof(*fibers[0].worker->control));
}

static void destroy(void)
{
    for (uint32_t k = 0; k <= WORKERS; k++)
        free(fibers[k].stack);
    world_destroy(world);
}

START_TEST(calls_of_all_sorts)
{
    uint32_t few = 16; /* handles, so that calls meet; at times there are many */

    create();
    for (uint64_t k = 0; k < random_operations(60000); k++) {
        if (handles_in_use() > few)
            drop_some(2);
        if (below(500) == 0)
            few = below(3) == 0 ? STOP_HANDLES - (WORKERS + 1) * STOP_RUN : 8 + (uint32_t)below(24);
        a_round((uint32_t)below(KILLS_MAX + 1));
    }
    printf("# %lu rounds, %lu with several calls at once, %lu calls, %lu refused; %lu kills, %lu in recovery\n",
           tried.rounds, tried.together, tried.calls, tried.refused, tried.kills, tried.in_recovery);
    ck_assert_uint_gt(tried.together, tried.rounds / 4);
    ck_assert_uint_gt(tried.kills, tried.rounds / 4);
    destroy();
}
END_TEST

RUN_TESTS_WITHIN(120, "workers", calls_of_all_sorts)
