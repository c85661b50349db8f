/* A task: one frame, touched by the CPU `at` only. */
#ifndef KERNEL_OBJECT_TASK_H
#define KERNEL_OBJECT_TASK_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/registers.h"
#include "kernel/memory/physical.h"
#include "kernel/object/handle.h"
#include "kernel/object/mail.h"
#include <quire/abi.h>
#include <quire/atomic.h>
#include <quire/start.h>
#include <stdbool.h>
#include <stdint.h>

struct endpoint_line;

#define TASK_NAME 24

/* Whether a task may go on when what it waits for is there. */
enum task_halt {
    HALT_NONE,
    HALT_STOP, /* not until it is started */
    HALT_DIE,  /* only to give back what it holds */
};

/* How far a dying task is. Handles first, then page tables, in any order: the address space is loaded nowhere any more. Then
 * the tables that hold handles, the last one first; what the task was made of; whom to tell. */
enum reap_stage { REAP_HANDLES, REAP_PAGE_TABLES, REAP_TABLES, REAP_PARTS, REAP_END, REAP_OVER };

/* Handles that are the task's without being in its table. */
enum task_hidden {
    HIDDEN_ROOT,  /* its root table */
    HIDDEN_TABLE, /* its first handle table */
    HIDDEN_END,   /* the endpoint to notify of its end */
    HIDDEN_SELF,  /* itself, once nobody else has a handle to it: the last that it gives back */
    HIDDEN_ENTRIES
};
#define HIDDEN_GENERATION 1 /* theirs; nobody names them */

/* What the reply to a task's call has to do besides delivering words. Only `pending` is cleared by a reply; the
 * other members mean something in the modes that they are named for. */
struct service {
    uint64_t pending; /* want and mode of the call, in their place in rax, and CALL_HALTED; 0: words only */
    struct handle_entry *borrowed[2]; /* MODE_BORROW: the entries that were lent, NULL for none, */
    uint64_t borrowed_name[2];        /* and what they named */
    struct handle_entry *room;        /* the empty entry for a handle, where one is wanted */
    struct handle_entry *leaving; /* MODE_DROP of one handle, or by a dying task: the (first) entry in state LEAVING */
    uint32_t leaving_first;       /* MODE_MOVE to the frame server, MODE_DROP: all such entries */
    uint32_t leaving_count;
    uint64_t stripped; /* ACTION_REVOKE: handles that were taken away for the call so far */
};

/* In service.pending: the caller does not go on by itself, see task_halt; it gives back what it held. */
#define CALL_HALTED UINT64_C(0x10000)
#define CALL_REAPS UINT64_C(0x20000)
#define CALL_LENT UINT64_C(0x400000) /* the caller's home is another CPU */

/* Of a call to the frame server: it died, and comes to the call again (ipc/restart.h); what it did there itself made it die
 * once, twice, three times. */
#define CALL_INTERRUPTED UINT64_C(0x40000)
#define CALL_FAILED UINT64_C(0x80000)
#define CALL_POISONED UINT64_C(0x100000)
#define CALL_HOPELESS UINT64_C(0x200000)

/* What left with a drop has been seen to by a recovery: should the frames be named again, they are somebody else's by now. */
#define CALL_RECOVERED UINT64_C(0x800000)

/* What a worker that leads a restart is at. */
enum leads { LEADS_NONE, LEADS_STOPPING, LEADS_RECOVERY };

/* Of a worker of the frame server: ipc/restart.h. */
struct life {
    uint32_t starting;    /* it has not got ready to receive since its start */
    uint32_t ticks;       /* of the timer, while it was at the same thing */
    uint32_t leads;       /* enum leads */
    uint32_t reason;      /* enum restart: why the restart that it leads */
    uint32_t failed;      /* by itself, in the midst of its call */
    uint32_t gives_up;    /* the server ended with it */
    atomic_word poked;    /* not 0: it is being told to look what to do; others may write it */
    struct task *waiting; /* those of its CPU that wait until it is ready: a list */
};

/* Deaths of a worker that are planned: ipc/sweep.h. */
struct planned_death {
    uint64_t after;   /* so many instructions; 0: it does not come */
    uint64_t address; /* not 0: these are counted from when the worker gets there, */
    uint64_t times;   /* for the so manieth time */
};

struct sweep {
    uint32_t armed;               /* it is stepped through a request */
    uint32_t deaths;              /* that came of it */
    uint64_t instructions;        /* steps so far */
    struct planned_death plan[2]; /* in the request, and after the restart from that */
    uint64_t died_at[2];          /* what it would have done next */
};

