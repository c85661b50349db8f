/* Words that frames and segments have in common. */
#ifndef SERVERS_SHELL_WISHES_H
#define SERVERS_SHELL_WISHES_H

#include "servers/shell/words.h"

/* [N] [low] [contiguous] [unique] [align=K]; what is not said stays. */
must_use outcome words_wishes(const struct words *words, uint64_t *count, uint64_t *flags);

/* ADDRESS [N] [unique] */
must_use outcome words_claim(const struct words *words, uint64_t *address, uint64_t *count, uint64_t *flags);

/* The kind that stands behind the first word; CHECK_UNTYPED: none does. */
must_use outcome words_checked_kind(const struct words *words, uint64_t *kind);

#endif
