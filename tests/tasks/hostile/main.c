/* Suite `hostile`: attackers issue system calls and messages of all sorts, beside honest tasks that must not notice. Words
 * of the kernel's command line: count=N (system calls of attackers), seed=N. */
#include "tests/tasks/hostile/children.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>
#include <quire/tap.h>
#include <quire/task.h>

#define ATTACKERS 8
#define CLIENTS 2
#define CHILDREN (1 + CLIENTS + ATTACKERS)
#define FIRST_ATTACKER (1 + CLIENTS)

#define COUNT_USUAL 2000000
#define PARTS 10              /* lines that tell how far it is */
#define PATIENCE 3            /* looks at an attacker that waits, before it is helped or ended */
#define PATIENCE_RUNNING 64   /* looks at one that runs and issues nothing */
#define LOOKS_A_KILL 16       /* looks at all of them, on average, until the frame server is killed */
#define PATIENCE_END 100      /* turns of all tasks until what they held is back */
#define PATIENCE_HONEST 2000  /* looks without progress of an honest child */
#define PATIENCE_ACCOUNT 2000 /* times that there is none for an attacker: ended ones have to give theirs back */

static struct child children[CHILDREN];
static struct arena arena;
static struct {
    uint64_t wanted;
    uint64_t calls; /* of attackers that have ended */
    uint64_t ends[TASK_END_ABANDONED + 1];
    uint64_t stops;
    uint64_t kills; /* of the frame server */
    uint64_t waits; /* for an account, one after another */
    uint64_t parts;
    uint64_t seen[SYSTEM_CALLS];
    uint64_t seen_labels[MESSAGES];
} total;

static uint64_t seed(void)
{
    return tap_seed() != 0 ? tap_seed() : 1;
}

static const char *const register_names[REPORT_REGISTERS] = {"rax", "rdi", "rsi", "rdx", "r8",
                                                             "r9",  "r10", "r12", "r13", "r14"};

/* --- what the reports say --------------------------------------------------------------------------------------------- */

static const char *call_name(uint64_t number)
{
    static const char *const names[SYSTEM_CALLS] = {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text) [number] = #NAME,
#include <quire/system_calls.def>
#undef SYSTEM_CALL
    };

    return number < SYSTEM_CALLS ? names[number] : "unknown";
}

static const char *message_name(uint64_t number)
{
    static const char *const names[MESSAGES] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) [number] = #NAME,
#include <quire/messages.def>
#undef MESSAGE
    };

    return number < MESSAGES ? names[number] : "unknown";
}

static bool no_offence(const struct child *child)
{
    static const char *const kinds[] = {"", "error not declared for system call", "label not declared for message",
                                        "registers that carry nothing are not 0 after system call"};
    struct offence offence = *(const struct offence *)&child->report->offence;

    if (offence.kind == OFFENCE_NONE || offence.kind > OFFENCE_STRAY || offence.seal != offence_seal(&offence)) {
        return true;
    }
    print("# %s %lu, %s: %lx, %s\n", kinds[offence.kind], offence.number,
          offence.kind == OFFENCE_LABEL ? message_name(offence.number) : call_name(offence.number), offence.error,
          error_name(offence.error));
    for (uint32_t k = 0; k < REPORT_REGISTERS; k++) {
        print("#   %s in %lx, out %lx\n", register_names[k], offence.in[k], offence.out[k]);
    }
    return false;
}

static void collect(struct child *child)
{
    for (uint32_t k = 0; k < SYSTEM_CALLS; k++) {
        total.seen[k] |= child->report->seen[k];
    }
    for (uint32_t k = 0; k < MESSAGES; k++) {
        total.seen_labels[k] |= child->report->seen_labels[k];
    }
}

static uint64_t calls_so_far(void)
{
    uint64_t calls = 0;

    for (uint32_t k = FIRST_ATTACKER; k < CHILDREN; k++) {
        calls += children[k].report->calls;
    }
    return calls;
}

static void tell_progress(void)
{
    uint64_t calls = calls_so_far();

    if (calls / (total.wanted / PARTS + 1) >= total.parts) {
        total.parts++;
        print("# %lu calls; attackers: %lu exited, %lu faulted, %lu killed; %lu stopped and started; the frame server "
              "killed %lu times\n",
              calls, total.ends[TASK_END_EXITED], total.ends[TASK_END_FAULTED], total.ends[TASK_END_KILLED],
              total.stops, total.kills);
    }
}

/* --- watching --------------------------------------------------------------------------------------------------------- */

/* A child has ended, and everything of it is back. */
static bool child_ended(struct child *child)
{
    struct task_facts facts;

    if (!expect_success(system_call_look(child->task, &facts)) || !expect_equal(facts.state, TASK_DEAD)) {
        return false;
    }
    total.ends[facts.end]++;
    handle task = child->task;
    child->task = 0;
    if (!expect_success(frame_drop(task))) {
        return false;
    }
    if (child->role == ROLE_ATTACKER) {
        collect(child);
        return expect(no_offence(child));
    }
    expect_equal(facts.end, TASK_END_EXITED);
    expect_equal(child->report->failed_line, 0);
    return expect_equal(facts.code, 0);
}

