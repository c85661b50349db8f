#include "servers/shell/editor_parts.h"

#include <string.h>

static void set_line(struct editor *editor, const char *text)
{
    editor->length = strnlen(text, SHELL_LINE_MAX);
    memmove(editor->text, text, editor->length);
    editor->text[editor->length] = 0;
    editor->cursor = editor->length;
    editor->too_long = false;
}

void editor_begin(struct editor *editor)
{
    set_line(editor, "");
    editor->scroll = 0;
    editor->drawn = false;
    editor->back = 0;
    editor->after_tab = false;
}

void editor_insert(struct editor *editor, const char *text, size_t count)
{
    size_t left = SHELL_LINE_MAX - editor->length;

    if (count > left) {
        if (!editor->too_long) {
            editor_show(editor, BELL);
        }
        editor->too_long = true;
        count = left;
    }
    memmove(editor->text + editor->cursor + count, editor->text + editor->cursor, editor->length - editor->cursor + 1);
    memcpy(editor->text + editor->cursor, text, count);
    editor->length += count;
    editor->cursor += count;
}

/* Takes the characters from one place to another out; the cursor is at the first then. */
static void take_out(struct editor *editor, size_t from, size_t to)
{
    memmove(editor->text + from, editor->text + to, editor->length - to + 1);
    editor->length -= to - from;
    editor->cursor = from;
    editor->too_long = editor->too_long && editor->length > 0;
}

static void kill(struct editor *editor, size_t from, size_t to)
{
    if (from == to) {
        return;
    }
    memcpy(editor->killed, editor->text + from, to - from);
    editor->killed[to - from] = 0;
    take_out(editor, from, to);
}

static size_t word_start(const struct editor *editor)
{
    size_t place = editor->cursor;

    while (place > 0 && editor->text[place - 1] == ' ') {
        place--;
    }
    return completion_word(editor->text, place);
}

/* Shows a line of history, or (0) the one that was being typed. */
static void recall(struct editor *editor, uint64_t back)
{
    const char *line = back == 0 ? editor->own : history_line(editor->history, back);

    if (line == NULL || back == editor->back) {
        editor_show(editor, BELL);
        return;
    }
    if (editor->back == 0) {
        memcpy(editor->own, editor->text, sizeof(editor->own));
    }
    editor->back = back;
    set_line(editor, line);
}

static enum editor_event enter(struct editor *editor)
{
    editor->cursor = editor->length;
    editor_refresh(editor);
    editor_show(editor, "\n");
    editor->drawn = false;
    if (!editor->too_long) {
        history_add(editor->history, editor->text);
    }
    return EDITOR_LINE;
}

static enum editor_event interrupt(struct editor *editor)
{
    editor_refresh(editor);
    editor_show(editor, "^C\n");
    editor_begin(editor);
    return EDITOR_INTERRUPTED;
}

static enum editor_event delete_or_end(struct editor *editor)
{
    if (editor->length == 0) {
        editor_show(editor, "\n");
        return EDITOR_END;
    }
    if (editor->cursor < editor->length) {
        take_out(editor, editor->cursor, editor->cursor + 1);
    }
    return EDITOR_MORE;
}

/* Keys that move the cursor. */
static void move(struct editor *editor, enum key key)
{
    if (key == KEY_HOME) {
        editor->cursor = 0;
    } else if (key == KEY_END) {
        editor->cursor = editor->length;
    } else if (key == KEY_LEFT && editor->cursor > 0) {
        editor->cursor--;
    } else if (key == KEY_RIGHT && editor->cursor < editor->length) {
        editor->cursor++;
    }
}

/* Keys that change the line. */
static void change(struct editor *editor, enum key key)
{
    switch (key) {
    case KEY_BACKSPACE:
        if (editor->cursor > 0) {
            take_out(editor, editor->cursor - 1, editor->cursor);
        }
        return;
    case KEY_DELETE:
        if (editor->cursor < editor->length) {
            take_out(editor, editor->cursor, editor->cursor + 1);
        }
        return;
    case KEY_KILL_LEFT:
        kill(editor, 0, editor->cursor);
        return;
    case KEY_KILL_RIGHT:
        kill(editor, editor->cursor, editor->length);
        return;
    case KEY_KILL_WORD:
        kill(editor, word_start(editor), editor->cursor);
        return;
    case KEY_YANK:
        editor_insert(editor, editor->killed, strlen(editor->killed));
        return;
    case KEY_UP:
        recall(editor, editor->back + 1);
        return;
    case KEY_DOWN:
        recall(editor, editor->back > 0 ? editor->back - 1 : 0);
        return;
    case KEY_CLEAR:
        editor_show(editor, "\033[H\033[2J");
        editor->drawn = false;
        return;
    case KEY_UNKNOWN:
        editor_show(editor, BELL);
        return;
    default:
        move(editor, key);
        return;
    }
}

/* Of a script every byte is text. */
static enum editor_event take_plain(struct editor *editor, uint8_t byte)
{
    char character = (char)(byte == '\t' ? ' ' : byte == 0 ? '?' : byte);

    if (byte == '\r' || byte == '\n') {
        return enter(editor);
    }
    editor_insert(editor, &character, 1);
    return EDITOR_MORE;
}

enum editor_event editor_take(struct editor *editor, uint8_t byte)
{
    char character = (char)byte;

    if (editor->plain) {
        return take_plain(editor, byte);
    }
    enum key key = keys_take(&editor->keys, byte);
    if (key == KEY_NONE) {
        return EDITOR_MORE;
    }
    if (key == KEY_CHARACTER) {
        editor_insert(editor, &character, 1);
    } else if (key == KEY_ENTER) {
        return enter(editor);
    } else if (key == KEY_INTERRUPT) {
        return interrupt(editor);
    } else if (key == KEY_DELETE_OR_END) {
        return delete_or_end(editor);
    } else if (key == KEY_TAB) {
        editor->after_tab = editor_complete(editor);
        return EDITOR_MORE;
    } else {
        change(editor, key);
    }
    editor->after_tab = false;
    return EDITOR_MORE;
}
