/* A plugin for QEMU: the longest stretch of instructions that the kernel executes with interrupts off, once tasks run.
 *
 * A stretch begins where ring 3 enters the kernel, by whatever way, or where the kernel shuts interrupts off again, and
 * ends with the return to ring 3 or with `sti`. Each turn of a repeated string instruction counts. What the kernel does
 * before the first task runs is no stretch, nor is what it ends the machine with: that never comes to an end.
 *
 * Each CPU has stretches of its own. Where one waits for another (a lock, a flush) it executes `pause` again and again: the turns of
 * such a loop are how the other one is scheduled, and are counted apart.
 *
 * Options: `output=FILE`, `limit=N`, `cpus=N`. FILE gets a line with the number of stretches, and how many instructions one waited at
 * the most; and then a line for the longest of all and for those longer than N, the longest for each place where most of
 * it was spent; numbers are decimal, addresses hexadecimal:
 *   LENGTH START HOT FIRST LAST TIMES: how long, where it began; how many of its instructions lie in the hottest piece,
 *   from FIRST to LAST: those executed at least half as often as its most frequent one; how many such stretches there were. */
#include "tests/machine/plugin.h"
#include <inttypes.h>
#include <pthread.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_START UINT64_C(0xffff800000000000) /* the upper half: kernel/layout.h */
#define TOUCHED_MAX 65536                         /* more than the kernel has instructions in one stretch */
#define PLACES_MAX 64
#define CPUS_MAX 64
#define TURN_MAX 100    /* instructions of a loop that waits, by far: what it does for others meanwhile among them */
#define OPCODE_CLI 0xfa /* Intel SDM volume 2 */
#define OPCODE_STI 0xfb
#define OPCODE_IRET 0xcf
#define PREFIX_64_BIT 0x48
#define PREFIX_PAUSE 0xf3
#define OPCODE_PAUSE 0x90

/* Instructions of the kernel, one for each address. */
struct instruction {
    uint64_t address;
    uint8_t size;
    enum { PLAIN, CLI, STI, IRET, PAUSE } what;
    struct {
        uint64_t stretch; /* number of the CPU's stretch that it was last executed in */
        uint64_t times;   /* how often in that one */
    } by_cpu[];
};

enum place {
    BOOT,    /* no task has run */
    TASK,    /* in ring 3 */
    OPEN,    /* in the kernel, interrupts on */
    CLOSED,  /* in a stretch */
    RETURNED /* an interrupt's handler came to its end: to ring 3, or into the kernel again */
};

struct spent {
    uint64_t length;
    uint64_t start;
    uint64_t hot;
    uint64_t hot_first;
    uint64_t hot_last;
    uint64_t times;
};

/* One of the guest's: each may be a thread of its own. */
struct cpu {
    unsigned int number;
    struct instruction *touched[TOUCHED_MAX];
    size_t touched_count;
    enum place place;
    bool kernel_ran;
    bool from_open;    /* the stretch began by an interrupt of the kernel itself, which had them on */
    uint64_t expected; /* address of the instruction after this one, unless an interrupt comes */
    uint64_t stretches;
    uint64_t length;
    uint64_t start;
    uint64_t pause;       /* address of the last one in this stretch, or 0 */
    uint64_t since_pause; /* instructions */
    uint64_t waited;      /* in this stretch */
    uint64_t waited_most;
    uint64_t longest;
    struct spent places[PLACES_MAX]; /* the longest stretch for each hottest piece */
    size_t place_count;
};

static FILE *output;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static void *known; /* tree of struct instruction */
static struct cpu cpus[CPUS_MAX];
static unsigned long cpu_count = 1;
static uint64_t limit;

static void stop(const char *why)
{
    fprintf(stderr, "stretch: %s\n", why);
    exit(EXIT_FAILURE);
}

static void begin(struct cpu *cpu, uint64_t address)
{
    cpu->place = CLOSED;
    cpu->start = address;
    cpu->length = 0;
    cpu->touched_count = 0;
    cpu->pause = 0;
    cpu->waited = 0;
    cpu->stretches++;
}

/* Where most of the stretch was spent: the instructions that were executed at least half as often as the most frequent one. */
static struct spent hottest(const struct cpu *cpu)
{
    struct spent spent = {.length = cpu->length, .start = cpu->start, .hot_first = UINT64_MAX, .times = 1};
    uint64_t most = 0;

