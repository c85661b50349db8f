#include "kernel/panic/symbol.h"
#include <stddef.h>

#define ROW_SHIFT 8
#define ROW_WORDS UINT32_C(0xff)

void symbol_table_open(struct symbol_table *table, const uint32_t *start, uint64_t size, uint64_t text,
                       uint64_t text_size)
{
    *table = (struct symbol_table){.text = text, .text_size = text_size};
    if (size == 0)
        return;
    table->row_count = start[0];
    table->symbol_count = start[1];
    table->rows = start + 2;
    table->symbols = (const struct symbol *)(table->rows + table->row_count);
    table->names = (const char *)(table->symbols + table->symbol_count);
}

/* The number of entries, `words` words each, whose first word is up to the key. */
static uint32_t up_to(const uint32_t *entries, uint32_t words, uint32_t count, uint32_t key)
{
    uint32_t low = 0;

    while (count > 0) {
        uint32_t half = count / 2;
        if (entries[(low + half) * words] <= key) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

const char *symbol_find(const struct symbol_table *table, uint64_t address, uint64_t *distance)
{
    uint32_t offset = (uint32_t)(address - table->text);
    uint32_t before =
        symbol_is_text(table, address) ? up_to((const uint32_t *)table->symbols, 2, table->symbol_count, offset) : 0;

    if (before == 0)
        return NULL;
    *distance = offset - table->symbols[before - 1].offset;
    return table->names + table->symbols[before - 1].name;
}

uint64_t symbol_frame_size(const struct symbol_table *table, uint64_t address)
{
    uint32_t key = (uint32_t)(address - table->text) << ROW_SHIFT | ROW_WORDS;
    uint32_t before = symbol_is_text(table, address) ? up_to(table->rows, 1, table->row_count, key) : 0;

    return before == 0 ? 0 : (table->rows[before - 1] & ROW_WORDS) * sizeof(uint64_t);
}
