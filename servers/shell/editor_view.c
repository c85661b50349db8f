/* What the terminal shows of the line: a window of it, as wide as the terminal is. */
#include "servers/shell/editor_parts.h"
#include <quire/format.h>
#include <string.h>

/* Columns for text: the last one stays empty, where terminals differ in what happens behind it, and two are for ^C. */
static size_t room(const struct editor *editor)
{
    return EDITOR_COLUMNS - 3 - strlen(editor->prompt);
}

void editor_show(const struct editor *editor, const char *text)
{
    editor->show(text, strlen(text));
}

/* Moves the window so that the cursor is in it: by halves, so that it is seldom drawn anew. */
static void scroll(struct editor *editor)
{
    size_t half = room(editor) / 2;

    while (editor->cursor < editor->scroll) {
        editor->scroll -= editor->scroll < half ? editor->scroll : half;
    }
    while (editor->cursor > editor->scroll + room(editor)) {
        editor->scroll += half;
    }
}

/* Moves from the first column to one. */
static void go_to(const struct editor *editor, size_t column)
{
    char sequence[16];

    editor_show(editor, "\r");
    if (column > 0) {
        format_line(sequence, sizeof(sequence), "\033[%luC", column);
        editor_show(editor, sequence);
    }
}

static void draw(struct editor *editor, const char *window, size_t length, size_t column)
{
    size_t old = editor->drawn_length;
    bool longer = editor->drawn && editor->drawn_scroll == editor->scroll && editor->drawn_cursor == old &&
                  length >= old && memcmp(window, editor->drawn_text, old) == 0;

    if (longer) {
        if (length > old) {
            editor->show(window + old, length - old);
        }
    } else {
        editor_show(editor, "\r");
        editor_show(editor, editor->prompt);
        if (length > 0) {
            editor->show(window, length);
        }
        editor_show(editor, "\033[K");
    }
    if (column != length) {
        go_to(editor, strlen(editor->prompt) + column);
    }
}

void editor_refresh(struct editor *editor)
{
    char window[EDITOR_COLUMNS] = {0};

    scroll(editor);
    size_t left = editor->length - editor->scroll;
    size_t length = left < room(editor) ? left : room(editor);
    size_t column = editor->cursor - editor->scroll;
    for (size_t k = 0; k < length; k++) {
        char byte = editor->text[editor->scroll + k];
        window[k] = (char)(byte >= ' ' && byte <= '~' ? byte : '?');
    }
    bool same = editor->drawn && editor->drawn_scroll == editor->scroll && editor->drawn_cursor == column &&
                editor->drawn_length == length && memcmp(window, editor->drawn_text, length) == 0;
    if (same) {
        return;
    }
    draw(editor, window, length, column);
    memcpy(editor->drawn_text, window, length);
    editor->drawn = true;
    editor->drawn_length = length;
    editor->drawn_cursor = column;
    editor->drawn_scroll = editor->scroll;
}

void editor_hide(struct editor *editor)
{
    if (editor->drawn) {
        editor_show(editor, "\r\033[K");
        editor->drawn = false;
    }
}