/* The watchdog: one that waits for something that nobody will do is notified, started again, or ended. No time counts, but how often
 * everybody else had a turn. */
static bool watch_attacker(struct child *child)
{
    struct task_facts facts;
    struct random *random = &arena.random;

    if (child->report->calls != child->seen) {
        child->seen = child->report->calls;
        child->idle = 0;
        return true;
    }
    child->idle++;
    if (child->idle < PATIENCE) {
        return true;
    }
    if (!expect_success(system_call_look(child->task, &facts))) {
        return false;
    }
    if (facts.state == TASK_READY && child->idle < PATIENCE_RUNNING) {
        return true;
    }
    if (facts.state == TASK_DYING || facts.state == TASK_DEAD) { /* the notification is to come */
        return expect(child->idle < PATIENCE_END);
    }
    if (facts.state == TASK_RECEIVING && child->idle == PATIENCE && random_one_in(random, 2)) {
        return expect_success(system_call_notify(arena.arena));
    }
    if (child->idle > PATIENCE || random_one_in(random, 2)) {
        return expect_success(system_call_kill(child->task));
    }
    return true;
}

/* Stops and ends attackers in the middle of whatever they do. */
static bool disturb(struct child *child)
{
    struct random *random = &arena.random;
    enum error error;

    if (child->task == 0 || !random_one_in(random, 8)) {
        return true;
    }
    if (random_one_in(random, 64)) {
        error = system_call_kill(child->task);
        return error == ERROR_ENDED || expect_success(error);
    }
    error = system_call_stop(child->task);
    if (error == ERROR_ENDED) {
        return true;
    }
    system_call_yield();
    total.stops++;
    enum error started = system_call_start(child->task, 0, 0);
    return expect_success(error) && (started == ERROR_ENDED || expect_success(started));
}

static bool watch_honest(struct child *child)
{
    if (!expect_equal(child->report->failed_line, 0)) {
        print("# honest child %u: %s\n", child->number, error_name(child->report->failed_error));
        return false;
    }
    child->idle = child->report->rounds == child->seen ? child->idle + 1 : 0;
    child->seen = child->report->rounds;
    if (child->idle >= PATIENCE_HONEST) {
        struct task_facts facts = {0};
        enum error error = system_call_look(child->task, &facts);
        print("# child %u does nothing any more: %s, state %u\n", child->number, error_name(error), facts.state);
    }
    return expect(child->idle < PATIENCE_HONEST);
}

/* Attackers open accounts as long as there are any. */
static bool start_anew(struct child *child)
{
    enum error error = child_start(child, &arena);

    total.waits = error == ERROR_TOO_MANY_ACCOUNTS ? total.waits + 1 : 0;
    return (error == ERROR_TOO_MANY_ACCOUNTS && expect(total.waits < PATIENCE_ACCOUNT)) || expect_success(error);
}

/* One look at all of them. */
static bool watch(bool go_on)
{
    uint64_t ended;

    if (!expect_success(arena_ended(&arena, &ended))) {
        return false;
    }
    for (uint32_t k = 0; k < CHILDREN; k++) {
        struct child *child = &children[k];
        bool good = true;

        if ((ended >> k & 1) != 0) {
            good = child_ended(child);
        } else if (child->task != 0 && child->role == ROLE_ATTACKER) {
            good = watch_attacker(child) && disturb(child);
        } else if (child->task != 0) {
            good = watch_honest(child);
        }
        if (good && go_on && child->task == 0) {
            good = expect(child->role == ROLE_ATTACKER) && start_anew(child);
        }
        if (!good) {
            return false;
        }
    }
    if (random_one_in(&arena.random, LOOKS_A_KILL)) { /* the frame server dies between two requests of whoever it is */
        total.kills++;
        if (!expect_success(server_restart())) {
            return false;
        }
    }
    tell_progress();
    system_call_yield();
    return true;
}

/* --- the test --------------------------------------------------------------------------------------------------------- */

static bool any_left(uint32_t first, uint32_t end)
{
    for (uint32_t k = first; k < end; k++) {
        if (children[k].task != 0) {
            return true;
        }
    }
    return false;
}

static bool begin(void)
{
    static const enum role roles[FIRST_ATTACKER] = {ROLE_SERVER, ROLE_CLIENT, ROLE_CLIENT};

    if (!expect_success(arena_make(&arena, seed()))) {
        return false;
    }
    for (uint32_t k = 0; k < CHILDREN; k++) {
        enum role role = k < FIRST_ATTACKER ? roles[k] : ROLE_ATTACKER;
        if (!expect_success(child_prepare(&children[k], role, k)) ||
            !expect_success(child_start(&children[k], &arena))) {
            return false;
        }
        if (k < FIRST_ATTACKER) {
            arena.neighbour = children[k].task;
        }
    }
    return true;
}

