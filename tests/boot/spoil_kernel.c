/* Ways to spoil the kernel itself, once it is loaded. */
#include "kernel/layout.h"
#include "tests/boot/shim.h"
#include <elf.h>

#define UNDEFINED_INSTRUCTION 0x0b0f /* ud2 */

/* The first address of a function of the kernel's, by its file's symbols; the end if it has none of the name. */
static uint32_t physical_address_of(const struct handover *handover, const char *name)
{
    const Elf64_Ehdr *header = (const void *)handover->kernel;
    const Elf64_Shdr *sections = (const void *)(handover->kernel + header->e_shoff);

    for (uint32_t i = 0; i < header->e_shnum; i++) {
        const Elf64_Sym *symbols = (const void *)(handover->kernel + sections[i].sh_offset);
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const char *names = (const char *)(handover->kernel + sections[sections[i].sh_link].sh_offset);
        for (uint32_t k = 0; k < (uint32_t)sections[i].sh_size / sizeof(*symbols); k++)
            if (name && is_same(names + symbols[k].st_name, name))
                return (uint32_t)(symbols[k].st_value - KERNEL_ADDRESS);
    }
    give_up("the kernel has no function ", name ? name : "without a name");
}

/* It is no instruction any more where the function VALUE begins. */
static void break_function(struct handover *handover, const char *value)
{
    *(uint16_t *)physical_address_of(handover, value) = UNDEFINED_INSTRUCTION;
}

bool spoil_kernel(struct handover *handover, const char *name, const char *value)
{
    if (!is_same(name, "break"))
        return false;
    break_function(handover, value);
    return true;
}
