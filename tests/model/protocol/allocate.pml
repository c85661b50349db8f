/* --- frames_allocate(): allocator_take(), cache.c ---- */
serve_alloc:
        acquire(LOCK_ACCOUNT(c));
        acquire(LOCK_CACHE(c));
take_top:
        if
        :: d_step {
            cached(c) > 0 ->
                frame = top_of(c);
                all = false;
                if
                :: PLANTED(intent_late)
                :: else -> intent[c] = frame + 1
                fi
        }
        :: d_step { cached(c) == 0 && !all && locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1 };
            goto refill
        :: d_step { cached(c) == 0 && all -> all = false; error = true; locks[LOCK_CACHE(c)] = 0 };
            release(LOCK_ACCOUNT(c));
            goto reply /* NoMemory */
        fi;
        wr(CACHE_COUNT(c), cached(c) - 1);
        wr(KIND_WORD(frame), CHARGED(c));
        if
        :: d_step { PLANTED(commit_early) -> empty_log(c) }; memory[USED(c)] = memory[USED(c)] + 1
        :: d_step { !PLANTED(commit_early) -> note(USED(c)) }; memory[USED(c)] = memory[USED(c)] + 1
        fi;
        if
        :: d_step { PLANTED(unlock_early) -> locks[LOCK_CACHE(c)] = 0 }; commit()
        :: d_step { !PLANTED(unlock_early) -> empty_log(c); above(c) = 0 };
            release(LOCK_CACHE(c))
        fi;
        release(LOCK_ACCOUNT(c));
build:
        if
        :: d_step { expect(frame_in_use, ref_count(frame) == UNUSED); ref_count(frame) = BUSY } /* slot_begin() */
        fi;
        d_step { /* slot_publish_shared(), slot_publish_unique() */
            ref_count(frame) = (call[c] == alloc_unique -> UNIQUE : 1);
            unique[frame] = (call[c] == alloc_unique)
        };
        if
        :: d_step { PLANTED(intent_late) -> intent[c] = frame + 1 }; goto reply
        :: d_step { PLANTED(intent_early) -> intent[c] = 0 }; goto reply
        :: d_step { !PLANTED(intent_late) && !PLANTED(intent_early) -> bring(ring(frame) == 0) }; goto client
        fi;

/* The cache is empty: cache_provide(). From the buddy, then with all caches locked, in the order of their numbers. */
refill:
        if
        :: d_step { memory[BLOCKS] != 0 -> frame = (in_blocks(0) -> 0 : 1); note(BLOCKS) }; /* move_in() */
            memory[BLOCKS] = memory[BLOCKS] - (1 << frame);
            above(c) = frame;
            wr(KIND_WORD(frame), CACHED(c));
            wr(CACHE_COUNT(c), cached(c) + 1);
            d_step { empty_log(c); frame = 0 };
            release(LOCK_BUDDY)
        :: d_step { memory[BLOCKS] == 0 -> expect(client_error, !all || nothing_is_free); locks[LOCK_BUDDY] = 0 }
        fi;
        if
        :: d_step { all -> locks[LOCK_CACHE(1 - c)] = 0 }; goto take_top
        :: !all && cached(c) > 0 -> goto take_top
        :: d_step { !all && cached(c) == 0 && !PLANTED(lock_order) -> locks[LOCK_CACHE(c)] = 0 };
            acquire(LOCK_CACHE(0));
            acquire(LOCK_CACHE(1))
        :: d_step { !all && cached(c) == 0 && PLANTED(lock_order) && locks[LOCK_CACHE(1 - c)] == 0 ->
            locks[LOCK_CACHE(1 - c)] = c + 1 }
        fi;
        d_step { locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1; all = true };
        do /* caches_drain(): of its own cache, what came in while it was open */
        :: d_step { cached(0) > 0 -> payer = 0 }; goto spill
        :: d_step { cached(0) == 0 && cached(1) > 0 -> payer = 1 };
spill:
            if
            :: d_step { frame = top_of(payer); note(CACHE_COUNT(payer)) }
            fi;
            cached(payer) = cached(payer) - 1;
            wr(BLOCKS, memory[BLOCKS] + (1 << frame));
            wr(KIND_WORD(frame), BLOCK);
            d_step { empty_log(c); above(payer) = 0; frame = 0; payer = 0 }
        :: cached(0) == 0 && cached(1) == 0 -> goto refill
        od;

