/* The processor's trap flag: SIGTRAP after every instruction while it is set. */
#ifndef TESTS_HOST_TRAP_H
#define TESTS_HOST_TRAP_H

/* pushf and popf with room for the red zone of the function that this is inlined into. */
#define TRAP_FLAG(operation)                                                                                           \
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t"                                                                      \
                     "pushfq\n\t" operation "\n\t"                                                                     \
                     "popfq\n\t"                                                                                       \
                     "lea 128(%%rsp), %%rsp" ::                                                                        \
                         : "memory", "cc")
#define TRAP_BEGIN() TRAP_FLAG("orq $0x100, (%%rsp)")
#define TRAP_END() TRAP_FLAG("andq $~0x100, (%%rsp)")

#endif
