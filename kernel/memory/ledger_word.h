/* One word of the ledger: who holds a frame.  lock:1 | state:3 | anchor or account (bits 6 and up).
 * The anchor is the kernel's address of a handle entry, in its place; entries are aligned to 64 bytes. */
#ifndef KERNEL_MEMORY_LEDGER_WORD_H
#define KERNEL_MEMORY_LEDGER_WORD_H

#include <quire/ledger_state.h>
#include <stdint.h>

#define LEDGER_LOCKED UINT64_C(1)
#define LEDGER_STATE_SHIFT 1
#define LEDGER_VALUE_SHIFT 6

struct handle_entry;

static inline enum ledger_state ledger_word_state(uint64_t word)
{
    return (enum ledger_state)(word >> LEDGER_STATE_SHIFT & 7);
}

static inline uint64_t ledger_word_plain(enum ledger_state state)
{
    return (uint64_t)state << LEDGER_STATE_SHIFT;
}

static inline uint64_t ledger_word_free(void)
{
    return ledger_word_plain(LEDGER_FREE);
}

static inline uint64_t ledger_word_server(uint32_t account)
{
    return ledger_word_plain(LEDGER_SERVER) | (uint64_t)account << LEDGER_VALUE_SHIFT;
}

static inline uint64_t ledger_word_moving(uint32_t account)
{
    return ledger_word_plain(LEDGER_MOVING) | (uint64_t)account << LEDGER_VALUE_SHIFT;
}

/* Of a word in state MOVING: the frame is with the server. */
static inline uint64_t ledger_word_moved(uint64_t moving)
{
    return ledger_word_server((uint32_t)(moving >> LEDGER_VALUE_SHIFT));
}

static inline uint64_t ledger_word_held(const struct handle_entry *anchor)
{
    return ledger_word_plain(LEDGER_HELD) | (uint64_t)(uintptr_t)anchor;
}

/* For a word in state HELD. */
static inline struct handle_entry *ledger_word_anchor(uint64_t word)
{
    return (struct handle_entry *)(uintptr_t)(word >> LEDGER_VALUE_SHIFT << LEDGER_VALUE_SHIFT);
}

#endif
