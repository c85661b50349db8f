/* One worker of the frame server, one on each CPU: what it needs to know, and what it is at. */
#ifndef FRAMESERV_CORE_WORKER_H
#define FRAMESERV_CORE_WORKER_H

#include "servers/frameserv/core/keep.h"
#include "servers/frameserv/core/slot.h"
#include <quire/abi.h>
#include <quire/ledger_state.h>

/* What a reply asks the kernel to do, for the case that it refuses. */
struct pending {
    uint32_t action; /* enum action */
    uint32_t count;  /* frames; more than one: in the transfer page */
    uint64_t frame;
};

/* Whose limit an error is about. */
struct refusal {
    uint64_t account; /* number */
    uint64_t limit;
    uint64_t used;
    uint64_t asked;
};

/* What only the kernel can do or tell, in the midst of a service. */
struct kernel_calls {
    enum error (*strip)(uint64_t *taken, uint64_t *left, uint64_t *total);
    enum error (*holder)(uint64_t frame, uint64_t name[3]);
    enum error (*count)(uint64_t frame, struct ledger_count *count);
    enum error (*hold)(bool begin); /* all other workers */
    enum error (*audit)(uint64_t frame, uint64_t *next, enum audit_fault *fault, uint64_t found[2]);
    enum error (*audit_pass)(uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass);
};

struct worker {
    struct window window;
    struct keep *keep;
    struct undo_log *log;           /* keep->logs[number] */
    struct cache *cache;            /* keep->caches[number] */
    struct worker_control *control; /* shared with the kernel */
    atomic_word *transfer;          /* TRANSFER_FRAMES frame numbers, shared with the kernel */
    const atomic_word *view;        /* the contents of the frame that control->view_frame names */
    struct reversal *reversal;      /* keep->reversals[number] */
    struct note *note;              /* keep->notes[number] */
    uint32_t number;
    uint32_t failed; /* place in a run of the frame that an operation's error is about */
    struct pending pending;
    struct refusal refusal; /* of the last error OverLimit or TooManyTables */
    const struct kernel_calls *kernel;
};

/* Names the one frame whose slot the worker is about to touch, so that a restart knows where to look. The kernel
 * clears it in the step that accepts the reply. */
static inline void intent_set(struct worker *worker, uint64_t frame)
{
    atomic_store_release(&worker->control->intent, frame + 1);
}

/* Beside the number of a run's frames, in the same word, so that they end with the call: what worker->note says is about
 * the call that is served. */
#define INTENT_COUNTED (UINT64_C(1) << 32)
#define INTENT_NOTED (UINT64_C(1) << 33)
#define INTENT_SWEPT (UINT64_C(1) << 34)
#define INTENT_REVERSAL                                                                                                \
    (UINT64_C(1) << 35) /* worker->reversal is about the call, whose one frame the transfer page names */

static inline bool intent_has(const struct worker *worker, uint64_t flag)
{
    return (worker->control->intent_run & flag) != 0;
}

static inline void intent_flag(struct worker *worker, uint64_t flag)
{
    atomic_store_release(&worker->control->intent_run, worker->control->intent_run | flag);
}

/* How many frames of the transfer page are intents. */
static inline uint64_t intent_run_count(const struct worker *worker)
{
    return worker->control->intent_run % INTENT_COUNTED;
}

/* Names the first `count` frames of the transfer page likewise. */
static inline void intent_set_run(struct worker *worker, uint64_t count)
{
    atomic_store_release(&worker->control->intent_run, (worker->control->intent_run & -INTENT_COUNTED) | count);
}

/* An error of an operation on a run, about the frame at a place in it. */
static inline enum error frames_fail(struct worker *worker, uint64_t place, enum error error)
{
    worker->failed = (uint32_t)place;
    return error;
}

#endif
