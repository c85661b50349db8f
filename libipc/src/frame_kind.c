#include "libipc/src/frame_kind.h"

#include <quire/client.h>

must_use enum error frame_allocate_kind(enum kind kind, handle *frame)
{
    handle made;
    enum error error = frame_allocate(&made);

    if (error != ERROR_NONE) {
        return error;
    }
    error = frame_repurpose(made, kind);
    if (error != ERROR_NONE) {
        frame_drop_quietly(made);
        return error;
    }
    *frame = made;
    return ERROR_NONE;
}

void frame_drop_quietly(handle frame)
{
    if (frame != 0) {
        enum error error = frame_drop(frame);
        (void)error;
    }
}
