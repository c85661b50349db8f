#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include <quire/account.h>
#include <quire/print.h>
#include <string.h>

struct command {
    outcome (*function)(const struct words *words); /* NULL: a title */
    const char *name;
    uint32_t least;
    uint32_t most;
    const char *use;
    const char *help;
};

static const struct command commands[] = {
#define GROUP(title) {NULL, title, 0, 0, "", ""},
#define COMMAND(identifier, name, least, most, use, help) {command_##identifier, name, least, most, use, help},
#include "servers/shell/commands.def"
#undef COMMAND
#undef GROUP
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Length of what stands before the first blank. */
static size_t first_word(const char *text)
{
    size_t length = 0;

    while (text[length] != 0 && text[length] != ' ') {
        length++;
    }
    return length;
}

/* How many words of `words` are the command's name; 0: they are not. */
static uint32_t name_words(const struct command *command, const struct words *words)
{
    size_t first = first_word(command->name);

    if (command->function == NULL || words->count == 0 || strlen(words->word[0]) != first ||
        memcmp(words->word[0], command->name, first) != 0) {
        return 0;
    }
    if (command->name[first] == 0) {
        return 1;
    }
    return words->count > 1 && strcmp(words->word[1], command->name + first + 1) == 0 ? 2 : 0;
}

/* The command that the words begin with, or NULL. *length: words of its name. */
static const struct command *find(const struct words *words, uint32_t *length)
{
    for (size_t k = 0; k < COMMANDS; k++) {
        *length = name_words(&commands[k], words);
        if (*length > 0) {
            return &commands[k];
        }
    }
    return NULL;
}

static void say_use(const struct command *command)
{
    print("  %s%s%s\n", command->name, *command->use != 0 ? " " : "", command->use);
}

/* Whether the command's name begins with the word, as `segment alloc` does with `segment`. */
static bool is_of(const struct command *command, const char *word)
{
    size_t length = strlen(word);

    return command->function != NULL && strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

/* Whether any command's name begins with the word. */
static bool is_group(const char *word)
{
    for (size_t k = 0; k < COMMANDS; k++) {
        if (is_of(&commands[k], word)) {
            return true;
        }
    }
    return false;
}

/* Uses of all commands whose names begin with the word. */
static void say_uses_of(const char *word)
{
    for (size_t k = 0; k < COMMANDS; k++) {
        if (is_of(&commands[k], word)) {
            say_use(&commands[k]);
        }
    }
}

/* Whether the words behind the command were wrong, so that it helps to see which it takes. */
static bool is_of_words(outcome value)
{
    return value == SHELL_ERROR_BAD_USE || value == SHELL_ERROR_BAD_WORD || value == SHELL_ERROR_BAD_NUMBER;
}

void say_outcome(outcome value)
{
    struct refusal refusal = last_refusal();

    print("%s: %s\n", outcome_name(value), outcome_sentence(value));
    if (value == ERROR_OVER_LIMIT || value == ERROR_TOO_MANY_TABLES) {
        print("  account %u (%s): limit %lu, used %lu, asked %lu\n", refusal.account, account_name(refusal.account),
              refusal.limit, refusal.used, refusal.asked);
    }
}

outcome command_do(const struct words *words)
{
    uint32_t length;
    const struct command *command = find(words, &length);

    if (words->count == 0) {
        return ERROR_NONE;
    }
    if (command == NULL) {
        outcome value = is_group(words->word[0]) ? SHELL_ERROR_BAD_USE : SHELL_ERROR_NO_COMMAND;
        say_outcome(value);
        say_uses_of(words->word[0]);
        return value;
    }
    struct words rest = words_behind(words, length);
    outcome value = SHELL_ERROR_BAD_USE;
    if (rest.count >= command->least && rest.count <= command->most) {
        value = command->function(&rest);
    }
    if (value != ERROR_NONE) {
        say_outcome(value);
    }
    if (is_of_words(value)) {
        say_use(command);
    }
    return value;
}

/* --- help ------------------------------------------------------------------------------------------------------------ */

static void say_all(void)
{
    for (size_t k = 0; k < COMMANDS; k++) {
        if (commands[k].function == NULL) {
            print("%s\n", commands[k].name);
        } else {
            print("  %-17s %s\n", commands[k].name, commands[k].help);
        }
    }
    print("`help COMMAND` shows the words behind it. Tab completes; Ctrl-C empties the line; # begins a remark.\n");
}

/* What the letters mean, for a command that takes some. */
static void say_rights(const char *use)
{
    while (use != NULL && strncmp(use, "RIGHTS", strlen("RIGHTS")) != 0) {
        use = strchr(use + 1, 'R');
    }
    if (use == NULL) {
        return;
    }
#define RIGHT(bit, NAME, letter, text) print("  " letter "  %s\n", text);
#include <quire/rights.def>
#undef RIGHT
}

must_use outcome command_help(const struct words *words)
{
    uint32_t length;
    const struct command *command = find(words, &length);

    if (words->count == 0) {
        say_all();
        return ERROR_NONE;
    }
    if (command != NULL && length == words->count) {
        say_use(command);
        print("  %s\n", command->help);
        say_rights(strchr(command->use, 'R'));
        return ERROR_NONE;
    }
    if (words->count != 1 || !is_group(words->word[0])) {
        return SHELL_ERROR_NO_COMMAND;
    }
    say_uses_of(words->word[0]);
    return ERROR_NONE;
}

must_use outcome command_fails(const struct words *words)
{
    struct words rest = words_behind(words, 1);
    outcome expected;

    if (!outcome_find(words->word[0], &expected)) {
        return SHELL_ERROR_BAD_WORD;
    }
    outcome value = command_do(&rest);
    if (value == ERROR_NONE) {
        return SHELL_ERROR_NO_FAILURE;
    }
    return value == expected ? ERROR_NONE : (outcome)SHELL_ERROR_OTHER_ERROR;
}

/* --- completion ------------------------------------------------------------------------------------------------------ */

static void offer_commands(const struct words *before, struct completion *completion)
{
    char first[CANDIDATE_MAX] = "";

    for (size_t k = 0; k < COMMANDS; k++) {
        const char *name = commands[k].name;
        size_t length = first_word(name);

        if (commands[k].function == NULL) {
            continue;
        }
        if (before->count == 1 && is_of(&commands[k], before->word[0])) {
            completion_offer(completion, name + length + 1);
        } else if (before->count == 0 && (strlen(first) != length || memcmp(first, name, length) != 0)) {
            memcpy(first, name, length);
            first[length] = 0;
            completion_offer(completion, first);
        }
    }
}

static void offer_errors(struct completion *completion)
{
    outcome value;
    const char *name;

    for (uint32_t k = 0; (name = outcome_at(k, &value)) != NULL; k++) {
        completion_offer(completion, name);
    }
}

static void offer_kinds(struct completion *completion)
{
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    if (object) {                                                                                                      \
        completion_offer(completion, name);                                                                            \
    }
#include <quire/kinds.def>
#undef KIND
}

static void offer_rights(struct completion *completion)
{
    char text[RIGHTS_TEXT];

    rights_text(RIGHTS_FRAME, text);
    completion_offer(completion, text);
    completion_offer(completion, "r");
    completion_offer(completion, "rw");
    completion_offer(completion, "rx");
    completion_offer(completion, "rmcv");
}

static void offer_things(enum thing_sort sort, struct completion *completion)
{
    uint32_t place = 0;
    struct thing *thing;
    char name[THING_NAME];

    while ((thing = thing_next(&place)) != NULL) {
        if (sort == THING_NONE || thing->sort == sort) {
            completion_offer(completion, thing_name(thing, name));
        }
    }
}

/* What a word in commands.def stands for. */
static void offer_word(const char *word, size_t length, struct completion *completion)
{
    char literal[CANDIDATE_MAX];

    if (length == 1 && (*word == 'S' || *word == 'L' || *word == 'E' || *word == 'T')) {
        offer_things((enum thing_sort)(*word - 'A' + 'a'), completion);
    } else if (length == 1 && *word == 'F') {
        offer_things(THING_NONE, completion);
    } else if (length == 4 && memcmp(word, "KIND", length) == 0) {
        offer_kinds(completion);
    } else if (length == 4 && memcmp(word, "NAME", length) == 0) {
        offer_files(completion);
    } else if (length == 5 && memcmp(word, "ERROR", length) == 0) {
        offer_errors(completion);
    } else if (length == 6 && memcmp(word, "RIGHTS", length) == 0) {
        offer_rights(completion);
    } else if (length == 7 && memcmp(word, "ACCOUNT", length) == 0) {
        offer_tasks(completion);
    } else if (length > 1 && length < sizeof(literal) && *word >= 'a' && *word <= 'z') {
        memcpy(literal, word, length);
        literal[length] = 0;
        completion_offer(completion, literal);
    }
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_between(char byte)
{
    return byte == ' ' || byte == '|' || byte == '[';
}

/* Words of letters, and one of small letters together with the = behind it. */
static void offer_words(const char *use, struct completion *completion)
{
    while (*use != 0) {
        size_t length = 0;

        while (is_letter(use[length])) {
            length++;
        }
        if (use[length] == '=') {
            length++;
        }
        if (length > 0) {
            offer_word(use, length, completion);
        }
        use += length;
        while (*use != 0 && !is_between(*use)) {
            use++;
        }
        while (is_between(*use)) {
            use++;
        }
    }
}

void command_candidates(const char *before, struct completion *completion)
{
    static struct cut_line cut;
    uint32_t length;

    if (words_cut(before, &cut) != ERROR_NONE) {
        return;
    }
    struct words words = cut.words;
    while (words.count >= 2 && strcmp(words.word[0], "fails") == 0) {
        words = words_behind(&words, 2);
    }
    if (words.count >= 1 && strcmp(words.word[0], "help") == 0) {
        words = words_behind(&words, 1);
    }
    const struct command *command = find(&words, &length);
    if (command == NULL) {
        offer_commands(&words, completion);
    } else {
        offer_words(command->use, completion);
    }
}