/* What a system call that is no message answers besides its status, by register. */
struct answer {
    uint64_t rsi, rdx, r8, r9;
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
    uint32_t state;                      /* enum task_state; of the task that runs RUNNING is implied */
    uint32_t resume_by_interrupt_return; /* all registers matter, not only a call's */
    uint32_t halted;                     /* enum task_halt */
    uint32_t powers;                     /* enum power */
    struct task *next;                   /* in a circle: object/task_queue.h */
    struct task *previous;
    struct task *lower;          /* of the first of a circle in an endpoint's queue: the next circle */
    struct task *callee;         /* who has this task's call */
    struct endpoint_line *calls; /* in whose queue it is while CALLING, where it waits while RECEIVING */
    uint64_t badge;              /* of the handle that the pending call went through */
    uint32_t cpu_number;         /* its home: it runs there, and nowhere else */
    uint32_t at;                 /* the CPU that may touch it: its home, or where a call of its is served */
    struct mail mail;
    struct mail abort;      /* MAIL_ABORT */
    struct endpoint *queue; /* in whose queue it waits; guarded by that frame's lock */
    uint64_t grace;         /* what it waits for: object/grace.h */
    uint32_t grace_rounds;
    struct handle_entry *graced; /* the last to an object, which is taken away after that */
    struct handle_entry *orphan; /* MAIL_ORPHAN: the last to a task */
    uint32_t generation;         /* of the last handle fill */
    uint32_t handle_limit;       /* entries of the handle table */
    uint32_t first_port;         /* I/O ports that it may use */
    uint32_t port_count;
    uint64_t *transfer; /* a worker's transfer page */
    void *view;         /* a worker's view page */
    uint32_t end;       /* enum task_end: why it ended */
    uint32_t end_vector;
    uint64_t end_code;
    uint64_t end_address;
    uint32_t reap_stage; /* enum reap_stage: ipc/reap.c */
    uint32_t reap_index;
    struct answer answer;
    struct life life;   /* a worker's */
    struct sweep sweep; /* likewise */
    char name[TASK_NAME];
    struct handle_entry *tables[HANDLE_TABLES_MAX];
    struct handle_entry hidden[HIDDEN_ENTRIES] __attribute__((aligned(64)));
    uint8_t fpu_area[FPU_AREA_SIZE] __attribute__((aligned(64)));
};
_Static_assert(sizeof(struct task) <= 4096, "one frame");

/* How a task is to be. */
struct task_set_up {
    const char *name; /* TASK_NAME - 1 characters at the most */
    uint32_t priority;
    uint32_t powers;
    uint32_t first_port;
    uint32_t port_count;
    uint32_t cpu_number; /* of its home */
    bool fpu;
};

/* Sets a zeroed task object up, but for its address space and handle table. It is STOPPED. */
void task_initialise(struct task *task, const struct task_set_up *how);

static inline bool task_is_dying(const struct task *task)
{
    return task->halted == HALT_DIE;
}

/* It has ended, and holds nothing any more. */
static inline bool task_is_over(const struct task *task)
{
    return task->reap_stage == REAP_OVER;
}

/* Ends the call that a task waits in, in an endpoint's queue no more, or with a server that will not answer, which is not the
 * frame server (ipc/restart.h): it goes on with the error; with INTERRUPTED instead if handles went along that are gone. */
void task_call_ends(struct task *caller, enum error error);

/* Another CPU has the task: it serves a call of its, and sends it home then. */
static inline bool task_is_lent(const struct task *task)
{
    return atomic_load_acquire_32(&task->at) != task->cpu_number;
}

/* Gives a task that this CPU may touch, and that is in no queue, to another CPU, for what only that one may do. */
void task_lend(struct task *task, uint32_t cpu_number, enum mail_kind kind);

/* Its home says that a task dies which waits for an answer here, perhaps: it goes home. */
void task_abort(struct task *task);

/* Takes a task out of whatever it waits in or for but an answer of the frame server, which comes soon. False: it awaits such
 * a one, or is lent, and comes home. What it had asked for is asked again when it goes on, if `again`. */
bool task_withdraw(struct task *task, bool again);

/* Stops a task that is alive until task_start; it may be stopped already. */
void task_stop(struct task *task);

/* Lets a STOPPED task run. */
void task_start(struct task *task);

/* Why a task ends. */
struct task_ending {
    enum task_end end;
    uint32_t vector;
    uint64_t code;
    uint64_t address;
    uint32_t priority; /* of who ends it */
};

/* The task that a handle to one names. */
static inline struct task *task_of_entry(const struct handle_entry *entry)
{
    return frame_pointer(handle_entry_frame(entry));
}

/* Whether the entry is the last handle to a task that has not given back yet what it holds, so that its frame can't go. */
bool task_is_its_last(const struct handle_entry *entry);

/* Such a handle to a task of this CPU is about to go, by somebody of that priority: it becomes the task's own, and the task
 * ends. False: it is not the last any more, or is gone. */
must_use bool task_orphan(struct handle_entry *entry, uint32_t priority);

/* Ends a task that is alive. It waits for nothing any more but an answer of the frame server, nobody waits for it, and when
 * the scheduler takes it next it gives back what it holds (ipc/reap.h), with the priority of who ended it, if that is higher:
 * tasks that never get their turn would else keep memory for as long as others have anything to do. */
void task_die(struct task *task, const struct task_ending *why);

#endif
