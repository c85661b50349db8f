/* Whole messages: modes, wants, labels, replies that the kernel refuses, and random registers. */
#include "tests/host/random.h"
#include "tests/host/server_calls.h"
#include <stdlib.h>

START_TEST(unknown_operations)
{
    static const uint32_t numbers[] = {MESSAGES, MESSAGES + 1, 255, 65536, UINT32_MAX};

    create();
    for (uint32_t k = 0; k < 5; k++) {
        for (uint32_t mode = 0; mode < 16; mode++) {
            if (mode != MODE_DROP)
                refused((struct call){.operation = numbers[k], .mode = mode, .want = k, .n = 1}, ERROR_BAD_OPERATION);
        }
    }
    world_destroy(world);
}
END_TEST

/* Every operation in every mode with every want: refused unless its line of messages.def has them. */
START_TEST(modes_and_wants)
{
#define M(name) (1 << MODE_##name)
    static const uint8_t modes[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) modes,
#include <quire/messages.def>
#undef MESSAGE
    };
#undef M
    static const uint8_t wants[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) ACTION_##want,
#include <quire/messages.def>
#undef MESSAGE
    };

    create();
    for (uint32_t operation = 0; operation < MESSAGES; operation++) {
        for (uint32_t mode = 0; mode < 16; mode++) {
            for (uint32_t want = 0; want < 16; want++) {
                struct call call = {.operation = operation,
                                    .mode = mode,
                                    .want = want,
                                    .n = 1,
                                    .services = ALL_SERVICES,
                                    .r13 = frame_word_make(USABLE_FRAME, RIGHTS_FRAME)};
                if (mode == MODE_DROP)
                    continue; /* always a drop */
                if (!(modes[operation] >> mode & 1))
                    refused(call, ERROR_BAD_MODE);
                else if (want != wants[operation])
                    refused(call, wants[operation] == ACTION_NONE ? ERROR_BAD_ARGUMENT : ERROR_NOT_WANTED);
            }
        }
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(flags_of_the_label_are_refused)
{
    create();
    refused((struct call){.operation = MESSAGE_NOTHING, .label_flags = 1}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_ALLOC, .label_flags = UINT32_MAX, .want = ACTION_GRANT, .n = 1},
            ERROR_BAD_ARGUMENT);
    world_destroy(world);
}
END_TEST

/* The handles of a call in mode DROP have left their table; no label, account or want brings them back. */
START_TEST(a_drop_is_never_refused)
{
    static const uint32_t operations[] = {MESSAGE_NOTHING, MESSAGE_ALLOC, MESSAGE_CLONE, MESSAGES, UINT32_MAX};

    create();
    for (uint32_t k = 0; k < 5; k++) {
        struct call call = give_back(allocate());
        call.operation = operations[k];
        call.label_flags = k;
        call.want = k;
        call.account = 200 + k;
        struct message message = succeed(call);
        ck_assert_uint_eq(message.words[0], 1);
    }
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

START_TEST(refused_replies)
{
    create();
    uint64_t frame = allocate();
    struct slot before = *world_slot(world, frame);
    refuse(succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1}), ERROR_OCCUPIED);
    ck_assert_uint_eq(world_check(world).charged, 1);
    refuse(succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 300}), ERROR_BAD_DESTINATION);
    ck_assert_uint_eq(world_check(world).charged, 1);
    refuse(succeed((struct call){.operation = MESSAGE_CLAIM,
                                 .want = ACTION_GRANT,
                                 .n = 1,
                                 .services = SERVICE_RIGHT_CLAIM,
                                 .words = {USABLE_FRAME * FRAME_SIZE}}),
           ERROR_OCCUPIED);
    ck_assert_uint_eq(world_check(world).charged, 1);
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    refuse(succeed(call), ERROR_REVOKED);
    ck_assert_mem_eq(world_slot(world, frame), &before, sizeof(before));
    call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);
    call.words[0] = KIND_PAGE_TABLE;
    refuse(succeed(call), ERROR_MAPPED);
    ck_assert_mem_eq(world_slot(world, frame), &before, sizeof(before));
    refuse(succeed((struct call){.operation = MESSAGE_NOTHING}), ERROR_NO_CALLER);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(the_undo_of_a_clone_may_be_the_last_drop)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    struct message message = succeed(call);
    struct message other = {.rax = rax_make(0, 0, MODE_DROP, 1, 0), .r13 = frame_word_make(frame, 0)};
    dispatch(&world->workers[1], &other); /* the lent handle was stripped, and dropped by another worker */
    ck_assert_uint_eq(other.words[0], 0);
    refuse(message, ERROR_REVOKED);
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

/* Random registers: nothing breaks, and the reply is well formed. Frame words are the kernel's, so they name frames. */
START_TEST(random_messages)
{
    struct random random = random_start();
    static uint8_t handles[4096];
    uint64_t charged = 0;

    world = world_create_plain(4096);
    worker = &world->workers[0];
    for (uint64_t n = 0; n < 300000; n++) {
        uint64_t frame = random_below(&random, 4096);
        struct call call = {.operation = (uint32_t)random_below(&random, MESSAGES + 1),
                            .label_flags = random_below(&random, 20) == 0,
                            .mode = (uint32_t)random_below(&random, 4),
                            .want = (uint32_t)random_below(&random, 5),
                            .n = (uint32_t)random_below(&random, 4),
                            .account = (uint32_t)random_below(&random, 6),
                            .services = (uint32_t)random_below(&random, 8),
                            .words = {random_below(&random, 3), random_below(&random, 600)}};
        if (random_below(&random, 2) == 0)
            call.words[0] = frame * FRAME_SIZE + (random_below(&random, 9) == 0);
        if (call.mode != MODE_NONE && handles[frame] == 0)
            continue;
        call.r13 = frame_word_make(frame, (uint32_t)random_below(&random, 512));
        if (call.mode == MODE_DROP || call.mode == MODE_MOVE)
            call.n = 1;
        struct message message = serve(call);
        uint64_t granted = rax_n(message.rax);
        switch (rax_action(message.rax)) {
        case ACTION_GRANT:
            for (uint64_t k = 0; k < granted; k++) {
                uint64_t given = granted == 1 ? message.r13 / FRAME_SIZE : worker->transfer[k];
                expect(handles[given] == 0, "frame %lu was granted twice", given);
                handles[given] = 1;
            }
            charged += granted;
            break;
        case ACTION_CLONE:
            expect(handles[message.r13 / FRAME_SIZE] > 0, "a clone of nobody's frame");
            if (handles[message.r13 / FRAME_SIZE] == 255)
                dispatch_refused(worker, &message);
            else
                handles[message.r13 / FRAME_SIZE] += 1;
            break;
        default:
            break;
        }
        if (call.mode == MODE_DROP) {
            handles[frame] -= 1;
            charged -= handles[frame] == 0;
            expect_eq(message.words[0], handles[frame] == 0);
        }
        if (n % 10000 == 0)
            expect_eq(world_check(world).charged, charged);
    }
    ck_assert_uint_gt(charged, 10);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dispatch");
    TCase *tests = tcase_create("dispatch");

    tcase_add_test(tests, unknown_operations);
    tcase_add_test(tests, modes_and_wants);
    tcase_add_test(tests, flags_of_the_label_are_refused);
    tcase_add_test(tests, a_drop_is_never_refused);
    tcase_add_test(tests, refused_replies);
    tcase_add_test(tests, the_undo_of_a_clone_may_be_the_last_drop);
    tcase_add_test(tests, random_messages);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
