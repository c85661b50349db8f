/* Other images of the frame server. */
#include "tests/tasks/upgrade/upgrade.h"

#include <quire/endpoint.h>
#include <quire/list.h>

static void there_and_back(void)
{
    struct server_recovery before = recovery_now();

    expect(runs(VERSION_OF(IMAGE_FIRST)));
    require_success(server_upgrade(IMAGE_SECOND));
    expect(restarted(&before, RESTART_UPGRADE));
    expect(runs(VERSION_OF(IMAGE_SECOND)));
    before = recovery_now();
    require_success(server_upgrade(IMAGE_FIRST));
    expect(restarted(&before, RESTART_UPGRADE));
    expect(runs(VERSION_OF(IMAGE_FIRST)));
}

/* The image that runs may take over from itself. */
static void by_itself(void)
{
    struct server_recovery before = recovery_now();

    require_success(server_upgrade(IMAGE_FIRST));
    expect(restarted(&before, RESTART_UPGRADE));
    expect(runs(VERSION_OF(IMAGE_FIRST)));
}

/* A server that is killed comes back as what it was. */
static void killed_afterwards(void)
{
    require_success(server_upgrade(IMAGE_SECOND));
    struct server_recovery before = recovery_now();
    require_success(server_restart());
    expect(restarted(&before, RESTART_KILLED));
    expect(runs(VERSION_OF(IMAGE_SECOND)));
    require_success(server_upgrade(IMAGE_FIRST));
    expect(runs(VERSION_OF(IMAGE_FIRST)));
}

/* What one image gave, the other takes back. */
static void handed_over(void)
{
    for (uint32_t image = IMAGE_SECOND; image <= IMAGE_SECOND; image--) {
        handle list;
        handle frame;
        handle copy;

        require_success(list_create(&list));
        require_success(frame_allocate_unique(&frame));
        require_success(server_upgrade(image));
        require_success(list_push_front(list, frame));
        require_success(frame_allocate(&frame));
        require_success(frame_clone(frame, RIGHTS_FRAME, &copy));
        require_success(server_upgrade(1 - image));
        require_success(frame_drop(frame));
        require_success(frame_unique(copy));
        require_success(server_upgrade(image));
        require_success(list_push_back(list, copy));
        require_success(server_upgrade(1 - image));
        require_success(frame_drop(list));
    }
    expect(runs(VERSION_OF(IMAGE_SECOND)));
    require_success(server_upgrade(IMAGE_FIRST));
}

/* Refused before anything is touched. */
static void other_layout(void)
{
    struct server_recovery before = recovery_now();
    struct server_image image;

    require_success(server_image(&image));
    expect_error(server_upgrade(IMAGE_OTHER_LAYOUT), ERROR_OTHER_LAYOUT);
    expect(runs(image.version));
    expect_equal(recovery_now().restarts, before.restarts);
}

static void no_such_image(void)
{
    static const uint64_t numbers[] = {IMAGES, IMAGES + 1, 63, 64, UINT64_C(1) << 32, UINT64_MAX};
    struct server_recovery before = recovery_now();

    for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
        expect_error(server_upgrade(numbers[k]), ERROR_BAD_ARGUMENT);
    }
    expect(runs(VERSION_OF(IMAGE_FIRST)));
    expect_equal(recovery_now().restarts, before.restarts);
}

/* No handle but one to the server's task, with the owner right, will do; what it would have done does not matter then. */
static void wrong_handles(void)
{
    struct server_recovery before = recovery_now();
    handle frame;
    handle task;
    handle endpoint;

    require_success(frame_allocate(&frame));
    require_success(frame_allocate(&task));
    require_success(frame_repurpose(task, KIND_TASK));
    require_success(endpoint_make(&endpoint));
    for (uint64_t image = IMAGE_FIRST; image <= IMAGES; image++) {
        expect_error(system_call_upgrade(0, image), ERROR_BAD_HANDLE);
        expect_error(system_call_upgrade(frame + (UINT64_C(1) << 32), image), ERROR_STALE_HANDLE);
        expect_error(system_call_upgrade(frame, image), ERROR_WRONG_KIND);
        expect_error(system_call_upgrade(endpoint, image), ERROR_WRONG_KIND);
        enum error error = system_call_upgrade(task, image);
        expect(error == ERROR_NOT_PERMITTED || error == ERROR_NOT_CREATED);
    }
    expect_success(frame_drop(frame));
    expect_success(frame_drop(task));
    expect_success(frame_drop(endpoint));
    expect_equal(recovery_now().restarts, before.restarts);
}

static const struct tap_test tests[] = {
    {"there_and_back", there_and_back}, {"by_itself", by_itself},       {"killed_afterwards", killed_afterwards},
    {"handed_over", handed_over},       {"other_layout", other_layout}, {"no_such_image", no_such_image},
    {"wrong_handles", wrong_handles},
};

const struct tap_group image_tests = TAP_GROUP("image", tests);
