/* System calls as C functions. Registers: docs/abi.md, quire/abi.h, quire/system_calls.def.
 * The kernel may clobber every register except rsp, so the compiler saves what is live and nothing else. rbp is
 * pushed by hand, since gcc refuses it as a clobber in functions that need a frame pointer; hence -mno-red-zone for
 * tasks. Code without such functions defines QUIRE_CLOBBER_RBP and saves two instructions a call.
 * SSE and AVX registers keep their values. Every call orders memory as a full compiler barrier does. */
#ifndef QUIRE_SYSTEM_CALL_H
#define QUIRE_SYSTEM_CALL_H

#include <quire/abi.h>
#include <quire/ledger_state.h>
#include <stddef.h>
#include <stdint.h>

/* The registers of CALL and REPLY_RECEIVE, both ways. words are rdx, r8, r9, r10, r12. */
struct message {
    uint64_t rax;
    uint64_t rdi;
    uint64_t rsi;
    uint64_t words[MESSAGE_WORDS];
    uint64_t r13;
    uint64_t r14;
};

#ifdef QUIRE_CLOBBER_RBP
#define SYSTEM_CALL_INSTRUCTIONS "syscall\n\t"
#define SYSTEM_CALL_CLOBBERS "rbx", "rbp", "rcx", "r11", "r15", "memory", "cc"
#else
#ifdef __GCC_HAVE_DWARF2_CFI_ASM /* a debugger finds the caller of a task that waits in the kernel */
#define SYSTEM_CALL_CFI(offset) ".cfi_adjust_cfa_offset " #offset "\n\t"
#else
#define SYSTEM_CALL_CFI(offset)
#endif

#define SYSTEM_CALL_INSTRUCTIONS                                                                                       \
    "push %%rbp\n\t" SYSTEM_CALL_CFI(8) "syscall\n\t"                                                                  \
                                        "pop %%rbp\n\t" SYSTEM_CALL_CFI(-8)
#define SYSTEM_CALL_CLOBBERS "rbx", "rcx", "r11", "r15", "memory", "cc"
#endif

#define SYSTEM_CALL_INLINE static inline __attribute__((always_inline))

/* Enters the kernel with the ten registers as they are in *message, and leaves in it what comes back. When *message
 * is a local variable whose address goes nowhere else, it never exists in memory. */
SYSTEM_CALL_INLINE void system_call_message(struct message *message)
{
    uint64_t rax = message->rax;
    uint64_t rdi = message->rdi;
    uint64_t rsi = message->rsi;
    uint64_t rdx = message->words[0];
    register uint64_t r8 __asm__("r8") = message->words[1];
    register uint64_t r9 __asm__("r9") = message->words[2];
    register uint64_t r10 __asm__("r10") = message->words[3];
    register uint64_t r12 __asm__("r12") = message->words[4];
    register uint64_t r13 __asm__("r13") = message->r13;
    register uint64_t r14 __asm__("r14") = message->r14;

    __asm__ volatile(SYSTEM_CALL_INSTRUCTIONS
                     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r8), "+r"(r9), "+r"(r10), "+r"(r12), "+r"(r13),
                       "+r"(r14)
                     :
                     : SYSTEM_CALL_CLOBBERS);
    message->rax = rax;
    message->rdi = rdi;
    message->rsi = rsi;
    message->words[0] = rdx;
    message->words[1] = r8;
    message->words[2] = r9;
    message->words[3] = r10;
    message->words[4] = r12;
    message->r13 = r13;
    message->r14 = r14;
}

/* Sends the message through the endpoint handle in rdi and waits for the reply. rax goes in as
 * rax_make(SYSTEM_CALL_CALL, want, mode, n, dst) and comes out with the kernel's status; when that is 0,
 * rsi holds the label of the reply, words its words, r13 the first new handle. */
SYSTEM_CALL_INLINE void system_call_call(struct message *message)
{
    system_call_message(message);
}

