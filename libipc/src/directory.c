/* The client's side of init's directory. */
#include <quire/directory.h>

#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/slot.h>
#include <quire/task.h>
#include <string.h>

/* Behind the pages that frame_map_anywhere and task_make use. */
#define FILE_BASE (MAPPING_BASE + UINT64_C(0x4000000))

/* A request of two words; *reply: what came. */
static enum error ask(enum directory_operation operation, uint64_t first, uint64_t second, struct reply *reply)
{
    *reply = call_5(start_handle(DIRECTORY_NAME), operation, first, second, 0, 0, 0);
    return (enum error)(reply->status != ERROR_NONE ? reply->status : reply->label);
}

static void take_name(char name[START_NAME], const uint64_t *words)
{
    memcpy(name, words, START_NAME);
    name[START_NAME - 1] = 0;
}

must_use enum error directory_task(uint32_t number, struct directory_task *task)
{
    struct reply who;
    struct reply how;
    enum error error = ask(DIRECTORY_TASK, number, 0, &who);

    if (error == ERROR_NONE) {
        error = ask(DIRECTORY_STATE, number, 0, &how);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    task->account = (uint32_t)who.words[0];
    task->priority = (uint32_t)(who.words[0] >> 32);
    task->cpu = (uint32_t)who.words[4];
    take_name(task->name, &who.words[1]);
    task->facts = (struct task_facts){.state = (enum task_state)(how.words[0] & 0xff),
                                      .end = (enum task_end)(how.words[0] >> 8 & 0xff),
                                      .vector = how.words[0] >> 16 & 0xff,
                                      .code = how.words[1],
                                      .address = how.words[2]};
    return ERROR_NONE;
}

must_use enum error directory_file(uint32_t number, struct directory_file *file)
{
    struct reply reply;
    enum error error = ask(DIRECTORY_FILE, number, 0, &reply);

    if (error == ERROR_NONE) {
        *file = (struct directory_file){
            .size = reply.words[0], .rights = (uint32_t)reply.words[1], .priority = (uint32_t)(reply.words[1] >> 32)};
        take_name(file->name, &reply.words[2]);
    }
    return error;
}

/* Gets the pages from opened->count on, at most DIRECTORY_PAGES, and maps them behind those that are mapped. */
static enum error open_run(uint32_t number, struct directory_opened *opened)
{
    uint32_t left = (uint32_t)((opened->size + FRAME_SIZE - 1) / FRAME_SIZE) - opened->count;
    uint32_t wanted = left < DIRECTORY_PAGES ? left : DIRECTORY_PAGES;
    struct endpoint_message message = {.label = DIRECTORY_OPEN, .words = {number, opened->count}};
    enum error error = endpoint_call(start_handle(DIRECTORY_NAME), &message, wanted);

    if (error == ERROR_NONE) {
        error = (enum error)message.label;
    }
    if (error != ERROR_NONE) {
        return error;
    }
    uint64_t address = FILE_BASE + opened->count * FRAME_SIZE;
    opened->runs[opened->count / DIRECTORY_PAGES] = message.first;
    opened->count += message.count;
    for (uint32_t k = 0; k < message.count && error == ERROR_NONE; k++) {
        error = frame_map(handle_of_run(message.first, k), address + k * FRAME_SIZE, RIGHT_READ);
    }
    if (error == ERROR_NONE && message.count != wanted) {
        error = ERROR_BAD_COUNT;
    }
    return error;
}

must_use enum error directory_open(uint32_t number, struct directory_opened *opened)
{
    struct directory_opened opening = {.data = (const void *)FILE_BASE};
    struct directory_file file;
    enum error error = directory_file(number, &file);

    if (error != ERROR_NONE) {
        return error;
    }
    opening.size = file.size;
    if (file.size > DIRECTORY_RUNS * DIRECTORY_PAGES * FRAME_SIZE) {
        return ERROR_NO_ROOM;
    }
    while (opening.count * FRAME_SIZE < opening.size) {
        error = open_run(number, &opening);
        if (error != ERROR_NONE) {
            enum error closed = directory_close(&opening); /* the first error is the one to tell */
            (void)closed;
            return error;
        }
    }
    *opened = opening;
    return ERROR_NONE;
}

must_use enum error directory_close(struct directory_opened *opened)
{
    enum error result = ERROR_NONE;

    for (uint32_t done = 0; done < opened->count; done += DIRECTORY_PAGES) {
        uint32_t left = opened->count - done;
        enum error error =
            frame_drop_run(opened->runs[done / DIRECTORY_PAGES], left < DIRECTORY_PAGES ? left : DIRECTORY_PAGES, NULL);

        result = result != ERROR_NONE ? result : error;
    }
    opened->count = 0;
    return result;
}

must_use enum error directory_console(uint32_t badge, handle *console)
{
    struct endpoint_message message = {.label = DIRECTORY_CONSOLE, .words = {badge}};
    enum error error = endpoint_call(start_handle(DIRECTORY_NAME), &message, 1);

    if (error == ERROR_NONE) {
        error = (enum error)message.label;
    }
    if (error == ERROR_NONE && message.count != 1) {
        error = ERROR_BAD_COUNT;
    }
    if (error == ERROR_NONE) {
        *console = message.first;
    }
    return error;
}
