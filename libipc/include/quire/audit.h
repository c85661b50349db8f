/* Looks whether what kernel and frame server know of each frame agrees: slots, handles, mappings, lists, accounts, free memory.
 * Needs the lookup right. */
#ifndef QUIRE_AUDIT_H
#define QUIRE_AUDIT_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A disagreement. */
struct audit_finding {
    enum audit_fault fault;
    uint64_t where; /* address, account or number: see audit_faults.def */
    uint64_t should;
    uint64_t is;
};

struct audit_result {
    uint64_t faults;  /* disagreements, each counted once */
    uint64_t frames;  /* in use, and seen */
    uint64_t handles; /* to them */
    uint64_t free;    /* frames that are */
    uint64_t turns;   /* requests that it took */
    bool judged;      /* sums too, which needs a while in which nobody changes anything: it is tried a few times */
};

#define AUDIT_THOROUGH 1 /* looks inside of free blocks, too, where there are slots */

/* Walks over all memory and tells each disagreement as it is found; told may be NULL. What is told is no change that is
 * under way. *result is complete without an error only. Errors: MissingRight (lookup); Again (others audit all the while). */
must_use enum error audit(uint32_t how, void (*told)(const struct audit_finding *finding), struct audit_result *result);

#define AUDIT_TEXT 256

/* "frame 0x5000: count should be 1, is 2 (the slot's reference count ...)". At most size - 1 characters. */
void audit_text(const struct audit_finding *finding, char *text, size_t size);

#endif
