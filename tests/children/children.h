/* Children for test tasks: tasks/child, whose file is part of the test's own image, started with a job (tasks/child/jobs.def).
 * Linked into the tasks that Makefile variable PARENTS names. */
#ifndef TESTS_CHILDREN_CHILDREN_H
#define TESTS_CHILDREN_CHILDREN_H

#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/make_task.h>
#include <quire/tap.h>

/* Where this task learns of ends, and of what its children ring with: one endpoint for all tests, made at the start. */
extern handle bells;
#define BELL_END (UINT64_C(1) << 63) /* bit of a child's end, unless a test wants another one */

/* Once, before the tests. False: something failed, and was said. */
bool children_initialise(void);

/* The CPU that children are made for: 1 + its number; 0: each for one that is drawn from the seed. With one CPU nothing is drawn. */
extern uint32_t children_cpu;

/* What is usual for a child with this job (arguments as in "job=exit code=3"): this task's priority, its end rings. */
struct task_plan child_plan(const char *arguments);

/* Makes the child stopped, or makes and starts it. plan->end 0: BELL_END rings. Errors: those of task_make. */
must_use enum error child_make(const struct task_plan *plan, handle *task, uint64_t *entry);
must_use enum error child_run(const struct task_plan *plan, handle *task);

/* A child with a job and nothing else. */
must_use enum error child_start(const char *arguments, handle *task);

/* A child with a job and gifts, which are this task's again when it can't be made. */
must_use enum error child_start_with(const char *arguments, const struct task_gift *gifts, uint32_t count,
                                     handle *task);

/* A handle that rings with a bit; for a child: `{"bell", ...}`. */
must_use enum error bell_make(uint64_t bits, handle *bell);

/* Waits until all these bits have rung. False: the task (0: none) has ended, or nothing can be received, and was said. */
bool bells_wait(uint64_t bits, handle task);

/* Forgets what rang. */
void bells_forget(void);

/* Lets others run until the task is in a state; says so and returns false if it never is. */
bool child_reaches(handle task, enum task_state state);

/* Waits until it is dead, checks how it ended, drops it. */
void child_ends(handle task, enum task_end end, uint64_t code);

/* Kills it, waits until it is dead, drops it. */
void child_kill(handle task);

/* The same, checking nothing but that it is dead then: by looking, so that a call that this task holds stays unanswered. */
void child_dies(handle task, enum task_end end);

struct task_facts facts_of(handle task);

/* Checks the state of a task, which on another CPU goes on meanwhile: there READY may be RUNNING, and DYING be DEAD already. */
bool expect_state(handle task, enum task_state state);

/* Checks that so many frames are free; with several CPUs, that they are in the end: those of others give back what was abandoned
 * there while this one looks. */
bool expect_free(uint64_t frames);

/* Free frames of the machine, once this task has given back the page tables that it needs no more. */
uint64_t free_frames(void);

/* An endpoint, and a handle of the child's to it. */
must_use enum error desk_make(handle *desk, uint32_t rights, uint64_t badge, handle *copy);

/* Has a child with the job `serve` do something: see tasks/child/serve.def. */
must_use enum error child_asked(handle desk, struct endpoint_message *message, uint32_t room);

#endif
