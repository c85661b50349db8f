#include "servers/frameserv/core/account.h"

enum error account_find(struct account *accounts, uint32_t number, struct account **account)
{
    if (number == ACCOUNT_NOBODY || number >= ACCOUNT_SYSTEM || !accounts[number].open)
        return ERROR_NOT_PERMITTED;
    *account = &accounts[number];
    return ERROR_NONE;
}

void account_open(struct account *account, uint64_t limit, uint32_t parent)
{
    account->used = 0;
    account->limit = limit;
    account->open = 1;
    account->parent = parent;
}
