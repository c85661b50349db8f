/* What the test suites ask of their helper tasks. The label of a call is one of these; the label of the reply is an
 * error; a reply that is refused is made again with that error and nothing else. A helper keeps nothing of its own
 * accord: what it was given it gives back when told to. */
#ifndef TESTS_TASKS_PEER_PEER_H
#define TESTS_TASKS_PEER_PEER_H

enum peer_request {
    PEER_NOTHING,   /* replies */
    PEER_ECHO,      /* replies with each word plus 1 */
    PEER_KEEP,      /* takes the handles that came; words: first handle, count, badge of the call */
    PEER_RETURN,    /* word 0 first handle, 1 count: moves them back with the reply */
    PEER_DROP,      /* word 0 first handle, 1 count */
    PEER_CLONE,     /* word 0 handle, 1 rights; words: the copy */
    PEER_MAP,       /* word 0 handle, 1 rights; at an address of its library's choice */
    PEER_UNMAP,     /* word 0 handle */
    PEER_READ,      /* word 0 handle (mapped), 1 index of a 64-bit word in it; words: the value */
    PEER_WRITE,     /* word 0 handle (mapped), 1 index, 2 value */
    PEER_INFO,      /* word 0 handle; words: address, reference count, kind */
    PEER_INSPECT,   /* word 0 handle; words: rights, kind, address */
    PEER_REPURPOSE, /* word 0 handle, 1 kind */
    PEER_CLAIM,     /* word 0 physical address; words: the handle */
    PEER_LOOKUP,    /* word 0 physical address, 1 rights; words: the handle */
    PEER_INFO_AT,   /* word 0 physical address */
    PEER_STOCK,     /* gives its spare page tables back; words: entries and page tables in use */
    PEER_FPU,       /* word 0 seed: replies with FPU registers full of a pattern; checks them when it runs again */
    PEER_FPU_CHECK, /* words: registers that differed after PEER_FPU */
    PEER_PLANT,     /* replies with secrets in registers, see below */
    PEER_PLANTED,   /* words: what the helper found in registers after PEER_PLANT that was not for it, or-ed */
    PEER_SELECTORS, /* word 0 a segment selector to load; words: how many it had that were neither 0 nor its own */
    PEER_TICKET,    /* words: how many tickets were given out before */
    PEER_VERDICT,   /* tries to end the machine as failed, for which it has not the power */
    PEER_FAULT,     /* word 0 number k, 1 label: calls its handle "fault_k"; the label replied is the call's status;
                       words: its word 0 */
    /* What follows is in peer/frames.c. */
    PEER_ALLOCATE,     /* word 0 flags; words: a frame */
    PEER_UNIQUE,       /* word 0 handle */
    PEER_SHARE,        /* word 0 handle */
    PEER_METADATA,     /* word 0 handle; words: the frame's metadata */
    PEER_SET_METADATA, /* word 0 handle, 1 value of each metadata word */
    PEER_RECORD,       /* words: what the last record of the helper's account held */
    PEER_LIST_CREATE,  /* words: the list */
    PEER_LIST_PUSH,    /* word 0 list, 1 frame; to the back */
    PEER_LIST_POP,     /* word 0 list; words: the frame; from the front */
    PEER_LIST_TAKE,    /* word 0 list, 1 physical address; words: the frame, address after it */
    PEER_LIST_LOOK,    /* word 0 list, 1 physical address; words: address, length, metadata */
    PEER_LIST_WRITE,   /* word 0 list, 1 physical address, 2 value of each metadata word */
    PEER_LIST_CLEAR,   /* word 0 list; words: frames dropped, frames left */
};

/* PEER_PLANT: word 0 is the action, 1 r13, 2 r14, 3 and 4 the room for what the next call brings (n, dst). The helper
 * replies with these, label and words 0, and secrets in all other registers; when that is refused, with the error as
 * the label, and secrets again. */

#endif
