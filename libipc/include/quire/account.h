/* Accounts: who pays, how much at the most, and who holds what was paid for.
 *
 * A task buys in the name of the account in its frame-server handle. It can open further accounts; their limits come out
 * of its own, and return when they are closed. Every function returns errors as those of quire/client.h do. */
#ifndef QUIRE_ACCOUNT_H
#define QUIRE_ACCOUNT_H

#include <quire/client.h>

/* What an account may have. */
struct account_limits {
    uint64_t frames; /* of all kinds, or ACCOUNT_UNLIMITED (if the caller's own account is) */
    uint64_t tables; /* handle tables of 64 handles each, likewise */
};

/* Opens an account. *server: a handle to the frame server in its name, with `rights` (enum service_right) of those that
 * the caller has itself. Errors: OverLimit, TooManyTables (the caller has not that much left), TooManyAccounts, BadRights. */
must_use enum error account_open(const struct account_limits *limits, uint32_t rights, uint32_t *account,
                                 handle *server);

/* Gives an account that the caller's own opened other limits. Errors: NoAccount; OverLimit, TooManyTables: less than it uses or
 * has passed on, or more than the caller has left. */
must_use enum error account_limit(uint32_t account, const struct account_limits *limits);

/* Closes an account that the caller's own opened, and those that were opened by it: nothing can be bought in their names any more.
 * *charged (unless NULL): frames still charged to it; what they take returns as they are dropped, and until then its facts and
 * holders can be asked for. Errors: NoAccount. */
must_use enum error account_close(uint32_t account, uint64_t *charged);

/* What an account has and uses: the caller's own (0), or one that it opened, or any with the look-up right. Errors: NoAccount. */
must_use enum error account_facts(uint32_t account, struct account_statistics *statistics);

/* Charges a frame to the caller's account instead of its payer's. Needs the owner right.
 * Errors: MissingRight, OverLimit, TooManyTables, Reserved. */
must_use enum error frame_adopt(handle frame);

/* Takes all other handles to a frame away, from whoever has them, with their mappings. Needs the owner right. *taken (unless
 * NULL): how many it were. When it returns nobody else can reach the frame by a handle of before; who looks it up meanwhile by
 * its address has a new one. Nobody is told: who had one gets BadHandle for it, to be followed by frame_drop, and a page
 * fault, which ends the task, where it was mapped. Errors: MissingRight, Revoked (somebody revoked this handle meanwhile). */
must_use enum error frame_revoke(handle frame, uint64_t *taken);

/* A holder of something that an account pays for. */
struct account_holder {
    char name[START_NAME]; /* of a task */
    uint64_t address;      /* of the frame, physical */
    uint64_t handles;      /* to it, of this and of other tasks */
};

/* The next frame at or after *address that is charged to an account (as in account_facts), and a task that has a handle
 * to it; *address moves behind it. Errors: NoAccount; NotAligned (*address); OutOfBound: there is none any more. */
must_use enum error account_next_holder(uint32_t account, uint64_t *address, struct account_holder *holder);

/* Whose limit stood against the last request of this task that got OverLimit or TooManyTables; all 0 before any did. When
 * account_limit would have gone below what is used: limit is what was wanted, asked 0. */
struct refusal {
    uint32_t account;
    uint64_t limit;
    uint64_t used;
    uint64_t asked;
};
struct refusal last_refusal(void);

#endif
