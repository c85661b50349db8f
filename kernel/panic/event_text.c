#include "kernel/panic/event_text.h"
#include "kernel/event.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include "kernel/object/task.h"
#include <quire/format.h>
#include <quire/names.h>

#define NO_TASK "nobody"

void task_text(uint64_t frame, char *text, uint32_t size)
{
    const struct region *region = region_find(&memory.regions, frame * FRAME_SIZE);
    bool there = region && region_type_is_memory(region->type) && region->type != REGION_KERNEL;
    const char *name = there ? ((const struct task *)frame_pointer(frame))->name : NO_TASK;
    uint32_t length = there ? TASK_NAME : sizeof(NO_TASK);
    uint32_t k = 0;

    for (; k < size - 1 && k < length && name[k]; k++)
        text[k] = (char)(name[k] > ' ' && name[k] <= '~' ? name[k] : '?');
    text[k] = 0;
}

/* The frame of the handle that goes along, if one does. */
static const char *frame_text(const uint64_t *words, char *text, uint32_t size)
{
    text[0] = 0;
    if (words[5])
        format_line(text, size, ", frame 0x%lx", (words[5] & UINT32_MAX) * FRAME_SIZE);
    return text;
}

static void call_text(const uint64_t *words, char *text, uint32_t size)
{
    uint64_t rax = words[0];
    uint32_t endpoint = (uint32_t)words[1];
    char label[24];
    char frame[32];

    format_line(label, sizeof(label), "label 0x%lx", words[2]);
    format_line(text, size, "calls %s 0x%x: %s, word 0x%lx, %s %u, wants %s%s",
                endpoint == events.endpoint ? "frame server" : "endpoint", endpoint,
                endpoint == events.endpoint ? operation_name(words[2]) : label, words[3], mode_name(rax_mode(rax)),
                rax_n(rax), action_name(rax_action(rax)), frame_text(words, frame, sizeof(frame)));
}

static void reply_text(const struct event *event, char *text, uint32_t size)
{
    uint64_t rax = event->words[0];
    bool status = (uint32_t)event->words[1] == events.endpoint;
    char caller[TASK_NAME];
    char label[24];

    if (event->caller == EVENT_NOBODY) {
        format_line(text, size, "receives");
        return;
    }
    task_text(event->caller, caller, sizeof(caller));
    format_line(label, sizeof(label), "label 0x%lx", event->words[2]);
    format_line(text, size, "answers %s: %s, word 0x%lx, %s %u, r13 0x%lx", caller,
                !status           ? label
                : event->words[2] ? error_name(event->words[2])
                                  : "done",
                event->words[3], action_name(rax_action(rax)), rax_n(rax), event->words[4]);
}

static void system_call_text(const struct event *event, char *text, uint32_t size)
{
    const uint64_t *words = event->words;
    uint32_t number = rax_number(words[0]);
    char frame[32];

    if (number == SYSTEM_CALL_CALL)
        call_text(words, text, size);
    else if (number == SYSTEM_CALL_REPLY_RECEIVE)
        reply_text(event, text, size);
    else
        format_line(text, size, "%s (%u), rdi 0x%lx, rsi 0x%lx, rdx 0x%lx%s", system_call_name(number), number,
                    words[1], words[2], words[3], frame_text(words, frame, sizeof(frame)));
}

void event_text(const struct event *event, char *text, uint32_t size)
{
    const uint64_t *words = event->words;

    switch (event->stamp & ((1 << EVENT_KIND_BITS) - 1)) {
    case EVENT_SYSTEM_CALL:
        system_call_text(event, text, size);
        break;
    case EVENT_FAULT:
        format_line(text, size, "%s at rip 0x%lx, error 0x%lx, address 0x%lx", exception_name(words[0]), words[2],
                    words[1], words[3]);
        break;
    case EVENT_INTERRUPT:
        format_line(text, size, "interrupt %lu%s", words[0], words[0] == VECTOR_TIMER ? ", a tick" : "");
        break;
    case EVENT_MADE:
        format_line(text, size, "is made, priority %lu", words[3]);
        break;
    case EVENT_ENDED:
        format_line(text, size, "has ended: %s, vector %lu, code 0x%lx, address 0x%lx", task_end_name(words[0]),
                    words[1], words[2], words[3]);
        break;
    case EVENT_RESTARTED:
        format_line(text, size, "restarts: %s, vector %lu, rip 0x%lx, address 0x%lx", restart_name(words[0]), words[1],
                    words[2], words[3]);
        break;
    case EVENT_GIVES_BACK:
        format_line(text, size, "gives back frame 0x%lx%s", words[0] * FRAME_SIZE,
                    words[1] == UINT64_MAX ? "" : " and others");
        break;
    default:
        format_line(text, size, "event %lx", event->stamp);
    }
}
