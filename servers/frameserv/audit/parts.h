/* What the files of the auditor share. */
#ifndef FRAMESERV_AUDIT_PARTS_H
#define FRAMESERV_AUDIT_PARTS_H

#include "servers/frameserv/audit/audit.h"

/* More than one step can find; what is beyond is not told. */
#define AUDIT_QUEUE 64

/* What is looked through, one after the other. */
enum audit_phase { PHASE_KEEP, PHASE_ACCOUNTS, PHASE_CACHES, PHASE_CHAINS, PHASE_FRAMES, PHASE_SUMS, PHASES };

/* What was counted so far, to be compared at the end. */
struct audit_tally {
    uint64_t frames[ACCOUNTS]; /* by payer */
    uint64_t tables[ACCOUNTS];
    uint64_t free[ZONES];
    uint64_t blocks[ZONES][BUDDY_ORDERS];
    uint64_t chained[ZONES][BUDDY_ORDERS]; /* the same, along their lists */
    uint64_t cached[WORKERS_MAX];
    uint64_t members; /* frames in lists */
    uint64_t lengths; /* of lists */
    uint64_t dying;   /* lists that ended */
    uint64_t used;    /* frames with handles, or in lists */
    uint64_t handles;
};

/* One audit of a client. */
struct audit {
    atomic_word lock;
    uint64_t token;   /* what its client has to come with to go on; 0: it is over */
    uint64_t begun;   /* the higher, the later */
    uint64_t commits; /* of all workers, as it began */
    bool disturbed;   /* somebody changed something since */
    bool thorough;
    enum audit_phase phase;
    uint64_t place;        /* of the phase: frame, account, worker, list of blocks */
    uint32_t region;       /* that the frame is in */
    uint64_t known;        /* slots before this frame's are in a page that is backed */
    struct block previous; /* the last block; order BUDDY_ORDERS: none, or it may have changed */
    uint64_t inside;       /* frames of a block from here to inside_end are looked at still */
    uint64_t inside_end;
    enum audit_fault inside_fault; /* what a slot there that is no free frame's is told as */
    uint64_t lost;                 /* a row of lost frames: its first, */
    uint64_t lost_count;           /* and how many */
    struct {
        uint64_t frame; /* the list that is walked, FRAME_NONE: none */
        uint64_t link;  /* to the next member */
        uint64_t before;
        uint64_t length;
        uint64_t commits;
    } list;
    uint64_t chain; /* the next block of a list of blocks, or the next dying list */
    uint64_t chain_before;
    struct audit_tally tally;
    uint32_t told; /* of the queue */
    uint32_t queued;
    struct audit_told queue[AUDIT_QUEUE];
};

/* A turn of it. */
struct turn {
    struct audit *audit;
    struct worker *worker;
    uint32_t steps; /* taken */
};

/* Notes a disagreement. */
static inline void audit_tell(const struct turn *turn, enum audit_fault fault, uint64_t where, uint64_t should,
                              uint64_t is)
{
    struct audit *audit = turn->audit;

    if (audit->queued < AUDIT_QUEUE)
        audit->queue[audit->queued++] = (struct audit_told){0, fault, where, should, is};
}

/* Notes one if two words differ. Returns whether they are the same. */
static inline bool audit_same(const struct turn *turn, enum audit_fault fault, uint64_t where, uint64_t should,
                              uint64_t is)
{
    if (should != is)
        audit_tell(turn, fault, where, should, is);
    return should == is;
}

/* The number of a region: that of the frame, which is less than window.frame_count. */
uint32_t audit_region(const struct worker *worker, uint64_t frame);

/* Frames of this region can be free; they have slots that this server works with. */
bool audit_can_be_free(enum region_type type);
bool audit_has_slots(enum region_type type);

/* The slot of a frame, whatever number that is; NULL: it has none. */
const struct slot *audit_slot(const struct worker *worker, uint64_t frame);

/* The frame, in a region of this type, is in memory that was never asked for, or is being made free blocks of just now. *end: until where. */
bool audit_is_fresh(const struct worker *worker, uint64_t frame, enum region_type type, uint64_t *end);

/* Transactions that all workers committed so far; *open: one has not yet. */
uint64_t audit_commits(const struct worker *worker, bool *open);

/* What the kernel says of a frame, its own disagreements noted. */
struct audit_facts {
    uint64_t handles;
    enum kind kind;
    enum ledger_state state;
    bool known; /* it could be told */
};
struct audit_facts audit_ask(struct turn *turn, uint64_t frame);

/* Steps of the phases. Each returns whether its phase is over. */
bool audit_keep(struct turn *turn);
bool audit_accounts(struct turn *turn);
bool audit_caches(struct turn *turn);
bool audit_chains(struct turn *turn);
bool audit_frames(struct turn *turn);
bool audit_sums(struct turn *turn);

/* Parts of audit_frames: a frame with the mark of a free block, or of a cache, returns the first frame behind it; frames whose
 * slots nobody uses, if they exist, a step at a time; a list, and a step along its members. */
uint64_t audit_block(struct turn *turn, uint64_t frame, const struct slot *slot);
uint64_t audit_cached(struct turn *turn, uint64_t frame, const struct slot *slot);
void audit_inside(struct turn *turn);
void audit_list(struct turn *turn, uint64_t frame, const struct slot *slot);
void audit_members(struct turn *turn);

#endif
