/* Events in words. */
#ifndef KERNEL_PANIC_EVENT_TEXT_H
#define KERNEL_PANIC_EVENT_TEXT_H

#include <quire/abi.h>
#include <stdint.h>

struct event;

/* The name of the task that a frame holds, as far as there is one: text that can be shown, whatever is there. */
void task_text(uint64_t frame, char *text, uint32_t size);

/* What happened. Numbers that nothing is known of stay numbers. */
void event_text(const struct event *event, char *text, uint32_t size);

#endif
