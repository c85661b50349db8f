/* Frame locks, mappings, strip, flush and pins: kernel/ipc/strip.c, kernel/cpu/flush.h, kernel/object/mapping.c, pin.c.
 *
 * One frame. CPU c has a task, T(c), with an entry for a handle to the frame: it maps, unmaps, uses, drops, moves, gets anew, and
 * strips the others' handles. Each CPU's TLB may remember the frame's translation whenever T(c)'s address space is loaded and the
 * entry of its page table is there: the processor fills it at any time. */
#include "common.pml"

/* The entries. A name of 0: found by nobody; else 1 + generation. */
byte name[CPUS];
bool linked[CPUS];
bool page_table[CPUS]; /* the frame is mapped */

/* The frame: its ledger word's lock, the CPU that has it + 1; and whether it was given to another task. */
byte lock;
bool given;
bool pinned[CPUS]; /* this CPU has taken handles away, and others may know their mappings still */
#define ring (linked[0] + linked[1] + linked[2])

/* CPUs: whether `current` is T(c), whether CR3 is, the TLB; flush_wanted, flush_done. */
bool current[CPUS];
bool loaded[CPUS];
bool remembered[CPUS];
byte wanted[CPUS];
byte done[CPUS];

/* T(c) has called a task of another CPU, which takes its handle over. */
bool offered[CPUS];

/* Of handles that each table was filled with. */
byte generation[CPUS];

/* flush_serve(), in every loop that waits, and by interrupt in ring 3. */
#define serve(may) wanted[c] != done[c] && (may); serve_now()
inline serve_now() {
    seen = wanted[c];
    remembered[c] = false;
    d_step {
        if
        :: PLANTED(flush_overtaken) -> done[c] = wanted[c]
        :: else -> done[c] = seen
        fi;
        seen = 0
    }
}

/* ledger_lock(). */
inline acquire() {
    do
    :: atomic { lock == 0 -> lock = c + 1 }; break
    :: serve(!PLANTED(lock_kept_unserved))
    od;
    lock == c + 1
}

#define release() lock = 0

#define is_pinned(o) (o != c && pinned[o] && !PLANTED(pin_unheeded))
#define pinned_elsewhere (is_pinned(0) || is_pinned(1) || is_pinned(2))

/* Takes an entry out of the ring, under the lock. With the last one the frame may be given to others. */
inline unlink(o) {
    linked[o] = false;
    name[o] = 0;
    given = ring == 0
}

#define each(step) step(0); step(1); step(2)
#define others_turn(o) (o != c && RUNS(o))

/* take_away(), under the lock. */
inline take_away(o) {
    d_step {
        if
        :: others_turn(o) && linked[o] && !(PERMITS(part) && some) ->
            some = true; taken[o] = page_table[o]; page_table[o] = false; unlink(o)
        :: else
        fi
    }
}

/* mapping_loaded_elsewhere(). */
inline look(o) {
    d_step {
        if
        :: (taken[o] || PLANTED(look_before_clear) && others_turn(o) && linked[o]) && current[o] -> ask[o] = true
        :: else
        fi
    }
}

inline send(o) {
    if
    :: ask[o] -> wanted[o]++; ask_for[o] = wanted[o]
    :: else
    fi
}

#define is_flushed(o) (!ask[o] || done[o] >= ask_for[o])
#define is_out_of_use(o) (o == c || linked[o] || !remembered[o] || !current[o])

/* What has to hold when the call is answered: what is gone is in no TLB that its owner will use. */
inline answer_strip() {
    d_step {
        expect(stale_translation, revoked || is_out_of_use(0) && is_out_of_use(1) && is_out_of_use(2));
        taken[0] = false; taken[1] = false; taken[2] = false;
        ask[0] = false; ask[1] = false; ask[2] = false;
        ask_for[0] = 0; ask_for[1] = 0; ask_for[2] = 0;
        revoked = false; some = false;
        kept = 0
    }
}

/* The worker runs, and strips the frame for T(c). */
inline strip() {
    acquire();
    if
    :: name[c] == kept ->
        if
        :: PLANTED(look_before_clear) -> each(look); each(take_away)
        :: else -> each(take_away); each(look)
        fi;
        pinned[c] = (ask[0] || ask[1] || ask[2]) && !PLANTED(pin_late);
        if
        :: PLANTED(lock_kept) || PLANTED(lock_kept_unserved)
        :: else -> release()
        fi;
        pinned[c] = ask[0] || ask[1] || ask[2];
        d_step { each(send) };
        expect(waits_with_lock, lock != c + 1 || PLANTED(lock_kept_unserved));
        do
        :: is_flushed(0) && is_flushed(1) && is_flushed(2) || PLANTED(flush_not_awaited) -> break
        :: serve(!PLANTED(flush_serves_nobody))
        od;
        pinned[c] = false
    :: else -> revoked = true; release()
    fi;
    do /* what another one has taken away is out of use, too */
    :: !pinned_elsewhere || PLANTED(pin_not_awaited) -> break
    :: serve(!PLANTED(flush_serves_nobody))
    od;
    answer_strip()
}

