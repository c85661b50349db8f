/* The restart: what a new server does before it serves, alone, while all workers are stopped. It is killed between any
 * two steps too, and begins anew. And who kills it. */

/* Which frames are reconciled: those that an intent names, or a transfer page, or the kernel, which knows what left with a
 * drop: another worker may name the frame, and then what was left is what is counted. */
#define is_drop(k, f) (state[k] == interrupted && call[k] == drop && subject[k] == f)
#define names_call(k, f) (is_drop(k, f) && !PLANTED(drop_unnamed) && !PLANTED(drop_uncompleted))
#define is_late(k, f) (is_drop(k, f) && PLANTED(reconciled_late))
#define names(k, f) ((intent[k] == f + 1 || names_call(k, f)) && !is_late(k, f) || intent_run[k] == f + 1)
#define is_named(f) (names(0, f) || names(1, f))

/* A worker took the frame out of its list, and the kernel did not accept that. Another may name the frame too. */
#define to_put_back(k, f) (intent_run[k] == f + 1 && memory[REVERSAL(k)] == f + 1)
#define is_to_put_back(f) \
    (!in_list(f) && ring(f) == 0 && !(PLANTED(moving_first) && kernel_count(f) > 0) && \
     (to_put_back(0, f) || to_put_back(1, f) && !(PLANTED(own_reversal) && names(0, f))))

/* undo_roll_back(): the last change first. */
inline roll_back(k) {
    if
    :: log_length[k] == 0
    :: d_step {
            log_length[k] > 0 ->
                left = log_length[k];
                if
                :: PLANTED(log_emptied_first) -> log_length[k] = 0
                :: else
                fi
        };
        do
        :: d_step { left > 0 -> left--; memory[log_word[k * LOG_ENTRIES + left]] = log_old[k * LOG_ENTRIES + left] }
        :: d_step { left == 0 -> empty_log(k) }; break
        od
    fi
}

/* keep_roll_back(): which lock is opened first does not matter. */
inline open_lock() {
    do
    :: locks[left] == 0 -> left++
    :: else -> break
    od;
    locks[left] = 0;
    left = 0
}

inline next_named() {
    do
    :: frame < FRAMES && !is_named(frame) -> frame++
    :: else -> break
    od;
    skip /* where a loop ends must be inside */
}

/* frames_reconcile(), with `count` handles. */
inline reconcile() {
    if
    :: d_step { !is_charged(kind(frame)) -> ref_count(frame) = UNUSED; unique[frame] = false }
    :: d_step { is_charged(kind(frame)) && count > 0 && !is_to_put_back(frame) ->
        ref_count(frame) = (count == 1 && ref_count(frame) == UNIQUE -> UNIQUE : count) }
    :: d_step { is_charged(kind(frame)) && count == 0 && in_list(frame) -> ref_count(frame) = UNIQUE }
    :: d_step { is_charged(kind(frame)) && is_to_put_back(frame) ->
            locks[LOCK_LIST] = c + 1 }; /* lists_put_back() */
        wr(IN_LIST(frame), 1);
        wr(MEMBERS, memory[MEMBERS] | (1 << frame));
        commit();
        release(LOCK_LIST)
    :: d_step { is_charged(kind(frame)) && count == 0 && !in_list(frame) && !is_to_put_back(frame) ->
            ref_count(frame) = UNUSED; unique[frame] = false; left = payer_of(kind(frame)) };
        acquire(LOCK_ACCOUNT(left)); /* frames_end() */
        acquire(LOCK_CACHE(c));
        d_step { expect(freed_twice, cached(c) < FRAMES); above(c) = frame };
        wr(CACHE_COUNT(c), cached(c) + 1);
        wr(KIND_WORD(frame), CACHED(c));
        wr(USED(left), memory[USED(left)] - 1);
        commit();
        release(LOCK_CACHE(c));
        d_step { locks[LOCK_ACCOUNT(left)] = 0; left = 0 }
    fi
}

/* What was to be put back is back. The intents stay until the reply, but this must not happen twice. */
#define notes_to_clear(k) (memory[REVERSAL(k)] && !PLANTED(reversal_stays))

proctype recovery(byte c) {
    byte frame;
    byte left;
    byte count;

end_recovery:
    do
    :: d_step {
        dead && !stopped[0] && !stopped[1] ->
            dead = false; frame = 0; left = 0; count = 0;
            if
            :: PLANTED(log_restored) -> empty_log(0); empty_log(1)
            :: PLANTED(keep_restored) -> empty_log(0); empty_log(1); pristine()
            :: else
            fi
    };
    {
        roll_back(0);
        roll_back(1);
        do
        :: d_step { is_locked && !PLANTED(locks_kept) -> open_lock() }
        :: d_step { !is_locked || PLANTED(locks_kept) -> next_named() }; break
        od;
        do
        :: d_step { frame < FRAMES -> count = kernel_count(frame);
            printf("frame %d is reconciled, %d handles\n", frame, count) };
            reconcile();
            if
            :: d_step { count = 0; frame++; next_named() }
            fi
        :: d_step { frame == FRAMES && notes_to_clear(0) -> memory[REVERSAL(0)] = 0 }
        :: d_step { frame == FRAMES && !notes_to_clear(0) && notes_to_clear(1) -> memory[REVERSAL(1)] = 0 }
        :: d_step { frame == FRAMES && !notes_to_clear(0) && !notes_to_clear(1) ->
            frame = 0;
            running = true;
            printf("the server runs again\n");
            check_in_flight(0); check_in_flight(1);
            if
            :: answered -> check_quiet()
            :: else
            fi };
            break
        od
    } unless { dead }
    od
}

#define may_kill (kills < c_expr { limits.kills } && !dead && !stopped[0] && !stopped[1])
inline kill() {
    printf("the server is killed\n");
    kills++;
    dead = true;
    running = false;
    if
    :: state[0] == served -> state[0] = interrupted; stopped[0] = true
    :: else
    fi;
    if
    :: state[1] == served && !PLANTED(others_run) -> state[1] = interrupted; stopped[1] = true
    :: else
    fi
}

proctype killer() {
end_killer:
    do
    :: d_step { may_kill -> kill() }
    :: d_step { may_kill && c_expr { limits.faults } && state[0] == served -> strikes[0]++; kill() }
    :: d_step { may_kill && c_expr { limits.faults } && state[1] == served -> strikes[1]++; kill() }
    :: timeout -> d_step { expect(never_answered, answered && running) }; break
    od
}
