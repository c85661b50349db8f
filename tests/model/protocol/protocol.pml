/* The protocol between kernel, frame server and clients, with kills of the server, for Spin. docs/testing.md tells what
 * is in it and what is not.
 *
 *  memory.pml     what survives a restart: slots, caches, accounts, the list, locks, undo logs, intents
 *  kernel.pml     handles, calls, what is delivered, accepted and refused: kernel/ipc/
 *  check.pml      what has to hold
 *  worker.pml     a CPU: the client, and the dispatch of its calls; the worker's code is in
 *    allocate.pml   core/frames.c, allocator.c, cache.c
 *    claim.pml      core/allocator_claim.c
 *    drop.pml       core/frames_drop.c
 *    count.pml      clone and look-up: core/frames.c; revoke: core/holders.c
 *    lists.pml      core/lists.c
 *  recovery.pml   core/frames_reconcile.c, keep.c, undo.c; who kills the server
 *
 * A step is a statement, or a d_step. Every store to memory that others, or a restart, can see is a step of its own; so
 * is what the kernel does under a frame's lock. */

#define FRAMES 2
#define CPUS 2

c_decl {
    \#include "tests/model/protocol/plan.h"
};

byte calls[CPUS];

#define PLANTED(mistake) (c_expr { planted == PLANT_##mistake })
#define PERMITS(operation) (c_expr { limits.operations & PERMIT_##operation } && more_calls())
#define EXISTS(f) (f < c_expr { limits.frames })
#define more_calls() (c_expr { limits.calls == 0 } || calls[c] < c_expr { limits.calls })

/* Where calls are bounded, they are counted: then all runs end, with every call answered. */
inline count_call() {
    if
    :: c_expr { limits.calls != 0 } -> calls[c]++
    :: else
    fi
}

/* Fails the run and names what is wrong: `pan -r` prints it. */
#define expect(name, condition) \
    if :: (condition) :: else -> printf("fault: "); printf(#name); printf("\n"); assert(false) fi

#include "memory.pml"
#include "kernel.pml"
#include "check.pml"

/* As boot leaves it: all frames are in the buddy's lists. */
inline pristine() {
    memory[BLOCKS] = (EXISTS(1) -> 3 : 1);
    cached(0) = 0; cached(1) = 0;
    memory[CACHE_FRAME(0, 0)] = 0; memory[CACHE_FRAME(0, 1)] = 0;
    memory[CACHE_FRAME(1, 0)] = 0; memory[CACHE_FRAME(1, 1)] = 0;
    memory[USED(0)] = 0; memory[USED(1)] = 0
}

#include "worker.pml"
#include "recovery.pml"

init {
    d_step { pristine(); ref_count(0) = UNUSED; ref_count(1) = UNUSED };
    atomic { run cpu(0); run cpu(1); run recovery(0); run killer() }
}
