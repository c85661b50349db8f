/* By whom the kernel's ledger says that a frame is held. The frame server is told it by COUNT and AUDIT. */
#ifndef QUIRE_LEDGER_STATE_H
#define QUIRE_LEDGER_STATE_H

#include <quire/kinds.h>
#include <stdbool.h>
#include <stdint.h>

enum ledger_state {
    LEDGER_ABSENT,   /* never in a ledger that is there */
    LEDGER_FREE,     /* nobody's handle: the frame server's to grant */
    LEDGER_SERVER,   /* came to the frame server by a move, from the account in the word */
    LEDGER_HELD,     /* by the ring of handles at the anchor */
    LEDGER_KERNEL,   /* kernel, early, module and metadata memory */
    LEDGER_RESERVED, /* no memory, or firmware's */
    LEDGER_DEVICE,   /* memory of a device, nobody's handle: to be granted to who has that right */
    LEDGER_MOVING,   /* goes to the frame server with a call that is in service; the account is in the word */
};

/* What COUNT tells of a frame. */
struct ledger_count {
    uint64_t handles;
    uint64_t moving; /* handles that left their tables with calls in service, and may come back */
    enum kind kind;  /* KIND_NONE: there is none of either */
};

/* In place of 0, with which AUDIT begins: the entries of a page table are compared with handles one by one, not just counted. */
#define AUDIT_DEEP (UINT64_C(1) << 63)

/* Where a row of frames that are in one state and never had a slot ends. */
struct ledger_pass {
    uint64_t frame;          /* the first that is not so */
    enum ledger_state state; /* its state; LEDGER_ABSENT: it is not known yet, this is where to go on */
    bool slot;               /* its slot, and those in the same page of the window, are there */
};

#endif
