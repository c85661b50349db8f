/* A boot loader's apprentice: GRUB loads it in the kernel's place, it loads the kernel (the first module) and hands it
 * the boot loader's information, spoilt as its command line says. 32-bit code without a library. */
#ifndef TESTS_BOOT_SHIM_H
#define TESTS_BOOT_SHIM_H

#include "kernel/boot/multiboot2.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that the kernel has no use for (specification 3.6.7, 3.6.8, 3.6.12). */
#define MULTIBOOT2_TAG_ELF_SECTIONS 9
#define MULTIBOOT2_MEMORY_RESERVED 2
#define MULTIBOOT2_FRAMEBUFFER_TEXT 2

/* A tag of the information, as it lies in memory; fields after the size depend on the type (specification 3.6). */
struct tag {
    uint32_t type;
    uint32_t size; /* bytes with this header, without the padding to a multiple of 8 */
    union {
        char text[1];
        struct {
            uint32_t start, end;
            char line[1];
        } module;
        struct {
            uint32_t entry_size, entry_version;
            struct map_entry {
                uint64_t base, length;
                uint32_t type, reserved;
            } __attribute__((packed)) entries[1];
        } map;
        struct {
            uint64_t address;
            uint32_t pitch, width, height;
            uint8_t bits, type;
        } __attribute__((packed)) framebuffer;
    };
};

/* What the kernel is about to get. */
struct handover {
    uint32_t magic;
    uint8_t *information;  /* u32 total size, u32 0, tags; information_append keeps the size */
    const uint8_t *kernel; /* its ELF file; it is loaded already */
};

/* --- information.c --- */

/* A copy of the boot loader's information without the first module, which is the kernel: its line becomes the command
 * line. NULL if there is no module. *kernel is the module's tag. */
struct handover information_copy(const uint8_t *from, const struct tag **kernel);

/* The tag of a type, NULL if there are not so many: 0 is the first of its type. */
struct tag *information_find(const struct handover *handover, uint32_t type, uint32_t number);

/* A new tag before the end tag: its header and size - 8 zero bytes. The end if the room for the copy is full. */
struct tag *information_append(struct handover *handover, uint32_t type, uint32_t size);

void information_remove(struct handover *handover, struct tag *tag);

/* One more entry in the memory map, which becomes the last tag. */
void information_map_add(struct handover *handover, uint64_t base, uint64_t length, uint32_t type);

/* --- spoil.c --- */

/* Spoils what a word NAME or NAME=VALUE says; value is NULL or a string. false: nothing has the name. */
bool spoil(struct handover *handover, const char *name, const char *value);

/* --- spoil_file.c --- */

/* The same for the ELF file of the module whose line begins with the value, or of the first module. */
bool spoil_file(struct handover *handover, const char *name, const char *value);

/* --- spoil_kernel.c --- */

/* The same for the loaded kernel. */
bool spoil_kernel(struct handover *handover, const char *name, const char *value);

/* --- spoil_acpi.c --- */

/* The same for the tables that name the CPUs. */
bool spoil_acpi(struct handover *handover, const char *name, const char *value);

/* --- shim.c --- */

/* The shim can't do what it was told to: says why, and ends the machine as failed. */
__attribute__((noreturn)) void give_up(const char *what, const char *name);

uint32_t number_of(const char *text);
bool is_same(const char *text, const char *other);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *one, const void *other, size_t size);
size_t strlen(const char *text);

#endif
