/* Prints docs/memory-map.md from the headers that kernel and tasks are compiled from, so that the page can not say anything
 * else. `make docs` writes it, `make lint-docs` compares. TASK_IMAGE, TASK_KEEP and KERNEL_LOAD come from the linker scripts. */
#include "kernel/layout.h"
#include <quire/abi.h>
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/start.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE FRAME_SIZE

static uint64_t expected;

/* A size in the largest unit that divides it. */
static void print_size(uint64_t size)
{
    static const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    uint32_t unit = 0;

    while (unit < 4 && size >= 1024 && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    printf("%5" PRIu64 " %-3s  ", size, units[unit]);
}

/* One line of the map: from `base`, `size` bytes (0: as many as it takes). They come in ascending order. */
static void line(uint64_t base, uint64_t size, const char *whose, const char *what)
{
    if (base < expected) {
        fprintf(stderr, "memory_map: %s lies below the line before it\n", what);
        exit(1);
    }
    expected = base + size;
    printf("%016" PRIx64 "  ", base);
    if (size)
        print_size(size);
    else
        printf("%11s", "");
    printf("%-12s %s\n", whose, what);
}

static void task_half(void)
{
    line(0, USER_START, "", "never mapped: NULL faults");
    line(TASK_IMAGE, 0, "every task", "its image: code and constants, then data (libipc/task.lds)");
    line(TASK_KEEP, 0, "frame server", "what it keeps over a restart (.keep), at this address in each of its images");
    line(MAPPING_BASE, ENTRIES_MAX * PAGE, "others",
         "what frame_map_anywhere maps: a page for each entry of the handle table");
    line(MODULES_ADDRESS, 0, "init", "the files of the boot modules, read-only");
    line(WINDOW_ADDRESS, PHYSICAL_MAX / FRAME_SIZE * SLOT_SIZE, "frame server",
         "the metadata window: 64 bytes for each frame; a page comes into being when it is touched");
    line(STACK_TOP - STACK_SIZE, STACK_SIZE, "every task", "its stack; nothing is mapped below");
    line(START_PAGE_ADDRESS, PAGE, "every task", "the start page, read-only: name, arguments, handles (quire/start.h)");
    line(BOOT_INFORMATION_ADDRESS, 0, "frame server", "boot information, read-only: the regions below");
    line(BOOT_MODULES_ADDRESS, 0, "init", "what the boot modules are called and where they lie, read-only");
    line(WORKER_ADDRESS(0), PAGE, "frame server", "its worker's control page: which frame it is about to touch");
    line(WORKER_ADDRESS(0) + WORKER_TRANSFER_OFFSET, PAGE, "frame server",
         "the transfer page: frame numbers of a run, both ways");
    line(WORKER_ADDRESS(0) + WORKER_VIEW_OFFSET, PAGE, "frame server",
         "the view page: a copy of what a frame held whose kind wants to see it at its end");
    line(USER_END, PAGE, "",
         "never mapped: a system call from its end would return to no address (SYSRET, CVE-2012-0217)");
}

static void kernel_half(void)
{
    line(DIRECT_MAP_ADDRESS, PHYSICAL_MAX, "kernel",
         "direct map: physical address p is at this plus p; not executable");
    line(KERNEL_ADDRESS + KERNEL_LOAD, 0, "kernel", "its image: code, constants, data; each with its own protection");
    line(CPU_ADDRESS, PAGE, "kernel", "this CPU's own page: struct cpu (kernel/cpu/)");
    line(CPU_STACK_TOP - CPU_STACK_PAGES * PAGE, CPU_STACK_PAGES * PAGE, "kernel",
         "its stack; a page that is not mapped below");
    for (uint64_t k = 1; k <= CPU_INTERRUPT_STACKS; k++)
        line(CPU_INTERRUPT_STACK_TOP(k) - PAGE, PAGE, "kernel",
             "its stack for one of the exceptions that need their own");
    line(CPU_INTERRUPT_CONTROLLER, PAGE, "kernel", "its local interrupt controller");
}

static const char *kind_names[] = {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text) [number] = name,
#include <quire/kinds.def>
#undef KIND
};

