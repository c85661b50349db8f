#include "kernel/object/endpoint.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/object/task_queue.h"
#include <quire/atomic.h>

static atomic_word *word_of(const struct endpoint *endpoint)
{
    return ledger_find(physical_address(endpoint) / FRAME_SIZE);
}

bool endpoint_attend(struct endpoint_line *line)
{
    RULE_HOLDS(LINE_ELSEWHERE, rules_line_is_own(line));
    const struct endpoint_queue *queue = endpoint_queue(endpoint_of_line(line), line);

    line->attention = queue->callers || atomic_load_relaxed(&queue->bits);
    return line->attention;
}

void endpoint_poke(struct endpoint_line *line, uint32_t cpu_number)
{
    if (!atomic_exchange_acquire_release(&line->mailed, 1))
        mail_send(cpu_number, &line->mail, MAIL_LOOK);
}

static __attribute__((noinline)) void poke_all(struct endpoint *endpoint, uint64_t others)
{
    for (uint32_t k = 0; others >> k; k++)
        if (others >> k & 1)
            endpoint_poke(&endpoint->lines[k], k);
}

/* This CPU's next receiver is to look at the queue, and so are those of other CPUs. */
static inline void call_attention(struct endpoint *endpoint, struct endpoint_line *line)
{
    uint64_t others = endpoint->split ? 0 : endpoint->receiver_cpus & ~(UINT64_C(1) << this_cpu->number);

    line->attention = 1;
    if (others)
        poke_all(endpoint, others);
}

/* Where the circle of a priority hangs, or would: callers hold a circle for each priority, the highest first. */
static struct task **circle_of(struct endpoint_queue *queue, uint32_t priority)
{
    struct task **place = &queue->callers;

    while (*place && (*place)->priority > priority)
        place = &(*place)->lower;
    return place;
}

static void append(struct endpoint_queue *queue, struct task *caller)
{
    struct task **place = circle_of(queue, caller->priority);

    if (*place && (*place)->priority == caller->priority) {
        circle_append(place, caller);
    } else {
        caller->lower = *place;
        *place = NULL;
        circle_append(place, caller);
    }
}

enum error endpoint_enqueue(struct endpoint_line *line, struct task *caller)
{
    struct endpoint *endpoint = endpoint_of_line(line);
    atomic_word *word = word_of(endpoint);
    struct handle_entry *entry;
    uint64_t value = ledger_lock(word);
    enum error error = endpoint->closed ? ERROR_NO_SERVER : ERROR_NONE;

    if (!error && !task_is_dying(caller))
        error = handle_find(caller, caller->registers.rdi, &entry);
    if (!error) {
        caller->state = TASK_CALLING;
        caller->calls = line;
        caller->queue = endpoint;
        append(endpoint_queue(endpoint, line), caller);
    }
    ledger_unlock(word, value);
    if (!error)
        call_attention(endpoint, line);
    return error;
}

bool endpoint_forget_locked(struct endpoint *endpoint, struct task *caller)
{
    RULE_HOLDS(RING_UNLOCKED, rules_locked(physical_address(endpoint) / FRAME_SIZE));
    if (caller->queue != endpoint)
        return false;
    struct task **place = circle_of(endpoint_queue(endpoint, caller->calls), caller->priority);
    if (!*place)
        return false; /* never: it is in that circle */
    struct task *lower = (*place)->lower;

    circle_remove(place, caller);
    if (*place)
        (*place)->lower = lower;
    else
        *place = lower;
    atomic_store_release_32(&caller->at, this_cpu->number);
    atomic_pointer_store_release(&caller->queue, NULL);
    return true;
}

bool endpoint_forget(struct task *caller)
{
    struct endpoint *endpoint = caller->queue;

    if (!endpoint)
        return false;
    atomic_word *word = word_of(endpoint);
    uint64_t value = ledger_lock(word);
    bool found = endpoint_forget_locked(endpoint, caller);
    ledger_unlock(word, value);
    return found;
}

struct task *endpoint_dequeue(struct endpoint_line *line)
{
    struct endpoint *endpoint = endpoint_of_line(line);
    atomic_word *word = word_of(endpoint);
    uint64_t value = ledger_lock(word);
    struct task *caller = endpoint_queue(endpoint, line)->callers;

    if (caller && !endpoint_forget_locked(endpoint, caller))
        caller = NULL;
    ledger_unlock(word, value);
    return caller;
}

static inline bool deliver_bits(struct endpoint_line *line, struct endpoint_queue *queue, struct task *receiver)
{
    uint64_t bits = atomic_exchange_acquire_release(&queue->bits, 0);

    if (!bits)
        return false;
    line->attention =
        queue->callers != NULL; /* who brings bits from now on, to another CPU's line, has this one looked at */
    registers_clear(&receiver->registers);
    receiver->registers.rax = (uint64_t)RECEIVED_NOTIFICATION << 32;
    receiver->registers.rsi = bits;
    return true;
}

bool endpoint_deliver_bits(struct endpoint_line *line, struct task *receiver)
{
    return deliver_bits(line, endpoint_queue(endpoint_of_line(line), line), receiver);
}

void endpoint_catch_up(struct endpoint_line *line)
{
    RULE_HOLDS(LINE_ELSEWHERE, rules_line_is_own(line));
    struct task *receiver = line->receiver;

    if (receiver && endpoint_deliver_bits(line, receiver)) {
        line->receiver = NULL;
        schedule_ready(receiver);
    }
}

void endpoint_notify(struct endpoint_line *line, uint64_t bits)
{
    struct endpoint *endpoint = endpoint_of_line(line);

    if (!bits)
        return;
    atomic_or_acquire_release(&endpoint_queue(endpoint, line)->bits, bits);
    if (line->receiver)
        endpoint_catch_up(line);
    else
        call_attention(endpoint, line);
}

void endpoint_receiver_comes(uint64_t frame, uint32_t cpu_number)
{
    struct endpoint *endpoint = endpoint_of(frame);
    struct endpoint_line *line = &endpoint->lines[cpu_number];

    endpoint->receivers++;
    if (line->receivers++)
        return;
    endpoint->receiver_cpus |= UINT64_C(1) << cpu_number;
    atomic_fence_all(); /* who adds bits after this is looked at sees the CPU */
    if (endpoint->queue.callers || atomic_load_relaxed(&endpoint->queue.bits))
        endpoint_poke(line, cpu_number); /* they have waited for others so far */
}

bool endpoint_receiver_goes(uint64_t frame, uint32_t cpu_number)
{
    struct endpoint *endpoint = endpoint_of(frame);

    if (--endpoint->lines[cpu_number].receivers == 0)
        endpoint->receiver_cpus &= ~(UINT64_C(1) << cpu_number);
    return --endpoint->receivers == 0;
}

void endpoint_close(struct endpoint_line *line)
{
    struct endpoint *endpoint = endpoint_of_line(line);
    uint32_t lines = endpoint->split ? cpu_count : 1;
    struct task *caller;

    atomic_store_release(&endpoint->closed, 1);
    for (uint32_t k = 0; k < lines; k++) {
        while ((caller = endpoint_dequeue(&endpoint->lines[k]))) {
            task_call_ends(caller, ERROR_NO_SERVER);
            interrupt_window();
        }
    }
}
