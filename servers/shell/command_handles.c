/* Handles: which there are, and moving them between tables. */
#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include "servers/shell/tables.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>
#include <quire/names.h>
#include <quire/print.h>
#include <string.h>

static void show(const struct thing *thing)
{
    struct handle_facts facts;
    char name[THING_NAME];
    char rights[RIGHTS_TEXT];

    thing_name(thing, name);
    if (thing->value == 0) {
        print("%-5s %s\n", name, "has ended");
        return;
    }
    enum error error = system_call_inspect(thing->value, &facts);
    if (error != ERROR_NONE) {
        print("%-5s 0x%011lx %s\n", name, thing->value, error_name(error));
        return;
    }
    rights_text(facts.rights, rights);
    print("%-5s 0x%011lx %5u  %-12s %-9s", name, thing->value, thing->count, kind_name(facts.kind), rights);
    if (facts.address != 0) {
        print(" at 0x%lx", facts.address);
    }
    print("\n");
}

static void show_own(void)
{
    uint32_t place = 0;
    uint32_t named = 0;
    const struct thing *thing;

    print("%-5s %-13s %5s  %-12s %s\n", "name", "first", "count", "kind", "rights");
    while ((thing = thing_next(&place)) != NULL) {
        show(thing);
        named += thing->value != 0 ? thing->count : 0;
    }
    print("and %u of the shell's own; %u of its table's %u entries are empty\n", own_entries_used() - named,
          own_entries_limit() - own_entries_used(), own_entries_limit());
}

must_use outcome command_handles(const struct words *words)
{
    struct halted halted;
    handle task;

    if (words->count == 0) {
        show_own();
        return ERROR_NONE;
    }
    outcome error = handle_named(words->word[0], &task, NULL);
    if (error == ERROR_NONE) {
        error = halt(task, &halted);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = table_show(task);
    outcome ended = halt_end(&halted);
    return error != ERROR_NONE ? error : ended;
}

/* --- moving ----------------------------------------------------------------------------------------------------------- */

/* What has moved so far. */
static struct {
    struct thing *thing;
    handle there;
} moved[THINGS_MAX];
static uint32_t moved_count;
static handle receiver;

static outcome give(struct thing *thing)
{
    if (thing->value == 0) {
        return ERROR_ENDED;
    }
    for (uint32_t k = 0; k < moved_count; k++) {
        if (moved[k].thing == thing) { /* named twice */
            return ERROR_BAD_HANDLE;
        }
    }
    if (program_of(thing) != NULL) {
        return SHELL_ERROR_WRONG_NAME; /* the shell would no longer learn how it ends */
    }
    outcome error = table_give(receiver, thing->value, thing->count, &moved[moved_count].there);
    if (error == ERROR_NONE) {
        moved[moved_count++].thing = thing;
    }
    return error;
}

/* All of them are here again, or none would be the shell's any more. */
static void take_back(void)
{
    while (moved_count > 0) {
        struct thing *thing = moved[--moved_count].thing;
        uint32_t index = handle_index(thing->value); /* its entry is empty, and still this task's */
        handle here;
        enum error error = system_call_take(receiver, moved[moved_count].there, thing->count, index, &here);

        if (error == ERROR_NONE) {
            thing->value = here;
        } else {
            own_entries_release(index, thing->count);
            thing_remove(thing);
        }
    }
}

static void finish(struct program *program)
{
    char name[THING_NAME];

    if (program != NULL && moved_count > 0) {
        program->given = moved[moved_count - 1].there;
        program->given_count = moved[moved_count - 1].thing->count;
    }

    for (uint32_t k = 0; k < moved_count; k++) {
        struct thing *thing = moved[k].thing;

        print("%s is 0x%lx there\n", thing_name(thing, name), moved[k].there);
        own_entries_release(handle_index(thing->value), thing->count);
        thing_remove(thing);
    }
}

must_use outcome command_move(const struct words *words)
{
    struct words frames = *words;
    struct halted halted;
    struct thing *to;
    outcome error = handle_named(words->word[--frames.count], &receiver, &to);

    moved_count = 0;
    if (error == ERROR_NONE) {
        error = halt(receiver, &halted);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = for_each_thing(&frames, give);
    if (error != ERROR_NONE) {
        take_back();
    }
    finish(program_of(to));
    outcome ended = halt_end(&halted);
    return error != ERROR_NONE ? error : ended;
}

static enum thing_sort sort_of(handle value)
{
    struct handle_facts facts;

    if (system_call_inspect(value, &facts) == ERROR_NONE) {
        if (facts.kind == KIND_ENDPOINT) {
            return THING_ENDPOINT;
        }
        if (facts.kind == KIND_LIST) {
            return THING_LIST;
        }
    }
    return THING_FRAME;
}

/* Takes handles of a stopped task, and names them. */
static outcome take(handle task, handle first, uint32_t count)
{
    uint32_t place;
    handle here;
    outcome error = own_entries_take(count, &place);

    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_take(task, first, count, place, &here);
    if (error != ERROR_NONE) {
        own_entries_release(place, count);
        return error;
    }
    for (uint32_t k = 0; k < count; k++) {
        handle value = handle_of_run(here, k);
        outcome named = name_handle(sort_of(value), value);

        error = error != ERROR_NONE ? error : named;
    }
    return error;
}

must_use outcome command_take(const struct words *words)
{
    struct halted halted;
    struct thing *thing;
    handle task;
    handle first = 0;
    uint64_t count = 1;
    outcome error = handle_named(words->word[0], &task, &thing);
    struct program *program = error == ERROR_NONE ? program_of(thing) : NULL;

    if (error == ERROR_NONE && words->count > 1) {
        error = word_number(words->word[1], UINT64_MAX, &first);
    } else if (error == ERROR_NONE && (program == NULL || program->given == 0)) {
        error = SHELL_ERROR_NO_NAME;
    } else if (error == ERROR_NONE) {
        first = program->given;
        count = program->given_count;
    }
    if (error == ERROR_NONE && words->count > 2) {
        error = word_number(words->word[2], UINT64_MAX, &count);
    }
    if (error == ERROR_NONE && (count == 0 || count > MOVE_HANDLES_MAX)) {
        error = ERROR_BAD_COUNT;
    }
    if (error == ERROR_NONE) {
        error = things_room((uint32_t)count);
    }
    if (error == ERROR_NONE) {
        error = halt(task, &halted);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = take(task, first, (uint32_t)count);
    if (error == ERROR_NONE && program != NULL && program->given == first) {
        program->given = 0;
    }
    outcome ended = halt_end(&halted);
    return error != ERROR_NONE ? error : ended;
}

/* --- endpoints -------------------------------------------------------------------------------------------------------- */

must_use outcome command_endpoint(const struct words *words)
{
    handle endpoint;
    outcome error = things_room(1);

    (void)words;
    if (error == ERROR_NONE) {
        error = endpoint_make(&endpoint);
    }
    return error != ERROR_NONE ? error : name_handle(THING_ENDPOINT, endpoint);
}

must_use outcome command_badge(const struct words *words)
{
    handle endpoint;
    uint64_t badge;
    outcome error = handle_named(words->word[0], &endpoint, NULL);

    if (error == ERROR_NONE) {
        error = word_number(words->word[1], UINT64_MAX, &badge);
    }
    return error != ERROR_NONE ? error : system_call_badge(endpoint, badge);
}

must_use outcome command_notify(const struct words *words)
{
    handle endpoint;
    outcome error = handle_named(words->word[0], &endpoint, NULL);

    return error != ERROR_NONE ? error : system_call_notify(endpoint);
}
