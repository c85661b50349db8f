#include "kernel/boot/processors.h"
#include "kernel/boot/acpi.h"
#include "kernel/boot/kernel_map.h"
#include "kernel/boot/memory_map.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/descriptor.h"
#include "kernel/cpu/feature.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/cpu/timer.h"
#include "kernel/entry/proceed.h"
#include "kernel/event.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include "kernel/print.h"
#include <quire/names.h>
#include <quire/option_words.h>
#include <string.h>

/* Microseconds. INIT and STARTUP: Intel SDM volume 3, 8.4.4.1; a second for a CPU to get ready is far more than any
 * takes, but an emulated one has to wait for its host. */
#define INIT_TIME 10000
#define STARTUP_TIME 200
#define ANSWER_TIME 1000000
#define POLL_TIME 10

/* An offer to a CPU: its APIC id in the upper half, and how far it is in the lower. boot/processor.S takes it. */
enum offer { OFFER_NONE, OFFER_MADE, OFFER_TAKEN, OFFER_READY };

atomic_word processor_offer;
uint64_t processor_root; /* root table of who takes it */

extern const char processor_start[], processor_start_end[]; /* boot/processor.S */

static struct acpi_processors found;
static const struct boot_data *told; /* by the boot loader */

_Noreturn void processor_main(void);
_Noreturn void resume_current(void);

static uint64_t offer_to(uint32_t apic_id, enum offer how_far)
{
    return (uint64_t)apic_id << 32 | how_far;
}

/* Tables lie in memory, of any type, and the boot page tables map what lies below 4 GiB. */
static const void *reach(uint64_t address, uint64_t size)
{
    bool mapped = address < EARLY_LOW_END && size <= EARLY_LOW_END - address;

    return mapped && memory_map_has(told, address, size) ? physical_pointer(address) : NULL;
}

/* How many CPUs may be used. */
static uint32_t wanted(void)
{
    char value[16];
    uint64_t count = WORKERS_MAX;
    enum error error = ERROR_NONE;

    if (option_find(told->command_line, "cpus", value, sizeof(value)) != OPTION_FOUND)
        return WORKERS_MAX;
    error = option_number(value, UINT32_MAX, &count);
    if (!error && count == 0)
        error = ERROR_OUT_OF_BOUND;
    if (error)
        print_line(PRINT_QUIET, "cpus=%s: %s, %s", value, error_name(error), error_sentence(error));
    return error ? WORKERS_MAX : (uint32_t)(count < WORKERS_MAX ? count : WORKERS_MAX);
}

static void read_tables(void)
{
    enum acpi_fault fault = acpi_processors(told->acpi_root, told->acpi_root_size, local_apic_own_id(), reach, &found);

    if (fault != ACPI_FAULT_NONE)
        print_line(PRINT_QUIET, "ACPI table at 0x%lx: %s, so only one CPU is used", found.fault_address,
                   acpi_fault_text(fault));
    if (found.doubled)
        print_line(PRINT_QUIET, "CPUs that the MADT has twice: %u", found.doubled);
    if (found.left_out)
        print_line(PRINT_QUIET, "CPUs left out, above the %u that can be used: %u", WORKERS_MAX, found.left_out);
}

void processors_find(const struct boot_data *data)
{
    told = data;
    uint32_t limit = wanted();
    found.count = 1;
    if (limit == 1)
        return;
    read_tables();
    if (found.count > limit)
        found.count = limit;
    if (found.count > 1 && !memory.regions.trampoline) {
        print_line(PRINT_QUIET, "only one CPU is used: there is no memory below 0x%lx to start others in",
                   REGION_TRAMPOLINE_END);
        found.count = 1;
    }
    if (found.count == 1)
        return;
    memcpy(physical_pointer(memory.regions.trampoline), processor_start,
           (uintptr_t)processor_start_end - (uintptr_t)processor_start);
    for (uint32_t k = 1; k < found.count; k++)
        if (found.apic_ids[k] > APIC_ID_MAX && local_apic_has_x2apic())
            local_apic_choose_x2apic();
}