/* Replies to the caller who waits for this task, if there is one, and waits for the next call on the endpoint
 * whose receive handle is in rdi. rax goes in as rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, 0, n, dst); out, with
 * status 0: mode, n and want of the call in rax, its badge in rdi, its label in rsi. A status other than 0: the
 * reply's action was refused and the caller still waits, or nothing could be received. */
SYSTEM_CALL_INLINE void system_call_reply_receive(struct message *message)
{
    system_call_message(message);
}

/* What a call without handles came back with. */
struct reply {
    uint64_t status; /* enum error of the kernel */
    uint64_t label;
    uint64_t words[MESSAGE_WORDS];
};

/* A call with five words and no handles. Words that carry nothing are to be 0, so that nothing of the caller leaks;
 * r13 and r14 stay as they are, since the kernel passes them on only when handles go along. */
SYSTEM_CALL_INLINE struct reply call_5(handle endpoint, uint64_t label, uint64_t word_0, uint64_t word_1,
                                       uint64_t word_2, uint64_t word_3, uint64_t word_4)
{
    uint64_t rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0);
    register uint64_t r8 __asm__("r8") = word_1;
    register uint64_t r9 __asm__("r9") = word_2;
    register uint64_t r10 __asm__("r10") = word_3;
    register uint64_t r12 __asm__("r12") = word_4;

    __asm__ volatile(SYSTEM_CALL_INSTRUCTIONS
                     : "+a"(rax), "+D"(endpoint), "+S"(label), "+d"(word_0), "+r"(r8), "+r"(r9), "+r"(r10), "+r"(r12)
                     :
                     : "r13", "r14", SYSTEM_CALL_CLOBBERS);
    return (struct reply){.status = rax_status(rax), .label = label, .words = {word_0, r8, r9, r10, r12}};
}

SYSTEM_CALL_INLINE struct reply call_1(handle endpoint, uint64_t label, uint64_t word_0)
{
    return call_5(endpoint, label, word_0, 0, 0, 0, 0);
}

SYSTEM_CALL_INLINE struct reply call_0(handle endpoint, uint64_t label)
{
    return call_5(endpoint, label, 0, 0, 0, 0, 0);
}

/* Most of the remaining calls take at most rdi, rsi, rdx, r8 in and bring at most rsi, rdx, r8, r9 out. */
struct system_call_result {
    uint64_t rsi;
    uint64_t rdx;
    uint64_t r8;
    uint64_t r9;
};

SYSTEM_CALL_INLINE enum error system_call_of_task(uint64_t rax, uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r8,
                                                  struct system_call_result *result)
{
    struct message message = {.rax = rax, .rdi = rdi, .rsi = rsi, .words = {rdx, r8}};

    system_call_message(&message);
    if (result != NULL) {
        *result = (struct system_call_result){
            .rsi = message.rsi, .rdx = message.words[0], .r8 = message.words[1], .r9 = message.words[2]};
    }
    return (enum error)rax_status(message.rax);
}

SYSTEM_CALL_INLINE enum error system_call_small(uint64_t rax, uint64_t rdi, uint64_t rsi, uint64_t rdx,
                                                struct system_call_result *result)
{
    return system_call_of_task(rax, rdi, rsi, rdx, 0, result);
}

/* Maps the frame of a handle at a page-aligned virtual address. rights: RIGHT_READ, with RIGHT_WRITE or RIGHT_EXECUTE.
 * Errors: BadHandle, StaleHandle, WrongKind, MissingRight (no map right), BadAddress, BadRights, Occupied,
 * Mapped (the handle has a mapping), NoTable (*missing_level is the level, 3 to 1, of the table to install first). */
SYSTEM_CALL_INLINE must_use enum error system_call_map(handle frame, uint64_t address, uint32_t rights,
                                                       uint32_t *missing_level)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_MAP, frame, address, rights, &result);

    *missing_level = (uint32_t)result.rsi;
    return error;
}

