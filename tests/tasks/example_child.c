/* What example_parent.c starts: takes frames until its account's limit refuses one, rings, and waits to be killed. */
#include <quire/account.h>
#include <quire/endpoint.h>
#include <quire/print.h>

int main(void)
{
    struct endpoint_message message;
    struct refusal refusal;
    handle frame;
    handle here;
    enum error error = endpoint_make(&here);

    while (error == ERROR_NONE) {
        error = frame_allocate(&frame);
    }
    refusal = last_refusal();
    print("child: %s: account %u uses %lu of %lu\n", error_name(error), refusal.account, refusal.used, refusal.limit);
    error = system_call_notify(start_handle("bell"));
    return (int)(error != ERROR_NONE ? error : endpoint_receive(here, &message, 0));
}
