/* Accounts, and counts. */
#include "servers/shell/commands.h"

#include "servers/shell/programs.h"
#include "servers/shell/terminal.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/format.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

static void limit_text(uint64_t limit, char *text, size_t size)
{
    if (limit == ACCOUNT_UNLIMITED) {
        format_line(text, size, "no limit");
    } else {
        format_line(text, size, "limit %lu", limit);
    }
}

static void show(const struct account_statistics *statistics)
{
    char frames[32];
    char tables[32];

    limit_text(statistics->limit, frames, sizeof(frames));
    limit_text(statistics->table_limit, tables, sizeof(tables));
    print("account %u (%s): %lu frames (%s), %lu of them handle tables (%s)\n", statistics->account,
          account_name(statistics->account), statistics->used, frames, statistics->tables_used, tables);
}

/* The limits that stand behind an account; what is not said stays. */
static outcome set_limits(const struct words *words, uint32_t account, const struct account_statistics *now)
{
    struct account_limits limits = {.frames = now->limit, .tables = now->table_limit};
    outcome error = word_number(words->word[1], UINT64_MAX, &limits.frames);

    if (error == ERROR_NONE && words->count > 2) {
        error = word_number(words->word[2], UINT64_MAX, &limits.tables);
    }
    return error != ERROR_NONE ? error : account_limit(account, &limits);
}

must_use outcome command_quota(const struct words *words)
{
    struct account_statistics statistics;
    uint32_t account = 0;
    outcome error = words->count > 0 ? account_named(words->word[0], &account) : ERROR_NONE;

    if (error == ERROR_NONE) {
        error = account_facts(account, &statistics);
    }
    if (error == ERROR_NONE && words->count > 1) {
        error = set_limits(words, account, &statistics);
    }
    if (error == ERROR_NONE && words->count > 1) {
        error = account_facts(account, &statistics);
    }
    if (error == ERROR_NONE) {
        show(&statistics);
    }
    return error;
}

#define HOLDERS 24

struct holder {
    char name[START_NAME];
    uint64_t frames;
    uint64_t shared;  /* of them have more than one handle */
    uint64_t address; /* of the first */
};

static struct holder holders[HOLDERS];
static uint32_t holder_count;

/* What one more frame adds; holders that have no place any more are counted with the last. */
static void add(const struct account_holder *frame)
{
    uint32_t k = 0;

    while (k < holder_count && strcmp(holders[k].name, frame->name) != 0) {
        k++;
    }
    if (k == HOLDERS) {
        k--;
        format_line(holders[k].name, sizeof(holders[k].name), "others");
    }
    if (k == holder_count) {
        holders[k] = (struct holder){.address = frame->address};
        memcpy(holders[k].name, frame->name, sizeof(holders[k].name));
        holder_count++;
    }
    holders[k].frames++;
    holders[k].shared += frame->handles > 1;
}

must_use outcome command_whohas(const struct words *words)
{
    struct account_holder holder;
    uint64_t address = 0;
    uint32_t account = start_page()->account;
    outcome error = words->count > 0 ? account_named(words->word[0], &account) : ERROR_NONE;

    holder_count = 0;
    while (error == ERROR_NONE && (error = account_next_holder(account, &address, &holder)) == ERROR_NONE) {
        add(&holder);
        if (terminal_interrupted()) {
            error = SHELL_ERROR_CUT_OFF;
        }
    }
    if (error != ERROR_OUT_OF_BOUND) {
        return error;
    }
    print("account %u (%s) pays for frames that are held by\n", account, account_name(account));
    for (uint32_t k = 0; k < holder_count; k++) {
        print("  %-23s %8lu frames, %lu of them with more handles than one, the first at 0x%lx\n", holders[k].name,
              holders[k].frames, holders[k].shared, holders[k].address);
    }
    if (holder_count == 0) {
        print("  nobody\n");
    }
    return ERROR_NONE;
}

