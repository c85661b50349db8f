/* What one CPU knows of itself, always at CPU_ADDRESS on that CPU. Other CPUs find it in cpus[]; they read `current`, and write
 * only the lines at its end. */
#ifndef KERNEL_CPU_CPU_H
#define KERNEL_CPU_CPU_H

#include "kernel/layout.h"
#include "kernel/rules.h"
#include <quire/abi.h>
#include <quire/atomic.h>
#include <stdint.h>

struct task;

#define PRIORITIES 32 /* 0 is the lowest */

#define TASK_STATE_WORDS 26 /* of 4 bytes: the 64-bit task state segment (Intel SDM volume 3, 8.7) */

struct cpu {
    struct task *current;               /* the running task; NULL while idle */
    uint32_t ready_mask;                /* bit p: a task of priority p is ready */
    uint32_t reschedule;                /* not 0: the running task's time slice is over */
    uint8_t *fpu_owner;                 /* area of the task whose state is in the FPU, or NULL */
    uint32_t xsave;                     /* 1: XSAVE is there; else FXSAVE */
    uint32_t fpu_closed;                /* 1: CR0.TS is set */
    uint64_t control_0_closed;          /* CR0 with TS set */
    uint32_t number;                    /* 0 is the CPU that booted */
    uint32_t apic_id;                   /* whom an interrupt for this CPU is sent to: cpu/local_apic.h */
    uint64_t root;                      /* this CPU's root table without any task */
    struct task *ready[PRIORITIES];     /* circles of ready tasks: object/task_queue.h */
    struct endpoint_line *frame_server; /* where this CPU's worker receives */
    struct task *worker;                /* the frame server's on this CPU */
    uint64_t descriptors[7];
    uint32_t task_state[TASK_STATE_WORDS];
    struct task *waiting_for_grace; /* a list: object/grace.h */
    struct task *last_for_grace;    /* its last, if there is any */

    /* What others write, each in a line of its own. */
    atomic_word mail __attribute__((aligned(64)));         /* object/mail.h */
    atomic_word flush_wanted __attribute__((aligned(64))); /* cpu/flush.h: how often it was asked, */
    atomic_word flush_done __attribute__((aligned(64)));   /* and up to which time that is done; this CPU's to write */
    atomic_word lines_fired __attribute__((aligned(64)));  /* object/interrupt_line.c */
    atomic_word grace_seen;                                /* object/grace.h; likewise */
    atomic_word pinned;                                    /* object/pin.h; likewise */
    CHECKED_ONLY(struct rules rules __attribute__((aligned(64)));)
};
_Static_assert(sizeof(struct cpu) <= 4096, "one frame");

#define this_cpu ((struct cpu *)CPU_ADDRESS)

/* All CPUs that run, by their number; set once at boot. */
extern struct cpu *cpus[WORKERS_MAX];
extern uint32_t cpu_count;

#endif
