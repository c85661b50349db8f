/* What the tests of restarts of the frame server share. They count on the modules of iso/suites/upgrade.cfg. */
#ifndef TESTS_TASKS_UPGRADE_UPGRADE_H
#define TESTS_TASKS_UPGRADE_UPGRADE_H

#include <quire/client.h>
#include <quire/server.h>
#include <quire/tap.h>

enum image {
    IMAGE_FIRST = 0,
    IMAGE_SECOND = 1,       /* frameserv_2 */
    IMAGE_OTHER_LAYOUT = 2, /* frameserv_other_layout */
    IMAGES = 3
};

/* The version that STATISTICS tells of an image: see the Makefile, SERVER_IMAGES. */
#define VERSION_OF(image) ((image) + 1)

extern const struct tap_group kill_tests;
extern const struct tap_group image_tests;
extern const struct tap_group load_tests;

/* What restarts came to so far. */
struct server_recovery recovery_now(void);

/* Whether a restart for this reason has happened since `before`, in which the server was between two requests. */
bool restarted(const struct server_recovery *before, enum restart reason);

/* Whether the image of this version runs. */
bool runs(uint64_t version);

#endif