/* Removes the mapping of a handle, in the page table and in every TLB. Errors: BadHandle, StaleHandle, NotMapped. */
SYSTEM_CALL_INLINE must_use enum error system_call_unmap(handle frame)
{
    return system_call_small(SYSTEM_CALL_UNMAP, frame, 0, 0, NULL);
}

/* Makes a frame of kind PAGE_TABLE the table of a level (1 to 3) over the address; level 0: makes a frame of kind
 * HANDLE_TABLE the piece of the caller's handle table at position `address`. The handle stays, installed.
 * Errors: BadHandle, StaleHandle, WrongKind, BadLevel, BadAddress, Occupied, Installed,
 * NoTable (*missing_level is that of the table to install before this one). */
SYSTEM_CALL_INLINE must_use enum error system_call_install(handle table, uint64_t address, uint32_t level,
                                                           uint32_t *missing_level)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_INSTALL, table, address, level, &result);

    *missing_level = (uint32_t)result.rsi;
    return error;
}

/* Takes an installed table out again. Errors: BadHandle, StaleHandle, WrongKind (also: not installed), HasChildren. */
SYSTEM_CALL_INLINE must_use enum error system_call_uninstall(handle table)
{
    return system_call_small(SYSTEM_CALL_UNINSTALL, table, 0, 0, NULL);
}

/* What a handle of the caller is. */
struct handle_facts {
    uint32_t rights;  /* of enum right */
    uint32_t kind;    /* enum kind */
    uint64_t address; /* where it is mapped, or 0 */
};

/* Errors: BadHandle, StaleHandle. */
SYSTEM_CALL_INLINE must_use enum error system_call_inspect(handle value, struct handle_facts *facts)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_INSPECT, value, 0, 0, &result);

    *facts = (struct handle_facts){.rights = (uint32_t)result.rsi, .kind = (uint32_t)result.rdx, .address = result.r8};
    return error;
}

/* Lets other tasks of the same priority run first. */
SYSTEM_CALL_INLINE void system_call_yield(void)
{
    (void)system_call_small(SYSTEM_CALL_YIELD, 0, 0, 0, NULL);
}

/* Ends the calling task. What it holds goes back. Code 0 means that all went well. */
SYSTEM_CALL_INLINE _Noreturn void system_call_exit(uint64_t code)
{
    for (;;) {
        (void)system_call_small(SYSTEM_CALL_EXIT, code, 0, 0, NULL);
    }
}

#define PRINT_BYTES_MAX 40

/* Shows `count` bytes, 1 to PRINT_BYTES_MAX, packed into the words lowest byte first, on the kernel's
 * console. Errors: BadCount, NotPermitted (needs the power to print; others have the console server: quire/print.h). */
SYSTEM_CALL_INLINE must_use enum error system_call_print(uint32_t count, const uint64_t words[MESSAGE_WORDS])
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_PRINT, 0, 0, count, 0),
                              .words = {words[0], words[1], words[2], words[3], words[4]}};

    system_call_message(&message);
    return (enum error)rax_status(message.rax);
}

/* Ends the machine; comes back only with an error. Errors: NotPermitted, BadArgument. */
SYSTEM_CALL_INLINE must_use enum error system_call_verdict(uint64_t verdict)
{
    return system_call_small(SYSTEM_CALL_VERDICT, verdict, 0, 0, NULL);
}

/* Registers the slot patterns (struct slot[REGION_TYPES]) in the worker's transfer page. Errors: NotPermitted,
 * BadArgument. */
SYSTEM_CALL_INLINE must_use enum error system_call_pattern(void)
{
    return system_call_small(SYSTEM_CALL_PATTERN, 0, 0, 0, NULL);
}

/* Makes `count` frames (1 to TRANSFER_FRAMES), whose numbers follow one another, free in the kernel's ledger: memory of
 * modules, of the boot loader, or reclaimable by firmware's leave. Errors: NotPermitted, BadCount, Reserved (one of
 * them is something else, is still needed, or was released; then none is). */
