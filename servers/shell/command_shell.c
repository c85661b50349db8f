/* Commands about the shell itself. */
#include "servers/shell/commands.h"
#include "servers/shell/shell.h"

#include <quire/print.h>
#include <string.h>

static void show(outcome value)
{
    print("%4u  %-16s %s\n", value, outcome_name(value), outcome_sentence(value));
}

must_use outcome command_errors(const struct words *words)
{
    outcome value;
    uint64_t number;

    if (words->count > 0) {
        const char *word = words->word[0];

        if (!outcome_find(word, &value)) {
            if (word_number(word, UINT32_MAX, &number) != ERROR_NONE) {
                return SHELL_ERROR_BAD_WORD;
            }
            value = (outcome)number;
        }
        show(value);
        return ERROR_NONE;
    }
    for (uint32_t k = 0; outcome_at(k, &value) != NULL; k++) {
        show(value);
    }
    return ERROR_NONE;
}

must_use outcome command_echo(const struct words *words)
{
    for (uint32_t k = 0; k < words->count; k++) {
        shell_show(k > 0 ? " " : "");
        shell_show(words->word[k]);
    }
    print("\n");
    return ERROR_NONE;
}

must_use outcome command_history(const struct words *words)
{
    const struct history *history = shell_history();
    uint64_t first = history->added < HISTORY_LINES ? history->added : HISTORY_LINES;

    (void)words;
    for (uint64_t back = first; back > 0; back--) {
        print("%4lu  ", history->added - back + 1);
        shell_show(history_line(history, back));
        print("\n");
    }
    return ERROR_NONE;
}

must_use outcome command_exit(const struct words *words)
{
    (void)words;
    shell_end();
    return ERROR_NONE;
}
