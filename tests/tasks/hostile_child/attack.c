/* The attacker's calls, one after the other. */
#include "tests/tasks/hostile_child/attacker.h"

#include <quire/task.h>

/* How often it goes which way, of WAYS; each ends where the next begins. */
enum { GREMLINS = 10, RECEIVES = 25, CALLS = 50, REQUESTS = 500, WAYS = 1000 };

struct attacker attacker;

static enum error issue(struct message *message, bool to_server)
{
    struct all_registers in = {.rax = message->rax,
                               .rdi = message->rdi,
                               .rsi = message->rsi,
                               .r13 = message->r13,
                               .r14 = message->r14,
                               .rbx = random_next(&attacker.random),
                               .rbp = random_next(&attacker.random),
                               .r15 = random_next(&attacker.random),
                               .rflags = random_next(&attacker.random) & REGISTERS_FLAGS};
    struct message before = *message;

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        in.words[k] = message->words[k];
    }
    struct all_registers out = in;
    attacker.report->calls++;
    system_call_all(&out);
    *message = (struct message){.rax = out.rax, .rdi = out.rdi, .rsi = out.rsi, .r13 = out.r13, .r14 = out.r14};
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        message->words[k] = out.words[k];
    }
    judge(&in, &out, to_server);
    learn(&before, message);
    return (enum error)rax_status(out.rax);
}

enum error attempt(struct message *message)
{
    return issue(message, message->rdi == attacker.server && rax_number(message->rax) == SYSTEM_CALL_CALL);
}

enum error attempt_small(uint32_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r8)
{
    struct message message = {.rax = number, .rdi = rdi, .rsi = rsi, .words = {rdx, r8}};

    return attempt(&message);
}

enum error attempt_request(struct message *message, enum operation operation, enum action want, enum mode mode,
                           uint32_t n, uint32_t dst)
{
    message->rax = rax_make(SYSTEM_CALL_CALL, want, mode, n, dst);
    message->rdi = attacker.server;
    message->rsi = label_make(operation, 0);
    enum error error = attempt(message);
    return error != ERROR_NONE ? error : (enum error)message->rsi;
}

/* What an attacker may never give to others: a task that held the last handle to itself would stay for ever. */
static void keep_own(handle value)
{
    if (value != 0 && attempt_small(SYSTEM_CALL_NARROW, value, RIGHT_CLONE | RIGHT_OWNER, 0, 0) == ERROR_BAD_RIGHTS) {
        (void)attempt_small(SYSTEM_CALL_NARROW, value, RIGHT_OWNER, 0, 0);
    }
}

/* One of the attacker's many ways. */
static void act(void)
{
    struct random *random = &attacker.random;
    struct message message = {0};
    uint64_t way = random_below(random, WAYS);

    if (way < GREMLINS) {
        make_gremlin();
        return;
    }
    if (way < RECEIVES || (attacker.serves && random_one_in(random, 4))) {
        draw_receive(&message);
    } else if (way < CALLS) {
        draw_message_to_task(&message);
    } else if (way < REQUESTS) {
        draw_request(&message);
    } else {
        draw_call(&message);
    }
    if (random_one_in(random, 3)) {
        spoil(&message);
    }
    if (rax_number(message.rax) == SYSTEM_CALL_EXIT && !random_one_in(random, 100)) {
        message.rax ^= SYSTEM_CALL_EXIT ^ SYSTEM_CALL_YIELD;
    }
    struct message sent = message;
    if (attempt(&message) == ERROR_NONE && rax_number(sent.rax) == SYSTEM_CALL_CALL && message.rsi == ERROR_NONE &&
        sent.rsi == MESSAGE_REPURPOSE && sent.words[0] == KIND_TASK) {
        keep_own(sent.r13);
    }
}

_Noreturn void attack(volatile struct report *report, uint64_t seed, uint64_t calls)
{
    attacker = (struct attacker){.random = {seed}, .report = report, .server = frame_server()};
    explore();
    for (uint64_t end = report->calls + calls; report->calls < end;) {
        act();
    }
    if (random_one_in(&attacker.random, 2)) {
        __builtin_trap();
    }
    system_call_exit(0);
}
