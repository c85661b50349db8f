/* What was counted from the first frame to the last, compared with the numbers that are kept of it: exact if nobody changed
 * anything meanwhile. */
#include "servers/frameserv/audit/parts.h"
#include "servers/frameserv/core/lists.h"

static void check_account(const struct turn *turn, uint32_t place)
{
    const struct account *account = &turn->worker->keep->accounts[place];
    const struct audit_tally *tally = &turn->audit->tally;
    uint64_t number = account_number(account->state, place);

    audit_same(turn, AUDIT_FAULT_ACCOUNT_USED, number, tally->frames[place], account->frames.used);
    audit_same(turn, AUDIT_FAULT_TABLES_USED, number, tally->tables[place], account->tables.used);
}

static void check_free(const struct turn *turn)
{
    const struct keep *keep = turn->worker->keep;
    const struct audit_tally *tally = &turn->audit->tally;

    for (uint32_t zone = 0; zone < ZONES; zone++) {
        audit_same(turn, AUDIT_FAULT_FREE_FRAMES, zone, tally->free[zone], keep->buddy.free_frames[zone]);
        for (uint32_t order = 0; order < BUDDY_ORDERS && turn->audit->thorough; order++)
            audit_same(turn, AUDIT_FAULT_BLOCKS, zone * 256 + order, tally->blocks[zone][order],
                       tally->chained[zone][order]);
    }
    for (uint32_t k = 0; k < WORKERS_MAX && k < keep->workers; k++)
        audit_same(turn, AUDIT_FAULT_CACHE_COUNT, k, tally->cached[k], keep->caches[k].count);
}

/* Each dying list names the next. */
static void check_dying(const struct turn *turn)
{
    uint64_t link = turn->worker->keep->lists.dying;
    uint64_t lists = 0;

    while (link != 0 && lists <= turn->audit->tally.dying) {
        const struct slot *slot = audit_slot(turn->worker, link - 1);
        if (slot == NULL || atomic_load_relaxed(&slot->in_list) != LIST_DYING) {
            audit_tell(turn, AUDIT_FAULT_DYING, (link - 1) * FRAME_SIZE, LIST_DYING,
                       slot != NULL ? atomic_load_relaxed(&slot->in_list) : link);
            return;
        }
        lists += 1;
        link = slot->storage[LIST_WORD_CHAIN];
    }
    audit_same(turn, AUDIT_FAULT_DYING_LENGTH, 0, turn->audit->tally.dying, lists);
}

bool audit_sums(struct turn *turn)
{
    struct audit *audit = turn->audit;

    if (audit->disturbed)
        return true;
    if (audit->place < ACCOUNTS) {
        check_account(turn, (uint32_t)audit->place++);
        return false;
    }
    check_free(turn);
    check_dying(turn);
    audit_same(turn, AUDIT_FAULT_MEMBERS, 0, audit->tally.members, audit->tally.lengths);
    return true;
}
