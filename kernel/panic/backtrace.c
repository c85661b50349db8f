#include "kernel/panic/backtrace.h"

/* A call may be its function's last instruction: what is behind it can be another function. */
static uint64_t inside(const struct backtrace *at)
{
    return at->depth > 0 ? at->rip - 1 : at->rip;
}

const char *backtrace_function(const struct backtrace *at, uint64_t *distance)
{
    const char *name = symbol_find(at->table, inside(at), distance);

    if (name && at->depth > 0)
        ++*distance;
    return name;
}

/* Whether the word below the address lies in the stack that rsp is in. */
static bool is_in_stack(const struct backtrace *at, uint64_t rsp, uint64_t address)
{
    for (uint32_t k = 0; k < at->stack_count; k++)
        if (rsp >= at->stacks[k].base && rsp < at->stacks[k].top)
            return address > rsp && address <= at->stacks[k].top;
    return false;
}

bool backtrace_step(struct backtrace *at)
{
    uint64_t size = symbol_frame_size(at->table, inside(at));

    if (at->depth == 0 && !symbol_is_text(at->table, at->rip))
        size = sizeof(uint64_t); /* it was called, or jumped to, and is no code */
    if (at->rsp % sizeof(uint64_t) != 0 || !is_in_stack(at, at->rsp, at->rsp + size))
        return false;
    at->rsp += size;
    at->rip = *(const uint64_t *)(uintptr_t)(at->rsp - sizeof(uint64_t));
    at->depth++;
    return symbol_is_text(at->table, at->rip);
}
