/* Handles that name nothing, or nothing of the caller's. */
#include "tests/tasks/check/check.h"

/* Everything that takes a handle, tried with a bad one. */
static void expect_refused_everywhere(handle bad, enum error error)
{
    struct endpoint_message message = {.label = PEER_KEEP, .first = bad, .count = 1};
    struct handle_facts facts;
    struct frame_facts frame;
    handle copy;
    uint32_t level;

    expect_error(system_call_inspect(bad, &facts), error);
    expect_error(system_call_map(bad, MAPPING_BASE, RIGHT_READ, &level), error);
    expect_error(system_call_unmap(bad), error);
    expect_error(system_call_install(bad, MAPPING_BASE, 1, &level), error);
    expect_error(system_call_uninstall(bad), error);
    expect_error(frame_info(bad, &frame), error);
    expect_error(frame_clone(bad, RIGHT_READ, &copy), error);
    expect_error(frame_repurpose(bad, KIND_PAGE_TABLE), error);
    expect_error(frame_drop(bad), error);
    expect_error((enum error)call_0(bad, 0).status, error);
    expect_error(endpoint_call(start_handle("peer"), &message, 0), error);
}

static void zero(void)
{
    expect_refused_everywhere(0, ERROR_BAD_HANDLE);
}

static void out_of_range(void)
{
    uint32_t limit = own_entries_limit();

    expect_refused_everywhere(handle_make(limit, 1), ERROR_BAD_HANDLE);
    expect_refused_everywhere(handle_make(UINT32_MAX, 1), ERROR_BAD_HANDLE);
    expect_refused_everywhere(UINT64_MAX, ERROR_BAD_HANDLE);
}

static void empty_entry(void)
{
    expect_refused_everywhere(handle_make(own_entries_limit() - 1, 1), ERROR_BAD_HANDLE);
    expect_refused_everywhere(handle_make(own_entries_limit() - 1, 0), ERROR_BAD_HANDLE);
}

/* Every generation but the right one is stale. */
static void forged_generation(void)
{
    struct handle_facts facts;
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    for (uint32_t bit = 0; bit < 32; bit++) {
        handle forged = handle_make(handle_index(frame), handle_generation(frame) ^ UINT32_C(1) << bit);

        expect_error(system_call_inspect(forged, &facts), ERROR_STALE_HANDLE);
    }
    expect_refused_everywhere(frame + (UINT64_C(1) << 32), ERROR_STALE_HANDLE);
    expect_refused_everywhere(frame | UINT64_C(0xff) << 56, ERROR_STALE_HANDLE);
    expect_refused_everywhere(handle_make(handle_index(frame), 0), ERROR_STALE_HANDLE);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

/* An entry that was emptied and filled again answers to its new handle only. */
static void stale(void)
{
    struct frame_facts facts;
    handle old;
    handle frame;

    require_success(frame_allocate(&old));
    require_success(frame_drop(old));
    require_success(frame_allocate(&frame));
    require(handle_index(frame) == handle_index(old));
    expect(frame != old);
    expect_refused_everywhere(old, ERROR_STALE_HANDLE);
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 1);
    expect_success(frame_drop(frame));
}

/* The same number means nothing, or something else, in another task. */
static void of_another_task(void)
{
    uint64_t entries = ask(PEER_STOCK, 0, 0, 0).words[0];
    struct snapshot before;
    struct reply reply;
    uint64_t *page;
    handle frame;

    require_success(allocate_mapped(&frame, &page));
    page[1] = 11;
    before = snapshot(frame);
    for (uint32_t request = PEER_DROP; request <= PEER_MAP; request++) {
        reply = ask((enum peer_request)request, frame, request == PEER_DROP ? 1 : RIGHT_READ, 0);
        expect(answer(reply) == ERROR_BAD_HANDLE || answer(reply) == ERROR_STALE_HANDLE);
    }
    reply = ask(PEER_INSPECT, frame, 0, 0);
    expect(answer(reply) == ERROR_BAD_HANDLE || answer(reply) == ERROR_STALE_HANDLE);
    reply = ask(PEER_INFO, frame, 0, 0);
    expect(answer(reply) == ERROR_BAD_HANDLE || answer(reply) == ERROR_STALE_HANDLE);
    reply = ask(PEER_REPURPOSE, frame, KIND_PAGE_TABLE, 0);
    expect(answer(reply) == ERROR_BAD_HANDLE || answer(reply) == ERROR_STALE_HANDLE);
    expect_unchanged(frame, &before);
    expect_equal(page[1], 11);
    expect_equal(ask(PEER_STOCK, 0, 0, 0).words[0], entries);
    expect_success(frame_drop(frame));
}

