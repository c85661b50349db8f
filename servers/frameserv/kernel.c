#include "servers/frameserv/kernel.h"

#include <quire/format.h>
#include <quire/ledger_state.h>
#include <quire/system_call.h>
#include <string.h>

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

/* Frames are released together, so the first tells of all. */
static bool is_released(uint64_t first)
{
    struct system_call_result result;

    return system_call_small(SYSTEM_CALL_COUNT, first, 0, 0, &result) == ERROR_NONE && result.r8 == LEDGER_FREE;
}

enum error kernel_release(uint64_t first, uint64_t count)
{
    enum error error = system_call_release(first, count);

    return error != ERROR_NONE && is_released(first) ? ERROR_NONE : error;
}

void kernel_print(const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_text(text, sizeof(text), format, arguments);
    va_end(arguments);
    length = length < sizeof(text) ? length : sizeof(text) - 1;
    for (size_t done = 0; done < length; done += PRINT_BYTES_MAX) {
        uint64_t words[MESSAGE_WORDS] = {0};
        size_t count = length - done < PRINT_BYTES_MAX ? length - done : PRINT_BYTES_MAX;

        memcpy(words, text + done, count);
        if (system_call_print((uint32_t)count, words) != ERROR_NONE)
            return; /* nowhere is left to say so */
    }
}
