/* Prints docs/tables.md from the tables that kernel, frame server and library are compiled from, so that the
 * document can not say anything else. `make docs` writes it; `make check-host` compares. */
#include <quire/abi.h>
#include <quire/ledger_state.h>
#include <quire/start.h>
#include <inttypes.h>
#include <stdio.h>

static void heading(const char *title, const char *columns, int count)
{
    printf("\n## %s\n\n%s\n|", title, columns);
    for (int i = 0; i < count; i++)
        printf(" --- |");
    printf("\n");
}

static const char *yes(int value)
{
    return value ? "yes" : "";
}

static void errors(void)
{
    heading("Errors", "| number | name | meaning |", 3);
#define ERROR(number, NAME, name, sentence) printf("| %d | `%s` | %s |\n", number, name, sentence);
#include <quire/errors.def>
#undef ERROR
}

/* A set of errors, as the tables have it. */
#define E(NAME) (UINT64_C(1) << ERROR_##NAME)

static void print_errors(uint64_t set)
{
    const char *separator = "";
#define ERROR(number, NAME, name, sentence)                                                                            \
    if (set & E(NAME)) {                                                                                               \
        printf("%s%s", separator, name);                                                                               \
        separator = ", ";                                                                                              \
    }
#include <quire/errors.def>
#undef ERROR
    printf(" |\n");
}

static void system_calls(void)
{
    heading("System calls",
            "| number | name | registers in | registers out | rights and powers | idempotent | what it does | errors |",
            8);
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text)                                     \
    printf("| %d | `%s` | %s | %s | %s | %s | %s | ", number, #name, in, out, rights, yes(idempotent), text);          \
    print_errors(errors);
#include <quire/system_calls.def>
#undef SYSTEM_CALL
}

static const char *action_names[] = {
#define ACTION(number, NAME, name, text) [number] = name,
#include <quire/actions.def>
#undef ACTION
};

static void print_modes(unsigned modes)
{
    const char *separator = "";
#define MODE(number, NAME, name, text)                                                                                 \
    if (modes & 1u << (number)) {                                                                                      \
        printf("%s%s", separator, name);                                                                               \
        separator = ", ";                                                                                              \
    }
#include <quire/modes.def>
#undef MODE
}

