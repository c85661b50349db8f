/* What recovery takes back is done anew: grants, clones, look-ups, conversions, hand-backs, mints. A drop can't be taken back,
 * for its handles have left their table: recovery completes it, for the kernel tells it which frames they are to, and it is never subtracted again. Operations
 * that do more than one step, or whose answer would be another the second time, have notes (note.h). The rest is the same
 * when it is done twice. */
#include "servers/frameserv/core/dispatch_interrupted.h"

#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/quick.h"

#define WITHOUT_FLAGS UINT64_C(0xffffffff)

static void drop_finish(struct worker *worker, struct message *message)
{
    if (worker->note->put_off != 0)
        lists_reap_turn(worker, &worker->note->turn);
    atomic_store_release(&worker->control->view_frame, 0);
    reply_words(worker, message, worker->note->unused, 0, 0, 0, 0);
}

bool dispatch_interrupted(struct worker *worker, struct message *message)
{
    bool poisoned = (rax_flags(message->rax) & RECEIVED_POISONED) != 0;
    bool drop = rax_mode(message->rax) == MODE_DROP;

    message->rax &= WITHOUT_FLAGS;
    if (drop)
        drop_finish(worker, message);
    else if (!poisoned || note_is_done(worker))
        return quick_serve(worker, message); /* as it would have been */
    if (poisoned)
        reply_error(worker, message, ERROR_KILLS_SERVER);
    return true;
}
