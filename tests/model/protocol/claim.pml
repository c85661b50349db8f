/* --- frames_claim(): allocator_claim() ---- */
serve_claim:
        if
        :: ref_count(frame) == UNUSED -> intent[c] = frame + 1
        :: d_step { ref_count(frame) != UNUSED -> error = true }; goto reply
        fi;
        found = kind(frame); /* where to look, but no more than a hint */
        acquire(LOCK_ACCOUNT(c));
        if
        :: is_cached(found) ->
            acquire(LOCK_CACHE(the_cache(found)));
            if /* cache_take_frame() */
            :: in_cache(the_cache(found), frame) && !is_top(the_cache(found), frame) ->
                wr(CACHE_FRAME(the_cache(found), 0), top_of(the_cache(found)));
                wr(CACHE_COUNT(the_cache(found)), cached(the_cache(found)) - 1)
            :: in_cache(the_cache(found), frame) && is_top(the_cache(found), frame) ->
                wr(CACHE_COUNT(the_cache(found)), cached(the_cache(found)) - 1)
            :: d_step { !in_cache(the_cache(found), frame) ->
                    locks[LOCK_CACHE(the_cache(found))] = 0; found = 0; error = true };
                release(LOCK_ACCOUNT(c)); goto reply /* Busy */
            fi
        :: d_step { !is_cached(found) && locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1 };
            if /* buddy_find_frame() */
            :: kind(frame) == BLOCK || PLANTED(claim_by_slot) -> wr(BLOCKS, memory[BLOCKS] & ~(1 << frame))
            :: d_step { kind(frame) != BLOCK && !PLANTED(claim_by_slot) ->
                    locks[LOCK_BUDDY] = 0; found = 0; error = true };
                release(LOCK_ACCOUNT(c)); goto reply /* Busy */
            fi
        fi;
        wr(KIND_WORD(frame), CHARGED(c));
        wr(USED(c), memory[USED(c)] + 1);
        d_step {
            empty_log(c);
            if
            :: is_cached(found) -> above(the_cache(found)) = 0
            :: else
            fi
        };
        d_step {
            if
            :: is_cached(found) -> locks[LOCK_CACHE(the_cache(found))] = 0
            :: else -> locks[LOCK_BUDDY] = 0
            fi;
            found = 0
        };
        release(LOCK_ACCOUNT(c));
        goto build;

