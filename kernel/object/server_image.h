/* Programs of the frame server: what a restart makes its memory anew of. Boot fills this in; the modules that it refers to
 * stay for ever. */
#ifndef KERNEL_OBJECT_SERVER_IMAGE_H
#define KERNEL_OBJECT_SERVER_IMAGE_H

#include <quire/abi.h>
#include <quire/elf.h>

#define SERVER_IMAGES_MAX 4

/* Pages that a restart restores: zeros, but for what the file has. */
struct server_part {
    char *memory; /* where the kernel sees them */
    uint64_t pages;
    const void *source; /* in the module */
    uint64_t offset;    /* of its bytes, from the first page's start */
    uint64_t size;      /* bytes of it */
};

/* What is kept is the same memory in all images that agree on this. */
struct server_keep {
    uint64_t address; /* virtual */
    uint64_t size;    /* bytes */
    uint64_t layout;
};

struct server_image {
    uint64_t
        roots[WORKERS_MAX]; /* of its address space, one for each worker; 0: what it keeps is laid out otherwise than in
                                    the first image */
    uint64_t entry;
    struct server_keep keep;
    uint32_t part_count;
    struct server_part parts[ELF_SEGMENTS];
};

struct server_images {
    uint32_t count;
    uint32_t current;
    struct server_part stacks[WORKERS_MAX]; /* of all images */
    struct server_image images[SERVER_IMAGES_MAX];
};

extern struct server_images server_images;

/* Makes the writable parts of the current image what they were at first, interrupts let in after each page. */
void server_image_restore(void);

/* The same for a worker's stack. */
void server_stack_restore(uint32_t worker);

#endif
