/* System calls about single handles. Each takes a filled entry of a task's table. */
#ifndef KERNEL_ENTRY_HANDLE_CALL_H
#define KERNEL_ENTRY_HANDLE_CALL_H

#include "kernel/object/handle.h"
#include <quire/error.h>

/* Leaves an entry some of its rights. BAD_RIGHTS (none, or others), INSTALLED, MAPPED. */
must_use enum error handle_narrow(struct handle_entry *entry, uint64_t rights);

/* WRONG_KIND (no endpoint), MISSING_RIGHT (owner). */
must_use enum error handle_badge(struct handle_entry *entry, uint64_t badge);

/* WRONG_KIND (no endpoint), MISSING_RIGHT (notify), NO_SERVER (nobody can receive). */
must_use enum error handle_notify(const struct handle_entry *entry);

#endif
