#include "kernel/boot/module.h"
#include "kernel/boot/boot_image.h"
#include "kernel/boot/boot_map.h"
#include "kernel/boot/boot_task.h"
#include "kernel/event.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/memory.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/ipc/restart.h"
#include "kernel/object/server_image.h"
#include "kernel/print.h"
#include "kernel/verdict.h"
#include <quire/option_words.h>
#include <stddef.h>
#include <string.h>

enum { ACCOUNT_FRAME_SERVER = 1, ACCOUNT_INIT = 2 };
#define INIT_HANDLES 1024 /* beside those to the frames of modules */
#define INIT_HANDLES_MAX (HANDLE_TABLES_MAX * HANDLES_PER_TABLE - 1)
#define SERVER_HANDLES 63

#define RIGHTS_MODULE (RIGHT_READ | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE)

static struct boot_task server;
static struct boot_task init;
static struct task *first_worker_elsewhere; /* of CPU 1; the others' follow, a frame each */
static uint64_t server_endpoint;            /* frame number */

/* Whether nobody else, the kernel say, claims the memory that the module lies in. */
static bool is_apart(const struct boot_module *module)
{
    const struct region *region = region_find(&memory.regions, module->start);

    return module->start == module->end || (region && region->type == REGION_MODULE && module->end <= region->end);
}

static uint64_t first_frame(const struct boot_module *module)
{
    return module->start / FRAME_SIZE;
}

static uint64_t frames_of(const struct boot_module *module)
{
    return (module->end + FRAME_SIZE - 1) / FRAME_SIZE - first_frame(module);
}

/* Whether a module has a word behind its name. */
static bool has_word(const struct boot_module *module, const char *word)
{
    char value[1];
    const char *rest = module->line;

    (void)option_next_word(&rest);
    return option_find(rest, word, value, sizeof(value)) == OPTION_FOUND;
}

/* The first module with a word behind its name; NULL when there is none. */
static const struct boot_module *module_with(const struct boot_data *data, const char *word)
{
    for (uint32_t k = 0; k < data->module_count; k++)
        if (has_word(&data->modules[k], word))
            return &data->modules[k];
    return NULL;
}

static void parse(const struct boot_module *module, struct elf_image *image)
{
    enum error error = is_apart(module) ? elf_parse(physical_pointer(module->start), module->end - module->start, image)
                                        : ERROR_BAD_BOOT_DATA;

    memory_wanted_for = module->line;
    if (error)
        refuse("module '%s': %s, %s", module->line, error_name(error), error_sentence(error));
}

static void load(const struct boot_module *module, struct boot_task *made, uint64_t handles)
{
    char name[TASK_NAME];
    struct elf_image image;

    parse(module, &image);
    const char *rest = module->line;
    if (!option_word_copy(option_next_word(&rest), name, sizeof(name)))
        refuse("module '%s': its name is too long", module->line);
    boot_task_make(made, name, made == &server, handles, &image);
}

/* Whether a module is init's to start. */
static bool is_listed(const struct boot_data *data, uint32_t k)
{
    const struct boot_module *module = &data->modules[k];

    return module != module_with(data, "server") && module != module_with(data, "init") && !has_word(module, "upgrade");
}

/* A module that the frame server's restarts begin with: its memory is the kernel's for ever. NO_ROOM: the region table is full. */
static enum error keep_module(const struct boot_module *module)
{
    return region_carve(&memory.regions, first_frame(module) * FRAME_SIZE,
                        (first_frame(module) + frames_of(module)) * FRAME_SIZE, REGION_KERNEL);
}

static struct task *worker_of(uint32_t cpu_number)
{
    return (struct task *)(void *)((char *)first_worker_elsewhere + (cpu_number - 1) * FRAME_SIZE);
}

/* The frame server's workers of the other CPUs. */
static void make_workers(void)
{
    if (cpu_count == 1)
        return;
    first_worker_elsewhere = physical_pointer(memory_early_allocate(cpu_count - 1));
    for (uint32_t k = 1; k < cpu_count; k++)
        boot_worker_make(worker_of(k), server.task, k);
}

/* The images that the frame server can be restarted with, in the order of the modules. */
static enum error load_upgrades(const struct boot_data *data)
{
    enum error error = ERROR_NONE;

    for (uint32_t k = 0; k < data->module_count && !error; k++) {
        const struct boot_module *module = &data->modules[k];
        struct elf_image image;
        if (!has_word(module, "upgrade"))
            continue;
        parse(module, &image);
        if (server_images.count == SERVER_IMAGES_MAX)
            refuse("module '%s': there are %u images of the frame server already", module->line, SERVER_IMAGES_MAX);
        boot_image_add(&image);
        error = keep_module(module);
    }
    return error;
}

