/* The contract between kernel, frame server and tasks. Everything that all sides share is here or in
 * the tables that this file includes; nothing of it is written a second time elsewhere. */
#ifndef QUIRE_ABI_H
#define QUIRE_ABI_H

#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define ABI_VERSION UINT32_C(5)

/* Why the frame server (re)starts; in worker_control. */
enum restart {
#define RESTART(number, NAME, name, text) RESTART_##NAME = (number),
#include <quire/restarts.def>
#undef RESTART
};

/* What an audit can find. */
enum audit_fault {
#define AUDIT_FAULT(number, NAME, name, where, text) AUDIT_FAULT_##NAME = (number),
#include <quire/audit_faults.def>
#undef AUDIT_FAULT
};

enum kind {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text) KIND_##NAME = (number),
#include <quire/kinds.def>
#undef KIND
    KINDS
};

enum region_type {
#define REGION(number, NAME, name, kind, slots) REGION_##NAME = (number),
#include <quire/regions.def>
#undef REGION
    REGION_TYPES
};

enum right {
#define RIGHT(bit, NAME, letter, text) RIGHT_##NAME = 1 << (bit),
#include <quire/rights.def>
#undef RIGHT
};

/* What a fresh frame's handle may do. */
#define RIGHTS_FRAME (RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)

/* What the handle to a frame that was made an endpoint or a task may do at the most. */
#define RIGHTS_ENDPOINT (RIGHT_CALL | RIGHT_RECEIVE | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)
#define RIGHTS_TASK (RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)

enum service_right {
#define SERVICE_RIGHT(bit, NAME, name, text) SERVICE_RIGHT_##NAME = 1 << (bit),
#include <quire/service_rights.def>
#undef SERVICE_RIGHT
};

/* Powers of a task, which it can give to those that it creates. */
enum power {
#define POWER(bit, NAME, name, text) POWER_##NAME = 1 << (bit),
#include <quire/powers.def>
#undef POWER
};

/* What a task is doing, and why it ended (LOOK). */
enum task_state {
#define TASK_STATE(number, NAME, name, text) TASK_##NAME = (number),
#include <quire/task_states.def>
#undef TASK_STATE
};
enum task_end {
#define TASK_END(number, NAME, name, text) TASK_END_##NAME = (number),
#include <quire/task_states.def>
#undef TASK_END
};

/* All of them. */
#define SERVICE_RIGHT(bit, NAME, name, text) | SERVICE_RIGHT_##NAME
enum {
    SERVICE_RIGHTS_ALL = 0
#include <quire/service_rights.def>
};
#undef SERVICE_RIGHT

enum action {
#define ACTION(number, NAME, name, text) ACTION_##NAME = (number),
#include <quire/actions.def>
#undef ACTION
};

enum mode {
#define MODE(number, NAME, name, text) MODE_##NAME = (number),
#include <quire/modes.def>
#undef MODE
};

enum operation {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) MESSAGE_##NAME = (number),
#include <quire/messages.def>
#undef MESSAGE
    MESSAGES
};

/* Flags of ALLOC, in word 0. The exponent of an alignment, in frames, is in bits 8 to 15. */
#define ALLOC_CONTIGUOUS 1 /* the frames follow one another in memory */
#define ALLOC_LOW 2        /* they lie below 4 GiB */
#define ALLOC_UNIQUE 4     /* one exclusive owner each, whom nobody can look up or clone from */
#define ALLOC_ALIGN_SHIFT 8
#define ALLOC_ALIGN_UNIT (UINT64_C(1) << ALLOC_ALIGN_SHIFT)

#define CLAIM_UNIQUE 4 /* flag of CLAIM, in word 1: as above */

/* Places in a list, in word 0 of its operations; `at`, `after` and `before` mean the frame whose address is in word 1.
 * Between the last frame and the first lies the ghost: after it is the front, before it the back. */
enum list_place { LIST_FRONT, LIST_BACK, LIST_AT, LIST_AFTER, LIST_BEFORE };
#define LIST_GHOST UINT64_MAX /* in place of an address */

/* Flags in the kind word that SURVEY answers. */
#define SURVEY_USED 1
#define SURVEY_LISTED 2

#define CHECK_UNTYPED UINT64_MAX /* in place of a kind: any that tasks can map */

enum system_call {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text) SYSTEM_CALL_##NAME = (number),
#include <quire/system_calls.def>
#undef SYSTEM_CALL
    SYSTEM_CALLS
};

/* What the system call VERDICT takes. */
#define VERDICT_PASS 0
#define VERDICT_FAIL 1

#define MESSAGE_WORDS 5

/* A handle: index:32 | generation:32, lowest bits first. No handle is 0, since generations start at 1. */
typedef uint64_t handle;

static inline handle handle_make(uint32_t index, uint32_t generation)
{
    return (uint64_t)generation << 32 | index;
}

static inline uint32_t handle_index(handle value)
{
    return (uint32_t)value;
}

static inline uint32_t handle_generation(handle value)
{
    return (uint32_t)(value >> 32);
}

/* The k-th handle of a run: one message fills consecutive entries with one generation. */
static inline handle handle_of_run(handle first, uint32_t k)
{
    return first + k;
}

/* Entry of the frame server's endpoint in the table of every task that the kernel loads
 * (in the frame server's own table: its endpoint, with the receive right). */
#define HANDLE_INDEX_FRAME_SERVER 1

/* In init's table only: the frame server's task, with the owner right. KILL restarts it. */
#define HANDLE_INDEX_FRAME_SERVER_TASK 2