static void messages(void)
{
    heading("Messages to the frame server",
            "| operation | name | handles | needs the action | idempotent | words in | words out | what it does | "
            "errors |",
            9);
#define M(MODE) (1u << MODE_##MODE)
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
    printf("| %d | `%s` | ", number, #name);                                                                           \
    print_modes(modes);                                                                                                \
    printf(" | %s | %s | %s | %s | %s | ", action_names[ACTION_##want], yes(idempotent), in, out, text);               \
    print_errors(errors);
#include <quire/messages.def>
#undef MESSAGE
#undef M
    printf("\nBeside these: the errors of the system call, and of any operation `BadOperation`, `BadMode`, `BadCount`, "
           "`BadArgument`, `NotWanted`.\n");
}

static void small_tables(void)
{
    heading("Modes: how a call carries handles", "| number | name | meaning |", 3);
#define MODE(number, NAME, name, text) printf("| %d | `%s` | %s |\n", number, name, text);
#include <quire/modes.def>
#undef MODE
    heading("Actions: what a reply makes the kernel do", "| number | name | meaning |", 3);
#define ACTION(number, NAME, name, text) printf("| %d | `%s` | %s |\n", number, name, text);
#include <quire/actions.def>
#undef ACTION
    heading("Rights of a handle", "| bit | name | letter | allows to |", 4);
#define RIGHT(bit, NAME, letter, text) printf("| %d | `RIGHT_%s` | %s | %s |\n", bit, #NAME, letter, text);
#include <quire/rights.def>
#undef RIGHT
    heading("Rights in the badge of a handle to the frame server", "| bit | name | allows to |", 3);
#define SERVICE_RIGHT(bit, NAME, name, text) printf("| %d | `%s` | %s |\n", bit, name, text);
#include <quire/service_rights.def>
#undef SERVICE_RIGHT
    heading("Powers of a task", "| bit | name | allows to |", 3);
#define POWER(bit, NAME, name, text) printf("| %d | `%s` | %s |\n", bit, name, text);
#include <quire/powers.def>
#undef POWER
}

static void tasks(void)
{
    heading("What a task is doing", "| number | name | meaning |", 3);
#define TASK_STATE(number, NAME, name, text) printf("| %d | `%s` | %s |\n", number, name, text);
#include <quire/task_states.def>
#undef TASK_STATE
    heading("Why a task ended", "| number | name | meaning |", 3);
#define TASK_END(number, NAME, name, text) printf("| %d | `%s` | %s |\n", number, name, text);
#include <quire/task_states.def>
#undef TASK_END
}

static void frames(void)
{
    heading("Kinds of frames",
            "| number | name | tasks may map it | many handles | handles to it | convertible | contents read at its "
            "end | what it is |",
            8);
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    printf("| %d | `%s` | %s | %s | %s | %s | %s | %s |\n", number, name, yes(untyped), yes(shareable), yes(object),   \
           convertible == 2 ? "into it, not back" : yes(convertible), yes(reads), text);
#include <quire/kinds.def>
#undef KIND
    heading("Types of physical memory, most restrictive first", "| number | name | kind of its frames | has slots |",
            4);
#define REGION(number, NAME, name, KIND, slots) printf("| %d | %s | %s | %s |\n", number, name, #KIND, yes(slots));
#include <quire/regions.def>
#undef REGION
}

static void addresses(void)
{
    heading("Fixed virtual addresses of a task", "| address | what |", 2);
#define ADDRESS(value, text) printf("| `%#" PRIx64 "` | %s |\n", (uint64_t)(value), text);
    ADDRESS(0x400000, "the program (libipc/task.lds)")
    ADDRESS(WINDOW_ADDRESS, "the metadata window (frame server only)")
    ADDRESS(STACK_TOP, "end of the stack, which grows down")
    ADDRESS(START_PAGE_ADDRESS, "the start page (quire/start.h), read-only")
    ADDRESS(BOOT_INFORMATION_ADDRESS, "boot information (frame server only), read-only")
    ADDRESS(BOOT_MODULES_ADDRESS, "list of the modules (init only), read-only")
    ADDRESS(MODULES_ADDRESS, "the modules themselves (init only), read-only")
    ADDRESS(WORKER_ADDRESS(0), "a worker's control, transfer and view page (frame server only)")
    ADDRESS(USER_END, "end of what a task can map")
#undef ADDRESS
}

/* A bar would end the cell. */
static void print_cell(const char *text)
{
    for (; *text != 0; text++) {
        printf(*text == '|' ? "\\|" : "%c", *text);
    }
}

static void audit(void)
{
    heading("What an audit finds", "| number | name | where | what should be so |", 4);
#define AUDIT_FAULT(number, NAME, name, where, text) printf("| %d | `%s` | %s | %s |\n", number, name, #where, text);
#include <quire/audit_faults.def>
#undef AUDIT_FAULT
    heading("By whom the ledger says that a frame is held", "| number | state |", 2);
#define STATE(NAME, text) printf("| %d | %s |\n", LEDGER_##NAME, text);
    STATE(FREE, "free: nobody's handle, the frame server's to grant")
    STATE(SERVER, "server: came to it by a move")
    STATE(HELD, "held: handles to it exist")
    STATE(KERNEL, "kernel: its own, or set aside by boot")
    STATE(RESERVED, "reserved: no memory, or firmware's")
    STATE(DEVICE, "device: memory of a device, nobody's handle")
    STATE(MOVING, "moving: goes to the frame server with a call in service")
#undef STATE
}

static void shell(void)
{
    heading("Commands of the shell", "| command | what it does |", 2);
#define GROUP(title) printf("| **%s** | |\n", title);
#define COMMAND(identifier, name, least, most, use, help)                                                              \
    printf("| `%s%s", name, *(use) != 0 ? " " : "");                                                                   \
    print_cell(use);                                                                                                   \
    printf("` | ");                                                                                                    \
    print_cell(help);                                                                                                  \
    printf(" |\n");
#include "../servers/shell/commands.def"
#undef COMMAND
#undef GROUP
    heading("Errors of the shell itself", "| name | meaning |", 2);
#define SHELL_ERROR(number, NAME, name, sentence) printf("| `%s` | %s |\n", name, sentence);
#include "../servers/shell/shell_errors.def"
#undef SHELL_ERROR
}

int main(void)
{
    printf("# Tables of the ABI, version %u\n\nPrinted by `docs/tables.c` from the tables in "
           "`libipc/include/quire/` and `servers/shell/`. Do not edit: `make docs`.\n",
           ABI_VERSION);
    system_calls();
    messages();
    small_tables();
    tasks();
    errors();
    frames();
    addresses();
    audit();
    shell();
    return 0;
}
