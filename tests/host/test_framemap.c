/* The picture of memory, drawn of memory that is made up: what a cell shows, what is lit up, and that nothing is drawn beside the canvas. */
#include "servers/framemap/cells.h"
#include "servers/framemap/clients.h"
#include "servers/framemap/colours.h"
#include "servers/framemap/layout.h"
#include "servers/framemap/picture.h"
#include "servers/framemap/picture_text.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <quire/slot.h>
#include <quire/start.h>
#include <string.h>

static struct layout layout;
static struct cells cells;
static struct clients clients;
static struct picture picture;

/* Memory of a machine: a hole where PCs have one, and in between what a test put there. */
#define FRAMES 4096
static struct frame_run frames[FRAMES];

static struct frame_run run(uint64_t first, uint64_t end, uint32_t kind, uint32_t payer)
{
    return (struct frame_run){.first = first * FRAME_SIZE,
                              .end = end * FRAME_SIZE,
                              .kind = kind,
                              .payer = payer,
                              .region = REGION_USABLE,
                              .used = kind != KIND_NONE};
}

static void put(uint64_t first, uint64_t end, uint32_t kind, uint32_t payer)
{
    for (uint64_t k = first; k < end; k++)
        frames[k] = run(k, k + 1, kind, payer);
}

static bool alike(const struct frame_run *a, const struct frame_run *b)
{
    return a->kind == b->kind && a->payer == b->payer && a->region == b->region && a->used == b->used;
}

/* The run from a frame on, at most `limit` frames of it. */
static struct frame_run survey(uint64_t frame, uint64_t limit)
{
    struct frame_run found = frames[frame];

    for (uint64_t k = frame + 1; k < FRAMES && k < frame + limit && alike(&frames[k], &found); k++)
        found.end = frames[k].end;
    return found;
}

static void walk(uint64_t limit)
{
    for (uint64_t frame = 0; frame < FRAMES;) {
        struct frame_run found = survey(frame, limit);
        bool charged = sort_of_run(&found, 0) >= SORT_CLIENT;
        uint32_t place = charged ? clients_count(&clients, &found) : 0;

        cells_add(&cells, &layout, &found, sort_of_run(&found, place));
        frame = found.end / FRAME_SIZE;
    }
    cells_settle(&cells);
    clients_settle(&clients);
}

/* 4096 free frames, cells of `block` of them. */
static void start(uint64_t block)
{
    memset(&layout, 0, sizeof(layout));
    memset(&clients, 0, sizeof(clients));
    cells_initialise(&cells);
    put(0, FRAMES, KIND_NONE, 0);
    for (uint64_t k = 0; k < FRAMES;) {
        struct frame_run found = survey(k, 512);

        layout_add(&layout, &found);
        k = found.end / FRAME_SIZE;
    }
    layout_place(&layout, block);
}

static uint32_t hot_cells(void)
{
    uint32_t hot = 0;

    for (uint32_t k = 0; k < layout.cells; k++)
        hot += cells.cells[k].heat > 0;
    return hot;
}

START_TEST(every_frame_has_a_cell)
{
    static const struct {
        uint64_t first, end;
        uint32_t region;
    } map[] = {{0, 9, REGION_RESERVED},           {9, 159, REGION_USABLE},
               {159, 256, REGION_UNKNOWN},        {256, 300, REGION_KERNEL},
               {300, 131040, REGION_USABLE},      {131040, 131072, REGION_RESERVED},
               {131072, 1036288, REGION_UNKNOWN}, {1036288, 1037056, REGION_FRAMEBUFFER}};

    for (uint64_t block = 1; block <= 1 << 16; block *= 4) {
        uint32_t before = 0;

        memset(&layout, 0, sizeof(layout));
        for (size_t k = 0; k < sizeof(map) / sizeof(map[0]); k++) {
            struct frame_run piece = run(map[k].first, map[k].end, KIND_NONE, 0);
            piece.region = map[k].region;
            layout_add(&layout, &piece);
        }
        uint64_t count = layout_place(&layout, block);
        ck_assert_uint_le(count,
                          (131072 + 768) / block + 5 + 64); /* the wide hole is one, unless it is narrow on the map */
        for (uint64_t frame = 0; frame < 1037056;) {
            uint64_t end;
            uint32_t cell = layout_cell(&layout, frame, &end);

            ck_assert_uint_gt(end, frame);
            ck_assert_uint_lt(cell, count);
            ck_assert(cell == before || cell == before + 1);
            ck_assert_uint_le(layout_frame(&layout, cell), frame);
            before = cell;
            frame = end;
        }
        ck_assert_uint_eq(before + 1, count);
        uint64_t end;
        ck_assert_uint_eq(layout_cell(&layout, 1 << 24, &end), count - 1); /* beyond all that was told */
        ck_assert_uint_eq(end, UINT64_MAX);
    }
}
END_TEST

