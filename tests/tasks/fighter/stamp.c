#include "tests/tasks/fighter/fighter.h"

#include <quire/list.h>
#include <quire/slot.h>

#define STAMPED_WORDS (FRAME_SIZE / sizeof(uint64_t))
#define LOOKED_AT 8 /* words of a page, at every reading */

/* Never 0: addresses of frames are below 2^52, and the factor is odd. */
static uint64_t stamp(uint64_t address, uint64_t k)
{
    return (address + k + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

void stamp_write(uint64_t *page, uint64_t address)
{
    for (uint64_t k = STAMPED_WORDS; k-- > 1;) {
        page[k] = stamp(address, k);
    }
    atomic_store_release(&page[0], stamp(address, 0));
}

void stamp_check(const volatile uint64_t *page, uint64_t address, bool stamped)
{
    uint64_t first = page[0];

    if (!stamped && first != stamp(address, 0)) {
        return;
    }
    check_equal(first, stamp(address, 0), address);
    for (uint32_t k = 0; k < LOOKED_AT; k++) {
        uint64_t word = random_below(&numbers, STAMPED_WORDS);

        check_equal(page[word], stamp(address, word), address);
    }
}

void stamp_check_zero(const uint64_t *page, uint64_t address)
{
    for (uint64_t k = 0; k < STAMPED_WORDS; k++) {
        check_equal(page[k], 0, address);
    }
}

uint64_t stamp_metadata(uint64_t address, uint32_t k)
{
    return k < LIST_METADATA_WORDS ? stamp(address, STAMPED_WORDS + k) : 0;
}
