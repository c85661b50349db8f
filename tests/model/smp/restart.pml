/* The frame server's workers die, and start again: kernel/ipc/restart.c.
 *
 * CPU c has a worker W(c) and a client. Whichever worker dies, all are taken out of what they do; the one that died first recovers for
 * all; then the others join. Mail says only `look at the restart`: what it says changes while it is under way. */
#include "common.pml"

/* The server's word: workers that are stopped, and that a restart is under way. Who sets that, whose own bit is 0 then, leads. */
bool restarting;
bool stopped[CPUS];

mtype = { out, receiving, serving, recovering };
mtype worker[CPUS] = out;
bool call[CPUS];  /* the client's: it is being served, or was */
bool leads[CPUS];
byte deaths;

bool sent[CPUS];
bool interrupt[CPUS];
bool joins[CPUS]; /* what the node says, where that mistake is planted */

#define is_out(o) (!RUNS(o) || o == c || worker[o] == out)
#define is_stopped(o) (!RUNS(o) || o == c || stopped[o])

inline send_look(o) {
    d_step {
        if
        :: RUNS(o) && !sent[o] -> sent[o] = true; interrupt[o] = true; joins[o] = !restarting
        :: else
        fi
    }
}

inline send_others(o) {
    if
    :: o != c -> send_look(o)
    :: else
    fi
}

/* recover_if_alone(). All are stopped: the image is restored, and the worker that died starts. */
inline recover() {
    if
    :: is_stopped(0) && is_stopped(1) && is_stopped(2) ->
        expect(others_run, is_out(0) && is_out(1) && is_out(2));
        worker[c] = recovering;
        if
        :: PLANTED(joins_early) -> send_others(0); send_others(1); send_others(2)
        :: else
        fi
    :: else
    fi
}

/* stop(), tell_stopped(). The last one tells the leader, whose bit alone is not set. */
#define is_last(o) (RUNS(o) && !stopped[o] && is_set(o, 0) && is_set(o, 1) && is_set(o, 2))
#define is_set(o, k) (k == o || !RUNS(k) || stopped[k])
inline tell(o) {
    if
    :: last == o + 1 && !PLANTED(leader_not_told) -> send_look(o)
    :: else
    fi
}
inline stop() {
    if
    :: PLANTED(told_stopped_first)
    :: else -> worker[c] = out
    fi;
    d_step {
        stopped[c] = true;
        if
        :: is_last(0) -> last = 1
        :: is_last(1) -> last = 2
        :: is_last(2) -> last = 3
        :: else -> last = 0
        fi
    };
    worker[c] = out;
    d_step { tell(0); tell(1); tell(2); last = 0 }
}

/* restart(): W(c) dies. */
inline die() {
    if
    :: leads[c] -> worker[c] = out; recover()
    :: d_step { !leads[c] && (!restarting || PLANTED(two_lead)) -> restarting = true; stopped[c] = PLANTED(leader_counts) };
        leads[c] = true;
        worker[c] = out;
        send_others(0); send_others(1); send_others(2);
        recover()
    :: d_step { !leads[c] && restarting && !PLANTED(two_lead) -> skip }; /* another CPU leads */
        if
        :: PLANTED(dead_not_counted) -> worker[c] = out
        :: else -> stop()
        fi
    fi
}

inline join() {
    if
    :: d_step { (!restarting || PLANTED(joins_early)) && stopped[c] -> stopped[c] = false };
        expect(others_run, worker[0] != recovering && worker[1] != recovering && worker[2] != recovering);
        worker[c] = (call[c] -> serving : receiving)
    :: else
    fi
}

/* restart_look(). */
inline open() {
    if
    :: PLANTED(node_says_what) -> seen = !joins[c] && restarting; sent[c] = false
    :: PLANTED(sent_cleared_last) -> seen = restarting
    :: else -> sent[c] = false; seen = restarting
    fi;
    if
    :: leads[c] && worker[c] != recovering -> recover()
    :: leads[c] && worker[c] == recovering
    :: !leads[c] && PLANTED(joins_early) && worker[c] == out && stopped[c] -> join()
    :: !leads[c] && seen && !(PLANTED(joins_early) && worker[c] == out && stopped[c]) ->
        if
        :: PLANTED(dead_not_counted) && worker[c] == out
        :: else -> stop()
        fi
    :: !leads[c] && !seen && !(PLANTED(joins_early) && worker[c] == out && stopped[c]) ->
        if
        :: PLANTED(looked_at_by_all) && worker[c] != out -> send_others(0); send_others(1); send_others(2)
        :: else -> join()
        fi
    fi;
    d_step { seen = false; sent[c] = sent[c] && !PLANTED(sent_cleared_last) }
}

proctype cpu(byte c) {
    bool seen;
    byte last;

end:
    do
    :: atomic { interrupt[c] -> interrupt[c] = false }; open()
    :: d_step { worker[c] == receiving && steps[c] < c_expr { limits.steps } -> steps[c]++; call[c] = true; worker[c] = serving }
    :: d_step { worker[c] == serving -> call[c] = false; worker[c] = receiving }
    :: d_step { worker[c] != out && deaths < c_expr { limits.count } -> deaths++ }; die()
    :: worker[c] == recovering -> /* it gets ready to receive */
        worker[c] = (call[c] -> serving : receiving);
        leads[c] = false;
        restarting = false;
        send_others(0); send_others(1); send_others(2)
    od
}

inline start(c) {
    if
    :: RUNS(c) -> worker[c] = receiving; run cpu(c)
    :: else
    fi
}

#define is_quiet(c) (!RUNS(c) || worker[c] == receiving && !call[c])

init {
    atomic { start(0); start(1); start(2) };
    if
    :: timeout -> expect(never_answered, is_quiet(0) && is_quiet(1) && is_quiet(2))
    fi
}
