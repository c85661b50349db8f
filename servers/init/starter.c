#include "servers/init/starter.h"

#include "servers/init/endpoints.h"
#include "servers/init/say.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/console.h>
#include <quire/directory.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <quire/server.h>
#include <string.h>

#define CLIENT_PRIORITY_MAX (OPTION_PRIORITY_MAX - 1) /* the frame server's workers run above all tasks */
#define FREE_HANDLE_TABLES 14                         /* of a task: 896 handles, more than one message fills */

#define RIGHTS_CALLER (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE)
/* A receiver can have notifications sent to its endpoint, and give others handles with badges of its own. */
#define RIGHTS_RECEIVER (RIGHT_RECEIVE | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)
#define RIGHTS_RESTART (RIGHT_OWNER | RIGHT_CLONE | RIGHT_MOVE)

/* What goes to one task, until it has it. */
struct parcel {
    uint32_t account;
    handle server;
    handle console;
    handle end;
    uint32_t gift_count;
    struct task_gift gifts[OPTION_ENDPOINTS + 1];
};

_Static_assert(OPTION_ENDPOINTS + 1 <= START_HANDLES - 2, "beside frame server and console");

static handle ends_endpoint;
static handle console_endpoint;
static uint32_t next_cpu;

void starter_initialise(handle ends)
{
    ends_endpoint = ends;
}

void starter_console(handle console)
{
    console_endpoint = console;
}

void starter_first_cpu(uint64_t number)
{
    next_cpu = (uint32_t)(number % start_page()->cpu_count);
}

/* The number of the CPU that the options name. */
static uint32_t choose_cpu(const struct module_options *options)
{
    if (options->cpu != OPTION_CPU_NEXT) {
        return (uint32_t)options->cpu;
    }
    uint32_t chosen = next_cpu;

    next_cpu = (next_cpu + 1) % start_page()->cpu_count;
    return chosen;
}

/* What the options alone can not tell. */
static enum error check(struct module_options *options)
{
    const char *offending = NULL;

    for (uint32_t k = 0; k < options->endpoint_count; k++) {
        const struct module_endpoint *endpoint = &options->endpoints[k];

        if (endpoint->right == RIGHT_RECEIVE && strcmp(endpoint->name, DIRECTORY_NAME) == 0) {
            offending = "receive=directory, which is init's";
        }
    }

    if (options->server != 0) {
        offending = "server, the second";
    } else if (options->init != 0) {
        offending = "init, the second";
    } else if (options->priority > CLIENT_PRIORITY_MAX) {
        offending = "priority, the frame server's";
    }
    if (offending != NULL) {
        format_line(options->offending, sizeof(options->offending), "%s", offending);
        return ERROR_BAD_OPTION;
    }
    return ERROR_NONE;
}

/* Calls to the directory come to where ends are told. */
static enum error find_endpoint(const struct module_endpoint *wanted, handle *endpoint)
{
    if (strcmp(wanted->name, DIRECTORY_NAME) == 0) {
        *endpoint = ends_endpoint;
        return ERROR_NONE;
    }
    return endpoint_named(wanted->name, endpoint);
}

static enum error pack_gift(const struct module_endpoint *wanted, struct parcel *parcel)
{
    struct task_gift *gift = &parcel->gifts[parcel->gift_count];
    uint32_t rights = wanted->right == RIGHT_RECEIVE ? RIGHTS_RECEIVER : RIGHTS_CALLER;
    handle endpoint;
    enum error error = find_endpoint(wanted, &endpoint);

    if (error == ERROR_NONE) {
        error = endpoint_clone(endpoint, rights, parcel->account, &gift->value);
    }
    if (error == ERROR_NONE) {
        gift->name = wanted->name;
        parcel->gift_count++;
    }
    return error;
}

/* A handle to the frame server's task, for who may restart it. */
static enum error pack_restart(struct parcel *parcel)
{
    struct task_gift *gift = &parcel->gifts[parcel->gift_count];
    enum error error = frame_clone(server_task(), RIGHTS_RESTART, &gift->value);

