/* In place of servers/frameserv/kernel.c: memory that only boot needed stays set aside, for lies about it. */
#include "servers/frameserv/kernel.h"
#include <quire/system_call.h>

static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    return system_call_strip(taken, left, total);
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    return system_call_holder(frame, name);
}

static enum error count(uint64_t frame, struct ledger_count *count)
{
    return system_call_count(frame, count);
}

static enum error hold(bool begin)
{
    return system_call_hold(begin);
}

static enum error audit(uint64_t frame, uint64_t *next, enum audit_fault *fault, uint64_t found[2])
{
    return system_call_audit(frame, next, fault, found);
}

static enum error audit_pass(uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass)
{
    return system_call_audit_pass(frame, end, state, pass);
}

const struct kernel_calls kernel_calls = {
    .strip = strip, .holder = holder, .count = count, .hold = hold, .audit = audit, .audit_pass = audit_pass};

enum error kernel_release(uint64_t first, uint64_t count)
{
    (void)first;
    (void)count;
    return ERROR_RESERVED;
}

void kernel_print(const char *format, ...)
{
    (void)format;
}