START_TEST(more_pieces_than_can_be_kept)
{
    memset(&layout, 0, sizeof(layout));
    for (uint64_t k = 0; k < 2 * PIECES_MAX; k++) {
        struct frame_run piece = run(k, k + 1, KIND_NONE, 0);
        piece.region = k % 2 ? REGION_UNKNOWN : REGION_USABLE;
        layout_add(&layout, &piece);
    }
    ck_assert_uint_eq(layout.piece_count, PIECES_MAX);
    ck_assert_uint_eq(layout_place(&layout, 1), 2 * PIECES_MAX);
}
END_TEST

START_TEST(shares_of_a_cell)
{
    start(16);
    put(16, 20, KIND_UNTYPED, 7);
    put(20, 21, KIND_PAGE_TABLE, 7);
    put(24, 32, KIND_UNTYPED, 9);
    put(40, 41, KIND_UNTYPED, 9);
    walk(512);
    const struct cell *cell = &cells.cells[1];
    ck_assert_uint_eq(cell->count, 4);
    ck_assert_uint_eq(cell->sorts[0], sort_of_client(0, USE_MEMORY));
    ck_assert_uint_eq(cell->sorts[1], sort_of_client(0, USE_PAGE_TABLE));
    ck_assert_uint_eq(cell->sorts[2], SORT_FREE);
    ck_assert_uint_eq(cell->sorts[3], sort_of_client(1, USE_MEMORY));
    ck_assert_uint_eq(cell->parts[0], 255 / 4);
    ck_assert_uint_eq(cell->parts[3], 255 / 2);
    ck_assert_uint_eq(cells.cells[2].count, 2);
    ck_assert_uint_eq(cells.cells[3].count, 1);
    ck_assert_uint_eq(hot_cells(), 0); /* all is new: nothing has changed */
}
END_TEST

/* More sorts than a cell has shares: the smallest are told least. */
START_TEST(crowded_cell)
{
    start(64);
    for (uint32_t k = 0; k < 20; k++)
        put(k, k + 1, k % 2 ? KIND_UNTYPED : KIND_HANDLE_TABLE, 1 + k);
    put(20, 50, KIND_UNTYPED, 30);
    walk(512);
    uint32_t sum = 0;
    bool seen = false;
    for (uint32_t k = 0; k < cells.cells[0].count; k++) {
        sum += cells.cells[0].parts[k];
        seen |= colour_of_sort(cells.cells[0].sorts[k]) == colour_of_sort(sort_of_client(20, 0)) &&
                cells.cells[0].parts[k] > 100;
    }
    ck_assert_uint_le(cells.cells[0].count, CELL_SHARES);
    ck_assert_uint_le(sum, 255);
    ck_assert_uint_gt(sum, 250);
    ck_assert(seen);
}
END_TEST

/* However a walk's requests cut runs, nothing seems to have changed; and what did is lit up, and cools down. */
START_TEST(what_changed_is_lit_up)
{
    struct random random = random_start();

    start(16);
    for (uint32_t k = 0; k < 300; k++) {
        uint64_t first = random_below(&random, FRAMES - 40);
        put(first, first + random_below(&random, 40), random_below(&random, 2) ? KIND_UNTYPED : KIND_NONE,
            1 + (uint32_t)random_below(&random, 5));
    }
    walk(512);
    for (uint64_t limit = 1; limit < 40; limit++) {
        walk(limit);
        ck_assert_uint_eq(hot_cells(), 0);
    }
    for (uint32_t k = 0; k < 200; k++) {
        uint64_t frame = random_below(&random, FRAMES);
        put(frame, frame + 1, frames[frame].used ? KIND_NONE : KIND_UNTYPED, 3);
        walk(1 + random_below(&random, 600));
        ck_assert_uint_eq(hot_cells(), 1);
        ck_assert_uint_gt(cells.cells[frame / 16].heat, 0);
        cells.cells[frame / 16].heat = 0;
    }
}
END_TEST

START_TEST(busiest_clients)
{
    uint32_t places[CLIENTS_MAX];

    start(16);
    for (uint32_t k = 0; k < 40; k++)
        put(k * 50, k * 50 + 1 + k % 7 * 3, KIND_UNTYPED, 100 + k);
    walk(512);
    uint32_t count = clients_busiest(&clients, places, CLIENTS_MAX);
    ck_assert_uint_eq(count, CLIENTS_MAX); /* of 40; the others are drawn, and not listed */
    for (uint32_t k = 1; k < count; k++)
        ck_assert_uint_ge(clients.clients[places[k - 1]].frames, clients.clients[places[k]].frames);
    ck_assert_uint_eq(clients_busiest(&clients, places, 3), 3);
    ck_assert_uint_eq(clients.clients[places[0]].frames, 19);
    ck_assert_uint_eq(clients.clients[places[2]].frames, 19);
    put(0, FRAMES, KIND_NONE, 0);
    put(5, 8, KIND_UNTYPED, 200);
    walk(512);
    walk(512);
    ck_assert_uint_eq(clients_busiest(&clients, places, CLIENTS_MAX), 1);
    ck_assert_uint_eq(clients.clients[places[0]].account, 200);
}
END_TEST

