/* Lists. */
#include "servers/shell/commands.h"

#include "servers/shell/terminal.h"
#include <quire/client.h>
#include <quire/list.h>
#include <quire/print.h>
#include <string.h>

static void show(const struct list_member *member)
{
    print("0x%lx  words 0x%lx 0x%lx 0x%lx\n", member->address, member->metadata[0], member->metadata[1],
          member->metadata[2]);
}

must_use outcome command_list_create(const struct words *words)
{
    handle list;
    outcome error = things_room(1);

    (void)words;
    if (error == ERROR_NONE) {
        error = list_create(&list);
    }
    return error != ERROR_NONE ? error : name_handle(THING_LIST, list);
}

/* Which end a word means: 0 if it is not there, 1 if it is `word`. */
static outcome read_end(const struct words *words, uint32_t place, const char *word, bool *other)
{
    *other = words->count > place;
    return !*other || strcmp(words->word[place], word) == 0 ? ERROR_NONE : (outcome)SHELL_ERROR_BAD_WORD;
}

/* What was pushed has no handle any more. */
static outcome pushed(outcome error, struct thing *thing)
{
    if (error == ERROR_NONE && thing != NULL) {
        thing_remove(thing);
    }
    return error;
}

/* A frame that can go into a list: by a handle that the shell can forget. */
static outcome frame_to_push(const char *word, handle *frame, struct thing **thing)
{
    outcome error = handle_named(word, frame, thing);

    if (error == ERROR_NONE && *thing == NULL && thing_with(handle_index(*frame)) != NULL) {
        error = SHELL_ERROR_IN_SEGMENT;
    }
    return error;
}

must_use outcome command_list_push(const struct words *words)
{
    struct thing *thing;
    handle list;
    handle frame;
    bool front = false;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = frame_to_push(words->word[1], &frame, &thing);
    }
    if (error == ERROR_NONE) {
        error = read_end(words, 2, "front", &front);
    }
    if (error == ERROR_NONE) {
        error = front ? list_push_front(list, frame) : list_push_back(list, frame);
        error = pushed(error, thing);
    }
    return error;
}

must_use outcome command_list_pop(const struct words *words)
{
    handle list;
    handle frame;
    bool back = false;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = read_end(words, 1, "back", &back);
    }
    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    if (error == ERROR_NONE) {
        error = back ? list_pop_back(list, &frame) : list_pop_front(list, &frame);
    }
    return error != ERROR_NONE ? error : name_handle(THING_FRAME, frame);
}

must_use outcome command_list_front(const struct words *words)
{
    struct list_member member;
    handle list;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = list_front(list, &member);
    }
    if (error == ERROR_NONE) {
        show(&member);
    }
    return error;
}

must_use outcome command_list_back(const struct words *words)
{
    struct list_member member;
    handle list;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = list_back(list, &member);
    }
    if (error == ERROR_NONE) {
        show(&member);
    }
    return error;
}

must_use outcome command_list_length(const struct words *words)
{
    uint64_t length;
    handle list;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = list_length(list, &length);
    }
    if (error == ERROR_NONE) {
        print("%lu frames\n", length);
    }
    return error;
}

/* From the front on; it may change meanwhile, which NotListed tells. */
must_use outcome command_list_show(const struct words *words)
{
    struct list_cursor cursor;
    struct list_member member;
    handle list;
    outcome error = handle_named(words->word[0], &list, NULL);

    if (error == ERROR_NONE) {
        error = list_cursor_front(list, &cursor);
    }
    if (error == ERROR_EMPTY_LIST) {
        print("empty\n");
        return ERROR_NONE;
    }
    while (error == ERROR_NONE && cursor.address != LIST_GHOST) {
        error = list_cursor_look(&cursor, &member);
        if (error == ERROR_NONE) {
            show(&member);
            error = list_cursor_next(&cursor);
        }
        if (error == ERROR_NONE && terminal_interrupted()) {
            error = SHELL_ERROR_CUT_OFF;
        }
    }
    return error;
}

/* A list, and an address behind it. */
static outcome read_place(const struct words *words, handle *list, uint64_t *address)
{
    outcome error = handle_named(words->word[0], list, NULL);

    return error != ERROR_NONE ? error : word_number(words->word[1], UINT64_MAX, address);
}

must_use outcome command_list_contains(const struct words *words)
{
    uint64_t address;
    handle list;
    bool contained;
    outcome error = read_place(words, &list, &address);

    if (error == ERROR_NONE) {
        error = list_contains(list, address, &contained);
    }
    if (error == ERROR_NONE) {
        print("%s\n", contained ? "yes" : "no");
    }
    return error;
}

static outcome read_cursor(const struct words *words, struct list_cursor *cursor)
{
    uint64_t address;
    handle list;
    outcome error = read_place(words, &list, &address);

    return error != ERROR_NONE ? error : list_cursor_at(list, address, cursor);
}

must_use outcome command_list_insert(const struct words *words)
{
    struct list_cursor cursor;
    struct thing *thing;
    handle frame;
    outcome error = frame_to_push(words->word[2], &frame, &thing);

    if (error == ERROR_NONE) {
        error = read_cursor(words, &cursor);
    }
    return error != ERROR_NONE ? error : pushed(list_cursor_insert_before(&cursor, frame), thing);
}

must_use outcome command_list_take(const struct words *words)
{
    struct list_cursor cursor;
    handle frame;
    outcome error = things_room(1);

    if (error == ERROR_NONE) {
        error = read_cursor(words, &cursor);
    }
    if (error == ERROR_NONE) {
        error = list_cursor_take(&cursor, &frame);
    }
    return error != ERROR_NONE ? error : name_handle(THING_FRAME, frame);
}

must_use outcome command_list_write(const struct words *words)
{
    uint64_t metadata[LIST_METADATA_WORDS] = {0};
    struct list_cursor cursor;
    outcome error = ERROR_NONE;

    for (uint32_t k = 2; k < words->count && error == ERROR_NONE; k++) {
        error = word_number(words->word[k], UINT64_MAX, &metadata[k - 2]);
    }
    if (error == ERROR_NONE) {
        error = read_cursor(words, &cursor);
    }
    return error != ERROR_NONE ? error : list_cursor_write(&cursor, metadata);
}

must_use outcome command_list_clear(const struct words *words)
{
    handle list;
    outcome error = handle_named(words->word[0], &list, NULL);

    return error != ERROR_NONE ? error : list_clear(list);
}
