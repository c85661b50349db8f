#include "servers/console/input.h"

size_t input_waiting(const struct input *input)
{
    return (size_t)(input->written - input->read);
}

size_t input_room(const struct input *input)
{
    return INPUT_LENGTH - input_waiting(input);
}

void input_put(struct input *input, uint8_t byte)
{
    if (input_room(input) == 0) {
        input->lost++;
        return;
    }
    input->ring[input->written++ % INPUT_LENGTH] = byte;
}

size_t input_take(struct input *input, uint8_t *buffer, size_t size)
{
    size_t count = 0;

    while (count < size && input_waiting(input) > 0) {
        buffer[count++] = input->ring[input->read++ % INPUT_LENGTH];
    }
    return count;
}
