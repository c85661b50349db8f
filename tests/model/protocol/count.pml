/* --- frames_clone(), frames_look_up(): slot_add() ---- */
serve_count:
        if
        :: d_step { !PLANTED(intent_late) -> intent[c] = frame + 1 }
        :: PLANTED(intent_late)
        fi;
        if
        :: d_step { PLANTED(blind_increment) && call[c] == clone -> ref_count(frame) = one_more(frame) };
            goto counted
        :: d_step { !(PLANTED(blind_increment) && call[c] == clone) ->
                found = ref_count(frame); check_in_flight(frame) }
        fi;
        do
        :: d_step { is_count(found) && ref_count(frame) == found -> ref_count(frame) = found + 1; found = 0 };
            goto counted
        :: d_step { is_count(found) && ref_count(frame) != found -> found = ref_count(frame); check_in_flight(frame) }
        :: !is_count(found) && PLANTED(waits) -> found = ref_count(frame)
        :: d_step { /* who lends a shared frame's handle, and has it still, gets his clone */
            !is_count(found) && !PLANTED(waits) -> 
                expect(client_error, call[c] == look || !lent[c] || unique[frame]); found = 0; error = true };
            goto reply /* Unused, Busy, Unique */
        od;
counted:
        if
        :: d_step { PLANTED(intent_late) -> intent[c] = frame + 1 }; goto reply
        :: d_step { !PLANTED(intent_late) && may_bring(call[c], frame) -> bring(true) }; goto client
        :: d_step { !PLANTED(intent_late) && !may_bring(call[c], frame) -> refused = true }; goto undo
        fi;

/* --- holders_revoke(), strip.c ---- */
serve_revoke:
        if
        :: is_count(ref_count(frame)) -> intent[c] = frame + 1
        :: d_step { !is_count(ref_count(frame)) -> error = true }; goto reply
        fi;
        do
        :: d_step { !lent[c] -> error = true }; goto reply /* Revoked */
        :: lent[c] && ring(frame) == 1 -> goto reply
        :: d_step { lent[c] && held(1 - c, frame) > lends(1 - c, frame) -> held(1 - c, frame)-- }; goto subtract
        :: d_step { lent[c] && held(1 - c, frame) > 0 && lends(1 - c, frame) ->
            held(1 - c, frame)--; lent[1 - c] = false }; goto subtract
        :: d_step { lent[c] && held(c, frame) > 1 -> held(c, frame)-- };
subtract: /* slot_remove_others(). The lent handle may be gone meanwhile: another owner revokes too */
            if
            :: d_step { note(REF_COUNT(frame)) }
            fi;
            d_step { ref_count(frame) = one_less(frame); all = ref_count(frame) == BUSY };
            commit();
            if
            :: d_step { all && !PLANTED(revoke_not_last) -> all = false; error = true }; goto retire
            :: d_step { !all || PLANTED(revoke_not_last) -> all = false }
            fi
        od;

