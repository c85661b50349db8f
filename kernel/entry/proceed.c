#include "kernel/entry/proceed.h"
#include "kernel/cpu/instructions.h"
#include "kernel/entry/mailbox.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/schedule.h"

/* The next step of a task that dies, in its turn. */
static void reap(struct task *task)
{
    bool found = reap_step(task);

    interrupt_window();
    if (found && endpoint_is_closed(this_cpu->frame_server))
        reap_for_nobody(task);
    if (!found || call_send(task, this_cpu->frame_server) != ERROR_NONE)
        reap_pause(task);
    interrupt_window();
}

void proceed(void)
{
    for (;;) {
        CHECKED_ONLY(rules_outside();)
        RULE_HOLDS(LOCK_LEAVES, rules_unlocked());
        RULE_HOLDS(PIN_LEAVES, this_cpu->pinned == 0);
        CHECKED_ONLY(rules_plant();)
        for (bool due = mailbox_is_due(); __builtin_expect(due, 0); due = mailbox_has_come()) {
            CHECKED_ONLY(this_cpu->rules.mail_is_due = true;)
            mailbox_open();
            interrupt_window();
        }
        schedule();
        if (!this_cpu->current)
            mailbox_wait();
        else if (task_is_dying(this_cpu->current))
            reap(this_cpu->current);
        else
            return;
    }
}
