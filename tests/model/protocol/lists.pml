/* --- lists_push() ---- */
serve_push:
        acquire(LOCK_LIST);
        if
        :: ref_count(frame) == UNIQUE && !in_list(frame) ->
            intent[c] = frame + 1;
            wr(IN_LIST(frame), 1); /* list_link() */
            wr(MEMBERS, memory[MEMBERS] | (1 << frame));
            if /* note_done() */
            :: d_step { !PLANTED(done_late) -> note(DONE(c)) }; memory[DONE(c)] = 1; commit()
            :: d_step { PLANTED(done_late) -> empty_log(c) }; memory[DONE(c)] = 1
            fi
        :: d_step { ref_count(frame) != UNIQUE || in_list(frame) -> expect(client_error, !unique[frame]); error = true }
        fi;
        release(LOCK_LIST);
        goto reply;

/* --- lists_take(), lists_put_back() ---- */
serve_take:
        acquire(LOCK_LIST);
        if
        :: d_step { memory[MEMBERS] != 0 ->
                frame = (in_members(0) -> 0 : 1); memory[REVERSAL(c)] = frame + 1 }; /* reversal_set() */
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

