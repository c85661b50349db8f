#include "tests/tasks/child/child.h"

#include <quire/account.h>
#include <quire/client.h>
#include <quire/entries.h>

static handle kept; /* the handle given last */

static enum error allocate(uint64_t *count)
{
    uint64_t wanted = *count;
    handle frame;
    enum error error = ERROR_NONE;

    for (*count = 0; *count < wanted && error == ERROR_NONE; *count += error == ERROR_NONE) {
        error = frame_allocate(&frame);
    }
    return error;
}

static enum error call(uint64_t words[MESSAGE_WORDS])
{
    struct endpoint_message message = {.label = words[1], .first = words[2], .count = words[2] != 0};
    enum error error = endpoint_call(words[0], &message, 0);

    words[0] = message.label;
    return error;
}

static enum error inspect(uint64_t words[MESSAGE_WORDS])
{
    struct handle_facts facts;
    enum error error = system_call_inspect(words[0], &facts);

    if (error == ERROR_NONE) {
        words[0] = facts.rights;
        words[1] = facts.kind;
        words[2] = facts.address;
    }
    return error;
}

static enum error open(uint64_t words[MESSAGE_WORDS])
{
    const struct account_limits limits = {.frames = words[0], .tables = words[1]};
    uint32_t account = 0;
    handle server = 0;
    enum error error = account_open(&limits, 0, &account, &server);

    words[0] = account;
    words[1] = server;
    return error;
}

static enum error statistics(uint64_t words[MESSAGE_WORDS])
{
    struct account_statistics facts = {0};
    enum error error = account_facts(0, &facts);

    words[0] = facts.account;
    words[1] = facts.used;
    words[2] = facts.limit;
    words[3] = facts.tables_used;
    words[4] = facts.table_limit;
    return error;
}

/* As the library would never do it: the frame stays, unnoticed by the library. */
static enum error allocate_through(uint64_t words[MESSAGE_WORDS])
{
    uint32_t dst;
    enum error error = own_entries_take(1, &dst);

    if (error != ERROR_NONE) {
        return error;
    }
    struct message message = {
        .rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 1, dst), .rdi = words[0], .rsi = MESSAGE_ALLOC};

    system_call_call(&message);
    words[0] = rax_status(message.rax) != ERROR_NONE ? rax_status(message.rax) : message.rsi;
    return ERROR_NONE;
}

static enum error refusal(uint64_t words[MESSAGE_WORDS])
{
    struct refusal last = last_refusal();

    words[0] = last.account;
    words[1] = last.limit;
    words[2] = last.used;
    words[3] = last.asked;
    return ERROR_NONE;
}

static enum error do_one(struct endpoint_message *message)
{
    uint64_t *words = message->words;

    switch ((enum serve)message->label) {
    case SERVE_NOTHING:
        return ERROR_NONE;
    case SERVE_KEEP:
        kept = message->first;
        words[0] = kept;
        return ERROR_NONE;
    case SERVE_DROP:
        return frame_drop(words[0]);
    case SERVE_MAP:
        return frame_map_anywhere(words[0], (uint32_t)words[1], (void **)&words[0]);
    case SERVE_UNMAP:
        return frame_unmap(words[0]);
    case SERVE_READ:
        words[0] = *(volatile uint64_t *)words[0];
        return ERROR_NONE;
    case SERVE_WRITE:
        *(volatile uint64_t *)words[0] = words[1];
        return ERROR_NONE;
    case SERVE_KILL:
        return system_call_kill(words[0]);
    case SERVE_EXIT:
        system_call_exit(words[0]);
    case SERVE_GIVE_BACK:
        return ERROR_NONE;
    case SERVE_ALLOCATE:
        return allocate(&words[0]);
    case SERVE_CALL:
        return call(words);
    case SERVE_INSPECT:
        return inspect(words);
    case SERVE_CLONE:
        return frame_clone(words[0], (uint32_t)words[1], &words[0]);
    case SERVE_REVOKE:
        return frame_revoke(words[0], &words[0]);
    case SERVE_STATISTICS:
        return statistics(words);
    case SERVE_ADOPT:
        return frame_adopt(words[0]);
    case SERVE_OPEN:
        return open(words);
    case SERVE_CLOSE:
        return account_close((uint32_t)words[0], &words[0]);
    case SERVE_GROW:
        words[0] = own_entries_limit();
        return library_grow_handles();
    case SERVE_REFUSAL:
        return refusal(words);
    case SERVE_CALL_SERVER:
        return allocate_through(words);
    case SERVE_BUY:
        words[1] = 1;
        return frame_allocate(&words[0]);
    case SERVE_STOP:
        return system_call_stop(kept);
    }
    return ERROR_BAD_OPERATION;
}

void serve(struct endpoint_message *message)
{
    bool back = message->label == SERVE_GIVE_BACK || message->label == SERVE_BUY;
    enum error error = do_one(message);

    back = back && error == ERROR_NONE;
    message->label = error;
    message->first = back ? message->words[0] : 0;
    message->count = back ? (uint32_t)message->words[1] : 0;
}

uint64_t job_serve(void)
{
    struct endpoint_message message;
    enum error error;

    job_ring();
    error = endpoint_receive(start_handle("here"), &message, MOVE_HANDLES_MAX);
    while (error == ERROR_NONE) {
        serve(&message);
        error = endpoint_reply_receive(start_handle("here"), &message, MOVE_HANDLES_MAX);
    }
    return error;
}
