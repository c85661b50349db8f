#include "tests/tasks/liar/answers.h"

#include "servers/frameserv/core/frames.h"
#include "tests/tasks/liar/death.h"
#include "tests/tasks/liar/plant.h"
#include "tests/tasks/registers.h"
#include <quire/start.h>

/* Kept over a restart, as the server's books are. */
#define KEPT __attribute__((section(".keep")))
uint64_t answers_nobody[LIAR_ACTIONS + 1] KEPT;
uint64_t answers_planted KEPT;
uint64_t answers_selectors KEPT;
static uint64_t arena KEPT;        /* number of its first frame, or 0 */
static bool stops_at_reaping KEPT; /* see LIAR_FPU */

bool answer_is_garbage;

struct message answer_words(uint64_t label, uint64_t word_0)
{
    return (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                            .rsi = label,
                            .words = {word_0},
                            .r13 = REGISTERS_SECRET,
                            .r14 = REGISTERS_SECRET};
}

static struct message region(const struct worker *worker, uint64_t number)
{
    struct message reply = answer_words(ERROR_NONE, 0);

    if (number < worker->window.region_count) {
        reply.words[0] = worker->window.regions[number].base;
        reply.words[1] = worker->window.regions[number].size;
        reply.words[2] = worker->window.regions[number].type;
    }
    return reply;
}

static struct message view(const struct worker *worker)
{
    struct message reply = answer_words(ERROR_NONE, worker->control->view_frame);

    reply.words[1] = worker->view[0];
    worker->control->view_frame = 0;
    return reply;
}

static struct message make_arena(struct worker *worker, const struct message *call)
{
    uint32_t account = badge_account(call->rdi);

    if ((rax_flags(call->rax) & RECEIVED_INTERRUPTED) != 0) {
        arena = 0; /* what was allocated went back at the restart */
    }
    enum error error = arena != 0 ? ERROR_OCCUPIED : frames_allocate_run(worker, account, LIAR_ARENA_FRAMES, true);

    if (error == ERROR_NONE) {
        arena = worker->transfer[0];
    }
    return answer_words(error, arena * FRAME_SIZE);
}

static struct message end_arena(struct worker *worker)
{
    for (uint64_t k = 0; arena != 0 && k < LIAR_ARENA_FRAMES; k++) {
        frames_drop(worker, arena + k);
    }
    arena = 0;
    return answer_words(ERROR_NONE, 0);
}

/* Whether a frame is of memory that boot needed and that nobody released. */
static bool is_set_aside(struct worker *worker, uint64_t frame)
{
    struct frame_state state;

    return frames_describe(worker, frame * FRAME_SIZE, &state) == ERROR_NONE &&
           (state.region == REGION_MODULE || state.region == REGION_RECLAIMABLE) &&
           kind_word_kind(state.kind_word) == KIND_UNUSABLE;
}

static void read_fpu(void)
{
    __asm__ volatile("movq %%xmm0, %0" : "=r"(answers_planted));
}

bool answer_drop(struct worker *worker, struct message *message)
{
    if (rax_mode(message->rax) != MODE_DROP) {
        return false;
    }
    death_at_drop(worker, message);
    if (stops_at_reaping && badge_account(message->rdi) == 0) { /* the kernel's own call, in a dead task's name */
        read_fpu();
    }
    uint64_t first = rax_n(message->rax) > 1 ? worker->transfer[0] : frame_word_frame(message->r13);
    bool in_arena = arena != 0 && first >= arena && first < arena + LIAR_ARENA_FRAMES;

    if (!in_arena && !is_set_aside(worker, first)) {
        return false;
    }
    *message = answer_words(ERROR_NONE, rax_n(message->rax));
    return true;
}

static struct message set_aside(struct worker *worker)
{
    struct message reply = answer_words(ERROR_NONE, 0);
    uint64_t length = 0;

    for (uint64_t frame = 0; frame < worker->window.frame_count; frame++) {
        length = is_set_aside(worker, frame) ? length + 1 : 0;
        if (length > reply.words[1]) {
            reply.words[0] = (frame + 1 - length) * FRAME_SIZE;
            reply.words[1] = length;
        }
    }
    return reply;
}

