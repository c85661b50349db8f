#include "servers/frameserv/core/account.h"

void account_open(struct account *account, uint64_t limit, uint32_t parent)
{
    account->used = 0;
    account->limit = limit;
    account->open = 1;
    account->parent = parent;
}
