/* Each operation by message: what it replies, and each of its errors. */
#include "tests/host/server_calls.h"
#include "servers/frameserv/core/version.h"
#include <stdlib.h>

START_TEST(nothing)
{
    create();
    struct message message = succeed((struct call){.operation = MESSAGE_NOTHING, .words = {1, 2, 3, 4, 5}, .r13 = 6});
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++)
        ck_assert_uint_eq(message.words[k], 0);
    ck_assert_uint_eq(message.r13, 0);
    ck_assert_uint_eq(world->pages_backed, 0);
    world_destroy(world);
}
END_TEST

START_TEST(alloc)
{
    create();
    struct message message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1});
    ck_assert_uint_eq(rax_action(message.rax), ACTION_GRANT);
    ck_assert_uint_eq(rax_n(message.rax), 1);
    ck_assert_uint_eq(message.words[0], message.r13);
    ck_assert_uint_eq(message.r13 % FRAME_SIZE, 0);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    ck_assert_uint_eq(world->controls[0].intent, message.r13 / FRAME_SIZE + 1);
    ck_assert_uint_eq(world_slot(world, message.r13 / FRAME_SIZE)->ref_count, 1);
    ck_assert_uint_eq(world->keep->accounts[1].used, 1);

    for (uint32_t contiguous = 0; contiguous < 2; contiguous++) {
        message = succeed((struct call){
            .operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 512, .account = 2, .words = {contiguous}});
        ck_assert_uint_eq(rax_n(message.rax), 512);
        ck_assert_uint_eq(message.words[0], worker->transfer[0] * FRAME_SIZE);
        ck_assert_uint_eq(message.r13, 0);
        ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
        ck_assert_uint_eq(world->controls[0].intent_run, 512);
    }
    ck_assert_uint_eq(world->keep->accounts[2].used, 1024);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(alloc_errors)
{
    struct call call = {.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1};

    create();
    call.n = 0;
    refused(call, ERROR_BAD_COUNT);
    call.n = 513;
    refused(call, ERROR_BAD_COUNT);
    call.n = UINT16_MAX;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    static const uint64_t flags[] = {8,
                                     128,
                                     65536,
                                     UINT64_MAX,
                                     UINT64_C(1) << 63,
                                     UINT64_C(19) << ALLOC_ALIGN_SHIFT,
                                     UINT64_C(255) << ALLOC_ALIGN_SHIFT | ALLOC_CONTIGUOUS};
    for (uint32_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++) {
        call.words[0] = flags[k];
        refused(call, ERROR_BAD_ARGUMENT);
    }
    call.n = 2;
    call.words[0] = 1 << ALLOC_ALIGN_SHIFT; /* an alignment of frames that lie anywhere */
    refused(call, ERROR_BAD_ARGUMENT);
    call.n = 1;
    call.words[0] = 0;
    call.account = 4;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = ACCOUNT_SYSTEM;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = UINT32_MAX;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = 2;
    world->keep->accounts[2].limit = 0;
    refused(call, ERROR_OVER_LIMIT);
    world_destroy(world);

    world = world_create_plain(100);
    worker = &world->workers[0];
    call = (struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 101};
    refused(call, ERROR_NO_MEMORY);
    call.words[0] = ALLOC_CONTIGUOUS;
    uint64_t middle;
    ck_assert_int_eq(frames_claim(worker, 1, 40 * FRAME_SIZE, &middle), ERROR_NONE); /* 59 follow it */
    call.n = 60;
    refused(call, ERROR_NO_MEMORY);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(exhausted_and_refilled)
{
    create();
    struct allocator_statistics statistics;
    allocator_count(worker, &statistics);
    uint64_t usable = statistics.usable;
    uint64_t *frames = calloc(usable, sizeof(*frames));
    for (uint64_t k = 0; k < usable; k++)
        frames[k] = allocate();
    refused((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1}, ERROR_NO_MEMORY);
    refused((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 2}, ERROR_NO_MEMORY);
    ck_assert_uint_eq(world_check(world).charged, usable);
    for (uint64_t k = 0; k < usable; k++) {
        struct message message = succeed(give_back(frames[k]));
        expect_eq(message.words[0], 1);
    }
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.free, usable);
    world_check(world);
    free(frames);
    world_destroy(world);
}
END_TEST

