/* The audit over IPC: nothing disagrees, neither in peace nor while memory changes between any two of its turns. */
#include "tests/tasks/check/check.h"
#include <quire/account.h>
#include <quire/audit.h>
#include <quire/list.h>
#include <quire/print.h>

#define WALKS 12
#define FRAMES 24

static uint32_t faults;

static void tell(const struct audit_finding *finding)
{
    char text[AUDIT_TEXT];

    faults++;
    audit_text(finding, text, sizeof(text));
    print("# %s\n", text);
}

static struct reply turn(uint64_t next, uint64_t how)
{
    return call_5(frame_server(), label_make(MESSAGE_AUDIT, 0), next, how, 0, 0, 0);
}

static void everything_agrees(void)
{
    struct audit_result quick;
    struct audit_result thorough;
    struct machine_statistics machine;

    require_success(audit(0, tell, &quick));
    require_success(audit(AUDIT_THOROUGH, tell, &thorough));
    expect_equal(faults, 0);
    expect(quick.judged && thorough.judged);
    expect(quick.frames > 0 && quick.handles >= quick.frames);
    expect_equal(thorough.handles, quick.handles);
    expect_success(machine_statistics(&machine));
    expect_equal(quick.free, thorough.free);
    expect(quick.free <= machine.free); /* all but those in caches */
    expect(quick.turns > 1);
}

static void refused(void)
{
    struct reply first = turn(0, 0);

    expect_error(turn(0, 2).label, ERROR_BAD_ARGUMENT);
    expect_error(turn(0, UINT64_MAX).label, ERROR_BAD_ARGUMENT);
    expect_error(turn(UINT64_MAX, 0).label, ERROR_AGAIN);
    expect_success(first.label);
    expect_error(turn(first.words[0] + 1, 0).label, ERROR_AGAIN);
    struct reply second = turn(first.words[0], 0);
    expect_success(second.label);
    expect_error(turn(first.words[0], 0).label, ERROR_AGAIN); /* that turn was taken */
    while (second.label == ERROR_NONE && second.words[0] != 0) {
        expect_equal(second.words[1], AUDIT_FAULT_NONE);
        second = turn(second.words[0], 0);
    }
    expect_success(second.label);
}

/* Something else each time: frames, handles, mappings, tables, lists and accounts come and go. */
static void change(handle frames[FRAMES], handle list, uint64_t step)
{
    handle *frame = &frames[step % FRAMES];
    const struct account_limits limits = {5, 1};
    uint32_t account;
    void *address;
    handle server;

    if (*frame != 0) {
        expect_success(frame_drop(*frame));
        *frame = 0;
        return;
    }
    require_success(frame_allocate(frame));
    switch (step % 6) {
    case 0:
        expect_success(frame_map_anywhere(*frame, RIGHTS_USE, &address));
        break;
    case 1:
        expect_success(frame_repurpose(*frame, KIND_HANDLE_TABLE));
        break;
    case 2:
        expect_success(frame_unique(*frame));
        expect_success(list_push_front(list, *frame));
        *frame = 0;
        break;
    case 3:
        require_success(account_open(&limits, 0, &account, &server));
        expect_success(frame_drop(server));
        expect_success(account_close(account, NULL));
        break;
    case 4:
        expect_success(list_clear(list));
        break;
    default:
        break;
    }
}

/* A change between any two turns is no fault, and leaves sums unjudged. */
static void changes_meanwhile(void)
{
    handle frames[FRAMES] = {0};
    uint64_t step = 0;
    handle list;

    require_success(list_create(&list));
    for (uint32_t walk = 0; walk < WALKS; walk++) {
        struct reply reply = {.words = {0}};
        do {
            reply = turn(reply.words[0], walk % 2);
            require_success(reply.label);
            if (reply.words[0] != 0 && reply.words[1] != AUDIT_FAULT_NONE) {
                const struct audit_finding finding = {(enum audit_fault)reply.words[1], reply.words[2], reply.words[3],
                                                      reply.words[4]};
                tell(&finding);
            }
            change(frames, list, step++);
        } while (reply.words[0] != 0);
        expect_equal(reply.words[1], AUDIT_FAULT_NOT_JUDGED);
    }
    expect_equal(faults, 0);
    for (uint32_t k = 0; k < FRAMES; k++) {
        if (frames[k] != 0) {
            expect_success(frame_drop(frames[k]));
        }
    }
    expect_success(frame_drop(list));
}

static const struct tap_test tests[] = {
    {"everything_agrees", everything_agrees},
    {"refused", refused},
    {"changes_meanwhile", changes_meanwhile},
};

const struct tap_group audit_tests = TAP_GROUP("audit", tests);
