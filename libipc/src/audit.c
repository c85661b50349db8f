#include <quire/audit.h>

#include "libipc/src/request.h"

#define WALKS 8       /* until sums can be judged */
#define BEGINNINGS 32 /* that others may undo */
#define SEEN 32       /* disagreements that are remembered, so that another walk does not tell them again */

struct walk {
    struct audit_result *result;
    void (*told)(const struct audit_finding *finding);
    struct audit_finding seen[SEEN];
};

static void tell(struct walk *walk, const struct audit_finding *finding)
{
    uint64_t count = walk->result->faults;

    for (uint64_t k = 0; k < count && k < SEEN; k++) {
        if (walk->seen[k].fault == finding->fault && walk->seen[k].where == finding->where &&
            walk->seen[k].is == finding->is) {
            return;
        }
    }
    if (count < SEEN) {
        walk->seen[count] = *finding;
    }
    walk->result->faults = count + 1;
    if (walk->told != NULL) {
        walk->told(finding);
    }
}

/* One walk, from the first frame to the last. */
static enum error walk_once(struct walk *walk, uint32_t how)
{
    struct audit_result *result = walk->result;
    uint64_t next = 0;

    do {
        struct message message = {.words = {next, how}};

        message.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0);
        enum error error = request(&message, MESSAGE_AUDIT);
        if (error != ERROR_NONE) {
            return error;
        }
        struct audit_finding finding = {(enum audit_fault)message.words[1], message.words[2], message.words[3],
                                        message.words[4]};
        next = message.words[0];
        result->turns++;
        if (next == 0) {
            result->judged = finding.fault == AUDIT_FAULT_NONE;
            result->frames = finding.where;
            result->handles = finding.should;
            result->free = finding.is;
        } else if (finding.fault != AUDIT_FAULT_NONE) {
            tell(walk, &finding);
        }
    } while (next != 0);
    return ERROR_NONE;
}

must_use enum error audit(uint32_t how, void (*told)(const struct audit_finding *finding), struct audit_result *result)
{
    struct walk walk = {.result = result, .told = told};
    uint32_t beginnings = 0;
    uint32_t walks = 0;

    *result = (struct audit_result){0};
    while (!result->judged && walks < WALKS) {
        enum error error = walk_once(&walk, how);
        if (error == ERROR_AGAIN && ++beginnings < BEGINNINGS) {
            continue;
        }
        if (error != ERROR_NONE) {
            return error;
        }
        walks++;
    }
    return ERROR_NONE;
}
