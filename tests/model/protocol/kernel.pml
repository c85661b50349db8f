/* What the kernel knows, and its steps: each is one, under its locks, and no kill stops it. */

/* Handles of each client to each frame: the rings. Which entry of a table it is does not matter here. */
byte handles[CPUS * FRAMES];
#define held(client, f) handles[(client) * FRAMES + (f)]
#define ring(f) (held(0, f) + held(1, f))
#define room(client) (held(client, 0) + held(client, 1) < c_expr { limits.handles })

/* Ledger state SERVER: the account that moved the frame there + 1; MOVING: its last handle leaves with a call;
 * else 0 (kernel/memory/ledger.h). */
#define MOVING 3
byte server[FRAMES];

/* Each client's call. SERVED: a worker is at it. INTERRUPTED: the worker died in it. */
mtype = { none, alloc, alloc_unique, claim, drop, clone, look, revoke, push, take, move };
mtype = { idle, served, interrupted };
mtype call[CPUS] = none;
mtype state[CPUS] = idle;
byte subject[CPUS]; /* the frame that the call lends, drops, moves or names */
bool lent[CPUS];    /* the handle that it lends is there still */

/* The server: its workers run, all of them or none. */
bool running = true;
bool dead;        /* and nobody recovers it yet */
bool stopped[CPUS]; /* this worker has to see yet that it is dead */
byte kills;
byte strikes[CPUS]; /* how often a worker itself failed in the call */
#define poisoned(k) (strikes[k] >= 2)

/* The account that a client is in, + 1. */
#define owner(client) (c_expr { limits.shared } -> 1 : client + 1)
#define tell_call(operation, f) printf("client %d calls ", c); printf(#operation); printf(" on frame %d\n", f)
#define borrows(operation) (operation == clone || operation == revoke)
#define answered (state[0] == idle && state[1] == idle)

/* SYSTEM_CALL_COUNT. What moves to the server with a call in service counts, since it may come back. */
#define is_leaving(client, f) \
    (call[client] == push && subject[client] == f && !PLANTED(leaving_uncounted) && \
     (server[f] == MOVING || !PLANTED(leaving_shared)))
#define kernel_count(f) (ring(f) + is_leaving(0, f) + is_leaving(1, f))

/* call_deliver, carry_out: a new call of client c, or one that is done anew. */
inline deliver(operation, f) {
    call[c] = operation;
    subject[c] = f;
    state[c] = served;
    lent[c] = borrows(operation);
    if
    :: operation == drop || operation == push ->
        held(c, f)--;
        if
        :: operation == push && ring(f) == 0 -> server[f] = (PLANTED(server_early) -> owner(c) : MOVING)
        :: else
        fi
    :: else
    fi;
    frame = f;
    count_call()
}

/* answer(), in reply.c. The intents go with the reply, in the same step. */
inline answer(client) {
    printf("client %d is answered\n", client);
    expect(answered_twice, state[client] != idle);
    call[client] = none;
    state[client] = idle;
    subject[client] = 0;
    lent[client] = false;
    strikes[client] = 0;
    if
    :: PLANTED(intent_kept)
    :: else ->
        intent[client] = 0; intent_run[client] = 0;
        memory[REVERSAL(client)] = 0; memory[DONE(client)] = 0 /* mean nothing without intents: fewer states */
    fi;
    check_in_flight(0); check_in_flight(1);
    if
    :: running && answered -> check_quiet()
    :: else
    fi
}

/* carry_settle(): what left with a push stays with the server, or is restored. */
inline settle(error) {
    if
    :: call[c] == push && !(error) -> server[frame] = owner(c)
    :: call[c] == push && (error) -> held(c, frame)++; server[frame] = 0
    :: else
    fi
}

/* What a reply brings the caller, and whether the kernel accepts that: action.c. */
#define is_grant(operation) (operation == alloc || operation == alloc_unique || operation == claim)
#define brings(operation) (is_grant(operation) || operation == clone || operation == look || operation == take)
#define may_bring(operation, f) \
    ((operation == clone && lent[c]) || (operation == look && ring(f) > 0) || \
     (operation == take && server[f] == owner(c)))
#define lends(client, f) (lent[client] && subject[client] == f)

/* The reply is accepted, its handle enters the caller's table. honest: the kernel has no reason to refuse it. */
inline bring(honest) {
    printf("client %d gets frame %d\n", c, frame);
    expect(kernel_refuses, honest);
    held(c, frame)++;
    server[frame] = 0;
    answer(c);
    forget()
}
