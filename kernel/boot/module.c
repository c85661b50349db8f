#include "kernel/boot/module.h"
#include "kernel/boot/boot_task.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/physical.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/print.h"
#include "kernel/verdict.h"
#include <stddef.h>
#include <string.h>

#define CLIENT_PRIORITY_MAX (PRIORITIES - 2) /* the frame server's workers run above all tasks */
#define ACCOUNT_FRAME_SERVER 1               /* tasks get the numbers after it, in the order of their modules */

/* Endpoints that modules ask for by name; the first is the frame server's. */
struct named_endpoint {
    char name[START_NAME];
    uint64_t frame;
};

static struct boot_task tasks[BOOT_MODULES];
static uint32_t task_count;
static struct boot_task *server;
static struct named_endpoint endpoints[BOOT_OBJECTS];
static uint32_t endpoint_count;

/* The endpoint of a name, made if there is none yet; NULL when there are too many. */
static const struct named_endpoint *endpoint_named(const char *name)
{
    for (uint32_t i = 0; i < endpoint_count; i++)
        if (strcmp(endpoints[i].name, name) == 0)
            return &endpoints[i];
    if (endpoint_count == BOOT_OBJECTS)
        return NULL;
    struct named_endpoint *made = &endpoints[endpoint_count++];
    strlcpy(made->name, name, START_NAME);
    made->frame = memory_early_allocate(1) / FRAME_SIZE;
    return made;
}

/* What the options alone can not tell. */
static enum error options_check(struct module_options *options)
{
    if (options->server && server)
        strlcpy(options->offending, "server, the second", sizeof(options->offending));
    else if (!options->server && options->priority > CLIENT_PRIORITY_MAX)
        strlcpy(options->offending, "priority, the frame server's", sizeof(options->offending));
    return *options->offending ? ERROR_BAD_OPTION : ERROR_NONE;
}

/* Takes back the endpoints that were made for a task which is left out. */
static void endpoints_shorten(uint32_t count)
{
    while (endpoint_count > count)
        memory_early_free(endpoints[--endpoint_count].frame * FRAME_SIZE, 1);
}

/* Whether nobody else, the kernel say, claims the memory that the module lies in. */
static bool is_apart(const struct boot_module *module)
{
    const struct region *region = region_find(&memory.regions, module->start);

    return module->start == module->end || (region && region->type == REGION_MODULE && module->end <= region->end);
}

static enum error load(const struct boot_module *module, struct boot_task *made)
{
    struct elf_image image;
    uint32_t count = endpoint_count;
    enum error error = module_options_parse(module->line, &made->options);

    if (!error)
        error = options_check(&made->options);
    if (!error && !is_apart(module))
        error = ERROR_BAD_BOOT_DATA;
    if (!error)
        error = elf_parse(physical_pointer(module->start), module->end - module->start, &image);
    if (error)
        return error;
    for (uint32_t i = 0; i < made->options.endpoint_count; i++) {
        made->endpoints[i] = endpoint_named(made->options.endpoints[i].name);
        if (!made->endpoints[i]) {
            endpoints_shorten(count);
            return ERROR_NO_ROOM;
        }
    }
    boot_task_make(made, &image);
    return ERROR_NONE;
}

static void leave_out(const struct boot_module *module, struct boot_task *made, enum error error)
{
    const char *offending = made->options.offending;

    print_line(PRINT_QUIET, "left out: module '%s'", module->line);
    print_line(PRINT_QUIET, "  %s%s%s: %s", error_name(error), *offending ? ", " : "", offending,
               error_sentence(error));
    verdict_spoil();
    memset(made, 0, sizeof(*made));
}

