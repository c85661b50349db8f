/* Lists of unique frames. */
#include <quire/list.h>

#include "libipc/src/request.h"
#include <quire/client.h>

must_use enum error list_create(handle *list)
{
    handle frame;
    enum error error = frame_allocate(&frame);

    if (error != ERROR_NONE) {
        return error;
    }
    error = frame_repurpose(frame, KIND_LIST);
    if (error != ERROR_NONE) {
        enum error dropped = frame_drop(frame); /* the first error is the one to tell */
        (void)dropped;
        return error;
    }
    *list = frame;
    return ERROR_NONE;
}

/* When nobody knows the outcome, the table does. */
static bool is_gone(enum error error, handle frame)
{
    struct handle_facts facts;

    return error == ERROR_NONE ||
           (error == ERROR_INTERRUPTED && system_call_inspect(frame, &facts) == ERROR_BAD_HANDLE);
}

static enum error push(handle list, handle frame, enum list_place place, uint64_t address)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_ATTACH, 1, 0),
                              .words = {place, address},
                              .r13 = frame,
                              .r14 = list};
    enum error error = request(&message, MESSAGE_LIST_PUSH);

    if (is_gone(error, frame)) {
        own_entries_release(handle_index(frame), 1);
    }
    return error;
}

must_use enum error list_push_front(handle list, handle frame)
{
    return push(list, frame, LIST_FRONT, 0);
}

must_use enum error list_push_back(handle list, handle frame)
{
    return push(list, frame, LIST_BACK, 0);
}

/* *after: address of the frame after the one that was taken. */
static enum error take(handle list, enum list_place place, uint64_t address, handle *frame, uint64_t *after)
{
    struct message message;
    enum error error;

    do { /* another CPU's push of that frame has not been answered yet */
        message = (struct message){.words = {place, address}, .r13 = list};
        error = request_handles(&message, MESSAGE_LIST_TAKE, ACTION_HAND_BACK, MODE_BORROW, 1, frame);
    } while (error == ERROR_AGAIN);
    if (error == ERROR_NONE) {
        *after = message.words[1];
    }
    return error;
}

must_use enum error list_pop_front(handle list, handle *frame)
{
    uint64_t after;

    return take(list, LIST_FRONT, 0, frame, &after);
}

must_use enum error list_pop_back(handle list, handle *frame)
{
    uint64_t after;

    return take(list, LIST_BACK, 0, frame, &after);
}

static enum error look(handle list, enum list_place place, uint64_t address, struct list_member *member)
{
    struct message message = {.words = {place, address}};
    enum error error = request_lending(&message, MESSAGE_LIST_LOOK, list, 1);

    if (error == ERROR_NONE) {
        *member = (struct list_member){.address = message.words[0],
                                       .length = message.words[1],
                                       .metadata = {message.words[2], message.words[3], message.words[4]}};
    }
    return error;
}

must_use enum error list_front(handle list, struct list_member *member)
{
    return look(list, LIST_FRONT, 0, member);
}

must_use enum error list_back(handle list, struct list_member *member)
{
    return look(list, LIST_BACK, 0, member);
}

must_use enum error list_length(handle list, uint64_t *length)
{
    struct list_member member;
    enum error error = list_front(list, &member);

    if (error == ERROR_NONE) {
        *length = member.length;
    } else if (error == ERROR_EMPTY_LIST) {
        *length = 0;
        error = ERROR_NONE;
    }
    return error;
}

must_use enum error list_contains(handle list, uint64_t address, bool *contained)
{
    struct list_member member;
    enum error error = look(list, LIST_AT, address, &member);

    if (error == ERROR_NONE || error == ERROR_NOT_LISTED) {
        *contained = error == ERROR_NONE;
        error = ERROR_NONE;
    }
    return error;
}

must_use enum error list_clear_some(handle list, uint64_t *dropped, uint64_t *left)
{
    struct message message = {0};
    enum error error = request_lending(&message, MESSAGE_LIST_CLEAR, list, 1);

    if (error == ERROR_NONE) {
        *dropped = message.words[0];
        *left = message.words[1];
    }
    return error;
}

must_use enum error list_clear(handle list)
{
    uint64_t dropped;
    uint64_t left = 1;
    enum error error = ERROR_NONE;

    while (error == ERROR_NONE && left > 0) {
        error = list_clear_some(list, &dropped, &left);
    }
    return error;
}

struct list_cursor list_cursor_ghost(handle list)
{
    return (struct list_cursor){.list = list, .address = LIST_GHOST};
}

static enum error cursor_to(handle list, enum list_place place, uint64_t address, struct list_cursor *cursor)
{
    struct list_member member;
    enum error error = look(list, place, address, &member);

    if (error == ERROR_NONE) {
        *cursor = (struct list_cursor){.list = list, .address = member.address};
    }
    return error;
}

must_use enum error list_cursor_front(handle list, struct list_cursor *cursor)
{
    return cursor_to(list, LIST_FRONT, 0, cursor);
}

must_use enum error list_cursor_back(handle list, struct list_cursor *cursor)
{
    return cursor_to(list, LIST_BACK, 0, cursor);
}

must_use enum error list_cursor_at(handle list, uint64_t address, struct list_cursor *cursor)
{
    return cursor_to(list, LIST_AT, address, cursor);
}

must_use enum error list_cursor_next(struct list_cursor *cursor)
{
    return cursor_to(cursor->list, LIST_AFTER, cursor->address, cursor);
}

must_use enum error list_cursor_previous(struct list_cursor *cursor)
{
    return cursor_to(cursor->list, LIST_BEFORE, cursor->address, cursor);
}

must_use enum error list_cursor_look(const struct list_cursor *cursor, struct list_member *member)
{
    return look(cursor->list, LIST_AT, cursor->address, member);
}

must_use enum error list_cursor_write(const struct list_cursor *cursor, const uint64_t metadata[LIST_METADATA_WORDS])
{
    struct message message = {.words = {cursor->address, metadata[0], metadata[1], metadata[2]}};

    return request_lending(&message, MESSAGE_LIST_WRITE, cursor->list, 1);
}

must_use enum error list_cursor_take(struct list_cursor *cursor, handle *frame)
{
    return take(cursor->list, LIST_AT, cursor->address, frame, &cursor->address);
}

must_use enum error list_cursor_insert_before(const struct list_cursor *cursor, handle frame)
{
    return push(cursor->list, frame, LIST_BEFORE, cursor->address);
}