SYSTEM_CALL_INLINE must_use enum error system_call_release(uint64_t first_frame, uint64_t count)
{
    return system_call_small(SYSTEM_CALL_RELEASE, first_frame, count, 0, NULL);
}

/* Takes rights from a handle: it keeps `rights`. Errors: BadHandle, StaleHandle, BadRights (none, or such as it has not),
 * Mapped, Installed. */
SYSTEM_CALL_INLINE must_use enum error system_call_narrow(handle value, uint32_t rights)
{
    return system_call_small(SYSTEM_CALL_NARROW, value, rights, 0, NULL);
}

/* Gives an endpoint handle that has the owner right a badge: what a receiver sees of calls through it, and the bits that
 * it notifies with. Errors: BadHandle, StaleHandle, WrongKind, MissingRight. */
SYSTEM_CALL_INLINE must_use enum error system_call_badge(handle endpoint, uint64_t badge)
{
    return system_call_small(SYSTEM_CALL_BADGE, endpoint, badge, 0, NULL);
}

/* Adds the bits of the handle's badge to the endpoint's notification; whoever receives there gets them, now or when he
 * next does. Never waits. What was written before is seen by the receiver. Errors: BadHandle, StaleHandle, WrongKind,
 * MissingRight (notify), NoServer (nobody can receive any more). */
SYSTEM_CALL_INLINE must_use enum error system_call_notify(handle endpoint)
{
    return system_call_small(SYSTEM_CALL_NOTIFY, endpoint, 0, 0, NULL);
}

/* What a task is made of, for system_call_create. */
struct task_parts {
    handle root;         /* frame of kind PAGE_TABLE, not installed: becomes part of the task */
    handle handle_table; /* frame of kind HANDLE_TABLE, likewise: entries 1 to 63 */
    handle end; /* endpoint handle with the notify right, which moves into the task and notifies of its end; or 0 */
    uint32_t priority;   /* 0 (lowest) to that of the caller */
    uint32_t powers;     /* of enum power, such as the caller has */
    uint32_t first_port; /* I/O ports, from those of the caller */
    uint32_t port_count;
    uint32_t cpu; /* number of its home: it runs there, and nowhere else */
    bool fpu;     /* it may use the FPU */
    const char *name;
};

/* Makes a task of a fresh frame of kind TASK; it is stopped, its address space is empty. Errors: BadHandle, StaleHandle,
 * WrongKind, MissingRight (owner; notify), Created, Installed, BadArgument (flags that do not exist), NoCpu, NotPermitted
 * (powers, ports or a priority that the caller does not have itself). */
SYSTEM_CALL_INLINE must_use enum error system_call_create(handle task, const struct task_parts *parts)
{
    uint64_t name[3] = {0};
    size_t length = 0;

    while (length < sizeof(name) - 1 && parts->name[length] != 0) {
        name[length / 8] |= (uint64_t)(uint8_t)parts->name[length] << length % 8 * 8;
        length++;
    }
    struct message message = {.rax = SYSTEM_CALL_CREATE,
                              .rdi = task,
                              .rsi = parts->root,
                              .words = {parts->handle_table,
                                        create_make(parts->priority, parts->fpu, parts->powers, parts->cpu), name[0],
                                        name[1], name[2]},
                              .r13 = parts->end,
                              .r14 = parts->first_port | (uint64_t)parts->port_count << 32};

    system_call_message(&message);
    return (enum error)rax_status(message.rax);
}

/* Moves `count` handles (1 to MOVE_HANDLES_MAX) from this task's table into that of a stopped one, from entry dst on.
 * *there is the first one's name in that table. Errors: those of a task handle (BadHandle, StaleHandle, WrongKind,
 * MissingRight, NotCreated, Running, Ended), and for what moves: BadHandle, StaleHandle, MissingRight (move), Mapped,
 * Installed, BadCount, BadDestination, Occupied. */
