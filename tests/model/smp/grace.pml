/* Death of kernel objects: kernel/object/grace.h, kernel/object/mail.h.
 *
 * CPU c has the last word on object c: it takes away every handle to it and gives the frame back. Tasks of all CPUs have a handle to
 * each object at first; a call that finds an object by it uses that until it leaves the kernel, and may send another CPU to look at
 * the object. The kernel is left, and mail opened, between calls only. */
#include "common.pml"

/* Handles: name of object k in CPU c's table; an object's frame given back; its ledger word's lock. */
bool name[CPUS * CPUS];
#define named(c, k) name[(c) * CPUS + (k)]
bool freed[CPUS];
bool lock[CPUS];

/* Mail of a CPU: bit k is the node of object k's line for it. An interrupt is on its way. */
byte box[CPUS];
bool interrupt[CPUS];

/* Graces: the newest ticket; the newest that a CPU has seen; whose task waits, and for which ticket. */
byte ticket;
byte seen[CPUS];
bool waits[CPUS];
byte waits_for[CPUS];
byte rounds[CPUS]; /* of its grace, that are left after this one */

#define use(k) expect(used_after_its_end, !freed[k])
#define has_seen(o) (!RUNS(o) || seen[o] >= waits_for[c])
#define is_over (has_seen(0) && has_seen(1) && has_seen(2))

inline wake(o) {
    if
    :: o != c && RUNS(o) -> interrupt[o] = true
    :: else
    fi
}

/* A round of tickets. */
inline wait_for_round() {
    d_step { ticket++; waits_for[c] = ticket };
    d_step { wake(0); wake(1); wake(2); interrupt[c] = true }
}

/* The task that waits goes on, and the drop with it. */
inline end_grace() {
    if
    :: d_step { waits[c] && is_over && rounds[c] == 0 -> waits[c] = false; freed[c] = true; waits_for[c] = 0 }
    :: d_step { waits[c] && is_over && rounds[c] > 0 -> rounds[c]-- }; wait_for_round()
    :: else
    fi
}

inline tell(o) {
    if
    :: o != c && waits[o] && !PLANTED(untold) -> interrupt[o] = true
    :: else
    fi
}

/* mail_open(). */
inline open() {
    newest = ticket;
    d_step { list = box[c]; box[c] = 0 };
    if
    :: PLANTED(seen_before_opened) -> seen[c] = newest
    :: else
    fi;
    if
    :: list & 1 -> use(0)
    :: else
    fi;
    if
    :: list & 2 -> use(1)
    :: else
    fi;
    if
    :: list & 4 -> use(2)
    :: else
    fi;
    list = 0;
    seen[c] = newest;
    d_step { newest = 0; tell(0); tell(1); tell(2); };
    end_grace()
}

/* Takes the handles away, one after the other, each under the lock. */
inline take_away(o) {
    atomic { !lock[c] -> named(o, c) = false }
}

/* The last handle goes, after a grace. Two rounds: a call may send mail about the object until it leaves the kernel in the
 * first, to a CPU that has left it already; that one opens it before it leaves in the second. */
inline destroy() {
    rounds[c] = !PLANTED(one_round);
    if
    :: PLANTED(freed_at_once) -> take_away(0); take_away(1); take_away(2); freed[c] = true
    :: PLANTED(ticket_before_unlinked) ->
        waits[c] = true; wait_for_round();
        take_away(0); take_away(1); take_away(2)
    :: PLANTED(grace_with_lock) ->
        take_away(0); take_away(1); take_away(2);
        lock[c] = true;
        d_step { ticket++; waits_for[c] = ticket };
        d_step { wake(0); wake(1); wake(2); seen[c] = ticket };
        is_over;
        freed[c] = true; lock[c] = false
    :: PLANTED(waits_late) ->
        take_away(0); take_away(1); take_away(2);
        wait_for_round();
        d_step { interrupt[c] = false; seen[c] = ticket };
        if
        :: is_over -> freed[c] = true
        :: else -> waits[c] = true
        fi
    :: else ->
        take_away(0); take_away(1); take_away(2);
        waits[c] = true; wait_for_round()
    fi
}

/* mail_send(). */
inline send(k) {
    d_step {
        if
        :: box[next] == 0 -> interrupt[next] = true
        :: else
        fi;
        box[next] = box[next] | (1 << k)
    }
}

/* A call about object k. */
inline work(k) {
    named(c, k) && steps[c] < c_expr { limits.steps };
    steps[c]++;
    if
    :: true -> use(k) /* the short way, which takes no lock */
    :: PERMITS(wait) -> /* it waits for something, flushes perhaps */
        if
        :: PLANTED(opened_while_waiting) -> open(); open()
        :: true
        fi;
        use(k)
    :: PERMITS(send) || PERMITS(lock) -> /* what has to be locked: perhaps the next CPU is sent MAIL_LOOK */
        atomic { !lock[k] -> lock[k] = true };
        if
        :: named(c, k) ->
            use(k);
            if
            :: PERMITS(send) -> lock[k] = false; send(k)
            :: lock[k] = false
            fi
        :: else -> lock[k] = false
        fi
    fi
}

proctype cpu(byte c) {
    byte newest;
    byte list;
    byte next = (c + 1) % c_expr { limits.cpus };
    bool gone;

end: /* ring 3, or idle */
    do
    :: atomic { interrupt[c] -> interrupt[c] = false }; open()
    :: work(0)
    :: work(1)
    :: work(2)
    :: !gone && c < c_expr { limits.count } -> gone = true; destroy()
    od
}

inline start(c) {
    if
    :: RUNS(c) ->
        named(c, 0) = true; named(c, 1) = c_expr { limits.count > 1 }; named(c, 2) = c_expr { limits.count > 2 };
        run cpu(c)
    :: else
    fi
}

#define is_gone(k) (k >= c_expr { limits.count } || freed[k])

init {
    atomic { start(0); start(1); start(2) };
    if
    :: timeout -> expect(never_answered, is_gone(0) && is_gone(1) && is_gone(2))
    fi
}
