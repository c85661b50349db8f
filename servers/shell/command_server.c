/* The frame server as a task. `kill frameserv` is with the other tasks. */
#include "servers/shell/commands.h"

#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>

#define IMAGE_NUMBER_MAX 1000 /* the kernel says which there are */

must_use outcome command_recovery(const struct words *words)
{
    struct server_image image;
    struct server_recovery recovery;
    enum error error = server_image(&image);

    (void)words;
    if (error == ERROR_NONE) {
        error = server_recovery(&recovery);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    print("  runs      version %lu, keeps memory of layout %lu\n", image.version, image.layout);
    if (recovery.restarts == 0) {
        print("  restarts  none so far\n");
        return ERROR_NONE;
    }
    print("  restarts  %lu, the last: %s\n", recovery.restarts, restart_name(recovery.reason));
    if (recovery.found == 0) {
        print("  found     nothing to be done: it was between two requests\n");
    } else {
        print("  found     0x%lx (bits: servers/frameserv/core/recover.h)\n", recovery.found);
    }
    print("  did       %lu words put back, %lu frames compared with the ledger\n", recovery.undone,
          recovery.reconciled);
    return ERROR_NONE;
}

must_use outcome command_upgrade(const struct words *words)
{
    uint64_t image;
    outcome error = word_number(words->word[0], IMAGE_NUMBER_MAX, &image);

    if (error == ERROR_NONE) {
        error = server_upgrade(image);
    }
    return error != ERROR_BAD_ARGUMENT ? error : (outcome)SHELL_ERROR_NO_IMAGE;
}
