/* What registers carry besides a system call's result: nothing. Every kind of call, reply and refusal is made with
 * secrets in all registers that it takes nothing from, and once more with the FPU's registers full. */
#include "tests/tasks/registers.h"
#include "tests/tasks/check/check.h"
#include "tests/tasks/check/crew.h"
#include "tests/tasks/fpu.h"
#include "tests/tasks/selectors.h"
#include <quire/print.h>

#define FAR_ADDRESS UINT64_C(0x345678900000) /* nothing is near it: all three levels of tables are missing */
#define RSI_IS_RESULT 0x100                  /* in the results of expect_clean, beside the number of words */

static bool with_fpu; /* whether it is the FPU's registers that are looked at now */

/* Makes the system call; what came that should not have, or-ed, or how many of the FPU's registers changed. */
static uint64_t enter(struct message *message)
{
    struct fpu_state wanted;
    struct fpu_state found;

    if (!with_fpu) {
        uint64_t flags = message->rax & 0x100 ? REGISTERS_FLAGS : REGISTERS_FLAGS & 0x5555555555555555;

        return system_call_with_secrets(message, flags);
    }
    fpu_pattern(&wanted, (message->rax & 7) + 5, fpu_has_avx());
    fpu_system_call(&wanted, message, &found, fpu_has_avx());
    return fpu_differences(&wanted, &found);
}

/* Makes a call that the kernel answers with a status and the server with a label, made handles included. What else
 * comes back is its first words, `results` of them, and rsi where the results say so. Returns the answer. */
static struct message expect_clean(struct message message, enum error status, enum error label, uint32_t results)
{
    uint32_t wants = rax_action(message.rax);
    uint32_t asked = rax_n(message.rax);
    uint32_t dst = rax_dst(message.rax);
    bool call = rax_number(message.rax) == SYSTEM_CALL_CALL;
    bool made = call && status == ERROR_NONE && label == ERROR_NONE && wants != ACTION_NONE && wants != ACTION_CONVERT;
    uint64_t described = message.rsi;
    bool well = expect_equal(enter(&message), 0);

    well &= expect_error(rax_status(message.rax), status);
    well &= expect_equal(message.rax >> 8, made ? asked << 8 : 0);
    well &= expect_equal(message.rdi, 0);
    well &= (results & RSI_IS_RESULT) != 0 || expect_error(message.rsi, label);
    for (uint32_t k = results % RSI_IS_RESULT; k < MESSAGE_WORDS; k++) {
        well &= expect_equal(message.words[k], 0);
    }
    well &= expect_equal((uint32_t)message.r13, made ? dst : 0);
    well &= expect_equal(message.r14, 0);
    if (!well) {
        print("#   of a call with label or rsi %lu\n", described);
    }
    return message;
}

/* Requests to the frame server. */
static struct message request(enum operation operation, enum action want, enum mode mode, uint32_t n, uint32_t dst)
{
    return message_of_secrets(rax_make(SYSTEM_CALL_CALL, want, mode, n, dst), frame_server(), operation);
}

static struct message with_word(struct message message, uint64_t word_0)
{
    message.words[0] = word_0;
    return message;
}

static struct message with_handle(struct message message, handle value)
{
    message.r13 = value;
    message.r14 = 0;
    return message;
}

static void requests_without_handles(uint64_t address)
{
    struct message facts = request(MESSAGE_INFO, ACTION_NONE, MODE_NONE, 0, 0);
    struct message counts = request(MESSAGE_STATISTICS, ACTION_NONE, MODE_NONE, 0, 0);

    expect_clean(request(MESSAGE_NOTHING, ACTION_NONE, MODE_NONE, 0, 0), ERROR_NONE, ERROR_NONE, 0);
    expect_clean(with_word(facts, address), ERROR_NONE, ERROR_NONE, 5);
    expect_clean(with_word(facts, address + 1), ERROR_NONE, ERROR_NOT_ALIGNED, 0);
    expect_clean(with_word(counts, 0), ERROR_NONE, ERROR_NONE, 5);
    counts.words[1] = 0; /* the account: this task's */
    expect_clean(with_word(counts, 1), ERROR_NONE, ERROR_NONE, 5);
    expect_clean(with_word(counts, 4), ERROR_NONE, ERROR_BAD_ARGUMENT, 0);
    expect_clean(request(MESSAGES, ACTION_NONE, MODE_NONE, 0, 0), ERROR_NONE, ERROR_BAD_OPERATION, 0);
    expect_clean(request(MESSAGE_NOTHING, ACTION_NONE, MODE_ATTACH + 1, 1, 0), ERROR_BAD_MODE, ERROR_NONE, 0);
    expect_clean(request(MESSAGE_ALLOC, ACTION_REVOKE + 1, MODE_NONE, 1, 1), ERROR_BAD_ACTION, ERROR_NONE, 0);
    expect_clean(request(MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 0, 1), ERROR_BAD_COUNT, ERROR_NONE, 0);
    expect_clean(request(MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 1, 1), ERROR_OCCUPIED, ERROR_NONE, 0);
}

