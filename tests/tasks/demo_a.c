/* The demo: two tasks, A and B, tell what a frame server is for, a line a step. Every step is checked; the first
 * that goes otherwise than told ends the machine with a failed verdict. With an endpoint "next" it waits there for a
 * notification before each step. */
#include "tests/tasks/demo.h"
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <stdbool.h>
#include <string.h>

/* What the story is about. */
struct story {
    handle frame;
    handle share;
    char *page;
    struct frame_facts facts;
    uint64_t free_before; /* frames of the machine */
    uint64_t used_before; /* frames of A's account */
};

/* Ends this task, and so fails the machine, unless a step went as told. */
static void tell(bool as_told, const char *step)
{
    if (!as_told) {
        print("A  did not go as told: %s\n", step);
        system_call_exit(1);
    }
}

/* Lets whoever watches do something in the middle. */
static void pause_here(void)
{
    struct endpoint_message message;
    handle next = start_handle("next");

    if (next != 0) {
        print("A  goes on when it is notified\n");
        tell(endpoint_receive(next, &message, 0) == ERROR_NONE, "a notification");
    }
}

static enum error ask_b(struct endpoint_message *message)
{
    enum error error = endpoint_call(start_handle("story"), message, 0);

    return error != ERROR_NONE ? error : (enum error)message->label;
}

static void allocate(struct story *story)
{
    struct machine_statistics machine;
    struct account_statistics account;

    tell(machine_statistics(&machine) == ERROR_NONE && account_statistics(&account) == ERROR_NONE, "statistics");
    story->free_before = machine.free;
    story->used_before = account.used;
    print("A  %lu frames are usable: %lu in use, %lu free\n", machine.usable, machine.in_use, machine.free);
    /* A first handle, dropped at once: else A's and B's first ones would by chance be the same number. */
    tell(frame_allocate(&story->frame) == ERROR_NONE && frame_drop(story->frame) == ERROR_NONE, "a first allocation");
    tell(frame_allocate(&story->frame) == ERROR_NONE, "an allocation");
    tell(frame_info(story->frame, &story->facts) == ERROR_NONE, "facts about the frame");
    tell(story->facts.reference_count == 1, "one handle");
    print("A  allocates a frame: address 0x%lx, handle 0x%lx, %lu handle\n", story->facts.address, story->frame,
          story->facts.reference_count);
    tell(frame_map_anywhere(story->frame, RIGHT_READ | RIGHT_WRITE, (void **)&story->page) == ERROR_NONE, "a mapping");
    strcpy(story->page, "hello from A");
    print("A  maps it at %p and writes \"%s\"\n", (void *)story->page, story->page);
}

static void forge(const struct story *story)
{
    struct endpoint_message message = {.label = DEMO_TRY, .words = {story->frame}};
    enum error error = ask_b(&message);

    tell(error == ERROR_BAD_HANDLE || error == ERROR_STALE_HANDLE, "B is refused with A's handle");
}

static void share(struct story *story)
{
    struct endpoint_message message = {.label = DEMO_SHARE, .count = 1};
    struct handle_facts facts;

    tell(frame_clone(story->frame, RIGHT_READ | RIGHT_MAP | RIGHT_MOVE, &story->share) == ERROR_NONE, "a clone");
    tell(frame_info(story->frame, &story->facts) == ERROR_NONE && story->facts.reference_count == 2, "two handles");
    print("A  clones a share that can only read: handle 0x%lx, %lu handles\n", story->share,
          story->facts.reference_count);
    print("A  moves the share to B through the endpoint \"story\"\n");
    message.first = story->share;
    tell(ask_b(&message) == ERROR_NONE && message.words[1] == 2, "B maps and reads the share");
    tell(system_call_inspect(story->share, &facts) == ERROR_BAD_HANDLE, "the moved handle is gone");
    print("A  holds handle 0x%lx no more\n", story->share);
    strcpy(story->page, "and hello again");
    print("A  writes \"%s\"\n", story->page);
    message = (struct endpoint_message){.label = DEMO_READ};
    tell(ask_b(&message) == ERROR_NONE, "B reads again");
}

static void drop(struct story *story)
{
    struct endpoint_message message = {.label = DEMO_DROP};
    struct frame_facts facts;
    uint64_t unused;

    tell(frame_drop_run(story->frame, 1, &unused) == ERROR_NONE && unused == 0, "A drops its handle");
    tell(frame_info_at(story->facts.address, &facts) == ERROR_NONE && facts.reference_count == 1, "one handle is left");
    print("A  drops its handle: the frame stays in use, %lu handle\n", facts.reference_count);
    tell(ask_b(&message) == ERROR_NONE && message.words[0] == 1, "B drops the last handle");
    tell(frame_info_at(story->facts.address, &facts) == ERROR_NONE, "facts by address");
    tell(facts.reference_count == REF_COUNT_UNUSED && facts.payer == 0, "the frame is unused");
    print("A  finds the frame at 0x%lx unused\n", facts.address);
}

/* Looks for firmware's memory, which every PC has. */
static void claim_reserved(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    handle frame;

    tell(machine_statistics(&machine) == ERROR_NONE, "statistics");
    for (uint64_t number = 0; number < machine.end; number++) {
        tell(frame_info_at(number * FRAME_SIZE, &facts) == ERROR_NONE, "facts by address");
        if (facts.region == REGION_RESERVED) {
            enum error error = frame_claim(number * FRAME_SIZE, &frame);

            tell(error == ERROR_RESERVED, "a claim of a reserved address is refused");
            print("A  claims the reserved address 0x%lx: refused, %s: %s\n", number * FRAME_SIZE, error_name(error),
                  error_sentence(error));
            return;
        }
    }
    tell(false, "there is reserved memory");
}

/* Whoever sits beside and notifies A may have frames of his own meanwhile: then the machine's are not told. */
static void compare(const struct story *story)
{
    struct machine_statistics machine;
    struct account_statistics account;
    uint32_t kept;

    tell(library_release_tables(&kept) == ERROR_NONE && kept == 0, "page tables given back");
    tell(machine_statistics(&machine) == ERROR_NONE && account_statistics(&account) == ERROR_NONE, "statistics");
    if (start_handle("next") == 0) {
        print("A  %lu frames are free, %lu were before\n", machine.free, story->free_before);
        tell(machine.free == story->free_before, "no frame is lost, none is won");
    } else {
        print("A  pays for %lu frames, for %lu before\n", account.used, story->used_before);
    }
    tell(account.used == story->used_before, "A has as many as before");
}

int main(void)
{
    struct story story;

    if (start_page()->cpu_count > 1) {
        print("A  runs on CPU %u of %u\n", start_page()->cpu, start_page()->cpu_count);
    }
    allocate(&story);
    pause_here();
    forge(&story);
    share(&story);
    pause_here();
    drop(&story);
    pause_here();
    claim_reserved();
    compare(&story);
    print("A  all went as told\n");
    return 0;
}
