/* What the tests of life and death of tasks share. */
#ifndef TESTS_TASKS_LIFE_LIFE_H
#define TESTS_TASKS_LIFE_LIFE_H

#include "tests/children/children.h"
#include "tests/children/server.h"
#include "tests/tasks/child/bare.h"
#include "tests/tasks/child/child.h"

#include <quire/account.h>
#include <quire/slot.h>
#include <string.h>

extern const struct tap_group end_tests;
extern const struct tap_group kill_tests;
extern const struct tap_group stop_tests;
extern const struct tap_group notice_tests;
extern const struct tap_group holdings_tests;
extern const struct tap_group family_tests;
extern const struct tap_group create_tests;
extern const struct tap_group give_tests;
extern const struct tap_group image_tests;
extern const struct tap_group many_tests;

#endif