static void requests_with_handles(uint32_t dst, handle frame, uint64_t address)
{
    struct message clone = with_handle(request(MESSAGE_CLONE, ACTION_CLONE, MODE_BORROW, 1, dst), frame);
    struct message convert = with_handle(request(MESSAGE_REPURPOSE, ACTION_CONVERT, MODE_BORROW, 1, 0), frame);
    struct message facts = with_handle(request(MESSAGE_INFO, ACTION_NONE, MODE_BORROW, 1, 0), frame);
    struct message look_up = with_word(request(MESSAGE_LOOKUP, ACTION_CLONE, MODE_NONE, 1, dst), address);
    struct message claim = with_word(request(MESSAGE_CLAIM, ACTION_GRANT, MODE_NONE, 1, dst), address);
    struct message drop = with_handle(request(MESSAGE_DROP, ACTION_NONE, MODE_DROP, 1, 0), frame);
    uint32_t level;

    expect_clean(facts, ERROR_NONE, ERROR_NONE, 5);
    expect_clean(with_handle(facts, REGISTERS_SECRET), ERROR_BAD_HANDLE, ERROR_NONE, 0);
    clone.words[0] = RIGHT_CALL;
    expect_clean(clone, ERROR_NONE, ERROR_BAD_RIGHTS, 0);
    clone.words[0] = RIGHT_READ;
    drop.r13 = expect_clean(clone, ERROR_NONE, ERROR_NONE, 2).r13;
    expect_clean(clone, ERROR_OCCUPIED, ERROR_NONE, 0);
    expect_clean(drop, ERROR_NONE, ERROR_NONE, 1);
    expect_clean(drop, ERROR_BAD_HANDLE, ERROR_NONE, 0);
    look_up.words[1] = RIGHT_READ;
    drop.r13 = expect_clean(look_up, ERROR_NONE, ERROR_NONE, 2).r13;
    expect_clean(drop, ERROR_NONE, ERROR_NONE, 1);
    claim.words[1] = 0;
    expect_clean(claim, ERROR_NONE, ERROR_IN_USE, 0);
    require_success(frame_map(frame, MAPPING_BASE, RIGHT_READ)); /* the server agrees, then the kernel refuses */
    expect_clean(with_word(convert, KIND_PAGE_TABLE), ERROR_NONE, ERROR_MAPPED, 0);
    require_success(frame_unmap(frame));
    expect_clean(with_word(convert, KIND_PAGE_TABLE), ERROR_NONE, ERROR_NONE, 0);
    require_success(system_call_install(frame, FAR_ADDRESS, 3, &level));
    drop.r13 = frame;
    expect_clean(drop, ERROR_INSTALLED, ERROR_NONE, 0);
    require_success(system_call_uninstall(frame));
    expect_clean(with_word(convert, KIND_UNTYPED), ERROR_NONE, ERROR_NONE, 0);
}

