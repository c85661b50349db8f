/* Ways to spoil the ELF file of a module, where the boot loader has put it. */
#include "tests/boot/shim.h"
#include <elf.h>
#include <quire/abi.h>

struct file {
    struct tag *module;
    Elf64_Ehdr *header;
    Elf64_Phdr *segments;
};

/* The number-th segment that is loaded. */
static Elf64_Phdr *loaded(struct file *file, uint32_t number)
{
    for (uint32_t i = 0; i < file->header->e_phnum; i++)
        if (file->segments[i].p_type == PT_LOAD && number-- == 0)
            return &file->segments[i];
    give_up("the file has too few segments", "");
}

static void magic(struct file *file)
{
    file->header->e_ident[EI_MAG0] = '#';
}

static void empty(struct file *file)
{
    file->module->module.end = file->module->module.start;
}

/* It ends in its header. */
static void header(struct file *file)
{
    file->module->module.end = file->module->module.start + sizeof(Elf64_Ehdr) / 2;
}

/* It ends before the last byte of what is to be loaded. */
static void truncated(struct file *file)
{
    Elf64_Phdr *text = loaded(file, 0);

    file->module->module.end = file->module->module.start + (uint32_t)(text->p_offset + text->p_filesz) - 1;
}

static void class(struct file *file)
{
    file->header->e_ident[EI_CLASS] = ELFCLASS32;
}

static void machine(struct file *file)
{
    file->header->e_machine = EM_AARCH64;
}

static void type(struct file *file)
{
    file->header->e_type = ET_REL;
}

static void unsafe(struct file *file)
{
    loaded(file, 0)->p_flags = PF_R | PF_W | PF_X;
}

static void stack(struct file *file)
{
    for (uint32_t i = 0; i < file->header->e_phnum; i++)
        if (file->segments[i].p_type == PT_GNU_STACK)
            file->segments[i].p_flags |= PF_X;
}

static void kernel(struct file *file)
{
    loaded(file, 0)->p_vaddr = UINT64_C(0xffffffff80000000);
}

static void null(struct file *file)
{
    loaded(file, 0)->p_vaddr = 0;
}

static void window(struct file *file)
{
    loaded(file, 0)->p_vaddr = WINDOW_ADDRESS;
}

static void overlap(struct file *file)
{
    loaded(file, 1)->p_vaddr = loaded(file, 0)->p_vaddr;
}

static void wrap(struct file *file)
{
    loaded(file, 0)->p_memsz = UINT64_MAX;
}

/* 64 GiB, more than any machine here has. */
static void huge(struct file *file)
{
    Elf64_Phdr *last = loaded(file, 0);

    for (uint32_t i = 0; i < file->header->e_phnum; i++)
        if (file->segments[i].p_type == PT_LOAD && file->segments[i].p_vaddr > last->p_vaddr)
            last = &file->segments[i];
    last->p_memsz = UINT64_C(1) << 36;
}

static void entry(struct file *file)
{
    file->header->e_entry = USER_END - 1;
}

static void none(struct file *file)
{
    file->header->e_phnum = 0;
}

static void many(struct file *file)
{
    file->header->e_phnum = UINT16_MAX;
}

/* Whether the first word of a module's line is the name. */
static bool is_named(const char *line, const char *name)
{
    while (*name && *line == *name)
        line++, name++;
    return !*name && (!*line || *line == ' ');
}

bool spoil_file(struct handover *handover, const char *name, const char *value)
{
    static const struct {
        const char *name;
        void (*spoil)(struct file *file);
    } ways[] = {
        {"elf-magic", magic},      {"elf-empty", empty},     {"elf-header", header}, {"elf-truncated", truncated},
        {"elf-class", class},      {"elf-machine", machine}, {"elf-type", type},     {"elf-unsafe", unsafe},
        {"elf-stack", stack},      {"elf-kernel", kernel},   {"elf-null", null},     {"elf-window", window},
        {"elf-overlap", overlap},  {"elf-wrap", wrap},       {"elf-huge", huge},     {"elf-entry", entry},
        {"elf-no-segments", none}, {"elf-segments", many},
    };
    struct file file = {.module = NULL};
    uint32_t way = 0;

    while (way < sizeof(ways) / sizeof(ways[0]) && !is_same(name, ways[way].name))
        way++;
    if (way == sizeof(ways) / sizeof(ways[0]))
        return false;
    for (uint32_t i = 0; (file.module = information_find(handover, MULTIBOOT2_TAG_MODULE, i)); i++) {
        if (!value || is_named(file.module->module.line, value))
            break;
    }
    if (!file.module)
        give_up("there is no module ", value);
    file.header = (Elf64_Ehdr *)file.module->module.start;
    file.segments = (Elf64_Phdr *)(file.module->module.start + (uint32_t)file.header->e_phoff);
    ways[way].spoil(&file);
    return true;
}
