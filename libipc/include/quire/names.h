/* Names for people, from the tables of the ABI. */
#ifndef QUIRE_NAMES_H
#define QUIRE_NAMES_H

#include <stdint.h>

/* The name of an enum kind ("untyped") or enum region_type ("usable"); "unlisted" for a number that is none. Never NULL. */
const char *kind_name(uint64_t kind);
const char *region_name(uint64_t region);

/* What the processor calls an exception by its vector ("page fault"); "unlisted" for any other number. */
const char *exception_name(uint64_t vector);

/* Names of an enum system_call ("map"), operation ("alloc"), action ("grant"), mode ("borrow") and task_end ("exited"). */
const char *system_call_name(uint64_t number);
const char *operation_name(uint64_t operation);
const char *action_name(uint64_t action);
const char *mode_name(uint64_t mode);
const char *task_end_name(uint64_t end);

/* Of an enum restart ("fault") and an enum audit_fault; and what the latter means. */
const char *restart_name(uint64_t restart);
const char *audit_fault_name(uint64_t fault);
const char *audit_fault_text(uint64_t fault);

#endif
