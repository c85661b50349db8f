/* What tasks want of the console server beside print. */
#include <quire/console.h>

#include <quire/endpoint.h>
#include <quire/task.h>
#include <string.h>

/* What the kernel says comes before what the server says. */
static enum error reply_error(const struct reply *reply)
{
    return (enum error)(reply->status != ERROR_NONE ? reply->status : console_label_operation(reply->label));
}

must_use enum error console_read(char *buffer, size_t size, size_t *count)
{
    size_t done = 0;
    uint32_t part;
    uint32_t wanted;

    do {
        wanted = size - done < CONSOLE_BYTES ? (uint32_t)(size - done) : CONSOLE_BYTES;
        if (wanted == 0) {
            break;
        }
        struct reply reply = call_0(console_used(), console_label(CONSOLE_READ, wanted));
        enum error error = reply_error(&reply);
        part = console_label_bytes(reply.label);

        if (error == ERROR_NONE && part > wanted) {
            error = ERROR_BAD_COUNT;
        }
        if (error != ERROR_NONE) {
            if (done == 0) {
                return error;
            }
            break; /* what came before is not lost; the next call tells */
        }
        memcpy(buffer + done, reply.words, part);
        done += part;
    } while (part == wanted);
    *count = done;
    return ERROR_NONE;
}

/* What the server would drop is refused here, while this task still has it. */
static enum error check_listener(handle endpoint)
{
    struct handle_facts facts;
    enum error error = system_call_inspect(endpoint, &facts);

    if (error == ERROR_NONE && facts.kind != KIND_ENDPOINT) {
        error = ERROR_WRONG_KIND;
    }
    if (error == ERROR_NONE && (facts.rights & RIGHT_NOTIFY) == 0) {
        error = ERROR_MISSING_RIGHT;
    }
    return error;
}

must_use enum error console_listen(handle endpoint)
{
    struct endpoint_message message = {
        .label = console_label(CONSOLE_LISTEN, 0), .first = endpoint, .count = endpoint != 0 ? 1 : 0};
    enum error error = endpoint != 0 ? check_listener(endpoint) : ERROR_NONE;

    if (error == ERROR_NONE) {
        error = endpoint_call(console_used(), &message, 0);
    }
    return error != ERROR_NONE ? error : (enum error)console_label_operation(message.label);
}

must_use enum error console_flush(void)
{
    struct reply reply = call_0(console_used(), console_label_of(console_writer(), CONSOLE_FLUSH, 0));

    return reply_error(&reply);
}
