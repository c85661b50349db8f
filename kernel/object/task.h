/* A task: one frame, touched by its home CPU only. */
#ifndef KERNEL_OBJECT_TASK_H
#define KERNEL_OBJECT_TASK_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/registers.h"
#include "kernel/object/handle.h"
#include <quire/abi.h>
#include <quire/start.h>
#include <stdbool.h>
#include <stdint.h>

struct endpoint_line;

enum task_state {
    TASK_STOPPED, /* not started, ended, or faulted */
    TASK_READY,   /* in its CPU's ready queue */
    TASK_RUNNING,
    TASK_CALLING,  /* in an endpoint's queue */
    TASK_AWAITING, /* its call is with the server */
    TASK_RECEIVING /* waits at an endpoint for a call */
};

#define TASK_NAME 24
#define TASK_LINE 120

/* What the reply to a task's call has to do besides delivering words. Only `pending` is cleared by a reply; the
 * other members mean something in the modes that they are named for. */
struct service {
    uint64_t pending;                 /* want and mode of the call, in their place in rax; 0: words only */
    struct handle_entry *borrowed[2]; /* MODE_BORROW: the entries that were lent, NULL for none, */
    uint64_t borrowed_name[2];        /* and what they named */
    struct handle_entry *room;        /* the empty entry for a handle, where one is wanted */
    struct handle_entry *leaving;     /* MODE_DROP of one handle: the entry in state LEAVING */
    uint32_t leaving_first;           /* MODE_MOVE to the frame server, MODE_DROP: all such entries */
    uint32_t leaving_count;
};

struct task {
    struct registers registers;
    uint64_t root;   /* physical address of the level-4 table */
    uint32_t higher; /* bits of the priorities above this task's */
    uint32_t priority;
    uint32_t fpu;                   /* 1: the task may use the FPU */
    uint32_t server;                /* 1: a worker of the frame server */
    struct task *caller;            /* the call that this task has received and not answered */
    struct worker_control *control; /* where intents are cleared: the worker's control page, or no_control */
    struct service service;
    struct worker_control no_control;
    uint32_t state;                      /* enum task_state */
    uint32_t resume_by_interrupt_return; /* all registers matter, not only a call's */
    struct task *next;                   /* in the ready queue or an endpoint's */
    struct task *callee;                 /* who has this task's call */
    struct endpoint_line *calls;         /* in whose queue it is while CALLING */
    uint64_t badge;                      /* of the handle that the pending call went through */
    uint32_t cpu_number;
    uint32_t account;
    uint32_t generation;   /* of the last handle fill */
    uint32_t handle_limit; /* entries of the handle table */
    uint64_t *transfer;    /* a worker's transfer page */
    void *view;            /* a worker's view page */
    uint32_t may_end_machine;
    uint32_t line_length;
    char name[TASK_NAME];
    char line_text[TASK_LINE]; /* console output up to the next line feed */
    struct handle_entry *tables[HANDLE_TABLES_MAX];
    uint8_t fpu_area[FPU_AREA_SIZE] __attribute__((aligned(64)));
};
_Static_assert(sizeof(struct task) <= 4096, "one frame");

/* Sets a zeroed task object up: name, priority, FPU class, initial FPU state. It is STOPPED. */
void task_initialise(struct task *task, const char *name, uint32_t priority, bool fpu);

/* A handle that can receive goes, or the task that holds it ends (else NULL): if nobody can receive at the endpoint any
 * more, its callers get NO_SERVER, those that wait there and all later ones. */
void task_leave_endpoint(const struct handle_entry *entry, const struct task *ending);

/* Ends a task for ever: it leaves every queue, whoever waits for it gets NO_SERVER, and if it was the running one, nobody
 * is. What it held stays held. passed: it exited with 0; the machine's verdict may hang on it (kernel/verdict.h). */
void task_stop(struct task *task, bool passed);

#endif
