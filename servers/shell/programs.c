#include "servers/shell/programs.h"

#include "servers/shell/terminal.h"
#include "servers/shell/words.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

static struct program programs[END_BITS];

struct program *program_of(const struct thing *thing)
{
    for (uint32_t k = 0; thing != NULL && thing->sort == THING_TASK && k < END_BITS; k++) {
        if (programs[k].used && programs[k].number == thing->number) {
            return &programs[k];
        }
    }
    return NULL;
}

struct program *program_next(uint32_t *place)
{
    while (*place < END_BITS) {
        struct program *program = &programs[(*place)++];

        if (program->used) {
            return program;
        }
    }
    return NULL;
}

struct program *program_room(uint32_t *bit)
{
    uint32_t place = END_BITS;

    for (uint32_t k = END_BITS; k > 0; k--) {
        if (!programs[k - 1].used || (programs[k - 1].over && (place == END_BITS || programs[place].used))) {
            place = k - 1;
        }
    }
    if (place == END_BITS) {
        return NULL;
    }
    if (programs[place].used) {
        thing_remove(thing_numbered(THING_TASK, programs[place].number));
    }
    programs[place] = (struct program){0};
    *bit = place;
    return &programs[place];
}

/* Gives back what is left of a task that ended, or (dropped) ends. */
static outcome give_back(struct program *program, struct thing *thing)
{
    enum error error = frame_drop(thing->value);

    if (error == ERROR_NONE || handle_is_gone(error)) {
        thing->value = 0;
        error = account_close(program->account, NULL);
    }
    return error;
}

must_use outcome program_forget(struct thing *thing)
{
    struct program *program = program_of(thing);
    outcome value = program->over ? ERROR_NONE : give_back(program, thing);

    if (value == ERROR_NONE || thing->value == 0) {
        program->used = false;
        thing_remove(thing);
    }
    return value;
}

/* looked: what came of looking how it ended. */
static void finish(struct program *program, struct thing *thing, enum error looked)
{
    char text[PRINT_LENGTH_MAX];
    char name[THING_NAME];
    outcome value = give_back(program, thing);

    if (looked == ERROR_NONE) {
        task_end_text(&program->facts, text, sizeof(text));
    } else { /* somebody revoked its handle */
        program->facts = (struct task_facts){.state = TASK_DEAD};
        format_line(text, sizeof(text), "has ended: %s", error_name(looked));
    }
    print("%s %s %s\n", thing_name(thing, name), program->name, text);
    if (value != ERROR_NONE) {
        print("  %s: %s\n", outcome_name(value), outcome_sentence(value));
    }
}

void programs_look(uint64_t bits, void (*before)(void))
{
    for (uint32_t k = 0; k < END_BITS; k++) {
        struct program *program = &programs[k];

        if ((bits >> k & 1) == 0 || !program->used || program->over) {
            continue;
        }
        struct thing *thing = thing_numbered(THING_TASK, program->number);
        enum error error = system_call_look(thing->value, &program->facts);
        if (error == ERROR_NONE && program->facts.state != TASK_DEAD) {
            continue;
        }
        program->over = true;
        if (before != NULL) {
            before();
        }
        finish(program, thing, error);
    }
}

must_use outcome program_wait(const struct program *program)
{
    for (;;) {
        programs_look(terminal_ends(), NULL);
        if (program->over) {
            return ERROR_NONE;
        }
        if (terminal_interrupted()) {
            return SHELL_ERROR_CUT_OFF;
        }
        enum error error = terminal_wait();
        if (error != ERROR_NONE) {
            return error;
        }
    }
}

must_use outcome file_find(const char *name, uint32_t *number, struct directory_file *file)
{
    enum error error;

    for (uint32_t k = 0; (error = directory_file(k, file)) == ERROR_NONE; k++) {
        if (strcmp(file->name, name) == 0) {
            *number = k;
            return ERROR_NONE;
        }
    }
    return error == ERROR_OUT_OF_BOUND ? (outcome)SHELL_ERROR_NO_FILE : error;
}

void offer_files(struct completion *completion)
{
    struct directory_file file;

    for (uint32_t k = 0; directory_file(k, &file) == ERROR_NONE; k++) {
        completion_offer(completion, file.name);
    }
}

void offer_tasks(struct completion *completion)
{
    struct directory_task task;

    for (uint32_t k = 0; directory_task(k, &task) == ERROR_NONE; k++) {
        completion_offer(completion, task.name);
    }
}

must_use outcome account_named(const char *word, uint32_t *account)
{
    const struct program *program = program_of(thing_find(word));
    struct directory_task task;
    uint64_t number;

    if (program != NULL) {
        *account = program->account;
        return ERROR_NONE;
    }
    for (uint32_t k = 0; directory_task(k, &task) == ERROR_NONE; k++) {
        if (strcmp(task.name, word) == 0) {
            *account = task.account;
            return ERROR_NONE;
        }
    }
    if (word_number(word, UINT32_MAX, &number) != ERROR_NONE) {
        return SHELL_ERROR_NO_NAME;
    }
    *account = (uint32_t)number;
    return ERROR_NONE;
}

const char *account_name(uint32_t account)
{
    static char name[START_NAME];
    struct account_holder holder;
    struct directory_task task;
    uint64_t address = 0;

    if (account == start_page()->account) {
        return start_page()->name;
    }
    for (uint32_t k = 0; k < END_BITS; k++) {
        if (programs[k].used && !programs[k].over && programs[k].account == account) {
            return programs[k].name;
        }
    }
    for (uint32_t k = 0; directory_task(k, &task) == ERROR_NONE; k++) {
        if (task.account == account && task.facts.state != TASK_DEAD) {
            memcpy(name, task.name, sizeof(name));
            return name;
        }
    }
    enum error error = account_next_holder(account, &address, &holder);

    if (error == ERROR_NONE) {
        memcpy(name, holder.name, sizeof(name));
        return name;
    }
    return error == ERROR_NO_ACCOUNT
               ? "boot"
               : "nobody"; /* what was there before the frame server is no account's that can be asked for */
}
