#include "tests/boot/shim.h"
#include "kernel/verdict.h"
#include <elf.h>

#define UART 0x3f8          /* as the firmware left it */
#define QEMU_EXIT_PORT 0xf4 /* where tests/run puts isa-debug-exit */
#define WORD 64             /* bytes of a word of the command line, with its end */

extern uint8_t room_start[], room_end[];

_Noreturn void shim_main(uint32_t magic, const uint8_t *information);
_Noreturn void kernel_enter(uint32_t entry, uint32_t magic, const uint8_t *information);

void *memcpy(void *to, const void *from, size_t size)
{
    void *start = to;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
    return start;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *last = (uint8_t *)to + size - 1;
    const uint8_t *source = (const uint8_t *)from + size - 1;

    if (size == 0 || to <= from)
        return memcpy(to, from, size);
    __asm__ volatile("std; rep movsb; cld" : "+D"(last), "+S"(source), "+c"(size)::"memory");
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *start = to;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return start;
}

int memcmp(const void *one, const void *other, size_t size)
{
    const uint8_t *left = one, *right = other;

    for (; size; size--, left++, right++)
        if (*left != *right)
            return *left - *right;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

bool is_same(const char *text, const char *other)
{
    while (*text && *text == *other)
        text++, other++;
    return *text == *other;
}

uint32_t number_of(const char *text)
{
    uint32_t number = 0;

    for (; text && *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number;
}

static void say(const char *text)
{
    for (; *text; text++)
        __asm__ volatile("outb %0, %1" ::"a"(*text), "Nd"((uint16_t)UART));
}

_Noreturn void give_up(const char *what, const char *name)
{
    say("# shim: ");
    say(what);
    say(name);
    say("\nverdict: fail\n");
    __asm__ volatile("outl %0, %1" ::"a"(MACHINE_FAILED), "Nd"((uint16_t)QEMU_EXIT_PORT));
    for (;;)
        __asm__ volatile("hlt");
}

/* Copies the segments of the kernel's ELF file to their physical addresses; the entry point. */
static uint32_t kernel_load(const uint8_t *file)
{
    const Elf64_Ehdr *header = (const void *)file;
    const Elf64_Phdr *segment = (const void *)(file + header->e_phoff);

    for (uint32_t i = 0; i < header->e_phnum; i++, segment++) {
        uint8_t *to = (uint8_t *)(uint32_t)segment->p_paddr;
        if (segment->p_type != PT_LOAD)
            continue;
        if (to < room_start || segment->p_memsz > (uint32_t)(room_end - to))
            give_up("there is no room for the kernel, see shim.lds", "");
        memcpy(to, file + segment->p_offset, (size_t)segment->p_filesz);
        memset(to + segment->p_filesz, 0, (size_t)(segment->p_memsz - segment->p_filesz));
    }
    return (uint32_t)header->e_entry;
}

/* Does what the words of the command line say, one after the other. */
static void spoil_all(struct handover *handover, const char *line)
{
    while (*line) {
        char word[WORD];
        char *value = NULL;
        size_t length = 0;
        for (; *line && *line != ' ' && length < WORD - 1; line++) {
            word[length] = *line;
            if (*line == '=' && !value) {
                word[length] = 0;
                value = &word[length + 1];
            }
            length++;
        }
        word[length] = 0;
        if (length && !spoil(handover, word, value) && !spoil_file(handover, word, value) &&
            !spoil_kernel(handover, word, value) && !spoil_acpi(handover, word, value))
            give_up("it knows no way to spoil called ", word);
        while (*line == ' ')
            line++;
    }
}

_Noreturn void shim_main(uint32_t magic, const uint8_t *information)
{
    const struct tag *kernel = NULL;
    struct handover handover = information_copy(information, &kernel);
    struct handover original = {.magic = magic, .information = (uint8_t *)(uintptr_t)information};
    const struct tag *line = information_find(&original, MULTIBOOT2_TAG_COMMAND_LINE, 0);

    if (magic != MULTIBOOT2_LOADER_MAGIC || !kernel)
        give_up("it needs Multiboot2 and the kernel as its first module", "");
    uint32_t entry = kernel_load((const uint8_t *)kernel->module.start);
    handover.magic = magic;
    handover.kernel = (const uint8_t *)kernel->module.start;
    spoil_all(&handover, line ? line->text : "");
    kernel_enter(entry, handover.magic, handover.information);
}
