/* Tasks: starting, stopping, ending. */
#include "servers/shell/commands.h"

#include "servers/shell/meeting.h"
#include "servers/shell/programs.h"
#include "servers/shell/terminal.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <quire/print.h>
#include <quire/server.h>
#include <string.h>

#define FREE_HANDLE_TABLES 14 /* as tasks have that init starts: 896 handles, more than one message fills */
#define PRIORITIES 31

struct starting {
    const char *name;
    uint32_t number; /* of the file */
    struct directory_file file;
    struct account_limits limits;
    uint64_t priority;
    uint64_t cpu; /* number */
    struct gifts gifts;
    char arguments[sizeof(((struct start_page *)0)->arguments)];
};

/* All words behind a place, with a blank between them; those of a line fit but for the longest, which are cut. */
static void join(const struct words *words, uint32_t place, char *text, size_t size)
{
    size_t length = 0;

    text[0] = 0;
    for (uint32_t k = place; k < words->count && length < size; k++) {
        length += format_line(text + length, size - length, "%s%s", k == place ? "" : " ", words->word[k]);
    }
}

/* One of the limits; false: the word is none. */
static outcome read_limit(const char *word, struct starting *starting, bool *found)
{
    outcome error = word_option(word, "frames", UINT64_MAX - 1, found, &starting->limits.frames);

    if (!*found) {
        error = word_option(word, "tables", UINT64_MAX - 1, found, &starting->limits.tables);
    }
    if (!*found) {
        error = word_option(word, "priority", PRIORITIES, found, &starting->priority);
    }
    if (!*found) {
        error = word_option(word, "cpu", WORKERS_MAX - 1, found, &starting->cpu);
    }
    return error;
}

static outcome read_words(const struct words *words, struct starting *starting)
{
    outcome error;

    *starting = (struct starting){.name = words->word[0], .limits = {ACCOUNT_UNLIMITED, ACCOUNT_UNLIMITED}};
    error = file_find(starting->name, &starting->number, &starting->file);
    if (error != ERROR_NONE) {
        return error;
    }
    starting->priority = starting->file.priority;
    starting->cpu = start_page()->cpu;
    for (uint32_t k = 1; k < words->count; k++) {
        bool found;

        if (strcmp(words->word[k], "--") == 0) {
            join(words, k + 1, starting->arguments, sizeof(starting->arguments));
            break;
        }
        error = read_limit(words->word[k], starting, &found);
        if (error == ERROR_NONE && !found) {
            error = gifts_read(words->word[k], &starting->gifts, &found);
        }
        if (error != ERROR_NONE) {
            return error;
        }
        if (!found) {
            return SHELL_ERROR_BAD_WORD;
        }
    }
    return ERROR_NONE;
}

static void drop_quietly(handle value)
{
    if (value != 0) {
        enum error error = frame_drop(value); /* an error brought us here: it is the one to tell */
        (void)error;
    }
}

/* Makes the task of the opened file and starts it. */
static outcome make(const struct starting *starting, const struct directory_opened *opened, struct task_plan *plan,
                    handle *task)
{
    plan->file = opened->data;
    plan->size = opened->size;
    plan->name = starting->name;
    plan->arguments = starting->arguments;
    plan->gifts = starting->gifts.list;
    plan->gift_count = starting->gifts.count;
    plan->handle_tables = FREE_HANDLE_TABLES;
    plan->priority = starting->priority != 0 ? (uint32_t)starting->priority : PRIORITY_LOWEST;
    plan->cpu = 1 + (uint32_t)starting->cpu;
    return task_run(plan, task);
}

/* Account, console, end of the task, and what its line names: what it gets from the shell. */
static outcome furnish(struct starting *starting, uint32_t bit, struct task_plan *plan)
{
    outcome error = account_open(&starting->limits, starting->file.rights, &plan->account, &plan->server);

    if (error == ERROR_NONE) {
        error = directory_console(plan->account, &plan->console);
    }
    if (error == ERROR_NONE) {
        error = gifts_make(&starting->gifts, plan->account);
    }
    return error != ERROR_NONE ? error : terminal_end_handle(bit, &plan->end);
}