START_TEST(claim)
{
    struct call call = {.operation = MESSAGE_CLAIM, .want = ACTION_GRANT, .n = 1, .services = SERVICE_RIGHT_CLAIM};

    create();
    call.words[0] = (USABLE_FRAME + 777) * FRAME_SIZE;
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_GRANT);
    ck_assert_uint_eq(message.r13, call.words[0]);
    ck_assert_uint_eq(message.words[0], call.words[0]);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    refused(call, ERROR_IN_USE);
    call.services = 0;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_LOOKUP | SERVICE_RIGHT_DEVICE;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_CLAIM;
    call.words[0] += 1;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = HOLE * FRAME_SIZE;
    refused(call, ERROR_HOLE);
    call.words[0] = KERNEL_FRAME * FRAME_SIZE;
    refused(call, ERROR_RESERVED);
    call.words[0] = (USABLE_FRAME + 778) * FRAME_SIZE;
    call.n = 0;
    refused(call, ERROR_BAD_COUNT);
    call.n = TRANSFER_FRAMES + 1;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.account = 99;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = 3;
    world->keep->accounts[3].limit = 0;
    refused(call, ERROR_OVER_LIMIT);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(lookup_by_address)
{
    create();
    uint64_t frame = allocate();
    struct call call = {.operation = MESSAGE_LOOKUP,
                        .want = ACTION_CLONE,
                        .n = 1,
                        .services = SERVICE_RIGHT_LOOKUP,
                        .words = {frame * FRAME_SIZE, RIGHT_READ | RIGHT_MAP}};
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CLONE);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHT_READ | RIGHT_MAP);
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 2);
    call.services = SERVICE_RIGHT_CLAIM;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_LOOKUP;
    call.words[1] = 0;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = RIGHT_READ | RIGHT_OWNER;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = UINT64_C(1) << 40 | RIGHT_READ;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = RIGHT_READ;
    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.words[0] = USABLE_FRAME * FRAME_SIZE;
    refused(call, ERROR_UNUSED);
    call.words[0] = KERNEL_FRAME * FRAME_SIZE;
    refused(call, ERROR_RESERVED);
    call.words[0] = HOLE * FRAME_SIZE;
    refused(call, ERROR_HOLE);
    call.words[0] = 7;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = UINT64_MAX - 4095;
    refused(call, ERROR_OUT_OF_BOUND);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, 2);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(lookup_and_clone_of_a_lent_handle)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_LOOKUP, ACTION_CLONE, frame, RIGHT_READ | RIGHT_CLONE);
    call.words[1] = RIGHTS_FRAME; /* not looked at: the same rights */
    struct message message = succeed(call);
    ck_assert_uint_eq(message.r14, RIGHT_READ | RIGHT_CLONE);
    ck_assert_uint_eq(message.words[1], 2);

    call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHT_READ | RIGHT_WRITE | RIGHT_CLONE);
    call.words[0] = RIGHT_READ;
    message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CLONE);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHT_READ);
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 3);
    call.words[0] = 0;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = RIGHT_READ | RIGHT_EXECUTE;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = UINT64_C(1) << 32 | RIGHT_READ;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = RIGHT_READ;
    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_CLONE);
    refused(call, ERROR_MISSING_RIGHT);
    call.r13 = frame_word_make(frame, RIGHTS_FRAME);
    world_slot(world, frame)->ref_count = REF_COUNT_MAX;
    refused(call, ERROR_TOO_MANY_HANDLES);
    world_slot(world, frame)->ref_count = REF_COUNT_UNIQUE;
    refused(call, ERROR_UNIQUE);
    world_slot(world, frame)->ref_count = 3;
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(drop)
{
    create();
    uint64_t frame = allocate();
    struct message message = succeed(give_back(frame));
    ck_assert_uint_eq(message.words[0], 1);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_NONE);
    message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 20});
    world_slot(world, worker->transfer[7])->ref_count = 2;
    message = succeed((struct call){.operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 20});
    ck_assert_uint_eq(message.words[0], 19);
    ck_assert_uint_eq(world_check(world).charged, 1);
    world_destroy(world);
}
END_TEST

