/* A frame server that lies: it replies what the caller's message spells out, whatever is true. The kernel must refuse
 * each lie; the refusal goes to the caller as the label. liar_client.c tells it what to say. It leaves secrets in all
 * registers that carry nothing. */
#include "tests/tasks/liar.h"
#include "tests/tasks/registers.h"
#include "tests/tasks/selectors.h"
#include <quire/slot.h>
#include <quire/start.h>
#include <quire/task.h>

static uint64_t planted;
static uint64_t selectors_found;

static struct message words_only(uint64_t label, uint64_t word_0)
{
    return (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                            .rsi = label,
                            .words = {word_0},
                            .r13 = REGISTERS_SECRET,
                            .r14 = REGISTERS_SECRET};
}

static struct message region(uint64_t number)
{
    const struct boot_information *information = (const struct boot_information *)BOOT_INFORMATION_ADDRESS;
    struct message reply = words_only(ERROR_NONE, 0);

    if (number < information->region_count) {
        reply.words[0] = information->regions[number].base;
        reply.words[1] = information->regions[number].size;
        reply.words[2] = information->regions[number].type;
    }
    return reply;
}

static struct message view(volatile struct worker_control *control)
{
    const volatile uint64_t *page = (volatile uint64_t *)(WORKER_ADDRESS(start_page()->cpu) + WORKER_VIEW_OFFSET);
    struct message reply = words_only(ERROR_NONE, control->view_frame);

    reply.words[1] = page[0];
    control->view_frame = 0;
    return reply;
}

static struct message lie(const struct message *call)
{
    const uint64_t *words = call->words;
    volatile uint64_t *transfer = (volatile uint64_t *)(WORKER_ADDRESS(start_page()->cpu) + WORKER_TRANSFER_OFFSET);
    uint64_t lent = frame_word_frame(call->r13) * FRAME_SIZE;
    uint32_t action = label_operation(call->rsi);
    struct message reply = words_only(label_flags(call->rsi), 0);

    if (action != ACTION_NONE) {
        reply.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, MODE_NONE, (uint32_t)words[LIAR_COUNT], 0);
        reply.r13 = words[LIAR_FRAME] != 0 ? words[LIAR_FRAME] : lent;
        reply.r14 = words[LIAR_ARGUMENT];
    }
    for (uint64_t k = 0; words[LIAR_COUNT] > 1 && k < words[LIAR_COUNT] && k < TRANSFER_FRAMES; k++) {
        transfer[k] = (words[LIAR_RUN] + k * words[LIAR_STRIDE]) / FRAME_SIZE;
    }
    return reply;
}

static struct message answer(const struct message *call, volatile struct worker_control *control)
{
    switch (label_operation(call->rsi)) {
    case LIAR_INTENT:
        return words_only(ERROR_NONE, control->intent);
    case LIAR_PLANTED:
        return words_only(ERROR_NONE, planted);
    case LIAR_SELECTORS:
        return words_only(ERROR_NONE, selectors_found);
    case LIAR_REGION:
        return region(call->words[0]);
    case LIAR_RELEASE:
        return words_only(ERROR_NONE, system_call_release(call->words[0], call->words[1]));
    case LIAR_VIEW:
        return view(control);
    case LIAR_FPU:
        __asm__ volatile("movq %%xmm0, %0" : "=r"(planted));
        return words_only(ERROR_NONE, planted);
    default:
        return lie(call);
    }
}

int main(void)
{
    volatile struct worker_control *control = (volatile struct worker_control *)WORKER_ADDRESS(start_page()->cpu);
    struct message message = words_only(ERROR_NONE, 0);

    for (;;) {
        message.rdi = frame_server();
        control->intent = 1;
        selectors_load(SELECTOR_NULL_2);
        planted |= system_call_with_secrets(&message, REGISTERS_FLAGS);
        selectors_found += selectors_foreign(SELECTOR_NULL_2);
        uint64_t refusal = rax_status(message.rax);
        if (refusal == ERROR_NONE) {
            planted |= received_stray(&message);
            message = answer(&message, control);
            continue;
        }
        planted |= refused_stray(&message);
        if (control->intent != 1) {
            refusal = ERROR_INTERRUPTED; /* as after a death: the worker would not know what to undo */
        }
        message = words_only(refusal, 0);
    }
}
