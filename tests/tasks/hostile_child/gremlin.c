/* Tasks of the attacker's own: made step by step of frames that it bought, each step as wrong now and then as any other. */
#include "tests/tasks/hostile_child/attacker.h"
#include "tests/tasks/hostile_child/gremlin_code.h"

#include <quire/client.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

#define GREMLIN_ADDRESS UINT64_C(0x400000)
#define WRITE_ADDRESS UINT64_C(0x5fe000) /* in the page table of the attacker's own image */
#define MISTAKE 100                      /* one step in so many is spoilt */

/* A step of the making; false: it went wrong, and so it ends here. */
static bool step(struct message *message)
{
    if (random_one_in(&attacker.random, MISTAKE)) {
        spoil(message);
    }
    return attempt(message) == ERROR_NONE &&
           (message->rax == 0 || rax_number(message->rax) != SYSTEM_CALL_CALL || message->rsi == ERROR_NONE);
}

static bool step_small(uint32_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r8)
{
    struct message message = {.rax = number, .rdi = rdi, .rsi = rsi, .words = {rdx, r8}};

    return step(&message);
}

static handle buy(enum kind kind)
{
    struct message message = {0};

    if (attempt_request(&message, MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 1, draw_entry()) != ERROR_NONE) {
        return 0;
    }
    handle frame = message.r13;
    if (kind != KIND_UNTYPED) {
        message = (struct message){.words = {kind}, .r13 = frame};
        if (attempt_request(&message, MESSAGE_REPURPOSE, ACTION_CONVERT, MODE_BORROW, 1, 0) != ERROR_NONE) {
            return 0;
        }
    }
    if (kind == KIND_TASK) {
        (void)attempt_small(SYSTEM_CALL_NARROW, frame, RIGHT_CLONE | RIGHT_OWNER, 0, 0);
    }
    return frame;
}

static handle copy(handle value, uint32_t rights)
{
    struct message message = {.words = {rights}, .r13 = value};

    return attempt_request(&message, MESSAGE_CLONE, ACTION_CLONE, MODE_BORROW, 1, draw_entry()) == ERROR_NONE
               ? message.r13
               : 0;
}

/* Gives a handle to the task; 0: it did not go. */
static handle give(handle task, handle value, uint32_t entry)
{
    struct message message = {.rax = SYSTEM_CALL_GIVE, .rdi = task, .rsi = value, .words = {1, entry}};

    return value != 0 && step(&message) ? message.rsi : 0;
}

static bool fill(handle frame)
{
    if (!step_small(SYSTEM_CALL_MAP, frame, WRITE_ADDRESS, RIGHT_READ | RIGHT_WRITE, 0)) {
        return false;
    }
    struct handle_facts facts;
    if (system_call_inspect(frame, &facts) == ERROR_NONE && facts.address == WRITE_ADDRESS) {
        memcpy((void *)WRITE_ADDRESS, gremlin_code, gremlin_code_size);
    }
    attacker.report->calls++; /* that look */
    return step_small(SYSTEM_CALL_UNMAP, frame, 0, 0, 0);
}

/* Maps its code, with the tables that it takes. */
static bool furnish(handle task, handle code, uint32_t *entry)
{
    handle there = give(task, code, (*entry)++);

    for (uint32_t level = 0; level < 4 && there != 0; level++) {
        struct message message = {
            .rax = SYSTEM_CALL_MAP, .rdi = there, .rsi = GREMLIN_ADDRESS, .words = {RIGHT_READ | RIGHT_EXECUTE, task}};

        if (attempt(&message) != ERROR_NO_TABLE) {
            return rax_status(message.rax) == ERROR_NONE;
        }
        handle table = give(task, buy(KIND_PAGE_TABLE), (*entry)++);
        if (table == 0 || !step_small(SYSTEM_CALL_INSTALL, table, GREMLIN_ADDRESS, message.rsi, task)) {
            return false;
        }
    }
    return false;
}

void make_gremlin(void)
{
    struct random *random = &attacker.random;
    uint32_t own = start_page()->priority;
    uint32_t priority = random_one_in(random, 4) ? own : (uint32_t)random_below(random, own + 1);
    handle task = buy(KIND_TASK);
    struct message create = {.rax = SYSTEM_CALL_CREATE,
                             .rdi = task,
                             .rsi = buy(KIND_PAGE_TABLE),
                             .words = {buy(KIND_HANDLE_TABLE),
                                       create_make(priority, random_one_in(random, 2), 0, start_page()->cpu),
                                       0x6e696c6d657267}};

    if (random_one_in(random, 2)) {
        create.r13 = copy(start_handle(GIFT_ARENA), RIGHT_NOTIFY | RIGHT_MOVE);
    }
    handle code = buy(KIND_UNTYPED);
    if (task == 0 || !step(&create) || code == 0 || !fill(code)) {
        return;
    }
    uint32_t entry = 1;
    (void)give(task, copy(attacker.server, RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE), entry++);
    (void)give(task, copy(start_handle(GIFT_ARENA), RIGHT_CALL | RIGHT_RECEIVE | RIGHT_MOVE), entry++);
    (void)give(task, draw_handle_of(KIND_UNTYPED), entry++);
    if (furnish(task, code, &entry)) {
        (void)step_small(SYSTEM_CALL_START, task, GREMLIN_ADDRESS, random_next(random) >> 18, 0);
    }
}
