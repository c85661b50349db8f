/* Physical memory: one frame, all regions, the map. */
#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include "servers/shell/terminal.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

static void show_count(const struct frame_facts *facts)
{
    if (facts->reference_count == REF_COUNT_UNUSED) {
        print("  count   unused: nobody's\n");
    } else if (facts->reference_count == REF_COUNT_UNIQUE) {
        print("  count   unique: one exclusive owner\n");
    } else if (facts->reference_count == REF_COUNT_BUSY) {
        print("  count   busy: being built or torn down\n");
    } else {
        print("  count   %lu\n", facts->reference_count);
    }
}

static void show_payer(const struct frame_facts *facts)
{
    uint64_t address = facts->address;
    struct account_holder holder;

    if (facts->payer == 0) {
        print("  payer   nobody\n");
        return;
    }
    print("  payer   account %u (%s)\n", facts->payer, account_name(facts->payer));
    if (account_next_holder(facts->payer, &address, &holder) == ERROR_NONE && holder.address == facts->address) {
        print("  holder  %s%s\n", holder.name, holder.handles > 1 ? ", perhaps others" : "");
    }
}

static const char *kind_text(uint32_t kind)
{
    static const char *const texts[] = {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text) [number] = (text),
#include <quire/kinds.def>
#undef KIND
    };

    return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "unlisted";
}

