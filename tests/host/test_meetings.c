/* A call stopped at each of its points, and calls of another worker in the midst of it: what the protocol's model found that one
 * worker can't run into (tests/model/protocol/mistakes.def). */
#include "tests/host/workers.h"

#define PAUSED_MAX 3000 /* points after which a call waits for a lock of another one that does not go on */
#define LAST_MAX 120    /* points of a last call; if it has come no further, it waits, too */

/* Has a worker serve up to its n-th point. Whether it has come to the end of its call. */
static bool run_to(struct fiber *fiber, uint64_t points)
{
    current = NULL;
    kill_after = points;
    killed = false;
    stop_meanwhile = meanwhile;
    stop_after = 1;
    for (uint32_t k = 0; k < WORKERS; k++)
        fibers[k].runs = &fibers[k] == fiber;
    go_to(fiber);
    stop_after = 0;
    stop_meanwhile = NULL;
    fiber->runs = false;
    return !killed;
}

static bool serve_whole(struct fiber *fiber, const struct stop_call *call)
{
    return begin(fiber, call) && run_to(fiber, PAUSED_MAX);
}

/* Where the next handle will be. */
static uint32_t empty_entry(void)
{
    uint32_t index = 0;

    while (stop_ledger.handles[index].account != 0)
        index += 1;
    return index;
}

/* Buys a frame; returns the index of its handle. */
static uint32_t buy(uint64_t flags)
{
    struct stop_call call = stop_call_make(MESSAGE_ALLOC, MODE_NONE, ACTION_GRANT, STOP_NO_HANDLE);
    uint32_t index = empty_entry();

    call.words[0] = flags;
    ck_assert(serve_whole(&fibers[0], &call));
    ck_assert_uint_eq(stop_ledger.handles[index].account, 1);
    return index;
}

static struct stop_call clone_of(uint32_t handle)
{
    struct stop_call call = stop_call_make(MESSAGE_CLONE, MODE_BORROW, ACTION_CLONE, handle);

    call.words[0] = RIGHTS_FRAME;
    return call;
}

static uint32_t copy(uint32_t handle)
{
    struct stop_call call = clone_of(handle);
    uint32_t index = empty_entry();

    ck_assert(serve_whole(&fibers[0], &call));
    ck_assert_uint_eq(stop_ledger.handles[index].frame, stop_ledger.handles[handle].frame);
    return index;
}

static uint32_t make_list(void)
{
    uint32_t list = buy(0);
    struct stop_call call = stop_call_make(MESSAGE_REPURPOSE, MODE_BORROW, ACTION_CONVERT, list);

    call.words[0] = KIND_LIST;
    ck_assert(serve_whole(&fibers[0], &call));
    return list;
}

static struct stop_call push(uint32_t list, uint32_t frame)
{
    struct stop_call call = stop_call_make(MESSAGE_LIST_PUSH, MODE_ATTACH, ACTION_NONE, frame);

    call.other = list;
    call.words[0] = LIST_BACK;
    return call;
}

static struct stop_call take(uint32_t list)
{
    struct stop_call call = stop_call_make(MESSAGE_LIST_TAKE, MODE_BORROW, ACTION_HAND_BACK, list);

    call.words[0] = LIST_FRONT;
    return call;
}

static struct stop_call drop(uint32_t handle)
{
    return stop_call_make(MESSAGE_DROP, MODE_DROP, ACTION_NONE, handle);
}

static struct stop_call revoke(uint32_t handle)
{
    return stop_call_make(MESSAGE_REVOKE, MODE_BORROW, ACTION_REVOKE, handle);
}

static struct stop_call look_up(uint64_t frame)
{
    struct stop_call call = stop_call_make(MESSAGE_LOOKUP, MODE_NONE, ACTION_CLONE, STOP_NO_HANDLE);

    call.words[0] = frame * FRAME_SIZE;
    call.words[1] = RIGHTS_FRAME;
    return call;
}

/* Calls of one worker in the midst of the call of another. */
struct meeting {
    struct stop_call first;    /* worker 0's, stopped at each of its points */
    bool dies;                 /* there the server is killed, and has recovered before the others come */
    struct stop_call whole[2]; /* of worker 1, as a whole, one after the other; operation NOTHING: none */
    struct stop_call last;     /* of worker 1, stopped at each of its points, where the server is killed; likewise */
    bool ends;                 /* it is the end of one frame, which is told once, whatever comes in between */
};

/* The meeting at a point of the first call and one of the last. false: there is none of these, *end says of which. */
enum met { MET, PAST_FIRST, PAST_LAST };
static enum met meet(const struct meeting *meeting, uint64_t n, uint64_t m)
{
    uint64_t ended = tried.ended;

    ck_assert(begin(&fibers[0], &meeting->first));
    bool first_ended = run_to(&fibers[0], n);
    if (!first_ended && meeting->dies)
        restart();
    for (uint32_t k = 0; k < 2 && meeting->whole[k].operation != MESSAGE_NOTHING; k++)
        if (begin(&fibers[1], &meeting->whole[k]) && !run_to(&fibers[1], PAUSED_MAX))
            break; /* it waits for the first one */
    bool last_ended = true;
    if (meeting->last.operation != MESSAGE_NOTHING && !fibers[1].in_service && begin(&fibers[1], &meeting->last))
        last_ended = run_to(&fibers[1], m);
    if (!meeting->dies && !first_ended && meeting->last.operation == MESSAGE_NOTHING && !fibers[1].in_service)
        run_to(&fibers[0], NEVER); /* nobody is killed: it goes on where it was */
    if (fibers[0].in_service || fibers[1].in_service) {
        restart();
        restless = 4; /* or one would wait for the other's locks for ever */
        if (deliver_again() > 0)
            finish(0);
        restless = UINT64_MAX;
    }
    stop_check(world);
    if (meeting->ends)
        expect(tried.ended - ended == 1, "points %lu and %lu: drops answer that %lu frames are unused", n, m,
               tried.ended - ended);
    return first_ended ? PAST_FIRST : last_ended ? PAST_LAST : MET;
}

