/* The other job: it keeps handles that fighters of all CPUs move to it until others of them take them. */
#include "tests/tasks/fighter/exchange.h"

#include "tests/tasks/fighter/fighter.h"
#include <quire/client.h>
#include <quire/endpoint.h>

#define SHELF 16

static handle shelf[SHELF];
static uint32_t count;

static void drop(handle value)
{
    enum error error = frame_drop(value);

    check(error == ERROR_NONE || error == ERROR_BAD_HANDLE, 0); /* or revoked */
}

static void put(handle value)
{
    if (count == SHELF) {
        uint64_t place = random_below(&numbers, SHELF);

        drop(shelf[place]);
        shelf[place] = value;
    } else {
        shelf[count++] = value;
    }
}

static handle take(void)
{
    if (count == 0) {
        return 0;
    }
    uint64_t place = random_below(&numbers, count);
    handle taken = shelf[place];

    shelf[place] = shelf[--count];
    return taken;
}

static void answer(struct endpoint_message *message)
{
    bool gives = message->label == EXCHANGE_TAKE || message->label == EXCHANGE_SWAP;
    handle given = gives ? take() : 0;

    if (message->count > 0) {
        put(message->first);
    }
    *message = (struct endpoint_message){.first = given, .count = given != 0};
}

/* The caller may have ended: what was his is kept. What he was to get may be gone: he gets nothing. */
static enum error refused(struct endpoint_message *message, enum error error)
{
    if (message->count == 0 && error != ERROR_NO_CALLER) {
        return error;
    }
    if (message->count > 0) {
        if (error == ERROR_NO_CALLER) {
            put(message->first);
        } else {
            check_equal(error, ERROR_BAD_HANDLE, 0);
            drop(message->first);
        }
    }
    *message = (struct endpoint_message){0};
    return ERROR_NONE;
}

uint64_t exchange_serve(handle here)
{
    struct endpoint_message message;
    enum error error = endpoint_receive(here, &message, 1);
    bool stop = false;

    while (!stop) {
        if (error == ERROR_NO_TABLE_ENTRY) {
            return error;
        }
        if (error != ERROR_NONE) {
            error = refused(&message, error);
            if (error != ERROR_NONE) {
                return error;
            }
        } else {
            report->operations++;
            stop = message.label == EXCHANGE_STOP;
            answer(&message);
        }
        if (!stop) {
            error = endpoint_reply_receive(here, &message, 1);
        }
    }
    while (count > 0) {
        drop(take());
    }
    return 0; /* who wanted that gets NoServer as this task ends */
}
