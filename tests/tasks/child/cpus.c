/* Jobs of tasks that work beside others on other CPUs. */
#include "tests/tasks/child/bare.h"
#include "tests/tasks/child/child.h"

#include <quire/list.h>

static uint64_t state;

/* Marsaglia's xorshift64. */
static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static volatile uint64_t *map_page(uint32_t rights)
{
    void *page;

    if (frame_map_anywhere(start_handle("page"), rights, &page) != ERROR_NONE) {
        system_call_exit(JOB_FAILED);
    }
    return page;
}

uint64_t job_watch(void)
{
    volatile uint64_t *page = map_page(RIGHT_READ);
    uint64_t value = job_number("value");
    uint64_t seen;

    job_ring();
    do {
        seen = *page;
    } while (seen == value);
    return seen;
}

uint64_t job_scribble(void)
{
    volatile uint64_t *page = map_page(RIGHT_READ | RIGHT_WRITE);
    uint64_t value = job_number("value");

    *page = value;
    job_ring();
    for (;;) {
        *page = value;
    }
}

/* At the desk is a task with the job `receive`: words come back as they are, the label plus 1. */
uint64_t job_echo(void)
{
    uint64_t wrong = 0;

    state = job_number("seed") * 2 + 1;
    for (uint64_t count = job_number("count"); count > 0; count--) {
        struct endpoint_message message = {.label = draw() >> 1};
        struct endpoint_message sent;

        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            message.words[k] = draw();
        }
        sent = message;
        if (endpoint_call(start_handle("desk"), &message, 0) != ERROR_NONE) {
            return JOB_FAILED;
        }
        bool good = message.label == sent.label + 1;
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            good = good && message.words[k] == sent.words[k];
        }
        wrong += !good;
    }
    return wrong;
}

/* The local interrupt controller's number is in the highest byte of ebx (Intel SDM volume 2, CPUID leaf 1). */
static uint64_t processor(void)
{
    uint32_t eax = 1;
    uint32_t ebx;
    uint32_t ecx = 0;
    uint32_t edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ebx >> 24;
}

uint64_t job_where(void)
{
    uint64_t number = processor();

    for (uint64_t count = job_number("count"); count > 0; count--) {
        system_call_yield();
        if (processor() != number) {
            return JOB_FAILED;
        }
    }
    return number;
}

uint64_t job_pass_on(void)
{
    handle here = start_handle("here");
    handle desk = start_handle("desk");
    struct endpoint_message message;
    enum error error = endpoint_receive(here, &message, MOVE_HANDLES_MAX);

    job_ring();
    while (error == ERROR_NONE && message.count > 0) {
        struct endpoint_message next = {.count = message.count};

        error = frame_drop_run(message.first, message.count, NULL);
        if (error == ERROR_NONE && desk != 0) {
            error = frame_allocate_run(next.count, &next.first);
        }
        if (error == ERROR_NONE && desk != 0) {
            error = endpoint_call(desk, &next, 0);
        }
        message = (struct endpoint_message){.label = error};
        if (error == ERROR_NONE) {
            error = endpoint_reply_receive(here, &message, MOVE_HANDLES_MAX);
        }
    }
    if (error == ERROR_NONE && desk != 0) { /* the next one is to end, too: there is no answer then */
        message = (struct endpoint_message){0};
        error = endpoint_call(desk, &message, 0);
        error = error == ERROR_NO_SERVER ? ERROR_NONE : error;
    }
    return error;
}

uint64_t job_make(void)
{
    enum error error = ERROR_NONE;
    uint32_t cpu = start_page()->cpu;

    for (uint64_t count = job_number("count"); count > 0 && error == ERROR_NONE; count--) {
        struct task_parts parts;
        handle task;

        error = bare_parts(&task, &parts);
        cpu = (cpu + 1) % start_page()->cpu_count;
        parts.cpu = cpu;
        if (error == ERROR_NONE) {
            error = bare_create(task, &parts);
        }
        if (error == ERROR_NONE && count % 2 == 0) { /* runs, and faults at once */
            error = system_call_start(task, MAPPING_BASE, STACK_TOP);
        }
        if (error == ERROR_NONE && count % 3 == 0) {
            enum error killed = system_call_kill(task);
            error = killed == ERROR_ENDED ? ERROR_NONE : killed;
        }
        if (error == ERROR_NONE) {
            error = frame_drop(task); /* the last handle: it ends if it has not */
        }
    }
    return error;
}

/* A list holds more than a handle table. */
uint64_t job_fill(void)
{
    struct endpoint_message message;
    handle list;
    handle frame;
    enum error error = list_create(&list);

    if (error != ERROR_NONE) {
        return JOB_FAILED + error;
    }
    while ((error = frame_allocate_unique(&frame)) == ERROR_NONE) {
        error = list_push_back(list, frame);
        if (error != ERROR_NONE) {
            return JOB_FAILED + error;
        }
    }
    job_ring();
    if (endpoint_receive(start_handle("here"), &message, 0) != ERROR_NONE || list_clear(list) != ERROR_NONE) {
        return JOB_FAILED;
    }
    return error;
}