/* All of them, each from the same state. Returns how many. */
static uint64_t meet_everywhere(const struct meeting *meeting)
{
    static struct stop_state before;
    uint64_t meetings = 0;
    enum met met = MET;

    stop_save(&before, world);
    for (uint64_t n = 1; met != PAST_FIRST; n++) {
        uint64_t m = 1;
        do {
            met = meet(meeting, n, m++);
            meetings += 1;
            stop_restore(&before, world);
        } while (met == MET && m < LAST_MAX);
    }
    printf("# %lu meetings\n", meetings);
    return meetings;
}

START_TEST(another_owner_revokes_and_drops)
{
    create();
    uint32_t frame = buy(0);
    uint32_t second = copy(frame);
    (void)copy(frame);
    struct meeting meeting = {.first = revoke(frame), .whole = {revoke(second), drop(second)}};
    ck_assert_uint_gt(meet_everywhere(&meeting), 20);
    destroy();
}
END_TEST

START_TEST(taken_before_its_push_is_answered)
{
    create();
    uint32_t list = make_list();
    uint32_t frame = buy(ALLOC_UNIQUE);
    struct meeting meeting = {.first = push(list, frame), .last = take(copy(list))};
    ck_assert_uint_gt(meet_everywhere(&meeting), 200);
    destroy();
}
END_TEST

/* The same with the server killed in the midst of the first call, so that recovery finds what the others then change. */
START_TEST(revoked_after_recovery)
{
    create();
    uint32_t frame = buy(0);
    uint32_t second = copy(frame);
    (void)copy(frame);
    struct meeting meeting = {.first = revoke(frame), .dies = true, .whole = {revoke(second), drop(second)}};
    ck_assert_uint_gt(meet_everywhere(&meeting), 20);
    destroy();
}
END_TEST

/* The handle that is cloned is taken away in the midst of it, and then the frame's last one goes. */
START_TEST(cloned_while_it_is_revoked)
{
    create();
    uint32_t frame = buy(0);
    uint32_t second = copy(frame);
    struct meeting meeting = {.first = clone_of(frame), .whole = {revoke(second), drop(second)}};
    ck_assert_uint_ge(meet_everywhere(&meeting), 3);
    meeting.dies = true;
    ck_assert_uint_ge(meet_everywhere(&meeting), 3);
    destroy();
}
END_TEST

/* Both handles to a frame are dropped at once: a drop that was interrupted is neither done again nor forgotten. */
START_TEST(both_drop)
{
    create();
    uint32_t frame = buy(0);
    uint32_t second = copy(frame);
    struct meeting meeting = {.first = drop(frame), .last = drop(second), .ends = true};
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    meeting.dies = true;
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    destroy();
}
END_TEST

/* Who looks a frame up may count itself while the last handle is on its way out; another worker's intent names the frame. */
START_TEST(looked_up_while_it_is_dropped)
{
    create();
    uint32_t frame = buy(0);
    uint64_t number = stop_ledger.handles[frame].frame;
    struct meeting meeting = {.first = look_up(number), .last = drop(frame)};
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    meeting = (struct meeting){.first = drop(frame), .last = look_up(number)};
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    destroy();
}
END_TEST

/* A push that is refused, as others have the frame; they let it go before the handle comes back. */
START_TEST(pushed_while_others_drop)
{
    create();
    uint32_t list = make_list();
    uint32_t frame = buy(0);
    uint32_t second = copy(frame);
    struct meeting meeting = {.first = push(list, frame), .last = drop(second)};
    ck_assert_uint_gt(meet_everywhere(&meeting), 30);
    meeting.dies = true;
    ck_assert_uint_gt(meet_everywhere(&meeting), 30);
    destroy();
}
END_TEST

/* A list ends while a member is on its way out of it. */
START_TEST(taken_while_its_list_ends)
{
    create();
    uint32_t list = make_list();
    uint32_t second = copy(list);
    struct stop_call call = push(list, buy(ALLOC_UNIQUE));
    ck_assert(serve_whole(&fibers[0], &call));
    struct meeting meeting = {.first = take(second), .whole = {revoke(list)}, .last = drop(list)};
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    meeting.dies = true;
    ck_assert_uint_gt(meet_everywhere(&meeting), 50);
    destroy();
}
END_TEST

/* What recovery put back into its list is somebody else's by the time that the call comes again. */
START_TEST(taken_by_another_after_recovery)
{
    create();
    uint32_t list = make_list();
    uint32_t second = copy(list);
    struct stop_call call = push(list, buy(ALLOC_UNIQUE));
    ck_assert(serve_whole(&fibers[0], &call));
    struct meeting meeting = {.first = take(second), .dies = true, .last = take(list)};
    ck_assert_uint_gt(meet_everywhere(&meeting), 200);
    meeting.whole[0] = take(list);
    meeting.last = drop(empty_entry());
    meeting.last.account = 1; /* of what was taken: it is not put back a second time */
    ck_assert_uint_gt(meet_everywhere(&meeting), 200);
    destroy();
}
END_TEST

RUN_TESTS_WITHIN(120, "meetings", another_owner_revokes_and_drops, taken_before_its_push_is_answered,
                 revoked_after_recovery, cloned_while_it_is_revoked, both_drop, looked_up_while_it_is_dropped,
                 pushed_while_others_drop, taken_while_its_list_ends, taken_by_another_after_recovery)
