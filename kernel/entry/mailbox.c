#include "kernel/entry/mailbox.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/entry/elsewhere.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/hold.h"
#include "kernel/ipc/restart.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/grace.h"
#include "kernel/object/mail.h"
#include "kernel/object/schedule.h"
#include <quire/atomic.h>
#include <stddef.h>

#define TASK_OF(mail, member) ((struct task *)(void *)((char *)(mail)-offsetof(struct task, member)))

static void open_one(struct mail *mail)
{
    switch ((enum mail_kind)mail->kind) {
    case MAIL_HOME:
        atomic_store_release_32(&TASK_OF(mail, mail)->at, this_cpu->number);
        schedule_again(TASK_OF(mail, mail));
        break;
    case MAIL_ASK:
        elsewhere_perform(TASK_OF(mail, mail));
        break;
    case MAIL_ORPHAN:
        elsewhere_orphan(TASK_OF(mail, mail));
        break;
    case MAIL_ABORT:
        task_abort(TASK_OF(mail, abort));
        break;
    case MAIL_LOOK:
        call_look((struct endpoint_line *)(void *)((char *)mail - offsetof(struct endpoint_line, mail)));
        break;
    case MAIL_SERVER:
        restart_look(TASK_OF(mail, mail));
        hold_look(TASK_OF(mail, mail));
        break;
    case MAIL_KINDS:
        break;
    }
}

void mailbox_open(void)
{
    uint64_t ticket = atomic_load_acquire(&grace_newest);
    struct task *task;

    RULE_HOLDS(MAIL_INSIDE, this_cpu->rules.mail_is_due);
    CHECKED_ONLY(this_cpu->rules.mail_is_due = false;)
    for (struct mail *mail = mail_take(), *next; mail; mail = next) {
        next = mail->next; /* it may be sent again */
        open_one(mail);
        interrupt_window();
    }
    grace_pass(ticket);
    while ((task = grace_next())) {
        call_goes_on(task);
        interrupt_window();
    }
}

void mailbox_wait(void)
{
    if (atomic_load_relaxed(&this_cpu->mail) == 0)
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    else
        interrupt_window();
}
