/* Tasks made by tasks: everything that a task is made of is bought from the frame server, in the name of whoever makes it.
 * Functions return errors as those of quire/client.h do: on an error nothing is left over, and what would have moved into
 * the task is still here, unless a function says otherwise. */
#ifndef QUIRE_MAKE_TASK_H
#define QUIRE_MAKE_TASK_H

#include <quire/start.h>
#include <quire/system_call.h>

/* A handle that goes to the new task, and what it is called there (start_handle). */
struct task_gift {
    const char *name; /* cut to START_NAME - 1 characters */
    handle value;
};

/* Puts the ELF file NAME.elf into this task's image, for a plan: NAME_file, of NAME_file_size bytes. At the top level of a
 * C file. `make run TASKS=mine.c CHILDREN=NAME.c` compiles it before. */
#define TASK_FILE(name)                                                                                                \
    __asm__(".pushsection .rodata\n\t.balign 16\n" #name "_file:\n\t.incbin \"" #name ".elf\"\n" #name                 \
            "_file_end:\n\t.balign 8\n" #name "_file_size:\n\t.quad " #name "_file_end - " #name                       \
            "_file\n\t.popsection");                                                                                   \
    extern const uint8_t name##_file[];                                                                                \
    extern const uint64_t name##_file_size

/* What is to become a task. Members that are 0 mean what is usual. */
struct task_plan {
    const void *file; /* an ELF file in this task's memory: see TASK_FILE */
    uint64_t size;    /* its length in bytes */
    const char *name;
    const char *arguments; /* NULL: none */
    handle server;         /* to the frame server, moves: in whose name the task buys; 0: a copy of this task's */
    handle console;        /* to the console server, moves; 0: a copy of this task's, if it has one */
    handle end;            /* endpoint handle with the notify right, moves: notified of the task's end; 0: nobody is */
    const struct task_gift *gifts; /* they move */
    uint32_t gift_count;           /* START_HANDLES - 2 at the most */
    uint32_t account;              /* number that the task is told; 0: this task's */
    uint32_t priority;             /* 0: this task's, but PRIORITY_USUAL at the most. PRIORITY_LOWEST: really 0 */
    uint32_t handle_tables;        /* so many times 64 entries are free when it starts; 0: 1 */
    uint32_t powers;
    uint32_t first_port;
    uint32_t port_count;
    bool no_fpu;
    uint32_t cpu; /* 1 + number of the CPU that it is to run on; 0: this task's */
};
#define PRIORITY_USUAL 8
#define PRIORITY_LOWEST UINT32_MAX

/* Makes a task, loaded and stopped: task frame, root table, page tables, handle tables, image, stack, start page.
 * *task is a handle with all rights. *entry: where it begins, for task_start. In the task's table the frame server comes
 * first, then the console, the gifts in their order, and what it is made of. Meanwhile this task's own table has to
 * have room for all of that. Page tables that the library needs to write the pages stay, as those of frame_map do.
 * Errors: BadImage, UnsafeImage; BadCount (too many gifts or handle tables); NoRoom (more pages than a handle table can
 * have entries); those of frame_allocate, frame_repurpose, frame_map and system_call_create; of what moves: BadHandle,
 * StaleHandle, MissingRight, Mapped, Installed. An error from system_call_give on (the task exists then; one handle given
 * twice, say) kills the task, and what it had been given by then, and `end`, are gone with it. */
must_use enum error task_make(const struct task_plan *plan, handle *task, uint64_t *entry);

/* Starts a made task. Errors: those of system_call_start. */
must_use enum error task_start(handle task, uint64_t entry);

/* task_make and task_start; the task is gone after an error. */
must_use enum error task_run(const struct task_plan *plan, handle *task);

/* Waits at an endpoint, whose notifications come from ends of tasks, until the task is dead; bits of others that come
 * meanwhile are added to *bits (unless NULL). Calls that come get NoServer as label and no handles. Errors: those of receiving. */
must_use enum error task_wait(handle task, handle endpoint, uint64_t *bits, struct task_facts *facts);

/* Kills the task if it lives, waits at the endpoint until it is dead, drops the handle. Errors: as task_wait. */
must_use enum error task_end(handle task, handle endpoint);

/* Writes how a task ended as a sentence, such as "stopped: page fault at rip 0x401000, address 0x0", into buffer. */
void task_end_text(const struct task_facts *facts, char *buffer, size_t size);

#endif
