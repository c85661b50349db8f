/* A plugin for QEMU: which instructions the guest executes between each first and second mark. Marks are rdtsc at given
 * addresses. Options: `output=FILE` and, for each mark, `mark=ADDRESS`, hexadecimal. What it writes, line by line:
 *
 *   i NUMBER ADDRESS PAGE BYTES   an instruction that a trace will name; tasks share addresses, and differ in PAGE
 *   t NUMBER NUMBER ...           a trace, both marks included; each turn of a repeated string instruction counts */
#include "tests/machine/plugin.h"
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKS_MAX 64
#define TRACE_MAX (1 << 20)
#define PAGE_MASK 0xfffu

struct instruction {
    uint64_t address;
    uint64_t page; /* where QEMU keeps the guest's page */
    uint32_t number;
    bool announced;
    bool mark;
    uint8_t size;
    uint8_t bytes[INSTRUCTION_BYTES];
};

static FILE *output;
static uint64_t marks[MARKS_MAX];
static int mark_count;
static void *known; /* tree of struct instruction: a block that is translated again brings the same ones */
static uint32_t known_count;
static struct instruction *trace[TRACE_MAX];
static size_t trace_length;
static bool tracing;

static void stop(const char *why)
{
    fprintf(stderr, "trace: %s\n", why);
    exit(EXIT_FAILURE);
}

static int compare(const void *left, const void *right)
{
    const struct instruction *a = left;
    const struct instruction *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->page == b->page ? memcmp(a->bytes, b->bytes, sizeof(a->bytes)) : a->page < b->page ? -1 : 1;
}

static void trace_write(void)
{
    for (size_t k = 0; k < trace_length; k++) {
        struct instruction *instruction = trace[k];

        if (instruction->announced)
            continue;
        instruction->announced = true;
        fprintf(output, "i %" PRIx32 " %" PRIx64 " %" PRIx64 " ", instruction->number, instruction->address,
                instruction->page);
        for (uint8_t byte = 0; byte < instruction->size; byte++)
            fprintf(output, "%02x", instruction->bytes[byte]);
        putc('\n', output);
    }
    putc('t', output);
    for (size_t k = 0; k < trace_length; k++)
        fprintf(output, " %" PRIx32, trace[k]->number);
    putc('\n', output);
    if (fflush(output))
        stop("the output can't be written");
}

static void executed(unsigned int cpu, void *data)
{
    struct instruction *instruction = data;
    bool ends = tracing && instruction->mark;

    (void)cpu;
    if (!tracing && !instruction->mark)
        return;
    if (trace_length == TRACE_MAX)
        stop("too long between two marks");
    trace[trace_length++] = instruction;
    tracing = !ends;
    if (ends) {
        trace_write();
        trace_length = 0;
    }
}

static bool is_mark(const struct instruction *instruction)
{
    static const uint8_t rdtsc[] = {0x0f, 0x31};

    if (memcmp(instruction->bytes, rdtsc, sizeof(rdtsc)) != 0)
        return false;
    for (int k = 0; k < mark_count; k++) {
        if (marks[k] == instruction->address)
            return true;
    }
    return false;
}

static struct instruction *instruction_known(const struct qemu_plugin_insn *translated)
{
    struct instruction *instruction = calloc(1, sizeof(*instruction));
    struct instruction **place;

    if (!instruction)
        stop("no memory");
    instruction->address = qemu_plugin_insn_vaddr(translated);
    instruction->page = (uintptr_t)qemu_plugin_insn_haddr(translated) & ~(uint64_t)PAGE_MASK;
    instruction->size = (uint8_t)qemu_plugin_insn_size(translated);
    memcpy(instruction->bytes, qemu_plugin_insn_data(translated), instruction->size);
    instruction->mark = is_mark(instruction);
    place = tsearch(instruction, &known, compare);
    if (!place)
        stop("no memory");
    if (*place != instruction)
        free(instruction);
    else
        instruction->number = known_count++;
    return *place;
}

static void translated(uint64_t plugin, struct qemu_plugin_tb *block)
{
    (void)plugin;
    for (size_t k = 0; k < qemu_plugin_tb_n_insns(block); k++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, k);

        qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed, PLUGIN_NO_REGISTERS,
                                               instruction_known(instruction));
    }
}

static void ended(uint64_t plugin, void *data)
{
    (void)plugin;
    (void)data;
    if (fclose(output))
        stop("the output can't be written");
}

int qemu_plugin_install(uint64_t plugin, const void *machine, int count, char **options)
{
    (void)machine;
    for (int k = 0; k < count; k++) {
        if (strncmp(options[k], "output=", 7) == 0 && !output)
            output = fopen(options[k] + 7, "w");
        else if (strncmp(options[k], "mark=", 5) == 0 && mark_count < MARKS_MAX)
            marks[mark_count++] = strtoull(options[k] + 5, NULL, 16);
        else
            stop("an option that makes no sense");
    }
    if (!output)
        stop("no output");
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, translated);
    qemu_plugin_register_atexit_cb(plugin, ended, NULL);
    return 0;
}