START_TEST(repurpose)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);
    call.words[0] = KIND_PAGE_TABLE;
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CONVERT);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, KIND_PAGE_TABLE);
    message = succeed(call); /* it is one already: no action, and nothing to undo */
    ck_assert_uint_eq(rax_action(message.rax), ACTION_NONE);
    ck_assert_uint_eq(message.r13 | message.r14, 0);
    call.words[0] = KIND_KERNEL;
    refused(call, ERROR_WRONG_KIND);
    call.words[0] = UINT64_MAX;
    refused(call, ERROR_WRONG_KIND);
    call.words[0] = KIND_UNTYPED;
    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_OWNER);
    refused(call, ERROR_MISSING_RIGHT);
    call.r13 = frame_word_make(frame, RIGHTS_FRAME);
    message = succeed(call);
    ck_assert_uint_eq(message.r14, KIND_UNTYPED);
    world_slot(world, frame)->ref_count = 2;
    call.words[0] = KIND_HANDLE_TABLE;
    refused(call, ERROR_SHARED);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(info)
{
    create();
    uint64_t frame = allocate();
    struct message message = succeed(lend(MESSAGE_INFO, ACTION_NONE, frame, RIGHT_READ));
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(message.words[2], kind_word(KIND_UNTYPED, 0, 1));
    ck_assert_uint_eq(message.words[3], 0);
    ck_assert_uint_eq(message.words[4], REGION_USABLE);
    struct call call = {.operation = MESSAGE_INFO, .services = SERVICE_RIGHT_LOOKUP, .words = {HOLE * FRAME_SIZE}};
    message = succeed(call);
    ck_assert_uint_eq(message.words[0], HOLE * FRAME_SIZE);
    ck_assert_uint_eq(message.words[4], REGION_UNKNOWN);
    call.words[0] = 1;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = 0;
    call.services = SERVICE_RIGHT_CLAIM;
    refused(call, ERROR_MISSING_RIGHT);
    world_destroy(world);
}
END_TEST

START_TEST(statistics)
{
    create();
    allocate();
    struct message message = succeed((struct call){.operation = MESSAGE_STATISTICS});
    ck_assert_uint_eq(message.words[0], world->window.frame_count);
    ck_assert_uint_eq(message.words[1], 8 + 150 + 120000 + 8123);
    ck_assert_uint_eq(message.words[2], message.words[1] - 1);
    ck_assert_uint_eq(message.words[3], 1);
    ck_assert_uint_eq(message.words[4], 200 + 37 + 2000 + 300 + 17);
    world->keep->accounts[1].limit = 10;
    message = succeed((struct call){.operation = MESSAGE_STATISTICS, .words = {1}});
    ck_assert_uint_eq(message.words[0], 1);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(message.words[2], 10);
    ck_assert_uint_eq(message.words[3], 0);
    ck_assert_uint_eq(message.words[4], ACCOUNT_UNLIMITED);
    message = succeed((struct call){.operation = MESSAGE_STATISTICS, .words = {3}});
    ck_assert_uint_eq(message.words[0], SERVER_VERSION);
    ck_assert_uint_eq(message.words[1], KEEP_VERSION);
    ck_assert_uint_eq(message.words[2], 0);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {4}}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {UINT64_MAX}}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {1}, .account = 77}, ERROR_NOT_PERMITTED);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations");
    TCase *tests = tcase_create("operations");

    tcase_add_test(tests, nothing);
    tcase_add_test(tests, alloc);
    tcase_add_test(tests, alloc_errors);
    tcase_add_test(tests, exhausted_and_refilled);
    tcase_add_test(tests, claim);
    tcase_add_test(tests, lookup_by_address);
    tcase_add_test(tests, lookup_and_clone_of_a_lent_handle);
    tcase_add_test(tests, drop);
    tcase_add_test(tests, repurpose);
    tcase_add_test(tests, info);
    tcase_add_test(tests, statistics);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
