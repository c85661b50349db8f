/* Device memory of the screen: claimed in runs, or looked up where a neighbour has it, and mapped in one piece. */
#include <quire/screen.h>

#include <quire/client.h>
#include <quire/option_words.h>
#include <quire/segment.h>
#include <quire/slot.h>
#include <string.h>

#define SCREEN_ADDRESS UINT64_C(0x40000000) /* above all pages that frame_map_anywhere chooses */
#define RUNS_MAX 512
#define RUN_SMALL 64 /* handles by which the table grows at least */

/* What is held of a band until all of it is. */
static struct segment runs[RUNS_MAX];
static uint32_t run_count;
static uint64_t next_address = SCREEN_ADDRESS;
static handle spare; /* its entry is for the handle of a further handle table */

/* Claims up to `count` frames, fewer where the handle table or a neighbour's frames want it so. */
static enum error take_run(uint64_t address, uint32_t count, struct segment *run)
{
    uint32_t failed = 0;
    enum error error = segment_claim(address, count, 0, run, &failed);

    if (error == ERROR_IN_USE && failed > 0) {
        error = segment_claim(address, failed, 0, run, &failed);
    }
    if (error == ERROR_IN_USE) {
        run->count = 1;
        error = frame_lookup(address, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP, &run->first);
    }
    return error;
}

static enum error grow(void)
{
    enum error error = frame_drop(spare);

    spare = 0;
    if (error == ERROR_NONE) {
        error = library_grow_handles();
    }
    return error == ERROR_NONE ? frame_allocate(&spare) : error;
}

static enum error take(uint64_t address, uint32_t count, struct segment *run)
{
    enum error error;

    count = count < SEGMENT_FRAMES_MAX ? count : SEGMENT_FRAMES_MAX;
    do {
        error = take_run(address, count, run);
        if (error == ERROR_NO_TABLE_ENTRY && count > RUN_SMALL) { /* there may be room, but not in one piece */
            count = RUN_SMALL;
            error = take_run(address, count, run);
        }
    } while (error == ERROR_NO_TABLE_ENTRY && (error = grow()) == ERROR_NONE);
    return error;
}

static enum error map_run(const struct segment *run, uint64_t address)
{
    enum error error = ERROR_NONE;

    for (uint32_t k = 0; k < run->count && error == ERROR_NONE; k++) {
        error = frame_map(handle_of_run(run->first, k), address + k * FRAME_SIZE, RIGHT_READ | RIGHT_WRITE);
    }
    return error;
}

static void drop_quietly(handle value)
{
    enum error error = value != 0 ? frame_drop(value) : ERROR_NONE;
    (void)error;
}

static void give_up(void)
{
    while (run_count > 0) {
        enum error error = segment_drop(&runs[--run_count], NULL); /* mappings included */
        (void)error;
    }
}

static enum error take_all(uint64_t start, uint64_t end)
{
    enum error error = frame_allocate(&spare);

    for (uint64_t address = start; address < end && error == ERROR_NONE;) {
        struct segment *run = &runs[run_count];

        if (run_count == RUNS_MAX) {
            error = ERROR_NO_ROOM;
            break;
        }
        error = take(address, (uint32_t)((end - address) / FRAME_SIZE), run);
        if (error == ERROR_NONE) {
            run_count++;
            error = map_run(run, next_address + (address - start));
            address += run->count * FRAME_SIZE;
        }
    }
    drop_quietly(spare);
    spare = 0;
    if (error != ERROR_NONE) {
        give_up();
    }
    return error;
}

static bool reaches_beyond(uint32_t position, uint32_t size, uint32_t bits)
{
    return size == 0 || size > 16 || position + size > bits;
}

must_use enum error screen_open(uint32_t first, uint32_t last, struct canvas *canvas)
{
    const struct screen *screen = &start_page()->screen;
    uint64_t top = (uint64_t)screen->height * first / 100;
    uint64_t bottom = (uint64_t)screen->height * last / 100;

    if (screen->width == 0) {
        return ERROR_UNUSED;
    }
    if (last > 100 || top >= bottom) {
        return ERROR_BAD_ARGUMENT;
    }
    if (reaches_beyond(screen->red_position, screen->red_size, screen->bits) ||
        reaches_beyond(screen->green_position, screen->green_size, screen->bits) ||
        reaches_beyond(screen->blue_position, screen->blue_size, screen->bits)) {
        return ERROR_WRONG_KIND;
    }
    uint64_t start = screen->address + top * screen->pitch;
    uint64_t end = screen->address + bottom * screen->pitch;
    uint64_t offset = start % FRAME_SIZE;

    start -= offset;
    end = (end + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE;
    run_count = 0;
    enum error error = take_all(start, end);
    if (error == ERROR_NONE) {
        canvas_initialise(canvas, screen, (void *)(next_address + offset), (uint32_t)(bottom - top));
        next_address += end - start;
    }
    return error;
}

/* FIRST-LAST */
static bool parse_band(const char *text, uint64_t *first, uint64_t *last)
{
    const char *dash = strchr(text, '-');
    char start[4];

    return dash != NULL && option_word_copy((struct option_word){text, (size_t)(dash - text)}, start, sizeof(start)) &&
           option_number(start, 100, first) == ERROR_NONE && option_number(dash + 1, 100, last) == ERROR_NONE;
}

must_use enum error screen_open_argument(struct canvas *canvas)
{
    char text[12];
    uint64_t first;
    uint64_t last;
    enum option_state state = option_find(start_page()->arguments, "screen", text, sizeof(text));

    if (state == OPTION_ABSENT) {
        return ERROR_UNUSED;
    }
    if (state != OPTION_FOUND || !parse_band(text, &first, &last)) {
        return ERROR_BAD_OPTION;
    }
    return screen_open((uint32_t)first, (uint32_t)last, canvas);
}
