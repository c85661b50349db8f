/* What the tests of messages and notifications share. */
#ifndef TESTS_TASKS_ENDPOINTS_ENDPOINTS_H
#define TESTS_TASKS_ENDPOINTS_ENDPOINTS_H

#include "tests/children/server.h"
#include "tests/tasks/child/bare.h"

#include <quire/account.h>
#include <quire/slot.h>
#include <string.h>

extern const struct tap_group make_tests;
extern const struct tap_group call_tests;
extern const struct tap_group queue_tests;
extern const struct tap_group closed_tests;
extern const struct tap_group cut_off_tests;
extern const struct tap_group notify_tests;
extern const struct tap_group carry_tests;
extern const struct tap_group revoke_tests;
extern const struct tap_group grow_tests;
extern const struct tap_group storm_tests;

#define RIGHTS_CALLER (RIGHT_CALL | RIGHT_MOVE)
#define RIGHTS_RECEIVER (RIGHT_RECEIVE | RIGHT_MOVE)

/* A child that calls a desk once, through a handle with a badge. */
must_use enum error caller_start(handle desk, const char *arguments, uint64_t badge, handle *task);

/* Something to receive at the bells, so that whoever replies there comes back at once; then the reply. */
void answer(struct endpoint_message *message);

#endif