/* The frame server's image stays: a restart begins with it. All other modules' memory can be released. */
static enum error keep(const struct boot_module *module, struct boot_task *made)
{
    server = made;
    return region_carve(&memory.regions, module->start / FRAME_SIZE * FRAME_SIZE,
                        (module->end + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE, REGION_KERNEL);
}

enum error modules_load(const struct boot_data *data)
{
    endpoint_named(FRAME_SERVER_NAME);
    for (uint32_t i = 0; i < data->module_count; i++) {
        struct boot_task *made = &tasks[task_count];
        memory_wanted_for = data->modules[i].line;
        enum error error = load(&data->modules[i], made);
        if (error) {
            leave_out(&data->modules[i], made, error);
            continue;
        }
        if (made->options.server)
            error = keep(&data->modules[i], made);
        if (error)
            return error;
        task_count++;
    }
    if (!server)
        print_line(PRINT_QUIET, "none of %u modules is a frame server: one needs the option server",
                   data->module_count);
    return server ? ERROR_NONE : ERROR_NO_SERVER;
}

/* Gives the task a handle to an endpoint at the next entry, and names it on its start page. */
static void give(struct boot_task *to, const struct named_endpoint *endpoint, uint32_t rights, uint64_t badge)
{
    struct start_page *start = to->start;
    uint32_t index = HANDLE_INDEX_FRAME_SERVER + start->handle_count;
    uint32_t generation = handle_generation_next(to->task);
    struct handle_entry *entry = handle_table_entry(to->task, index);
    atomic_word *word = ledger_find(endpoint->frame);
    uint64_t value = ledger_lock(word);

    value = handle_fill(to->task, entry, generation, endpoint->frame, KIND_ENDPOINT, rights, value);
    ledger_unlock(word, value);
    entry->place = badge;
    strlcpy(start->handles[start->handle_count].name, endpoint->name, START_NAME);
    start->handles[start->handle_count].handle = handle_make(index, generation);
    start->handle_count++;
}

static void endow(struct boot_task *made, const char *command_line)
{
    struct task *task = made->task;
    uint32_t rights = made->options.server ? RIGHT_RECEIVE : RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE;

    *made->start = (struct start_page){
        .abi_version = ABI_VERSION,
        .size = sizeof(struct start_page),
        .account = task->account,
        .handle_entries = task->handle_limit,
        .cpu = task->cpu_number,
    };
    strlcpy(made->start->name, made->options.name, sizeof(made->start->name));
    strlcpy(made->start->arguments, made->options.arguments, sizeof(made->start->arguments));
    strlcpy(made->start->command_line, command_line, sizeof(made->start->command_line));
    give(made, &endpoints[0], rights, badge_make(task->account, made->options.rights));
    for (uint32_t i = 0; i < made->options.endpoint_count; i++)
        give(made, made->endpoints[i], made->options.endpoints[i].right | RIGHT_CLONE | RIGHT_MOVE, task->account);
}

static void inform(struct boot_information *information)
{
    const struct region_table *regions = &memory.regions;

    information->abi_version = ABI_VERSION;
    information->worker_count = 1;
    information->frame_count = regions->frame_count;
    information->account_count = ACCOUNT_FRAME_SERVER + task_count - 1;
    for (uint32_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->regions[i];
        information->regions[i] = (struct boot_region){region->base, region->end - region->base, region->type, 0};
    }
    information->region_count = regions->count;
    for (uint32_t i = 0; i < endpoint_count; i++) {
        uint64_t word = atomic_load_relaxed(ledger_find(endpoints[i].frame));
        information->objects[i] = (struct boot_object){endpoints[i].frame, KIND_ENDPOINT, (uint32_t)handle_count(word)};
    }
    information->object_count = endpoint_count;
}

void modules_start(const struct boot_data *data)
{
    uint32_t account = ACCOUNT_FRAME_SERVER;

    for (uint32_t i = 0; i < task_count; i++) {
        struct task *task = tasks[i].task;
        task->account = task->server ? ACCOUNT_FRAME_SERVER : ++account;
        endow(&tasks[i], data->command_line);
        print_line(PRINT_INFORMATION, "task %s, account %u, priority %u", task->name, task->account, task->priority);
        schedule_ready(task);
    }
    inform(server->information);
}
