/* A bitmap of handle-table entries. */
#include <quire/entries.h>

#include <stdbool.h>
#include <string.h>

#define WORD_BITS 64

static bool is_taken(const struct entries *entries, uint32_t index)
{
    return (entries->taken[index / WORD_BITS] >> index % WORD_BITS & 1) != 0;
}

static void set_taken(struct entries *entries, uint32_t index)
{
    entries->taken[index / WORD_BITS] |= UINT64_C(1) << index % WORD_BITS;
}

void entries_initialise(struct entries *entries, uint32_t limit)
{
    memset(entries, 0, sizeof(*entries));
    entries->limit = limit < ENTRIES_MAX ? limit : ENTRIES_MAX;
    if (entries->limit > 0) {
        set_taken(entries, 0);
    }
}

void entries_extend(struct entries *entries, uint32_t limit)
{
    if (limit > entries->limit) {
        entries->limit = limit < ENTRIES_MAX ? limit : ENTRIES_MAX;
    }
}

/* The first free entry at or after `index`, or the limit. */
static uint32_t next_free(const struct entries *entries, uint32_t index)
{
    while (index < entries->limit) {
        uint64_t free = ~entries->taken[index / WORD_BITS] >> index % WORD_BITS;

        if (free != 0) {
            index += (uint32_t)__builtin_ctzll(free);
            return index < entries->limit ? index : entries->limit;
        }
        index = (index / WORD_BITS + 1) * WORD_BITS;
    }
    return entries->limit;
}

must_use enum error entries_take(struct entries *entries, uint32_t count, uint32_t *first)
{
    uint32_t start = next_free(entries, entries->hint);

    if (count == 0 || count > ENTRIES_MAX) {
        return ERROR_BAD_COUNT;
    }
    entries->hint = start;
    while (entries->limit - start >= count) {
        uint32_t length = 1;

        while (length < count && !is_taken(entries, start + length)) {
            length++;
        }
        if (length == count) {
            for (uint32_t i = 0; i < count; i++) {
                set_taken(entries, start + i);
            }
            if (start == entries->hint) {
                entries->hint = start + count;
            }
            *first = start;
            return ERROR_NONE;
        }
        start = next_free(entries, start + length);
    }
    return ERROR_NO_TABLE_ENTRY;
}

void entries_mark(struct entries *entries, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count && first < entries->limit - i; i++) {
        if (!is_taken(entries, first + i)) {
            set_taken(entries, first + i);
        }
    }
}

void entries_release(struct entries *entries, uint32_t first, uint32_t count)
{
    for (; count > 0 && first < entries->limit; count--, first++) {
        entries_release_one(entries, first);
    }
}

uint32_t entries_used(const struct entries *entries)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < entries->limit; i++) {
        used += is_taken(entries, i);
    }
    return used;
}
