/* The kernel's part of an audit: whether handles, ledger and page tables say the same about a frame. Nothing is changed, no
 * pointer is followed that was not looked at before, and interrupts are let in often. */
#ifndef KERNEL_OBJECT_AUDIT_H
#define KERNEL_OBJECT_AUDIT_H

#include <quire/abi.h>
#include <quire/ledger_state.h>
#include <stdint.h>

/* What disagrees; if nothing does: should: handles to the frame, is: their kind | state of the ledger << 16. */
struct audit_found {
    enum audit_fault fault;
    uint64_t should;
    uint64_t is;
};

/* Looks at AUDIT_ENTRIES handles to a frame, whatever number that is, from the `from`th on, and after the last one at what the
 * frame holds, if that is handles, or entries of a page table, which AUDIT_DEEP in `from` has it look at one by one. Returns
 * where to go on; 0: that was all. */
#define AUDIT_ENTRIES 64
uint64_t audit_frame(uint64_t frame, uint64_t from, struct audit_found *found);

/* Passes over the frames from one on, before `end`, that are in a state of the ledger and whose slots are in pages of the window
 * that are not backed (SERVER counts as FREE), AUDIT_FRAMES at the most. root: of the frame server. */
#define AUDIT_FRAMES 4096
void audit_pass(uint64_t root, uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass);

#endif
