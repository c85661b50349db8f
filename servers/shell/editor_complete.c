/* The Tab key. */
#include "servers/shell/editor_parts.h"
#include <quire/format.h>
#include <string.h>

static const struct editor *lister; /* whose list is shown */
static size_t column;

static void list_one(const char *candidate, size_t width)
{
    static const char blanks[] = "                                          ";
    char text[EDITOR_COLUMNS];
    size_t length = strlen(candidate);

    _Static_assert(sizeof(blanks) == CANDIDATE_MAX + 3, "as many as the widest column has");

    if (column > 0 && column + width > EDITOR_COLUMNS - 1) {
        editor_show(lister, "\n");
        column = 0;
    }
    format_line(text, sizeof(text), "%s%s", candidate, &blanks[CANDIDATE_MAX + 2 - (width - length)]);
    editor_show(lister, text);
    column += width;
}

/* Shows all candidates below the line. */
static void list(struct editor *editor, const char *before, const struct completion *found)
{
    struct completion completion = *found;
    char more[EDITOR_COLUMNS];

    editor_refresh(editor);
    editor_show(editor, "\n");
    lister = editor;
    column = 0;
    completion.count = 0;
    completion.show = list_one;
    editor->candidates(before, &completion);
    editor_show(editor, "\n");
    if (found->count > LISTED_MAX) {
        format_line(more, sizeof(more), "and %u more\n", found->count - LISTED_MAX);
        editor_show(editor, more);
    }
    editor->drawn = false;
}

bool editor_complete(struct editor *editor)
{
    char before[SHELL_LINE_MAX + 1];
    size_t start = completion_word(editor->text, editor->cursor);
    struct completion completion;

    memcpy(before, editor->text, start);
    before[start] = 0;
    completion_begin(&completion, editor->text + start, editor->cursor - start);
    if (editor->candidates != NULL) {
        editor->candidates(before, &completion);
    }
    size_t typed = editor->cursor - start;
    size_t common = strlen(completion.common);
    if (completion.count > 0 && common > typed) {
        editor_insert(editor, completion.common + typed, common - typed);
    }
    if (completion.count == 1) {
        editor_insert(editor, " ", 1);
    } else if (completion.count > 1 && common == typed && editor->after_tab) {
        list(editor, before, &completion);
        return false;
    } else if (common <= typed) {
        editor_show(editor, BELL);
    }
    return true;
}
