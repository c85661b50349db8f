/* A frame server that lies: it replies what the caller's message spells out, whatever is true. The kernel must refuse
 * each lie; the refusal goes to the caller as the label. liar_client.c tells it what to say. */
#include "tests/tasks/liar.h"
#include <quire/slot.h>
#include <quire/start.h>
#include <quire/task.h>

int main(void)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0)};

    volatile struct worker_control *control = (struct worker_control *)WORKER_ADDRESS(start_page()->cpu);

    for (;;) {
        message.rdi = frame_server();
        control->intent = 1;
        system_call_reply_receive(&message);
        uint64_t refusal = rax_status(message.rax);
        if (refusal != ERROR_NONE && control->intent != 1) {
            refusal = ERROR_INTERRUPTED; /* as after a death: the worker would not know what to undo */
        }
        if (refusal != ERROR_NONE) {
            message = (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                                       .rsi = refusal};
            continue;
        }
        if (label_operation(message.rsi) == LIAR_INTENT) {
            message = (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                                       .words = {control->intent}};
            continue;
        }
        /* words: r13 (0: the frame that came along), r14, n; label: action, and the error to reply with it */
        uint64_t lent = frame_word_frame(message.r13) * FRAME_SIZE;
        message = (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, label_operation(message.rsi), MODE_NONE,
                                                   (uint32_t)message.words[2], 0),
                                   .rsi = label_flags(message.rsi),
                                   .r13 = message.words[0] != 0 ? message.words[0] : lent,
                                   .r14 = message.words[1]};
    }
}
