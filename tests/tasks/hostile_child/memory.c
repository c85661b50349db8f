/* What the attacker believes to hold: without it nearly all its calls would end at the first check. */
#include "tests/tasks/hostile_child/attacker.h"

#include <quire/task.h>

#define GENERATIONS_TRIED 250 /* more fillings than a task's making takes */

static void set(uint32_t index, struct entry entry)
{
    struct entry *old = &attacker.entries[index];

    attacker.held[old->kind] -= old->belonging > BODY;
    *old = entry;
    attacker.held[old->kind] += old->belonging > BODY;
}

void remember(handle first, uint32_t n, enum kind kind, enum belonging belonging)
{
    for (uint32_t k = 0; k < n && handle_index(first) + k < ENTRIES_KNOWN; k++) {
        set(handle_index(first) + k, (struct entry){.value = handle_of_run(first, k),
                                                    .belonging = (uint8_t)belonging,
                                                    .kind = kind < KINDS ? (uint8_t)kind : KIND_NONE});
    }
}

void forget(handle first, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t index = handle_index(first) + k;

        if (index < ENTRIES_KNOWN && attacker.entries[index].value == handle_of_run(first, k)) {
            set(index, (struct entry){0});
        }
    }
}

static struct entry *entry_of(handle value)
{
    uint32_t index = handle_index(value);

    return index < ENTRIES_KNOWN && attacker.entries[index].value == value && value != 0 ? &attacker.entries[index]
                                                                                         : NULL;
}

static void learn_address(uint64_t address)
{
    if (address != 0 && address % 4096 == 0 && address < PHYSICAL_MAX) {
        attacker.addresses[attacker.address_count++ % ADDRESSES_KNOWN] = address;
    }
}

static enum kind kind_that_came(const struct message *in)
{
    const struct entry *lent = entry_of(in->r13);

    switch (rax_action(in->rax)) {
    case ACTION_MINT:
        return KIND_ENDPOINT;
    case ACTION_CLONE:
        return lent != NULL ? (enum kind)lent->kind : KIND_UNTYPED;
    case ACTION_MOVE:
        return KIND_NONE;
    default:
        return KIND_UNTYPED;
    }
}

static void learn_of_call(const struct message *in, const struct message *out)
{
    uint32_t mode = rax_mode(in->rax);
    uint32_t n = rax_n(out->rax);

    if (mode == MODE_DROP || mode == MODE_MOVE || (mode == MODE_ATTACH && out->rsi == ERROR_NONE)) {
        forget(in->r13, rax_n(in->rax));
    }
    if (in->rdi == attacker.server && out->rsi == ERROR_NONE) {
        struct entry *lent = entry_of(in->r13);

        learn_address(out->words[0]);
        if (label_operation(in->rsi) == MESSAGE_REPURPOSE && lent != NULL) {
            remember(in->r13, 1, (enum kind)in->words[0], (enum belonging)lent->belonging);
        }
    }
    if (out->r13 != 0 && n > 0) {
        remember(out->r13, n, kind_that_came(in), SPOIL);
    }
}

void learn(const struct message *in, const struct message *out)
{
    enum error status = (enum error)rax_status(out->rax);
    uint32_t number = rax_number(in->rax);

    if (status == ERROR_BAD_HANDLE || status == ERROR_STALE_HANDLE) {
        forget(in->rdi, 1);
        forget(in->rsi, 1);
        forget(in->r13, 1);
    }
    if (status != ERROR_NONE) {
        return;
    }
    switch (number) {
    case SYSTEM_CALL_CALL:
        learn_of_call(in, out);
        break;
    case SYSTEM_CALL_REPLY_RECEIVE:
        attacker.serves = (rax_flags(out->rax) & RECEIVED_NOTIFICATION) == 0;
        if (rax_mode(out->rax) == MODE_MOVE) {
            remember(out->r13, rax_n(out->rax), KIND_NONE, SPOIL);
        }
        break;
    case SYSTEM_CALL_INSPECT: {
        struct entry *entry = entry_of(in->rdi);
        if (entry != NULL && in->words[1] == 0) {
            remember(in->rdi, 1, (enum kind)out->words[0], (enum belonging)entry->belonging);
        }
        break;
    }
    case SYSTEM_CALL_CREATE:
        forget(in->rsi, 1);
        forget(in->words[0], 1);
        forget(in->r13, 1);
        break;
    case SYSTEM_CALL_GIVE:
        forget(in->rsi, (uint32_t)in->words[0]);
        break;
    case SYSTEM_CALL_TAKE:
        remember(out->rsi, (uint32_t)in->words[0], KIND_NONE, SPOIL);
        break;
    default:
        break;
    }
}

/* Finds the handles that it was made of: their generations were counted up. */
static void explore_body(void)
{
    uint32_t generation = 1;

    for (uint32_t index = 1; index < attacker.first_free; index++) {
        uint32_t tried = generation;

        while (tried < GENERATIONS_TRIED &&
               attempt_small(SYSTEM_CALL_INSPECT, handle_make(index, tried), 0, 0, 0) != ERROR_NONE) {
            tried++;
        }
        if (tried < GENERATIONS_TRIED) {
            generation = tried;
            remember(handle_make(index, generation), 1, KIND_NONE, BODY);
        }
    }
}

void explore(void)
{
    const struct start_page *page = start_page();

    attacker.limit = page->handle_entries;
    attacker.first_free = page->entries_used;
    explore_body();
    remember(attacker.server, 1, KIND_ENDPOINT, BODY);
    remember(start_handle(GIFT_REPORT), 1, KIND_UNTYPED, BODY);
    for (uint32_t k = 1; k < page->handle_count; k++) {
        if (page->handles[k].handle != start_handle(GIFT_REPORT)) {
            bool task = __builtin_strcmp(page->handles[k].name, GIFT_TASK) == 0;
            remember(page->handles[k].handle, 1, task ? KIND_TASK : KIND_ENDPOINT, GIFT);
        }
    }
}
