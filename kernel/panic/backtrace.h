/* Who called whom, from the stack: without frame pointers, by the distances of panic/symbol.h. */
#ifndef KERNEL_PANIC_BACKTRACE_H
#define KERNEL_PANIC_BACKTRACE_H

#include "kernel/panic/symbol.h"
#include <stddef.h>

/* Memory that a stack may be in: only there anything is read. */
struct stack {
    uint64_t base;
    uint64_t top;
};

struct backtrace {
    const struct symbol_table *table;
    const struct stack *stacks;
    uint32_t stack_count;
    uint64_t rip;
    uint64_t rsp;
    uint32_t depth; /* 0: rip is where the processor was, else behind a call */
};

/* The function that rip is in, and how far; NULL: none is known. */
const char *backtrace_function(const struct backtrace *at, uint64_t *distance);

/* Goes on to the caller. False: there is none, or the way to it is not known. Each step takes rsp further up its stack, so
 * that steps come to an end, whatever the stack holds. */
bool backtrace_step(struct backtrace *at);

#endif