SYSTEM_CALL_INLINE must_use enum error system_call_give(handle task, handle first, uint32_t count, uint32_t dst,
                                                        handle *there)
{
    struct system_call_result result;
    enum error error = system_call_of_task(SYSTEM_CALL_GIVE, task, first, count, dst, &result);

    *there = result.rsi;
    return error;
}

/* The other way round: *here is the first one's name in this task's table. Errors: as above. */
SYSTEM_CALL_INLINE must_use enum error system_call_take(handle task, handle first, uint32_t count, uint32_t dst,
                                                        handle *here)
{
    struct system_call_result result;
    enum error error = system_call_of_task(SYSTEM_CALL_TAKE, task, first, count, dst, &result);

    *here = result.rsi;
    return error;
}

/* map, unmap, install, uninstall and inspect for a handle in the table of a stopped task. Errors: as for the caller's own,
 * and those of a task handle, see system_call_give. */
SYSTEM_CALL_INLINE must_use enum error system_call_map_in(handle task, handle frame, uint64_t address, uint32_t rights,
                                                          uint32_t *missing_level)
{
    struct system_call_result result;
    enum error error = system_call_of_task(SYSTEM_CALL_MAP, frame, address, rights, task, &result);

    *missing_level = (uint32_t)result.rsi;
    return error;
}

SYSTEM_CALL_INLINE must_use enum error system_call_unmap_in(handle task, handle frame)
{
    return system_call_of_task(SYSTEM_CALL_UNMAP, frame, 0, 0, task, NULL);
}

SYSTEM_CALL_INLINE must_use enum error system_call_install_in(handle task, handle table, uint64_t address,
                                                              uint32_t level, uint32_t *missing_level)
{
    struct system_call_result result;
    enum error error = system_call_of_task(SYSTEM_CALL_INSTALL, table, address, level, task, &result);

    *missing_level = (uint32_t)result.rsi;
    return error;
}

SYSTEM_CALL_INLINE must_use enum error system_call_uninstall_in(handle task, handle table)
{
    return system_call_of_task(SYSTEM_CALL_UNINSTALL, table, 0, 0, task, NULL);
}

SYSTEM_CALL_INLINE must_use enum error system_call_inspect_in(handle task, handle value, struct handle_facts *facts)
{
    struct system_call_result result;
    enum error error = system_call_of_task(SYSTEM_CALL_INSPECT, value, 0, 0, task, &result);

    *facts = (struct handle_facts){.rights = (uint32_t)result.rsi, .kind = (uint32_t)result.rdx, .address = result.r8};
    return error;
}

/* Lets a stopped task run: one that never ran from address rip with stack pointer rsp and all else 0; one that was stopped
 * from where it was (rip and rsp 0). Errors: those of a task handle, BadAddress. */
SYSTEM_CALL_INLINE must_use enum error system_call_start(handle task, uint64_t rip, uint64_t rsp)
{
    return system_call_small(SYSTEM_CALL_START, task, rip, rsp, NULL);
}

/* Stops a task. A call that it waits in goes on; one that it makes anew begins when it is started. Stopped already: no
 * error. Errors: those of a task handle. */
SYSTEM_CALL_INLINE must_use enum error system_call_stop(handle task)
{
    return system_call_small(SYSTEM_CALL_STOP, task, 0, 0, NULL);
}

/* Ends a task. It gives back what it holds, and then notifies the endpoint that it was created with. Errors: those of a
 * task handle (Ended too). */
SYSTEM_CALL_INLINE must_use enum error system_call_kill(handle task)
{
    return system_call_small(SYSTEM_CALL_KILL, task, 0, 0, NULL);
}

/* How a task is, and how it ended. */
struct task_facts {
    enum task_state state;
    enum task_end end;
    uint32_t vector;  /* FAULTED: the exception (quire/exceptions.def) */
    uint64_t code;    /* EXITED: its exit code; FAULTED: rip */
    uint64_t address; /* FAULTED by a page fault: where */
};

