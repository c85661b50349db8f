/* Frames for tasks: what a client of the frame server calls.
 *
 * Every function returns 0 or the error that kernel, frame server or library gave, named in quire/errors.def; on an
 * error nothing has changed and results are not written, unless a function says otherwise. Errors that any of them
 * can give: NoServer (the frame server is gone), Interrupted, Again, NoTableEntry (this task's handle table is full).
 * BadHandle and StaleHandle: the handle names nothing, or something that is gone.
 * The library keeps track of the entries of the task's handle table; it is for one thread. */
#ifndef QUIRE_CLIENT_H
#define QUIRE_CLIENT_H

#include <quire/abi.h>
#include <quire/task.h>
#include <stdbool.h>
#include <stdint.h>

/* What the frame server knows about a frame. */
struct frame_facts {
    uint64_t address;         /* physical, in bytes */
    uint64_t reference_count; /* handles; or REF_COUNT_UNIQUE, REF_COUNT_UNUSED, REF_COUNT_BUSY of slot.h */
    uint32_t kind;            /* enum kind; kind_name and region_name are in quire/names.h */
    uint32_t payer;           /* account that the frame is charged to; 0: nobody, the frame is free */
    uint64_t list;            /* number of the list that holds the frame, or 0 */
    uint32_t region;          /* enum region_type of its memory */
};

/* Frames that follow one another and are alike. */
struct frame_run {
    uint64_t first;  /* physical address */
    uint64_t end;    /* one byte behind the last */
    uint32_t kind;   /* enum kind; KIND_NONE while they are free */
    uint32_t payer;  /* account that they are charged to; 0: nobody */
    uint32_t region; /* enum region_type */
    bool used;
    bool listed; /* members of lists */
};

/* Counts of frames in the whole machine. Usable ones are free or in use; set aside are those of kernel and modules, those
 * that boot took for its tables and the first tasks, and those that back window and ledger. Devices' memory is in none of them. */
struct machine_statistics {
    uint64_t end; /* frame number one past the highest frame */
    uint64_t usable;
    uint64_t free;
    uint64_t in_use;
    uint64_t set_aside;
};

/* Counts of frames of an account. */
struct account_statistics {
    uint32_t account;
    uint64_t used;
    uint64_t limit;       /* the most that `used` may be, or ACCOUNT_UNLIMITED */
    uint64_t tables_used; /* handle tables among them */
    uint64_t table_limit; /* as limit, for tables_used */
};

/* Asks the frame server to do nothing: tells whether it is there. */
must_use enum error frame_server_nothing(void);

/* A free frame, zeroed. Errors: NoMemory, OverLimit. */
must_use enum error frame_allocate(handle *frame);

/* `count` free frames (1 to 512), zeroed, in handles that follow one another: handle_of_run(*first, k).
 * Errors: BadCount, NoMemory, OverLimit. */
must_use enum error frame_allocate_run(uint32_t count, handle *first);

/* The unused frame at a physical address, zeroed. Needs the service right `claim`. A frame of a device's memory is not zeroed, and
 * needs the right `device` instead.
 * Errors: NotAligned, OutOfBound, Hole, Reserved, InUse, Unique, Busy, MissingRight, OverLimit. */
must_use enum error frame_claim(uint64_t address, handle *frame);

/* A handle to the frame in use at a physical address, with `rights` (of enum right). Needs the service right `lookup`.
 * Errors: NotAligned, OutOfBound, Hole, Reserved, Unused, Unique, Busy, MissingRight, BadRights, WrongKind. */
must_use enum error frame_lookup(uint64_t address, uint32_t rights, handle *frame);

/* `count` free frames (1 to 512) as flags want them (ALLOC_CONTIGUOUS, ALLOC_LOW, ALLOC_UNIQUE, with alloc_aligned).
 * Errors: BadArgument (flags that do not exist, or an alignment without ALLOC_CONTIGUOUS for more than one frame),
 * BadCount, NoMemory (also: free frames there are, but not such ones), OverLimit. */
