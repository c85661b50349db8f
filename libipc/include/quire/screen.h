/* The screen that the boot loader set up, for tasks with the service right `device`: pixels to draw on with quire/canvas.h. */
#ifndef QUIRE_SCREEN_H
#define QUIRE_SCREEN_H

#include <quire/canvas.h>
#include <quire/error.h>

/* Claims and maps a band of the screen's rows, as wide as the screen: from `first` to `last` percent of its height. Several tasks may
 * have bands side by side: where two meet in one frame, the second one looks it up, for which it needs the service right
 * `lookup`. What is on it stays. It is the task's until it ends, and takes its handles (the library's table grows).
 * Errors, after which nothing is held: Unused (there is no screen, or none whose pixels are colours), BadArgument (no such
 * percentages, or a band without rows), WrongKind (colours that reach beyond a pixel), MissingRight; and those of frame_claim_run,
 * frame_lookup, library_grow_handles, frame_map. */
must_use enum error screen_open(uint32_t first, uint32_t last, struct canvas *canvas);

/* The same for the band in the word screen=FIRST-LAST of the task's arguments. Errors: as above; Unused too when
 * there is no such word; BadOption: it has another form. */
must_use enum error screen_open_argument(struct canvas *canvas);

#endif
