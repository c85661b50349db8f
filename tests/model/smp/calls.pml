/* Calls between CPUs: kernel/object/endpoint.h, kernel/object/mail.h, kernel/ipc/call.c, reply.c, strip.c.
 *
 * One endpoint. CPU c has a caller, C(c), and a receiver, R(c), which receives whenever it can. Handles are stripped, or given away;
 * callers are killed, and their frames used again after a grace. Mail is opened between calls only, when an interrupt came. */
#include "common.pml"

/* Handles: C(c)'s, which may call, R(c)'s, which may receive. */
bool may_call[CPUS];
bool may_receive[CPUS];

/* The header: the ledger word's lock; `receiver_cpus` is may_receive; callers that wait are QUEUED. */
bool lock;
bool closed;

/* A line: the receiver that waits there is WAITING; there are callers, perhaps; its node is in a list. */
bool attention[CPUS];
bool sent[CPUS];

/* Callers. AWAITING: a receiver has its call, or its answer is on the way; `at`: the CPU that may touch it. */
mtype = { ready, queued, awaiting, dead };
mtype caller[CPUS] = ready;
byte at[CPUS];
bool halted[CPUS];

/* Receivers, and whose call they have, + 1. GIVING: has sent its handle to one that has none, ABSENT yet. */
mtype = { absent, running, waiting, giving, gone };
mtype receiver[CPUS] = absent;
byte serves[CPUS];

/* Mail: of the own line, of the own caller, and of other CPUs' callers that die. */
#define LOOK 1
#define HOME 2
#define ABORT(o) (4 << (o))
byte box[CPUS];
bool interrupt[CPUS];

/* C(c)'s frame: CPUs that have to open their mail yet before it is used again, and that it is. */
byte grace[CPUS];
bool freed[CPUS];

inline send(to, what) {
    expect(sent_twice, !(box[to] & (what)));
    interrupt[to] = interrupt[to] || box[to] == 0;
    box[to] = box[to] | (what)
}

inline send_look(o) {
    if
    :: !sent[o] -> sent[o] = true; send(o, LOOK)
    :: else
    fi
}

/* The answer, or an error, is in the caller's registers. */
inline goes_home(o) {
    if
    :: o == c -> caller[o] = ready
    :: o != c && PLANTED(at_home_early) -> at[o] = o; send(o, HOME)
    :: o != c && !PLANTED(at_home_early) -> send(o, HOME)
    fi
}

inline acquire() { atomic { !lock -> lock = true } }
inline release() { lock = false }

#define is_queued(o) (caller[o] == queued)
#define anybody_queued (is_queued(0) || is_queued(1) || is_queued(2))

/* The header's first caller is this CPU's, with the lock held. */
inline take(o) {
    expect(revoked_call, may_call[o]);
    caller[o] = awaiting;
    at[o] = c;
    serves[c] = o + 1
}
inline take_call() {
    if
    :: is_queued(0) -> take(0)
    :: is_queued(1) -> take(1)
    :: is_queued(2) -> take(2)
    fi
}

/* C(c) is home, and dies: when the last handle to it is gone as well, a grace begins. */
inline die() {
    caller[c] = dead;
    grace[c] = (PLANTED(freed_without_grace) -> 0 : (1 << c_expr { limits.cpus }) - 1);
    freed[c] = grace[c] == 0;
    interrupt[0] = true; interrupt[1] = RUNS(1); interrupt[2] = RUNS(2)
}

/* --- a call of C(c) --- */
inline queue_up() {
    acquire();
    if
    :: d_step { closed || !may_call[c] && !PLANTED(call_name_not_read_again) -> release() }
    :: d_step { !closed && (may_call[c] || PLANTED(call_name_not_read_again)) ->
            caller[c] = queued; at[c] = c;
            attention[c] = attention[c] || !PLANTED(own_line_forgotten) };
        tell(0); tell(1); tell(2);
        release()
    fi
}
inline tell(o) {
    d_step {
        if
        :: o != c && may_receive[o] && !PLANTED(nobody_told) -> send_look(o)
        :: else
        fi
    }
}

