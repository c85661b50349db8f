#include "kernel/event.h"
#include "kernel/cpu/descriptor.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/turns.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include "kernel/object/handle_table.h"
#include <stddef.h>
#include <string.h>

/* As entry/recorded.S pushes them. */
struct call_registers {
    uint64_t r13, rax, rdi, rsi, rdx;
};

struct events events;

void event_system_call(const struct call_registers *in);

void events_keep(uint64_t count)
{
    uint64_t room = (memory.early.low.end - memory.early.low.next) / 4;
    uint64_t size = FRAME_SIZE / sizeof(struct event);
    uint64_t address;

    if (room < size * sizeof(struct event))
        return;
    while (size < count && size * 2 * sizeof(struct event) <= room)
        size *= 2;
    if (early_allocate(&memory.early, size * sizeof(struct event) / FRAME_SIZE, &address) != ERROR_NONE)
        return;
    events.ring = physical_pointer(address);
    events.size = size;
    events.name = offsetof(struct task, name);
    descriptor_record_system_calls();
}

static uint32_t frame_of(const struct task *task)
{
    return task ? (uint32_t)(physical_address(task) / FRAME_SIZE) : EVENT_NOBODY;
}

static struct event *next(enum event_kind kind, const struct task *task)
{
    struct event *event = &events.ring[atomic_add_relaxed(&events.count, 1) & (events.size - 1)];

    event->stamp = time_stamp_read() << EVENT_KIND_BITS | kind;
    event->task = frame_of(task);
    event->caller = EVENT_NOBODY;
    return event;
}

void event_store(enum event_kind kind, const struct task *task, const uint64_t words[EVENT_WORDS])
{
    memcpy(next(kind, task)->words, words, sizeof(((struct event *)NULL)->words));
}

/* Called by entry/recorded.S at each system call, before anything else is done about it. */
void event_system_call(const struct call_registers *in)
{
    const struct task *task = this_cpu->current;
    struct event *event = next(EVENT_SYSTEM_CALL, task);
    bool is_message = rax_number(in->rax) <= SYSTEM_CALL_REPLY_RECEIVE;
    struct handle_entry *endpoint = NULL;
    struct handle_entry *named = NULL;

    (void)!handle_find(task, in->rdi, &endpoint);
    if (is_message)
        (void)!handle_find(task, in->r13, &named);
    else
        named = endpoint;
    event->caller =
        frame_of(task->life.starting ? NULL : task->caller); /* one that it will get again is not answered */
    event->words[0] = in->rax;
    event->words[1] = in->rdi;
    if (is_message)
        event->words[1] = endpoint ? handle_entry_frame(endpoint) | endpoint->place << 32 : EVENT_NOBODY;
    event->words[2] = in->rsi;
    event->words[3] = in->rdx;
    event->words[4] = in->r13;
    event->words[5] = named ? named->name : 0;
    turns_end_one();
}
