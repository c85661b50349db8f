#include <quire/names.h>

#include <quire/abi.h>

const char *kind_name(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case KIND_##NAME:                                                                                                  \
        return name;
#include <quire/kinds.def>
#undef KIND
    default:
        return "unlisted";
    }
}

const char *region_name(uint64_t region)
{
    switch (region) {
#define REGION(number, NAME, name, kind, slots)                                                                        \
    case REGION_##NAME:                                                                                                \
        return name;
#include <quire/regions.def>
#undef REGION
    default:
        return "unlisted";
    }
}

const char *exception_name(uint64_t vector)
{
    switch (vector) {
#define EXCEPTION(number, name)                                                                                        \
    case number:                                                                                                       \
        return name;
#include <quire/exceptions.def>
#undef EXCEPTION
    default:
        return "unlisted";
    }
}

const char *system_call_name(uint64_t number)
{
    switch (number) {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text)                                     \
    case SYSTEM_CALL_##NAME:                                                                                           \
        return #name;
#include <quire/system_calls.def>
#undef SYSTEM_CALL
    default:
        return "unlisted";
    }
}

const char *operation_name(uint64_t operation)
{
    switch (operation) {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
    case MESSAGE_##NAME:                                                                                               \
        return #name;
#include <quire/messages.def>
#undef MESSAGE
    default:
        return "unlisted";
    }
}

const char *action_name(uint64_t action)
{
    switch (action) {
#define ACTION(number, NAME, name, text)                                                                               \
    case ACTION_##NAME:                                                                                                \
        return name;
#include <quire/actions.def>
#undef ACTION
    default:
        return "unlisted";
    }
}

const char *mode_name(uint64_t mode)
{
    switch (mode) {
#define MODE(number, NAME, name, text)                                                                                 \
    case MODE_##NAME:                                                                                                  \
        return name;
#include <quire/modes.def>
#undef MODE
    default:
        return "unlisted";
    }
}

const char *task_end_name(uint64_t end)
{
    switch (end) {
#define TASK_END(number, NAME, name, text)                                                                             \
    case TASK_END_##NAME:                                                                                              \
        return name;
#include <quire/task_states.def>
#undef TASK_END
    default:
        return "unlisted";
    }
}

const char *restart_name(uint64_t restart)
{
    switch (restart) {
#define RESTART(number, NAME, name, text)                                                                              \
    case RESTART_##NAME:                                                                                               \
        return name;
#include <quire/restarts.def>
#undef RESTART
    default:
        return "unlisted";
    }
}

const char *audit_fault_name(uint64_t fault)
{
    switch (fault) {
#define AUDIT_FAULT(number, NAME, name, where, text)                                                                   \
    case AUDIT_FAULT_##NAME:                                                                                           \
        return name;
#include <quire/audit_faults.def>
#undef AUDIT_FAULT
    default:
        return "unlisted";
    }
}

const char *audit_fault_text(uint64_t fault)
{
    switch (fault) {
#define AUDIT_FAULT(number, NAME, name, where, text)                                                                   \
    case AUDIT_FAULT_##NAME:                                                                                           \
        return text;
#include <quire/audit_faults.def>
#undef AUDIT_FAULT
    default:
        return "unlisted";
    }
}
