/* The panel beside the map: counts of the whole machine, and the busiest clients. */
#include "servers/framemap/colours.h"
#include "servers/framemap/picture.h"
#include "servers/framemap/picture_text.h"
#include <quire/format.h>

#define PADDING 10
#define LINE 18
#define CLIENT_LINE 24
#define BAR 14
#define THIN_BAR 3
#define SWATCH 9
#define ROOM_FOR_BOTH 240 /* pixels that frames and bytes need beside each other */

/* A line of two columns: words at the left, a number at the right. */
static void draw_line(const struct picture *picture, uint32_t y, uint32_t indent, const char *words, const char *value,
                      uint32_t colour)
{
    char text[64];
    uint32_t room = (picture->panel.width - 2 * PADDING - indent) / FONT_WIDTH;
    uint32_t value_length = 0;

    while (value[value_length] != 0) {
        value_length++;
    }
    room = room < sizeof(text) ? room : sizeof(text) - 1;
    if (value_length + 1 > room) {
        return;
    }
    uint32_t left = room - value_length;
    for (uint32_t k = 0; k < left; k++) {
        text[k] = ' ';
        if (*words != 0 && k + 1 < left) {
            text[k] = *words++;
        }
    }
    canvas_text(&picture->canvas, picture->panel.x + PADDING + indent, y, text, left, colour, COLOUR_PANEL);
    canvas_text(&picture->canvas, picture->panel.x + PADDING + indent + left * FONT_WIDTH, y, value, value_length,
                COLOUR_TEXT, COLOUR_PANEL);
}

static void draw_count(const struct picture *picture, uint32_t y, const char *words, uint64_t frames)
{
    char number[NUMBER_TEXT];
    char size[SIZE_TEXT];
    char value[64];

    number_text(number, frames);
    size_text(size, frames);
    if (picture->panel.width < ROOM_FOR_BOTH) {
        format_line(value, sizeof(value), "%s", size);
    } else {
        format_line(value, sizeof(value), "%s %9s", number, size);
    }
    draw_line(picture, y, 0, words, value, COLOUR_DIM);
}

/* All of usable memory as one bar: clients, the busiest first, and what is free. */
static void draw_whole(const struct picture *picture, uint32_t y, const struct machine_statistics *counts,
                       const struct clients *clients, const uint32_t *places, uint32_t count)
{
    uint32_t width = picture->panel.width - 2 * PADDING;
    uint32_t x = picture->panel.x + PADDING;
    uint32_t end = x + width;

    for (uint32_t k = 0; k < count && counts->usable > 0; k++) {
        uint64_t part = clients->clients[places[k]].frames * width / counts->usable;

        part = part < end - x ? part : end - x;
        canvas_fill(&picture->canvas, x, y, (uint32_t)part, BAR, colour_of_sort(sort_of_client(places[k], USE_MEMORY)));
        x += (uint32_t)part;
    }
    canvas_fill(&picture->canvas, x, y, end - x, BAR, COLOUR_LINE);
}

static void draw_client(const struct picture *picture, uint32_t y, const struct client *client, uint32_t place,
                        uint64_t most)
{
    uint32_t colour = colour_of_sort(sort_of_client(place, USE_MEMORY));
    uint32_t x = picture->panel.x + PADDING;
    uint32_t width = picture->panel.width - 2 * PADDING;
    uint32_t part = (uint32_t)(client->frames * width / most);
    char number[NUMBER_TEXT];
    char words[48];

    number_text(number, client->frames);
    if (client->named) {
        format_line(words, sizeof(words), "%s", client->name);
    } else {
        format_line(words, sizeof(words), "account %u", client->account);
    }
    canvas_fill(&picture->canvas, x, y + 4, SWATCH, SWATCH, colour);
    draw_line(picture, y, SWATCH + 7, words, number, COLOUR_TEXT);
    part = part > 0 ? part : 1;
    canvas_fill(&picture->canvas, x, y + FONT_HEIGHT + 1, part, THIN_BAR, colour);
    canvas_fill(&picture->canvas, x + part, y + FONT_HEIGHT + 1, width - part, THIN_BAR, COLOUR_LINE);
}

void picture_draw_panel(const struct picture *picture, const struct machine_statistics *counts,
                        const struct clients *clients)
{
    uint32_t bottom = picture->panel.y + picture->panel.height;
    uint32_t y = picture->panel.y + PADDING / 2;
    uint32_t places[CLIENTS_MAX];
    uint32_t count = clients_busiest(clients, places, CLIENTS_MAX);

    draw_count(picture, y, "usable", counts->usable);
    draw_count(picture, y + LINE, "free", counts->free);
    draw_count(picture, y + 2 * LINE, "in use", counts->in_use);
    draw_count(picture, y + 3 * LINE, "set aside", counts->set_aside);
    y += 4 * LINE + 4;
    draw_whole(picture, y, counts, clients, places, count);
    y += BAR + PADDING;
    for (uint32_t k = 0; k < count && y + CLIENT_LINE <= bottom; k++) {
        draw_client(picture, y, &clients->clients[places[k]], places[k], clients->clients[places[0]].frames);
        y += CLIENT_LINE;
    }
    canvas_fill(&picture->canvas, picture->panel.x, y, picture->panel.width, bottom - y, COLOUR_PANEL);
}
