/* The frame server's workers die, and start again: kernel/ipc/restart.c.
 *
 * CPU c has a worker W(c) and a client. Whichever worker dies, all are taken out of what they do; the one that died first recovers for
 * all; then the others join. Mail says only `look at the restart`: what it says changes while it is under way. */
#include "common.pml"

/* The restart: one word, with who leads and how many restarts there were. TAKEN: a CPU leads, but has not set it up yet. */
mtype = { run_all, taken, stopping, recovery };
mtype phase = run_all;
byte leader;
byte epoch;

byte left;          /* workers that are to be stopped yet */
byte counted[CPUS]; /* the restart for which this CPU has stopped its worker */

mtype = { out, receiving, serving, recovering };
mtype worker[CPUS] = out;
bool call[CPUS]; /* the client's: it is being served, or was */
byte deaths;

bool sent[CPUS];
bool interrupt[CPUS];
bool joins[CPUS]; /* what the node says, where that mistake is planted */

#define is_out(o) (!RUNS(o) || o == c || worker[o] == out)

inline send_look(o) {
    d_step {
        if
        :: RUNS(o) && !sent[o] -> sent[o] = true; interrupt[o] = true; joins[o] = phase != stopping
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

/* All are stopped: the image is restored, and the worker that died starts. */
inline recover() {
    expect(others_run, is_out(0) && is_out(1) && is_out(2));
    phase = recovery;
    worker[c] = recovering;
    if
    :: PLANTED(joins_early) -> send_others(0); send_others(1); send_others(2)
    :: else
    fi
}

/* restart(): W(c) dies. */
inline die() {
    if
    :: d_step { worker[c] == recovering -> worker[c] = out }; recover()
    :: else ->
        worker[c] = out;
        if
        :: d_step { phase == run_all || PLANTED(two_lead) && phase != recovery -> phase = taken };
            if
            :: PLANTED(counts_late)
            :: PLANTED(two_words) -> epoch++; left = c_expr { limits.cpus } - 1
            :: else -> left = c_expr { limits.cpus } - 1
            fi;
            d_step { phase = stopping; leader = c; epoch = epoch + !PLANTED(two_words) };
            send_others(0); send_others(1); send_others(2);
            if
            :: PLANTED(counts_late) -> left = c_expr { limits.cpus } - 1
            :: else
            fi
        :: else /* another CPU leads, and will ask */
        fi
    fi
}

inline stop() {
    if
    :: PLANTED(dead_not_counted) && worker[c] == out
    :: else ->
        worker[c] = out;
        counted[c] = which;
        d_step { left--; now = left };
        if
        :: now == 0 && !PLANTED(leader_not_told) -> send_look(leads)
        :: else
        fi;
        now = 0
    fi
}

inline join() {
    expect(others_run, phase != recovery);
    worker[c] = (call[c] -> serving : receiving)
}

/* Mail: the restart is to be looked at. */
inline open() {
    if
    :: PLANTED(node_says_what) ->
        d_step { seen = (joins[c] && phase != recovery -> run_all : phase); leads = leader; which = epoch };
        sent[c] = false
    :: PLANTED(two_words) -> sent[c] = false; seen = phase; d_step { leads = leader; which = epoch }
    :: else -> sent[c] = false; d_step { seen = phase; leads = leader; which = epoch }
    fi;
    if
    :: seen == stopping && leads == c && left == 0 -> recover()
    :: seen == stopping && leads != c && (counted[c] != which || PLANTED(counts_twice)) -> stop()
    :: seen == run_all && worker[c] == out -> join()
    :: seen == run_all && worker[c] != out && PLANTED(looked_at_by_all) -> send_others(0); send_others(1); send_others(2)
    :: PLANTED(joins_early) && seen == recovery && worker[c] == out -> join()
    :: else
    fi;
    d_step { seen = 0; leads = 0; which = 0 }
}

proctype cpu(byte c) {
    mtype seen;
    byte leads;
    byte which;
    byte now;

end:
    do
    :: atomic { interrupt[c] -> interrupt[c] = false }; open()
    :: d_step { worker[c] == receiving && steps[c] < c_expr { limits.steps } -> steps[c]++; call[c] = true; worker[c] = serving }
    :: d_step { worker[c] == serving -> call[c] = false; worker[c] = receiving }
    :: d_step { worker[c] != out && deaths < c_expr { limits.count } -> deaths++ }; die()
    :: worker[c] == recovering -> /* it gets ready to receive */
        phase = run_all;
        worker[c] = (call[c] -> serving : receiving);
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