must_use outcome command_frame(const struct words *words)
{
    struct frame_facts facts;
    const char *word = words->word[0];
    uint64_t number;
    outcome error;

    if (*word >= '0' && *word <= '9') {
        error = word_number(word, UINT64_MAX, &number);
        error = error != ERROR_NONE ? error : (outcome)frame_info_at(number, &facts);
    } else {
        error = handle_named(word, &number, NULL);
        error = error != ERROR_NONE ? error : (outcome)frame_info(number, &facts);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    print("frame %lu at 0x%lx, slot at 0x%lx of the frame server's window\n", facts.address / FRAME_SIZE, facts.address,
          WINDOW_ADDRESS + facts.address / FRAME_SIZE * SLOT_SIZE);
    print("  region  %s\n", region_name(facts.region));
    print("  kind    %s: %s\n", kind_name(facts.kind), kind_text(facts.kind));
    show_count(&facts);
    show_payer(&facts);
    if (facts.list != 0) {
        print("  list    number %lu\n", facts.list);
    } else {
        print("  list    none\n");
    }
    return ERROR_NONE;
}

/* --- walking over all ------------------------------------------------------------------------------------------------ */

/* Calls a function for all memory, a piece at a time. */
static outcome walk(void (*act)(const struct frame_run *run))
{
    uint64_t address = 0;
    struct frame_run run;
    enum error error;

    while ((error = frame_survey(address, &run)) == ERROR_NONE && run.end > address) {
        act(&run);
        address = run.end;
        if (terminal_interrupted()) {
            return SHELL_ERROR_CUT_OFF;
        }
    }
    return error == ERROR_OUT_OF_BOUND ? ERROR_NONE : error;
}

static struct frame_run region; /* what is joined so far */

static void show_region(void)
{
    char size[24];

    if (region.end > region.first) {
        size_text((region.end - region.first) / FRAME_SIZE, size, sizeof(size));
        print("0x%012lx to 0x%012lx  %10s  %s\n", region.first, region.end, size, region_name(region.region));
    }
}

static void join_region(const struct frame_run *run)
{
    if (region.end == run->first && region.region == run->region && region.end > region.first) {
        region.end = run->end;
        return;
    }
    show_region();
    region = *run;
}

must_use outcome command_regions(const struct words *words)
{
    (void)words;
    region = (struct frame_run){0};
    outcome error = walk(join_region);
    if (error == ERROR_NONE) {
        show_region();
    }
    return error;
}

/* --- the map --------------------------------------------------------------------------------------------------------- */

#define ROW 64
#define ROWS_WANTED 16
#define CELL_MIN 8 /* frames */

/* What a cell can show, what is rarer and more telling first: a cell shows the first sort that has frames in it. */
enum sort { OWN, OBJECTS, OTHERS, DEVICE, KERNEL, WINDOW, RESERVED, FREE, SORTS };
static const struct {
    char sign;
    const char *name;
} sorts[SORTS] = {
    [OWN] = {'o', "the shell's"},
    [OBJECTS] = {'t', "tables, tasks, endpoints, lists"},
    [OTHERS] = {'#', "other tasks' memory"},
    [DEVICE] = {'d', "device memory in use"},
    [KERNEL] = {'k', "kernel, boot data, modules"},
    [WINDOW] = {'w', "set aside for window and ledger"},
    [RESERVED] = {'-', "firmware's, or none"},
    [FREE] = {'.', "free"},
};

static uint64_t sums[SORTS];
static uint64_t row[ROW][SORTS];
static uint64_t cell;      /* frames of a cell */
static uint64_t row_start; /* frame */
static bool skipping;      /* rows without memory */

static enum sort sort_of(const struct frame_run *run)
{
    switch (run->kind) {
    case KIND_NONE:
        return run->region == REGION_USABLE || run->region == REGION_EARLY || run->region == REGION_MODULE ||
                       run->region == REGION_RECLAIMABLE
                   ? FREE
                   : RESERVED;
    case KIND_UNTYPED:
    case KIND_RECORD:
        return run->payer == start_page()->account ? OWN : OTHERS;
    case KIND_PAGE_TABLE:
    case KIND_TASK:
    case KIND_ENDPOINT:
    case KIND_HANDLE_TABLE:
    case KIND_LIST:
        return OBJECTS;
    case KIND_DEVICE:
        return run->used ? DEVICE : RESERVED;
    case KIND_KERNEL:
    case KIND_EARLY:
        return KERNEL;
    case KIND_METADATA:
        return WINDOW;
    default:
        return run->region == REGION_MODULE || run->region == REGION_EARLY ? KERNEL : RESERVED;
    }
}

static void add_sum(const struct frame_run *run)
{
    sums[sort_of(run)] += (run->end - run->first) / FRAME_SIZE;
}

static char sign_of(const uint64_t counts[SORTS])
{
    for (enum sort sort = OWN; sort < SORTS; sort++) {
        if (counts[sort] > 0 && (sort != RESERVED || counts[FREE] == 0)) {
            return sorts[sort].sign;
        }
    }
    return sorts[RESERVED].sign;
}

static void show_row(void)
{
    char text[ROW + 1];
    bool empty = true;

    for (uint32_t k = 0; k < ROW; k++) {
        text[k] = sign_of(row[k]);
        empty = empty && text[k] == sorts[RESERVED].sign;
    }
    text[ROW] = 0;
    if (!empty) {
        print("0x%011lx %s\n", row_start * FRAME_SIZE, text);
    } else if (!skipping) {
        print("              ...\n");
    }
    skipping = empty;
    memset(row, 0, sizeof(row));
    row_start += ROW * cell;
}

/* Adds a piece to the cells that it covers; rows that are full are shown. */
static void add_cells(const struct frame_run *run)
{
    uint64_t frame = run->first / FRAME_SIZE;
    uint64_t end = run->end / FRAME_SIZE;
    enum sort sort = sort_of(run);

    while (frame < end) {
        uint64_t place = (frame - row_start) / cell;

        if (place >= ROW) {
            show_row();
            continue;
        }
        uint64_t cell_end = row_start + (place + 1) * cell;
        uint64_t part = (end < cell_end ? end : cell_end) - frame;
        row[place][sort] += part;
        frame += part;
    }
}

static void show_legend(void)
{
    char size[24];

    size_text(cell, size, sizeof(size));
    print("a character is %s, and shows the first of these that is in it:\n", size);
    for (enum sort sort = OWN; sort < SORTS; sort++) {
        if (sort != RESERVED) {
            size_text(sums[sort], size, sizeof(size));
            print("  %c  %-32s %9lu frames  %s\n", sorts[sort].sign, sorts[sort].name, sums[sort], size);
        }
    }
    print("  %c  %s\n", sorts[RESERVED].sign, sorts[RESERVED].name);
}

must_use outcome command_memory(const struct words *words)
{
    uint64_t frames = 0;

    (void)words;
    memset(sums, 0, sizeof(sums));
    outcome error = walk(add_sum);
    if (error != ERROR_NONE) {
        return error;
    }
    for (enum sort sort = OWN; sort < SORTS; sort++) {
        frames += sort != RESERVED ? sums[sort] : 0;
    }
    cell = CELL_MIN;
    while (cell * ROW * ROWS_WANTED < frames) {
        cell *= 2;
    }
    row_start = 0;
    skipping = false;
    memset(row, 0, sizeof(row));
    error = walk(add_cells);
    if (error == ERROR_NONE) {
        show_row();
        show_legend();
    }
    return error;
}
