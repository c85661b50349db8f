#include "tests/tasks/liar/death.h"

#include "servers/frameserv/core/frames.h"
#include "tests/tasks/liar/answers.h"
#include <quire/task.h>

/* Kept over restarts: what is left of the order. */
static struct {
    uint64_t death; /* enum liar_death */
    uint64_t calls;
    uint64_t starts;
    uint64_t when;    /* enum liar_when; not LIAR_NOW: it is still to come, */
    uint64_t then;    /* with so many starts */
    uint64_t started; /* how often, in all */
} order __attribute__((section(".keep")));

static _Noreturn void be_refused(void)
{
    for (;;) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, LIAR_ACTIONS - 1, MODE_NONE, 0, 0),
                                  .rdi = frame_server()};
        system_call_reply_receive(&message);
    }
}

static void die(void)
{
    switch (order.death) {
    case LIAR_FAULTS:
        __builtin_trap();
    case LIAR_HANGS:
        for (;;) {
            __asm__ volatile("pause");
        }
    case LIAR_IS_REFUSED:
        be_refused();
    default:
        system_call_exit(0);
    }
}

void death_at_start(void)
{
    order.started++;
    if (order.starts > 0) {
        order.starts--;
        die();
    }
}

static bool is_handle_table(struct worker *worker, uint64_t frame)
{
    struct frame_state state;

    return frames_describe(worker, frame * FRAME_SIZE, &state) == ERROR_NONE &&
           kind_word_kind(state.kind_word) == KIND_HANDLE_TABLE;
}

void death_at_drop(struct worker *worker, const struct message *call)
{
    uint32_t n = rax_n(call->rax);
    bool reaped = badge_account(call->rdi) == 0; /* the kernel's own call, in a dead task's name */
    bool parts = reaped && n == 2 && is_handle_table(worker, worker->transfer[1]);

    if ((order.when == LIAR_AT_RUN && n > 1 && !reaped) || (order.when == LIAR_AT_PARTS && parts)) {
        order.when = LIAR_NOW;
        order.starts = order.then;
        die();
    }
}

struct message death_ordered(const struct worker *worker, const struct message *call)
{
    uint64_t flags = rax_flags(call->rax);

    if ((flags & RECEIVED_INTERRUPTED) == 0) {
        order.death = call->words[0];
        order.calls = call->words[1];
        order.starts = 0;
        order.when = call->words[3];
        order.then = call->words[2];
    }
    if (order.calls > 0) {
        order.calls--;
        order.starts = call->words[2];
        die();
    }
    struct message reply =
        answer_words((flags & RECEIVED_POISONED) != 0 ? ERROR_KILLS_SERVER : ERROR_NONE, order.started);
    reply.words[1] = worker->control->start;
    return reply;
}
