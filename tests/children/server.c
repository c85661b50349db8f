#include "tests/children/server.h"

#include <string.h>

#define SERVER_TABLES 4 /* room for what comes by a call, beside what it keeps */

must_use enum error server_start_in(handle frame_server, uint32_t account, struct server *server)
{
    struct task_plan plan = child_plan("job=serve");
    struct task_gift gift = {"here", 0};
    enum error error = desk_make(&server->desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &gift.value);

    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_narrow(server->desk, RIGHT_CALL | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER);
    if (error != ERROR_NONE) {
        return error;
    }
    plan.gifts = &gift;
    plan.gift_count = 1;
    plan.handle_tables = SERVER_TABLES;
    plan.server = frame_server;
    plan.account = account;
    return child_run(&plan, &server->task);
}

must_use enum error server_start(struct server *server)
{
    return server_start_in(0, 0, server);
}

must_use enum error server_ask(const struct server *server, enum serve what, uint64_t word_0, uint64_t word_1,
                               uint64_t words[MESSAGE_WORDS])
{
    struct endpoint_message message = {.label = what, .words = {word_0, word_1}};
    enum error error = endpoint_call(server->desk, &message, 0);

    if (words != NULL) {
        memcpy(words, message.words, sizeof(message.words));
    }
    return error != ERROR_NONE ? error : (enum error)message.label;
}

must_use enum error server_give(const struct server *server, handle value, handle *theirs)
{
    struct endpoint_message message = {.label = SERVE_KEEP, .first = value, .count = 1};
    enum error error = endpoint_call(server->desk, &message, 0);

    *theirs = message.words[0];
    return error;
}

void server_kill(const struct server *server)
{
    child_kill(server->task);
    expect_success(frame_drop(server->desk));
}