/* --- R(c) replies and receives --- */
inline reply() {
    d_step {
        if
        :: serves[c] == c + 1 && at[c] == c -> caller[c] = ready
        :: serves[c] != 0 && serves[c] != c + 1 -> goes_home(serves[c] - 1)
        :: else
        fi;
        serves[c] = 0
    }
}
inline receive() {
    if
    :: attention[c] ->
        acquire();
        d_step {
            if
            :: anybody_queued -> take_call()
            :: else
            fi;
            release()
        };
        attention[c] = anybody_queued
    :: else
    fi;
    if
    :: serves[c] == 0 -> receiver[c] = waiting
    :: else
    fi
}

/* --- mail_open() --- */
inline open_look() {
    if
    :: PLANTED(sent_cleared_late)
    :: else -> sent[c] = false
    fi;
    if
    :: receiver[c] == waiting && !may_receive[c] && !PLANTED(waiter_not_woken) -> receiver[c] = gone
    :: receiver[c] == waiting && (may_receive[c] || PLANTED(waiter_not_woken)) ->
        acquire();
        d_step {
            if
            :: may_receive[c] && anybody_queued -> take_call(); receiver[c] = running
            :: else
            fi;
            release()
        }
    :: receiver[c] != waiting
    fi;
    attention[c] = anybody_queued;
    sent[c] = sent[c] && !PLANTED(sent_cleared_late)
}

inline open_home() {
    d_step {
        expect(mail_of_the_dead, !freed[c]);
        expect(comes_home_twice, caller[c] == awaiting);
        at[c] = c;
        if
        :: halted[c] -> die()
        :: else -> caller[c] = ready
        fi
    }
}

inline open_abort(o) {
    d_step {
        if
        :: list & ABORT(o) ->
            expect(mail_of_the_dead, !freed[o]);
            if
            :: serves[c] == o + 1 -> serves[c] = 0; goes_home(o)
            :: serves[c] != o + 1 && c == o && PLANTED(abort_forwarded) -> send(at[o], ABORT(o))
            :: serves[c] != o + 1 && c != o && PLANTED(abort_forwarded) -> send(o, ABORT(o))
            :: else
            fi
        :: else
        fi
    }
}

inline end_grace(o) {
    if
    :: passing & (1 << o) -> grace[o] = grace[o] & ~(1 << c); freed[o] = grace[o] == 0
    :: else
    fi
}

inline open() {
    d_step {
        passing = (grace[0] != 0) + 2 * (grace[1] != 0) + 4 * (grace[2] != 0);
        list = box[c];
        if
        :: PLANTED(emptied_late)
        :: else -> box[c] = 0
        fi
    };
    if
    :: list & LOOK -> open_look()
    :: else
    fi;
    if
    :: list & HOME -> open_home()
    :: else
    fi;
    if
    :: list & ~(LOOK | HOME) -> open_abort(0); open_abort(1); open_abort(2)
    :: else
    fi;
    d_step { end_grace(0); end_grace(1); end_grace(2); passing = 0; list = 0; box[c] = box[c] * !PLANTED(emptied_late) }
}

/* --- strip, by this CPU's worker --- */
inline strip_call(o) {
    acquire();
    d_step {
        may_call[o] = false;
        if
        :: is_queued(o) && !PLANTED(caller_not_woken) -> caller[o] = awaiting; at[o] = c; goes_home(o)
        :: else
        fi;
        release()
    }
}

#define nobody_receives (!may_receive[0] && !may_receive[1] && !may_receive[2])

/* The queue is closed: callers get NoServer. */
inline turn_away(o) {
    d_step {
        if
        :: closed && is_queued(o) && !PLANTED(closed_with_callers) -> caller[o] = awaiting; at[o] = c; goes_home(o)
        :: else
        fi
    }
}
inline strip_receive(o) {
    acquire();
    d_step {
        was_waiting = receiver[o] == waiting;
        may_receive[o] = false;
        closed = nobody_receives;
        if
        :: PLANTED(looks_whether_it_waits) && !was_waiting
        :: else -> send_look(o)
        fi;
        was_waiting = false
    };
    turn_away(0); turn_away(1); turn_away(2);
    release()
}

