/* What the files of a fighter share: the handles that it has, and what it knows of each. */
#ifndef TESTS_TASKS_FIGHTER_FIGHTER_H
#define TESTS_TASKS_FIGHTER_FIGHTER_H

#include "tests/tasks/hostile/random.h"
#include "tests/tasks/smp/board.h"
#include <quire/system_call.h>

#define HELD_MAX 40

struct held {
    handle value; /* 0: nothing is held here */
    uint64_t address;
    uint32_t rights;
    bool shared; /* others may have handles to the frame, so that its count is unknown, and this one may be revoked */
    bool stamped;
    bool unique;          /* it is, as this task made it so or got it so */
    const uint64_t *page; /* where it is mapped, or NULL */
};

extern struct held held[HELD_MAX];
extern struct random numbers;
extern struct report *report;
extern struct board *board;
extern handle list;
extern handle exchanges[EXCHANGES_MAX];
extern uint32_t exchange_count;

/* Each operation: what came of it, as an error that fights.def has to list for it. */
#define FIGHT(NAME, name, weight, errors, text) enum error fight_##name(void);
#include "tests/tasks/fighter/fights.def"
#undef FIGHT

/* Something was not as it had to be: it is written into the report, and the task ends. */
_Noreturn void fail(uint64_t line, enum error error, uint64_t address, uint64_t actual, uint64_t expected);

#define check(condition, address) check_equal((condition) != 0, 1, address)
#define check_equal(actual_value, expected_value, address)                                                             \
    do {                                                                                                               \
        uint64_t actual_now = (actual_value);                                                                          \
        uint64_t expected_now = (expected_value);                                                                      \
        if (actual_now != expected_now) {                                                                              \
            fail(__LINE__, ERROR_NONE, (address), actual_now, expected_now);                                           \
        }                                                                                                              \
    } while (0)
#define check_success(error_value, address)                                                                            \
    do {                                                                                                               \
        enum error error_now = (error_value);                                                                          \
        if (error_now != ERROR_NONE) {                                                                                 \
            fail(__LINE__, error_now, (address), 0, 0);                                                                \
        }                                                                                                              \
    } while (0)

/* --- held.c ---------------------------------------------------------------------------------------------------------- */

/* Some place that holds a handle, or NULL; one that holds none, or NULL. */
struct held *held_any(void);
struct held *held_none(void);

/* How many places hold handles to the frame. */
uint32_t held_count(uint64_t address);

/* All that are there to the frame are shared from now on, have been stamped, are unique or not. */
void held_mark_shared(uint64_t address);

/* A new handle. */
void held_enter(struct held *place, handle value, uint64_t address, uint32_t rights, bool shared);

/* The handle has moved away. */
void held_leave(struct held *place);

/* Of a frame that has one handle, this: all others that this task had were taken away, and it learns that now. */
void held_others_gone(const struct held *place);

/* What an operation with the handle came to: if the handle is gone, the place holds nothing any more. A handle that nobody else
 * can have taken away must not be gone. Returns the error. */
enum error held_result(struct held *place, enum error error);

/* Whether its frame may be one whose address is told to others. */
bool is_public(uint64_t address);

/* --- stamp.c: what is in frames ---------------------------------------------------------------------------------------- */

/* Writes the stamp of a frame's address into a page that is mapped; its first word last. */
void stamp_write(uint64_t *page, uint64_t address);

/* A stamped frame stays as it is until it is free. One that may be stamped by somebody just now has a first word of 0, or all. */
void stamp_check(const volatile uint64_t *page, uint64_t address, bool stamped);

/* All of it is 0. */
void stamp_check_zero(const uint64_t *page, uint64_t address);

/* A word of the metadata that a frame is given; those that it has are these, or 0. A list has no room for the others. */
uint64_t stamp_metadata(uint64_t address, uint32_t k);

#endif
