#include "libipc/src/supply.h"

#include <quire/client.h>
#include <string.h>

handle supply_frame(const struct supply *supply, uint32_t number)
{
    return handle_of_run(supply->runs[number / SUPPLY_RUN], number % SUPPLY_RUN);
}

uint32_t supply_next(const struct supply *supply, uint32_t wanted, handle *first)
{
    uint32_t left = supply->count - supply->used;
    uint32_t in_run = SUPPLY_RUN - supply->used % SUPPLY_RUN;
    uint32_t count = wanted < left ? wanted : left;

    count = count < in_run ? count : in_run;
    if (count > 0) {
        *first = supply_frame(supply, supply->used);
    }
    return count;
}

void supply_return(struct supply *supply)
{
    handle first;

    for (uint32_t count; (count = supply_next(supply, SUPPLY_RUN, &first)) > 0; supply->used += count) {
        enum error error = frame_drop_run(first, count, NULL); /* an error brought us here: it is the one to tell */
        (void)error;
    }
    memset(supply, 0, sizeof(*supply));
}

/* Buys one more run, of `count` frames. */
static enum error buy_run(struct supply *supply, uint32_t count, enum kind kind)
{
    handle first;
    enum error error = frame_allocate_run(count, &first);

    if (error != ERROR_NONE) {
        return error;
    }
    supply->runs[supply->count / SUPPLY_RUN] = first;
    supply->count += count;
    for (uint32_t k = 0; k < count && kind != KIND_UNTYPED && error == ERROR_NONE; k++) {
        error = frame_repurpose(handle_of_run(first, k), kind);
    }
    return error;
}

must_use enum error supply_buy(struct supply *supply, uint32_t count, enum kind kind)
{
    memset(supply, 0, sizeof(*supply));
    while (supply->count < count) {
        uint32_t left = count - supply->count;
        enum error error = buy_run(supply, left < SUPPLY_RUN ? left : SUPPLY_RUN, kind);

        if (error != ERROR_NONE) {
            supply_return(supply);
            return error;
        }
    }
    return ERROR_NONE;
}
