#include "kernel/object/mail.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/local_apic.h"
#include <stddef.h>

void mail_send(uint32_t cpu_number, struct mail *mail, enum mail_kind kind)
{
    atomic_word *list = &cpus[cpu_number]->mail;
    uint64_t first = atomic_load_relaxed(list);

    mail->kind = kind;
    do {
        mail->next = (struct mail *)(uintptr_t)first;
    } while (!atomic_swap_if_acquire_release(list, &first, (uint64_t)(uintptr_t)mail));
    if (first == 0 && cpu_number != this_cpu->number)
        interrupt_send(cpu_number, VECTOR_MAIL);
}

struct mail *mail_take(void)
{
    struct mail *mail = (struct mail *)(uintptr_t)atomic_exchange_acquire_release(&this_cpu->mail, 0);
    struct mail *first = NULL;

    while (mail) {
        struct mail *next = mail->next;
        mail->next = first;
        first = mail;
        mail = next;
    }
    return first;
}
