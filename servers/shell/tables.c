#include "servers/shell/tables.h"

#include "servers/shell/terminal.h"
#include "servers/shell/words.h"
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/slot.h>

#define TABLE_ENTRIES 64 /* handles of one frame of kind HANDLE_TABLE: tables are as long as a multiple of it */

must_use outcome halt(handle task, struct halted *halted)
{
    struct task_facts facts;
    outcome error = system_call_look(task, &facts);

    halted->task = task;
    halted->ran = error == ERROR_NONE && facts.state != TASK_STOPPED;
    if (error == ERROR_NONE) {
        error = system_call_stop(task);
    }
    return error;
}

must_use outcome halt_end(const struct halted *halted)
{
    return halted->ran ? system_call_start(halted->task, 0, 0) : ERROR_NONE;
}

must_use outcome table_give(handle task, handle first, uint32_t count, handle *there)
{
    uint32_t room = count > 0 && count <= MOVE_HANDLES_MAX ? count : 1; /* a bad count is for the kernel to refuse */
    uint32_t place = ENTRIES_MAX - room;

    for (;;) {
        outcome error = system_call_give(task, first, count, place, there);

        if (error == ERROR_BAD_DESTINATION && place > TABLE_ENTRIES) {
            place -= TABLE_ENTRIES;
        } else if (error == ERROR_OCCUPIED && place > 1) {
            place--;
        } else {
            return error;
        }
    }
}

/* --- looking ---------------------------------------------------------------------------------------------------------- */

#define GENERATIONS 4096 /* that are tried for one entry */
#define PATIENCE 2000000 /* questions about one table */

/* Handles that follow one another and are alike. */
struct alike {
    handle first;
    uint32_t count;
    struct handle_facts facts;
};

struct search {
    handle task;
    uint32_t generation; /* of the handle that was found last: the next one's is often the same, or one more */
    uint32_t asked;
    struct alike run;
    uint32_t found;
    uint32_t unknown; /* entries that are filled, nobody knows under which generation */
};

static void show_run(const struct search *search)
{
    const struct alike *run = &search->run;
    char rights[RIGHTS_TEXT];

    if (run->count == 0) {
        return;
    }
    rights_text(run->facts.rights, rights);
    print("0x%011lx %5u  %-12s %-9s", run->first, run->count, kind_name(run->facts.kind), rights);
    if (run->facts.address != 0) {
        print(" at 0x%lx", run->facts.address);
    }
    print("\n");
}

static bool follows(const struct alike *run, handle value, const struct handle_facts *facts)
{
    return run->count > 0 && value == handle_of_run(run->first, run->count) && facts->kind == run->facts.kind &&
           facts->rights == run->facts.rights &&
           (facts->address == 0
                ? run->facts.address == 0
                : run->facts.address != 0 && facts->address == run->facts.address + run->count * FRAME_SIZE);
}

static void add(struct search *search, handle value, const struct handle_facts *facts)
{
    search->found++;
    search->generation = handle_generation(value);
    if (follows(&search->run, value, facts)) {
        search->run.count++;
        return;
    }
    show_run(search);
    search->run = (struct alike){.first = value, .count = 1, .facts = *facts};
}

static enum error ask(struct search *search, uint32_t index, uint32_t generation, struct handle_facts *facts)
{
    search->asked++;
    return system_call_inspect_in(search->task, handle_make(index, generation), facts);
}

/* Looks for the generation under which an entry was filled, near the one before it first. */
static void find(struct search *search, uint32_t index)
{
    struct handle_facts facts;
    uint32_t near = search->generation;
    enum error error = ask(search, index, near, &facts);

    for (uint32_t k = 1; error == ERROR_STALE_HANDLE && k < GENERATIONS && search->asked < PATIENCE; k++) {
        error = ask(search, index, near + k, &facts);
        if (error == ERROR_NONE) {
            near += k;
        } else if (error == ERROR_STALE_HANDLE && k < near) {
            error = ask(search, index, near - k, &facts);
            near -= error == ERROR_NONE ? k : 0;
        }
    }
    if (error == ERROR_NONE) {
        add(search, handle_make(index, near), &facts);
    } else if (error == ERROR_STALE_HANDLE) {
        search->unknown++;
    }
}

must_use outcome table_show(handle task)
{
    struct search search = {.task = task, .generation = 1};

    print("%-13s %5s  %-12s %s\n", "first", "count", "kind", "rights");
    for (uint32_t index = 1; index < ENTRIES_MAX; index++) {
        if (index % TABLE_ENTRIES == 0 && terminal_interrupted()) {
            return SHELL_ERROR_CUT_OFF;
        }
        find(&search, index);
    }
    show_run(&search);
    print("%u handles", search.found);
    if (search.unknown > 0) {
        print(", and %u that were filled too often to be found", search.unknown);
    }
    print("\n");
    return ERROR_NONE;
}
