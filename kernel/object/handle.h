/* Handle entries and tables: what a task holds.
 *
 * All entries that name one frame form a ring, whose anchor stands in the frame's ledger word; they
 * change only under that word's lock: an entry is found without it, and its name is read again once it is locked. An
 * empty entry belongs to the CPU that its table's task is at, alone. */
#ifndef KERNEL_OBJECT_HANDLE_H
#define KERNEL_OBJECT_HANDLE_H

#include <quire/abi.h>
#include <quire/atomic.h>
#include <quire/slot.h>
#include <stdint.h>

struct task;

enum handle_state {
    HANDLE_EMPTY,
    HANDLE_HELD,
    HANDLE_INSTALLED, /* the frame is a table of the owner's address space or handle table */
    HANDLE_LEAVING,   /* left with a call that awaits its reply: out of the ring, frame number kept */
    HANDLE_STRIPPED,  /* taken away by another CPU: empty, once the CPU that may fill it has cleared the rest */
};

/* In an empty one all is zero but the members that matter only in a ring: next, previous, length, owner. */
struct handle_entry {
    uint64_t name;   /* frame number:32 | generation:32; LEAVING: generation 0 */
    uint16_t kind;   /* enum kind, one with the object column set */
    uint16_t rights; /* enum right */
    uint32_t state;  /* enum handle_state */
    struct handle_entry *next;
    struct handle_entry *previous;
    uint64_t place;  /* mapped: kernel address of the page-table entry; endpoint: the badge; installed: as mapped */
    uint64_t detail; /* mapped: virtual address; endpoint: kernel address of its line for the owner's CPU;
                         installed: virtual address | level */
    uint64_t length; /* in the ring's anchor: handles to the frame; in an installed table: its children */
    struct task *owner;
};
_Static_assert(sizeof(struct handle_entry) == 64, "one cache line");

#define HANDLE_NO_FRAME UINT32_MAX /* a frame number that no frame has: PHYSICAL_MAX is below */

#define HANDLES_PER_TABLE 64
#define HANDLE_TABLES_MAX 128 /* tables a task can have: 8192 handles */
_Static_assert(PHYSICAL_MAX / FRAME_SIZE <= UINT64_C(1) << 32, "a frame number fits half of a name");

#define HANDLE_GENERATION_UNIT (UINT64_C(1) << 32) /* of a name */

static inline uint64_t handle_entry_frame(const struct handle_entry *entry)
{
    return (uint32_t)entry->name;
}

static inline uint32_t handle_entry_generation(const struct handle_entry *entry)
{
    return (uint32_t)(entry->name / HANDLE_GENERATION_UNIT);
}

#endif