static void requests(void)
{
    struct message message;
    uint32_t dst;

    require_success(own_entries_take(4, &dst));
    message =
        expect_clean(with_word(request(MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 1, dst), 0), ERROR_NONE, ERROR_NONE, 1);
    uint64_t address = message.words[0];
    handle frame = message.r13;
    requests_without_handles(address);
    requests_with_handles(dst + 1, frame, address);
    message = expect_clean(with_word(request(MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 3, dst + 1), 0), ERROR_NONE,
                           ERROR_NONE, 1);
    expect_clean(with_word(request(MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 3, dst + 1), 0), ERROR_OCCUPIED, ERROR_NONE,
                 0);
    expect_clean(with_handle(request(MESSAGE_DROP, ACTION_NONE, MODE_DROP, 3, 0), message.r13), ERROR_NONE, ERROR_NONE,
                 1);
    expect_clean(with_handle(request(MESSAGE_DROP, ACTION_NONE, MODE_DROP, 1, 0), frame), ERROR_NONE, ERROR_NONE, 1);
    own_entries_release(dst, 4);
}

/* Asks for a reply with this action. */
static struct message plant_of(uint64_t rax, handle peer, enum action action)
{
    struct message message = message_of_secrets(rax, peer, PEER_PLANT);

    message.words[0] = action;
    message.words[2] = action == ACTION_MOVE ? 1 : REGISTERS_SECRET;
    message.words[3] = message.words[4] = 0;
    return message;
}

/* Calls to another task, which answers with secrets in its own registers: words, handles, and a refused answer. */
static void calls(void)
{
    const uint64_t words_only = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0);
    handle peer = start_handle("peer");
    struct message plant;
    uint32_t dst;

    require_success(own_entries_take(1, &dst));
    for (uint32_t want = ACTION_NONE; want <= ACTION_MOVE; want += ACTION_MOVE) {
        uint64_t rax = want == ACTION_NONE ? words_only : rax_make(SYSTEM_CALL_CALL, want, MODE_NONE, 1, dst);

        plant = plant_of(rax, peer, ACTION_NONE);
        expect_equal(enter(&plant), 0);
        expect_equal(plant.rax | plant.rdi | plant.rsi | plant.r13 | plant.r14, 0);
        plant = message_of_secrets(rax, peer, PEER_NOTHING);
        expect_equal(enter(&plant), 0);
        expect_equal(plant.rax | plant.rdi | plant.rsi | plant.r13 | plant.r14, 0);
        for (uint32_t action = ACTION_GRANT; action < 16; action++) {
            plant = plant_of(rax, peer, (enum action)action);
            enum error error = action != ACTION_MOVE ? ERROR_BAD_ACTION
                               : want != ACTION_MOVE ? ERROR_NOT_WANTED
                                                     : ERROR_BAD_HANDLE;

            expect_equal(enter(&plant), 0);
            expect_error(plant.rsi, error);
            expect_equal(plant.rax | plant.rdi | plant.r13 | plant.r14, 0);
            plant = message_of_secrets(rax, peer, PEER_PLANTED);
            expect_equal(enter(&plant), 0);
            expect_equal(plant.words[0], 0);
        }
    }
    own_entries_release(dst, 1);
}

/* A handle goes to another task and comes back; then it is refused in every way. */
static void calls_with_handles(void)
{
    handle peer = start_handle("peer");
    struct message message;
    uint64_t *page;
    handle frame;
    uint32_t dst;

    require_success(frame_allocate(&frame));
    require_success(own_entries_take(1, &dst));
    message = message_of_secrets(rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_MOVE, 1, 0), peer, PEER_KEEP);
    message = expect_clean(with_handle(message, frame), ERROR_NONE, ERROR_NONE, MESSAGE_WORDS);
    expect_equal(message.words[1], 1);
    own_entries_release(handle_index(frame), 1);
    handle theirs = message.words[0];
    message = message_of_secrets(rax_make(SYSTEM_CALL_CALL, ACTION_MOVE, MODE_NONE, 1, dst), peer, PEER_RETURN);
    message.words[0] = theirs;
    message.words[1] = 1;
    frame = expect_clean(message, ERROR_NONE, ERROR_NONE, MESSAGE_WORDS).r13;
    message = message_of_secrets(rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_MOVE, 1, 0), peer, PEER_KEEP);
    expect_clean(message, ERROR_BAD_HANDLE, ERROR_NONE, 0);
    require_success(frame_map_anywhere(frame, RIGHT_READ, (void **)&page));
    expect_clean(with_handle(message, frame), ERROR_MAPPED, ERROR_NONE, 0);
    message.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 1, 0);
    expect_clean(with_handle(message, frame), ERROR_BAD_MODE, ERROR_NONE, 0);
    message.rdi = frame;
    expect_clean(message, ERROR_WRONG_KIND, ERROR_NONE, 0);
    message.rdi = REGISTERS_SECRET;
    expect_clean(message, ERROR_BAD_HANDLE, ERROR_NONE, 0);
    message = message_of_secrets(rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, MODE_NONE, 0, 0), peer, 0);
    expect_clean(message, ERROR_MISSING_RIGHT, ERROR_NONE, 0);
    message.rdi = frame;
    expect_clean(message, ERROR_WRONG_KIND, ERROR_NONE, 0);
    require_success(frame_drop(frame));
}

