/* The contents of a new task's pages, written here before the task has them. */
#ifndef LIBIPC_SRC_LOAD_IMAGE_H
#define LIBIPC_SRC_LOAD_IMAGE_H

#include "libipc/src/supply.h"
#include <quire/elf.h>

/* Maps a frame for writing, at the one address that is used for this, until it is unmapped. Errors: those of frame_map. */
must_use enum error frame_open(handle frame, void **page);

/* Copies each page of the image into the frame of its number in the supply; pages without bytes of the file are left
 * alone, since they are zero. Errors: those of frame_open. */
must_use enum error load_image(const struct elf_image *image, const struct supply *pages);

#endif
