#include "tests/tasks/kill/fragments.h"

#include <quire/client.h>
#include <quire/tap.h>

#define FRAGMENTS 512 /* frames of the stretch, so half as many free blocks: more than any case takes one by one */

static handle first;

bool fragments_make(void)
{
    if (!expect_success(frame_allocate_with(FRAGMENTS, ALLOC_CONTIGUOUS, &first))) {
        return false;
    }
    for (uint32_t k = 0; k < FRAGMENTS; k += 2) {
        if (!expect_success(frame_drop(handle_of_run(first, k)))) {
            return false;
        }
    }
    return true;
}

void fragments_drop(void)
{
    for (uint32_t k = 1; k < FRAGMENTS; k += 2) {
        expect_success(frame_drop(handle_of_run(first, k)));
    }
}