    if (error == ERROR_NONE) {
        gift->name = FRAME_SERVER_TASK_NAME;
        parcel->gift_count++;
    }
    return error;
}

static enum error pack(const struct module_options *options, uint64_t end_bit, struct parcel *parcel)
{
    struct account_limits limits = {.frames = options->frames, .tables = options->tables};
    enum error error = account_open(&limits, options->rights, &parcel->account, &parcel->server);

    for (uint32_t k = 0; k < options->endpoint_count && error == ERROR_NONE; k++) {
        error = pack_gift(&options->endpoints[k], parcel);
    }
    if (error == ERROR_NONE && options->restart != 0) {
        error = pack_restart(parcel);
    }
    if (error == ERROR_NONE && console_endpoint != 0) {
        error = endpoint_clone(console_endpoint, RIGHTS_CALLER, parcel->account, &parcel->console);
    }
    if (error == ERROR_NONE) {
        error = endpoint_clone(ends_endpoint, RIGHT_NOTIFY | RIGHT_MOVE, end_bit, &parcel->end);
    }
    return error;
}

static void unpack(struct parcel *parcel)
{
    while (parcel->gift_count > 0) {
        give_back(&parcel->gifts[--parcel->gift_count].value);
    }
    give_back(&parcel->console);
    give_back(&parcel->end);
    give_back(&parcel->server);
    if (parcel->account != 0) {
        enum error error = account_close(parcel->account, NULL);
        (void)error; /* the task that is not made has its own, which is the one to tell */
    }
}

static enum error make(const struct boot_module_page *module, const struct module_options *options,
                       const struct parcel *parcel, struct started *made)
{
    uint32_t powers = options->powers & ~(uint32_t)POWER_VERDICT; /* it judges by how it ends */
    struct task_plan plan = {
        .file = (const void *)module->address,
        .size = module->size,
        .name = options->name,
        .arguments = options->arguments,
        .server = parcel->server,
        .console = parcel->console,
        .end = parcel->end,
        .gifts = parcel->gifts,
        .gift_count = parcel->gift_count,
        .account = parcel->account,
        .priority = options->priority != 0 ? (uint32_t)options->priority : PRIORITY_LOWEST,
        .handle_tables = FREE_HANDLE_TABLES,
        .powers = console_endpoint != 0 ? powers : powers | POWER_PRINT,
        .first_port = options->first_port,
        .port_count = options->port_count,
        .no_fpu = options->no_fpu != 0,
        .cpu = 1 + made->cpu,
    };

    return task_make(&plan, &made->task, &made->entry);
}

/* One attempt, which may fail for want of entries in this task's handle table. */
static enum error attempt(const struct boot_module_page *module, const struct module_options *options,
                          struct started *made)
{
    struct parcel parcel = {0};
    uint32_t endpoints = endpoints_count();
    enum error error = pack(options, made->end_bit, &parcel);

    if (error == ERROR_NONE) {
        error = make(module, options, &parcel, made);
    }
    if (error != ERROR_NONE) {
        unpack(&parcel);
        endpoints_shorten(endpoints);
        return error;
    }
    made->account = parcel.account;
    made->priority = (uint32_t)options->priority;
    made->judges = (options->powers & POWER_VERDICT) != 0;
    format_line(made->name, sizeof(made->name), "%s", options->name);
    return ERROR_NONE;
}

must_use enum error starter_make(const struct boot_module_page *module, struct module_options *options,
                                 struct started *made)
{
    enum error error = module_options_parse(module->line, options);

    if (error == ERROR_NONE) {
        error = check(options);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    made->cpu = choose_cpu(options);
    do {
        error = attempt(module, options, made);
    } while (error == ERROR_NO_TABLE_ENTRY && library_grow_handles() == ERROR_NONE);
    return error;
}