static outcome start(struct starting *starting, uint32_t bit, struct task_plan *plan, handle *task)
{
    struct directory_opened opened;
    outcome error = directory_open(starting->number, &opened);

    if (error != ERROR_NONE) {
        return error;
    }
    error = furnish(starting, bit, plan);
    if (error == ERROR_NONE) {
        error = make(starting, &opened, plan, task);
    }
    outcome closed = directory_close(&opened); /* what would not go stays: that is no reason not to have started it */
    (void)closed;
    if (error == ERROR_NONE) {
        return ERROR_NONE;
    }
    drop_quietly(plan->end);
    gifts_drop(&starting->gifts);
    drop_quietly(plan->console);
    drop_quietly(plan->server);
    if (plan->account != 0) {
        enum error account = account_close(plan->account, NULL);
        (void)account;
    }
    return error;
}

must_use outcome command_start(const struct words *words)
{
    static struct starting starting;
    struct task_plan plan = {0};
    char name[THING_NAME];
    uint32_t bit;
    handle task;
    outcome error = read_words(words, &starting);

    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    struct program *program = error == ERROR_NONE ? program_room(&bit) : NULL;
    if (error == ERROR_NONE && program == NULL) {
        error = SHELL_ERROR_MANY_TASKS;
    }
    if (error == ERROR_NONE) {
        error = start(&starting, bit, &plan, &task);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    struct thing *thing = thing_add(THING_TASK, task, 1);
    gifts_show(&starting.gifts);
    *program = (struct program){.used = true,
                                .number = thing->number,
                                .account = plan.account,
                                .priority = (uint32_t)starting.priority,
                                .cpu = (uint32_t)starting.cpu};
    memcpy(program->name, starting.file.name, sizeof(program->name));
    print("%s: %s, account %u, priority %u", thing_name(thing, name), program->name, program->account,
          program->priority);
    if (start_page()->cpu_count > 1) {
        print(", CPU %u", program->cpu);
    }
    print("\n");
    return ERROR_NONE;
}

must_use outcome command_files(const struct words *words)
{
    struct directory_file file;
    enum error error;

    (void)words;
    for (uint32_t k = 0; (error = directory_file(k, &file)) == ERROR_NONE; k++) {
        print("%-23s %lu bytes\n", file.name, file.size);
    }
    return error == ERROR_OUT_OF_BOUND ? ERROR_NONE : error;
}

must_use outcome command_stop(const struct words *words)
{
    handle task;
    outcome error = handle_named(words->word[0], &task, NULL);

    return error != ERROR_NONE ? error : system_call_stop(task);
}

must_use outcome command_go(const struct words *words)
{
    handle task;
    outcome error = handle_named(words->word[0], &task, NULL);

    return error != ERROR_NONE ? error : system_call_start(task, 0, 0);
}

must_use outcome command_kill(const struct words *words)
{
    struct thing *thing;
    handle task;

    if (strcmp(words->word[0], FRAME_SERVER_NAME) == 0) {
        return server_restart();
    }
    outcome error = handle_named(words->word[0], &task, &thing);

    if (error == ERROR_NONE) {
        error = system_call_kill(task);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    const struct program *program = program_of(thing);
    return program != NULL ? program_wait(program) : ERROR_NONE;
}

must_use outcome command_wait(const struct words *words)
{
    struct thing *thing = thing_find(words->word[0]);
    const struct program *program = program_of(thing);

    if (program == NULL) {
        return thing != NULL ? (outcome)SHELL_ERROR_WRONG_NAME : (outcome)SHELL_ERROR_NO_NAME;
    }
    return program_wait(program);
}
