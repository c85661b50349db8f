/* Frames into lists and out of them again. */
#include "servers/frameserv/core/lists.h"

#include "servers/frameserv/core/list_parts.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/abi.h>

/* The link to the member at a client's address; 0 for the ghost. */
static enum error find_member(struct worker *worker, const struct list *list, uint64_t address, uint64_t *link)
{
    struct slot *slot;

    *link = 0;
    if (address == LIST_GHOST)
        return ERROR_NONE;
    enum error error = window_find(&worker->window, address, &slot);
    if (error != ERROR_NONE)
        return error;
    if (atomic_load_relaxed(&slot->in_list) != list->id)
        return ERROR_NOT_LISTED;
    *link = address / FRAME_SIZE + 1;
    return ERROR_NONE;
}

/* The link to what a place and an address name together; 0 for the ghost. */
static enum error find(struct worker *worker, const struct list *list, uint64_t place, uint64_t address, uint64_t *link)
{
    const uint64_t *ends = list->slot->storage;
    enum error error;

    switch (place) {
    case LIST_FRONT:
        *link = ends[LIST_WORD_FRONT];
        return ERROR_NONE;
    case LIST_BACK:
        *link = ends[LIST_WORD_BACK];
        return ERROR_NONE;
    case LIST_AT:
        return find_member(worker, list, address, link);
    case LIST_AFTER:
        error = find_member(worker, list, address, link);
        if (error == ERROR_NONE)
            *link = *link != 0 ? link_slot(worker, *link)->storage[MEMBER_NEXT] : ends[LIST_WORD_FRONT];
        return error;
    case LIST_BEFORE:
        error = find_member(worker, list, address, link);
        if (error == ERROR_NONE)
            *link = *link != 0 ? link_slot(worker, *link)->storage[MEMBER_PREVIOUS] : ends[LIST_WORD_BACK];
        return error;
    default:
        return ERROR_BAD_ARGUMENT;
    }
}

static bool place_is_any_of(uint64_t place, uint64_t places)
{
    return place < 64 && (places >> place & 1);
}

/* Why a frame can't become a member. It came by a move, so nobody but the caller has to do with it. */
static enum error push_error(const struct slot *slot)
{
    uint64_t count = atomic_load_acquire(&slot->ref_count);

    if (kind_word_kind(atomic_load_relaxed(&slot->kind_word)) != KIND_UNTYPED)
        return ERROR_WRONG_KIND;
    if (count != REF_COUNT_UNIQUE)
        return count == REF_COUNT_BUSY ? ERROR_BUSY : count == REF_COUNT_UNUSED ? ERROR_UNUSED : ERROR_NOT_UNIQUE;
    return (slot->storage[MEMBER_NEXT] | slot->storage[MEMBER_PREVIOUS]) != 0 ? ERROR_TOO_LONG : ERROR_NONE;
}

/* The member that a push comes before; 0: it comes at the back. */
static enum error find_next(struct worker *worker, const struct list *list, uint64_t place, uint64_t address,
                            uint64_t *next)
{
    *next = 0;
    if (place == LIST_BACK)
        return ERROR_NONE;
    return place == LIST_FRONT ? find(worker, list, place, 0, next) : find_member(worker, list, address, next);
}

enum error lists_push(struct worker *worker, uint64_t list_frame, uint64_t frame, uint64_t place, uint64_t address,
                      uint64_t *length)
{
    struct list list;
    uint64_t next;

    if (!place_is_any_of(place, 1 << LIST_FRONT | 1 << LIST_BACK | 1 << LIST_BEFORE))
        return ERROR_BAD_ARGUMENT;
    enum error error = list_enter(worker, list_frame, &list);
    if (error != ERROR_NONE)
        return error;
    error = push_error(window_slot(&worker->window, frame));
    if (error == ERROR_NONE)
        error = find_next(worker, &list, place, address, &next);
    if (error == ERROR_NONE) {
        intent_set(worker,
                   frame); /* not before it is known to be the only handle: the ledger doesn't count one that moves */
        struct transaction transaction = transaction_begin(worker->log);
        list_link(worker, &transaction, list.slot, frame, next);
        *length = list.slot->storage[LIST_WORD_LENGTH];
        note_done(worker, &transaction, *length);
        transaction_commit(&transaction);
    }
    list_leave(&list);
    return error;
}

