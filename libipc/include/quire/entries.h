/* Which entries of a handle table are in use: the client names the destination of every handle that it asks for, so
 * that the kernel never searches. */
#ifndef QUIRE_ENTRIES_H
#define QUIRE_ENTRIES_H

#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define ENTRIES_MAX 8192 /* of a full handle table: 128 frames of 64 entries */

struct entries {
    uint32_t limit;                   /* entries that exist */
    uint32_t hint;                    /* no entry before this one is free */
    uint64_t taken[ENTRIES_MAX / 64]; /* a bit each; those from limit on are not looked at */
};

/* Starts with `limit` entries (cut to ENTRIES_MAX). Entry 0 is taken for good: a destination of 0 is an oversight. */
void entries_initialise(struct entries *entries, uint32_t limit);

/* Makes the table longer: entries up to `limit` (cut to ENTRIES_MAX) exist now. A smaller limit changes nothing. */
void entries_extend(struct entries *entries, uint32_t limit);

/* What nearly every call asks for: takes the lowest free entry, if it is the one at the hint. */
static inline bool entries_take_quickly(struct entries *entries, uint32_t *index)
{
    uint32_t hint = entries->hint;
    uint64_t bit = UINT64_C(1) << hint % 64;

    if (hint >= entries->limit || (entries->taken[hint / 64] & bit) != 0) {
        return false;
    }
    entries->taken[hint / 64] |= bit;
    entries->hint = hint + 1;
    *index = hint;
    return true;
}

/* Frees one entry, if it exists. */
static inline void entries_release_one(struct entries *entries, uint32_t index)
{
    if (index < entries->limit) {
        entries->taken[index / 64] &= ~(UINT64_C(1) << index % 64);
        entries->hint = index < entries->hint ? index : entries->hint;
    }
}

/* Finds `count` consecutive free entries, the lowest ones, and takes them.
 * Errors: BadCount (0, or more than a table can have), NoTableEntry. */
must_use enum error entries_take(struct entries *entries, uint32_t count, uint32_t *first);

/* Takes given entries; those beyond the limit and those taken already are left alone. */
void entries_mark(struct entries *entries, uint32_t first, uint32_t count);

/* Frees entries; those that are free or beyond the limit are left alone. */
void entries_release(struct entries *entries, uint32_t first, uint32_t count);

/* How many are taken. */
uint32_t entries_used(const struct entries *entries);

/* The calling task's own table, which the start-up code initialises from the start page. */
extern struct entries own_entries;

void own_entries_initialise(void);
uint32_t own_entries_used(void);

static inline must_use enum error own_entries_take(uint32_t count, uint32_t *first)
{
    if (count == 1 && entries_take_quickly(&own_entries, first)) {
        return ERROR_NONE;
    }
    return entries_take(&own_entries, count, first);
}

static inline void own_entries_release(uint32_t first, uint32_t count)
{
    if (count == 1) {
        entries_release_one(&own_entries, first);
    } else {
        entries_release(&own_entries, first, count);
    }
}

uint32_t own_entries_limit(void);
void own_entries_extend(uint32_t limit);

#endif
