#include "servers/console/lines.h"

#include <string.h>

void lines_initialise(struct lines *lines, void (*show)(const char *text, size_t length))
{
    memset(lines, 0, sizeof(*lines));
    lines->show = show;
}

static void show_line(struct lines *lines, struct line *line)
{
    if (line->length == 0) {
        return;
    }
    if (lines->open && lines->open_writer != line->writer) {
        lines->show("\n", 1);
    }
    lines->show(line->text, line->length);
    lines->open = line->text[line->length - 1] != '\n';
    lines->open_writer = line->writer;
    line->length = 0;
}

/* The writer's buffer, or NULL. *oldest: the one to take otherwise. */
static struct line *find(struct lines *lines, uint64_t writer, struct line **oldest)
{
    *oldest = &lines->lines[0];
    for (uint32_t k = 0; k < LINES; k++) {
        struct line *line = &lines->lines[k];

        if (line->writer == writer) {
            return line;
        }
        if (line->last_use < (*oldest)->last_use) {
            *oldest = line;
        }
    }
    return NULL;
}

static struct line *line_of(struct lines *lines, uint64_t writer)
{
    struct line *oldest;
    struct line *line = find(lines, writer, &oldest);

    if (line == NULL) {
        line = oldest;
        show_line(lines, line);
        line->writer = writer;
    }
    line->last_use = ++lines->uses;
    return line;
}

void lines_write(struct lines *lines, uint64_t writer, const char *text, size_t length)
{
    struct line *line = line_of(lines, writer);

    for (size_t k = 0; k < length; k++) {
        line->text[line->length++] = text[k];
        if (text[k] == '\n' || line->length == LINE_LENGTH) {
            show_line(lines, line);
        }
    }
}

void lines_flush(struct lines *lines, uint64_t writer)
{
    struct line *oldest;
    struct line *line = find(lines, writer, &oldest);

    if (line != NULL) {
        show_line(lines, line);
    }
}