/* Errors: BadHandle, StaleHandle, WrongKind. */
SYSTEM_CALL_INLINE must_use enum error system_call_look(handle task, struct task_facts *facts)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_LOOK, task, 0, 0, &result);

    *facts = (struct task_facts){.state = (enum task_state)(result.rsi & 0xff),
                                 .end = (enum task_end)(result.rsi >> 8 & 0xff),
                                 .vector = result.rsi >> 16 & 0xff,
                                 .code = result.rdx,
                                 .address = result.r8};
    return error;
}

/* Reads a byte from an I/O port. Error: NotPermitted (not one of the task's ports). */
SYSTEM_CALL_INLINE must_use enum error system_call_port_read(uint16_t port, uint8_t *value)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_PORT_READ, port, 0, 0, &result);

    *value = (uint8_t)result.rsi;
    return error;
}

/* Writes `count` bytes (1 to PRINT_BYTES_MAX), packed into the words as for print, to an I/O port, one after another.
 * Errors: NotPermitted, BadCount. */
SYSTEM_CALL_INLINE must_use enum error system_call_port_write(uint16_t port, uint32_t count,
                                                              const uint64_t words[MESSAGE_WORDS])
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_PORT_WRITE, 0, 0, count, 0),
                              .rdi = port,
                              .words = {words[0], words[1], words[2], words[3], words[4]}};

    system_call_message(&message);
    return (enum error)rax_status(message.rax);
}

/* Has each interrupt of a line (0 to 15, as the legacy controllers number them) notify an endpoint, by a handle that stays
 * in this task's table; 0: nobody any more. The line is silent after each interrupt until system_call_acknowledge.
 * Errors: NotPermitted, BadHandle, StaleHandle, WrongKind, MissingRight (notify), BadArgument, Occupied (another task's). */
SYSTEM_CALL_INLINE must_use enum error system_call_interrupt(handle endpoint, uint32_t line)
{
    return system_call_small(SYSTEM_CALL_INTERRUPT, endpoint, line, 0, NULL);
}

/* Lets a line that this task bound interrupt again. Errors: NotPermitted (not bound by it), BadArgument. */
SYSTEM_CALL_INLINE must_use enum error system_call_acknowledge(uint32_t line)
{
    return system_call_small(SYSTEM_CALL_ACKNOWLEDGE, 0, line, 0, NULL);
}

/* In service of a call that wants REVOKE: takes up to 32 handles to the lent frame away, but for the caller's own.
 * *taken: how many; *total: how many for this call so far, before a restart too; *left: handles to the frame that remain.
 * Errors: NotPermitted, NoCaller, NotWanted, MissingRight (owner), Revoked (the lent one is gone itself). Repeating it is
 * harmless. */
SYSTEM_CALL_INLINE must_use enum error system_call_strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_STRIP, 0, 0, 0, &result);

    *taken = result.rsi;
    *left = result.rdx;
    *total = result.r8;
    return error;
}

/* Has all other CPUs stand still, or go on, so that several calls of AUDIT see one moment. Errors: NotPermitted; Again: another
 * worker holds them just now. */
SYSTEM_CALL_INLINE must_use enum error system_call_hold(bool begin)
{
    return system_call_small(SYSTEM_CALL_HOLD, begin, 0, 0, NULL);
}

/* The name of a task that holds a handle to a frame, 24 bytes in three words. Errors: NotPermitted, Unused (no handle). */
SYSTEM_CALL_INLINE must_use enum error system_call_holder(uint64_t frame, uint64_t name[3])
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_HOLDER, frame, 0, 0, &result);

    name[0] = result.rdx;
    name[1] = result.r8;
    name[2] = result.r9;
    return error;
}

