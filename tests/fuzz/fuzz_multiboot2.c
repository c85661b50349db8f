/* What a boot loader could tell: an arbitrary block of Multiboot2 information, and the regions that follow from it. */
#include "tests/fuzz/region_rules.h"

#include "kernel/boot/memory_map.h"
#include "servers/init/options.h"

#define KERNEL_SIZE UINT64_C(0x40000)

static bool ends(const char *text, size_t size)
{
    return memchr(text, 0, size) != NULL;
}

static void check_data(const struct boot_data *data)
{
    struct module_options options;

    must(data->acpi_root_size <= BOOT_ACPI_ROOT);
    must(data->map_count <= BOOT_MAP_ENTRIES && data->module_count <= BOOT_MODULES);
    must(ends(data->command_line, BOOT_LINE) && ends(data->loader_name, BOOT_LOADER_NAME));
    for (uint32_t k = 0; k < data->module_count; k++) {
        must(data->modules[k].start <= data->modules[k].end && ends(data->modules[k].line, BOOT_LINE));
        if (module_options_parse(data->modules[k].line, &options) == ERROR_NONE)
            must(options.name[0] != 0 && options.endpoint_count <= OPTION_ENDPOINTS &&
                 options.priority <= OPTION_PRIORITY_MAX);
    }
}

static bool is_usable(const struct region_table *table, uint64_t address)
{
    const struct region *region = region_find(table, address);

    return region != NULL && region->type == REGION_USABLE;
}

static void check_regions(struct boot_data *data, struct input *input)
{
    static struct region_table table;

    data->information_base = input_number(input, 4);
    uint64_t kernel = UINT64_C(0x100000) + input_byte(input) * FRAME_SIZE;
    if (regions_from_boot_data(data, kernel, kernel + KERNEL_SIZE, &table) != ERROR_NONE) {
        must(table.count == 0 && table.frame_count == 0);
        return;
    }
    check_table(&table);
    must(bytes_of(&table, REGION_USABLE) > 0);
    must(!is_usable(&table, kernel) && !is_usable(&table, kernel + KERNEL_SIZE - 1));
    for (uint32_t k = 0; k < data->module_count; k++) {
        if (data->modules[k].start < data->modules[k].end)
            must(!is_usable(&table, data->modules[k].start) && !is_usable(&table, data->modules[k].end - 1));
    }
    finish_boot(&table, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct boot_data parsed;
    struct input input = {data, size};
    uint8_t *block;

    if (size < 16)
        return 0;
    /* The last bytes choose what the loader does not. */
    block = input_copy(data, size - 8);
    input.data += size - 8;
    input.left = 8;
    if (multiboot2_parse(block, size - 8, &parsed) == ERROR_NONE) {
        check_data(&parsed);
        check_regions(&parsed, &input);
    } else {
        must(parsed.map_count == 0 && parsed.module_count == 0 && parsed.fault < BOOT_FAULTS);
        must(parsed.command_line[0] == 0 && boot_fault_text(parsed.fault) != NULL);
    }
    free(block);
    return 0;
}
