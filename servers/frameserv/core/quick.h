/* The requests that clients make all the time, served without the message ever being in memory: these functions are
 * inline, and when *message is a local variable it stays in the registers in which it came. They do nothing that
 * dispatch() would not do, only what it does when nothing is out of the ordinary. */
#ifndef FRAMESERV_CORE_QUICK_H
#define FRAMESERV_CORE_QUICK_H

#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/operations.h"

/* rax of a call for one handle, as it is received: no flags, so none that a kill interrupted. */
#define QUICK_CALL(action, mode) rax_make(ERROR_NONE, ACTION_##action, MODE_##mode, 1, 0)

static inline bool quick_allocate(struct worker *worker, struct message *message)
{
    uint64_t frame;

    if (message->words[0] != 0)
        return false;
    enum error error = frames_allocate(worker, badge_account(message->rdi), &frame);
    if (error == ERROR_NONE)
        reply_handle(worker, message, ACTION_GRANT, frame, RIGHTS_FRAME, 0);
    else
        reply_refusal(worker, message, error);
    return true;
}

static inline bool quick_clone(struct worker *worker, struct message *message)
{
    uint64_t frame = frame_word_frame(message->r13);
    uint64_t lent = frame_word_rights(message->r13);
    uint64_t rights = message->words[0];
    uint64_t count;

    if (!(lent & RIGHT_CLONE) || rights == 0 || (rights & ~lent) != 0 || message->r14 != 0)
        return false;
    enum error error = frames_clone(worker, frame, &count);
    if (error == ERROR_NONE)
        reply_handle(worker, message, ACTION_CLONE, frame, rights, count);
    else
        reply_error(worker, message, error);
    return true;
}

/* Serves the call in *message if it is one of them and nothing stands against it: true, and the reply is there as
 * dispatch() leaves it, an error too. False: nothing was done. */
static inline __attribute__((always_inline)) bool quick_serve(struct worker *worker, struct message *message)
{
    if (message->rax == 0 && message->rsi == MESSAGE_NOTHING) {
        reply_words(worker, message, 0, 0, 0, 0, 0);
        return true;
    }
    if (message->rax == QUICK_CALL(NONE, DROP)) {
        reply_words(worker, message, frames_drop_of_call(worker, frame_word_frame(message->r13)), 0, 0, 0, 0);
        atomic_store_release(&worker->control->view_frame, 0); /* what the kernel showed was for this drop only */
        return true;
    }
    if (message->rax == QUICK_CALL(CLONE, BORROW))
        return message->rsi == MESSAGE_CLONE && quick_clone(worker, message);
    return message->rax == QUICK_CALL(GRANT, NONE) && message->rsi == MESSAGE_ALLOC && quick_allocate(worker, message);
}

#endif
