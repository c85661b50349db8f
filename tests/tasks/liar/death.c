#include "tests/tasks/liar/death.h"

#include "tests/tasks/liar/answers.h"

/* Kept over restarts: what is left of the order. */
static struct {
    uint64_t death; /* enum liar_death */
    uint64_t calls;
    uint64_t starts;
    uint64_t started; /* how often, in all */
} order __attribute__((section(".keep")));

static void die(void)
{
    switch (order.death) {
    case LIAR_FAULTS:
        __builtin_trap();
    case LIAR_HANGS:
        for (;;) {
            __asm__ volatile("pause");
        }
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

struct message death_ordered(const struct worker *worker, const struct message *call)
{
    uint64_t flags = rax_flags(call->rax);

    if ((flags & RECEIVED_INTERRUPTED) == 0) {
        order.death = call->words[0];
        order.calls = call->words[1];
        order.starts = 0;
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
