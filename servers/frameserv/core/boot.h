/* What the frame server does once, before it receives: boot information becomes window, accounts and free frames. */
#ifndef FRAMESERV_CORE_BOOT_H
#define FRAMESERV_CORE_BOOT_H

#include "servers/frameserv/core/worker.h"

/* The slot that the kernel is to fill the window with for a frame of a region type, when it is touched first. */
struct slot boot_pattern(enum region_type type);

/* The window that the boot information describes, with its slots at `slots`. Touches no slot.
 * Errors: AbiMismatch; BadBootData (counts or regions that contradict one another). */
must_use enum error boot_window(const struct boot_information *information, struct slot *slots, struct window *window);

/* The same of information that was found good at a start before. */
struct window boot_window_known(const struct boot_information *information, struct slot *slots);

/* Sets up kept memory that was never used: all usable frames free, boot's accounts open without a limit, the rest
 * of memory charged to ACCOUNT_SYSTEM. Touches no slot. */
void boot_keep(const struct boot_information *information, const struct window *window, struct keep *keep);

/* Gives the slots of frames to which handles exist already their kind and count: kernel objects, and the modules that
 * init has. They are charged to ACCOUNT_SYSTEM, and free memory when they are dropped. The window is backed. Doing it again, before
 * the first request, is the same as doing it once.
 * Error: BadBootData (no frame, or one where no slot is, or in free memory; no handle, or no kind that has any). */
must_use enum error boot_objects(const struct boot_information *information, const struct window *window,
                                 struct keep *keep);

/* Makes free what boot set aside and nobody needs any more: memory of modules, of the boot loader's information, and
 * what firmware calls reclaimable. `ask` has the kernel release up to TRANSFER_FRAMES frames that follow one
 * another (RELEASE in quire/system_calls.def); a frame that it refuses stays set aside, and so does one to which boot_objects()
 * gave a handle, which it is not asked for. Returns how many frames came back.
 * A call that a kill interrupted is finished by the next, which asks for the very run that the kernel may have released
 * already: that is no error. Before the first request, by one worker. */
typedef enum error (*ask_kernel)(uint64_t first, uint64_t count);
uint64_t boot_release(struct worker *worker, ask_kernel ask);

#endif