/* Lists a module for init, and maps it. One that lies where it can't counts as empty. Returns where the next may lie. */
static uint64_t list(const struct boot_module *module, uint64_t address)
{
    struct boot_module_page *listed = &init.modules->modules[init.modules->count++];
    uint64_t frames = is_apart(module) ? frames_of(module) : 0;

    listed->address = address;
    listed->size = frames ? module->end - module->start : 0;
    strlcpy(listed->line, module->line, sizeof(listed->line));
    boot_map(init.task->root, address, first_frame(module) * FRAME_SIZE, frames * FRAME_SIZE, page_flags(RIGHT_READ),
             1);
    return address + frames * FRAME_SIZE;
}

enum error modules_load(const struct boot_data *data)
{
    const struct boot_module *first = module_with(data, "server");
    const struct boot_module *second = module_with(data, "init");
    uint64_t handles = INIT_HANDLES;
    uint64_t address = MODULES_ADDRESS;

    if (!first || !second || first == second)
        refuse("none of %u modules is %s", data->module_count,
               first ? "init: one needs the option init" : "a frame server: one needs the option server");
    for (uint32_t k = 0; k < data->module_count; k++)
        handles += is_apart(&data->modules[k]) ? frames_of(&data->modules[k]) : 0;
    if (handles > INIT_HANDLES_MAX)
        refuse("modules: they take %lu frames more than init can have handles to", handles - INIT_HANDLES_MAX);
    server_endpoint = memory_early_allocate(1) / FRAME_SIZE;
    endpoint_of(server_endpoint)->split = 1;
    events.endpoint = server_endpoint;
    load(first, &server, SERVER_HANDLES);
    make_workers();
    load(second, &init, handles);
    for (uint32_t k = 0; k < data->module_count; k++)
        if (is_listed(data, k))
            address = list(&data->modules[k], address);
    enum error error = load_upgrades(data);
    return error ? error : keep_module(first);
}

/* Gives a task a handle to the frame server's endpoint. */
static handle give_endpoint(struct task *task, uint32_t rights, uint32_t account)
{
    uint32_t generation = handle_generation_next(task);
    struct handle_entry *entry = handle_table_entry(task, HANDLE_INDEX_FRAME_SERVER);
    atomic_word *word = ledger_find(server_endpoint);
    uint64_t value = ledger_lock(word);

    value = handle_fill(task, entry, generation, server_endpoint, KIND_ENDPOINT, rights, value);
    ledger_unlock(word, value);
    if (rights & RIGHT_RECEIVE)
        endpoint_receiver_comes(server_endpoint, task->cpu_number);
    entry->place = badge_make(account, SERVICE_RIGHTS_ALL);
    return handle_make(HANDLE_INDEX_FRAME_SERVER, generation);
}

/* The same for one with a start page, which names it first. */
static void introduce_endpoint(struct boot_task *to, uint32_t rights, uint32_t account)
{
    to->start->account = account;
    to->start->handle_count = 1;
    to->start->entries_used = HANDLE_INDEX_FRAME_SERVER + 1;
    strlcpy(to->start->handles[0].name, FRAME_SERVER_NAME, START_NAME);
    to->start->handles[0].handle = give_endpoint(to->task, rights, account);
}

static void add_object(uint64_t frame, uint64_t count, enum kind kind, uint32_t handles)
{
    server.information->objects[server.information->object_count++] =
        (struct boot_object){.frame = frame, .count = count, .kind = kind, .handles = handles};
}

/* A worker has a handle to its task itself, so that it never loses the last. */
static void give_itself(struct task *worker)
{
    uint64_t frame = physical_address(worker) / FRAME_SIZE;
    struct handle_entry *own = &worker->hidden[HIDDEN_SELF];
    atomic_word *word = ledger_find(frame);
    uint64_t value = ledger_lock(word);

    ledger_unlock(word, handle_fill(worker, own, HIDDEN_GENERATION, frame, KIND_TASK, RIGHTS_TASK, value));
}

/* Init can restart the frame server by a handle to the task of worker 0. */
static void give_server_task(void)
{
    uint64_t frame = physical_address(server.task) / FRAME_SIZE;
    uint32_t generation = handle_generation_next(init.task);
    struct handle_entry *entry = handle_table_entry(init.task, HANDLE_INDEX_FRAME_SERVER_TASK);
    atomic_word *word = ledger_find(frame);

    give_itself(server.task);
    uint64_t value = ledger_lock(word);
    value = handle_fill(init.task, entry, generation, frame, KIND_TASK, RIGHTS_TASK, value);
    ledger_unlock(word, value);
    init.start->entries_used = HANDLE_INDEX_FRAME_SERVER_TASK + 1;
    strlcpy(init.start->handles[init.start->handle_count].name, FRAME_SERVER_TASK_NAME, START_NAME);
    init.start->handles[init.start->handle_count++].handle = handle_make(HANDLE_INDEX_FRAME_SERVER_TASK, generation);
    add_object(frame, 1, KIND_TASK, 2);
}

