/* Accounts: who pays for which frames. A frame's payer stands in its slot; the sum of `used` over all
 * accounts is the number of frames outside the allocator. */
#ifndef FRAMESERV_CORE_ACCOUNT_H
#define FRAMESERV_CORE_ACCOUNT_H

#include <quire/atomic.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define ACCOUNTS 256
#define ACCOUNT_FAMILY_MAX 64         /* of them that one of init's tasks, and all that it pays for, can have */
#define ACCOUNT_NOBODY 0              /* payer of the allocator's frames */
#define ACCOUNT_SYSTEM (ACCOUNTS - 1) /* payer of what boot set aside: kernel, window, first tasks */

/* How much of one thing an account uses and may use. What a child may use was moved out of its parent's limit, so that a
 * charge concerns one account only. */
struct share {
    atomic_word used;   /* by the account itself */
    atomic_word limit;  /* the most that this may be, or ACCOUNT_UNLIMITED */
    atomic_word passed; /* to children that have a limit, and by them: the sum of their limit + passed */
};

/* One cache line, so that two accounts do not share one. */
struct account {
    atomic_word lock;  /* guards `used` and `limit` */
    atomic_word state; /* below; with all `limit` and `passed` it changes under keep->tree_lock only */
    union {
        struct {
            atomic_word used;
            atomic_word limit;
            atomic_word passed;
        };
        struct share frames; /* changes in the transaction that changes the frames' payer */
    };
    struct share tables; /* frames of kind HANDLE_TABLE among them */
};
_Static_assert(sizeof(struct account) == 64, "a cache line");

/* A state: place:8 | generation:24 | parent:8 | closed:1, lowest bits first. place is that of the account in the table
 * while it is open, so that the lower half is its number, and 0 while it is not. Closed: nothing can be charged to it
 * any more, but something still is. The generation counts how often the place was used before: who has an old number in
 * his badge does not pay from the account of another. */
#define ACCOUNT_GENERATIONS (UINT32_C(1) << 24)
#define ACCOUNT_CLOSED (UINT64_C(1) << 40)
#define ACCOUNT_NEVER (ACCOUNT_CLOSED | 1) /* state in place 0: no number fits it */

static inline uint64_t account_state(uint32_t place, uint32_t generation, uint32_t parent)
{
    return place | generation * UINT64_C(256) | (uint64_t)parent << 32;
}

static inline uint32_t account_generation(uint64_t state)
{
    return (uint32_t)state / 256;
}

static inline uint32_t account_parent(uint64_t state)
{
    return state >> 32 & 0xff;
}

static inline uint32_t account_place(uint32_t number)
{
    return number % ACCOUNTS;
}

/* The number, also of an account that is closed. */
static inline uint32_t account_number(uint64_t state, uint32_t place)
{
    return account_generation(state) * ACCOUNTS + place;
}

static inline bool account_is_open(uint64_t state)
{
    return state % 256 != 0 && !(state & ACCOUNT_CLOSED);
}

static inline bool account_is_closed(uint64_t state)
{
    return (state & ACCOUNT_CLOSED) != 0;
}

/* Whether the account in the place that a number names, which may come from outside, is that of the number, and open. It stays
 * so for who holds its lock. */
static inline bool account_is(const struct account *account, uint32_t number)
{
    return (uint32_t)atomic_load_relaxed(&account->state) == number;
}

#endif
