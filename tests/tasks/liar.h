/* What liar_client asks of the lying server beside honest requests: operations in the label. The arena is a run of frames
 * that the server's books know as taken; all lies are about them, so that the books stay true whatever becomes of them. */
#ifndef TESTS_TASKS_LIAR_H
#define TESTS_TASKS_LIAR_H

/* A lie: LIAR_LIE + the action; in the flags the error to reply with it. Words: see liar_word. */
#define LIAR_LIE 0x100
#define LIAR_ACTIONS 16 /* that the field of a reply can hold */

/* Word 0 of the reply is the worker's intent as it was when this call came. The worker sets it before each lie, and
 * the kernel is to clear it in the step that accepts the reply, and in no other. */
#define LIAR_INTENT 0x200

/* Word 0 of the reply: what the worker ever found in registers that was not for it, or-ed. */
#define LIAR_PLANTED 0x201

/* Word 0: a region's number. Words of the reply: its base, size and type; size 0: there is no such region. */
#define LIAR_REGION 0x202

/* Reads a register of the FPU, which is closed for the frame server: there is no reply. Word 0: not 0: not now, but when a
 * task that ended gives back what it held; this call has a reply. */
#define LIAR_FPU 0x203

/* Word 0 of the reply: how many segment selectors the worker ever found that were neither its own nor 0. */
#define LIAR_SELECTORS 0x204

/* Words 0 and 1: first frame and count of a `release`. Word 0 of the reply: its error. */
#define LIAR_RELEASE 0x205

/* The kernel shows a frame of kind RECORD at its end. Words of the reply: the worker's view_frame, and the first word of
 * the view page. Clears the former. */
#define LIAR_VIEW 0x206

/* Makes the arena. Word 0 of the reply: its address; label: an error. */
#define LIAR_ARENA 0x207
#define LIAR_ARENA_FRAMES 64

/* Gives the arena back to the allocator: nobody may hold a frame of it any more. */
#define LIAR_ARENA_END 0x208

/* Words of the reply: base and size in frames of the longest run that boot set aside and that could be released. */
#define LIAR_SET_ASIDE 0x209

/* Word 0: an action. Word 0 of the reply: what the kernel said when the server replied with it before it had received any call;
 * action LIAR_ACTIONS: what it said to `strip` then. */
#define LIAR_NOBODY 0x20a

/* Word 0 of the reply: the error of a `strip` while this call is served. */
#define LIAR_STRIP 0x20b

/* Word 0: number of a frame. Words of the reply: the error of `holder`, and the name it told. */
#define LIAR_HOLDER 0x20c

/* A reply with garbage in every register but the number of the system call. Words: rax, the rest is made of it; word 1: not
 * 0: the endpoint is garbage too. The refusal comes back as the label. */
#define LIAR_GARBAGE 0x20d

/* The server ends itself. Words: enum liar_death; in how many deliveries of this call; at how many starts from then on; enum
 * liar_when: not LIAR_NOW: in such a call instead, once. Words of
 * the reply, if it lives: how often it started, and why it did last (enum restart). If the call comes as one that killed the
 * server twice, the label is KillsServer, as that of an honest server. */
#define LIAR_DIE 0x20e
enum liar_death {
    LIAR_FAULTS,
    LIAR_HANGS,
    LIAR_EXITS,
    LIAR_IS_REFUSED, /* replies for ever what the kernel refuses */
};
#define LIAR_ALWAYS 100
enum liar_when {
    LIAR_NOW,
    LIAR_AT_RUN,   /* a task drops several handles */
    LIAR_AT_PARTS, /* a dead task gives back its root table and its first handle table, nearly the last that it has */
};

/* Writes a word of the server's memory. Words: enum liar_place; its offset in bytes, or the address of a frame; which word of the
 * slot; the value. Word 0 of the reply: what it was. */
#define LIAR_PLANT 0x210
enum liar_place { LIAR_KEPT, LIAR_SLOT, LIAR_CACHED };

/* Remembers kept memory, and the slot of the frame whose address word 0 is; and has both as they were. */
#define LIAR_REMEMBER 0x211
#define LIAR_RESTORE 0x212

/* A turn of the auditor. Word 0: where to go on. Words of the reply: as those of MESSAGE_AUDIT. */
#define LIAR_AUDIT 0x213

/* Words of a lie. */
enum liar_word {
    LIAR_FRAME,    /* r13; 0: the frame that came along */
    LIAR_ARGUMENT, /* r14 */
    LIAR_COUNT,    /* n; more than 1: the frames are in the transfer page */
    LIAR_RUN,      /* address of the first of these */
    LIAR_STRIDE,   /* distance in bytes of each from the one before */
};

#endif
