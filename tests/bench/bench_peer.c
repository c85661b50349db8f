/* The other task of the bench. A call without handles is answered straight from the registers that it came in.
 * It runs once with and once without the FPU, and is compiled to need none (tests/tests.mk). */
#include "tests/bench/bench.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/task.h>

static enum error use(handle frame)
{
    void *page;
    enum error error = frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &page);

    if (error != ERROR_NONE) {
        return error;
    }
    *(volatile uint64_t *)page = 1;
    return frame_drop(frame);
}

int main(void)
{
    handle endpoint = start_handle(start_page()->name);
    struct message message = {0};
    uint32_t room = start_page()->handle_entries - 1; /* where a handle arrives: none of the library's lies so high */

    do {
        message.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 1, room);
        message.rdi = endpoint;
        system_call_reply_receive(&message);
        if (__builtin_expect(message.rax != 0, 0) && rax_mode(message.rax) == MODE_MOVE) {
            message.rsi = use(message.r13);
        }
    } while (rax_status(message.rax) == ERROR_NONE);
    print("# %s: %s\n", start_page()->name, error_sentence(rax_status(message.rax)));
    return 1;
}
