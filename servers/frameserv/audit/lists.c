/* Lists of frames, their members, and those that ended. */
#include "servers/frameserv/audit/parts.h"
#include "servers/frameserv/core/lists.h"

/* The slot that a link leads to, if it is that of a member of the list. */
static const struct slot *member(const struct worker *worker, uint64_t link, uint64_t id)
{
    const struct slot *slot = link != 0 ? audit_slot(worker, link - 1) : NULL;

    return slot != NULL && atomic_load_relaxed(&slot->in_list) == id &&
                   atomic_load_relaxed(&slot->ref_count) == REF_COUNT_UNIQUE &&
                   kind_word_kind(atomic_load_relaxed(&slot->kind_word)) == KIND_UNTYPED
               ? slot
               : NULL;
}

/* One end: the member there has no neighbour on that side. */
static void check_end(struct turn *turn, uint64_t frame, const struct slot *list, uint32_t end, uint32_t neighbour)
{
    uint64_t link = list->storage[end];
    const struct slot *slot = member(turn->worker, link, list->storage[LIST_WORD_ID]);

    if (link != 0)
        audit_same(turn, AUDIT_FAULT_LIST_ENDS, frame * FRAME_SIZE, 0, slot != NULL ? slot->storage[neighbour] : link);
}

void audit_list(struct turn *turn, uint64_t frame, const struct slot *slot)
{
    const struct list_keep *keep = &turn->worker->keep->lists;
    struct audit *audit = turn->audit;
    uint64_t where = frame * FRAME_SIZE;
    uint64_t id = slot->storage[LIST_WORD_ID];
    uint64_t length = slot->storage[LIST_WORD_LENGTH];
    bool open;

    if (id == 0 || id > keep->last_id)
        audit_tell(turn, AUDIT_FAULT_LIST_ID, where, keep->last_id, id);
    if (atomic_load_relaxed(&slot->in_list) == LIST_DYING)
        audit->tally.dying += 1;
    else
        audit_same(turn, AUDIT_FAULT_LIST_ID, where, 0, slot->storage[LIST_WORD_CHAIN]);
    check_end(turn, frame, slot, LIST_WORD_FRONT, MEMBER_PREVIOUS);
    check_end(turn, frame, slot, LIST_WORD_BACK, MEMBER_NEXT);
    if ((slot->storage[LIST_WORD_FRONT] == 0) != (length == 0) || (slot->storage[LIST_WORD_BACK] == 0) != (length == 0))
        audit_tell(turn, AUDIT_FAULT_LIST_LENGTH, where, 0, length);
    audit->tally.lengths += length;
    audit->list.frame = frame;
    audit->list.link = slot->storage[LIST_WORD_FRONT];
    audit->list.before = 0;
    audit->list.length = 0;
    audit->list.commits = audit_commits(turn->worker, &open);
}

/* The way along the members ends: what was counted is the length, unless somebody changed something. */
static void arrive(struct turn *turn, const struct slot *list)
{
    struct audit *audit = turn->audit;
    uint64_t where = audit->list.frame * FRAME_SIZE;

    if (audit_same(turn, AUDIT_FAULT_LIST_LENGTH, where, audit->list.length, list->storage[LIST_WORD_LENGTH]))
        audit_same(turn, AUDIT_FAULT_LIST_ENDS, where, audit->list.before, list->storage[LIST_WORD_BACK]);
    audit->list.frame = FRAME_NONE;
}

void audit_members(struct turn *turn)
{
    struct audit *audit = turn->audit;
    const struct slot *list = audit_slot(turn->worker, audit->list.frame);
    bool open;

    if (list == NULL || audit_commits(turn->worker, &open) != audit->list.commits || open ||
        audit->list.length > turn->worker->window.frame_count) {
        audit->list.frame = FRAME_NONE;
        return;
    }
    uint64_t link = audit->list.link;
    if (link == 0) {
        arrive(turn, list);
        return;
    }
    const struct slot *slot = member(turn->worker, link, list->storage[LIST_WORD_ID]);
    if (slot == NULL || slot->storage[MEMBER_PREVIOUS] != audit->list.before) {
        audit_tell(turn, AUDIT_FAULT_MEMBER_LINK,
                   (audit->list.before != 0 ? audit->list.before - 1 : audit->list.frame) * FRAME_SIZE,
                   audit->list.before, slot != NULL ? slot->storage[MEMBER_PREVIOUS] : link);
        audit->list.frame = FRAME_NONE;
        return;
    }
    audit->list.length += 1;
    audit->list.before = link;
    audit->list.link = slot->storage[MEMBER_NEXT];
}
