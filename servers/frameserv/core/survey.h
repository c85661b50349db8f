/* Frames that are alike. */
#ifndef FRAMESERV_CORE_SURVEY_H
#define FRAMESERV_CORE_SURVEY_H

#include "servers/frameserv/core/worker.h"

#define SURVEY_TURN 512 /* pieces of memory that one call looks at */

/* Frames that follow one another. */
struct survey {
    uint64_t end;       /* address behind the last */
    uint64_t kind_word; /* flags: SURVEY_USED, SURVEY_LISTED */
    uint32_t region;    /* enum region_type */
};

/* The frames from an address on that are alike, as far as SURVEY_TURN pieces go: a frame that is used or cached, a free block,
 * or a region whose frames can't be used. While others work it may be out of date when it is told. Errors: NotAligned, OutOfBound. */
must_use enum error survey(struct worker *worker, uint64_t address, struct survey *out);

#endif