/* A task's tables tell its name most surely, frames in lists not at all. */
START_TEST(witnesses)
{
    start(16);
    put(10, 11, KIND_UNTYPED, 7);
    put(20, 21, KIND_HANDLE_TABLE, 7);
    put(30, 31, KIND_ENDPOINT, 7);
    put(40, 41, KIND_UNTYPED, 8);
    frames[40].listed = true;
    put(50, 51, KIND_UNTYPED, 9);
    put(60, 61, KIND_LIST, 9);
    walk(512);
    ck_assert_uint_eq(clients.clients[0].witness, 20 * FRAME_SIZE);
    ck_assert_uint_eq(clients.clients[1].witness, 0);
    ck_assert_uint_eq(clients.clients[2].witness, 60 * FRAME_SIZE);
}
END_TEST

/* A canvas with guards around it, of pixels of so many bits. */
#define GUARD 4096
static uint8_t *memory;
static size_t memory_size;
static struct canvas canvas;

static void canvas_make(uint32_t width, uint32_t height, uint32_t bits)
{
    struct screen screen = {.width = width, .height = height, .bits = (uint8_t)bits, .blue_position = 0};
    static const uint8_t sizes[][3] = {{5, 5, 5}, {5, 6, 5}, {8, 8, 8}};
    const uint8_t *size = sizes[bits == 15 ? 0 : bits == 16 ? 1 : 2];

    screen.red_size = size[0];
    screen.green_size = size[1];
    screen.blue_size = size[2];
    screen.green_position = size[2];
    screen.red_position = (uint8_t)(size[2] + size[1]);
    screen.pitch = width * ((bits + 7) / 8) + 12;
    free(memory);
    memory_size = (size_t)screen.pitch * height;
    memory = malloc(memory_size + 2 * GUARD);
    memset(memory, 0xa5, memory_size + 2 * GUARD);
    canvas_initialise(&canvas, &screen, memory + GUARD, height);
}

static void canvas_check(void)
{
    for (uint32_t k = 0; k < GUARD; k++) {
        ck_assert_uint_eq(memory[k], 0xa5);
        ck_assert_uint_eq(memory[GUARD + memory_size + k], 0xa5);
    }
    for (uint32_t row = 0; row < canvas.height; row++)
        for (uint32_t k = 0; k < 12; k++)
            ck_assert_uint_eq(canvas.pixels[(row + 1) * canvas.pitch - 12 + k], 0xa5);
}

static uint32_t pixel_at(uint32_t x, uint32_t y)
{
    uint32_t pixel = 0;

    memcpy(&pixel, canvas.pixels + y * canvas.pitch + x * canvas.bytes, canvas.bytes);
    return pixel;
}

START_TEST(colours_of_every_depth)
{
    static const uint32_t depths[] = {15, 16, 24, 32};
    for (size_t k = 0; k < 4; k++) {
        canvas_make(64, 32, depths[k]);
        canvas_fill(&canvas, 60, 30, 100, 100, 0xff8000);
        canvas_fill(&canvas, 64, 0, 1, 1, 0xffffff);
        canvas_fill(&canvas, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0xffffff);
        canvas_glyph(&canvas, 57, 0, 1, 'x', 0xffffff, 0);
        canvas_glyph(&canvas, 0, 17, 1, 'x', 0xffffff, 0);
        canvas_check();
        ck_assert_uint_eq(pixel_at(63, 31), depths[k] == 15   ? 0x1f << 10 | 0x10 << 5
                                            : depths[k] == 16 ? 0x1f << 11 | 0x20 << 5
                                                              : 0xff8000);
        canvas_glyph(&canvas, 0, 0, 1, 'L', 0xffffff, 0x000000);
        ck_assert_uint_eq(pixel_at(2, 6), canvas_pixel(&canvas, 0xffffff)); /* the stem */
        ck_assert_uint_eq(pixel_at(6, 4), 0);
    }
}
END_TEST