/* System calls that are no messages: what they are given is in rdi, rsi, rdx, and for those about a handle's place, in r8
 * the task: 0 is the caller. */
static struct message plain(uint64_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx)
{
    struct message message = message_of_secrets(number, rdi, rsi);

    message.words[0] = rdx;
    if (number >= SYSTEM_CALL_MAP && number <= SYSTEM_CALL_INSPECT) {
        message.words[1] = 0;
    }
    return message;
}

static void mappings(void)
{
    handle frame;
    handle table;

    require_success(frame_allocate(&frame));
    require_success(frame_allocate(&table));
    require_success(frame_repurpose(table, KIND_PAGE_TABLE));
    expect_equal(
        expect_clean(plain(SYSTEM_CALL_MAP, frame, FAR_ADDRESS, RIGHT_READ), ERROR_NO_TABLE, ERROR_NONE, RSI_IS_RESULT)
            .rsi,
        3);
    require_success(frame_map(frame, FAR_ADDRESS, RIGHT_READ)); /* so that the tables are there */
    expect_clean(plain(SYSTEM_CALL_UNMAP, frame, REGISTERS_SECRET, REGISTERS_SECRET), ERROR_NONE, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_UNMAP, frame, REGISTERS_SECRET, REGISTERS_SECRET), ERROR_NOT_MAPPED, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_MAP, frame, FAR_ADDRESS, RIGHT_READ), ERROR_NONE, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_MAP, frame, FAR_ADDRESS, RIGHT_READ), ERROR_MAPPED, ERROR_NONE, 0);
    expect_equal(expect_clean(plain(SYSTEM_CALL_INSPECT, frame, REGISTERS_SECRET, REGISTERS_SECRET), ERROR_NONE,
                              ERROR_NONE, 2 | RSI_IS_RESULT)
                     .rsi,
                 RIGHTS_FRAME);
    expect_clean(plain(SYSTEM_CALL_INSTALL, table, FAR_ADDRESS, 1), ERROR_OCCUPIED, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_INSTALL, table, FAR_ADDRESS, 4), ERROR_BAD_LEVEL, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_INSTALL, table, FAR_ADDRESS + (UINT64_C(1) << 40), 3), ERROR_NONE, ERROR_NONE, 0);
    expect_equal(expect_clean(plain(SYSTEM_CALL_INSTALL, table, FAR_ADDRESS - (UINT64_C(1) << 40), 1), ERROR_INSTALLED,
                              ERROR_NONE, 0)
                     .rsi,
                 0);
    expect_clean(plain(SYSTEM_CALL_UNINSTALL, table, REGISTERS_SECRET, REGISTERS_SECRET), ERROR_NONE, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_UNINSTALL, table, REGISTERS_SECRET, REGISTERS_SECRET), ERROR_WRONG_KIND, ERROR_NONE,
                 0);
    require_success(frame_drop(frame));
    require_success(frame_drop(table));
}

