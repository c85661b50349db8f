/* What words name, and what becomes of it. */
#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/segment.h>
#include <string.h>

/* s1.2: the third handle of segment s1. */
static outcome part_of_segment(const char *word, handle *value)
{
    char name[THING_NAME];
    const char *dot = strchr(word, '.');
    uint64_t place;

    if (dot == NULL || (size_t)(dot - word) >= sizeof(name)) {
        return SHELL_ERROR_NO_NAME;
    }
    memcpy(name, word, (size_t)(dot - word));
    name[dot - word] = 0;
    struct thing *thing = thing_find(name);
    if (thing == NULL || thing->sort != THING_SEGMENT) {
        return SHELL_ERROR_NO_NAME;
    }
    outcome error = word_number(dot + 1, UINT32_MAX, &place);
    if (error != ERROR_NONE) {
        return error;
    }
    if (place >= thing->count) {
        return ERROR_OUT_OF_BOUND;
    }
    *value = handle_of_run(thing->value, (uint32_t)place);
    return ERROR_NONE;
}

static bool is_taken(uint32_t index)
{
    return index < own_entries.limit && (own_entries.taken[index / 64] >> index % 64 & 1) != 0;
}

/* A number: of a handle that has a name, or of none at all, for the kernel to say so. All others are the shell's own. */
static outcome numbered(const char *word, handle *value, struct thing **thing)
{
    if (*word < '0' || *word > '9') {
        return SHELL_ERROR_NO_NAME;
    }
    outcome error = word_number(word, UINT64_MAX, value);

    if (error != ERROR_NONE) {
        return error;
    }
    struct thing *found = thing_with(handle_index(*value));
    if (found != NULL && found->sort != THING_SEGMENT && found->value == *value) {
        *thing = found;
    }
    bool own = found == NULL && handle_index(*value) != 0 && is_taken(handle_index(*value));
    return !own ? ERROR_NONE : (outcome)SHELL_ERROR_OWN_HANDLE;
}

must_use outcome handle_named(const char *word, handle *value, struct thing **thing)
{
    struct thing *none = NULL;
    struct thing **out = thing != NULL ? thing : &none;

    *out = thing_find(word);
    if (*out == NULL) {
        outcome error = part_of_segment(word, value);
        return error == SHELL_ERROR_NO_NAME ? numbered(word, value, out) : error;
    }
    if ((*out)->sort == THING_SEGMENT) {
        return SHELL_ERROR_IN_SEGMENT;
    }
    *value = (*out)->value;
    return *value != 0 ? ERROR_NONE : (outcome)ERROR_ENDED; /* a program that is over */
}

must_use outcome segment_named(const char *word, struct thing **thing)
{
    *thing = thing_find(word);
    if (*thing == NULL) {
        return SHELL_ERROR_NO_NAME;
    }
    return (*thing)->sort == THING_SEGMENT ? ERROR_NONE : (outcome)SHELL_ERROR_WRONG_NAME;
}

/* Those of a range that exist; there must be one. */
static outcome for_range(enum thing_sort sort, uint32_t first, uint32_t last, outcome (*act)(struct thing *thing))
{
    bool any = false;

    for (uint32_t number = first; number <= last; number++) {
        struct thing *thing = thing_numbered(sort, number);

        if (thing != NULL) {
            outcome error = act(thing);

            if (error != ERROR_NONE) {
                return error;
            }
            any = true;
        }
    }
    return any ? ERROR_NONE : (outcome)SHELL_ERROR_NO_NAME;
}

static outcome for_word(const char *word, outcome (*act)(struct thing *thing))
{
    enum thing_sort sort;
    uint32_t first;
    uint32_t last;
    bool is_range;
    outcome error = things_range(word, &is_range, &sort, &first, &last);

    if (error != ERROR_NONE) {
        return error;
    }
    if (is_range) {
        return for_range(sort, first, last, act);
    }
    struct thing *thing = thing_find(word);
    if (thing == NULL) {
        handle value;
        error = handle_named(word, &value, &thing);
        if (error != ERROR_NONE) {
            return error;
        }
        if (thing == NULL) { /* part of a segment, or a number that names nothing */
            struct handle_facts facts;
            error = system_call_inspect(value, &facts);
            return error != ERROR_NONE ? error : (outcome)SHELL_ERROR_IN_SEGMENT;
        }
    }
    return act(thing);
}

must_use outcome for_each_thing(const struct words *words, outcome (*act)(struct thing *thing))
{
    outcome error = ERROR_NONE;

    for (uint32_t k = 0; k < words->count && error == ERROR_NONE; k++) {
        error = for_word(words->word[k], act);
    }
    return error;
}

/* Handles of a segment of which some are gone. */
static outcome drop_each(const struct thing *thing)
{
    outcome result = ERROR_NONE;

    for (uint32_t k = 0; k < thing->count; k++) {
        outcome error = frame_drop(handle_of_run(thing->value, k));

        result = result != ERROR_NONE ? result : error;
    }
    return result;
}

must_use outcome thing_drop(struct thing *thing)
{
    if (program_of(thing) != NULL) {
        return program_forget(thing);
    }
    outcome error = thing->count == 1 ? frame_drop(thing->value) : frame_drop_run(thing->value, thing->count, NULL);
    bool gone = handle_is_gone(error);
    if (gone && thing->count > 1) {
        error = drop_each(thing);
    }
    if (error == ERROR_NONE || gone) {
        thing_remove(thing);
    }
    return error;
}

/* Physical address and kind of what has a name. */
static void say_thing(const struct thing *thing)
{
    struct frame_facts facts;
    char name[THING_NAME];
    enum error error = frame_info(thing->value, &facts);

    if (error == ERROR_NONE) {
        print("%s: %s frame at 0x%lx\n", thing_name(thing, name), kind_name(facts.kind), facts.address);
    } else {
        print("%s: %s\n", thing_name(thing, name), error_name(error));
    }
}

must_use outcome name_handle(enum thing_sort sort, handle value)
{
    outcome error = things_room(1);

    if (error == ERROR_NONE) {
        say_thing(thing_add(sort, value, 1));
        return ERROR_NONE;
    }
    enum error dropped = frame_drop(value); /* the first error is the one to tell */
    (void)dropped;
    return error;
}
