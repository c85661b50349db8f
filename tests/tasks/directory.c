/* Init's directory: what it tells, and what it refuses. */
#include <quire/client.h>
#include <quire/console.h>
#include <quire/directory.h>
#include <quire/endpoint.h>
#include <quire/make_task.h>
#include <quire/slot.h>
#include <quire/tap.h>
#include <quire/task.h>
#include <string.h>

/* The module lines of iso/suites/directory.cfg. */
#define TASKS 2
#define FILES 3

static void test_tasks(void)
{
    struct directory_task task;

    if (expect_success(directory_task(0, &task))) {
        expect(strcmp(task.name, "console") == 0);
        expect_equal(task.priority, 20);
        expect_equal(task.facts.end, TASK_END_NONE);
    }
    if (expect_success(directory_task(TASKS - 1, &task))) {
        expect(strcmp(task.name, start_page()->name) == 0);
        expect_equal(task.account, start_page()->account);
        expect_equal(task.priority, start_page()->priority);
        expect_equal(task.facts.state, TASK_AWAITING);
    }
    expect_error(directory_task(TASKS, &task), ERROR_OUT_OF_BOUND);
    expect_error(directory_task(UINT32_MAX, &task), ERROR_OUT_OF_BOUND);
}

static void test_files(void)
{
    struct directory_file file;

    if (expect_success(directory_file(0, &file))) {
        expect(strcmp(file.name, "hello") == 0);
        expect_equal(file.priority, 3);
        expect_equal(file.rights, SERVICE_RIGHT_LOOKUP);
    }
    expect_success(directory_file(FILES - 1, &file));
    expect_error(directory_file(FILES, &file), ERROR_OUT_OF_BOUND);
}

static void test_opening(void)
{
    struct directory_opened opened;
    struct directory_opened other;
    struct directory_file file;

    for (uint32_t k = 0; k < FILES; k++) {
        if (expect_success(directory_file(k, &file)) && expect_success(directory_open(k, &opened))) {
            expect_equal(opened.size, file.size);
            expect_equal(opened.count, (file.size + FRAME_SIZE - 1) / FRAME_SIZE);
            expect_equal(*(const uint32_t *)opened.data, 0x464c457f); /* ELF, its magic number */
            expect_error(directory_open(k, &other), ERROR_OCCUPIED);
            expect_success(directory_close(&opened));
            expect_success(directory_close(&opened));
        }
    }
    expect_error(directory_open(FILES, &opened), ERROR_OUT_OF_BOUND);
}

/* A file can be started, as often as one likes. */
static void test_starting(void)
{
    struct directory_opened opened;
    struct task_facts facts;
    handle bell;
    handle task;

    if (!expect_success(endpoint_make(&bell)) || !expect_success(directory_open(0, &opened))) {
        return;
    }
    struct task_plan plan = {.file = opened.data, .size = opened.size, .name = "copy", .handle_tables = 1};
    expect_success(endpoint_clone(bell, RIGHT_NOTIFY | RIGHT_MOVE, 1, &plan.end));
    expect_success(directory_console(4711, &plan.console));
    if (expect_success(task_run(&plan, &task)) && expect_success(task_wait(task, bell, NULL, &facts))) {
        expect_equal(facts.end, TASK_END_EXITED);
        expect_equal(facts.code, 0);
        expect_success(frame_drop(task));
    }
    expect_success(directory_close(&opened));
    expect_success(frame_drop(bell));
}

/* What comes is a file's pages, to read and no more. */
static void test_rights(void)
{
    struct endpoint_message message = {.label = DIRECTORY_OPEN, .words = {0, 0}};
    struct handle_facts facts;
    struct frame_facts frame;

    if (expect_success(endpoint_call(start_handle(DIRECTORY_NAME), &message, DIRECTORY_PAGES)) &&
        expect_equal(message.label, ERROR_NONE) && expect(message.count > 0)) {
        expect_success(system_call_inspect(message.first, &facts));
        expect_equal(facts.rights, RIGHT_READ | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE);
        expect_error(frame_repurpose(message.first, KIND_RECORD), ERROR_MISSING_RIGHT);
        expect_success(frame_info(message.first, &frame));
        expect_equal(frame.reference_count, 2); /* init's and this one */
        expect_success(frame_drop_run(message.first, message.count, NULL));
    }
}

static void expect_answer(uint64_t label, uint64_t first, uint64_t second, uint32_t room, enum error error)
{
    struct endpoint_message message = {.label = label, .words = {first, second}};

    if (expect_success(endpoint_call(start_handle(DIRECTORY_NAME), &message, room))) {
        expect_error(message.label, error);
        expect_equal(message.count, 0);
    }
}

static void test_refusals(void)
{
    handle console;

    expect_answer(0, 0, 0, 0, ERROR_BAD_OPERATION);
    expect_answer(DIRECTORY_CONSOLE + 1, 0, 0, 0, ERROR_BAD_OPERATION);
    expect_answer(UINT64_MAX, 0, 0, 0, ERROR_BAD_OPERATION);
    expect_answer(DIRECTORY_TASK, UINT64_MAX, 0, 0, ERROR_OUT_OF_BOUND);
    expect_answer(DIRECTORY_STATE, TASKS, 0, 0, ERROR_OUT_OF_BOUND);
    expect_answer(DIRECTORY_FILE, UINT64_C(1) << 32, 0, 0, ERROR_OUT_OF_BOUND);
    expect_answer(DIRECTORY_OPEN, 0, UINT64_MAX, 64, ERROR_OUT_OF_BOUND);
    expect_answer(DIRECTORY_OPEN, FILES, 0, 64, ERROR_OUT_OF_BOUND);
    /* no room for what comes: nothing comes, and init has it no more */
    expect_answer(DIRECTORY_OPEN, 0, 0, 0, ERROR_NOT_WANTED);
    expect_answer(DIRECTORY_OPEN, 0, 0, 1, ERROR_BAD_COUNT);
    expect_answer(DIRECTORY_CONSOLE, 4711, 0, 0, ERROR_NOT_WANTED);
    test_rights();
    /* nobody gets the badge of another one's lines */
    expect_error(directory_console(0, &console), ERROR_BAD_ARGUMENT);
    expect_error(directory_console(start_page()->account, &console), ERROR_BAD_ARGUMENT);
    expect_answer(DIRECTORY_CONSOLE, UINT64_C(1) << 32, 0, 1, ERROR_BAD_ARGUMENT);
}

/* Handles that are sent along come back. */
static void test_handles_sent(void)
{
    struct endpoint_message message = {.label = DIRECTORY_TASK, .count = 1};

    if (expect_success(frame_allocate(&message.first))) {
        expect_error(endpoint_call(start_handle(DIRECTORY_NAME), &message, 0), ERROR_NO_ROOM);
        expect_success(frame_drop(message.first));
    }
}

static const struct tap_test tests[] = {{"tasks", test_tasks},
                                        {"files", test_files},
                                        {"opening", test_opening},
                                        {"starting", test_starting},
                                        {"rights", test_rights},
                                        {"refusals", test_refusals},
                                        {"handles_sent", test_handles_sent}};
static const struct tap_group group = TAP_GROUP("directory", tests);

int main(void)
{
    const struct tap_group *const groups[] = {&group};

    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