static void the_others(void)
{
    static const enum system_call of_handles[] = {SYSTEM_CALL_NARROW, SYSTEM_CALL_BADGE, SYSTEM_CALL_NOTIFY,
                                                  SYSTEM_CALL_START,  SYSTEM_CALL_STOP,  SYSTEM_CALL_KILL,
                                                  SYSTEM_CALL_LOOK};
    static const enum system_call of_powers[] = {SYSTEM_CALL_VERDICT,   SYSTEM_CALL_PORT_READ,   SYSTEM_CALL_PORT_WRITE,
                                                 SYSTEM_CALL_INTERRUPT, SYSTEM_CALL_ACKNOWLEDGE, SYSTEM_CALL_STRIP,
                                                 SYSTEM_CALL_HOLDER};
    const uint64_t s = REGISTERS_SECRET;

    for (uint64_t number = SYSTEM_CALL_MAP; number <= SYSTEM_CALL_INSPECT; number++) {
        expect_clean(plain(number, 0, s, number == SYSTEM_CALL_INSTALL ? 1 : s), ERROR_BAD_HANDLE, ERROR_NONE, 0);
    }
    expect_clean(plain(SYSTEM_CALL_YIELD, s, s, s), ERROR_NONE, ERROR_NONE, 0);
    expect_clean(plain(SYSTEM_CALL_PATTERN, s, s, s), ERROR_NOT_PERMITTED, ERROR_NONE, 0);
    expect_clean(plain(rax_make(SYSTEM_CALL_PRINT, 0, 0, PRINT_BYTES_MAX, 0), s, s, s), ERROR_NOT_PERMITTED, ERROR_NONE,
                 0);
    for (uint32_t i = 0; i < sizeof(of_handles) / sizeof(of_handles[0]); i++) {
        expect_clean(plain(of_handles[i], 0, s, s), ERROR_BAD_HANDLE, ERROR_NONE, 0);
    }
    for (uint32_t i = 0; i < sizeof(of_powers) / sizeof(of_powers[0]); i++) {
        expect_clean(plain(of_powers[i], s, s, s), ERROR_NOT_PERMITTED, ERROR_NONE, 0);
    }
    for (uint64_t number = SYSTEM_CALLS; number < 256; number++) {
        expect_clean(plain(number | UINT64_MAX << 8, s, s, s), ERROR_BAD_SYSTEM_CALL, ERROR_NONE, 0);
    }
}

static void all(void)
{
    requests();
    calls();
    calls_with_handles();
    mappings();
    the_others();
}

static void general(void)
{
    with_fpu = false;
    all();
}

static void fpu(void)
{
    with_fpu = true;
    all();
}

/* Segment selectors are no message either: neither caller nor receiver finds the other's, on short ways and on long. */
static void selectors(void)
{
    static const uint32_t mine[] = {SELECTOR_NULL_1, SELECTOR_NULL_3};
    static const uint32_t theirs[] = {SELECTOR_NULL_2, SELECTOR_DATA};
    const uint64_t ways[] = {rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0),
                             rax_make(SYSTEM_CALL_CALL, ACTION_MOVE, MODE_NONE, 1, own_entries_limit() - 1)};

    for (uint32_t round = 0; round < 8; round++) {
        uint32_t own = mine[round % 2];
        struct message message = {.rax = ways[round / 2 % 2],
                                  .rdi = start_handle("peer"),
                                  .rsi = PEER_SELECTORS,
                                  .words = {theirs[round / 4]}};

        selectors_load(own);
        system_call_call(&message);
        uint64_t foreign = selectors_foreign(own);
        selectors_load(0);
        expect_equal(message.rax, 0);
        expect_equal(foreign, 0);
        expect_equal(message.words[0], 0);
    }
    expect_equal(ask(PEER_SELECTORS, 0, 0, 0).words[0], 0);
}

/* Nor when a task is preempted. */
static void selectors_of_equals(void)
{
    struct spin *spin;
    uint64_t theirs = UINT64_MAX;
    uint64_t foreign = 0;
    handle frame;

    require_success(allocate_mapped(&frame, (uint64_t **)&spin));
    require_success(crew_start("equal", RUNNER_SELECTORS, frame, SELECTOR_NULL_2));
    for (uint32_t round = 0; round < 5; round++) {
        uint64_t before = spin->count;

        selectors_load(SELECTOR_NULL_1);
        while (spin->count == before) {
        }
        foreign += selectors_foreign(SELECTOR_NULL_1);
    }
    selectors_load(0);
    spin->stop = 1;
    expect_success(crew_finish("equal", &theirs));
    expect_equal(theirs, 0);
    expect_equal(foreign, 0);
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"general", general},
    {"fpu", fpu},
    {"selectors", selectors},
    {"selectors_of_equals", selectors_of_equals},
};

const struct tap_group registers_tests = TAP_GROUP("registers", tests);
