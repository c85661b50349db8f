/* A task that takes all frames it can get. The label of a call is one of these; the label of the reply is an error. */
#ifndef TESTS_TASKS_HOARDER_H
#define TESTS_TASKS_HOARDER_H

enum hoarder_request {
    HOARDER_GROW,  /* makes its handle table as long as one can be; words: free entries */
    HOARDER_FILL,  /* takes frames, writes its mark into each and says why it stopped; words: frames taken, frames among
                      them that were not zero */
    HOARDER_CHECK, /* words: frames whose mark is not its own any more, frames that its account pays for */
    HOARDER_DROP,  /* word 0: gives so many back, the last ones first; words: frames that became unused */
};

#endif
