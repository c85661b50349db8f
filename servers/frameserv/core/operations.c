/* Operations about the machine, the account, and frames that go. */
#include "servers/frameserv/core/operations.h"

#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/survey.h"
#include "servers/frameserv/core/version.h"

enum error operation_nothing(struct worker *worker, struct message *message)
{
    reply_words(worker, message, 0, 0, 0, 0, 0);
    return ERROR_NONE;
}

enum error operation_drop(struct worker *worker, struct message *message)
{
    uint64_t count = rax_n(message->rax);
    uint64_t unused = count == 1 ? frames_drop_of_call(worker, frame_word_frame(message->r13))
                                 : frames_drop_run_of_call(worker, count);

    atomic_store_release(&worker->control->view_frame, 0); /* what the kernel showed was for this drop only */
    reply_words(worker, message, unused, 0, 0, 0, 0);
    return ERROR_NONE;
}

/* A kind word as it is told: the payer by the number of its account. A slot has its place only. */
static uint64_t told(const struct worker *worker, uint64_t word)
{
    uint32_t place = (uint32_t)kind_word_payer(word);
    uint64_t state = atomic_load_relaxed(&worker->keep->accounts[place].state);

    return kind_word(kind_word_kind(word), kind_word_flags(word), account_number(state, place));
}

enum error operation_info(struct worker *worker, struct message *message)
{
    uint64_t address = message->words[0];
    struct frame_state state;

    if (rax_mode(message->rax) == MODE_BORROW)
        address = frame_word_frame(message->r13) * FRAME_SIZE;
    enum error error = frames_describe(worker, address, &state);
    if (error != ERROR_NONE)
        return error;
    reply_words(worker, message, address, state.ref_count, told(worker, state.kind_word), state.in_list, state.region);
    return ERROR_NONE;
}

enum error operation_survey(struct worker *worker, struct message *message)
{
    struct survey found;
    enum error error = survey(worker, message->words[0], &found);

    if (error == ERROR_NONE)
        reply_words(worker, message, found.end, told(worker, found.kind_word), found.region, 0, 0);
    return error;
}

static void account_facts(struct worker *worker, struct message *message, uint32_t place)
{
    const struct account *account = &worker->keep->accounts[place];
    uint64_t number = account_number(atomic_load_relaxed(&account->state), place);

    reply_words(worker, message, number, atomic_load_relaxed(&account->used), atomic_load_relaxed(&account->limit),
                atomic_load_relaxed(&account->tables.used), atomic_load_relaxed(&account->tables.limit));
}

enum error operation_statistics(struct worker *worker, struct message *message)
{
    struct allocator_statistics machine;
    uint32_t payer;

    switch (message->words[0]) {
    case 0:
        allocator_count(worker, &machine);
        reply_words(worker, message, worker->window.frame_count, machine.usable, machine.free, machine.in_use,
                    machine.set_aside);
        return ERROR_NONE;
    case 1: {
        accounts_settle(worker);
        enum error error = account_named(worker, message, message->words[1], &payer);
        if (error == ERROR_NONE)
            account_facts(worker, message, payer);
        return error;
    }
    case 2: {
        const struct recovery *recovery = &worker->keep->recovery;
        reply_words(worker, message, recovery->restarts, recovery->reason, recovery->found, recovery->undone,
                    recovery->reconciled);
        return ERROR_NONE;
    }
    case 3:
        reply_words(worker, message, SERVER_VERSION, KEEP_VERSION, 0, 0, 0);
        return ERROR_NONE;
    default:
        return ERROR_BAD_ARGUMENT;
    }
}

enum error operation_last_record(struct worker *worker, struct message *message)
{
    uint64_t words[SLOT_STORAGE_WORDS];
    enum error error = frames_last_record(worker, badge_account(message->rdi), words);

    if (error == ERROR_NONE)
        reply_words(worker, message, words[0], words[1], words[2], words[3], words[4]);
    return error;
}
