/* The shell: an ordinary client that does by hand what a task can ask of frame server and kernel. Lines come from the
 * console; with the word `script` on the kernel's command line they are a script's: nothing is edited, and the task ends with 0
 * only if every command succeeded. */
#include "servers/shell/commands.h"
#include "servers/shell/editor.h"
#include "servers/shell/programs.h"
#include "servers/shell/shell.h"
#include "servers/shell/terminal.h"

#include <quire/option_words.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

#define PROMPT "quire> "
#define FAILED_LINES 20 /* of a script that are told at the end */

static struct history history;
static struct editor editor;
static struct cut_line cut;
static bool ends;

static uint64_t line_number;
static uint64_t failures;
static struct {
    uint64_t line;
    outcome value;
} failed[FAILED_LINES];

void shell_show(const char *text)
{
    while (*text != 0) {
        char piece[PRINT_LENGTH_MAX];
        size_t length = 0;

        for (; length < sizeof(piece) && *text != 0; text++) {
            piece[length++] = (char)(*text >= ' ' && *text <= '~' ? *text : '?');
        }
        terminal_show(piece, length);
    }
}

const struct history *shell_history(void)
{
    return &history;
}

void shell_end(void)
{
    ends = true;
}

static void do_line(void)
{
    outcome value = editor.too_long ? (outcome)SHELL_ERROR_LONG_LINE : words_cut(editor.text, &cut);

    line_number++;
    if (value != ERROR_NONE) {
        say_outcome(value);
    } else {
        value = command_do(&cut.words);
    }
    if (value != ERROR_NONE) {
        if (failures < FAILED_LINES) {
            failed[failures].line = line_number;
            failed[failures].value = value;
        }
        failures++;
    }
}

static void hide(void)
{
    editor_hide(&editor);
}

/* Takes what was typed, up to the end of a line: what comes behind it waits, so that Ctrl-C among it reaches the command. */
static void take(const char *bytes, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        enum editor_event event = editor_take(&editor, (uint8_t)bytes[k]);

        if (event == EDITOR_END) {
            ends = true;
            return;
        }
        if (event == EDITOR_LINE) {
            terminal_unread(bytes + k + 1, count - k - 1);
            do_line();
            editor_begin(&editor);
            programs_look(terminal_ends(), NULL);
            return;
        }
    }
}

static enum error loop(void)
{
    char bytes[256];
    size_t count;

    editor_begin(&editor);
    while (!ends) {
        programs_look(terminal_ends(), hide);
        editor_refresh(&editor);
        terminal_flush();
        while (!ends && (count = terminal_read(bytes, sizeof(bytes))) > 0) {
            take(bytes, count);
            if (!ends) {
                editor_refresh(&editor);
                terminal_flush();
            }
        }
        enum error error = ends ? ERROR_NONE : terminal_wait();
        if (error != ERROR_NONE) {
            return error;
        }
    }
    return ERROR_NONE;
}

static void tell_failures(void)
{
    for (uint64_t k = 0; k < failures && k < FAILED_LINES; k++) {
        print("# line %lu failed: %s\n", failed[k].line, outcome_name(failed[k].value));
    }
    print("# script: %lu lines, %lu failed\n", line_number, failures);
}

int main(void)
{
    char value[2];
    bool script = option_find(start_page()->command_line, "script", value, sizeof(value)) == OPTION_FOUND;
    enum error error = terminal_start(script);

    editor = (struct editor){.prompt = PROMPT,
                             .show = terminal_show,
                             .candidates = command_candidates,
                             .history = &history,
                             .plain = script};
    if (error == ERROR_NONE) {
        print("# %s: `help` lists the commands, Tab completes, `exit` ends the machine\n", start_page()->name);
        error = loop();
    }
    if (error != ERROR_NONE) {
        say_outcome(error);
        return (int)error;
    }
    if (script) {
        tell_failures();
    }
    return script && failures > 0;
}
