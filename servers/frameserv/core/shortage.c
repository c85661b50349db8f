#include "servers/frameserv/core/shortage.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/lists.h"

static bool reap(struct worker *worker)
{
    return lists_are_dying(worker) && lists_reap(worker, LIST_TURN) != 0;
}

bool shortage_eased(struct worker *worker, enum error *error, bool *tried)
{
    bool first = !*tried;
    bool eased = false;

    *tried = true;
    switch (*error) {
    case ERROR_NO_MEMORY:
        return reap(worker);
    case ERROR_OVER_LIMIT:
        if (first) {
            eased = reap(worker);
            eased = accounts_settle(worker) || eased;
        }
        if (!eased && lists_are_dying(worker))
            *error = ERROR_AGAIN;
        return eased;
    case ERROR_TOO_MANY_TABLES: /* a table is in no list */
        return first && accounts_settle(worker);
    default:
        return false;
    }
}
