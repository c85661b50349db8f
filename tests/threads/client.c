#include "tests/threads/client.h"

#include "servers/frameserv/core/lists.h"
#include "tests/threads/client_calls.h"

#define RUN 20 /* frames of a large request: more than one chunk */

/* Each frame's contents: written by an exclusive owner, read by every holder, so that the sanitizer sees a frame that has
 * two owners, or is handed on without order. */
static uint64_t contents[256];
static atomic_word moved_by[256]; /* the ledger's: account whose handle went to the server */

const char *client_operation_name(uint32_t operation)
{
    static const char *const names[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) #name,
#include <quire/messages.def>
#undef MESSAGE
    };

    return names[operation];
}

static void keep(struct client *client, uint64_t frame, bool unique)
{
    expect_lt(client->count, CLIENT_HANDLES);
    client->handles[client->count++] = (struct client_handle){frame, unique};
}

static void use(const struct client_handle *handle)
{
    if (handle->unique)
        contents[handle->frame] += 1;
    else
        (void)*(volatile uint64_t *)&contents[handle->frame];
}

static bool has_room(const struct client *client, uint32_t count)
{
    return client->count + count <= CLIENT_HANDLES;
}

static struct client_handle *any(struct client *client)
{
    return &client->handles[random_below(&client->random, client->count)];
}

/* Takes a handle out of the client's table. */
static struct client_handle leave(struct client *client, struct client_handle *handle)
{
    struct client_handle left = *handle;

    *handle = client->handles[--client->count];
    return left;
}

static void granted(struct client *client, struct message *message, uint32_t count, bool unique)
{
    atomic_word frames[RUN];

    memcpy(frames, client->worker->transfer, sizeof(frames));
    if (refused(client, message))
        return;
    for (uint32_t k = 0; k < count; k++)
        keep(client, count == 1 ? message->r13 / FRAME_SIZE : frames[k], unique);
}

static void allocate(struct client *client, uint32_t count)
{
    struct message message = message_make(client, MESSAGE_ALLOC, MODE_NONE, ACTION_GRANT, count);
    bool unique = random_below(&client->random, 2);

    message.words[0] = unique ? ALLOC_UNIQUE : 0;
    if (count > 1 && random_below(&client->random, 2))
        message.words[0] |= ALLOC_CONTIGUOUS;
    if (has_room(client, count) && serve(client, &message) == ERROR_NONE)
        granted(client, &message, count, unique);
}

static uint64_t any_address(struct client *client)
{
    return random_below(&client->random, client->worker->window.frame_count) * FRAME_SIZE;
}

static void claim(struct client *client)
{
    uint32_t count = 1 + (uint32_t)random_below(&client->random, 3);
    struct message message = message_make(client, MESSAGE_CLAIM, MODE_NONE, ACTION_GRANT, count);

    message.words[0] = any_address(client);
    if (has_room(client, count) && serve(client, &message) == ERROR_NONE)
        granted(client, &message, count, false);
}

static void look_up(struct client *client)
{
    struct message message = message_make(client, MESSAGE_LOOKUP, MODE_NONE, ACTION_CLONE, 1);

    message.words[0] = any_address(client);
    message.words[1] = RIGHT_READ;
    if (has_room(client, 1) && serve(client, &message) == ERROR_NONE && !refused(client, &message))
        keep(client, message.r13 / FRAME_SIZE, false);
}

static void clone(struct client *client)
{
    struct message message = lend(client, MESSAGE_CLONE, ACTION_CLONE, any(client)->frame);

    message.words[0] = RIGHTS_FRAME;
    if (has_room(client, 1) && serve(client, &message) == ERROR_NONE && !refused(client, &message))
        keep(client, message.r13 / FRAME_SIZE, false);
}

static void drop(struct client *client, uint64_t frame)
{
    struct message message = message_make(client, MESSAGE_DROP, MODE_DROP, ACTION_NONE, 1);

    message.r13 = frame_word_make(frame, RIGHTS_FRAME);
    expect_eq(serve(client, &message), ERROR_NONE);
}

static void drop_run(struct client *client)
{
    uint32_t count = 2 + (uint32_t)random_below(&client->random, RUN - 1);
    struct message message = message_make(client, MESSAGE_DROP, MODE_DROP, ACTION_NONE, count);

    if (client->count < count)
        return;
    for (uint32_t k = 0; k < count; k++)
        client->worker->transfer[k] = leave(client, &client->handles[client->count - 1]).frame;
    expect_eq(serve(client, &message), ERROR_NONE);
}

