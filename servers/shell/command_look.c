/* How tasks are. */
#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include <quire/account.h>
#include <quire/format.h>
#include <quire/make_task.h>
#include <quire/names.h>
#include <quire/print.h>

static const char *state_name(enum task_state state)
{
    static const char *const names[] = {
#define TASK_STATE(number, NAME, name, text) [number] = (name),
#include <quire/task_states.def>
#undef TASK_STATE
    };

    return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unlisted";
}

/* "ready", or how it ended. */
static void state_text(const struct task_facts *facts, char *text, size_t size)
{
    if (facts->end == TASK_END_NONE) {
        format_line(text, size, "%s", state_name(facts->state));
    } else {
        task_end_text(facts, text, size);
    }
}

/* A row of `tasks`. */
static void show(const char *name, const char *task, uint32_t account, uint32_t priority, uint32_t cpu,
                 const struct task_facts *facts)
{
    struct account_statistics statistics;
    char used[24] = "-";
    char limit[24] = "-";
    char state[96];

    if (facts->state != TASK_DEAD && account_facts(account, &statistics) == ERROR_NONE) {
        format_line(used, sizeof(used), "%lu", statistics.used);
        if (statistics.limit != ACCOUNT_UNLIMITED) {
            format_line(limit, sizeof(limit), "%lu", statistics.limit);
        }
    }
    state_text(facts, state, sizeof(state));
    print("%-5s %-23s %7u %8u %3u %8s %8s  %s\n", name, task, account, priority, cpu, used, limit, state);
}

must_use outcome command_tasks(const struct words *words)
{
    struct directory_task task;
    struct program *program;
    uint32_t place = 0;
    char name[THING_NAME];

    (void)words;
    print("%-5s %-23s %7s %8s %3s %8s %8s  %s\n", "name", "task", "account", "priority", "cpu", "frames", "limit",
          "state");
    for (uint32_t k = 0; directory_task(k, &task) == ERROR_NONE; k++) {
        show("-", task.name, task.account, task.priority, task.cpu, &task.facts);
    }
    while ((program = program_next(&place)) != NULL) {
        const struct thing *thing = thing_numbered(THING_TASK, program->number);

        enum error error = program->over ? ERROR_NONE : system_call_look(thing->value, &program->facts);
        if (error != ERROR_NONE) {
            print("%-5s %-23s %7u %s\n", thing_name(thing, name), program->name, program->account, error_name(error));
            continue;
        }
        show(thing_name(thing, name), program->name, program->account, program->priority, program->cpu,
             &program->facts);
    }
    return ERROR_NONE;
}

/* The living tasks on a CPU, behind each other. */
static void show_cpu(uint32_t cpu)
{
    struct directory_task task;
    struct program *program;
    uint32_t place = 0;
    char name[THING_NAME];

    print("%3u  %s", cpu, FRAME_SERVER_NAME);
    if (cpu == 0) {
        print(" init");
    }
    for (uint32_t k = 0; directory_task(k, &task) == ERROR_NONE; k++) {
        if (task.cpu == cpu && task.facts.state != TASK_DEAD) {
            print(" %s", task.name);
        }
    }
    while ((program = program_next(&place)) != NULL) {
        if (program->cpu == cpu && !program->over) {
            print(" %s", thing_name(thing_numbered(THING_TASK, program->number), name));
        }
    }
    print("\n");
}

must_use outcome command_cpus(const struct words *words)
{
    (void)words;
    print("%3s  %s\n", "cpu", "tasks");
    for (uint32_t cpu = 0; cpu < start_page()->cpu_count; cpu++) {
        show_cpu(cpu);
    }
    return ERROR_NONE;
}

must_use outcome command_look(const struct words *words)
{
    struct task_facts facts;
    struct thing *thing = thing_find(words->word[0]);
    const struct program *program = program_of(thing);
    char state[96];
    handle task;
    outcome error = ERROR_NONE;

    if (program != NULL && program->over) {
        facts = program->facts;
    } else {
        error = handle_named(words->word[0], &task, NULL);
        if (error == ERROR_NONE) {
            error = system_call_look(task, &facts);
        }
    }
    if (error == ERROR_NONE) {
        state_text(&facts, state, sizeof(state));
        print("%s\n", state);
    }
    return error;
}
