/* A CPU: its client, which makes one call at a time, and the frame server's worker that serves it. What is outside of a
 * d_step is a step of its own: between any two the other CPU may go on, and the server may be killed. */

/* call_deliver() of a new call; and of one in which the server died, which is done anew. */
#define DELIVER(operation, f, may, label) \
    :: d_step { running && state[c] == idle && PERMITS(operation) && EXISTS(f) && (may) -> deliver(operation, f); printf("client %d calls ", c); printf(#operation); printf(" on frame %d\n", f) }; goto label \
    :: d_step { running && state[c] == interrupted && call[c] == operation && subject[c] == f && \
                (!borrows(operation) || lent[c]) -> \
                state[c] = served; frame = f; all = PLANTED(reconciled_late) && operation == drop; \
                printf("client %d's call is done anew\n", c) }; goto label
#define DELIVER_ON(f) \
    DELIVER(claim, f, room(c), serve_claim) \
    DELIVER(drop, f, held(c, f) > 0, serve_drop) \
    DELIVER(clone, f, held(c, f) > 0 && room(c), serve_count) \
    DELIVER(look, f, room(c), serve_count) \
    DELIVER(revoke, f, held(c, f) > 0, serve_revoke) \
    DELIVER(push, f, held(c, f) > 0, serve_push) \
    :: d_step { /* carry_move(), to the other client, which is in no call */ \
        state[c] == idle && state[1 - c] == idle && PERMITS(move) && held(c, f) > 0 && room(1 - c) -> \
        held(c, f)--; held(1 - c, f)++; count_call(); printf("client %d hands frame %d over\n", c, f) }; goto client

/* A worker that ends, or is done, has nothing in its registers. */
inline forget() { frame = 0; found = 0; payer = 0; all = false; refused = false; error = false }

#define is_cached(word) (word == CACHED(0) || word == CACHED(1))
#define the_cache(word) (word - CACHED(0))
#define is_count(value) (value != BUSY && value < UNIQUE)

proctype cpu(byte c) {
    /* The worker's registers. */
    byte frame;
    byte found;
    byte payer;
    bool all;
    bool refused;
    bool error;

end_client:
client:
    if
    DELIVER(alloc, 0, room(c), serve_alloc)
    DELIVER(alloc_unique, 0, room(c), serve_alloc)
    DELIVER(take, 0, room(c), serve_take)
    DELIVER_ON(0)
    DELIVER_ON(1)
    :: d_step { /* Revoked */ running && state[c] == interrupted && borrows(call[c]) && !lent[c] -> answer(c) }; goto client
    fi;

    {
        false; /* a block can not begin with a label */

/* --- frames_allocate(): allocator_take(), cache.c --------------------------------------------------------------------- */
serve_alloc:
        acquire(LOCK_ACCOUNT(c));
        acquire(LOCK_CACHE(c));
take_top:
        if
        :: d_step {
            memory[CACHE_COUNT(c)] > 0 ->
                frame = memory[CACHE_FRAME(c, memory[CACHE_COUNT(c)] - 1)];
                all = false;
                if
                :: PLANTED(intent_late)
                :: else -> intent[c] = frame + 1
                fi
        }
        :: d_step { memory[CACHE_COUNT(c)] == 0 && !all && locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1 };
            goto refill
        :: d_step { memory[CACHE_COUNT(c)] == 0 && all -> all = false; error = true; locks[LOCK_CACHE(c)] = 0 };
            release(LOCK_ACCOUNT(c));
            goto reply /* NoMemory */
        fi;
        wr(CACHE_COUNT(c), memory[CACHE_COUNT(c)] - 1);
        wr(KIND_WORD(frame), CHARGED(c));
        if
        :: d_step { PLANTED(commit_early) -> empty_log(c) }; memory[USED(c)] = memory[USED(c)] + 1
        :: d_step { !PLANTED(commit_early) -> note(USED(c)) }; memory[USED(c)] = memory[USED(c)] + 1
        fi;
        if
        :: d_step { PLANTED(unlock_early) -> locks[LOCK_CACHE(c)] = 0 }; commit()
        :: d_step { !PLANTED(unlock_early) -> empty_log(c); memory[CACHE_FRAME(c, memory[CACHE_COUNT(c)])] = 0 };
            release(LOCK_CACHE(c))
        fi;
        release(LOCK_ACCOUNT(c));
build:
        if
        :: d_step { expect(frame_in_use, ref_count[frame] == UNUSED); ref_count[frame] = BUSY } /* slot_begin() */
        fi;
        d_step { /* slot_publish_shared(), slot_publish_unique() */
            ref_count[frame] = (call[c] == alloc_unique -> UNIQUE : 1);
            unique[frame] = (call[c] == alloc_unique)
        };
        if
        :: d_step { PLANTED(intent_late) -> intent[c] = frame + 1 }; goto reply
        :: d_step { PLANTED(intent_early) -> intent[c] = 0 }; goto reply
        :: d_step { !PLANTED(intent_late) && !PLANTED(intent_early) -> bring(ring(frame) == 0) }; goto client
        fi;

/* The cache is empty: cache_provide(). First from the buddy, then with all caches locked, in the order of their numbers. */
refill:
        if
        :: d_step { memory[BLOCKS] != 0 -> frame = (in_blocks(0) -> 0 : 1); note(BLOCKS) }; /* move_in() */
            memory[BLOCKS] = memory[BLOCKS] - (1 << frame);
            memory[CACHE_FRAME(c, memory[CACHE_COUNT(c)])] = frame;
            wr(KIND_WORD(frame), CACHED(c));
            wr(CACHE_COUNT(c), memory[CACHE_COUNT(c)] + 1);
            d_step { empty_log(c); frame = 0 };
            release(LOCK_BUDDY)
        :: d_step { memory[BLOCKS] == 0 -> expect(client_error, !all || (is_charged(memory[KIND_WORD(0)]) && (is_charged(memory[KIND_WORD(1)]) || !EXISTS(1))));
            locks[LOCK_BUDDY] = 0 }
        fi;
        if
        :: d_step { all -> locks[LOCK_CACHE(1 - c)] = 0 }; goto take_top
        :: !all && memory[CACHE_COUNT(c)] > 0 -> goto take_top
        :: d_step { !all && memory[CACHE_COUNT(c)] == 0 && !PLANTED(lock_order) -> locks[LOCK_CACHE(c)] = 0 };
            acquire(LOCK_CACHE(0));
            acquire(LOCK_CACHE(1))
        :: d_step { !all && memory[CACHE_COUNT(c)] == 0 && PLANTED(lock_order) && locks[LOCK_CACHE(1 - c)] == 0 ->
            locks[LOCK_CACHE(1 - c)] = c + 1 }
        fi;
        d_step { locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1; all = true };
        do /* caches_drain(): of its own cache, what came in while it was open */
        :: d_step { memory[CACHE_COUNT(0)] > 0 -> payer = 0 }; goto spill
        :: d_step { memory[CACHE_COUNT(0)] == 0 && memory[CACHE_COUNT(1)] > 0 -> payer = 1 };
spill:
            if
            :: d_step { frame = memory[CACHE_FRAME(payer, memory[CACHE_COUNT(payer)] - 1)]; note(CACHE_COUNT(payer)) }
            fi;
            memory[CACHE_COUNT(payer)] = memory[CACHE_COUNT(payer)] - 1;
            wr(BLOCKS, memory[BLOCKS] + (1 << frame));
            wr(KIND_WORD(frame), BLOCK);
            d_step { empty_log(c); memory[CACHE_FRAME(payer, memory[CACHE_COUNT(payer)])] = 0; frame = 0; payer = 0 }
        :: memory[CACHE_COUNT(0)] == 0 && memory[CACHE_COUNT(1)] == 0 -> goto refill
        od;

/* --- frames_claim(): allocator_claim() --------------------------------------------------------------------------------- */
serve_claim:
        if
        :: ref_count[frame] == UNUSED -> intent[c] = frame + 1
        :: d_step { ref_count[frame] != UNUSED -> error = true }; goto reply
        fi;
        found = memory[KIND_WORD(frame)]; /* where to look, but no more than a hint */
        acquire(LOCK_ACCOUNT(c));
        if
        :: is_cached(found) ->
            acquire(LOCK_CACHE(the_cache(found)));
            if /* cache_take_frame() */
            :: in_cache(the_cache(found), frame) && memory[CACHE_FRAME(the_cache(found), 0)] == frame && memory[CACHE_COUNT(the_cache(found))] == 2 ->
                wr(CACHE_FRAME(the_cache(found), 0), memory[CACHE_FRAME(the_cache(found), 1)]);
                wr(CACHE_COUNT(the_cache(found)), memory[CACHE_COUNT(the_cache(found))] - 1)
            :: in_cache(the_cache(found), frame) && (memory[CACHE_FRAME(the_cache(found), 0)] != frame || memory[CACHE_COUNT(the_cache(found))] != 2) ->
                wr(CACHE_COUNT(the_cache(found)), memory[CACHE_COUNT(the_cache(found))] - 1)
            :: d_step { !in_cache(the_cache(found), frame) -> locks[LOCK_CACHE(the_cache(found))] = 0; found = 0; error = true };
                release(LOCK_ACCOUNT(c)); goto reply /* Busy */
            fi
        :: d_step { !is_cached(found) && locks[LOCK_BUDDY] == 0 -> locks[LOCK_BUDDY] = c + 1 };
            if /* buddy_find_frame() */
            :: memory[KIND_WORD(frame)] == BLOCK || PLANTED(claim_by_slot) -> wr(BLOCKS, memory[BLOCKS] & ~(1 << frame))
            :: d_step { memory[KIND_WORD(frame)] != BLOCK && !PLANTED(claim_by_slot) -> locks[LOCK_BUDDY] = 0; found = 0; error = true };
                release(LOCK_ACCOUNT(c)); goto reply /* Busy */
            fi
        fi;
        wr(KIND_WORD(frame), CHARGED(c));
        wr(USED(c), memory[USED(c)] + 1);
        d_step {
            empty_log(c);
            if
            :: is_cached(found) -> memory[CACHE_FRAME(the_cache(found), memory[CACHE_COUNT(the_cache(found))])] = 0
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

/* --- frames_drop(): slot_remove(), slot_retire(), allocator_give() ------------------------------------------------------ */
serve_drop:
        intent[c] = frame + 1;
remove:
        if
        :: d_step { !PLANTED(agree) && !all -> found = ref_count[frame]; expect(count_illegal, found != BUSY && found != UNUSED) };
            if
            :: d_step { found == UNIQUE -> ref_count[frame] = BUSY; found = 0 }; goto retire
            :: d_step { found != UNIQUE -> ref_count[frame] = (ref_count[frame] + STATES - 1) % STATES; found = 0; all = ref_count[frame] == BUSY };
                if
                :: d_step { all -> all = false }; goto retire
                :: !all -> goto reply
                fi
            fi
        :: d_step { PLANTED(agree) || all -> found = ring(frame); all = false }; /* the slot is made to agree with the ledger */
            if
            :: d_step { ref_count[frame] == UNUSED || ref_count[frame] == BUSY -> found = 0 }; goto reply
            :: d_step { ref_count[frame] != UNUSED && ref_count[frame] != BUSY && found > 0 -> ref_count[frame] = found; found = 0 }; goto reply
            :: d_step { ref_count[frame] != UNUSED && ref_count[frame] != BUSY && found == 0 -> ref_count[frame] = BUSY }; goto retire
            fi
        fi;
retire:
        if
        :: d_step {
            expect(freed_twice, is_charged(memory[KIND_WORD(frame)]));
            payer = payer_of(memory[KIND_WORD(frame)]);
            if
            :: PLANTED(retired_late)
            :: else -> ref_count[frame] = UNUSED; unique[frame] = false
            fi
        }
        fi;
        acquire(LOCK_ACCOUNT(payer));
        acquire(LOCK_CACHE(c));
        d_step { expect(freed_twice, memory[CACHE_COUNT(c)] < FRAMES); memory[CACHE_FRAME(c, memory[CACHE_COUNT(c)])] = frame };
        wr(CACHE_COUNT(c), memory[CACHE_COUNT(c)] + 1);
        wr(KIND_WORD(frame), CACHED(c));
        wr(USED(payer), memory[USED(payer)] - 1);
        commit();
        release(LOCK_CACHE(c));
        d_step { locks[LOCK_ACCOUNT(payer)] = 0; payer = 0 };
        if
        :: d_step { PLANTED(retired_late) -> ref_count[frame] = UNUSED; unique[frame] = false }; goto reply
        :: d_step { !PLANTED(retired_late) && !brings(call[c]) -> answer(c); forget() }; goto client
        :: d_step { !PLANTED(retired_late) && brings(call[c]) -> answer(c); forget() }; goto client /* it was refused */
        fi;

/* --- frames_clone(), frames_look_up(): slot_add() ------------------------------------------------------------------------ */
serve_count:
        if
        :: d_step { !PLANTED(intent_late) -> intent[c] = frame + 1 }
        :: PLANTED(intent_late)
        fi;
        if
        :: d_step { PLANTED(blind_increment) && call[c] == clone -> ref_count[frame] = (ref_count[frame] + 1) % STATES }; goto counted
        :: d_step { !(PLANTED(blind_increment) && call[c] == clone) -> found = ref_count[frame]; check_in_flight(frame) }
        fi;
        do
        :: d_step { is_count(found) && ref_count[frame] == found -> ref_count[frame] = found + 1; found = 0 }; goto counted
        :: d_step { is_count(found) && ref_count[frame] != found -> found = ref_count[frame]; check_in_flight(frame) }
        :: !is_count(found) && PLANTED(waits) -> found = ref_count[frame]
        :: d_step { /* who lends a shared frame's handle, and has it still, gets his clone */
            !is_count(found) && !PLANTED(waits) -> expect(client_error, call[c] == look || !lent[c] || unique[frame]); found = 0; error = true };
            goto reply /* Unused, Busy, Unique */
        od;
counted:
        if
        :: d_step { PLANTED(intent_late) -> intent[c] = frame + 1 }; goto reply
        :: d_step { !PLANTED(intent_late) && may_bring(call[c], frame) -> bring(true) }; goto client
        :: d_step { !PLANTED(intent_late) && !may_bring(call[c], frame) -> refused = true }; goto undo
        fi;

/* --- holders_revoke(), strip.c --------------------------------------------------------------------------------------------- */
serve_revoke:
        if
        :: is_count(ref_count[frame]) -> intent[c] = frame + 1
        :: d_step { !is_count(ref_count[frame]) -> error = true }; goto reply
        fi;
        do
        :: d_step { !lent[c] -> error = true }; goto reply /* Revoked */
        :: lent[c] && ring(frame) == 1 -> goto reply
        :: d_step { lent[c] && held(1 - c, frame) > lends(1 - c, frame) -> held(1 - c, frame)-- }; goto subtract
        :: d_step { lent[c] && held(1 - c, frame) > 0 && lends(1 - c, frame) -> held(1 - c, frame)--; lent[1 - c] = false }; goto subtract
        :: d_step { lent[c] && held(c, frame) > 1 -> held(c, frame)-- };
subtract: /* slot_remove_others(). The lent handle may be gone meanwhile: another owner revokes too */
            if
            :: d_step { ref_count[frame] = (ref_count[frame] + STATES - 1) % STATES; all = ref_count[frame] == BUSY }
            fi;
            if
            :: d_step { all && !PLANTED(revoke_not_last) -> all = false; error = true }; goto retire
            :: d_step { !all || PLANTED(revoke_not_last) -> all = false }
            fi
        od;

/* --- lists_push() ------------------------------------------------------------------------------------------------------------ */
serve_push:
        intent[c] = frame + 1;
        acquire(LOCK_LIST);
        if
        :: d_step { ref_count[frame] == UNIQUE && !memory[IN_LIST(frame)] -> note(IN_LIST(frame)) }; /* list_link() */
            memory[IN_LIST(frame)] = 1;
            wr(MEMBERS, memory[MEMBERS] | (1 << frame));
            commit()
        :: d_step { ref_count[frame] != UNIQUE || memory[IN_LIST(frame)] -> expect(client_error, !unique[frame]); error = true }
        fi;
        release(LOCK_LIST);
        goto reply;

/* --- lists_take(), lists_put_back() --------------------------------------------------------------------------------------------- */
serve_take:
        acquire(LOCK_LIST);
        if
        :: d_step { memory[MEMBERS] != 0 -> frame = (in_members(0) -> 0 : 1); memory[REVERSAL(c)] = frame + 1 }; /* reversal_set() */
            intent_run[c] = frame + 1;
            wr(MEMBERS, memory[MEMBERS] - (1 << frame)); /* list_unlink() */
            wr(IN_LIST(frame), 0);
            commit();
            release(LOCK_LIST)
        :: d_step { memory[MEMBERS] == 0 -> error = true; locks[LOCK_LIST] = 0 }; goto reply /* EmptyList */
        fi;
        if
        :: d_step { may_bring(take, frame) -> bring(true) }; goto client
        :: d_step { !may_bring(take, frame) -> refused = true }
        fi;
        acquire(LOCK_LIST);
        wr(IN_LIST(frame), 1);
        wr(MEMBERS, memory[MEMBERS] | (1 << frame));
        if /* in the same transaction: once it is a member, others may take it and drop it */
        :: d_step { !PLANTED(reversal_kept) -> note(REVERSAL(c)) }; memory[REVERSAL(c)] = 0; commit()
        :: d_step { PLANTED(reversal_kept) -> empty_log(c) }
        fi;
        release(LOCK_LIST);
        goto reply;

/* --- a reply that the kernel refused, or that brings nothing ------------------------------------------------------------------ */
undo:
        if
        :: !PLANTED(refused_kept) -> goto remove
        :: PLANTED(refused_kept) -> goto reply
        fi;
reply:
        if
        :: d_step { error || refused || !brings(call[c]) ->
            if
            :: call[c] == push && error -> come_back(c, frame)
            :: call[c] == push && !error -> server[frame] = owner(c)
            :: else
            fi;
            answer(c); forget() }
        :: d_step { /* only where a mistake is planted */
            !error && !refused && is_grant(call[c]) -> bring(ring(frame) == 0) }
        :: d_step { !error && !refused && !is_grant(call[c]) && may_bring(call[c], frame) -> bring(true) }
        :: d_step { !error && !refused && brings(call[c]) && !is_grant(call[c]) && !may_bring(call[c], frame) -> refused = true }; goto undo
        fi
    } unless { d_step { stopped[c] -> stopped[c] = false; forget() } };
    goto client
}
