/* With the lying frame server: it stops while it serves the end of this very task. */
#include "tests/tasks/liar.h"
#include <quire/system_call.h>
#include <quire/task.h>

int main(void)
{
    return (int)call_1(frame_server(), label_make(LIAR_FPU, 0), 1).status;
}
