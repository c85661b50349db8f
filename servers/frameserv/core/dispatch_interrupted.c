/* What recovery takes back is done anew: grants, clones, look-ups, conversions, hand-backs, mints. A drop can't be taken back,
 * for its handles have left their table: recovery completes it (frames_reconcile), and it is never subtracted again. Operations
 * that do more than one step, or whose answer would be another the second time, have notes (note.h). The rest is the same
 * when it is done twice. */
#include "servers/frameserv/core/dispatch_interrupted.h"

#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/quick.h"

#define WITHOUT_FLAGS UINT64_C(0xffffffff)

/* Whether a handle may be subtracted already. Then the intents named its frame when recovery looked: they are set before, and
 * change only once the drop is done but for the members of lists. */
static bool drop_has_begun(const struct worker *worker, const struct message *message)
{
    if (rax_n(message->rax) != 1)
        return intent_run_count(worker) != 0;
    return worker->control->intent == frame_word_frame(message->r13) + 1 ||
           (intent_has(worker, INTENT_COUNTED) && worker->note->put_off != 0);
}

static void drop_finish(struct worker *worker, struct message *message)
{
    if (worker->note->put_off != 0)
        lists_reap_turn(worker, &worker->note->turn);
    atomic_store_release(&worker->control->view_frame, 0);
    reply_words(worker, message, worker->note->unused, 0, 0, 0, 0);
}

/* One by one, since that the frames went together may be what failed. */
static void drop_all(struct worker *worker, const struct message *message)
{
    uint64_t count = rax_n(message->rax);

    if (count == 1) {
        frames_drop_of_call(worker, frame_word_frame(message->r13));
    } else {
        intent_set_run(worker, count); /* all, before the first */
        for (uint64_t k = 0; k < count; k++)
            frames_drop(worker, worker->transfer[k]);
    }
    atomic_store_release(&worker->control->view_frame, 0);
}

bool dispatch_interrupted(struct worker *worker, struct message *message)
{
    bool poisoned = (rax_flags(message->rax) & RECEIVED_POISONED) != 0;
    bool drop = rax_mode(message->rax) == MODE_DROP;

    message->rax &= WITHOUT_FLAGS;
    if (drop && drop_has_begun(worker, message))
        drop_finish(worker, message);
    else if (!poisoned || (!drop && note_is_done(worker)))
        return quick_serve(worker, message); /* as it would have been */
    else if (drop)
        drop_all(worker, message);
    if (poisoned)
        reply_error(worker, message, ERROR_KILLS_SERVER);
    return true;
}
