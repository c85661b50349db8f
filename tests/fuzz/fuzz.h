/* What the fuzz programs share. Each defines LLVMFuzzerTestOneInput() and is linked with libFuzzer (make fuzz), or with
 * replay.c, which runs it on the files of its corpus (make check-host). */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's interface. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, and with that the run, when it does not hold. */
#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                             \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* An input, taken piece by piece; zeroes follow its end. */
struct input {
    const uint8_t *data;
    size_t left;
};

static inline uint8_t input_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left -= 1;
    return *input->data++;
}

/* A number of so many bytes, lowest first. */
static inline uint64_t input_number(struct input *input, uint32_t bytes)
{
    uint64_t number = 0;

    for (uint32_t k = 0; k < bytes; k++)
        number |= (uint64_t)input_byte(input) << 8 * k;
    return number;
}

/* A copy on the heap of exactly its size, so that the address sanitizer sees a read past it; to be freed. */
static inline uint8_t *input_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    must(copy != NULL);
    memcpy(copy, data, size);
    return copy;
}

#endif
