/* Kills the frame server, rate=N times a second (100), beside whoever works: they are not to notice. Needs the option
 * restart, and the interval timer (ports=64-67 interrupts). */
#include "servers/framemap/clock.h"

#include <quire/print.h>
#include <quire/server.h>
#include <quire/task.h>

#define RATE_USUAL 100

int main(void)
{
    uint64_t rate = start_option_number(start_page()->arguments, "rate", RATE_USUAL);
    enum error error = rate < CLOCK_SLOWEST || rate > CLOCK_FASTEST ? ERROR_BAD_ARGUMENT : clock_start((uint32_t)rate);

    while (error == ERROR_NONE) {
        clock_wait();
        error = server_restart();
    }
    print("%s: %s: %s\n", start_page()->name, error_name(error), error_sentence(error));
    return (int)error;
}
