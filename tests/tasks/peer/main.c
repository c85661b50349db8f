/* The helper of the test suites: does what it is asked through the endpoint that it receives on. */
#include "tests/tasks/peer/frames.h"
#include "tests/tasks/peer/peer.h"
#include "tests/tasks/fpu.h"
#include "tests/tasks/registers.h"
#include "tests/tasks/selectors.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>
#include <quire/print.h>
#include <quire/task.h>

#define ROOM 8 /* handles that a call may bring */

static struct fpu_state fpu_wanted;
static struct fpu_state fpu_found;
static uint64_t planted; /* what was in registers that carry nothing */
static uint64_t tickets;
static uint32_t selector; /* what the segment selectors were loaded with */

static uint64_t *page_of(handle frame)
{
    struct handle_facts facts;

    return system_call_inspect(frame, &facts) == ERROR_NONE ? (uint64_t *)facts.address : NULL;
}

static enum error map(handle frame, uint64_t rights)
{
    void *address;

    return frame_map_anywhere(frame, (uint32_t)rights, &address);
}

static enum error read_or_write(struct endpoint_message *message)
{
    uint64_t *page = page_of(message->words[0]);
    uint64_t index = message->words[1] % 512;

    if (page == NULL) {
        return ERROR_NOT_MAPPED;
    }
    if (message->label == PEER_WRITE) {
        page[index] = message->words[2];
    }
    message->words[0] = page[index];
    return ERROR_NONE;
}

static enum error inform(struct endpoint_message *message)
{
    struct frame_facts facts = {0};
    enum error error =
        message->label == PEER_INFO ? frame_info(message->words[0], &facts) : frame_info_at(message->words[0], &facts);

    message->words[0] = facts.address;
    message->words[1] = facts.reference_count;
    message->words[2] = facts.kind;
    return error;
}

static enum error inspect(struct endpoint_message *message)
{
    struct handle_facts facts = {0};
    enum error error = system_call_inspect(message->words[0], &facts);

    message->words[0] = facts.rights;
    message->words[1] = facts.kind;
    message->words[2] = facts.address;
    return error;
}

static enum error stock(struct endpoint_message *message)
{
    uint32_t tables = 0;
    enum error error = library_release_tables(&tables);

    message->words[0] = own_entries_used();
    message->words[1] = tables;
    return error;
}

static enum error call_faulter(struct endpoint_message *message)
{
    char name[START_NAME];

    format_line(name, sizeof(name), "fault_%lu", message->words[0]);
    struct reply reply = call_0(start_handle(name), message->words[1]);
    message->words[0] = reply.words[0];
    return (enum error)reply.status;
}

static uint64_t load_selectors(uint64_t value)
{
    uint64_t foreign = selectors_foreign(selector);

    selector = (uint32_t)value;
    selectors_load(selector);
    return foreign;
}

/* Does what the message asks and leaves in it what to reply; what came with it stays unless it says otherwise. */
static enum error serve(struct endpoint_message *message)
{
    uint64_t *words = message->words;
    handle arrived = message->first;
    uint32_t count = message->count;

    message->count = 0;
    switch (message->label) {
    case PEER_NOTHING:
        return ERROR_NONE;
    case PEER_ECHO:
        for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
            words[i]++;
        }
        return ERROR_NONE;
    case PEER_KEEP:
        words[0] = arrived;
        words[1] = count;
        words[2] = message->badge;
        return ERROR_NONE;
    case PEER_RETURN:
        message->first = words[0];
        message->count = (uint32_t)words[1];
        return ERROR_NONE;
    case PEER_DROP:
        return frame_drop_run(words[0], (uint32_t)words[1], &words[0]);
    case PEER_CLONE:
        return frame_clone(words[0], (uint32_t)words[1], &words[0]);
    case PEER_MAP:
        return map(words[0], words[1]);
    case PEER_UNMAP:
        return frame_unmap(words[0]);
    case PEER_READ:
    case PEER_WRITE:
        return read_or_write(message);
    case PEER_INFO:
    case PEER_INFO_AT:
        return inform(message);
    case PEER_INSPECT:
        return inspect(message);
    case PEER_REPURPOSE:
        return frame_repurpose(words[0], (enum kind)words[1]);
    case PEER_CLAIM:
        return frame_claim(words[0], &words[0]);
    case PEER_LOOKUP:
        return frame_lookup(words[0], (uint32_t)words[1], &words[0]);
    case PEER_STOCK:
        return stock(message);
    case PEER_FPU_CHECK:
        words[0] = fpu_differences(&fpu_wanted, &fpu_found);
        return ERROR_NONE;
    case PEER_PLANTED:
        words[0] = planted;
        return ERROR_NONE;
    case PEER_SELECTORS:
        words[0] = load_selectors(words[0]);
        return ERROR_NONE;
    case PEER_TICKET:
        words[0] = tickets++;
        return ERROR_NONE;
    case PEER_VERDICT:
        return system_call_verdict(VERDICT_FAIL);
    case PEER_FAULT:
        return call_faulter(message);
    default:
        return serve_frames(message);
    }
}

/* Replies and receives with the FPU registers full of a pattern. No handles travel. */
static enum error reply_with_pattern(handle endpoint, struct endpoint_message *message)
{
    struct message registers = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                                .rdi = endpoint};
    bool avx = fpu_has_avx();

    fpu_pattern(&fpu_wanted, message->words[0], avx);
    fpu_system_call(&fpu_wanted, &registers, &fpu_found, avx);
    *message = (struct endpoint_message){.label = registers.rsi, .badge = registers.rdi};
    memcpy(message->words, registers.words, sizeof(message->words));
    return (enum error)rax_status(registers.rax);
}

/* Replies and receives with a secret in every register that carries nothing. No handles arrive. */
static enum error reply_with_secrets(handle endpoint, struct endpoint_message *message)
{
    const uint64_t *words = message->words;
    struct message registers = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, (uint32_t)words[0], MODE_NONE,
                                                (uint32_t)words[3], (uint32_t)words[4]),
                                .rdi = endpoint,
                                .r13 = words[1],
                                .r14 = words[2]};

    planted = system_call_with_secrets(&registers, REGISTERS_FLAGS);
    if (rax_status(registers.rax) != ERROR_NONE) {
        planted |= refused_stray(&registers);
        registers = (struct message){.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0),
                                     .rdi = endpoint,
                                     .rsi = rax_status(registers.rax),
                                     .r13 = REGISTERS_SECRET,
                                     .r14 = REGISTERS_SECRET};
        planted |= system_call_with_secrets(&registers, REGISTERS_FLAGS);
    }
    planted |= received_stray(&registers);
    *message = (struct endpoint_message){.label = registers.rsi, .badge = registers.rdi};
    memcpy(message->words, registers.words, sizeof(message->words));
    return (enum error)rax_status(registers.rax);
}

int main(void)
{
    handle endpoint = start_handle(start_page()->name);
    struct endpoint_message message;
    enum error error = endpoint_receive(endpoint, &message, ROOM);

    while (error == ERROR_NONE) {
        if (message.label == PEER_FPU) {
            error = reply_with_pattern(endpoint, &message);
            continue;
        }
        if (message.label == PEER_PLANT) {
            error = reply_with_secrets(endpoint, &message);
            continue;
        }
        message.label = serve(&message);
        error = endpoint_reply_receive(endpoint, &message, ROOM);
        if (error != ERROR_NONE && message.count > 0) { /* the caller still waits, and the handles are still here */
            message = (struct endpoint_message){.label = error};
            error = endpoint_reply_receive(endpoint, &message, ROOM);
        }
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return (int)error;
}
