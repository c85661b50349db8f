/* Words of the server's memory are spoilt, one at a time. The auditor names each; and whatever the server takes for free then, no
 * task gets what another one has. */
#include "servers/frameserv/core/keep.h"
#include "tests/tasks/liar.h"
#include "tests/tasks/liar_client/lie.h"
#include <quire/audit.h>
#include <quire/client.h>
#include <quire/list.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <stddef.h>

enum slot_word { STORAGE, COUNT = SLOT_STORAGE_WORDS, KIND_WORD, IN_LIST };

static uint64_t frame; /* address of one that this task holds */
static uint64_t list;  /* of a list with a member */

/* Whether an audit tells the fault; without one: whether it tells nothing. */
static bool audit_tells(enum audit_fault fault)
{
    struct reply reply = {.words = {0}};
    bool told = false;
    bool quiet = true;

    do {
        reply = call_1(frame_server(), label_make(LIAR_AUDIT, 0), reply.words[0]);
        if (reply.words[1] == AUDIT_FAULT_NONE || reply.label != ERROR_NONE) {
            continue;
        }
        told = told || reply.words[1] == fault;
        quiet = false;
        if (reply.words[1] != fault && fault == AUDIT_FAULT_NONE) {
            char text[AUDIT_TEXT];
            const struct audit_finding finding = {(enum audit_fault)reply.words[1], reply.words[2], reply.words[3],
                                                  reply.words[4]};
            audit_text(&finding, text, sizeof(text));
            print("# %s\n", text);
        }
    } while (reply.label == ERROR_NONE && reply.words[0] != 0);
    return reply.label == ERROR_NONE && (fault == AUDIT_FAULT_NONE ? quiet : told);
}

static uint64_t plant(enum liar_place place, uint64_t address, uint64_t word, uint64_t value)
{
    return call_5(frame_server(), label_make(LIAR_PLANT, 0), place, address, word, value, 0).words[0];
}

/* Spoils a word, and puts it right again. */
static void spoil(enum audit_fault fault, enum liar_place place, uint64_t address, uint64_t word, uint64_t value)
{
    char name[64];
    uint64_t before = plant(place, address, word, value);

    format_line(name, sizeof(name), "the audit tells a wrong %s", audit_fault_name(fault));
    result(name, audit_tells(fault), true);
    plant(place, address, word, before);
}

#define KEPT(fault, member, value) spoil(AUDIT_FAULT_##fault, LIAR_KEPT, offsetof(struct keep, member), 0, value)
#define SLOT(fault, word, value) spoil(AUDIT_FAULT_##fault, LIAR_SLOT, frame, word, value)
#define LIST(fault, word, value) spoil(AUDIT_FAULT_##fault, LIAR_SLOT, list, word, value)
#define CACHED(fault, word, value) spoil(AUDIT_FAULT_##fault, LIAR_CACHED, 0, word, value)

static void spoil_all(void)
{
    SLOT(COUNT, COUNT, 3);
    SLOT(KIND, KIND_WORD, kind_word(KIND_TASK, 0, start_page()->account));
    SLOT(PAYER, KIND_WORD, kind_word(KIND_UNTYPED, 0, 250));
    SLOT(ACCOUNT_USED, KIND_WORD, kind_word(KIND_UNTYPED, 0, 1));
    SLOT(IN_LIST, IN_LIST, 1);
    SLOT(LOST, KIND_WORD, 0);
    SLOT(BLOCK_MARK, KIND_WORD, kind_word(KIND_NONE, FLAG_BLOCK + 18, 0) + 1);
    SLOT(CACHED, KIND_WORD, kind_word(KIND_NONE, FLAG_CACHED, 0));
    LIST(LIST_LENGTH, 2, 7);
    LIST(LIST_ENDS, 0, frame / FRAME_SIZE + 1);
    LIST(LIST_ID, 3, UINT64_MAX);
    CACHED(COUNT, COUNT, 1);
    CACHED(LOST, KIND_WORD, 0);
    CACHED(PAYER, KIND_WORD, kind_word(KIND_UNTYPED, 0, UINT32_MAX));
    KEPT(ACCOUNT_LIMIT, accounts[1].limit, 5);
    KEPT(ACCOUNT_STATE, accounts[77].state, UINT64_MAX);
    KEPT(ACCOUNT_PASSED, accounts[2].passed, UINT64_MAX);
    KEPT(FREE_FRAMES, buddy.free_frames[0], 1);
    KEPT(BLOCK_FIRST, buddy.first[1][18], UINT64_MAX - 1);
    KEPT(FRESH, buddy.fresh[200], 1);
    KEPT(CACHE_FRAME, caches[0].frames[0], UINT64_MAX / 3);
    KEPT(LOCK, tree_lock, 1);
    KEPT(LOG, logs[0].length, 9);
    KEPT(LAST_ID, lists.last_id, UINT64_MAX);
}

/* The server is made to believe that a frame is free which this task has: nobody else gets it, and what is in it stays. */
static void nobody_gets_it(handle mine)
{
    uint64_t count = offsetof(struct keep, caches[0].count);
    handle got;

    write_first(mine, 4711);
    uint64_t top = call_1(frame_server(), label_make(LIAR_REMEMBER, 0), frame).words[0];
    uint64_t used = plant(LIAR_KEPT, count, 0, 1);
    plant(LIAR_KEPT, offsetof(struct keep, caches[0].frames), 0, frame / FRAME_SIZE);
    plant(LIAR_SLOT, frame, COUNT, REF_COUNT_UNUSED);
    plant(LIAR_SLOT, frame, KIND_WORD, kind_word(KIND_NONE, FLAG_CACHED, 0));
    result("a server that takes a held frame for free is told", audit_tells(AUDIT_FAULT_HOLDER), true);
    result("and grants it", frame_allocate(&got), ERROR_IN_USE);
    call_0(frame_server(), label_make(LIAR_RESTORE, 0));
    result("which the kernel refuses: it is held still", is_kept(mine, KIND_UNTYPED, RIGHTS_FRAME), true);
    result("and as it was", read_first(mine), 4711);
    result("the cache had frames", top != 0 && used != 0, true);
}

void plants(void)
{
    struct frame_facts facts = {0};
    handle members;
    handle mine;
    handle member;

    result("a frame", frame_allocate(&mine), ERROR_NONE);
    result("its address", frame_info(mine, &facts), ERROR_NONE);
    frame = facts.address;
    result("a list", list_create(&members), ERROR_NONE);
    result("a frame for it", frame_allocate(&member), ERROR_NONE);
    result("unique", frame_unique(member), ERROR_NONE);
    result("in it", list_push_back(members, member), ERROR_NONE);
    result("the list's address", frame_info(members, &facts), ERROR_NONE);
    list = facts.address;
    result("the audit tells nothing", audit_tells(AUDIT_FAULT_NONE), true);
    spoil_all();
    nobody_gets_it(mine);
    result("the audit tells nothing at the end", audit_tells(AUDIT_FAULT_NONE), true);
    result("the end of the list", frame_drop(members), ERROR_NONE);
    result("and of the frame", frame_drop(mine), ERROR_NONE);
}
