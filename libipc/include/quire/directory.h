/* Init's directory: which tasks init started and how they are, and files that the boot loader brought (modules with the
 * option `file`) which nobody started. A task has it if its module line says `call=directory`.
 *
 * Functions return errors as those of quire/client.h do; BadHandle: this task has no directory. */
#ifndef QUIRE_DIRECTORY_H
#define QUIRE_DIRECTORY_H

#include <quire/start.h>
#include <quire/system_call.h>

#define DIRECTORY_NAME "directory" /* the handle's name on the start page */
#define DIRECTORY_PAGES 64         /* handles that one DIRECTORY_OPEN moves at the most */

/* The label of a call; that of a reply is an error. Errors: BadOperation, OutOfBound (number, page). No handle goes along
 * with a call (the kernel says NoRoom). */
enum directory_operation {
    DIRECTORY_TASK = 1,  /* number -> account | priority << 32, name in three words, CPU */
    DIRECTORY_STATE = 2, /* number -> state | end << 8 | vector << 16, code, address, as LOOK tells them */
    DIRECTORY_FILE = 3,  /* number -> size in bytes, rights | priority << 32, name in three words */
    DIRECTORY_OPEN = 4, /* number, first page -> handles to the next DIRECTORY_PAGES pages, or to those that are left */
    DIRECTORY_CONSOLE = 5, /* badge -> a handle to the console. BadArgument: an account's of a task that init started */
};

/* A task that init started. */
struct directory_task {
    char name[START_NAME];
    uint32_t account;
    uint32_t priority;
    uint32_t cpu; /* number of the one that it runs on */
    struct task_facts facts;
};

/* A file. rights, priority: what its module line asks for. */
struct directory_file {
    char name[START_NAME];
    uint64_t size;   /* bytes */
    uint32_t rights; /* of enum service_right */
    uint32_t priority;
};

/* The task, the file of a number, from 0 on. Errors: OutOfBound (there is none any more). */
must_use enum error directory_task(uint32_t number, struct directory_task *task);
must_use enum error directory_file(uint32_t number, struct directory_file *file);

#define DIRECTORY_RUNS 32 /* of DIRECTORY_PAGES each: an open file has at most 8 MiB */

/* A file that is open: mapped for reading, in one piece. */
struct directory_opened {
    const void *data;
    uint64_t size;
    uint32_t count; /* pages */
    handle runs[DIRECTORY_RUNS];
};

/* Opens the file of a number; one can be open at a time (Occupied). Errors: OutOfBound, NoRoom (it is too large),
 * NoTableEntry, those of frame_map. */
must_use enum error directory_open(uint32_t number, struct directory_opened *opened);

/* Gives its pages back. Errors: those of frame_drop_run. */
must_use enum error directory_close(struct directory_opened *opened);

/* A handle to the console whose lines do not mix with this task's, to call, clone and move. badge: the number of an account that this
 * task opened. Errors: BadArgument. */
must_use enum error directory_console(uint32_t badge, handle *console);

#endif
