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
    entries->used++;
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
    if (count == 1 && start < entries->limit) { /* what nearly every call asks for */
        set_taken(entries, start);
        entries->hint = start + 1;
        *first = start;
        return ERROR_NONE;
    }
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
    if (first < entries->hint) {
        entries->hint = first;
    }
    for (; count > 0 && first < entries->limit; count--, first++) {
        uint64_t *word = &entries->taken[first / WORD_BITS];
        uint64_t bit = UINT64_C(1) << first % WORD_BITS;

        entries->used -= (*word & bit) != 0;
        *word &= ~bit;
    }
}
