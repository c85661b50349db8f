/* Frames of other kinds than untyped. */
#ifndef LIBIPC_SRC_FRAME_KIND_H
#define LIBIPC_SRC_FRAME_KIND_H

#include <quire/abi.h>

/* A free frame, made one of a kind. Errors: those of frame_allocate and frame_repurpose. */
must_use enum error frame_allocate_kind(enum kind kind, handle *frame);

/* Drops a handle on the way out of an error, which is the one to tell; 0: there is none. */
void frame_drop_quietly(handle frame);

#endif
