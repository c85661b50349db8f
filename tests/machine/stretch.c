/* A plugin for QEMU: the longest stretch of instructions that the kernel executes with interrupts off, once tasks run.
 *
 * A stretch begins where ring 3 enters the kernel, by whatever way, or where the kernel shuts interrupts off again, and
 * ends with the return to ring 3 or with `sti`. Each turn of a repeated string instruction counts. What the kernel does
 * before the first task runs is no stretch, nor is what it ends the machine with: that never comes to an end.
 *
 * Options: `output=FILE`, `limit=N`. FILE gets the number of stretches on a line of its own, and then a line for the longest of all
 * and for those longer than N, the longest for each place where most of it was spent; numbers are decimal, addresses
 * hexadecimal:
 *   LENGTH START HOT FIRST LAST TIMES: how long, where it began; how many of its instructions lie in the hottest piece,
 *   from FIRST to LAST: those executed at least half as often as its most frequent one; how many such stretches there were. */
#include "tests/machine/plugin.h"
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_START UINT64_C(0xffff800000000000) /* the upper half: kernel/layout.h */
#define TOUCHED_MAX 65536                         /* more than the kernel has instructions in one stretch */
#define PLACES_MAX 64
#define OPCODE_CLI 0xfa /* Intel SDM volume 2 */
#define OPCODE_STI 0xfb
#define OPCODE_IRET 0xcf
#define PREFIX_64_BIT 0x48

/* Instructions of the kernel, one for each address. */
struct instruction {
    uint64_t address;
    uint8_t size;
    enum { PLAIN, CLI, STI, IRET } what;
    uint64_t stretch; /* number of the stretch that it was last executed in */
    uint64_t times;   /* how often in that one */
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

static FILE *output;
static void *known; /* tree of struct instruction */
static struct instruction *touched[TOUCHED_MAX];
static size_t touched_count;
static enum place place;
static bool kernel_ran;
static bool from_open;    /* the stretch began by an interrupt of the kernel itself, which had them on */
static uint64_t expected; /* address of the instruction after this one, unless an interrupt comes */
static uint64_t stretches;
static uint64_t length;
static uint64_t start;
static uint64_t longest;
static struct spent places[PLACES_MAX]; /* the longest stretch for each hottest piece */
static size_t place_count;
static uint64_t limit;

static void stop(const char *why)
{
    fprintf(stderr, "stretch: %s\n", why);
    exit(EXIT_FAILURE);
}

static void begin(uint64_t address)
{
    place = CLOSED;
    start = address;
    length = 0;
    touched_count = 0;
    stretches++;
}

/* Where most of the stretch was spent: the instructions that were executed at least half as often as the most frequent one. */
static struct spent hottest(void)
{
    struct spent spent = {.length = length, .start = start, .hot_first = UINT64_MAX, .times = 1};
    uint64_t most = 0;

    for (size_t k = 0; k < touched_count; k++)
        most = touched[k]->times > most ? touched[k]->times : most;
    for (size_t k = 0; k < touched_count; k++) {
        const struct instruction *instruction = touched[k];

        if (2 * instruction->times < most)
            continue;
        spent.hot += instruction->times;
        spent.hot_first = instruction->address < spent.hot_first ? instruction->address : spent.hot_first;
        spent.hot_last = instruction->address > spent.hot_last ? instruction->address : spent.hot_last;
    }
    return spent;
}

/* Keeps the longest of its place. When the table is full the longest of all takes the place of the last. */
static void keep(struct spent spent)
{
    size_t k = 0;

    while (k < place_count && (places[k].hot_first != spent.hot_first || places[k].hot_last != spent.hot_last))
        k++;
    if (k == PLACES_MAX && spent.length <= longest)
        return;
    if (k == PLACES_MAX)
        k--;
    else if (k == place_count)
        place_count++;
    spent.times += places[k].times;
    if (spent.length > places[k].length)
        places[k] = spent;
    places[k].times = spent.times;
}

static void end(enum place next)
{
    if (place == CLOSED && (length > longest || length > limit)) {
        keep(hottest());
        longest = length > longest ? length : longest;
    }
    place = next;
}

static void count(struct instruction *instruction)
{
    length++;
    if (instruction->stretch != stretches) {
        instruction->stretch = stretches;
        instruction->times = 0;
        if (touched_count == TOUCHED_MAX)
            stop("a stretch through too many instructions");
        touched[touched_count++] = instruction;
    }
    instruction->times++;
}

/* A block of code in the lower half is about to be executed: the boot loader's, the kernel's first steps, then tasks'. */
static void lower_executed(unsigned int cpu, void *data)
{
    (void)data;
    if (cpu == 0 && kernel_ran && place != TASK)
        end(TASK);
}

/* An instruction of the kernel is about to be executed. */
static void kernel_executed(unsigned int cpu, void *data)
{
    struct instruction *instruction = data;

    if (cpu != 0)
        return;
    kernel_ran = true;
    if (place == BOOT)
        return;
    if (place == RETURNED) /* not to ring 3 */
        place = from_open ? OPEN : CLOSED;
    else if (place == OPEN && instruction->address != expected && instruction->what != CLI) {
        begin(instruction->address);
        from_open = true;
    }
    if (place == TASK || (place == OPEN && instruction->what == CLI)) {
        begin(instruction->address);
        from_open = false;
    }
    expected = instruction->address + instruction->size;
    if (place != CLOSED)
        return;
    count(instruction);
    if (instruction->what == STI)
        end(OPEN);
    else if (instruction->what == IRET && from_open)
        end(RETURNED);
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
    struct instruction *instruction = calloc(1, sizeof(*instruction));
    struct instruction **node;

    if (!instruction)
        stop("no memory");
    instruction->address = qemu_plugin_insn_vaddr(translated);
    instruction->size = (uint8_t)qemu_plugin_insn_size(translated);
    if (instruction->size == 1)
        instruction->what = bytes[0] == OPCODE_CLI ? CLI : bytes[0] == OPCODE_STI ? STI : PLAIN;
    else if (instruction->size == 2 && bytes[0] == PREFIX_64_BIT && bytes[1] == OPCODE_IRET)
        instruction->what = IRET;
    node = tsearch(instruction, &known, compare);
    if (!node)
        stop("no memory");
    if (*node != instruction)
        free(instruction);
    return *node;
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
    (void)plugin;
    (void)data;
    fprintf(output, "%" PRIu64 "\n", stretches);
    for (size_t k = 0; k < place_count; k++) {
        const struct spent *spent = &places[k];

        if (spent->length == longest || spent->length > limit)
            fprintf(output, "%" PRIu64 " %" PRIx64 " %" PRIu64 " %" PRIx64 " %" PRIx64 " %" PRIu64 "\n", spent->length,
                    spent->start, spent->hot, spent->hot_first, spent->hot_last, spent->times);
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
        else
            stop("an option that makes no sense");
    }
    if (!output)
        stop("no output");
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, translated);
    qemu_plugin_register_atexit_cb(plugin, ended, NULL);
    return 0;
}
