/* Children on all CPUs print at the same time; here the suite is their console. */
#include "tests/tasks/smp/smp.h"

#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/format.h>
#include <string.h>

#define SPEAKERS_A_CPU 2
#define SPEAKERS_MAX 16
#define LINES_EACH 40
#define LINE 160
#define RIGHTS_CONSOLE (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE)

struct speaker {
    uint32_t writer; /* 0: it has said nothing yet */
    uint32_t lines;
    size_t length;
    char text[LINE];
};

static struct speaker *speaker_of(struct speaker *speakers, uint32_t count, uint32_t writer)
{
    for (uint32_t k = 0; k < count; k++) {
        if (speakers[k].writer == 0) {
            speakers[k].writer = writer;
        }
        if (speakers[k].writer == writer) {
            return &speakers[k];
        }
    }
    return NULL;
}

/* What job_say prints as its next line: all of it, and in its order. */
static void check_line(struct speaker *speaker)
{
    char wanted[LINE];

    speaker->text[speaker->length] = 0;
    format_line(wanted, sizeof(wanted), SAY_FORMAT, speaker->lines);
    expect(strcmp(speaker->text, wanted) == 0);
    speaker->length = 0;
    speaker->lines++;
}

static bool hear(struct speaker *speakers, uint32_t count, const struct endpoint_message *message)
{
    uint32_t bytes = console_label_bytes(message->label);
    struct speaker *speaker = speaker_of(speakers, count, console_label_writer(message->label));

    if (!expect_equal(console_label_operation(message->label), CONSOLE_WRITE) || !expect(speaker != NULL) ||
        !expect(speaker->length + bytes < LINE)) {
        return false;
    }
    memcpy(speaker->text + speaker->length, message->words, bytes);
    speaker->length += bytes;
    if (speaker->text[speaker->length - 1] == '\n') {
        check_line(speaker);
    }
    return true;
}

/* By what the console is told it can put each line together again, though all have the same badge. */
static void lines_stay_whole(void)
{
    static struct speaker speakers[SPEAKERS_MAX];
    uint32_t count = start_page()->cpu_count * SPEAKERS_A_CPU;
    struct endpoint_message message = {0};
    uint32_t pieces = 0;
    handle tasks[SPEAKERS_MAX];
    char arguments[32];
    handle desk;

    memset(speakers, 0, sizeof(speakers));
    count = count < SPEAKERS_MAX ? count : SPEAKERS_MAX;
    format_line(arguments, sizeof(arguments), "job=say count=%u", LINES_EACH);
    require_success(endpoint_make(&desk));
    for (uint32_t k = 0; k < count; k++) {
        struct task_plan plan = child_plan(arguments);

        plan.cpu = 1 + k % start_page()->cpu_count;
        require_success(frame_clone(desk, RIGHTS_CONSOLE, &plan.console));
        require_success(child_run(&plan, &tasks[k]));
    }
    require_success(endpoint_receive(desk, &message, 0));
    for (uint32_t whole = 0; whole < count * LINES_EACH; pieces++) {
        bool ends = memchr(message.words, '\n', console_label_bytes(message.label)) != NULL;

        whole += ends;
        require(hear(speakers, count, &message));
        if (whole < count * LINES_EACH) {
            message = (struct endpoint_message){0};
            require_success(endpoint_reply_receive(desk, &message, 0));
        }
    }
    expect(pieces > count * LINES_EACH); /* so there was something to mix */
    require_success(frame_drop(desk));   /* answers the last of them: there is no console any more */
    for (uint32_t k = 0; k < count; k++) {
        child_ends(tasks[k], TASK_END_EXITED, 0);
        expect_equal(speakers[k].lines, LINES_EACH);
    }
}

static const struct tap_test tests[] = {
    {"lines_stay_whole", lines_stay_whole},
};

const struct tap_group console_tests = TAP_GROUP("console", tests);
