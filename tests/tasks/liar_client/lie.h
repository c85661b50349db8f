/* Lies, and what is to come of them. */
#ifndef TESTS_TASKS_LIAR_CLIENT_LIE_H
#define TESTS_TASKS_LIAR_CLIENT_LIE_H

#include <quire/abi.h>
#include <quire/system_call.h>
#include <stdbool.h>

#define ROOM 200                           /* an empty entry */
#define PLACE UINT64_C(0x5fe000)           /* a page beside the program: its page table is there from boot */
#define FAR_PLACE UINT64_C(0x456789a00000) /* nothing is near it: a table of level 3 can be installed */
#define FORGED_ENTRY UINT64_C(0x100007)    /* present, writable, for ring 3: the kernel's first page */
#define FREE_FRAME(k) (arena + ((k) + 4) * FRAME_SIZE) /* of the arena: nobody else uses it */
#define KERNEL_FRAME UINT64_C(0x100000)
#define PAST_THE_END UINT64_C(0xfff00000000)
#define BEYOND_NUMBERS (UINT64_C(1) << 44) /* addresses from here on have frame numbers of more than 32 bits */
#define TABLE_ENTRIES 256                  /* of this task: those from 100 on are the tests' */

/* In order, from main.c. */
void plants(void);
void lies_about_runs(void);
void lies_about_kinds(void);
void lies_about_lists(void);
void lies_about_release(void);
void lies_about_objects(void);
void lies_about_others(void);
void lies_about_devices(void);
void lies_without_sense(void);

/* The other task's part: does what `other` asks, from another account. Comes back with an error only. */
enum error lie_for_others(void);

/* The other task's part of lies_about_devices: a step with a device's frame and one of memory; *word: what it read. */
enum error device_step(uint64_t step, const uint64_t addresses[2], uint64_t *word);

enum other_request {
    OTHER_LIE,    /* words: action, r13. Tells this lie; answers with its error */
    OTHER_HOLD,   /* takes a frame, honestly; word 0 of the answer: its address */
    OTHER_DROP,   /* drops it */
    OTHER_DEVICE, /* words: see device_step. Word 0 of the answer: what it read */
};
struct reply ask_other(enum other_request request, uint64_t word_0, uint64_t word_1);

extern uint32_t tests;
extern uint32_t failed;
extern uint64_t selectors_found;
extern uint64_t arena;  /* see liar.h */
extern uint64_t leaked; /* what ever came back in registers that carry no result, or-ed */

/* Handles that no refused lie changes. */
extern handle held;   /* at FREE_FRAME(0) */
extern handle table;  /* at FREE_FRAME(1), a page table */
extern handle shared; /* at FREE_FRAME(2), with a second handle that can only be read */
extern handle reader;

/* What the caller asks for, and what the server replies. */
struct lie {
    enum action want;
    enum mode mode;
    uint32_t action;
    uint32_t n;
    uint64_t r13;
    uint64_t r14;
    uint32_t label;
    uint32_t asked; /* entries that the caller has room for, or handles that it drops or lends */
    uint64_t run;   /* for n above 1, see liar.h */
    uint64_t stride;
    handle beside; /* second handle of a call that takes one */
};

/* Reports one test. */
void result(const char *name, uint64_t found, uint64_t expected);

struct lie lie_of(enum action want, enum mode mode, uint32_t action, uint64_t r13, uint64_t r14);

/* Tells a lie about the handle, if one goes along. Returns the first error that anybody had; *made is the new handle. */
enum error tell(const struct lie *lie, handle lent, uint32_t dst, handle *made);

/* If this task can, it has the server die while it serves the next call, at an instruction drawn from the seed, and perhaps while it
 * restarts: what comes of the call is to be the same. */
void plan_death(void);
extern uint64_t deaths; /* so far */

/* Truths: a fresh frame; and back again, n of them. */
handle grant(uint64_t address, uint32_t dst);
void give_back_run(handle first, uint32_t n);

static inline void give_back(handle value)
{
    give_back_run(value, 1);
}

/* Whether a handle is what it was when it was made. */
bool is_kept(handle value, enum kind kind, uint32_t rights);

/* A lie that is refused changes nothing: no handle is made, and those that are there are as they were. */
void refused(const char *name, struct lie lie, handle lent, enum error expected);

/* The same for what was told otherwise: the error, or another if something has changed. */
enum error nothing_changed(const char *name, enum error error);

/* Maps the handle at PLACE, writes or reads its first word, unmaps. */
void write_first(handle value, uint64_t word);
uint64_t read_first(handle value);

#endif