static void convert(struct client *client, struct client_handle *handle, bool unique)
{
    struct message message = lend(client, unique ? MESSAGE_UNIQUE : MESSAGE_SHARE, ACTION_NONE, handle->frame);

    if (serve(client, &message) != ERROR_NONE)
        return;
    handle->unique = unique;
    use(handle); /* at once, before anything else orders the threads */
}

static void metadata(struct client *client, const struct client_handle *handle)
{
    struct message message = lend(client, MESSAGE_METADATA, ACTION_NONE, handle->frame);

    expect_eq(serve(client, &message), ERROR_NONE);
    message = lend(client, MESSAGE_SET_METADATA, ACTION_NONE, handle->frame);
    message.words[random_below(&client->random, 3)] = random_word(&client->random);
    expect_eq(serve(client, &message), handle->unique ? ERROR_NONE : ERROR_NOT_UNIQUE);
}

static void inform(struct client *client)
{
    struct message message = message_make(client, MESSAGE_INFO, MODE_NONE, ACTION_NONE, 0);

    message.words[0] = any_address(client);
    expect_eq(serve(client, &message), ERROR_NONE);
    message = message_make(client, MESSAGE_STATISTICS, MODE_NONE, ACTION_NONE, 0);
    message.words[0] = random_below(&client->random, 2);
    expect_eq(serve(client, &message), ERROR_NONE);
}

/* Changes the kind of a frame whose only handle the client has. */
static bool repurpose(struct client *client, uint64_t frame, enum kind kind)
{
    struct message message = lend(client, MESSAGE_REPURPOSE, ACTION_CONVERT, frame);

    message.words[0] = kind;
    return serve(client, &message) == ERROR_NONE && !refused(client, &message);
}

static bool push(struct client *client, uint64_t frame, uint64_t list)
{
    struct message message = message_make(client, MESSAGE_LIST_PUSH, MODE_ATTACH, ACTION_NONE, 1);

    message.r13 = frame_word_make(frame, RIGHTS_FRAME);
    message.r14 = frame_word_make(list, RIGHTS_FRAME);
    message.words[0] = random_below(&client->random, 2) ? LIST_FRONT : LIST_BACK;
    atomic_store_relaxed(&moved_by[frame], client->account);
    return serve(client, &message) == ERROR_NONE;
}

static void push_one(struct client *client, uint64_t list)
{
    struct client_handle *handle = any(client);

    if (!handle->unique)
        return;
    struct client_handle left = leave(client, handle);
    if (!push(client, left.frame, list)) /* its links are in use as metadata */
        keep(client, left.frame, true);
}

static void take(struct client *client, uint64_t list)
{
    struct message message = lend(client, MESSAGE_LIST_TAKE, ACTION_HAND_BACK, list);

    message.words[0] = random_below(&client->random, 2) ? LIST_FRONT : LIST_BACK;
    if (!has_room(client, 1) || serve(client, &message) != ERROR_NONE)
        return;
    uint64_t frame = message.r13 / FRAME_SIZE;
    if (atomic_load_relaxed(&moved_by[frame]) != client->account) {
        message.rax = ERROR_NOT_WANTED;
        dispatch_refused(client->worker, &message);
    } else if (!refused(client, &message)) {
        keep(client, frame, true);
    }
}

static void walk(struct client *client, uint64_t list)
{
    struct message message = lend(client, MESSAGE_LIST_LOOK, ACTION_NONE, list);

    message.words[0] = LIST_FRONT;
    while (serve(client, &message) == ERROR_NONE) {
        uint64_t address = message.words[0];
        message = lend(client, MESSAGE_LIST_WRITE, ACTION_NONE, list);
        message.words[0] = address;
        message.words[1] = client->account;
        if (serve(client, &message) != ERROR_NONE || random_below(&client->random, 4) == 0)
            return;
        message = lend(client, MESSAGE_LIST_LOOK, ACTION_NONE, list);
        message.words[0] = LIST_AFTER;
        message.words[1] = address;
    }
}

static void clear(struct client *client, uint64_t list)
{
    struct message message = lend(client, MESSAGE_LIST_CLEAR, ACTION_NONE, list);

    expect_eq(serve(client, &message), ERROR_NONE);
}

