/* The first task: makes all others of the modules that the boot loader brought, starts them, waits for their ends, and
 * gives the machine's verdict. It has all powers. After the start it takes no more memory. */
#include "servers/init/directory.h"
#include "servers/init/endpoints.h"
#include "servers/init/say.h"
#include "servers/init/starter.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/console.h>
#include <quire/directory.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <quire/option_words.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

#define END_BITS 64 /* of a notification; if there are more tasks they share them */

static struct started tasks[BOOT_MODULES_MAX];
static uint32_t task_count;
static struct module_options options;
static handle ends;
static uint64_t left_out;  /* modules of which there is no task */
static uint32_t undecided; /* tasks on which the verdict waits */
static bool failed;        /* one of them did */

static const struct boot_modules *boot_modules(void)
{
    return (const struct boot_modules *)BOOT_MODULES_ADDRESS;
}

static bool is_quiet(void)
{
    char level[16];

    return option_find(start_page()->command_line, "log", level, sizeof(level)) == OPTION_FOUND &&
           strcmp(level, "quiet") == 0;
}

static void leave_out(const struct boot_module_page *module, enum error error)
{
    const char *offending = options.offending;

    left_out++;
    print("# left out: module '");
    print_long(module->line);
    print("'\n");
    print("#   %s%s%s: %s\n", error_name(error), *offending != 0 ? ", " : "", offending, error_sentence(error));
}

/* Makes the task of a module; NULL: it is left out. */
static struct started *make(const struct boot_module_page *module)
{
    struct started *made = &tasks[task_count];

    made->end_bit = UINT64_C(1) << task_count % END_BITS;
    enum error error = starter_make(module, &options, made);
    if (error != ERROR_NONE) {
        memset(made, 0, sizeof(*made));
        leave_out(module, error);
        return NULL;
    }
    task_count++;
    undecided += made->judges;
    if (!is_quiet()) {
        char cpu[24] = "";

        if (start_page()->cpu_count > 1) {
            format_line(cpu, sizeof(cpu), ", CPU %u", made->cpu);
        }
        print("# task %s, account %u, priority %u%s\n", made->name, made->account, made->priority, cpu);
    }
    return made;
}

static void start(struct started *task)
{
    enum error error = task->runs ? ERROR_NONE : task_start(task->task, task->entry);

    if (error != ERROR_NONE) {
        give_up(task->name, error);
    }
    task->runs = true;
}

#define RIGHTS_CONSOLE (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER) /* whose copies have badges of their own */

static bool is_console(const struct boot_module_page *module)
{
    const char *line = module->line;

    return option_word_is(option_next_word(&line), CONSOLE_NAME);
}

/* Once the console runs, all that is printed goes through it. */
static void use_console(struct started *console)
{
    handle endpoint = endpoint_find(CONSOLE_NAME);
    handle own;

    start(console);
    if (endpoint != 0 && endpoint_clone(endpoint, RIGHTS_CONSOLE, start_page()->account, &own) == ERROR_NONE) {
        starter_console(endpoint);
        directory_use_console(own);
        console_use(own);
    }
}

/* Adds the module to the directory if it is a file that nobody starts. */
static bool add_file(const struct boot_module_page *module)
{
    bool is_file = module_options_parse(module->line, &options) == ERROR_NONE && options.file != 0;

    if (is_file) {
        directory_add(module, &options);
    }
    return is_file;
}

static void make_tasks(const struct boot_modules *modules)
{
    uint64_t console = 0;
    struct started *made;

    while (console < modules->count && !is_console(&modules->modules[console])) {
        console++;
    }
    if (console < modules->count && (made = make(&modules->modules[console])) != NULL) {
        use_console(made);
    }
    for (uint64_t k = 0; k < modules->count; k++) {
        if (k != console && !add_file(&modules->modules[k])) {
            (void)make(&modules->modules[k]);
        }
    }
}