/* rax of CALL and REPLY_RECEIVE, going in:
 *   number:8 | want or action:4 | mode:4 | n:16 | dst:32
 * rax coming out:
 *   status:8 | want:4 | mode:4 | n:16 | flags:32      (want, mode and flags only where a call is received) */
static inline uint64_t rax_make(uint32_t number, uint32_t action, uint32_t mode, uint32_t n, uint32_t dst)
{
    return number | action << 8 | mode << 12 | n << 16 | (uint64_t)dst << 32;
}

#define RAX_ACTION_AND_MODE UINT64_C(0xff00)
#define RAX_ACTION_MODE_AND_N UINT64_C(0xffffff00)

static inline uint32_t rax_number(uint64_t rax)
{
    return rax & 0xff;
}

static inline uint32_t rax_status(uint64_t rax)
{
    return rax & 0xff;
}

static inline uint32_t rax_action(uint64_t rax)
{
    return rax >> 8 & 0xf;
}

static inline uint32_t rax_mode(uint64_t rax)
{
    return rax >> 12 & 0xf;
}

static inline uint32_t rax_n(uint64_t rax)
{
    return rax >> 16 & 0xffff;
}

static inline uint32_t rax_dst(uint64_t rax)
{
    return (uint32_t)(rax >> 32);
}

#define MOVE_HANDLES_MAX 64 /* that one message between clients, GIVE or TAKE moves */

static inline uint32_t rax_flags(uint64_t rax)
{
    return (uint32_t)(rax >> 32);
}

#define RECEIVED_NOTIFICATION                                                                                          \
    2 /* flag: no call, but bits in rsi that somebody sent by NOTIFY, an interrupt, a task's end */
#define RECEIVED_INTERRUPTED                                                                                           \
    1 /* flag: the frame server died in this call, has recovered, and is to do or finish it so that it happens once */
#define RECEIVED_POISONED                                                                                              \
    4 /* flag: and it failed in it twice, so that it only settles what left and answers KILLS_SERVER */

#define SWEEP_NOTHING UINT64_MAX /* in place of instructions: SWEEP plans no death */

/* Label of a message: operation:32 | flags:32. */
static inline uint64_t label_make(uint32_t operation, uint32_t flags)
{
    return operation | (uint64_t)flags << 32;
}

static inline uint32_t label_operation(uint64_t label)
{
    return (uint32_t)label;
}

static inline uint32_t label_flags(uint64_t label)
{
    return (uint32_t)(label >> 32);
}

/* Badge of a handle to the frame server: account:32 | service rights:32. Of other endpoints: any number. */
static inline uint64_t badge_make(uint32_t account, uint32_t rights)
{
    return account | (uint64_t)rights << 32;
}

#define ACCOUNT_UNLIMITED UINT64_MAX /* limit of an account that has none */

static inline uint32_t badge_account(uint64_t badge)
{
    return (uint32_t)badge;
}

static inline uint32_t badge_rights(uint64_t badge)
{
    return (uint32_t)(badge >> 32);
}

/* r8 of CREATE: priority:8 | fpu:8 | powers:16 | cpu:16. */
static inline uint64_t create_make(uint32_t priority, bool fpu, uint32_t powers, uint32_t cpu)
{
    return priority | (uint64_t)fpu << 8 | powers << 16 | (uint64_t)cpu << 32;
}

/* r13, r14 as the frame server receives lent or dropped frames: rights:12 below the physical address. */
static inline uint64_t frame_word_make(uint64_t frame, uint32_t rights)
{
    return frame * 4096 + rights;
}

static inline uint64_t frame_word_frame(uint64_t word)
{
    return word / 4096;
}

#define FRAME_WORD_RIGHTS UINT32_C(0xfff)

static inline uint32_t frame_word_rights(uint64_t word)
{
    return word % 4096;
}

/* Virtual addresses of a task. The last page below 2^47 is never mapped: a system call made from its end
 * would return to a non-canonical address, which sysret faults on in ring 0 on Intel processors
 * (Intel SDM volume 2, SYSRET; CVE-2012-0217). */
#define USER_START UINT64_C(0x1000) /* page 0 is never mapped: NULL faults */
#define USER_END UINT64_C(0x7ffffffff000)
#define STACK_TOP UINT64_C(0x7fffff000000) /* grows down */
#define STACK_SIZE UINT64_C(0x8000)
#define START_PAGE_ADDRESS UINT64_C(0x7fffff100000)
#define BOOT_INFORMATION_ADDRESS UINT64_C(0x7fffff101000)
#define BOOT_MODULES_ADDRESS UINT64_C(0x7fffff110000) /* struct boot_modules, in init only */
#define MODULES_ADDRESS UINT64_C(0x100000000000)      /* the modules themselves, likewise */
#define WORKER_ADDRESS(worker) (UINT64_C(0x7fffff200000) + (worker)*UINT64_C(0x4000)) /* control, transfer page, view */
#define WORKER_TRANSFER_OFFSET UINT64_C(0x1000)
#define WORKER_VIEW_OFFSET UINT64_C(0x2000)
#define WORKERS_MAX 63 /* CPUs: an endpoint has a line for each, and one of its own */
#define WORKER_STACK_SPAN                                                                                              \
    UINT64_C(0x10000) /* stack of worker n: below STACK_TOP - n * WORKER_STACK_SPAN, STACK_SIZE long */
#define WINDOW_ADDRESS UINT64_C(0x400000000000) /* the frame server's; 64 bytes a frame */
#define PHYSICAL_MAX (UINT64_C(1) << 44)        /* memory above is left alone */

#endif
