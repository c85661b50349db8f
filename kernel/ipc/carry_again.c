/* What went along with a call that the frame server died in, for the next one that serves it. */
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/object/handle_table.h"

/* Frames that are lent are looked for anew, since the transfer page is the server's to write. */
static void lent_run(const struct task *caller, struct task *worker, uint64_t *word)
{
    uint32_t rights = FRAME_WORD_RIGHTS;
    uint32_t n = rax_n(caller->registers.rax);
    uint32_t index = handle_index(caller->registers.r13);
    uint64_t *transfer = worker->transfer;

    for (uint32_t part; n > 0; index += part, n -= part) {
        const struct handle_entry *entry = handle_table_part(caller, index, n, &part);
        for (const struct handle_entry *end = entry + part; entry < end; entry++) {
            *transfer++ = handle_entry_frame(entry);
            rights &= entry->rights;
        }
        interrupt_window();
    }
    *word = frame_word_make(worker->transfer[0], rights);
}

static uint64_t lent(const struct task *caller, int place)
{
    const struct handle_entry *entry = caller->service.borrowed[place];

    return entry ? frame_word_make(handle_entry_frame(entry), entry->rights) : 0;
}

/* Those that are LEAVING; between the ones of a dying task there may be others. */
static void left_in(const struct handle_entry *entry, uint32_t count, uint64_t **transfer)
{
    for (const struct handle_entry *end = entry + count; entry < end; entry++)
        if (entry->state == HANDLE_LEAVING)
            *(*transfer)++ = handle_entry_frame(entry);
}

/* All of them; returns how many. */
static uint64_t left_all(const struct task *caller, struct task *worker)
{
    const struct service *service = &caller->service;
    uint64_t *transfer = worker->transfer;

    if (service->pending & CALL_REAPS || service->leaving_count == 1) {
        left_in(service->leaving, service->leaving_count, &transfer);
        return (uint64_t)(transfer - worker->transfer);
    }
    for (uint32_t part, done = 0; done < service->leaving_count; done += part) {
        const struct handle_entry *entry =
            handle_table_part(caller, service->leaving_first + done, service->leaving_count - done, &part);
        left_in(entry, part, &transfer);
        interrupt_window();
    }
    return (uint64_t)(transfer - worker->transfer);
}

static uint64_t left(const struct task *caller, struct task *worker)
{
    const struct service *service = &caller->service;
    uint64_t count = left_all(caller, worker);

    if (service->pending & CALL_REAPS)
        return frame_word_make(worker->transfer[0], 0);
    return count == 1 ? frame_word_make(worker->transfer[0], service->leaving->rights) : 0;
}

void carry_name(const struct task *caller, struct task *worker)
{
    struct worker_control *control = worker->control;

    if (rax_mode(caller->service.pending) == MODE_DROP)
        control->intent_run = (control->intent_run & ~INTENT_RUN_COUNT) |
                              (caller->service.pending & CALL_RECOVERED ? 0 : left_all(caller, worker));
}

void carry_recovered(struct task *worker)
{
    struct task *caller = worker->caller;

    if (!caller || rax_mode(caller->service.pending) != MODE_DROP)
        return;
    caller->service.pending |= CALL_RECOVERED;
    worker->control->intent_run &= ~INTENT_RUN_COUNT;
}

uint64_t carry_moving(const struct task *caller, uint64_t frame)
{
    const struct service *service = &caller->service;
    uint32_t mode = rax_mode(service->pending);
    uint64_t found = 0;

    if (mode != MODE_ATTACH && mode != MODE_MOVE)
        return 0;
    for (uint32_t part, done = 0; done < service->leaving_count; done += part) {
        const struct handle_entry *entry =
            handle_table_part(caller, service->leaving_first + done, service->leaving_count - done, &part);
        for (const struct handle_entry *end = entry + part; entry < end; entry++)
            found += entry->state == HANDLE_LEAVING && handle_entry_frame(entry) == frame;
        interrupt_window();
    }
    return found;
}

enum error carry_again(const struct task *caller, struct task *worker, struct carried *carried)
{
    bool run = rax_n(caller->registers.rax) > 1;
    enum error error = carry_borrowed_check(caller);

    *carried = (struct carried){0};
    if (error)
        return error;
    switch (rax_mode(caller->service.pending)) {
    case MODE_BORROW:
        if (run)
            lent_run(caller, worker, &carried->r13);
        else
            *carried = (struct carried){lent(caller, 0), lent(caller, 1)};
        return ERROR_NONE;
    case MODE_ATTACH:
        *carried = (struct carried){left(caller, worker), lent(caller, 0)};
        return ERROR_NONE;
    case MODE_MOVE:
    case MODE_DROP:
        carried->r13 = left(caller, worker);
        return ERROR_NONE;
    default:
        return ERROR_NONE;
    }
}
