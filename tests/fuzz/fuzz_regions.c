/* Region tables: arbitrary claims and carvings, compared with the list of claims itself. */
#include "tests/fuzz/region_rules.h"

#define CLAIMS_MAX 64

/* Pages [first, end) that a claim covers. */
struct span {
    uint64_t first;
    uint64_t end;
    enum region_type type;
};

static struct region_table table;
static struct span spans[CLAIMS_MAX];
static uint32_t span_count;

/* Addresses that are near each other now and then, near a power of two, or anything. */
static uint64_t address(struct input *input)
{
    uint8_t how = input_byte(input);
    uint64_t near = input_number(input, 2);

    switch (how % 4) {
    case 0:
        return near * (FRAME_SIZE / 2);
    case 1:
        return near * FRAME_SIZE + input_byte(input);
    case 2:
        return (UINT64_C(1) << how / 4) + near - 32768;
    default:
        return near << 48 | input_number(input, 6);
    }
}

/* Usable claims shrink to whole pages, others grow; what wraps is not believed if it is usable. */
static void note_claim(uint64_t base, uint64_t size, enum region_type type)
{
    __uint128_t end = (__uint128_t)base + size;
    __uint128_t pages = PHYSICAL_MAX / FRAME_SIZE;
    __uint128_t first = base / FRAME_SIZE;

    if (size == 0 || (type == REGION_USABLE && end - 1 > UINT64_MAX)) /* to the last byte is not around it */
        return;
    if (type == REGION_USABLE)
        first = ((__uint128_t)base + FRAME_SIZE - 1) / FRAME_SIZE;
    end = type == REGION_USABLE ? end / FRAME_SIZE : (end + FRAME_SIZE - 1) / FRAME_SIZE;
    end = end < pages ? end : pages;
    if (first < end)
        spans[span_count++] = (struct span){(uint64_t)first, (uint64_t)end, type};
}

static enum region_type expected(uint64_t page)
{
    enum region_type type = REGION_UNKNOWN;
    bool claimed = false;

    for (uint32_t k = 0; k < span_count; k++) {
        if (page >= spans[k].first && page < spans[k].end && (!claimed || spans[k].type < type)) {
            type = spans[k].type;
            claimed = true;
        }
    }
    return type;
}

/* Types change only where a claim begins or ends. */
static void compare_at(uint64_t page)
{
    if (page < table.frame_count)
        must(region_find(&table, page * FRAME_SIZE)->type == expected(page));
    else
        must(!region_type_is_memory(expected(page)));
}

static void compare(void)
{
    for (uint32_t k = 0; k < span_count; k++) {
        compare_at(spans[k].first);
        compare_at(spans[k].end);
        compare_at(spans[k].end - 1);
        if (spans[k].first > 0)
            compare_at(spans[k].first - 1);
    }
}

static void carve(struct input *input)
{
    static struct region_table before;
    enum region_type type = input_byte(input) % (REGION_TYPES + 1);
    uint64_t base = address(input);
    uint64_t end = address(input);

    if (input_byte(input) & 1) {
        base -= base % FRAME_SIZE;
        end -= end % FRAME_SIZE;
    }
    before = table;
    enum error error = region_carve(&table, base, end, type);
    if (error != ERROR_NONE) {
        must(memcmp(&before, &table, sizeof(table)) == 0);
        return;
    }
    check_table(&table);
    must(region_find(&table, base)->type == type && region_find(&table, end - 1)->type == type);
    if (base > 0)
        must(region_find(&table, base - 1)->type == region_find(&before, base - 1)->type);
    if (region_find(&before, end) != NULL)
        must(region_find(&table, end)->type == region_find(&before, end)->type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint32_t claims = input_byte(&input) % CLAIMS_MAX;

    region_table_clear(&table);
    span_count = 0;
    for (uint32_t k = 0; k < claims; k++) {
        enum region_type type = input_byte(&input) % (REGION_USABLE + 1);
        uint64_t base = address(&input);
        uint64_t length = address(&input);
        if (region_claim(&table, base, length, type) == ERROR_NONE)
            note_claim(base, length, type);
    }
    region_table_seal(&table);
    check_table(&table);
    compare();
    for (uint32_t k = input_byte(&input) % 8; k > 0; k--)
        carve(&input);
    finish_boot(&table, &input);
    return 0;
}