    for (size_t k = 0; k < cpu->touched_count; k++) {
        uint64_t times = cpu->touched[k]->by_cpu[cpu->number].times;

        most = times > most ? times : most;
    }
    for (size_t k = 0; k < cpu->touched_count; k++) {
        const struct instruction *instruction = cpu->touched[k];
        uint64_t times = instruction->by_cpu[cpu->number].times;

        if (2 * times < most)
            continue;
        spent.hot += times;
        spent.hot_first = instruction->address < spent.hot_first ? instruction->address : spent.hot_first;
        spent.hot_last = instruction->address > spent.hot_last ? instruction->address : spent.hot_last;
    }
    return spent;
}

/* Keeps the longest of its place. When the table is full the longest of all takes the place of the last. */
static void keep(struct cpu *cpu, struct spent spent)
{
    struct spent *places = cpu->places;
    size_t k = 0;

    while (k < cpu->place_count && (places[k].hot_first != spent.hot_first || places[k].hot_last != spent.hot_last))
        k++;
    if (k == PLACES_MAX && spent.length <= cpu->longest)
        return;
    if (k == PLACES_MAX)
        k--;
    else if (k == cpu->place_count)
        cpu->place_count++;
    spent.times += places[k].times;
    if (spent.length > places[k].length)
        places[k] = spent;
    places[k].times = spent.times;
}

static void end(struct cpu *cpu, enum place next)
{
    if (cpu->place == CLOSED && (cpu->length > cpu->longest || cpu->length > limit)) {
        keep(cpu, hottest(cpu));
        cpu->longest = cpu->length > cpu->longest ? cpu->length : cpu->longest;
    }
    if (cpu->place == CLOSED && cpu->waited > cpu->waited_most)
        cpu->waited_most = cpu->waited;
    cpu->place = next;
}

static void count(struct cpu *cpu, struct instruction *instruction)
{
    cpu->length++;
    cpu->since_pause++;
    if (instruction->by_cpu[cpu->number].stretch != cpu->stretches) {
        instruction->by_cpu[cpu->number].stretch = cpu->stretches;
        instruction->by_cpu[cpu->number].times = 0;
        if (cpu->touched_count == TOUCHED_MAX)
            stop("a stretch through too many instructions");
        cpu->touched[cpu->touched_count++] = instruction;
    }
    instruction->by_cpu[cpu->number].times++;
    if (instruction->what != PAUSE)
        return;
    if (cpu->pause == instruction->address && cpu->since_pause <= TURN_MAX) {
        cpu->length -= cpu->since_pause;
        cpu->waited += cpu->since_pause;
    }
    cpu->pause = instruction->address;
    cpu->since_pause = 0;
}

/* A block of code in the lower half is about to be executed: the boot loader's, the kernel's first steps, then tasks'. */
static void lower_executed(unsigned int number, void *data)
{
    (void)data;
    if (number < cpu_count && cpus[number].kernel_ran && cpus[number].place != TASK)
        end(&cpus[number], TASK);
}

/* An instruction of the kernel is about to be executed. */
static void kernel_executed(unsigned int number, void *data)
{
    struct instruction *instruction = data;
    struct cpu *cpu = &cpus[number];

    if (number >= cpu_count)
        return;
    cpu->kernel_ran = true;
    if (cpu->place == BOOT)
        return;
    if (cpu->place == RETURNED) /* not to ring 3 */
        cpu->place = cpu->from_open ? OPEN : CLOSED;
    else if (cpu->place == OPEN && instruction->address != cpu->expected && instruction->what != CLI) {
        begin(cpu, instruction->address);
        cpu->from_open = true;
    }
    if (cpu->place == TASK || (cpu->place == OPEN && instruction->what == CLI)) {
        begin(cpu, instruction->address);
        cpu->from_open = false;
    }
    cpu->expected = instruction->address + instruction->size;
    if (cpu->place != CLOSED)
        return;
    count(cpu, instruction);
    if (instruction->what == STI)
        end(cpu, OPEN);
    else if (instruction->what == IRET && cpu->from_open)
        end(cpu, RETURNED);
}

