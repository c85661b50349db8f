/* Messages and notifications between tasks, through endpoints. */
#ifndef QUIRE_ENDPOINT_H
#define QUIRE_ENDPOINT_H

#include <quire/abi.h>
#include <stdint.h>

/* A message, and the handles that go along, MOVE_HANDLES_MAX at the most. They move: the sender loses them, and they must
 * be unmapped. */
struct endpoint_message {
    uint64_t label;
    uint64_t words[MESSAGE_WORDS];
    handle first;          /* the first of `count` handles that follow one another */
    uint32_t count;        /* 0: no handle goes along, or came */
    uint64_t badge;        /* of the handle that a received call came through */
    uint64_t notification; /* received: not 0: there is no call, but these bits */
};

/* Sends the message and waits for the reply, which takes its place. `room`: how many handles the reply may bring.
 * On an error the message, its handles included, is as it was; Interrupted alone means that the receiver ended while it
 * had the message, and the handles with it: then count is 0. A message without handles gets NoServer then, as does one that
 * nobody received.
 * Errors: BadHandle, StaleHandle, WrongKind, MissingRight (no call right), Mapped, NoRoom (of the receiver), BadMode,
 * NoServer, Interrupted, NoTableEntry (no room for `room` handles), BadCount (more than MOVE_HANDLES_MAX). When handles go
 * along, there is room for as many to come back, whatever `room` says beside 0. */
must_use enum error endpoint_call(handle endpoint, struct endpoint_message *message, uint32_t room);

/* Waits for a call or a notification (message->notification is not 0 then, and all else is). `room`: how many handles
 * a call may bring. A call that this task has received and not answered is answered with zeros.
 * Errors: BadHandle, StaleHandle, WrongKind, MissingRight (no receive right), Revoked, BadCount, NoTableEntry. */
must_use enum error endpoint_receive(handle endpoint, struct endpoint_message *message, uint32_t room);

/* Replies with the message to the call that was received last, then waits for the next call or notification, which takes
 * its place. If the caller has ended meanwhile, nobody gets the reply.
 * Errors: those of endpoint_receive; when handles go along also NoRoom, BadCount (more than the caller has room for, or
 * than MOVE_HANDLES_MAX), NotWanted (it has none), Mapped, MissingRight (no move right), InUse (the endpoint's own handle): the
 * reply did not happen, the caller still waits, and the message is as it was; and NoCaller (it has ended): the handles are
 * still here. If the handles are gone, since the error came after the reply (Revoked), count is 0. */
must_use enum error endpoint_reply_receive(handle endpoint, struct endpoint_message *message, uint32_t room);

/* Makes an endpoint: *endpoint has all rights to it (RIGHTS_ENDPOINT), badge 0: who is to notify needs a badge, bits of which
 * arrive. Where a task receives it learns of calls and of notifications. Errors: those of frame_allocate and frame_repurpose. */
must_use enum error endpoint_make(handle *endpoint);

/* A further handle to an endpoint, with a badge and rights of its own, which are some of those of the first one. That one
 * needs the owner right; without it, frame_clone makes copies that have its badge. What goes to another task, with a message
 * or as a gift, needs RIGHT_MOVE beside what it is for. To notify: system_call_notify.
 * Errors: those of frame_clone (BadRights: no owner right, too), system_call_badge. */
must_use enum error endpoint_clone(handle endpoint, uint32_t rights, uint64_t badge, handle *copy);

#endif