/* Gives init a handle to each frame of a module, as if it had mapped it itself. False: the frames are somebody's already. */
static bool give_frames(struct boot_module_page *listed)
{
    uint32_t generation = handle_generation_next(init.task);
    uint64_t count = (listed->size + FRAME_SIZE - 1) / FRAME_SIZE;

    listed->first = handle_make(init.start->entries_used, generation);
    for (uint64_t k = 0; k < count; k++) {
        struct handle_entry *entry = handle_table_entry(init.task, init.start->entries_used);
        uint64_t address = listed->address + k * FRAME_SIZE;
        uint32_t missing;
        atomic_word *place = page_table_entry(init.task->root, address, 1, &missing);
        uint64_t frame = (atomic_load_relaxed(place) & PAGE_ADDRESS) / FRAME_SIZE;
        atomic_word *word = ledger_find(frame);
        uint64_t value = ledger_lock(word);
        if (ledger_word_state(value) != LEDGER_HELD) {
            value = handle_fill(init.task, entry, generation, frame, KIND_UNTYPED, RIGHTS_MODULE, value);
            entry->place = (uint64_t)(uintptr_t)place;
            entry->detail = address;
            init.start->entries_used++;
        }
        ledger_unlock(word, value);
    }
    return handle_index(listed->first) + count == init.start->entries_used;
}

static void give_modules(void)
{
    for (uint64_t k = 0; k < init.modules->count; k++) {
        struct boot_module_page *listed = &init.modules->modules[k];
        if (!give_frames(listed))
            refuse("module '%s' lies in another module", listed->line);
        if (listed->size == 0)
            continue;
        const struct handle_entry *entry = handle_table_entry(init.task, handle_index(listed->first));
        add_object(handle_entry_frame(entry), (listed->size + FRAME_SIZE - 1) / FRAME_SIZE, KIND_UNTYPED, 1);
    }
}

static void inform(struct boot_information *information)
{
    const struct region_table *regions = &memory.regions;

    information->abi_version = ABI_VERSION;
    information->worker_count = cpu_count;
    information->frame_count = regions->frame_count;
    information->account_count = ACCOUNT_INIT;
    for (uint32_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->regions[i];
        information->regions[i] = (struct boot_region){region->base, region->end - region->base, region->type, 0};
    }
    information->region_count = regions->count;
    add_object(server_endpoint, 1, KIND_ENDPOINT, cpu_count + 1); /* the workers' and init's */
}

/* What tasks are told of the screen: nothing if they could not draw on it, or its frames have no slots. */
static struct screen screen_of(const struct boot_framebuffer *from)
{
    uint64_t size = (uint64_t)from->pitch * from->height;
    uint64_t row = (uint64_t)from->width * ((from->bits + 7u) / 8);
    const struct region *region = region_find(&memory.regions, from->address);

    if (!from->present || from->type != MULTIBOOT2_FRAMEBUFFER_RGB || from->bits < 15 || from->bits > 32 ||
        row > from->pitch || size == 0 || !region || region->type != REGION_FRAMEBUFFER ||
        size > region->end - from->address)
        return (struct screen){0};
    return (struct screen){
        .address = from->address,
        .pitch = from->pitch,
        .width = from->width,
        .height = from->height,
        .bits = from->bits,
        .red_position = from->red_position,
        .red_size = from->red_bits,
        .green_position = from->green_position,
        .green_size = from->green_bits,
        .blue_position = from->blue_position,
        .blue_size = from->blue_bits,
    };
}

/* A CPU's worker: where it receives, and by which handle, which is the same number in each. */
static void place_worker(struct task *worker, uint32_t cpu_number)
{
    cpus[cpu_number]->worker = worker;
    cpus[cpu_number]->frame_server = endpoint_line(server_endpoint, cpu_number);
    if (cpu_number == 0)
        return;
    (void)give_endpoint(worker, RIGHT_RECEIVE, ACCOUNT_FRAME_SERVER);
    give_itself(worker);
}

static void place_workers(void)
{
    place_worker(server.task, 0);
    for (uint32_t k = 1; k < cpu_count; k++)
        place_worker(worker_of(k), k);
    if (cpu_count > 1)
        add_object(physical_address(first_worker_elsewhere) / FRAME_SIZE, cpu_count - 1, KIND_TASK, 1);
}

void modules_start(const struct boot_data *data)
{
    init.start->screen = screen_of(&data->framebuffer);
    strlcpy(server.start->command_line, data->command_line, sizeof(server.start->command_line));
    strlcpy(init.start->command_line, data->command_line, sizeof(init.start->command_line));
    inform(server.information);
    introduce_endpoint(&server, RIGHT_RECEIVE, ACCOUNT_FRAME_SERVER);
    introduce_endpoint(&init, RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE, ACCOUNT_INIT);
    place_workers();
    give_server_task();
    give_modules();
    restart_boot(server.task);
    schedule_ready(init.task);
}
