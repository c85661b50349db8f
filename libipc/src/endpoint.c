/* Calls, replies, notifications, and the handles that go along. */
#include <quire/endpoint.h>

#include <quire/entries.h>
#include <quire/system_call.h>

/* One field of rax counts both the handles that go out and the room for those that come in, so when some go out,
 * there is room for as many, or for none. */
static uint32_t room_beside(uint32_t count, uint32_t room)
{
    return count > 0 && room > 0 ? count : room;
}

static enum error take_room(uint32_t room, uint32_t *dst)
{
    *dst = 0;
    return room > 0 ? own_entries_take(room, dst) : ERROR_NONE;
}

static void fill_registers(struct message *registers, handle endpoint, const struct endpoint_message *message)
{
    *registers = (struct message){.rdi = endpoint, .rsi = message->label};
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        registers->words[i] = message->words[i];
    }
    if (message->count > 0) {
        registers->r13 = message->first;
    }
}

/* What went out is gone, what came in is there, and of the room the rest is free again. */
static void take_over(struct endpoint_message *message, const struct message *registers, uint32_t dst, uint32_t room,
                      uint32_t arrived)
{
    own_entries_release(handle_index(message->first), message->count);
    own_entries_release(dst + arrived, room - arrived);
    *message = (struct endpoint_message){
        .label = registers->rsi, .first = registers->r13, .count = arrived, .badge = registers->rdi};
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        message->words[i] = registers->words[i];
    }
}

must_use enum error endpoint_call(handle endpoint, struct endpoint_message *message, uint32_t room)
{
    struct message registers;
    uint32_t n = message->count > 0 ? message->count : room;
    uint32_t dst;

    if (n > MOVE_HANDLES_MAX) {
        return ERROR_BAD_COUNT;
    }
    room = room_beside(message->count, room);
    enum error error = take_room(room, &dst);
    if (error != ERROR_NONE) {
        return error;
    }
    fill_registers(&registers, endpoint, message);
    registers.rax = rax_make(SYSTEM_CALL_CALL, room > 0 ? ACTION_MOVE : ACTION_NONE,
                             message->count > 0 ? MODE_MOVE : MODE_NONE, n, dst);
    system_call_call(&registers);
    error = (enum error)rax_status(registers.rax);
    if (error != ERROR_NONE) {
        own_entries_release(dst, room);
        if (error == ERROR_INTERRUPTED) {
            own_entries_release(handle_index(message->first), message->count);
            message->count = 0;
        }
        return error;
    }
    take_over(message, &registers, dst, room, rax_n(registers.rax));
    return ERROR_NONE;
}

must_use enum error endpoint_reply_receive(handle endpoint, struct endpoint_message *message, uint32_t room)
{
    struct message registers;
    uint32_t dst;

    if (room > MOVE_HANDLES_MAX || message->count > MOVE_HANDLES_MAX) {
        return ERROR_BAD_COUNT;
    }
    enum error error = take_room(room, &dst);
    if (error != ERROR_NONE) {
        return error;
    }
    fill_registers(&registers, endpoint, message);
    registers.r14 = message->count;
    registers.rax =
        rax_make(SYSTEM_CALL_REPLY_RECEIVE, message->count > 0 ? ACTION_MOVE : ACTION_NONE, MODE_NONE, room, dst);
    system_call_reply_receive(&registers);
    error = (enum error)rax_status(registers.rax);
    if (error != ERROR_NONE) {
        own_entries_release(dst, room);
        if (error == ERROR_REVOKED) { /* while it waited, after the reply */
            own_entries_release(handle_index(message->first), message->count);
            message->count = 0;
        }
        return error;
    }
    take_over(message, &registers, dst, room, rax_mode(registers.rax) == MODE_MOVE ? rax_n(registers.rax) : 0);
    if ((rax_flags(registers.rax) & RECEIVED_NOTIFICATION) != 0) {
        *message = (struct endpoint_message){.notification = registers.rsi};
    }
    return ERROR_NONE;
}

must_use enum error endpoint_receive(handle endpoint, struct endpoint_message *message, uint32_t room)
{
    *message = (struct endpoint_message){0};
    return endpoint_reply_receive(endpoint, message, room);
}