static const char *region_stories[REGION_TYPES] = {
    [REGION_BAD_MEMORY] = "what the firmware found broken",
    [REGION_UNKNOWN] = "what nobody described: holes, devices",
    [REGION_NON_VOLATILE_SLEEP] = "ACPI's, kept while the machine sleeps",
    [REGION_RESERVED] = "the firmware's",
    [REGION_KERNEL] = "the kernel's image; never given back",
    [REGION_MODULE] = "files that the boot loader brought; free memory when init has loaded the tasks",
    [REGION_FRAMEBUFFER] = "the screen; who has the right device claims it",
    [REGION_RECLAIMABLE] =
        "ACPI's tables and what the firmware needs no more; free memory when the frame server starts",
    [REGION_USABLE] = "free memory, from the first moment on the frame server's to give out",
    [REGION_EARLY] = "what boot allocated: page tables, the ledger's directory, the first two tasks",
    [REGION_METADATA] = "at the top of each usable region: what backs its part of window (1/64) and ledger (1/512)",
};

static void regions(void)
{
    printf("| number | type | kind of its slots | slots | what it is |\n| --- | --- | --- | --- | --- |\n");
#define REGION(number, NAME, name, KIND, slots)                                                                        \
    printf("| %d | %s | `%s` | %s | %s |\n", number, name, kind_names[KIND_##KIND], slots ? "yes" : "",                \
           region_stories[number]);
#include <quire/regions.def>
#undef REGION
}

int main(void)
{
    printf(
        "# Memory map\n\n"
        "Printed by `make docs` from `kernel/layout.h`, `quire/abi.h` and their neighbours: see "
        "[memory_map.c](memory_map.c).\n"
        "[design.md](design.md) says why things are where they are.\n\n"
        "## Virtual addresses\n"
        "Tasks have the lower half, each its own. The upper half is the kernel's, and the same in all of them but for "
        "entry 511\nof the root table, which is the CPU's: `CPU_ADDRESS` means *my CPU* on each.\n\n"
        "```text\naddress                  size  whose        what\n");
    task_half();
    printf("        ...              ...                no addresses: bits 63 to 48 must be as bit 47 is\n");
    kernel_half();
    printf(
        "```\n\n"
        "Nothing is writable and executable at once. The kernel reads and writes no page of a task through the task's\n"
        "addresses (SMAP, where the processor has it); what it needs of them it reaches through the direct map.\n\n"
        "Of the window only the slots of memory exist that somebody may be given, or is: see `slots` below. It would "
        "reach to\n%" PRIu64 " TiB of physical memory, the most that Quire uses; what lies above is left alone.\n\n"
        "## Physical memory\n"
        "What the boot loader says is sorted into regions, which do not overlap and leave no gap. Where two claims "
        "overlap the\ntype with the smaller number wins. `make run` shows them, this is a machine of 512 MiB with "
        "BIOS:\n\n"
        "    $ make run SUITE=hello\n"
        "    ...\n"
        "    # 0000000a0000-... KiB  unknown\n"
        "    ...\n"
        "    # %012lx-... KiB  kernel\n"
        "    # ... KiB  module\n"
        "    # ... KiB  early-allocated\n"
        "    # ... KiB  usable\n"
        "    # ... KiB  metadata\n"
        "    ...\n\n",
        PHYSICAL_MAX >> 40, KERNEL_LOAD);
    regions();
    printf("\n`slots`: whether the window has pages for them. Asking for an address of the others gives `Hole` "
           "(unknown) or `Reserved`.\n"
           "The kinds are explained in [tables.md](tables.md#kinds-of-frames), and in the shell `memory` draws the "
           "memory of the "
           "running "
           "machine.\n");
    return 0;
}