/* The attackers first, so that the honest see the end of all that these did. */
static bool finish(void)
{
    for (uint32_t k = FIRST_ATTACKER; k < CHILDREN; k++) {
        if (children[k].task != 0) {
            enum error error = system_call_kill(children[k].task);
            if (error != ERROR_ENDED && !expect_success(error)) {
                return false;
            }
        }
    }
    while (any_left(FIRST_ATTACKER, CHILDREN)) {
        if (!watch(false)) {
            return false;
        }
    }
    for (uint32_t k = CLIENTS + 1; k-- > 0;) { /* the server last */
        children[k].report->stop = 1;
        if (k == 0 && !expect_success(system_call_notify(arena.service))) {
            return false;
        }
        while (children[k].task != 0) {
            if (!watch(false)) {
                return false;
            }
        }
    }
    return true;
}

static uint64_t digest(void)
{
    uint64_t sum = 0;

    for (uint32_t k = 0; k < CHILDREN; k++) {
        sum = sum * 31 + children[k].report->digest + children[k].report->rounds;
    }
    return sum;
}

/* Who holds what is still charged to an account. */
static void tell_holders(uint32_t account)
{
    struct account_holder holder;

    for (uint64_t address = 0; account_next_holder(account, &address, &holder) == ERROR_NONE;) {
        print("# charged to account %u: %lx, %lu handles, one of %s\n", account, holder.address, holder.handles,
              holder.name);
    }
}

/* Nothing is charged to the accounts any more, once all tasks that the attackers made have ended, too. */
static bool all_is_back(void)
{
    struct child last;

    if (!expect_success(child_prepare(&last, ROLE_LAST, CHILDREN))) {
        return false;
    }
    for (uint32_t k = 0; k < CHILDREN; k++) {
        struct account_statistics account = {0};
        uint32_t turns = 0;

        do {
            if (!expect_success(child_let_all_run(&last, &arena)) ||
                (children[k].account != 0 && !expect_success(account_facts(children[k].account, &account)))) {
                return false;
            }
        } while (account.used > 0 && ++turns < PATIENCE_END);
        if (!expect_equal(account.used, 0)) {
            tell_holders(children[k].account);
            return false;
        }
    }
    return expect_success(child_dismiss(&last));
}

static bool dismiss_all(void)
{
    if (!all_is_back()) {
        return false;
    }
    for (uint32_t k = 0; k < CHILDREN; k++) {
        if (!expect_success(child_dismiss(&children[k]))) {
            return false;
        }
    }
    return expect_success(arena_end(&arena));
}

/* A line of the names of errors, if there are any. */
static void tell_errors(const char *what, const char *name, uint64_t errors)
{
    if (errors != 0) {
        print("# %s: %s:", name, what);
        for (uint32_t error = 1; error < 64; error++) {
            if ((errors >> error & 1) != 0) {
                print(" %s", error_name(error));
            }
        }
        print("\n");
    }
}

/* How far the tables of the ABI were tried. What a message was refused with and has not declared itself goes for all of them,
 * or the kernel said it: judge.c lets nothing else pass. */
static void tell_coverage(void)
{
#define E(NAME) (UINT64_C(1) << ERROR_##NAME)
#define GENERAL (E(BAD_OPERATION) | E(BAD_MODE) | E(BAD_COUNT) | E(BAD_ARGUMENT) | E(NOT_WANTED))
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text)                                     \
    tell_errors("never answered", #NAME, (errors) & ~total.seen[number]);
#include <quire/system_calls.def>
#undef SYSTEM_CALL
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
    tell_errors("never answered", "message " #NAME, (errors) & ~total.seen_labels[number]);                            \
    tell_errors("beside its own", "message " #NAME, total.seen_labels[number] & ~((errors) | GENERAL | 1));
#include <quire/messages.def>
#undef MESSAGE
#undef E
}

static void storm(void)
{
    bool good;

    total.wanted = start_option_number(start_page()->command_line, "count", COUNT_USUAL);
    print("# reproduce: make hostile N=%lu SEED=%lu\n", total.wanted, seed());
    good = begin();
    while (good && calls_so_far() < total.wanted) {
        good = watch(true);
    }
    good = good && finish();
    if (!good) {
        return;
    }
    print("# %lu calls, %lu and %lu honest rounds, %lu calls served; digest %lx\n", calls_so_far(),
          children[1].report->rounds, children[2].report->rounds, children[0].report->rounds, digest());
    for (uint32_t k = 0; k < CHILDREN; k++) {
        if (children[k].role == ROLE_CLIENT) {
            expect(children[k].report->rounds > 0);
        }
    }
    if (!dismiss_all()) {
        return;
    }
    tell_coverage();
}

static const struct tap_test tests[] = {
    {"storm", storm},
};
static const struct tap_group group = TAP_GROUP("hostile", tests);

int main(void)
{
    static const struct tap_group *const groups[] = {&group};

    tap_run(groups, 1);
}
