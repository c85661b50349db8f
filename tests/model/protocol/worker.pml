/* A CPU: its client, which makes one call at a time, and the frame server's worker that serves it. What is outside of a
 * d_step is a step of its own: between any two the other CPU may go on, and the server may be killed. */

/* call_deliver(): a new call. */
#define DELIVER(operation, f, may, label) \
    :: d_step { running && state[c] == idle && PERMITS(operation) && EXISTS(f) && (may) -> \
                tell_call(operation, f); deliver(operation, f) }; goto label \
    AGAIN(operation, f, label)

/* restart_resume(): a call in which the server died is done anew, unless dispatch_interrupted() just answers it: recovery
 * has brought it to its end, or it happened as a whole, or a handle that it lends is gone, or a worker failed in it twice. */
#define has_begun (intent[c] == subject[c] + 1 || !PLANTED(drop_unnamed))
#define is_over \
    (call[c] == drop && has_begun && !PLANTED(redelivered) && !PLANTED(reconciled_late) || \
     call[c] == push && memory[DONE(c)] || borrows(call[c]) && !lent[c] || call[c] != drop && poisoned(c))
#define AGAIN(operation, f, label) \
    :: d_step { running && state[c] == interrupted && call[c] == operation && subject[c] == f && !is_over -> \
                printf("client %d's call is done anew\n", c); \
                state[c] = served; frame = f; all = PLANTED(reconciled_late) && operation == drop && has_begun }; goto label

#define DELIVER_ON(f) \
    DELIVER(claim, f, room(c), serve_claim) \
    DELIVER(drop, f, held(c, f) > 0, serve_drop) \
    DELIVER(clone, f, held(c, f) > 0 && room(c), serve_count) \
    DELIVER(look, f, room(c), serve_count) \
    DELIVER(revoke, f, held(c, f) > 0, serve_revoke) \
    DELIVER(push, f, held(c, f) > 0, serve_push) \
    :: d_step { /* carry_move(), to the other client, which is in no call */ \
        state[c] == idle && state[1 - c] == idle && PERMITS(move) && held(c, f) > 0 && room(1 - c) -> \
        held(c, f)--; held(1 - c, f)++; count_call(); printf("client %d hands frame %d over\n", c, f) }; goto client

/* A worker that ends, or is done, has nothing in its registers. */
inline forget() { frame = 0; found = 0; payer = 0; all = false; refused = false; error = false }

#define is_cached(word) (word == CACHED(0) || word == CACHED(1))
#define the_cache(word) (word - CACHED(0))
#define is_top(k, f) (cached(k) > 0 && top_of(k) == f)
#define is_count(value) (value != BUSY && value < UNIQUE)
#define is_held(value) (value != BUSY && value != UNUSED)
#define one_more(f) ((ref_count(f) + 1) % STATES)
#define one_less(f) ((ref_count(f) + STATES - 1) % STATES)
#define nothing_is_free (is_charged(kind(0)) && (is_charged(kind(1)) || !EXISTS(1)))

proctype cpu(byte c) {
    /* The worker's registers. */
    byte frame;
    byte found;
    byte payer;
    bool all;
    bool refused;
    bool error;

end_client:
client:
    if
    DELIVER(alloc, 0, room(c), serve_alloc)
    DELIVER(alloc_unique, 0, room(c), serve_alloc)
    DELIVER(take, 0, room(c), serve_take)
    DELIVER_ON(0)
    DELIVER_ON(1)
    :: d_step { running && state[c] == interrupted && is_over -> frame = subject[c]; settle(!memory[DONE(c)]); answer(c); forget() };
        goto client
    fi;

    {
        false; /* a block can not begin with a label */

#include "allocate.pml"
#include "claim.pml"
#include "drop.pml"
#include "count.pml"
#include "lists.pml"

/* --- a reply that the kernel refused, or that brings nothing ---- */
undo:
        if
        :: !PLANTED(refused_kept) -> goto remove
        :: PLANTED(refused_kept) -> goto reply
        fi;
reply:
        if
        :: d_step { error || refused || !brings(call[c]) ->
            settle(error);
            answer(c); forget() }
        :: d_step { /* only where a mistake is planted */
            !error && !refused && is_grant(call[c]) -> bring(ring(frame) == 0) }
        :: d_step { !error && !refused && !is_grant(call[c]) && may_bring(call[c], frame) -> bring(true) }
        :: d_step { !error && !refused && brings(call[c]) && !is_grant(call[c]) && !may_bring(call[c], frame) ->
            refused = true }; goto undo
        fi
    } unless { d_step { stopped[c] -> stopped[c] = false; forget() } };
    goto client
}
