/* From a module to a task that is loaded and stopped. */
#ifndef SERVERS_INIT_STARTER_H
#define SERVERS_INIT_STARTER_H

#include "servers/init/options.h"
#include <quire/system_call.h>
#include <stdbool.h>
#include <stdint.h>

struct boot_module_page;

/* A task that init made. */
struct started {
    char name[START_NAME];
    handle task;
    uint64_t entry;
    uint64_t end_bit; /* that notifies of its end */
    uint32_t account;
    uint32_t priority;
    uint32_t cpu; /* number of the one that it runs on */
    bool runs;    /* it was started */
    bool judges;  /* the machine's verdict depends on how it ends */
    bool ended;
    struct task_facts facts; /* if it ended: how */
};

/* Sets the endpoint where ends of tasks are told. Each task gets a handle to it. */
void starter_initialise(handle ends);

/* From now on tasks get a handle to this endpoint as their console, and no longer the power to print by the kernel. */
void starter_console(handle console);

/* The first CPU of those with the option cpu=next; the others follow by turns. */
void starter_first_cpu(uint64_t number);

/* Makes the task of a module. made->end_bit is filled in by the caller. *options: as far as they could be read; after
 * BadOption options->offending says what is wrong. Errors: those of module_options_parse, account_open, endpoint_named, endpoint_clone and task_make: nothing is left over. */
must_use enum error starter_make(const struct boot_module_page *module, struct module_options *options,
                                 struct started *made);

#endif