static struct message holder(uint64_t frame)
{
    uint64_t name[3];
    struct message reply = answer_words(ERROR_NONE, system_call_holder(frame, name));

    for (uint32_t k = 0; k < 3; k++) {
        reply.words[1 + k] = name[k];
    }
    return reply;
}

static struct message garbage(uint64_t rax, bool endpoint)
{
    uint64_t secret = rax | REGISTERS_SECRET;
    struct message reply = answer_words(~secret, secret);

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        reply.words[k] = secret << k;
    }
    reply.rax = (rax & ~UINT64_C(0xff)) | SYSTEM_CALL_REPLY_RECEIVE;
    reply.rdi = ~secret;
    reply.r13 = rax * secret;
    reply.r14 = ~rax;
    answer_is_garbage = endpoint;
    return reply;
}

static uint64_t strip(void)
{
    uint64_t total;
    uint64_t taken;
    uint64_t left;

    return system_call_strip(&taken, &left, &total);
}

static struct message lie(const struct worker *worker, const struct message *call)
{
    const uint64_t *words = call->words;
    uint64_t lent = frame_word_frame(call->r13) * FRAME_SIZE;
    uint32_t action = label_operation(call->rsi) - LIAR_LIE;
    struct message reply = answer_words(label_flags(call->rsi), 0);

    if (action != ACTION_NONE) {
        reply.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, MODE_NONE, (uint32_t)words[LIAR_COUNT], 0);
        reply.r13 = words[LIAR_FRAME] != 0 ? words[LIAR_FRAME] : lent;
        reply.r14 = words[LIAR_ARGUMENT];
    }
    for (uint64_t k = 0; words[LIAR_COUNT] > 1 && k < words[LIAR_COUNT] && k < TRANSFER_FRAMES; k++) {
        worker->transfer[k] = (words[LIAR_RUN] + k * words[LIAR_STRIDE]) / FRAME_SIZE;
    }
    return reply;
}

void answer(struct worker *worker, struct message *message)
{
    const uint64_t *words = message->words;

    switch (label_operation(message->rsi)) {
    case LIAR_INTENT:
        *message = answer_words(ERROR_NONE, worker->control->intent);
        break;
    case LIAR_PLANTED:
        *message = answer_words(ERROR_NONE, answers_planted);
        break;
    case LIAR_SELECTORS:
        *message = answer_words(ERROR_NONE, answers_selectors);
        break;
    case LIAR_REGION:
        *message = region(worker, words[0]);
        break;
    case LIAR_RELEASE:
        *message = answer_words(ERROR_NONE, system_call_release(words[0], words[1]));
        break;
    case LIAR_VIEW:
        *message = view(worker);
        break;
    case LIAR_FPU:
        stops_at_reaping = words[0] != 0;
        if (!stops_at_reaping) {
            read_fpu();
        }
        *message = answer_words(ERROR_NONE, answers_planted);
        break;
    case LIAR_ARENA:
        *message = make_arena(worker, message);
        break;
    case LIAR_ARENA_END:
        *message = end_arena(worker);
        break;
    case LIAR_SET_ASIDE:
        *message = set_aside(worker);
        break;
    case LIAR_NOBODY:
        *message = answer_words(ERROR_NONE, words[0] <= LIAR_ACTIONS ? answers_nobody[words[0]] : 0);
        break;
    case LIAR_STRIP:
        *message = answer_words(ERROR_NONE, strip());
        break;
    case LIAR_HOLDER:
        *message = holder(words[0]);
        break;
    case LIAR_DIE:
        *message = death_ordered(worker, message);
        break;
    case LIAR_PLANT:
        *message = plant_word(worker, words);
        break;
    case LIAR_REMEMBER:
        *message = plant_remember(worker, words[0]);
        break;
    case LIAR_RESTORE:
        *message = plant_restore(worker);
        break;
    case LIAR_AUDIT:
        *message = plant_audit(worker, words[0]);
        break;
    case LIAR_GARBAGE:
        *message = garbage(words[0], words[1] != 0);
        break;
    default:
        *message = lie(worker, message);
    }
}