/* A list of the client's own, which ends with its members. */
static void list_of_own(struct client *client, uint64_t list)
{
    for (uint32_t k = 0; k < client->count;) {
        if (client->handles[k].unique && push(client, client->handles[k].frame, list))
            leave(client, &client->handles[k]);
        else
            k += 1;
    }
}

/* Makes something else of a frame, and drops it. */
static void end_as(struct client *client, struct client_handle *handle, enum kind kind)
{
    if (!repurpose(client, handle->frame, kind))
        return;
    struct client_handle left = leave(client, handle);
    if (kind == KIND_LIST)
        list_of_own(client, left.frame);
    drop(client, left.frame);
}

/* Calls that need a handle. */
static void step_with_handle(struct client *client)
{
    struct client_handle *handle = any(client);
    uint64_t list = client->lists[random_below(&client->random, CLIENT_LISTS)];

    use(handle);
    switch (random_below(&client->random, 16)) {
    case 0:
    case 1:
        clone(client);
        break;
    case 2:
    case 3:
        drop(client, leave(client, handle).frame);
        break;
    case 4:
        drop_run(client);
        break;
    case 5:
    case 6:
        convert(client, handle, true);
        break;
    case 7:
        convert(client, handle, false);
        break;
    case 8:
        metadata(client, handle);
        break;
    case 9:
        end_as(client, handle,
               random_below(&client->random, 8) == 0   ? KIND_LIST
               : random_below(&client->random, 2) == 0 ? KIND_PAGE_TABLE
                                                       : KIND_HANDLE_TABLE);
        break;
    case 10:
    case 11:
    case 12:
        push_one(client, list);
        break;
    case 13:
    case 14:
        take(client, list);
        break;
    default:
        walk(client, list);
        break;
    }
}

void client_step(struct client *client)
{
    switch (random_below(&client->random, 36)) {
    case 32:
    case 33:
    case 34:
    case 35:
        account_step(client);
        break;
    case 0:
        allocate(client, RUN);
        break;
    case 1:
        inform(client);
        break;
    case 2:
        clear(client, client->lists[0]);
        break;
    case 3:
    case 4:
    case 5:
        claim(client);
        break;
    case 6:
    case 7:
    case 8:
    case 9:
        allocate(client, 1);
        break;
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
        look_up(client);
        break;
    default:
        if (client->count > 0)
            step_with_handle(client);
        break;
    }
}

/* A page of the window is backed when it is touched first, which one thread has to do. */
static void touch_all(const struct world *world)
{
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (window_has_slot(&world->window, frame))
            (void)*(volatile uint64_t *)&window_slot(&world->window, frame)->kind_word;
    }
}

void clients_begin(struct client *clients, struct world *world, uint64_t seed)
{
    struct message message;

    touch_all(world);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        clients[k] = (struct client){.worker = &world->workers[k], .account = 1 + k % 3, .payer = 1 + k % 3};
        clients[k].worker->kernel = &client_kernel;
        clients[k].random = (struct random){.seed = seed, .state = seed * WORLD_WORKERS + k};
    }
    for (uint32_t n = 0; n < CLIENT_LISTS; n++) {
        message = message_make(&clients[0], MESSAGE_ALLOC, MODE_NONE, ACTION_GRANT, 1);
        expect_eq(serve(&clients[0], &message), ERROR_NONE);
        uint64_t list = message.r13 / FRAME_SIZE;
        message = lend(&clients[0], MESSAGE_REPURPOSE, ACTION_CONVERT, list);
        message.words[0] = KIND_LIST;
        expect_eq(serve(&clients[0], &message), ERROR_NONE);
        for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
            clients[k].lists[n] = list;
            if (k == 0)
                continue; /* has it */
            message = lend(&clients[0], MESSAGE_CLONE, ACTION_CLONE, list);
            message.words[0] = RIGHTS_FRAME;
            expect_eq(serve(&clients[0], &message), ERROR_NONE);
        }
    }
}

void clients_finish(struct client *clients)
{
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        accounts_finish(&clients[k]);
        while (clients[k].count > 0)
            drop(&clients[k], leave(&clients[k], clients[k].handles).frame);
        for (uint32_t n = 0; n < CLIENT_LISTS; n++)
            drop(&clients[k], clients[k].lists[n]);
    }
    while (lists_are_dying(clients[0].worker)) {
        struct message message = message_make(&clients[0], MESSAGE_STATISTICS, MODE_NONE, ACTION_NONE, 0);
        expect_eq(serve(&clients[0], &message), ERROR_NONE);
    }
}
