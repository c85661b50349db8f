/* What all models of the kernel on several CPUs share. */

#define CPUS 3 /* at the most */

c_decl {
    \#include "tests/model/smp/plan.h"
};

#define PLANTED(mistake) (c_expr { planted == PLANT_##mistake })
#define PERMITS(operation) (c_expr { limits.operations & PERMIT_##operation })
#define RUNS(c) ((c) < c_expr { limits.cpus })
#define MAY(operation) (PERMITS(operation) && steps[c] < c_expr { limits.steps })

/* Of each CPU's task. They are bounded, so every run ends, and one that ends before all is answered is an invalid end. */
byte steps[CPUS];

/* Fails the run and names what is wrong: `pan -r` prints it. */
#define expect(name, condition) \
    if :: (condition) :: else -> printf("fault: "); printf(#name); printf("\n"); assert(false) fi
