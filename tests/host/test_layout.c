/* Which cache lines workers write when each is at its own frames: none that another writes. The memory is read-only;
 * a write faults, its line is noted, and the instruction is let through alone. */
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define FRAMES 256
#define LINE 64
#define TRAP_FLAG 0x100 /* of RFLAGS: a trap after the next instruction */
#define FAULT_WRITE 2   /* of a page fault's error code */

static struct world *world;

/* What workers share: kept memory and slots, page by page. Worker structures, control and transfer pages are each one's
 * own (WORKER_ADDRESS), or on its stack. */
static struct area {
    char *base;
    uint64_t size;
    uint8_t *written; /* a bit for each worker, by line */
} areas[2];
static uint32_t writer;
static uint64_t writes;

static void protect(int protection)
{
    for (uint32_t k = 0; k < 2; k++) {
        if (mprotect(areas[k].base, areas[k].size, protection) != 0)
            abort();
    }
}

static void on_fault(int number, siginfo_t *information, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    char *address = information->si_addr;

    for (uint32_t k = 0; k < 2; k++) {
        const struct area *area = &areas[k];
        if (address < area->base || address >= area->base + area->size || !(registers[REG_ERR] & FAULT_WRITE))
            continue;
        area->written[(uint64_t)(address - area->base) / LINE] |= (uint8_t)(1u << writer);
        writes += 1;
        protect(PROT_READ | PROT_WRITE);
        registers[REG_EFL] |= TRAP_FLAG;
        return;
    }
    signal(number, SIG_DFL); /* a stray access */
}

static void on_step(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
    protect(PROT_READ);
}

static void create(void)
{
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    struct sigaction step = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    uint64_t size = (sizeof(struct keep) + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE;

    world = world_create_plain(FRAMES);
    for (uint64_t frame = 0; frame < FRAMES; frame++)
        expect_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED); /* backs the window */
    /* Kept memory on pages of its own. */
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    struct keep *keep = memcpy(pages, world->keep, sizeof(*keep));
    free(world->keep);
    world->keep = keep;
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        world->workers[k].keep = keep;
        world->workers[k].log = &keep->logs[k];
        world->workers[k].cache = &keep->caches[k];
        world->workers[k].reversal = &keep->reversals[k];
        world->workers[k].note = &keep->notes[k];
    }
    areas[0] = (struct area){pages, size, calloc(size / LINE, 1)};
    areas[1] = (struct area){(char *)world->window.slots, FRAMES * SLOT_SIZE, calloc(FRAMES, 1)};
    ck_assert_int_eq(sigaction(SIGSEGV, &fault, NULL), 0);
    ck_assert_int_eq(sigaction(SIGTRAP, &step, NULL), 0);
}

/* What one worker does again and again: frames of its own, charged to an account. */
static void work(uint32_t number, uint32_t payer)
{
    struct worker *worker = &world->workers[number];
    uint64_t frame;
    uint64_t count;

    writer = number;
    expect_eq(frames_allocate(worker, payer, &frame), ERROR_NONE);
    expect_eq(frames_clone(worker, frame, &count), ERROR_NONE);
    expect_eq(frames_drop(worker, frame), 0);
    expect_eq(frames_look_up(worker, frame * FRAME_SIZE, &frame, &count), ERROR_NONE);
    expect_eq(frames_drop(worker, frame), 0);
    expect_eq(frames_drop(worker, frame), 1);
}

/* Lines that two of the first three workers write, in areas 0 and 1. */
static void shared_lines(const uint32_t payers[3], uint64_t counts[2], uint64_t *last)
{
    for (uint32_t k = 0; k < 3; k++)
        work(k, payers[k]); /* fills the caches */
    writes = 0;
    protect(PROT_READ);
    for (uint32_t k = 0; k < 3; k++)
        work(k, payers[k]);
    protect(PROT_READ | PROT_WRITE);
    for (uint32_t k = 0; k < 2; k++) {
        counts[k] = 0;
        for (uint64_t line = 0; line < areas[k].size / LINE; line++) {
            uint8_t by = areas[k].written[line];
            if ((by & (by - 1)) != 0) {
                counts[k] += 1;
                *last = line;
            }
        }
    }
    ck_assert_uint_gt(writes, 3 * 20); /* it was seen at all */
}

START_TEST(workers_write_no_line_of_each_others)
{
    static const uint32_t payers[] = {1, 2, 3};
    uint64_t counts[2];
    uint64_t last = 0;

    create();
    shared_lines(payers, counts, &last);
    ck_assert_msg(counts[0] == 0, "kept memory, offset %lx", last * LINE);
    ck_assert_uint_eq(counts[1], 0);
}
END_TEST

/* Workers whose clients share an account share its line, and no other. */
START_TEST(an_account_is_one_line)
{
    static const uint32_t payers[] = {1, 2, 1};
    uint64_t counts[2];
    uint64_t last = 0;

    create();
    shared_lines(payers, counts, &last);
    ck_assert_uint_eq(counts[0], 1);
    ck_assert_uint_eq(last, offsetof(struct keep, accounts[1]) / LINE);
    ck_assert_uint_eq(counts[1], 0);
}
END_TEST

_Static_assert(offsetof(struct keep, buddy) % LINE == 0, "the buddy's lock shares no line with what all read");
_Static_assert(offsetof(struct keep, accounts) % LINE == 0, "accounts begin with a line");
_Static_assert(sizeof(struct cache) % LINE == 0 && offsetof(struct keep, caches) % LINE == 0, "caches are whole lines");
_Static_assert(sizeof(struct undo_log) % LINE == 0 && offsetof(struct keep, logs) % LINE == 0, "logs are whole lines");
_Static_assert(WORKER_ADDRESS(1) - WORKER_ADDRESS(0) >= 3 * FRAME_SIZE, "workers' pages are their own");

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");

    tcase_add_test(tests, workers_write_no_line_of_each_others);
    tcase_add_test(tests, an_account_is_one_line);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
