/* Operations on lists. */
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/operations.h"

/* The address of a frame in a list, or of the ghost. */
static uint64_t address_of(uint64_t frame)
{
    return frame == FRAME_NONE ? LIST_GHOST : frame * FRAME_SIZE;
}

enum error operation_list_push(struct worker *worker, struct message *message)
{
    uint64_t length;

    if (note_is_done(worker)) {
        reply_words(worker, message, worker->note->answer[0], 0, 0, 0, 0);
        return ERROR_NONE;
    }
    note_begin(worker);
    if (!(frame_word_rights(message->r14) & RIGHT_WRITE))
        return ERROR_MISSING_RIGHT;
    if ((frame_word_rights(message->r13) & RIGHTS_FRAME) != RIGHTS_FRAME) /* who takes it out gets all of them */
        return ERROR_MISSING_RIGHT;
    enum error error = lists_push(worker, frame_word_frame(message->r14), frame_word_frame(message->r13),
                                  message->words[0], message->words[1], &length);
    if (error == ERROR_NONE)
        reply_words(worker, message, length, 0, 0, 0, 0);
    return error;
}

enum error operation_list_take(struct worker *worker, struct message *message)
{
    struct list_found found;

    if (!(frame_word_rights(message->r13) & RIGHT_WRITE))
        return ERROR_MISSING_RIGHT;
    enum error error = lists_take(worker, frame_word_frame(message->r13), message->words[0], message->words[1], &found);
    if (error != ERROR_NONE)
        return error;
    reply_handle(worker, message, ACTION_HAND_BACK, found.frame, RIGHTS_FRAME, address_of(found.next));
    message->words[2] = found.length;
    return ERROR_NONE;
}

enum error operation_list_look(struct worker *worker, struct message *message)
{
    struct list_found found;

    if (!(frame_word_rights(message->r13) & RIGHT_READ))
        return ERROR_MISSING_RIGHT;
    enum error error = lists_look(worker, frame_word_frame(message->r13), message->words[0], message->words[1], &found);
    if (error == ERROR_NONE)
        reply_words(worker, message, address_of(found.frame), found.length, found.words[0], found.words[1],
                    found.words[2]);
    return error;
}

enum error operation_list_write(struct worker *worker, struct message *message)
{
    enum error error = ERROR_NONE;

    if (!(frame_word_rights(message->r13) & RIGHT_WRITE))
        return ERROR_MISSING_RIGHT;
    if (!note_is_done(worker)) {
        note_begin(worker);
        error = lists_write(worker, frame_word_frame(message->r13), message->words[0], &message->words[1]);
    }
    if (error == ERROR_NONE)
        reply_words(worker, message, 0, 0, 0, 0, 0);
    return error;
}

enum error operation_list_clear(struct worker *worker, struct message *message)
{
    uint64_t dropped;
    uint64_t left;

    if (!(frame_word_rights(message->r13) & RIGHT_WRITE))
        return ERROR_MISSING_RIGHT;
    enum error error = lists_clear(worker, frame_word_frame(message->r13), &dropped, &left);
    if (error == ERROR_NONE)
        reply_words(worker, message, dropped, left, 0, 0, 0);
    return error;
}
