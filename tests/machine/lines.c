/* A plugin for QEMU: which cache lines CPUs write between marks, and which of them more than one does. A mark is a nop with a number
 * in its displacement (tests/workers/work.h); from one of a number above 0 up to the next with 0 what its CPU does counts for the row of
 * that number. For machines with -icount, where one thread runs all CPUs.
 *
 * Option: `output=FILE`. What it writes, line by line; numbers are decimal, addresses hexadecimal:
 *   row NUMBER CPU TURNS INSTRUCTIONS LOCKED
 *   line NUMBER PHYSICAL CPU ADDRESS TIMES   a line that others write too, one line for each CPU: where it did first */
#include "tests/machine/plugin.h"
#include "tests/workers/work.h"
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX 64
#define ROWS_MAX 16
#define LINE_SHIFT 6

#define PREFIX_LOCK 0xf0 /* Intel SDM volume 2 */
#define OPCODE_XCHG 0x87 /* with memory it locks by itself */

struct instruction {
    uint64_t address;
    bool locked;
    bool mark;
    uint32_t number; /* of a mark */
};

/* A line that was written in a row. */
struct line {
    uint64_t row;
    uint64_t physical;
    uint64_t cpus; /* a bit each */
    uint64_t first[CPUS_MAX];
    uint64_t times[CPUS_MAX];
};

struct counted {
    uint64_t turns;
    uint64_t instructions;
    uint64_t locked;
};

static FILE *output;
static void *lines; /* tree of struct line */
static uint32_t row_of[CPUS_MAX];
static struct counted counted[ROWS_MAX][CPUS_MAX];

static void stop(const char *why)
{
    fprintf(stderr, "lines: %s\n", why);
    exit(EXIT_FAILURE);
}

static int compare(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;

    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->physical == b->physical ? 0 : a->physical < b->physical ? -1 : 1;
}

static struct line *line_of(uint64_t row, uint64_t physical)
{
    struct line wanted = {.row = row, .physical = physical};
    struct line **place = tfind(&wanted, &lines, compare);

    if (!place) {
        struct line *line = calloc(1, sizeof(*line));

        if (!line)
            stop("no memory");
        line->row = row;
        line->physical = physical;
        place = tsearch(line, &lines, compare);
        if (!place)
            stop("no memory");
    }
    return *place;
}

static void executed(unsigned int cpu, void *data)
{
    const struct instruction *instruction = data;

    if (cpu >= CPUS_MAX)
        stop("too many CPUs");
    if (instruction->mark) {
        row_of[cpu] = instruction->number < ROWS_MAX ? instruction->number : 0;
        counted[row_of[cpu]][cpu].turns++;
    } else if (row_of[cpu] != 0) {
        counted[row_of[cpu]][cpu].instructions++;
        counted[row_of[cpu]][cpu].locked += instruction->locked;
    }
}

static void written(unsigned int cpu, uint32_t access, uint64_t address, void *data)
{
    const struct instruction *instruction = data;

    if (row_of[cpu] == 0 || !qemu_plugin_mem_is_store(access)) /* loads are told, too */
        return;
    struct qemu_plugin_hwaddr *place = qemu_plugin_get_hwaddr(access, address);
    if (!place || qemu_plugin_hwaddr_is_io(place))
        return;
    struct line *line = line_of(row_of[cpu], qemu_plugin_hwaddr_phys_addr(place) >> LINE_SHIFT << LINE_SHIFT);
    if (line->times[cpu]++ == 0)
        line->first[cpu] = instruction->address;
    line->cpus |= UINT64_C(1) << cpu;
}

/* nopl with a displacement of 32 bits from rax. */
static bool is_mark(const uint8_t *bytes, size_t size, uint32_t *number)
{
    static const uint8_t nop[] = {0x0f, 0x1f, 0x80};
    uint32_t displacement;

    if (size != sizeof(nop) + sizeof(displacement) || memcmp(bytes, nop, sizeof(nop)) != 0)
        return false;
    memcpy(&displacement, bytes + sizeof(nop), sizeof(displacement));
    *number = displacement - WORK_MARK;
    return *number <= UINT16_MAX;
}

static bool is_locked(const uint8_t *bytes, size_t size)
{
    size_t k = 0;

    if (bytes[0] == PREFIX_LOCK)
        return true;
    while (k + 1 < size && ((bytes[k] & 0xf0) == 0x40 || bytes[k] == 0x66)) /* REX, operand size */
        k++;
    return (bytes[k] | 1) == OPCODE_XCHG && k + 1 < size && bytes[k + 1] >> 6 != 3;
}

static void translated(uint64_t plugin, struct qemu_plugin_tb *block)
{
    (void)plugin;
    for (size_t k = 0; k < qemu_plugin_tb_n_insns(block); k++) {
        struct qemu_plugin_insn *translated = qemu_plugin_tb_get_insn(block, k);
        struct instruction *instruction = calloc(1, sizeof(*instruction));
        size_t size = qemu_plugin_insn_size(translated);
        uint8_t bytes[INSTRUCTION_BYTES];

        if (!instruction)
            stop("no memory");
        memcpy(bytes, qemu_plugin_insn_data(translated), size);
        instruction->address = qemu_plugin_insn_vaddr(translated);
        instruction->locked = is_locked(bytes, size);
        instruction->mark = is_mark(bytes, size, &instruction->number);
        qemu_plugin_register_vcpu_insn_exec_cb(translated, executed, PLUGIN_NO_REGISTERS, instruction);
        qemu_plugin_register_vcpu_mem_cb(translated, written, PLUGIN_NO_REGISTERS, PLUGIN_WRITES, instruction);
    }
}

static void tell_line(const void *node, VISIT visit, int depth)
{
    const struct line *line = *(struct line *const *)node;

    (void)depth;
    if ((visit != postorder && visit != leaf) || (line->cpus & (line->cpus - 1)) == 0)
        return;
    for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
        if ((line->cpus >> cpu & 1) != 0)
            fprintf(output, "line %" PRIu64 " %" PRIx64 " %u %" PRIx64 " %" PRIu64 "\n", line->row, line->physical, cpu,
                    line->first[cpu], line->times[cpu]);
    }
}

static void ended(uint64_t plugin, void *data)
{
    (void)plugin;
    (void)data;
    for (unsigned int row = 1; row < ROWS_MAX; row++) {
        for (unsigned int cpu = 0; cpu < CPUS_MAX; cpu++) {
            const struct counted *count = &counted[row][cpu];

            if (count->turns > 0)
                fprintf(output, "row %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", row, cpu, count->turns,
                        count->instructions, count->locked);
        }
    }
    twalk(lines, tell_line);
    if (fclose(output))
        stop("the output can't be written");
}

int qemu_plugin_install(uint64_t plugin, const void *machine, int count, char **options)
{
    (void)machine;
    for (int k = 0; k < count; k++) {
        if (strncmp(options[k], "output=", 7) == 0 && !output)
            output = fopen(options[k] + 7, "w");
        else
            stop("an option that makes no sense");
    }
    if (!output)
        stop("no output");
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, translated);
    qemu_plugin_register_atexit_cb(plugin, ended, NULL);
    return 0;
}
