#include "tests/tasks/liar/plant.h"

#include "servers/frameserv/audit/audit.h"
#include "tests/tasks/liar/answers.h"
#include <string.h>

/* As all was before. */
static struct keep kept;
static struct slot slot;
static uint64_t slot_frame;

/* A word of kept memory, of a slot, or of that of the first frame in the worker's cache. */
static uint64_t *find(const struct worker *worker, uint64_t what, uint64_t address, uint64_t number)
{
    switch (what) {
    case LIAR_KEPT:
        return (uint64_t *)worker->keep + address / sizeof(uint64_t) % (sizeof(*worker->keep) / sizeof(uint64_t));
    case LIAR_SLOT:
        return (uint64_t *)&worker->window.slots[address / FRAME_SIZE % worker->window.frame_count] + number % 8;
    default:
        return (uint64_t *)&worker->window.slots[worker->cache->frames[0]] + number % 8;
    }
}

struct message plant_word(const struct worker *worker, const uint64_t *words)
{
    uint64_t *word = find(worker, words[0], words[1], words[2]);
    struct message reply = answer_words(ERROR_NONE, *word);

    *word = words[3];
    return reply;
}

struct message plant_remember(const struct worker *worker, uint64_t address)
{
    slot_frame = address / FRAME_SIZE;
    kept = *worker->keep;
    slot = worker->window.slots[slot_frame];
    return answer_words(ERROR_NONE, worker->cache->frames[worker->cache->count - 1]);
}

struct message plant_restore(const struct worker *worker)
{
    *worker->keep = kept;
    worker->window.slots[slot_frame] = slot;
    return answer_words(ERROR_NONE, 0);
}

struct message plant_audit(struct worker *worker, uint64_t next)
{
    struct audit_told told;
    struct message reply = answer_words(audit_turn(worker, next, true, &told), 0);

    reply.words[0] = told.next;
    reply.words[1] = told.fault;
    reply.words[2] = told.where;
    reply.words[3] = told.should;
    reply.words[4] = told.is;
    return reply;
}