/* An endpoint is no frame, and a frame is no endpoint. */
static void wrong_kind(void)
{
    static const enum kind kinds[] = {KIND_UNTYPED, KIND_PAGE_TABLE, KIND_HANDLE_TABLE};
    handle endpoint = start_handle("peer");
    struct snapshot endpoint_before = snapshot(endpoint);
    handle frame;
    uint32_t level;

    require_success(frame_allocate(&frame));
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct message receive = {.rax = SYSTEM_CALL_REPLY_RECEIVE, .rdi = frame};

        require_success(frame_repurpose(frame, kinds[i]));
        struct snapshot before = snapshot(frame);
        expect_error((enum error)call_0(frame, 0).status, ERROR_WRONG_KIND);
        system_call_reply_receive(&receive);
        expect_error(rax_status(receive.rax), ERROR_WRONG_KIND);
        expect_unchanged(frame, &before);
    }
    require_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_error(system_call_map(endpoint, MAPPING_BASE, RIGHT_READ, &level), ERROR_WRONG_KIND);
    expect_error(system_call_install(endpoint, MAPPING_BASE, 1, &level), ERROR_WRONG_KIND);
    expect_error(system_call_unmap(endpoint), ERROR_NOT_MAPPED);
    expect_error(system_call_uninstall(endpoint), ERROR_WRONG_KIND);
    expect_error(frame_repurpose(endpoint, KIND_UNTYPED), ERROR_MISSING_RIGHT);
    expect_unchanged(endpoint, &endpoint_before);
    expect_success(frame_drop(frame));
}

/* Who was given a handle to receive can't call with it, nor the other way round. */
static void endpoint_rights(void)
{
    struct message receive = {.rax = SYSTEM_CALL_REPLY_RECEIVE, .rdi = start_handle("peer")};

    expect_error((enum error)call_0(start_handle("alone"), 0).status, ERROR_MISSING_RIGHT);
    system_call_reply_receive(&receive);
    expect_error(rax_status(receive.rax), ERROR_MISSING_RIGHT);
}

/* The frames of the kernel's own objects have slots too, and their handles are counted. */
static void endpoint_is_counted(void)
{
    struct frame_facts facts;
    uint64_t before;
    handle copy;

    require_success(frame_info(start_handle("peer"), &facts));
    expect_equal(facts.kind, KIND_ENDPOINT);
    before = facts.reference_count;
    require_success(frame_clone(start_handle("peer"), RIGHT_CALL, &copy));
    expect_success(frame_info(copy, &facts));
    expect_equal(facts.reference_count, before + 1);
    expect_equal(call_1(copy, PEER_ECHO, 41).words[0], 42);
    expect_success(frame_drop(copy));
    expect_success(frame_info(start_handle("peer"), &facts));
    expect_equal(facts.reference_count, before);
}

/* The suite made its own handle table longer when it began; pieces go behind the last one, and nowhere else. */
static void longer_table(void)
{
    uint32_t pieces = own_entries_limit() / 64;
    handle table;
    uint32_t level;

    expect(own_entries_limit() > start_page()->handle_entries);
    require_success(frame_allocate(&table));
    expect_error(system_call_install(table, pieces, 0, &level), ERROR_WRONG_KIND);
    require_success(frame_repurpose(table, KIND_HANDLE_TABLE));
    expect_error(system_call_install(table, pieces - 1, 0, &level), ERROR_OCCUPIED);
    expect_error(system_call_install(table, pieces + 1, 0, &level), ERROR_BAD_ADDRESS);
    expect_error(system_call_install(table, UINT64_MAX, 0, &level), ERROR_BAD_ADDRESS);
    expect_error(system_call_install(table, MAPPING_BASE, 1, &level), ERROR_WRONG_KIND);
    expect_error(system_call_map(table, MAPPING_BASE, RIGHT_READ, &level), ERROR_WRONG_KIND);
    expect_success(frame_drop(table));
}

static const struct tap_test tests[] = {
    {"zero", zero},
    {"out_of_range", out_of_range},
    {"empty_entry", empty_entry},
    {"forged_generation", forged_generation},
    {"stale", stale},
    {"of_another_task", of_another_task},
    {"wrong_kind", wrong_kind},
    {"endpoint_rights", endpoint_rights},
    {"longer_table", longer_table},
    {"endpoint_is_counted", endpoint_is_counted},
};

const struct tap_group handle_tests = TAP_GROUP("handle", tests);