/* What the kernel's ledger says of a frame, for recovery. Zeros for a number that is no frame's. Errors: NotPermitted. */
SYSTEM_CALL_INLINE must_use enum error system_call_count(uint64_t frame, struct ledger_count *count)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_COUNT, frame, 0, 0, &result);

    *count = (struct ledger_count){.handles = result.rsi, .moving = result.r9, .kind = (enum kind)result.rdx};
    return error;
}

/* What the kernel keeps about a frame, whatever number that is, looked through a bounded number of steps at a time: *next is where
 * to go on, 0 at first and at the end. *fault: AUDIT_FAULT_NONE, or what disagrees: found[0] is what it should be, found[1] what it
 * is. If nothing does: found[0]: handles to the frame; found[1]: their kind | state of the ledger << 16.
 * Errors: NotPermitted; Again: there are other CPUs, and they are not held. */
SYSTEM_CALL_INLINE must_use enum error system_call_audit(uint64_t frame, uint64_t *next, enum audit_fault *fault,
                                                         uint64_t found[2])
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_AUDIT, frame, *next, 0, &result);

    *next = result.rsi;
    *fault = (enum audit_fault)result.rdx;
    found[0] = result.r8;
    found[1] = result.r9;
    return error;
}

/* Passes over the frames from one on, before `end`, that are in a state of the ledger and whose slots were never touched, a bounded
 * number at a time. Errors: NotPermitted. */
SYSTEM_CALL_INLINE must_use enum error system_call_audit_pass(uint64_t frame, uint64_t end, enum ledger_state state,
                                                              struct ledger_pass *pass)
{
    struct system_call_result result;
    enum error error = system_call_small(SYSTEM_CALL_AUDIT, frame, state, end, &result);

    *pass = (struct ledger_pass){result.rsi, (enum ledger_state)result.rdx, result.r8 != 0};
    return error;
}

/* Restarts the frame server with another image: 0 is the first, then the boot modules with the word upgrade in their order.
 * Errors: those of system_call_kill; NotPermitted (not the frame server's task), BadArgument (no such image), OtherLayout
 * (its kept memory is laid out otherwise; nothing was touched). */
SYSTEM_CALL_INLINE must_use enum error system_call_upgrade(handle server_task, uint64_t image)
{
    return system_call_small(SYSTEM_CALL_UPGRADE, server_task, image, 0, NULL);
}

/* What planned deaths came to since the last system_call_sweep. */
struct sweep_result {
    uint64_t deaths;
    /* Of the server's, in user mode: of the last request, or, after a death for which another one was planned, from its
     * restart to the reply. They are not counted where a plan begins at an address. */
    uint64_t instructions;
    uint64_t died_at[2]; /* addresses of the instructions that came next */
};

/* When the server dies. */
struct sweep_death {
    uint64_t after;   /* so many instructions; 0: not, but they are counted */
    uint64_t address; /* 0; or: these are counted from when it comes to this instruction, which is not the first, */
    uint64_t times;   /* for the so manieth time. Up to there it runs without being stopped at each instruction */
};

/* Plans deaths of the frame server, if the kernel was given the option sweep: in its next request (after SWEEP_NOTHING: there is no
 * plan), and in the restart from that, which is over when the request is answered.
 * Errors: those of system_call_kill; NotPermitted (not the frame server's task, or no such option); BadArgument (an address
 * is none of a task's). */
SYSTEM_CALL_INLINE must_use enum error system_call_sweep(handle server_task, const struct sweep_death *request,
                                                         const struct sweep_death *recovery, struct sweep_result *last)
{
    struct message message = {
        .rax = SYSTEM_CALL_SWEEP,
        .rdi = server_task,
        .rsi = request->after,
        .words = {recovery->after, request->address, request->times, recovery->address, recovery->times}};

    system_call_message(&message);
    *last = (struct sweep_result){
        .deaths = message.rsi, .instructions = message.words[0], .died_at = {message.words[1], message.words[2]}};
    return (enum error)rax_status(message.rax);
}

#endif