/* The modules' memory becomes free, but that of files. */
static void drop_modules(const struct boot_modules *modules)
{
    for (uint64_t k = 0; k < modules->count; k++) {
        uint64_t left = (modules->modules[k].size + FRAME_SIZE - 1) / FRAME_SIZE;
        handle first = modules->modules[k].first;

        if (directory_has(&modules->modules[k])) {
            continue;
        }
        while (left > 0) {
            uint32_t count = left < TRANSFER_FRAMES ? (uint32_t)left : TRANSFER_FRAMES;
            enum error error = frame_drop_run(first, count, NULL);

            if (error != ERROR_NONE) {
                give_up("modules", error);
            }
            first = handle_of_run(first, count);
            left -= count;
        }
    }
}

/* Says how a task ended. */
static void report(struct started *task, const struct task_facts *facts)
{
    bool passed = facts->end == TASK_END_EXITED && facts->code == 0;
    char text[PRINT_LENGTH_MAX];

    task->ended = true;
    task->facts = *facts;
    if (!passed) {
        task_end_text(facts, text, sizeof(text));
        print("# %s %s\n", task->name, text);
    }
    if (task->judges) {
        failed |= !passed;
        undecided--;
        if (undecided == 0) {
            judge(!failed && left_out == 0);
        }
    }
}

/* Nothing is left of a task that ended: its frame goes, and its account unless others hold what it paid for. */
static void forget(const struct started *task)
{
    enum error error = frame_drop(task->task);

    if (error == ERROR_NONE) {
        error = account_close(task->account, NULL);
    }
    if (error != ERROR_NONE) {
        give_up(task->name, error);
    }
}

/* Looks which of the tasks that the bits may mean have ended. */
static void look(uint64_t bits)
{
    for (uint32_t k = 0; k < task_count; k++) {
        struct task_facts facts;

        if (tasks[k].ended || (tasks[k].end_bit & bits) == 0) {
            continue;
        }
        enum error error = system_call_look(tasks[k].task, &facts);
        if (error != ERROR_NONE) {
            give_up(tasks[k].name, error);
        }
        if (facts.state == TASK_DEAD) {
            report(&tasks[k], &facts);
            forget(&tasks[k]);
        }
    }
}

/* A reply that was refused: its handles are still here, and so is who waits for it, unless he ended. */
static void take_back(struct endpoint_message *reply, enum error error)
{
    enum error dropped = frame_drop_run(reply->first, reply->count, NULL);

    if (dropped != ERROR_NONE) {
        give_up(DIRECTORY_NAME, dropped);
    }
    *reply = (struct endpoint_message){.label = error == ERROR_NO_CALLER ? ERROR_NONE : error};
}

/* Ends of tasks, and calls to the directory. */
static _Noreturn void serve(void)
{
    struct endpoint_message message = {0};

    for (;;) {
        enum error error = endpoint_reply_receive(ends, &message, 0);

        if (error != ERROR_NONE && message.count == 0) {
            give_up("ends of tasks", error);
        }
        if (error != ERROR_NONE) {
            take_back(&message, error);
        } else if (message.notification != 0) {
            look(message.notification);
            message = (struct endpoint_message){0};
        } else {
            directory_serve(&message);
        }
    }
}

int main(void)
{
    const struct boot_modules *modules = boot_modules();
    enum error error = endpoint_make(&ends);

    if (error != ERROR_NONE) {
        give_up("start", error);
    }
    starter_initialise(ends);
    starter_first_cpu(1 + start_option_number(start_page()->command_line, "seed", 0));
    directory_initialise(tasks, &task_count);
    if (modules->left_out > 0) {
        left_out = modules->left_out;
        print("# left out: %lu modules for which there was no room\n", modules->left_out);
    }
    make_tasks(modules);
    endpoints_shorten(0); /* or the tasks would never learn that nobody receives any more */
    drop_modules(modules);
    error = library_release_tables(NULL);
    if (error != ERROR_NONE) {
        give_up("page tables", error);
    }
    if (left_out > 0 && undecided == 0) {
        judge(false);
    }
    for (uint32_t k = 0; k < task_count; k++) {
        start(&tasks[k]);
    }
    serve();
}
