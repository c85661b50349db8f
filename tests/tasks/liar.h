/* What liar_client.c asks of liar.c besides lies. */
#ifndef TESTS_TASKS_LIAR_H
#define TESTS_TASKS_LIAR_H

/* Operation in the label: word 0 of the reply is the worker's intent as it was when this call came. The worker sets it
 * before each reply, and the kernel is to clear it in the step that accepts the reply, and in no other. */
#define LIAR_INTENT 100

#endif
