/* A frame server that lies when it is told to: then it replies what the caller's message spells out, whatever is true. The
 * kernel must refuse each lie; the refusal goes to the caller as the label. liar_client tells it what to say. Ordinary
 * requests it serves as the frame server does, of whose core it is made. It leaves secrets in all registers that carry
 * nothing. */
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/enter.h"
#include "servers/frameserv/init.h"
#include "tests/tasks/liar.h"
#include "tests/tasks/liar/answers.h"
#include "tests/tasks/liar/death.h"
#include "tests/tasks/registers.h"
#include "tests/tasks/selectors.h"
#include <quire/task.h>

/* Replies before any call came: with each action, and a strip. The kernel's answers are kept. */
static void reply_to_nobody(void)
{
    uint64_t taken;
    uint64_t left;
    uint64_t total;

    answers_nobody[LIAR_ACTIONS] = system_call_strip(&taken, &left, &total);
    for (uint32_t action = ACTION_NONE + 1; action < LIAR_ACTIONS; action++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, MODE_NONE, 1, 0),
                                  .rdi = frame_server(),
                                  .r13 = REGISTERS_SECRET,
                                  .r14 = REGISTERS_SECRET};

        system_call_reply_receive(&message);
        answers_nobody[action] = rax_status(message.rax);
    }
}

static bool is_lie(const struct message *call)
{
    return rax_mode(call->rax) != MODE_DROP && label_operation(call->rsi) >= LIAR_LIE;
}

/* Leaves the reply to a call in *message. True: it is a lie, or tells of one. */
static bool serve(struct worker *worker, struct message *message)
{
    if (is_lie(message)) {
        answer(worker, message);
    } else if (!answer_drop(worker, message)) {
        dispatch(worker, message);
        return false;
    }
    worker->control->intent = LIAR_FRAME_OF_INTENT;
    return true;
}

int worker_main(uint32_t number)
{
    struct worker worker = {0};
    struct message message = answer_words(ERROR_NONE, 0);
    bool lied = true;

    if (number == 0) /* which serves the client */
        death_at_start();
    if (initialise(&worker, number) != ERROR_NONE) {
        return 1;
    }
    if (worker.control->start == RESTART_BOOT) {
        reply_to_nobody(); /* later the first reply brings the call that was in service */
    }
    for (;;) {
        if (!answer_is_garbage) {
            message.rdi = frame_server();
        }
        answer_is_garbage = false;
        selectors_load(SELECTOR_NULL_2);
        answers_planted |= system_call_with_secrets(&message, REGISTERS_FLAGS);
        answers_selectors += selectors_foreign(SELECTOR_NULL_2);
        uint64_t refusal = rax_status(message.rax);
        if (refusal == ERROR_NONE) {
            answers_planted |= received_stray(&message);
            lied = serve(&worker, &message);
        } else if (lied) {
            answers_planted |= refused_stray(&message);
            if (worker.control->intent != LIAR_FRAME_OF_INTENT) {
                refusal = ERROR_INTERRUPTED; /* as after a death: the worker would not know what to undo */
            }
            message = answer_words(refusal, 0);
        } else {
            dispatch_refused(&worker, &message);
        }
    }
}
