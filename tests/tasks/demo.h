/* What the two tasks of the demo say to each other: A asks, B does. Label of a call; the reply's label is an error. */
#ifndef TESTS_TASKS_DEMO_H
#define TESTS_TASKS_DEMO_H

enum demo_request {
    DEMO_TRY,   /* word 0: a handle of A's. B tries it and tells what it got; it must be refused */
    DEMO_SHARE, /* a handle comes along. B maps it and tells what it reads; words: the handle, the reference count */
    DEMO_READ,  /* B tells again what it reads */
    DEMO_DROP,  /* B drops the share; words: the number of frames that became unused */
};

#endif
