/* What the suite `smp` and the tasks of its fight tell each other: pages that they have mapped. */
#ifndef TESTS_TASKS_SMP_BOARD_H
#define TESTS_TASKS_SMP_BOARD_H

#include <quire/abi.h>
#include <quire/atomic.h>

enum fight {
#define FIGHT(NAME, name, weight, errors, text) FIGHT_##NAME,
#include "tests/tasks/fighter/fights.def"
#undef FIGHT
    FIGHTS
};

/* Addresses of frames that fighters have, or had: others look them up. Of all frames only those whose number is a multiple of
 * BOARD_PUBLIC are ever put there, so that of the others it is known who can have handles to them. */
#define BOARD_ADDRESSES 64
#define BOARD_PUBLIC 4

struct board {
    atomic_word stop; /* written by the suite: all are to finish */
    atomic_word addresses[BOARD_ADDRESSES];
};
_Static_assert(sizeof(struct board) <= 4096, "one page");

/* The first thing that was not as it had to be. */
struct fight_failure {
    uint64_t line; /* 0: there is none */
    uint64_t fight;
    uint64_t error;
    uint64_t address; /* physical, of the frame */
    uint64_t actual;
    uint64_t expected;
};

/* One task's; the suite reads it. */
struct report {
    atomic_word operations;
    uint64_t count[FIGHTS]; /* those that succeeded */
    uint64_t seen[FIGHTS];  /* errors that came, a bit each */
    uint64_t pushed;        /* frames moved into the list that its team shares, */
    uint64_t popped;        /* and taken out */
    uint64_t at_list;       /* 1: it is about to do either, and may have done so already */
    struct fight_failure failure;
};
_Static_assert(sizeof(struct report) <= 4096, "one page");

/* What an exchange is asked, as labels. It runs on a CPU of its own and keeps handles that it was given until others take them. */
enum exchange {
    EXCHANGE_PUT = 1, /* keeps the handle that comes along */
    EXCHANGE_TAKE,    /* moves one back, if it has one */
    EXCHANGE_SWAP,    /* both */
    EXCHANGE_STOP,    /* drops all, and ends */
};

/* Names of the handles that they are given. */
#define GIFT_BOARD "board"
#define GIFT_REPORT "report"
#define GIFT_LIST "list"
#define GIFT_HERE "here"
#define GIFT_EXCHANGE "exchange" /* and behind it the number, below EXCHANGES_MAX */
#define EXCHANGES_MAX 8

#endif
