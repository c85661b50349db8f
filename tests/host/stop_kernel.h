/* The kernel between clients and workers of the frame server, each with a call at the most, as far as the server can tell: handles, the ledger, what
 * goes along with a call, also when it is delivered again, and what a reply's action does. Nothing here is stopped. */
#ifndef TESTS_HOST_STOP_KERNEL_H
#define TESTS_HOST_STOP_KERNEL_H

#include "tests/host/frames_world.h"
#include <quire/system_call.h>

#define STOP_FRAMES 320
#define STOP_HANDLES 320
#define STOP_ACCOUNTS 12 /* numbers of accounts in whose names clients call */
#define STOP_NO_HANDLE UINT32_MAX

struct stop_handle {
    uint64_t frame;
    uint32_t rights;
    uint32_t account; /* whose it is; 0: the entry is empty */
    bool leaving;     /* with a call in service */
    uint64_t name;    /* no other filling of an entry has it */
};

#define STOP_RUN 48 /* handles that go along with one call */

/* Of the call that a worker serves. */
struct stop_service {
    uint64_t names[STOP_RUN]; /* what the handles were that go along */
    uint64_t other_name;
    uint64_t stripped; /* handles that were taken away for it */
    bool recovered;    /* a recovery came to its end since it was delivered */
};

/* What the kernel knows. */
struct stop_ledger {
    struct stop_handle handles[STOP_HANDLES];
    uint32_t count[STOP_FRAMES]; /* handles to it */
    enum kind kinds[STOP_FRAMES];
    uint32_t moved_by[STOP_FRAMES]; /* account whose handle went to the server, or 0 */
    bool moving[STOP_FRAMES];       /* its last handle, with a call in service */
    uint32_t leaves[STOP_FRAMES];   /* handles that may come back, likewise */
    struct stop_service services[WORLD_WORKERS];
    uint64_t last_name;
    uint32_t accounts[STOP_ACCOUNTS];
    uint32_t account_count;
};

struct stop_call {
    uint32_t operation;
    uint32_t label_flags;
    uint32_t mode;
    uint32_t want;
    uint32_t count;
    uint32_t account;
    uint32_t services;
    uint32_t handles[STOP_RUN]; /* indices of those that go along */
    uint32_t other;             /* of the second one, or STOP_NO_HANDLE */
    uint64_t words[MESSAGE_WORDS];
    enum error refusal; /* of the reply's action by the kernel, whatever it is */
};

extern struct stop_ledger stop_ledger;

/* What the server asks for: in the midst of the call that was delivered last. */
extern const struct kernel_calls stop_kernel;

/* Whose calls the other functions are about from now on; first the worker that was begun with. */
void stop_kernel_by(struct worker *worker);

/* Begins with two accounts, and the server's endpoint, a frame that account 1 pays for. */
void stop_kernel_start(struct world *world, struct worker *worker);

/* Delivers a call. false: the kernel refuses it, and nothing happened. */
bool stop_deliver(const struct stop_call *call, struct message *message);

/* Notes for recovery which frames leave with a drop that is in service. */
void stop_name(const struct stop_call *call);

/* A recovery has come to its end. */
void stop_recovered(const struct stop_call *call);

/* Whether all that was lent with the call in service is there still. If not, the caller is told so whatever the reply says. */
must_use bool stop_is_lent(const struct stop_call *call);

/* Answers the call in the server's place. */
void stop_answer(const struct stop_call *call);

/* Delivers the call in service again, with such flags. */
void stop_deliver_again(const struct stop_call *call, uint32_t flags, struct message *message);

/* Takes a reply: does its action, and ends the call. An error: it refuses the action, and the call goes on. */
enum error stop_reply(const struct stop_call *call, const struct message *message);

#endif
