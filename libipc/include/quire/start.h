/* What a task is told at its start: read-only pages at fixed addresses. */
#ifndef QUIRE_START_H
#define QUIRE_START_H

#include <quire/abi.h>
#include <stdint.h>

#define START_HANDLES 16
#define FRAME_SERVER_NAME "frameserv" /* of the first of them, which every task has */
#define FRAME_SERVER_TASK_NAME                                                                                         \
    "frameserv-task" /* the frame server's task: in init, and in tasks with the option restart */
#define START_NAME 24

/* The screen that the boot loader set up, if pixels of it are direct colours: memory of kind DEVICE. width 0: there is none.
 * See the framebuffer's tag in the Multiboot2 specification (3.6.12). */
struct screen {
    uint64_t address; /* physical, of the first pixel; any alignment */
    uint32_t pitch;   /* bytes from a row to the next */
    uint32_t width;   /* pixels */
    uint32_t height;
    uint8_t bits; /* of a pixel: 15, 16, 24 or 32, lowest byte first */
    uint8_t red_position, red_size, green_position, green_size, blue_position, blue_size; /* in bits, from the lowest */
    uint8_t unused;
};

/* One page at START_PAGE_ADDRESS in every task: the kernel's for the two that it loads, for all others who made the task.
 * The first two members keep their place in every version. */
struct start_page {
    uint32_t abi_version;    /* the kernel's ABI_VERSION; the start-up code compares it with its own */
    uint32_t size;           /* sizeof(struct start_page) in the kernel */
    uint32_t account;        /* number of the account that pays for the task's frames */
    uint32_t handle_entries; /* entries in the task's handle table */
    uint32_t handle_count;   /* members of handles that are filled */
    uint32_t cpu;            /* number of the CPU that the task lives on */
    uint32_t powers;         /* of enum power */
    uint32_t priority;
    uint32_t entries_used; /* entries 1 to entries_used - 1 of the handle table are taken: what the task was made of */
    uint32_t cpu_count;    /* CPUs that there are, numbered from 0 on */
    struct {
        char name[START_NAME];
        uint64_t handle;
    } handles[START_HANDLES];
    char name[START_NAME];  /* the task's name, the first word of its module's command line */
    char arguments[512];    /* the rest of it */
    char command_line[512]; /* the kernel's */
    struct screen screen;
};
_Static_assert(sizeof(struct start_page) <= 4096, "one page");

#define BOOT_REGIONS 160

struct boot_region {
    uint64_t base; /* physical address, multiple of 4096 */
    uint64_t size; /* bytes, multiple of 4096 */
    uint32_t type; /* enum region_type */
    uint32_t unused;
};

/* Frames that boot made, or found, and to which handles exist: the frame server gives their slots this kind and count.
 * The one endpoint is the frame server's own. Those of init's modules are UNTYPED, with one handle each; when init drops them they become free memory. */
struct boot_object {
    uint64_t frame;   /* number of the first */
    uint64_t count;   /* of frames */
    uint32_t kind;    /* enum kind */
    uint32_t handles; /* number of handles to each */
};
#define BOOT_OBJECTS 64

/* A module that the boot loader brought, in init's address space, read-only. */
struct boot_module_page {
    uint64_t address; /* virtual, a multiple of 4096 */
    uint64_t size;    /* bytes */
    uint64_t first;   /* handle of the first of its frames, which follow one another: (size + 4095) / 4096 */
    uint64_t unused;
    char line[992]; /* its command line */
};
_Static_assert(sizeof(struct boot_module_page) == 1024, "four in a page");

/* At BOOT_MODULES_ADDRESS, in init only: all modules but the frame server's and its own. */
#define BOOT_MODULES_MAX 62
struct boot_modules {
    uint64_t count;
    uint64_t left_out; /* modules that could not be handed over: there was no room */
    uint64_t unused[126];
    struct boot_module_page modules[BOOT_MODULES_MAX];
};

/* Two pages at BOOT_INFORMATION_ADDRESS, in the frame server only. */
struct boot_information {
    uint32_t abi_version;
    uint32_t worker_count; /* workers of the frame server, one a CPU */
    uint64_t frame_count;  /* frames in window and ledger: physical memory ends at frame_count * 4096 */
    uint32_t region_count;
    uint32_t object_count;
    struct boot_region regions[BOOT_REGIONS]; /* sorted, without overlap or gap from 0 to frame_count * 4096 */
    struct boot_object objects[BOOT_OBJECTS];
    uint64_t account_count; /* accounts 1 to this exist at start (badges that the kernel made) */
};
_Static_assert(sizeof(struct boot_information) <= 8192, "two pages");

/* A worker's control page, at WORKER_ADDRESS(number): shared by kernel and frame server. */
struct worker_control {
    uint64_t intent;     /* 0, or 1 + number of the frame that the worker is about to touch. The worker sets it
                         before it touches the slot; the kernel clears it in the step that accepts the reply. */
    uint64_t intent_run; /* 0, or how many members of the transfer page are intents, likewise (the upper half is the
                         worker's own). Of what left with a drop the kernel sets it when the worker is stopped in that. */
    uint64_t view_frame; /* 0, or 1 + number of the frame whose last contents are in the view page */
    uint64_t start;      /* enum restart: why the worker starts. The kernel sets it. */
};

#define INTENT_RUN_COUNT UINT64_C(0xffffffff) /* of intent_run: the number */

#define TRANSFER_FRAMES 512 /* frame numbers in a transfer page, the most that one message can carry */

#endif
