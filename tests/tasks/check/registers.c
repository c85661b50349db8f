/* What registers carry besides the message: nothing. */
#include "tests/tasks/check/check.h"
#include "tests/tasks/registers.h"

/* Calls with a secret in every register that carries nothing, and checks that none comes back. */
static void expect_clean_call(uint64_t rax, handle endpoint, uint64_t label)
{
    struct all_registers registers = {.rax = rax,
                                      .rdi = endpoint,
                                      .rsi = label,
                                      .words = {1, 1, 1, 1, 1},
                                      .r13 = PEER_SECRET,
                                      .r14 = PEER_SECRET,
                                      .rbx = PEER_SECRET,
                                      .rbp = PEER_SECRET,
                                      .r15 = PEER_SECRET};

    system_call_all(&registers);
    expect_equal(registers.rax, 0);
    expect_equal(registers.rdi, 0);
    expect_equal(registers.rsi, 0);
    expect_equal(registers.r13, 0);
    expect_equal(registers.r14, 0);
    expect_equal(registers.rbx, 0);
    expect_equal(registers.rbp, 0);
    expect_equal(registers.r15, 0);
}

/* Nothing but the result comes back in registers, on the kernel's short paths (a call without handles and actions)
 * and on its long ones, and nothing but the message arrives. */
static void after_a_call(void)
{
    static const uint32_t wants[] = {ACTION_NONE, ACTION_MOVE};

    expect_clean_call(rax_make(SYSTEM_CALL_CALL, 0, MODE_NONE, 0, 0), frame_server(), MESSAGE_NOTHING);
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t rax = rax_make(SYSTEM_CALL_CALL, wants[i], MODE_NONE, i, i * (own_entries_limit() - 1));

        expect_clean_call(rax, start_handle("peer"), PEER_PLANT);
        expect_clean_call(rax, start_handle("peer"), PEER_NOTHING);
        expect_equal(ask(PEER_PLANTED, 0, 0, 0).words[0], 0);
    }
}

/* Every other system call leaves its results and nothing else. */
static void after_the_others(void)
{
    static const uint32_t numbers[] = {SYSTEM_CALL_MAP,       SYSTEM_CALL_UNMAP,   SYSTEM_CALL_INSTALL,
                                       SYSTEM_CALL_UNINSTALL, SYSTEM_CALL_INSPECT, SYSTEM_CALL_YIELD,
                                       SYSTEM_CALL_PATTERN,   SYSTEM_CALLS};

    for (uint32_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct all_registers registers;

        memset(&registers, 0x5e, sizeof(registers));
        registers.rax = numbers[i];
        registers.rdi = 0; /* no handle */
        system_call_all(&registers);
        expect(registers.rax < 256);
        expect_equal(registers.rdi | registers.rsi | registers.r13 | registers.r14 | registers.rbx | registers.rbp |
                         registers.r15,
                     0);
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            expect_equal(registers.words[k], 0);
        }
    }
}

static const struct tap_test tests[] = {
    {"after_a_call", after_a_call},
    {"after_the_others", after_the_others},
};

const struct tap_group registers_tests = TAP_GROUP("registers", tests);
