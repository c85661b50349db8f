#include "tests/model/calls.h"

#include "servers/frameserv/core/lock.h"
#include "servers/frameserv/core/slot.h"

static struct slot slot;
static atomic_word lock;

atomic_word *const model_ref_count = &slot.ref_count;
atomic_word *const model_lock = &lock;
const uint64_t model_unused = REF_COUNT_UNUSED;
const uint64_t model_unique = REF_COUNT_UNIQUE;
const uint64_t model_busy = REF_COUNT_BUSY;

int call_begin(void)
{
    return slot_begin(&slot);
}

void call_publish_shared(void)
{
    slot_publish_shared(&slot);
}

void call_publish_unique(void)
{
    slot_publish_unique(&slot);
}

int call_add(uint64_t *count)
{
    return slot_add(&slot, count);
}

int call_remove(bool *last)
{
    return slot_remove(&slot, last);
}

void call_retire(void)
{
    slot_retire(&slot);
}

int call_make_unique(void)
{
    uint64_t found;

    return slot_make_unique(&slot, &found);
}

void call_lock_acquire(uint32_t worker)
{
    lock_acquire(&lock, worker);
}

void call_lock_release(void)
{
    lock_release(&lock);
}

const char *call_error_name(int error)
{
    return error_name((enum error)error);
}