/* Whether the offer gets as far within the time. */
static bool await(uint64_t offer, uint64_t microseconds)
{
    for (uint64_t waited = 0; waited < microseconds; waited += POLL_TIME) {
        if (atomic_load_acquire(&processor_offer) >= offer)
            return true;
        timer_wait(POLL_TIME);
    }
    return atomic_load_acquire(&processor_offer) >= offer;
}

/* Takes the offer back if it is still so far: who comes later finds none, and halts. */
static bool withdraw(uint64_t offer)
{
    return atomic_swap_if_acquire_release(&processor_offer, &offer, OFFER_NONE);
}

/* Wakes a CPU in memory made for it. *used: it has begun to run there, whatever became of it. NULL, or why it is left out. */
static const char *wake(uint32_t apic_id, uint64_t root, bool *used)
{
    uint64_t made = offer_to(apic_id, OFFER_MADE);
    uint64_t taken = offer_to(apic_id, OFFER_TAKEN);
    uint64_t ready = offer_to(apic_id, OFFER_READY);

    *used = true;
    processor_root = root;
    atomic_store_release(&processor_offer, made);
    interrupt_send_startup(apic_id, memory.regions.trampoline);
    if (!await(taken, STARTUP_TIME))
        interrupt_send_startup(apic_id, memory.regions.trampoline);
    if (!await(taken, ANSWER_TIME) && withdraw(made)) {
        *used = false;
        return "it does not answer";
    }
    return await(ready, ANSWER_TIME) || !withdraw(taken) ? NULL : "it answers, but does not get ready";
}

static void wake_all(void)
{
    uint64_t frames = 0; /* for the next CPU; 0: they are not there yet */
    bool used;

    for (uint32_t k = 1; k < found.count; k++) {
        uint32_t apic_id = found.apic_ids[k];
        const char *why = NULL;
        if (!local_apic_reaches(apic_id))
            why = "it needs an x2APIC";
        else if (!frames && early_allocate(&memory.early, KERNEL_MAP_FRAMES, &frames) != ERROR_NONE)
            why = "there is no memory for it";
        if (!why) {
            cpus[cpu_count] = kernel_map_other(frames, cpu_count);
            why = wake(apic_id, cpus[cpu_count]->root, &used);
            frames = used ? 0 : frames;
        }
        if (why)
            print_line(PRINT_QUIET, "the CPU with APIC id %u is left out: %s", apic_id, why);
        else
            cpu_count++;
    }
    if (frames)
        (void)!early_free(&memory.early, frames, KERNEL_MAP_FRAMES); /* the last that were given out */
    for (uint32_t k = cpu_count; k < WORKERS_MAX; k++)
        cpus[k] = NULL;
}

void processors_wake(void)
{
    if (found.count == 1)
        return;
    for (uint32_t k = 1; k < found.count; k++)
        if (local_apic_reaches(found.apic_ids[k]))
            interrupt_send_init(found.apic_ids[k]);
    timer_wait(INIT_TIME);
    wake_all();
    if (cpu_count > 1)
        print_line(PRINT_QUIET, "%u CPUs", cpu_count);
}

/* Called by boot/processor.S with this CPU's own page tables and stack. It has shown that all is well with it when its timer
 * has ticked. */
_Noreturn void processor_main(void)
{
    uint64_t taken = offer_to(local_apic_own_id(), OFFER_TAKEN);

    feature_enable();
    descriptor_initialise();
    if (events.size)
        descriptor_record_system_calls();
    if (!local_apic_initialise())
        halt_for_ever();
    timer_start_once();
    while (!this_cpu->reschedule)
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    if (!atomic_swap_if_acquire_release(&processor_offer, &taken, offer_to(this_cpu->apic_id, OFFER_READY)))
        halt_for_ever();
    timer_start();
    proceed();
    resume_current();
}
