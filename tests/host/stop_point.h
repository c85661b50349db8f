/* For tests that stop code at its n-th store: stop_after = n, after setjmp(stopped); or lets others run there. See stop_atomic.h. */
#ifndef TESTS_HOST_STOP_POINT_H
#define TESTS_HOST_STOP_POINT_H

#include <quire/atomic.h>
#include <setjmp.h>

extern jmp_buf stopped;

/* In place of the jump, if there is one: it returns when the code is to go on. */
extern void (*stop_meanwhile)(void);

#endif
