#include "servers/shell/meeting.h"

#include "servers/shell/things.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/server.h>
#include <string.h>

/* As init gives them. */
#define RIGHTS_CALLER (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE)
#define RIGHTS_RECEIVER (RIGHT_RECEIVE | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)
#define RIGHTS_RESTART (RIGHT_OWNER | RIGHT_CLONE | RIGHT_MOVE)

#define MEETINGS_MAX 16
#define OWN_BADGE 1 /* of the shell's handle, so that `notify` has a bit to send */

/* A name is free again once the shell's handle has been dropped. */
static struct meeting {
    char name[START_NAME];
    uint32_t number; /* of the thing */
    handle endpoint;
} meetings[MEETINGS_MAX];

static bool is_alive(const struct meeting *meeting)
{
    const struct thing *thing = meeting->endpoint != 0 ? thing_numbered(THING_ENDPOINT, meeting->number) : NULL;

    return thing != NULL && thing->value == meeting->endpoint;
}

/* The one of a name; else a free place; NULL: there is none. */
static struct meeting *find(const char *name)
{
    struct meeting *free = NULL;

    for (uint32_t k = 0; k < MEETINGS_MAX; k++) {
        bool alive = is_alive(&meetings[k]);

        if (alive && strcmp(meetings[k].name, name) == 0) {
            return &meetings[k];
        }
        free = !alive && free == NULL ? &meetings[k] : free;
    }
    return free;
}

static outcome make(struct meeting *meeting, const char *name)
{
    handle endpoint;
    outcome error = things_room(1);

    if (error == ERROR_NONE) {
        error = endpoint_make(&endpoint);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_badge(endpoint, OWN_BADGE);
    if (error != ERROR_NONE) {
        enum error dropped = frame_drop(endpoint); /* the first error is the one to tell */
        (void)dropped;
        return error;
    }
    strcpy(meeting->name, name);
    meeting->number = thing_add(THING_ENDPOINT, endpoint, 1)->number;
    meeting->endpoint = endpoint;
    return ERROR_NONE;
}

/* A handle to the endpoint of a name. *fresh: its number if it was made. */
static outcome meet(const char *name, uint32_t right, uint64_t badge, uint32_t *fresh, handle *copy)
{
    struct meeting *meeting = find(name);
    outcome error = meeting != NULL ? ERROR_NONE : (outcome)SHELL_ERROR_MANY_NAMES;

    if (error == ERROR_NONE && !is_alive(meeting)) {
        error = make(meeting, name);
        *fresh = error == ERROR_NONE ? meeting->number : 0;
    }
    if (error == ERROR_NONE) {
        error =
            endpoint_clone(meeting->endpoint, right == RIGHT_RECEIVE ? RIGHTS_RECEIVER : RIGHTS_CALLER, badge, copy);
    }
    return error;
}

static bool begins(const char *word, const char *key, const char **rest)
{
    size_t length = strlen(key);

    *rest = word + length;
    return strncmp(word, key, length) == 0;
}

must_use outcome gifts_read(const char *word, struct gifts *gifts, bool *found)
{
    const char *name = FRAME_SERVER_TASK_NAME;
    uint32_t right = 0;

    *found = true;
    if (begins(word, "call=", &name)) {
        right = RIGHT_CALL;
    } else if (begins(word, "receive=", &name)) {
        right = RIGHT_RECEIVE;
    } else if (strcmp(word, "restart") == 0) {
        name = FRAME_SERVER_TASK_NAME;
    } else {
        *found = false;
        return ERROR_NONE;
    }
    if (*name == 0 || strlen(name) >= START_NAME) {
        return SHELL_ERROR_BAD_WORD;
    }
    if (gifts->count == GIFTS_MAX) {
        return SHELL_ERROR_MANY_NAMES;
    }
    strcpy(gifts->names[gifts->count], name);
    gifts->rights[gifts->count++] = right;
    return ERROR_NONE;
}

must_use outcome gifts_make(struct gifts *gifts, uint64_t badge)
{
    outcome error = ERROR_NONE;

    for (uint32_t k = 0; k < gifts->count && error == ERROR_NONE; k++) {
        struct task_gift *gift = &gifts->list[k];

        gift->name = gifts->names[k];
        error = gifts->rights[k] != 0 ? meet(gift->name, gifts->rights[k], badge, &gifts->fresh[k], &gift->value)
                                      : frame_clone(server_task(), RIGHTS_RESTART, &gift->value);
    }
    return error;
}

void gifts_show(const struct gifts *gifts)
{
    char name[THING_NAME];

    for (uint32_t k = 0; k < gifts->count; k++) {
        if (gifts->fresh[k] != 0) {
            print("%s: endpoint %s\n", thing_name(thing_numbered(THING_ENDPOINT, gifts->fresh[k]), name),
                  gifts->names[k]);
        }
    }
}

static void drop(handle value)
{
    enum error error = frame_drop(value); /* an error brought us here: it is the one to tell */
    (void)error;
}

void gifts_drop(struct gifts *gifts)
{
    for (uint32_t k = 0; k < gifts->count; k++) {
        if (gifts->list[k].value != 0) {
            drop(gifts->list[k].value);
        }
        if (gifts->fresh[k] != 0) {
            struct thing *thing = thing_numbered(THING_ENDPOINT, gifts->fresh[k]);

            drop(thing->value);
            thing_remove(thing);
        }
    }
}
