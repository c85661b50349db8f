/* With the lying frame server: it stops while it serves the end of this very task; way=parts: nearly at the end of that, and for good. */
#include "tests/tasks/liar.h"
#include <quire/system_call.h>
#include <quire/task.h>
#include <string.h>

int main(void)
{
    char way[8];

    (void)start_option(start_page()->arguments, "way", way, sizeof(way), "");
    if (strcmp(way, "parts") == 0) {
        return (int)call_5(frame_server(), label_make(LIAR_DIE, 0), LIAR_FAULTS, 0, LIAR_ALWAYS, LIAR_AT_PARTS, 0)
            .status;
    }
    return (int)call_1(frame_server(), label_make(LIAR_FPU, 0), 1).status;
}