/* schedule_switch(), enter_task. */
inline switch_to(task) {
    if
    :: PLANTED(current_late) -> d_step { loaded[c] = task; remembered[c] = false }; current[c] = task
    :: else -> current[c] = task; d_step { loaded[c] = task; remembered[c] = false }
    fi
}

/* mapping_clear() for the task that runs. */
#define invalidate() remembered[c] = false

/* A receiver here takes the handle over that T(from) sends: hand_over(). */
inline take_over(from) {
    acquire();
    d_step {
        if
        :: name[from] != 0 && name[c] == 0 && !page_table[from] ->
            generation[c]++; name[c] = generation[c]; linked[c] = true;
            unlink(from)
        :: else
        fi;
        offered[from] = false;
        release()
    }
}

#define beside(k) ((c + k) % CPUS)
#define OTHERS_CALL \
    :: offered[beside(1)] -> take_over(beside(1)) \
    :: offered[beside(2)] -> take_over(beside(2))

/* A system call about T(c)'s handle: its name is looked up without the lock, and read again under it. */
#define CALL(operation) d_step { name[c] != 0 && MAY(operation) -> steps[c]++; kept = name[c] }; acquire()
#define is_there (name[c] == kept || PLANTED(name_not_read_again))

/* leave(): the last handle to a frame that another CPU has pinned has to wait. */
inline drop() {
    do
    :: d_step { is_there && ring == 1 && pinned_elsewhere -> release() };
        do
        :: !pinned_elsewhere -> break
        :: serve(true)
        od;
        acquire()
    :: d_step { !is_there || ring > 1 || !pinned_elsewhere ->
            if
            :: is_there ->
                if
                :: page_table[c] -> page_table[c] = false; invalidate()
                :: else
                fi;
                unlink(c)
            :: else
            fi;
            kept = 0; release() }; break
    od
}

proctype cpu(byte c) {
    byte seen;
    byte kept;
    bool taken[CPUS];   /* this strip has taken it away, and it was mapped */
    byte ask_for[CPUS]; /* flush_wanted of the CPUs that it asks */
    bool ask[CPUS];
    bool revoked;
    bool some;

    goto end_task;

end_other: /* another task runs, or none */
    do
    :: serve(true)
    OTHERS_CALL
    :: true -> break
    od;
    switch_to(true);

end_task: /* T(c) runs in ring 3, and interrupts come */
    do
    :: serve(true)
    OTHERS_CALL
    :: d_step { remembered[c] && PERMITS(use) && given -> expect(stale_translation, false) }
    :: CALL(map);
        d_step {
            if
            :: is_there && !page_table[c] -> page_table[c] = true
            :: else
            fi;
            kept = 0; release()
        }
    :: CALL(unmap);
        d_step {
            if
            :: is_there && page_table[c] -> page_table[c] = false; invalidate()
            :: else
            fi;
            kept = 0; release()
        }
    :: CALL(drop); drop()
    :: d_step { name[c] == 0 && MAY(clone) && !given -> steps[c]++ };
        acquire();
        d_step {
            if
            :: !given -> generation[c]++; name[c] = generation[c]; linked[c] = true
            :: else
            fi;
            release()
        }
    :: d_step { name[c] != 0 && MAY(move) -> steps[c]++; offered[c] = true }; goto lent
    :: d_step { name[c] != 0 && MAY(strip) -> steps[c]++; kept = name[c] }; goto strips
    :: d_step { MAY(go) -> steps[c]++ }; switch_to(false); goto end_other
    od;

strips: /* the worker does it, or T(c) might */
    if
    :: switch_to(false)
    :: true
    fi;
    strip();
    if
    :: current[c] -> goto end_task
    :: else -> goto end_other
    fi;

lent: /* another CPU may serve T(c)'s call before this one has gone on to another task */
    do
    :: !offered[c] && current[c] -> goto end_task
    :: !offered[c] && !current[c] -> switch_to(true); goto end_task
    :: offered[c] && current[c] -> switch_to(false)
    :: serve(true)
    OTHERS_CALL
    od
}

/* The processor's walks. */
proctype walks(byte c) {
end:
    do
    :: d_step { loaded[c] && page_table[c] && !remembered[c] -> remembered[c] = true }
    od
}

/* Strips of other frames ask for flushes as well. */
proctype strangers(byte c) {
    if
    :: wanted[c]++
    :: true
    fi
}

inline start(c) {
    if
    :: RUNS(c) ->
        generation[c] = 1; name[c] = 1; linked[c] = true; page_table[c] = true; current[c] = true; loaded[c] = true;
        run cpu(c); run walks(c);
        if
        :: PERMITS(strange) -> run strangers(c)
        :: else
        fi
    :: else
    fi
}

init { atomic { start(0); start(1); start(2) } }
