/* Names of the kernel's functions, and how far the return address is from the stack pointer at each of its addresses: a
 * table that kernel/panic/make-symbols makes of the linked kernel. */
#ifndef KERNEL_PANIC_SYMBOL_H
#define KERNEL_PANIC_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

/* In this order in the table, which begins with the numbers of rows and of symbols. Both are sorted; offsets are from the
 * text's first byte. */
typedef uint32_t symbol_row; /* offset << 8 | words from the stack pointer to behind the return address, 0: not known */
struct symbol {
    uint32_t offset;
    uint32_t name; /* where its name begins among the names */
};

struct symbol_table {
    uint64_t text; /* first address */
    uint64_t text_size;
    uint32_t row_count;
    uint32_t symbol_count;
    const symbol_row *rows;
    const struct symbol *symbols;
    const char *names;
};

/* Reads the head of a table; one of size 0 knows nothing. */
void symbol_table_open(struct symbol_table *table, const uint32_t *start, uint64_t size, uint64_t text,
                       uint64_t text_size);

static inline bool symbol_is_text(const struct symbol_table *table, uint64_t address)
{
    return address - table->text < table->text_size;
}

/* The last symbol up to an address of the text, and the distance from it; NULL when there is none. */
const char *symbol_find(const struct symbol_table *table, uint64_t address, uint64_t *distance);

/* Bytes from the stack pointer, as it is before the instruction at the address, to behind the return address: 0 when that
 * is not known. */
uint64_t symbol_frame_size(const struct symbol_table *table, uint64_t address);

#endif