static int compare(const void *left, const void *right)
{
    const struct instruction *a = left;
    const struct instruction *b = right;

    return a->address == b->address ? 0 : a->address < b->address ? -1 : 1;
}

static struct instruction *instruction_known(const struct qemu_plugin_insn *translated)
{
    const uint8_t *bytes = qemu_plugin_insn_data(translated);
    struct instruction *instruction = calloc(1, sizeof(*instruction) + cpu_count * sizeof(instruction->by_cpu[0]));
    struct instruction **node;

    if (!instruction)
        stop("no memory");
    instruction->address = qemu_plugin_insn_vaddr(translated);
    instruction->size = (uint8_t)qemu_plugin_insn_size(translated);
    if (instruction->size == 1)
        instruction->what = bytes[0] == OPCODE_CLI ? CLI : bytes[0] == OPCODE_STI ? STI : PLAIN;
    else if (instruction->size == 2 && bytes[0] == PREFIX_64_BIT && bytes[1] == OPCODE_IRET)
        instruction->what = IRET;
    else if (instruction->size == 2 && bytes[0] == PREFIX_PAUSE && bytes[1] == OPCODE_PAUSE)
        instruction->what = PAUSE;
    pthread_mutex_lock(&known_lock);
    node = tsearch(instruction, &known, compare);
    if (!node)
        stop("no memory");
    if (*node != instruction)
        free(instruction);
    instruction = *node;
    pthread_mutex_unlock(&known_lock);
    return instruction;
}

static void translated(uint64_t plugin, struct qemu_plugin_tb *block)
{
    (void)plugin;
    if (qemu_plugin_tb_vaddr(block) < KERNEL_START) {
        qemu_plugin_register_vcpu_tb_exec_cb(block, lower_executed, PLUGIN_NO_REGISTERS, NULL);
        return;
    }
    for (size_t k = 0; k < qemu_plugin_tb_n_insns(block); k++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, k);

        qemu_plugin_register_vcpu_insn_exec_cb(instruction, kernel_executed, PLUGIN_NO_REGISTERS,
                                               instruction_known(instruction));
    }
}

static void ended(uint64_t plugin, void *data)
{
    uint64_t stretches = 0;
    uint64_t waited = 0;
    uint64_t longest = 0;

    (void)plugin;
    (void)data;
    for (unsigned long k = 0; k < cpu_count; k++) {
        stretches += cpus[k].stretches;
        waited = cpus[k].waited_most > waited ? cpus[k].waited_most : waited;
        longest = cpus[k].longest > longest ? cpus[k].longest : longest;
    }
    fprintf(output, "%" PRIu64 " %" PRIu64 "\n", stretches, waited);
    for (unsigned long cpu = 0; cpu < cpu_count; cpu++) {
        for (size_t k = 0; k < cpus[cpu].place_count; k++) {
            const struct spent *spent = &cpus[cpu].places[k];

            if (spent->length == longest || spent->length > limit)
                fprintf(output, "%" PRIu64 " %" PRIx64 " %" PRIu64 " %" PRIx64 " %" PRIx64 " %" PRIu64 "\n",
                        spent->length, spent->start, spent->hot, spent->hot_first, spent->hot_last, spent->times);
        }
    }
    if (fclose(output))
        stop("the output can't be written");
}

int qemu_plugin_install(uint64_t plugin, const void *machine, int count_of_options, char **options)
{
    (void)machine;
    for (int k = 0; k < count_of_options; k++) {
        if (strncmp(options[k], "output=", 7) == 0 && !output)
            output = fopen(options[k] + 7, "w");
        else if (strncmp(options[k], "limit=", 6) == 0)
            limit = strtoull(options[k] + 6, NULL, 10);
        else if (strncmp(options[k], "cpus=", 5) == 0)
            cpu_count = strtoul(options[k] + 5, NULL, 10);
        else
            stop("an option that makes no sense");
    }
    if (!output)
        stop("no output");
    if (cpu_count == 0 || cpu_count > CPUS_MAX)
        stop("a number of CPUs that can not be");
    for (unsigned long k = 0; k < cpu_count; k++)
        cpus[k].number = (unsigned int)k;
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, translated);
    qemu_plugin_register_atexit_cb(plugin, ended, NULL);
    return 0;
}
