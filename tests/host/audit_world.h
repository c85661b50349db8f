/* A kernel that answers the auditor from a table, and a whole audit in one call. */
#ifndef TESTS_HOST_AUDIT_WORLD_H
#define TESTS_HOST_AUDIT_WORLD_H

#include "servers/frameserv/audit/audit.h"
#include "tests/host/frames_world.h"

/* What the ledger says of a frame. */
struct audit_ledger {
    uint64_t handles;
    enum kind kind;
    enum ledger_state state; /* without handles */
    enum audit_fault fault;  /* what the kernel finds in what it keeps about the frame */
};

#define AUDIT_TOLD 512

/* What an audit told, in the order in which it did. */
struct audit_report {
    uint32_t count;
    uint32_t turns;
    bool judged; /* sums too */
    struct audit_told told[AUDIT_TOLD];
    struct audit_told end;
};

/* All frames as boot leaves them. The world's workers ask this kernel from now on. */
struct audit_ledger *audit_world_begin(struct world *world);
void audit_world_end(void);

/* What that kernel does; for another that can do more. */
enum error audit_world_hold(bool begin);
enum error audit_world_ask(uint64_t frame, uint64_t *next, enum audit_fault *fault, uint64_t found[2]);
enum error audit_world_pass(uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass);

/* Audits from the first frame to the last. */
void audit_world(struct worker *worker, bool thorough, struct audit_report *report);

/* Whether that fault was told. */
bool audit_world_has(const struct audit_report *report, enum audit_fault fault);

#endif
