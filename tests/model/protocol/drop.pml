/* --- frames_drop(): slot_remove(), slot_retire(), allocator_give() ---- */
serve_drop:
        intent[c] = frame + 1;
remove:
        if
        :: d_step { !PLANTED(agree) && !all -> found = ref_count(frame); expect(count_illegal, is_held(found)) };
            if
            :: d_step { found == UNIQUE -> ref_count(frame) = BUSY; found = 0 }; goto retire
            :: d_step { found != UNIQUE ->
                    ref_count(frame) = one_less(frame); all = ref_count(frame) == BUSY; found = 0 };
                if
                :: d_step { all -> all = false }; goto retire
                :: !all -> goto reply
                fi
            fi
        /* The slot is made to agree with the ledger. */
        :: d_step { PLANTED(agree) || all -> found = ring(frame); all = false };
            if
            :: d_step { !is_held(ref_count(frame)) -> found = 0 }; goto reply
            :: d_step { is_held(ref_count(frame)) && found > 0 -> ref_count(frame) = found; found = 0 };
                goto reply
            :: d_step { is_held(ref_count(frame)) && found == 0 -> ref_count(frame) = BUSY }; goto retire
            fi
        fi;
retire:
        if
        :: d_step {
            expect(freed_twice, is_charged(kind(frame)));
            payer = payer_of(kind(frame));
            if
            :: PLANTED(retired_late)
            :: else -> ref_count(frame) = UNUSED; unique[frame] = false
            fi
        }
        fi;
        acquire(LOCK_ACCOUNT(payer));
        acquire(LOCK_CACHE(c));
        d_step { expect(freed_twice, cached(c) < FRAMES); above(c) = frame };
        wr(CACHE_COUNT(c), cached(c) + 1);
        wr(KIND_WORD(frame), CACHED(c));
        wr(USED(payer), memory[USED(payer)] - 1);
        commit();
        release(LOCK_CACHE(c));
        d_step { locks[LOCK_ACCOUNT(payer)] = 0; payer = 0 };
        if
        :: d_step { PLANTED(retired_late) -> ref_count(frame) = UNUSED; unique[frame] = false }; goto reply
        :: d_step { !PLANTED(retired_late) -> answer(c); forget() }; goto client
        fi;