/* The number of the frame that a link leads to. */
static uint64_t linked_frame(uint64_t link)
{
    return link != 0 ? link - 1 : FRAME_NONE;
}

enum error lists_take(struct worker *worker, uint64_t list_frame, uint64_t place, uint64_t address,
                      struct list_found *found)
{
    struct list list;
    uint64_t link;

    if (!place_is_any_of(place, 1 << LIST_FRONT | 1 << LIST_BACK | 1 << LIST_AT))
        return ERROR_BAD_ARGUMENT;
    enum error error = list_enter(worker, list_frame, &list);
    if (error != ERROR_NONE)
        return error;
    error = find(worker, &list, place, address, &link);
    if (error == ERROR_NONE && link == 0)
        error = ERROR_EMPTY_LIST;
    if (error == ERROR_NONE) {
        *found = (struct list_found){.frame = link - 1,
                                     .next = linked_frame(link_slot(worker, link)->storage[MEMBER_NEXT]),
                                     .length = list.slot->storage[LIST_WORD_LENGTH] - 1};
        reversal_set(worker, link - 1, list_frame + 1, link_slot(worker, link));
        struct transaction transaction = transaction_begin(worker->log);
        list_unlink(worker, &transaction, list.slot, link - 1);
        transaction_commit(&transaction);
    }
    list_leave(&list);
    return error;
}

/* Whether the frame that a link leads to is a member still. It may be in another list, whose lock is not held. */
static bool is_member(const struct worker *worker, const struct list *list, uint64_t link)
{
    return atomic_load_relaxed(&link_slot(worker, link)->in_list) == list->id;
}

/* The member that a frame comes before which was in the list, with these links: its old neighbours may have left. */
static uint64_t old_place(struct worker *worker, const struct list *list, const struct slot *old)
{
    uint64_t next = old->storage[MEMBER_NEXT];
    uint64_t previous = old->storage[MEMBER_PREVIOUS];

    if (next == 0 || is_member(worker, list, next))
        return next;
    if (previous == 0)
        return list->slot->storage[LIST_WORD_FRONT];
    return is_member(worker, list, previous) ? link_slot(worker, previous)->storage[MEMBER_NEXT] : 0;
}

bool lists_put_back(struct worker *worker, struct reversal *reversal)
{
    uint64_t frame = reversal->frame - 1;
    struct list list;

    if (list_enter(worker, reversal->list - 1, &list) != ERROR_NONE)
        return false;
    bool same = list.id == reversal->slot.in_list;
    if (same) {
        struct transaction transaction = transaction_begin(worker->log);
        list_link(worker, &transaction, list.slot, frame, old_place(worker, &list, &reversal->slot));
        wr(&transaction, &reversal->frame, 0); /* or it would be put back again after others had it */
        transaction_commit(&transaction);
    }
    list_leave(&list);
    return same;
}

enum error lists_look(struct worker *worker, uint64_t list_frame, uint64_t place, uint64_t address,
                      struct list_found *found)
{
    struct list list;
    uint64_t link;
    enum error error = list_enter(worker, list_frame, &list);

    if (error != ERROR_NONE)
        return error;
    error = find(worker, &list, place, address, &link);
    if (error == ERROR_NONE && link == 0 && place != LIST_AFTER && place != LIST_BEFORE)
        error = ERROR_EMPTY_LIST;
    if (error == ERROR_NONE) {
        *found = (struct list_found){.frame = linked_frame(link), .length = list.slot->storage[LIST_WORD_LENGTH]};
        for (uint32_t k = 0; k < MEMBER_WORDS && link != 0; k++)
            found->words[k] = link_slot(worker, link)->storage[k];
    }
    list_leave(&list);
    return error;
}

enum error lists_write(struct worker *worker, uint64_t list_frame, uint64_t address, const uint64_t *words)
{
    struct list list;
    uint64_t link;
    enum error error = list_enter(worker, list_frame, &list);

    if (error != ERROR_NONE)
        return error;
    error = find_member(worker, &list, address, &link);
    if (error == ERROR_NONE && link == 0)
        error = ERROR_EMPTY_LIST;
    if (error == ERROR_NONE) {
        struct transaction transaction = transaction_begin(worker->log);
        for (uint32_t k = 0; k < MEMBER_WORDS; k++)
            wr(&transaction, &link_slot(worker, link)->storage[k], words[k]);
        note_done(worker, &transaction, 0);
        transaction_commit(&transaction);
    }
    list_leave(&list);
    return error;
}
