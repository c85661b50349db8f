/* Holds the kernel and the frame server to the tables of the ABI. */
#include "tests/tasks/hostile_child/attacker.h"

#include <quire/error.h>

#define E(NAME) (UINT64_C(1) << ERROR_##NAME)
#define ONE_OF(set, number) ((number) < 64 && ((set) >> (number)&1) != 0)

/* What each system call can answer, success included. */
static const uint64_t statuses[SYSTEM_CALLS] = {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text) [number] = (errors) | 1,
#include <quire/system_calls.def>
#undef SYSTEM_CALL
};

/* What the frame server can answer to each message, success and what goes for all messages included. When the kernel refuses
 * what the server wanted to do, the label says why: that is one of the errors of CALL. */
#define LABELS_OF_ALL (E(BAD_OPERATION) | E(BAD_MODE) | E(BAD_COUNT) | E(BAD_ARGUMENT) | E(NOT_WANTED))
static const uint64_t labels[MESSAGES] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
    [number] = (errors) | LABELS_OF_ALL | 1,
#include <quire/messages.def>
#undef MESSAGE
};

static void note(enum offence_kind kind, uint64_t number, uint64_t error, const struct all_registers *in,
                 const struct all_registers *out)
{
    struct offence *offence = (struct offence *)&attacker.report->offence;

    if (offence->kind != OFFENCE_NONE) {
        return;
    }
    *offence = (struct offence){
        .number = number,
        .error = error,
        .in = {in->rax, in->rdi, in->rsi, in->words[0], in->words[1], in->words[2], in->words[3], in->words[4], in->r13,
               in->r14},
        .out = {out->rax, out->rdi, out->rsi, out->words[0], out->words[1], out->words[2], out->words[3], out->words[4],
                out->r13, out->r14},
    };
    offence->kind = kind;
    offence->seal = offence_seal(offence);
}

/* What came back in registers that carry nothing, or-ed. */
static uint64_t strays(uint32_t number, const struct all_registers *out)
{
    uint64_t never = out->rbx | out->rbp | out->r15;
    uint64_t rest = out->rdi | out->words[3] | out->words[4] | out->r13 | out->r14 | out->rax >> 8;
    uint64_t answer = out->rsi | out->words[0] | out->words[1] | out->words[2];
    bool message = number == SYSTEM_CALL_CALL || number == SYSTEM_CALL_REPLY_RECEIVE;

    if (message && rax_status(out->rax) == ERROR_NONE) {
        return number == SYSTEM_CALL_CALL ? never | out->rdi | out->r14 : never;
    }
    return message ? never | rest | answer : never | rest;
}

/* The set that the label of the frame server's reply has to be from. Whatever is dropped is dropped, and the label read by nobody. */
static uint64_t labels_for(const struct all_registers *in)
{
    uint32_t operation = label_operation(in->rsi);

    if (rax_mode(in->rax) == MODE_DROP) {
        return labels[MESSAGE_DROP];
    }
    return operation < MESSAGES ? labels[operation] | statuses[SYSTEM_CALL_CALL] : E(BAD_OPERATION);
}

void judge(const struct all_registers *in, const struct all_registers *out, bool to_server)
{
    volatile struct report *report = attacker.report;
    uint32_t number = rax_number(in->rax);
    uint32_t status = rax_status(out->rax);
    uint64_t allowed = number < SYSTEM_CALLS ? statuses[number] : E(BAD_SYSTEM_CALL);
    uint64_t stray = strays(number, out);

    report->digest = (report->digest ^ status ^ out->rsi) * UINT64_C(0x9e3779b97f4a7c15);
    if (!ONE_OF(allowed, status)) {
        note(OFFENCE_STATUS, number, status, in, out);
    } else if (number < SYSTEM_CALLS) {
        report->seen[number] |= UINT64_C(1) << status;
    }
    if (stray != 0) {
        note(OFFENCE_STRAY, number, stray, in, out);
    }
    if (to_server && status == ERROR_NONE) {
        uint32_t operation = rax_mode(in->rax) == MODE_DROP ? MESSAGE_DROP : label_operation(in->rsi);
        if (!ONE_OF(labels_for(in), out->rsi)) {
            note(OFFENCE_LABEL, operation, out->rsi, in, out);
        } else if (operation < MESSAGES) {
            report->seen_labels[operation] |= UINT64_C(1) << out->rsi;
        }
    }
}
