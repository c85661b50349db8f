#include "tests/tasks/liar_client/lie.h"
#include "tests/tasks/hostile/random.h"
#include "tests/tasks/liar.h"
#include "tests/tasks/registers.h"
#include "tests/tasks/selectors.h"
#include <quire/print.h>
#include <quire/server.h>
#include <quire/slot.h>
#include <quire/tap.h>
#include <quire/task.h>

uint32_t tests;
uint32_t failed;
uint64_t selectors_found;
uint64_t leaked;
uint64_t arena;
uint64_t deaths;

#define LIE_INSTRUCTIONS 40      /* of the server's, in which many a lie is told */
#define RESTART_INSTRUCTIONS 600 /* likewise, of a restart */

void plan_death(void)
{
    static struct random random;
    struct sweep_result last = {0};

    if (server_task() == 0) {
        return;
    }
    random.state = random.state != 0 ? random.state : tap_seed() + 1;
    struct sweep_death request = {.after = 1 + random_below(&random, LIE_INSTRUCTIONS)};
    struct sweep_death recovery = {.after =
                                       random_one_in(&random, 2) ? 1 + random_below(&random, RESTART_INSTRUCTIONS) : 0};
    enum error error = system_call_sweep(server_task(), &request, &recovery, &last);
    if (error != ERROR_NONE) {
        result("a death is planned", error, ERROR_NONE);
    }
    deaths += last.deaths;
}

void result(const char *name, uint64_t found, uint64_t expected)
{
    tests++;
    failed += found != expected;
    if (found != expected) {
        print("# %s: %s, not %s\n", name, error_name(found), error_name(expected));
    }
    print("%s %u - %s\n", found == expected ? "ok" : "not ok", tests, name);
}

struct lie lie_of(enum action want, enum mode mode, uint32_t action, uint64_t r13, uint64_t r14)
{
    return (struct lie){.want = want, .mode = mode, .action = action, .n = 1, .r13 = r13, .r14 = r14, .asked = 1};
}

enum error tell(const struct lie *lie, handle lent, uint32_t dst, handle *made)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, lie->want, lie->mode, lie->asked, dst),
                              .rdi = frame_server(),
                              .rsi = label_make(LIAR_LIE + lie->action, lie->label),
                              .words = {lie->r13, lie->r14, lie->n, lie->run, lie->stride},
                              .r13 = lie->mode == MODE_NONE ? REGISTERS_SECRET : lent,
                              .r14 = lie->mode == MODE_BORROW || lie->mode == MODE_ATTACH ? lie->beside
                                                                                          : REGISTERS_SECRET};

    plan_death();
    selectors_load(SELECTOR_NULL_1);
    leaked |= system_call_with_secrets(&message, 0);
    selectors_found += selectors_foreign(SELECTOR_NULL_1);
    enum error error = (enum error)(rax_status(message.rax) != ERROR_NONE ? rax_status(message.rax) : message.rsi);
    bool filled = rax_n(message.rax) > 0;
    bool expected = filled ? handle_index(message.r13) == dst : message.r13 == 0;
    leaked |= message.rdi | message.r14 | (expected ? 0 : message.r13) | (filled ? 0 : message.rax >> 8);
    *made = message.r13;
    return error;
}

handle grant(uint64_t address, uint32_t dst)
{
    const struct lie truth = lie_of(ACTION_GRANT, MODE_NONE, ACTION_GRANT, address, RIGHTS_FRAME);
    handle made;

    result("an honest grant", tell(&truth, 0, dst, &made), ERROR_NONE);
    return made;
}

handle held;
handle table;
handle shared;
handle reader;

bool is_kept(handle value, enum kind kind, uint32_t rights)
{
    struct handle_facts facts;

    return system_call_inspect(value, &facts) == ERROR_NONE && facts.kind == kind && facts.rights == rights;
}

void give_back_run(handle first, uint32_t n)
{
    struct lie drop = lie_of(ACTION_NONE, MODE_DROP, ACTION_NONE, 0, 0);
    handle none;

    drop.asked = n;
    result("given back", tell(&drop, first, 0, &none), ERROR_NONE);
}

enum error nothing_changed(const char *name, enum error error)
{
    struct handle_facts facts;

    for (uint32_t k = 0; k < 4; k++) { /* none of a run either */
        if (system_call_inspect(handle_make(ROOM + k, 1), &facts) != ERROR_BAD_HANDLE) {
            print("# %s: entry %u is filled\n", name, ROOM + k);
            error = ERROR_OCCUPIED;
        }
    }
    if (!is_kept(held, KIND_UNTYPED, RIGHTS_FRAME) || !is_kept(table, KIND_PAGE_TABLE, RIGHTS_FRAME) ||
        !is_kept(shared, KIND_UNTYPED, RIGHTS_FRAME) || !is_kept(reader, KIND_UNTYPED, RIGHT_READ | RIGHT_CLONE)) {
        print("# %s: a handle is not what it was\n", name);
        error = ERROR_REVOKED;
    }
    return error;
}

void refused(const char *name, struct lie lie, handle lent, enum error expected)
{
    handle made;
    enum error error = tell(&lie, lent, ROOM, &made);

    result(name, nothing_changed(name, error), expected);
}

void write_first(handle value, uint64_t word)
{
    uint32_t level;

    result("map", system_call_map(value, PLACE, RIGHT_READ | RIGHT_WRITE, &level), ERROR_NONE);
    *(volatile uint64_t *)PLACE = word;
    result("unmap", system_call_unmap(value), ERROR_NONE);
}

uint64_t read_first(handle value)
{
    uint32_t level;

    result("map", system_call_map(value, PLACE, RIGHT_READ, &level), ERROR_NONE);
    uint64_t word = *(volatile uint64_t *)PLACE;
    result("unmap", system_call_unmap(value), ERROR_NONE);
    return word;
}
