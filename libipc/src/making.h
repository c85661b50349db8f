/* A task in the making: make_task.c has the order of its steps. */
#ifndef LIBIPC_SRC_MAKING_H
#define LIBIPC_SRC_MAKING_H

#include "libipc/src/start_page.h"
#include "libipc/src/supply.h"
#include "libipc/src/task_layout.h"
#include <quire/make_task.h>

/* The plan, and what is in this task's table as long as the new one does not have it. */
struct making {
    const struct task_plan *plan;
    struct elf_image image;
    struct task_layout layout;
    handle task;
    handle root;
    handle first_table;
    handle server;  /* a copy made for the task; 0: the plan's is given, or it was given already */
    handle console; /* likewise */
    struct supply handle_tables;
    struct supply page_tables;
    struct supply pages;
    uint32_t next; /* the first empty entry of the task's table */
    struct start_page_facts facts;
};

/* Whether the plan can be carried out at all, and what it takes. Nothing is bought. */
must_use enum error making_plan(struct making *making);

/* Buys all that the task is made of, and copies the handles that the plan does not bring. What was bought before an error
 * stays in *making. */
must_use enum error making_buy(struct making *making);

/* Moves it all into the task, which is created, and has it mapped and installed there. */
must_use enum error making_furnish(struct making *making);

#endif
