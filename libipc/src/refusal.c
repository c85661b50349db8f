/* What stood against the last request that was refused for a limit. */
#include <quire/account.h>

#include "libipc/src/request.h"

static struct refusal refusal;

enum error refusal_note(enum error error, uint64_t limit, uint64_t used, uint64_t asked, uint64_t account)
{
    if (error == ERROR_OVER_LIMIT || error == ERROR_TOO_MANY_TABLES) {
        refusal = (struct refusal){.account = (uint32_t)account, .limit = limit, .used = used, .asked = asked};
    }
    return error;
}

struct refusal last_refusal(void)
{
    return refusal;
}