must_use enum error frame_allocate_with(uint32_t count, uint64_t flags, handle *first);

#define ALLOC_ALIGN_MAX 18 /* the allocator's largest block is 1 GiB */

/* Flag for frame_allocate_with: the first frame's number is a multiple of 2^exponent (0 to ALLOC_ALIGN_MAX). */
static inline uint64_t alloc_aligned(uint32_t exponent)
{
    return (uint64_t)exponent << ALLOC_ALIGN_SHIFT;
}

/* A free frame below 4 GiB, or one whose number is a multiple of 2^exponent, or one that is unique from the start.
 * Errors: as above. */
static inline must_use enum error frame_allocate_low(handle *frame)
{
    return frame_allocate_with(1, ALLOC_LOW, frame);
}

static inline must_use enum error frame_allocate_aligned(uint32_t exponent, handle *frame)
{
    return frame_allocate_with(1, alloc_aligned(exponent), frame);
}

static inline must_use enum error frame_allocate_unique(handle *frame)
{
    return frame_allocate_with(1, ALLOC_UNIQUE, frame);
}

/* The `count` unused frames (1 to 512) from a physical address on, zeroed, or none of them. flags: 0 or CLAIM_UNIQUE.
 * Needs the service right `claim`. *failed (unless NULL): the place in the run, from 0 on, of the first frame that can't be
 * had; 0 too when the error is about none. Errors: those of frame_claim, BadCount, BadArgument (flags). */
must_use enum error frame_claim_run(uint64_t address, uint32_t count, uint64_t flags, handle *first, uint32_t *failed);

/* A second handle to a frame, with rights that the first one has (quire/rights.def; RIGHTS_FRAME: all; a copy that is to
 * be mapped needs RIGHT_MAP too). The first one keeps its own.
 * Errors: BadHandle, StaleHandle, MissingRight (no clone right), BadRights, WrongKind, Unique, Revoked. */
must_use enum error frame_clone(handle frame, uint32_t rights, handle *copy);

/* Further handles to the frames of `count` handles (1 to 512) that follow one another, or to none of them. rights: that
 * all of them have. *failed: as for frame_claim_run, set by the errors Unique, Busy, TooManyHandles.
 * Errors: those of frame_clone, BadCount. */
must_use enum error frame_clone_run(handle first, uint32_t count, uint32_t rights, handle *copies, uint32_t *failed);

/* Makes the one handle of a frame its exclusive owner: nobody finds the frame by its address or clones it until
 * frame_share, and its metadata can be written. Done already: no error. What former holders wrote is seen (acquire).
 * Errors: MissingRight (no owner right), Shared (other handles exist), WrongKind (can't be shared or unshared), Busy.
 * _run: `count` frames or none; *failed as for frame_claim_run. */
must_use enum error frame_unique(handle frame);
must_use enum error frame_unique_run(handle first, uint32_t count, uint32_t *failed);

/* Makes a unique frame one with a count again, which is 1. Done already: no error. What its owner wrote is seen by whom
 * a later handle reaches (release). Errors: MissingRight (no owner right), WrongKind (of a kind that is never shared).
 * _run: `count` frames or none; *failed as for frame_claim_run. */
must_use enum error frame_share(handle frame);
must_use enum error frame_share_run(handle first, uint32_t count, uint32_t *failed);

/* The five words (40 bytes) of metadata of a frame that can be mapped, which mean what tasks agree on; 0 in a fresh
 * one, and after frame_repurpose. Any handle reads them; to write, the frame must be unique.
 * Errors: WrongKind; when writing MissingRight (no owner right) and NotUnique. */
must_use enum error frame_metadata(handle frame, uint64_t words[MESSAGE_WORDS]);
must_use enum error frame_set_metadata(handle frame, const uint64_t words[MESSAGE_WORDS]);

/* Whether a frame is of a kind (enum kind; CHECK_UNTYPED: any that can be mapped). Errors: WrongKind, BadArgument (no
 * kind of which there are handles). _run: whether `count` frames (1 to 512) are; *failed (unless NULL): the place of the first that is not. */
