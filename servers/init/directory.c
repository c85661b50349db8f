#include "servers/init/directory.h"

#include <quire/client.h>
#include <quire/directory.h>
#include <quire/slot.h>
#include <string.h>

#define RIGHTS_PAGE (RIGHT_READ | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE)
#define RIGHTS_CONSOLE (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE)

struct file {
    const struct boot_module_page *module;
    char name[START_NAME];
    uint32_t rights;
    uint32_t priority;
};

static struct file files[BOOT_MODULES_MAX];
static uint32_t file_count;
static const struct started *tasks;
static const uint32_t *task_count;
static handle console;

void directory_initialise(const struct started *all, const uint32_t *count)
{
    tasks = all;
    task_count = count;
}

void directory_add(const struct boot_module_page *module, const struct module_options *options)
{
    struct file *file = &files[file_count++];

    file->module = module;
    file->rights = options->rights;
    file->priority = (uint32_t)options->priority;
    memcpy(file->name, options->name, sizeof(file->name));
}

void directory_use_console(handle value)
{
    console = value;
}

bool directory_has(const struct boot_module_page *module)
{
    for (uint32_t k = 0; k < file_count; k++) {
        if (files[k].module == module) {
            return true;
        }
    }
    return false;
}

static enum error tell_task(const struct started *task, uint64_t words[MESSAGE_WORDS])
{
    words[0] = task->account | (uint64_t)task->priority << 32;
    memcpy(&words[1], task->name, sizeof(task->name));
    words[4] = task->cpu;
    return ERROR_NONE;
}

static enum error tell_state(const struct started *task, uint64_t words[MESSAGE_WORDS])
{
    struct task_facts facts = task->facts;
    enum error error = task->ended ? ERROR_NONE : system_call_look(task->task, &facts);

    words[0] = facts.state | (uint64_t)facts.end << 8 | (uint64_t)facts.vector << 16;
    words[1] = facts.code;
    words[2] = facts.address;
    return error;
}

static enum error tell_file(const struct file *file, uint64_t words[MESSAGE_WORDS])
{
    words[0] = file->module->size;
    words[1] = file->rights | (uint64_t)file->priority << 32;
    memcpy(&words[2], file->name, sizeof(file->name));
    return ERROR_NONE;
}

/* Handles to the pages of a file from one on. */
static enum error copy_pages(const struct file *file, uint64_t page, struct endpoint_message *reply)
{
    uint64_t pages = (file->module->size + FRAME_SIZE - 1) / FRAME_SIZE;
    enum error error;

    if (page >= pages) {
        return ERROR_OUT_OF_BOUND;
    }
    uint32_t count = pages - page < DIRECTORY_PAGES ? (uint32_t)(pages - page) : DIRECTORY_PAGES;
    do {
        error = frame_clone_run(handle_of_run(file->module->first, (uint32_t)page), count, RIGHTS_PAGE, &reply->first,
                                NULL);
    } while (error == ERROR_NO_TABLE_ENTRY && library_grow_handles() == ERROR_NONE);
    reply->count = error == ERROR_NONE ? count : 0;
    return error;
}

/* A badge says whose line it is, so nobody gets that of another's task. */
static enum error copy_console(uint64_t badge, struct endpoint_message *reply)
{
    if (badge == 0 || badge > UINT32_MAX) {
        return ERROR_BAD_ARGUMENT;
    }
    for (uint32_t k = 0; k < *task_count; k++) {
        if (tasks[k].account == badge && !tasks[k].ended) {
            return ERROR_BAD_ARGUMENT;
        }
    }
    enum error error = endpoint_clone(console, RIGHTS_CONSOLE, badge, &reply->first);
    reply->count = error == ERROR_NONE;
    return error;
}

/* What a call asks for; returns the label of the reply. */
static enum error answer(const struct endpoint_message *call, struct endpoint_message *reply)
{
    uint64_t number = call->words[0];

    switch (call->label) {
    case DIRECTORY_TASK:
        return number < *task_count ? tell_task(&tasks[number], reply->words) : ERROR_OUT_OF_BOUND;
    case DIRECTORY_STATE:
        return number < *task_count ? tell_state(&tasks[number], reply->words) : ERROR_OUT_OF_BOUND;
    case DIRECTORY_FILE:
        return number < file_count ? tell_file(&files[number], reply->words) : ERROR_OUT_OF_BOUND;
    case DIRECTORY_OPEN:
        return number < file_count ? copy_pages(&files[number], call->words[1], reply) : ERROR_OUT_OF_BOUND;
    case DIRECTORY_CONSOLE:
        return copy_console(number, reply);
    default:
        return ERROR_BAD_OPERATION;
    }
}

void directory_serve(struct endpoint_message *message)
{
    struct endpoint_message reply = {0};

    reply.label = answer(message, &reply);
    *message = reply;
}
