/* From the boot loader to the first task: a list of steps, each of which can refuse the machine. */
#include "kernel/boot/kernel_map.h"
#include "kernel/boot/memory_map.h"
#include "kernel/boot/processors.h"
#include "kernel/memory/memory.h"
#include "kernel/boot/module.h"
#include "kernel/cpu/descriptor.h"
#include "kernel/cpu/feature.h"
#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/cpu/timer.h"
#include "kernel/cpu/turns.h"
#include "kernel/cpu/uart.h"
#include "kernel/memory/ledger.h"
#include "kernel/entry/proceed.h"
#include "kernel/event.h"
#include "kernel/ipc/sweep.h"
#include "kernel/print.h"
#include "kernel/verdict.h"
#include <quire/names.h>
#include <quire/option_words.h>
#include <string.h>

static struct boot_data boot_data;

_Noreturn void kernel_main(uint32_t magic, uint64_t information);
_Noreturn void resume_current(void);

static void boot_data_read(uint32_t magic, uint64_t information)
{
    if (magic != MULTIBOOT2_LOADER_MAGIC)
        refuse("the boot loader does not speak Multiboot2 (0x%x)", magic);
    if (multiboot2_parse(physical_pointer(information), EARLY_LOW_END - information, &boot_data) != ERROR_NONE)
        refuse("boot information, offset %u: %s", boot_data.fault_offset, boot_fault_text(boot_data.fault));
    boot_data.information_base = information;
}

/* Refuses a map that calls memory what is none: the kernel would not survive its first use. Tries both ends of each
 * region that lie in [from, to), since boot must touch no more. */
static void memory_probe(uint64_t from, uint64_t to)
{
    for (uint32_t i = 0; i < memory.regions.count * 2; i++) {
        const struct region *region = &memory.regions.regions[i / 2];
        uint64_t address = i % 2 ? region->end - sizeof(uint64_t) : region->base;
        if ((region->type != REGION_USABLE && region->type != REGION_METADATA) || address < from || address >= to)
            continue;
        volatile uint64_t *word = physical_pointer(address);
        uint64_t before = *word;
        *word = ~before;
        bool kept = *word == ~before;
        *word = before;
        if (!kept)
            refuse("memory map: there is no memory at 0x%lx, which is said to be usable", address);
    }
}

static void log_level_set(void)
{
    char level[16];

    if (option_find(boot_data.command_line, "log", level, sizeof(level)) == OPTION_FOUND && strcmp(level, "quiet") == 0)
        print_shown = PRINT_QUIET;
}

/* For tests: whoever may restart the frame server may plan when it dies. */
static void sweep_allow(void)
{
    char value[8];

    sweep_allowed = option_find(boot_data.command_line, "sweep", value, sizeof(value)) == OPTION_FOUND;
}

static void events_start(void)
{
    char value[24];
    uint64_t count = 0;
    enum error error = ERROR_NONE;

    if (option_find(boot_data.command_line, "events", value, sizeof(value)) == OPTION_FOUND)
        error = option_number(value, EVENTS_MAX, &count);
    if (error)
        print_line(PRINT_QUIET, "events=%s: %s, %s", value, error_name(error), error_sentence(error));
    else if (count)
        events_keep(count);
}

static void interrupts_start(void)
{
    legacy_controllers_initialise();
    if (!local_apic_initialise() || !timer_measure())
        refuse("timer: the local interrupt controller does not count, or there is no interval timer to measure it by");
}

static void regions_show(void)
{
    const struct region_table *table = &memory.regions;

    for (uint32_t i = 0; i < table->count; i++)
        print_line(PRINT_INFORMATION, "%012lx-%012lx %8lu KiB  %s", table->regions[i].base, table->regions[i].end - 1,
                   (table->regions[i].end - table->regions[i].base) / 1024, region_name(table->regions[i].type));
    if (table->wrapped || table->beyond)
        print_line(PRINT_QUIET, "left alone: %u entries that wrap around, %lu MiB above %lu TiB", table->wrapped,
                   table->beyond >> 20, PHYSICAL_MAX >> 40);
    print_line(PRINT_INFORMATION, "window: %lu slots of 64 bytes from %012lx on in the frame server",
               table->frame_count, WINDOW_ADDRESS);
}

/* Called by boot/header.S. information is a physical address. */
_Noreturn void kernel_main(uint32_t magic, uint64_t information)
{
    const char *missing = feature_missing();

    uart_initialise();
    if (missing)
        refuse("this processor lacks %s", missing);
    boot_data_read(magic, information); /* copy out what the loader says */
    log_level_set();
    CHECKED_ONLY(rules_choose(boot_data.command_line);)
    print_line(PRINT_INFORMATION, "Quire, loaded by %s", boot_data.loader_name);
    require(regions_from_boot_data(&boot_data, image_physical(image_start), image_physical(image_end), &memory.regions),
            "memory map"); /* sort out whose memory is whose */
    if (memory.regions.frame_count > feature_frames())
        refuse("memory map: it reaches to 0x%lx, this processor to 0x%lx", memory.regions.frame_count * FRAME_SIZE,
               feature_frames() * FRAME_SIZE);
    memory_probe(0, EARLY_LOW_END);
    require(reserve_plan(&memory.reserve, &memory.regions), "reserve"); /* set aside what window and ledger need */
    early_initialise(&memory.early, &memory.regions); /* from here to early_retire memory can be allocated */
    processors_find(&boot_data);                      /* while the boot page tables still reach the firmware's */
    kernel_map(feature_large_pages());                /* the final page tables */
    memory_probe(EARLY_LOW_END, PHYSICAL_MAX);
    feature_enable();
    descriptor_initialise(); /* segments, interrupts, system calls */
    require(reserve_complete(&memory.reserve, &memory.early), "reserve");
    ledger_initialise();
    events_start();
    sweep_allow();
    turns_begin(boot_data.command_line);
    interrupts_start();
    processors_wake();                            /* each in memory of its own, which is allocated here */
    require(modules_load(&boot_data), "modules"); /* tasks of the boot modules */
    require(early_retire(&memory.early, &memory.regions), "early allocator"); /* never again */
    regions_show();
    modules_start(&boot_data);
    timer_start();
    proceed();
    resume_current();
}