/* Screens and machines of all sizes: all of memory is drawn, within the map, and nothing beside the canvas. */
START_TEST(pictures_of_every_size)
{
    static const uint32_t sizes[][3] = {{640, 312, 32},  {640, 480, 15},  {800, 390, 16},  {1024, 499, 32},
                                        {1024, 768, 24}, {1280, 665, 32}, {1920, 702, 24}, {2560, 1440, 32}};
    static const uint64_t machines[] = {1 << 14, 1 << 17, 3 << 19, 1 << 28};

    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
        for (size_t machine = 0; machine < sizeof(machines) / sizeof(machines[0]); machine++) {
            struct frame_run all = run(0, machines[machine], KIND_NONE, 0);

            canvas_make(sizes[k][0], sizes[k][1], sizes[k][2]);
            memset(&layout, 0, sizeof(layout));
            cells_initialise(&cells);
            layout_add(&layout, &all);
            ck_assert(picture_start(&picture, &canvas, &layout));
            ck_assert_uint_ge(picture.columns * picture.rows, layout.cells);
            ck_assert_uint_le(picture.columns * picture.cell_width, picture.map.width);
            ck_assert_uint_le(picture.rows * picture.cell_height, picture.map.height);
            ck_assert_uint_ge(picture.columns * picture.cell_width * picture.rows * picture.cell_height * 2,
                              picture.map.width * picture.map.height);
            cells_add(&cells, &layout, &all, SORT_KERNEL);
            cells_settle(&cells);
            picture_draw_cells(&picture, &cells);
            canvas_check();
            uint32_t last = layout.cells - 1;
            ck_assert_uint_eq(pixel_at(picture.map.x + last % picture.columns * picture.cell_width,
                                       picture.map.y + last / picture.columns * picture.cell_height),
                              canvas_pixel(&canvas, colour_of_sort(SORT_KERNEL)));
        }
}
END_TEST

START_TEST(too_small)
{
    struct frame_run all = run(0, 1 << 17, KIND_NONE, 0);

    memset(&layout, 0, sizeof(layout));
    layout_add(&layout, &all);
    for (uint32_t width = 8; width < 640; width += 24)
        for (uint32_t height = 8; height < 320; height += 24) {
            canvas_make(width, height, 32);
            (void)picture_start(&picture, &canvas, &layout);
            canvas_check();
        }
    canvas_make(320, 200, 32);
    ck_assert(!picture_start(&picture, &canvas, &layout));
}
END_TEST

/* One frame in use among 2^k free ones is seen. */
START_TEST(one_frame_is_seen)
{
    struct frame_run before = run(0, 70000, KIND_NONE, 0);
    struct frame_run one = run(70000, 70001, KIND_UNTYPED, 5);
    struct frame_run behind = run(70001, 1 << 20, KIND_NONE, 0);
    uint32_t found = 0;

    canvas_make(1024, 499, 32);
    memset(&layout, 0, sizeof(layout));
    cells_initialise(&cells);
    layout_add(&layout, &before);
    layout_add(&layout, &one);
    layout_add(&layout, &behind);
    ck_assert(picture_start(&picture, &canvas, &layout));
    cells_add(&cells, &layout, &before, SORT_FREE);
    cells_add(&cells, &layout, &one, sort_of_client(3, USE_MEMORY));
    cells_add(&cells, &layout, &behind, SORT_FREE);
    cells_settle(&cells);
    picture_draw_cells(&picture, &cells);
    for (uint32_t y = 0; y < picture.map.height; y++)
        for (uint32_t x = 0; x < picture.map.width; x++)
            found += pixel_at(picture.map.x + x, picture.map.y + y) == colour_of_sort(sort_of_client(3, USE_MEMORY));
    ck_assert_uint_eq(found, picture.cell_height - 1);
}
END_TEST

START_TEST(texts)
{
    char text[NUMBER_TEXT];

    number_text(text, 0);
    ck_assert_str_eq(text, "0");
    number_text(text, 999);
    ck_assert_str_eq(text, "999");
    number_text(text, 1234567);
    ck_assert_str_eq(text, "1,234,567");
    number_text(text, UINT64_MAX);
    ck_assert_str_eq(text, "18,446,744,073,709,551,615");
    size_text(text, 1);
    ck_assert_str_eq(text, "4 KiB");
    size_text(text, 128324);
    ck_assert_str_eq(text, "501.2 MiB");
    size_text(text, 1 << 18);
    ck_assert_str_eq(text, "1.0 GiB");
    address_text(text, 160);
    ck_assert_str_eq(text, "640K");
    address_text(text, 1 << 17);
    ck_assert_str_eq(text, "512M");
    address_text(text, (1 << 20) - (1 << 14));
    ck_assert_str_eq(text, "3.9G");
}
END_TEST

RUN_TESTS("framemap", every_frame_has_a_cell, more_pieces_than_can_be_kept, shares_of_a_cell, crowded_cell,
          what_changed_is_lit_up, busiest_clients, witnesses, colours_of_every_depth, pictures_of_every_size, too_small,
          one_frame_is_seen, texts)
