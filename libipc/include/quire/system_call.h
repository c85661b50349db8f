/* System calls as C functions. Registers: docs/abi.md, quire/abi.h, quire/system_calls.def.
 * The kernel may clobber every register except rsp, so the compiler saves what is live and nothing else. rbp is
 * pushed by hand, since gcc refuses it as a clobber in functions that need a frame pointer; hence -mno-red-zone for
 * tasks. Code without such functions defines QUIRE_CLOBBER_RBP and saves two instructions a call.
 * SSE and AVX registers keep their values. Every call orders memory as a full compiler barrier does. */
#ifndef QUIRE_SYSTEM_CALL_H
#define QUIRE_SYSTEM_CALL_H

#include <quire/abi.h>
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

/* The remaining calls take at most rdi, rsi, rdx in and bring at most rsi, rdx, r8 out. */
struct system_call_result {
    uint64_t rsi;
    uint64_t rdx;
    uint64_t r8;
};

SYSTEM_CALL_INLINE enum error system_call_small(uint64_t rax, uint64_t rdi, uint64_t rsi, uint64_t rdx,
                                                struct system_call_result *result)
{
    struct message message = {.rax = rax, .rdi = rdi, .rsi = rsi, .words = {rdx}};

    system_call_message(&message);
    if (result != NULL) {
        *result = (struct system_call_result){.rsi = message.rsi, .rdx = message.words[0], .r8 = message.words[1]};
    }
    return (enum error)rax_status(message.rax);
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

/* Ends the calling task. What it holds stays held: drop it first. Code 0 means that all went well. */
SYSTEM_CALL_INLINE _Noreturn void system_call_exit(uint64_t code)
{
    for (;;) {
        (void)system_call_small(SYSTEM_CALL_EXIT, code, 0, 0, NULL);
    }
}

#define PRINT_BYTES_MAX 40

/* Adds `count` bytes, 1 to PRINT_BYTES_MAX, packed into the words lowest byte first, to the caller's line.
 * Error: BadCount. */
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

#endif
