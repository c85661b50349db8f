/* The start page of a task that this one makes. */
#ifndef LIBIPC_SRC_START_PAGE_H
#define LIBIPC_SRC_START_PAGE_H

#include <quire/make_task.h>
#include <quire/start.h>

/* What the plan alone does not tell. */
struct start_page_facts {
    uint32_t handle_entries;       /* of the task's table */
    uint32_t entries_used;         /* of them, from 0 on */
    uint32_t handle_count;         /* those below */
    bool console;                  /* the second of them is the console's; the others are the plan's gifts */
    handle handles[START_HANDLES]; /* as the task calls them, the frame server's first */
};

/* The priority of a planned task. */
uint32_t task_plan_priority(const struct task_plan *plan, uint32_t own);

/* The CPU that a task is to run on, if this one does on `own`. */
uint32_t task_plan_cpu(const struct task_plan *plan, uint32_t own);

/* Fills a zeroed page. own: that of the task that makes it. */
void start_page_fill(struct start_page *page, const struct start_page *own, const struct task_plan *plan,
                     const struct start_page_facts *facts);

#endif
