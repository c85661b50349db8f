/* What an audit found, in words. */
#include <quire/audit.h>

#include <quire/format.h>
#include <quire/ledger_state.h>
#include <quire/names.h>
#include <quire/slot.h>

static void value_text(enum audit_fault fault, uint64_t value, char *text, size_t size)
{
    static const char *const states[] = {"absent", "free", "server", "held", "kernel", "reserved", "device", "moving"};

    if (fault == AUDIT_FAULT_HOLDER && value < sizeof(states) / sizeof(states[0])) {
        format_line(text, size, "%s", states[value]);
    } else if ((fault == AUDIT_FAULT_KIND || fault == AUDIT_FAULT_RING_KIND) && value < KINDS) {
        format_line(text, size, "%s", kind_name(value));
    } else if (value == REF_COUNT_UNUSED) {
        format_line(text, size, fault == AUDIT_FAULT_COUNT ? "unused" : "none");
    } else if (value == REF_COUNT_UNIQUE) {
        format_line(text, size, "unique");
    } else {
        format_line(text, size, value < 1 << 20 ? "%lu" : "0x%lx", value);
    }
}

void audit_text(const struct audit_finding *finding, char *text, size_t size)
{
    static const char *const places[] = {
#define AUDIT_FAULT(number, NAME, name, where, text) [number] = #where,
#include <quire/audit_faults.def>
#undef AUDIT_FAULT
    };
    uint64_t fault = finding->fault;
    const char *place = fault < sizeof(places) / sizeof(places[0]) ? places[fault] : "number";
    char should[24];
    char is[24];

    value_text(finding->fault, finding->should, should, sizeof(should));
    value_text(finding->fault, finding->is, is, sizeof(is));
    format_line(text, size,
                *place == 'f'   ? "frame 0x%lx: %s should be %s, is %s (%s)"
                : *place == 'a' ? "account %lu: %s should be %s, is %s (%s)"
                                : "%lu: %s should be %s, is %s (%s)",
                finding->where, audit_fault_name(fault), should, is, audit_fault_text(fault));
}
