/* The protocol between kernel, frame server and clients, with kills of the server. */
#define FRAMES 2
#define CPUS 2

c_decl {
    \#include "tests/model/protocol/plan.h"
};

#define PLANTED(mistake) (c_expr { planted == PLANT_##mistake })
#define PERMITS(operation) (c_expr { limits.operations & PERMIT_##operation } && more_calls())
#define EXISTS(f) (f < c_expr { limits.frames })
#define more_calls() (c_expr { limits.calls == 0 } || calls[c] < c_expr { limits.calls })
inline count_call() {
    if
    :: c_expr { limits.calls != 0 } -> calls[c]++
    :: else
    fi
}
byte calls[CPUS];

/* Fails the run and names what is wrong: `pan -r` prints it. */
#define expect(name, condition) if :: (condition) :: else -> printf("fault: "); printf(#name); printf("\n"); assert(false) fi

#include "memory.pml"
#include "kernel.pml"
#include "check.pml"
inline pristine() {
    memory[BLOCKS] = (EXISTS(1) -> 3 : 1);
    memory[CACHE_COUNT(0)] = 0; memory[CACHE_COUNT(1)] = 0;
    memory[CACHE_FRAME(0, 0)] = 0; memory[CACHE_FRAME(0, 1)] = 0; memory[CACHE_FRAME(1, 0)] = 0; memory[CACHE_FRAME(1, 1)] = 0;
    memory[USED(0)] = 0; memory[USED(1)] = 0
}

#include "worker.pml"
#include "recovery.pml"


init {
    d_step { memory[BLOCKS] = (EXISTS(1) -> 3 : 1) };
    atomic { run cpu(0); run cpu(1); run recovery(0); run killer() }
}
