/* Bytes that were typed and not yet read: a ring. */
#ifndef SERVERS_CONSOLE_INPUT_H
#define SERVERS_CONSOLE_INPUT_H

#include <stddef.h>
#include <stdint.h>

#define INPUT_LENGTH 1024 /* a power of two */

struct input {
    uint64_t written; /* in all; the ring holds written - read */
    uint64_t read;
    uint64_t lost; /* bytes that found it full: the newest */
    uint8_t ring[INPUT_LENGTH];
};

void input_put(struct input *input, uint8_t byte);

/* Takes up to `size` bytes out, the oldest first. Returns how many. */
size_t input_take(struct input *input, uint8_t *buffer, size_t size);

size_t input_waiting(const struct input *input);

/* How many more it can hold. */
size_t input_room(const struct input *input);

#endif