must_use enum error frame_check(handle frame, uint64_t kind);
must_use enum error frame_check_run(handle first, uint32_t count, uint64_t kind, uint32_t *failed);

/* The first five words of the last frame of kind RECORD that ended at this task's account; 0 before any did. */
must_use enum error record_last(uint64_t words[MESSAGE_WORDS]);

/* Gives a handle back; it is unmapped first. With the last handle the frame becomes unused. Who drops the handle that
 * frame_server() names gets BadHandle from every function here afterwards. A handle that somebody revoked is to be dropped
 * too: that gives BadHandle, and its entry of the handle table is used again, which the library doesn't learn otherwise.
 * Errors: BadHandle, StaleHandle, Installed. */
must_use enum error frame_drop(handle frame);

/* Gives `count` handles back that follow one another. *unused (unless NULL): how many frames became unused.
 * Errors: those of frame_drop, BadCount (also for handles to endpoints, tasks and records, which go one by one). */
must_use enum error frame_drop_run(handle first, uint32_t count, uint64_t *unused);

/* Makes a frame one of another kind. It must have no other handle and no mapping. Its metadata is 0 then, and its
 * contents are zeroed unless both kinds can be mapped. A unique frame stays unique, and so does one of a kind that is
 * never shared. The kind that it has already changes nothing.
 * Errors: BadHandle, StaleHandle, MissingRight (no owner right), WrongKind, Shared, Mapped, Installed, Revoked,
 * NotEmpty (a list that holds frames). */
must_use enum error frame_repurpose(handle frame, enum kind kind);

/* Facts about the frame of a handle. Errors: BadHandle, StaleHandle. */
must_use enum error frame_info(handle frame, struct frame_facts *facts);

/* Facts about the frame at a physical address. Needs the service right `lookup`.
 * Errors: NotAligned, OutOfBound, MissingRight. What is no memory has facts too: see region. */
must_use enum error frame_info_at(uint64_t address, struct frame_facts *facts);

/* The frames from a physical address on that are alike, as far as one request goes: 512 steps, where a free block or memory
 * without slots is one, whatever its size. Who wants whole runs joins those that are alike. Needs the service right `lookup`.
 * Errors: NotAligned, OutOfBound (behind the end of memory: a walk is over), MissingRight. */
must_use enum error frame_survey(uint64_t address, struct frame_run *run);

must_use enum error machine_statistics(struct machine_statistics *statistics);
must_use enum error account_statistics(struct account_statistics *statistics);

/* Maps a frame at a virtual address, page-aligned. rights: RIGHT_READ, with RIGHT_WRITE or RIGHT_EXECUTE. Page tables
 * that are missing are bought from the frame server, charged to this task, and kept until library_release_tables.
 * Errors: those of system_call_map, and of frame_allocate for a table; NoTable: the library keeps TABLES_MAX already.
 * Tables bought before an error stay. */
must_use enum error frame_map(handle frame, uint64_t address, uint32_t rights);

/* The same at an address that the library chooses: a page for every entry of the handle table, from MAPPING_BASE on.
 * Handles that follow one another get addresses that follow one another. */
must_use enum error frame_map_anywhere(handle frame, uint32_t rights, void **address);

/* Takes the mapping of a handle away. Errors: BadHandle, StaleHandle, NotMapped. */
must_use enum error frame_unmap(handle frame);

#define MAPPING_BASE UINT64_C(0x10000000) /* above every task's image, within the tables that its image needs anyway */
#define TABLES_MAX 64

/* Gives the page tables back that no mapping needs any more. *kept (unless NULL): how many are still needed. */
must_use enum error library_release_tables(uint32_t *kept);

/* How many page tables the library holds. */
uint32_t library_tables(void);

/* Makes this task's handle table longer by 64 entries, one of which names the frame bought for them from then on.
 * It stays until the task ends. Errors: those of frame_allocate and frame_repurpose, NoTableEntry (also: the table has
 * its greatest length). */
must_use enum error library_grow_handles(void);

#endif
