/* Device memory: the screen's, of text or pixels, where the boot loader told of one. */
#include "tests/tasks/check/check.h"
#include <quire/account.h>
#include <quire/list.h>

#define COLOUR UINT64_C(0x0720072007200720) /* four blanks on a text screen, grey on black */

/* The address of the first frame of a device that is nobody's; false: the machine told of none, or the console has it. */
static bool find_device(uint64_t *address)
{
    struct frame_run run = {0};

    while (frame_survey(run.end, &run) == ERROR_NONE) {
        if (run.kind == KIND_DEVICE && !run.used) {
            *address = run.first;
            return true;
        }
    }
    return false;
}

static void claimed_and_drawn_on(void)
{
    struct handle_facts facts;
    struct frame_facts frame;
    uint64_t address;
    volatile uint64_t *page;
    handle device;
    handle second;

    if (!find_device(&address)) {
        tap_skip("this machine has no screen to spare");
        return;
    }
    expect_success(frame_info_at(address, &frame));
    expect_equal(frame.kind, KIND_DEVICE);
    expect_equal(frame.payer, 0);
    expect_equal(frame.reference_count, REF_COUNT_UNUSED);
    require_success(frame_claim(address, &device));
    expect_error(frame_claim(address, &second), ERROR_IN_USE);
    expect_success(system_call_inspect(device, &facts));
    expect_equal(facts.kind, KIND_DEVICE);
    expect_success(frame_map_anywhere(device, RIGHTS_USE, (void **)(void *)&page));
    page[0] = COLOUR;
    expect_equal(page[0], COLOUR);
    require_success(frame_lookup(address, RIGHTS_USE | RIGHT_MAP, &second));
    expect_success(frame_info(second, &frame));
    expect_equal(frame.reference_count, 2);
    expect_equal(frame.payer, start_page()->account);
    expect_success(frame_drop(second));
    expect_success(frame_drop(device));
    require_success(frame_claim(address, &device)); /* as it was, and not zeroed */
    expect_success(frame_map_anywhere(device, RIGHT_READ, (void **)(void *)&page));
    expect_equal(page[0], COLOUR);
    expect_success(frame_drop(device));
    expect_success(frame_info_at(address, &frame));
    expect_equal(frame.reference_count, REF_COUNT_UNUSED);
}

/* What the kernel keeps for itself can not lie in it, and lists take only plain memory. */
static void never_another_kind(void)
{
    uint64_t address;
    handle device;
    handle list;

    if (!find_device(&address)) {
        tap_skip("this machine has no screen to spare");
        return;
    }
    require_success(frame_claim_run(address, 1, CLAIM_UNIQUE, &device, NULL));
    for (uint64_t kind = 0; kind <= KINDS; kind++) {
        expect_error(frame_repurpose(device, (enum kind)kind), ERROR_WRONG_KIND);
    }
    require_success(list_create(&list));
    expect_error(list_push_back(list, device), ERROR_WRONG_KIND);
    expect_success(frame_drop(list));
    expect_success(frame_drop(device));
}

/* An account without the right, though it may claim memory. */
static void right_needed(void)
{
    const struct account_limits limits = {.frames = 8, .tables = 0};
    struct message message = {0};
    uint32_t account;
    uint64_t address;
    handle server;
    uint32_t dst;

    if (!find_device(&address)) {
        tap_skip("this machine has no screen to spare");
        return;
    }
    require_success(account_open(&limits, SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP, &account, &server));
    require_success(own_entries_take(1, &dst));
    message.rdi = server;
    message.rsi = MESSAGE_CLAIM;
    message.words[0] = address;
    message.rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 1, dst);
    system_call_call(&message);
    expect_equal(rax_status(message.rax), ERROR_NONE);
    expect_equal(message.rsi, ERROR_MISSING_RIGHT);
    own_entries_release(dst, 1);
    expect_success(frame_drop(server));
    expect_success(account_close(account, NULL));
}

static const struct tap_test tests[] = {
    {"claimed_and_drawn_on", claimed_and_drawn_on},
    {"never_another_kind", never_another_kind},
    {"right_needed", right_needed},
};

const struct tap_group device_tests = TAP_GROUP("device", tests);
