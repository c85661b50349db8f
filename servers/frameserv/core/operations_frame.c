/* Operations on frames that the caller holds, or knows the address of. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/shortage.h"
#include <quire/kinds.h>

/* Who only knows an address does not get an owner's right. */
#define RIGHTS_BY_ADDRESS ((uint64_t)(RIGHTS_FRAME & ~RIGHT_OWNER))

/* Replies with further handles to the frames that were lent, with rights that the lent ones have. */
static enum error clone_lent(struct worker *worker, struct message *message, const struct lent *lent, uint64_t rights)
{
    uint64_t count = 0;

    if (!(lent->rights & RIGHT_CLONE))
        return ERROR_MISSING_RIGHT;
    if (rights == 0 || (rights & ~(uint64_t)lent->rights) != 0)
        return ERROR_BAD_RIGHTS;
    enum error error =
        lent->count == 1 ? frames_clone(worker, lent->one, &count) : frames_clone_run(worker, lent->count);
    if (error != ERROR_NONE)
        return error;
    if (lent->count == 1) {
        reply_handle(worker, message, ACTION_CLONE, lent->one, rights, count);
    } else {
        reply_run(worker, message, ACTION_CLONE, lent->count, rights);
        message->r13 = message->words[0];
    }
    return ERROR_NONE;
}

enum error operation_lookup(struct worker *worker, struct message *message)
{
    uint64_t rights = message->words[1];
    uint64_t frame;
    uint64_t count;
    struct lent lent;

    if (rax_mode(message->rax) == MODE_BORROW) {
        lent_read(worker, message, &lent);
        return clone_lent(worker, message, &lent, lent.rights);
    }
    if (rax_n(message->rax) > 1)
        return ERROR_BAD_COUNT;
    if (rights == 0 || (rights & ~RIGHTS_BY_ADDRESS) != 0)
        return ERROR_BAD_RIGHTS;
    enum error error = frames_look_up(worker, message->words[0], &frame, &count);
    if (error != ERROR_NONE)
        return error;
    reply_handle(worker, message, ACTION_CLONE, frame, rights, count);
    return ERROR_NONE;
}

enum error operation_clone(struct worker *worker, struct message *message)
{
    struct lent lent;

    lent_read(worker, message, &lent);
    return clone_lent(worker, message, &lent, message->words[0]);
}

enum error operation_repurpose(struct worker *worker, struct message *message)
{
    uint64_t frame = frame_word_frame(message->r13);
    uint64_t kind = message->words[0];
    bool tried = false;
    bool changes;

    if (!(frame_word_rights(message->r13) & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    enum error error;
    do {
        error = frames_repurpose(worker, frame, kind, &changes);
    } while (error != ERROR_NONE && shortage_eased(worker, &error, &tried));
    if (error != ERROR_NONE)
        return error;
    if (changes)
        reply_handle(worker, message, ACTION_CONVERT, frame, kind, 0);
    else
        reply_words(worker, message, 0, 0, 0, 0, 0);
    message->words[0] = 0;
    return ERROR_NONE;
}

/* One of the two conversions of a frame's handles. */
static enum error convert_lent(struct worker *worker, struct message *message,
                               enum error (*convert)(struct worker *worker, const atomic_word *frames, uint64_t count))
{
    struct lent lent;

    lent_read(worker, message, &lent);
    if (!(lent.rights & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    enum error error = convert(worker, lent.frames, lent.count);
    if (error == ERROR_NONE)
        reply_words(worker, message, 0, 0, 0, 0, 0);
    return error;
}

enum error operation_unique(struct worker *worker, struct message *message)
{
    return convert_lent(worker, message, frames_make_unique);
}

enum error operation_share(struct worker *worker, struct message *message)
{
    return convert_lent(worker, message, frames_make_shared);
}

enum error operation_metadata(struct worker *worker, struct message *message)
{
    uint64_t words[SLOT_STORAGE_WORDS];
    enum error error = frames_metadata(worker, frame_word_frame(message->r13), words);

    if (error == ERROR_NONE)
        reply_words(worker, message, words[0], words[1], words[2], words[3], words[4]);
    return error;
}

enum error operation_set_metadata(struct worker *worker, struct message *message)
{
    if (!(frame_word_rights(message->r13) & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    enum error error = frames_set_metadata(worker, frame_word_frame(message->r13), message->words);
    if (error == ERROR_NONE)
        reply_words(worker, message, 0, 0, 0, 0, 0);
    return error;
}

enum error operation_check(struct worker *worker, struct message *message)
{
    uint64_t kind = message->words[0];
    struct lent lent;

    if (kind != CHECK_UNTYPED && !kind_is_object(kind))
        return ERROR_BAD_ARGUMENT;
    lent_read(worker, message, &lent);
    reply_words(worker, message, frames_check(worker, lent.frames, lent.count, kind), 0, 0, 0, 0);
    return ERROR_NONE;
}
