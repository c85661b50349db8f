/* Lists of unique frames. A list's own words are the storage of its frame, of kind LIST; its members are threaded through
 * words 3 and 4 of their storage, and in_list names the list. Links are frame numbers + 1; 0: none.
 *
 * A member has no handle. Its slot reads UNIQUE, its kind is UNTYPED, and it stays charged to its payer. in_list and
 * the links of a member are valid under its list's lock only; they become 0 after the member is unlinked. Every
 * change is one transaction, so that a kill leaves a list with the frame or without it.
 *
 * `list` is the frame that a client lent: WrongKind if it is no list, Busy or Unused if it ended meanwhile. An
 * `address` is a client's: NotAligned, OutOfBound, Hole, Reserved, NotListed unless it is that of a member. */
#ifndef FRAMESERV_CORE_LISTS_H
#define FRAMESERV_CORE_LISTS_H

#include "servers/frameserv/core/worker.h"

#define LIST_TURN 64          /* the most members that one call drops */
#define LIST_DYING UINT64_MAX /* in_list of a list that ended with members; no list's id */

/* Storage of a list. */
enum { LIST_WORD_FRONT, LIST_WORD_BACK, LIST_WORD_LENGTH, LIST_WORD_ID, LIST_WORD_CHAIN /* the next dying list */ };

/* Storage of a member; the words before are its owner's. */
enum { MEMBER_WORDS = 3, MEMBER_NEXT = 3, MEMBER_PREVIOUS = 4 };

/* A frame found in a list, or the ghost (frame == FRAME_NONE), which has no words. */
struct list_found {
    uint64_t frame;
    uint64_t next;   /* the frame after it, or FRAME_NONE; only from lists_take */
    uint64_t length; /* of the list */
    uint64_t words[MEMBER_WORDS];
};

/* Links a frame, which came by a move, at the front, at the back, or before a member or the ghost.
 * Errors: BadArgument (no such place), WrongKind (it is not UNTYPED), NotUnique, TooLong. */
must_use enum error lists_push(struct worker *worker, uint64_t list, uint64_t frame, uint64_t place, uint64_t address,
                               uint64_t *length);

/* Unlinks the front, the back, or a given member, and notes in worker->reversal where it was.
 * Errors: BadArgument, EmptyList (no member, or the ghost). */
must_use enum error lists_take(struct worker *worker, uint64_t list, uint64_t place, uint64_t address,
                               struct list_found *found);

/* Links the frame of worker->reversal where it was, or as near as its neighbours of then are still there.
 * false: there is no such list any more, and the frame is nobody's. */
must_use bool lists_put_back(struct worker *worker, struct reversal *reversal);

/* Finds the front, the back, a given member, or the one after or before a member or the ghost.
 * Errors: BadArgument, EmptyList (front or back of an empty list, or the ghost itself). */
must_use enum error lists_look(struct worker *worker, uint64_t list, uint64_t place, uint64_t address,
                               struct list_found *found);

/* Writes a member's first three words. Errors: EmptyList (the ghost). */
must_use enum error lists_write(struct worker *worker, uint64_t list, uint64_t address, const uint64_t *words);

/* Drops the first LIST_TURN members, or all of fewer; of an interrupted call, the rest of them. */
must_use enum error lists_clear(struct worker *worker, uint64_t list, uint64_t *dropped, uint64_t *left);

/* The id of a new list. */
uint64_t lists_new_id(struct worker *worker);

/* The last handle of a list is gone, and its slot is busy. true: it is empty, and can end. false: it is one of the dying
 * lists now, whose members are the allocator's debt, and its slot reads UNIQUE. */
must_use bool lists_end(struct worker *worker, uint64_t list);

/* Drops up to `limit` members of dying lists, and those lists that are empty. Returns how many frames became unused.
 * The transfer page stays as it is; of the intents, the single one is set. */
uint64_t lists_reap(struct worker *worker, uint64_t limit);

/* The same for what is left of a turn of LIST_TURN members. *turn counts them as they are taken out, so that a kill makes no
 * turn longer. */
uint64_t lists_reap_turn(struct worker *worker, atomic_word *turn);

/* There are dying lists. */
static inline bool lists_are_dying(const struct worker *worker)
{
    return atomic_load_relaxed(&worker->keep->lists.dying) != 0;
}

#endif
