/* What has to hold. */

/* Who asked for the frame as its only owner: known to nobody but this check. */
bool unique[FRAMES];

#define in_cache(k, f) \
    ((cached(k) > 0 && memory[CACHE_FRAME(k, 0)] == f) + (cached(k) > 1 && memory[CACHE_FRAME(k, 1)] == f))
#define in_blocks(f) ((memory[BLOCKS] >> f) & 1)
#define in_members(f) ((memory[MEMBERS] >> f) & 1)

/* A frame while no call is served. */
inline check_frame(f) {
    expect(free_lists_disagree, !is_charged(kind(f)) == in_blocks(f) + in_cache(0, f) + in_cache(1, f));
    expect(free_lists_disagree, kind(f) != BLOCK || in_blocks(f));
    expect(free_lists_disagree, kind(f) != CACHED(0) || in_cache(0, f));
    expect(free_lists_disagree, kind(f) != CACHED(1) || in_cache(1, f));
    expect(list_disagrees, in_members(f) == in_list(f));
    if
    :: ring(f) > 0 ->
        expect(slot_disagrees, is_charged(kind(f)) && !in_members(f));
        expect(slot_disagrees, ref_count(f) == (unique[f] -> UNIQUE : ring(f)));
        expect(not_unique, !unique[f] || ring(f) == 1)
    :: ring(f) == 0 && in_members(f) ->
        expect(list_disagrees, is_charged(kind(f)) && ref_count(f) == UNIQUE && server[f] != 0)
    :: else ->
        expect(slot_disagrees, ref_count(f) == UNUSED && !is_charged(kind(f)) && server[f] == 0)
    fi
}

inline check_quiet() {
    check_frame(0);
    if
    :: EXISTS(1) -> check_frame(1)
    :: else
    fi;
    expect(usage_disagrees, memory[USED(0)] == (kind(0) == CHARGED(0)) + (kind(1) == CHARGED(0)));
    expect(usage_disagrees, memory[USED(1)] == (kind(0) == CHARGED(1)) + (kind(1) == CHARGED(1)));
    expect(left_behind, log_length[0] == 0 && log_length[1] == 0);
    expect(left_behind, !is_locked)
}

/* A frame at any time: handles are counted before they exist, and gone before they are subtracted. */
inline check_in_flight(f) {
    expect(slot_disagrees, ring(f) == 0 || unique[f] || (ref_count(f) < UNIQUE && ref_count(f) >= ring(f)))
}
