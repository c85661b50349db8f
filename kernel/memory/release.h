/* Memory that boot needed and nobody needs any more. */
#ifndef KERNEL_MEMORY_RELEASE_H
#define KERNEL_MEMORY_RELEASE_H

#include <quire/error.h>
#include <stdint.h>

/* Makes `count` frames from `first` on FREE in the ledger, so that the frame server can grant them: those of modules
 * that were loaded, of the loader's information, and what firmware calls reclaimable.
 * BAD_COUNT: 0, or more than TRANSFER_FRAMES. RESERVED: one of them is something else, or was released; then none is. */
must_use enum error memory_release(uint64_t first, uint64_t count);

#endif
