/* Programs in address spaces that boot makes. */
#ifndef KERNEL_BOOT_BOOT_IMAGE_H
#define KERNEL_BOOT_BOOT_IMAGE_H

#include <quire/elf.h>

/* Maps all segments of an image into fresh memory. */
void boot_image_map(uint64_t root, const struct elf_image *image);

/* Makes the first of server_images: maps it, and the stack of worker 0. */
void boot_image_serve(uint64_t root, const struct elf_image *image);

/* Makes the stack of another worker, and its root table of the first image, which has all that is mapped by now in common
 * with worker 0's. */
void boot_image_worker(uint32_t worker);

/* Adds another one: its own program and data in an address space of its own, everything else (stack, kept memory, window, what
 * the worker shares with the kernel), which the first one has by now, in common. One that keeps its memory in another layout
 * gets no address space. There is room for one more. */
void boot_image_add(const struct elf_image *image);

#endif
