/* A bitmap of handle-table entries. */
#include <quire/entries.h>

#include <stdbool.h>
#include <string.h>

#define WORD_BITS 64

/* The part of `count` entries from `index` on that lies in the word of the first of them: its bits; *part: how many. */
static uint64_t bits_in_word(uint32_t index, uint32_t count, uint32_t *part)
{
    uint32_t room = WORD_BITS - index % WORD_BITS;

    *part = count < room ? count : room;
    return UINT64_MAX >> (WORD_BITS - *part) << index % WORD_BITS;
}

static void set_taken(struct entries *entries, uint32_t first, uint32_t count)
{
    for (uint32_t part; count > 0; first += part, count -= part) {
        uint64_t *word = &entries->taken[first / WORD_BITS];
        *word |= bits_in_word(first, count, &part);
    }
}

/* How many entries from `first` on are free, `count` at most. */
static uint32_t count_free(const struct entries *entries, uint32_t first, uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t part; found < count; found += part) {
        uint32_t index = first + found;
        uint64_t taken = entries->taken[index / WORD_BITS] & bits_in_word(index, count - found, &part);

        if (taken != 0) {
            return found + (uint32_t)__builtin_ctzll(taken) - index % WORD_BITS;
        }
    }
    return count;
}

void entries_initialise(struct entries *entries, uint32_t limit)
{
    memset(entries, 0, sizeof(*entries));
    entries->limit = limit < ENTRIES_MAX ? limit : ENTRIES_MAX;
    if (entries->limit > 0) {
        set_taken(entries, 0, 1);
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
        uint32_t length = count_free(entries, start, count);

        if (length == count) {
            set_taken(entries, start, count);
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

/* How many of the entries exist. */
static uint32_t existing(const struct entries *entries, uint32_t first, uint32_t count)
{
    uint32_t behind = first < entries->limit ? entries->limit - first : 0;

    return count < behind ? count : behind;
}

void entries_mark(struct entries *entries, uint32_t first, uint32_t count)
{
    set_taken(entries, first, existing(entries, first, count));
}

void entries_release(struct entries *entries, uint32_t first, uint32_t count)
{
    count = existing(entries, first, count);
    if (count > 0 && first < entries->hint) {
        entries->hint = first;
    }
    for (uint32_t part; count > 0; first += part, count -= part) {
        uint64_t *word = &entries->taken[first / WORD_BITS];
        *word &= ~bits_in_word(first, count, &part);
    }
}

uint32_t entries_used(const struct entries *entries)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < entries->limit; i++) {
        used += entries->taken[i / WORD_BITS] >> i % WORD_BITS & 1;
    }
    return used;
}
