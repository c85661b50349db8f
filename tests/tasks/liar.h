/* What liar_client.c asks of liar.c besides lies: operations in the label. */
#ifndef TESTS_TASKS_LIAR_H
#define TESTS_TASKS_LIAR_H

/* Word 0 of the reply is the worker's intent as it was when this call came. The worker sets it before each reply, and
 * the kernel is to clear it in the step that accepts the reply, and in no other. */
#define LIAR_INTENT 100

/* Word 0 of the reply: what the worker ever found in registers that was not for it, or-ed. */
#define LIAR_PLANTED 101

/* Word 0: a region's number. Words of the reply: its base, size and type; size 0: there is no such region. */
#define LIAR_REGION 102

/* Word 0 of the reply: how many segment selectors the worker ever found that were neither its own nor 0. */
#define LIAR_SELECTORS 104

/* Words 0 and 1: first frame and count of a `release`. Word 0 of the reply: its error. */
#define LIAR_RELEASE 105

/* The kernel shows a frame of kind RECORD at its end. Words of the reply: the worker's view_frame, and the first word of
 * the view page. Clears the former. */
#define LIAR_VIEW 106

/* Reads a register of the FPU, which is closed for the frame server: there is no reply. */
#define LIAR_FPU 103

/* A lie. Label: the action, and in the flags the error to reply with it. Words, see there: */
enum liar_word {
    LIAR_FRAME,    /* r13; 0: the frame that came along */
    LIAR_ARGUMENT, /* r14 */
    LIAR_COUNT,    /* n; more than 1: the frames are in the transfer page */
    LIAR_RUN,      /* address of the first of these */
    LIAR_STRIDE,   /* distance in bytes of each from the one before */
};

#endif
