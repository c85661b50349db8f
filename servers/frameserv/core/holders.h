/* What has to do with all holders of a frame. The kernel knows them: these ask it in the midst of a service. */
#ifndef FRAMESERV_CORE_HOLDERS_H
#define FRAMESERV_CORE_HOLDERS_H

#include "servers/frameserv/core/worker.h"

/* The most handles that one call takes away, and the most frames that one looks at. */
#define REVOKE_TURN 512
#define HOLDERS_TURN 1024

/* Takes up to REVOKE_TURN handles to a frame away, but for the one that was lent. *left: handles that exist still.
 * Errors: Busy, Unused and Revoked (that one was taken away meanwhile), and the kernel's: then those before are gone. */
must_use enum error holders_revoke(struct worker *worker, uint64_t frame, uint64_t *taken, uint64_t *left);

/* A frame that an account pays for, and one of the tasks that have a handle to it. */
struct holder {
    uint64_t address; /* of the frame, or where to go on */
    uint64_t handles; /* 0: there is none among those that were looked at; a frame in a list counts as 1 */
    uint64_t name[3]; /* of the task; 0: no task has one */
};

/* Looks for the next frame at or after an address that is charged to the account in a place.
 * Errors: NotAligned; OutOfBound: there is none any more. */
must_use enum error holders_next(struct worker *worker, uint32_t payer, uint64_t address, struct holder *holder);

#endif