/* Things of which some handles were taken away: what is left is named anew. */
static void forget_revoked(struct thing *thing)
{
    struct thing old = *thing;
    struct handle_facts facts;
    char name[THING_NAME];
    bool gone = false;

    for (uint32_t k = 0; k < old.count && old.value != 0; k++) {
        gone |= system_call_inspect(handle_of_run(old.value, k), &facts) != ERROR_NONE;
    }
    if (!gone) {
        return;
    }
    print("%s is gone\n", thing_name(thing, name));
    if (program_of(thing) != NULL) {
        outcome error = program_forget(thing);
        (void)error;
        return;
    }
    thing_remove(thing);
    for (uint32_t k = 0; k < old.count; k++) {
        handle value = handle_of_run(old.value, k);
        bool there = old.count > 1 && system_call_inspect(value, &facts) == ERROR_NONE;
        outcome error = there ? name_handle(THING_FRAME, value) : (outcome)frame_drop(value); /* frees its entry */
        (void)error;
    }
}

must_use outcome command_revoke(const struct words *words)
{
    uint32_t place = 0;
    uint64_t taken;
    struct thing *thing;
    handle value;
    outcome error = handle_named(words->word[0], &value, NULL);

    if (error == ERROR_NONE) {
        error = frame_revoke(value, &taken);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    print("%lu handles taken away\n", taken);
    while ((thing = thing_next(&place)) != NULL) {
        forget_revoked(thing);
    }
    return ERROR_NONE;
}

must_use outcome command_stat(const struct words *words)
{
    struct machine_statistics machine;
    struct account_statistics account;
    char size[24];
    outcome error = machine_statistics(&machine);

    (void)words;
    if (error == ERROR_NONE) {
        error = account_statistics(&account);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    size_text(machine.usable, size, sizeof(size));
    print("usable    %10lu frames, %s\n", machine.usable, size);
    size_text(machine.free, size, sizeof(size));
    print("free      %10lu frames, %s\n", machine.free, size);
    size_text(machine.in_use, size, sizeof(size));
    print("in use    %10lu frames, %s\n", machine.in_use, size);
    size_text(machine.set_aside, size, sizeof(size));
    print("set aside %10lu frames, %s\n", machine.set_aside, size);
    print("memory ends at 0x%lx\n", machine.end * FRAME_SIZE);
    show(&account);
    print("%u of %u entries of the shell's handle table are in use, and %u page tables for what it maps\n",
          own_entries_used(), own_entries_limit(), library_tables());
    return ERROR_NONE;
}

/* --- counting --------------------------------------------------------------------------------------------------------- */

struct stock {
    uint64_t free;
    uint64_t used;
    uint32_t entries;
    uint32_t tables;
    uint32_t things;
};

static struct stock counted;
static bool is_counted;

static outcome take_stock(struct stock *stock)
{
    struct machine_statistics machine;
    struct account_statistics account;
    outcome error = library_release_tables(&stock->tables);

    if (error == ERROR_NONE) {
        error = machine_statistics(&machine);
    }
    if (error == ERROR_NONE) {
        error = account_statistics(&account);
    }
    if (error == ERROR_NONE) {
        stock->free = machine.free;
        stock->used = account.used;
        stock->entries = own_entries_used();
        stock->things = things_count();
    }
    return error;
}

must_use outcome command_count(const struct words *words)
{
    outcome error = take_stock(&counted);

    (void)words;
    is_counted = error == ERROR_NONE;
    if (is_counted) {
        print("%lu frames free, %lu are the shell's; %u handles, %u names\n", counted.free, counted.used,
              counted.entries, counted.things);
    }
    return error;
}

static bool is_same(const char *what, uint64_t before, uint64_t now)
{
    if (before != now) {
        print("%s: %lu, at the count there were %lu\n", what, now, before);
    }
    return before == now;
}

must_use outcome command_same(const struct words *words)
{
    struct stock now;
    outcome error = is_counted ? take_stock(&now) : (outcome)SHELL_ERROR_NOT_COUNTED;

    (void)words;
    if (error != ERROR_NONE) {
        return error;
    }
    bool same = is_same("free frames", counted.free, now.free);
    same &= is_same("the shell's frames", counted.used, now.used);
    same &= is_same("handles", counted.entries, now.entries);
    same &= is_same("page tables", counted.tables, now.tables);
    if (!same) {
        return SHELL_ERROR_NOT_SAME;
    }
    print("all as at the count\n");
    return ERROR_NONE;
}
