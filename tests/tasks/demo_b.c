/* Task B of the demo: see demo_a.c. */
#include "tests/tasks/demo.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>

static handle share;
static char *page;

/* A number is no handle: whatever B finds under A's, it is not A's frame. */
static enum error try(handle theirs)
{
    struct frame_facts facts;
    enum error error = frame_info(theirs, &facts);

    print("B  asks for handle 0x%lx, which is A's: refused, %s: %s\n", theirs, error_name(error),
          error_sentence(error));
    return error;
}

static enum error take(struct endpoint_message *message)
{
    struct frame_facts facts;
    void *address;
    enum error error;

    if (message->count != 1) {
        return ERROR_BAD_COUNT;
    }
    share = message->first;
    error = frame_info(share, &facts);
    if (error == ERROR_NONE) {
        error = frame_map_anywhere(share, RIGHT_READ, &address);
    }
    if (error == ERROR_NONE) {
        page = address;
        print("B  holds it now as handle 0x%lx: frame at 0x%lx, %lu handles\n", share, facts.address,
              facts.reference_count);
        print("B  maps it at %p and reads \"%s\"\n", (void *)page, page);
    }
    message->words[0] = share;
    message->words[1] = facts.reference_count;
    return error;
}

static enum error drop(struct endpoint_message *message)
{
    uint64_t unused = 0;
    enum error error = frame_drop_run(share, 1, &unused);

    if (error == ERROR_NONE) {
        error = library_release_tables(NULL);
    }
    print("B  drops its handle: %s\n", unused == 1 ? "it was the last, the frame is unused" : "the frame stays in use");
    message->words[0] = unused;
    return error;
}

static enum error serve(struct endpoint_message *message)
{
    switch (message->label) {
    case DEMO_TRY:
        return try(message->words[0]);
    case DEMO_SHARE:
        return take(message);
    case DEMO_READ:
        print("B  reads \"%s\"\n", page);
        return ERROR_NONE;
    case DEMO_DROP:
        return drop(message);
    default:
        return ERROR_BAD_OPERATION;
    }
}

int main(void)
{
    handle story = start_handle("story");
    struct endpoint_message message;

    if (start_page()->cpu_count > 1) {
        print("B  runs on CPU %u of %u\n", start_page()->cpu, start_page()->cpu_count);
    }
    enum error error = endpoint_receive(story, &message, 1);

    while (error == ERROR_NONE) {
        message.label = serve(&message);
        message.count = 0;
        error = endpoint_reply_receive(story, &message, 1);
    }
    print("B  can't go on: %s\n", error_sentence(error));
    return 1;
}