/* --- C(c) is killed, by a task of its home, or MAIL_ASK --- */
inline kill() {
    halted[c] = true;
    if
    :: PLANTED(at_before_state) -> lent = at[c] != c; state = caller[c]
    :: else -> state = caller[c]; lent = at[c] != c
    fi;
    if
    :: lent -> abort()
    :: !lent && state == ready -> d_step { die() }
    :: !lent && state == awaiting -> /* its receiver is on this CPU */
        d_step { serves[0] = serves[0] * (serves[0] != c + 1); serves[1] = serves[1] * (serves[1] != c + 1);
                 serves[2] = serves[2] * (serves[2] != c + 1); die() }
    :: !lent && state == queued && PLANTED(queue_not_locked) -> d_step { die() }
    :: !lent && state == queued && !PLANTED(queue_not_locked) ->
        acquire();
        if
        :: d_step { is_queued(c) -> die(); release() }
        :: else -> release(); abort()
        fi
    fi;
    d_step { lent = false; state = ready }
}
inline abort() {
    d_step {
        if
        :: at[c] != c -> send(at[c], ABORT(c))
        :: else
        fi;
        if
        :: at[c] == c && PLANTED(at_home_early) -> die()
        :: at[c] != c && PLANTED(abort_not_awaited) -> die()
        :: else
        fi
    }
}

#define beside(k) ((c + k) % c_expr { limits.cpus })

proctype cpu(byte c) {
    byte list;
    byte passing;
    bool was_waiting;
    bool killed;
    bool lent;
    mtype state = ready;
    bool stripped;

end: /* ring 3, or idle */
    do
    :: atomic { interrupt[c] -> interrupt[c] = false }; open()
    :: d_step { caller[c] == ready && may_call[c] && steps[c] < c_expr { limits.steps } -> steps[c]++ };
        if
        :: d_step { receiver[c] == waiting -> receiver[c] = running; serves[c] = c + 1; caller[c] = awaiting }
        :: else -> queue_up()
        fi
    :: receiver[c] == running && may_receive[c] -> /* its handle's name is read without the lock */
        if
        :: d_step { serves[c] == 0 || serves[c] == c + 1 -> skip };
            if /* the short way, from a call that came on this CPU, perhaps by another endpoint */
            :: d_step { !attention[c] || PLANTED(receives_blindly) ->
                    if
                    :: serves[c] != 0 -> caller[c] = ready; serves[c] = 0
                    :: else
                    fi;
                    receiver[c] = waiting }
            :: attention[c] -> reply(); receive()
            fi
        :: true -> reply(); receive()
        fi
    :: receiver[c] == running && !may_receive[c] -> reply(); receiver[c] = gone
    :: d_step { MAY(notify) && receiver[c] == waiting -> steps[c]++; receiver[c] = running }
    :: d_step { MAY(give) && receiver[c] == running && may_receive[c] && serves[c] == 0 -> steps[c]++; receiver[c] = giving }
    :: receiver[c] == absent && receiver[beside(1)] == giving ->
        acquire();
        d_step {
            if
            :: may_receive[beside(1)] ->
                may_receive[beside(1)] = false; may_receive[c] = true; receiver[c] = running;
                if
                :: anybody_queued && !PLANTED(comes_unlooked) -> send_look(c)
                :: else
                fi
            :: else -> skip
            fi;
            receiver[beside(1)] = absent;
            release()
        }
    :: d_step { PERMITS(kill) && !killed && c == 0 && caller[c] != dead -> killed = true }; kill()
    :: d_step { PERMITS(strip_call) && !stripped && c == 1 -> stripped = true }; strip_call(0)
    :: d_step { PERMITS(strip_receive) && !stripped && c == 0 -> stripped = true }; strip_receive(1)
    od
}

inline start(c) {
    if
    :: RUNS(c) ->
        may_call[c] = true; at[c] = c;
        may_receive[c] = (c_expr { limits.count } >> c) & 1;
        if
        :: may_receive[c] -> receiver[c] = running
        :: else
        fi;
        run cpu(c)
    :: else
    fi
}

#define is_quiet(c) ((caller[c] == ready || caller[c] == dead && freed[c]) && (!halted[c] || caller[c] == dead) && \
                     serves[c] == 0 && (receiver[c] != waiting || may_receive[c]))

init {
    atomic { start(0); start(1); start(2) };
    if
    :: timeout -> expect(never_answered, is_quiet(0) && is_quiet(1) && is_quiet(2))
    fi
}
