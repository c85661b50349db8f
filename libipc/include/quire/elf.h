/* A task's program: an ELF64 executable for x86-64, checked once, then read page by page.
 * Layout of the file: System V ABI, edition 4.1, chapters 4 and 5, and its AMD64 supplement. */
#ifndef QUIRE_ELF_H
#define QUIRE_ELF_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define ELF_SEGMENTS 16
#define ELF_SEGMENT_KEEP UINT32_C(0x00100000) /* bit of p_flags, in PF_MASKOS: a restart does not restore it */

struct elf_segment {
    uint64_t address;     /* virtual, of the first byte; any alignment */
    uint64_t memory_size; /* bytes, at least 1; those past file_size are zero */
    uint64_t offset;      /* of its bytes in the file */
    uint64_t file_size;   /* bytes, at most memory_size */
    uint32_t rights;      /* of RIGHT_READ, RIGHT_WRITE, RIGHT_EXECUTE; never the last two at once, never none */
    bool keep;            /* ELF_SEGMENT_KEEP */
    uint64_t layout; /* of a kept one: a number that says how it is laid out. It stands where the file has a physical
                             address (p_paddr), of which the ABI says that it means nothing in a program */
};

struct elf_image {
    const uint8_t *file;
    uint64_t size;                             /* bytes of file */
    uint64_t entry;                            /* virtual address, within an executable segment */
    uint32_t segment_count;                    /* at least 1 */
    struct elf_segment segments[ELF_SEGMENTS]; /* in the file's order; no two share a page */
};

/* Checks the file and lists its segments. The image refers to the file, which has to stay. PT_LOAD entries of
 * no size are left out. Reads no byte outside of [file, file + size); alignment of file does not matter.
 * BAD_IMAGE: not an ELF64 little-endian x86-64 ET_EXEC, a header or segment that lies outside of the file or wraps
 *   around, file_size > memory_size, a segment without rights, outside of [USER_START, USER_END) or over the
 *   fixed addresses of quire/abi.h, two that share a page, none or more than ELF_SEGMENTS, a program that needs an
 *   interpreter or thread-local storage, an entry point outside of every executable segment.
 * UNSAFE_IMAGE: a segment both writable and executable, or a request for an executable stack.
 * On an error out is all 0. */
must_use enum error elf_parse(const void *file, uint64_t size, struct elf_image *out);

/* Number of pages that the segment touches, at least 1; the first begins at address rounded down to 4096. */
uint64_t elf_pages(const struct elf_segment *segment);

/* What of the file goes into one page of a segment: *length bytes from *source on, to *offset_in_page bytes after the
 * start of the page; the rest of the page is zero. *length is 0, and *source NULL, for a page without bytes of the file.
 * OUT_OF_BOUND: there is no such segment, or no such page of it (page counts from 0). */
must_use enum error elf_page(const struct elf_image *image, uint32_t segment, uint64_t page, const void **source,
                             uint32_t *offset_in_page, uint32_t *length);

#endif
