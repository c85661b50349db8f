/* Tasks that the shell started, and names of accounts. */
#ifndef SERVERS_SHELL_PROGRAMS_H
#define SERVERS_SHELL_PROGRAMS_H

#include "servers/shell/completion.h"
#include "servers/shell/outcome.h"
#include "servers/shell/things.h"
#include <quire/directory.h>

struct program {
    bool used;
    bool over; /* it ended: facts says how; its frame and account are gone */
    char name[START_NAME];
    uint32_t number; /* of its thing */
    uint32_t account;
    uint32_t priority;
    uint32_t cpu; /* number of the one that it runs on */
    struct task_facts facts;
    handle given; /* what was moved to it last, as its table names it; 0: nothing */
    uint32_t given_count;
};

/* The program of a task's thing, or NULL. */
struct program *program_of(const struct thing *thing);

/* All of them in turn, as thing_next. */
struct program *program_next(uint32_t *place);

/* A place for one more, and which bit tells its end; NULL: there is none. The one that has been over for longest may be forgotten for it. */
struct program *program_room(uint32_t *bit);

/* The task is no longer looked after: its last handle goes, its account is closed. */
must_use outcome program_forget(struct thing *thing);

/* Looks which of the programs that the bits may mean have ended; says how, and gives back what is left of them. `before` is
 * called before something is said. */
void programs_look(uint64_t bits, void (*before)(void));

/* Waits until it is over. Errors: CutOff. */
must_use outcome program_wait(const struct program *program);

/* A file of the directory by its name. Errors: NoFile. */
must_use outcome file_find(const char *name, uint32_t *number, struct directory_file *file);

void offer_files(struct completion *completion);
void offer_tasks(struct completion *completion);

/* An account: its number, or a task's (t1, or the name of one that init started). Errors: NoName. */
must_use outcome account_named(const char *word, uint32_t *account);

/* The name of a task that buys in the account's name, or of one that holds what it paid for; "nobody". */
const char *account_name(uint32_t account);

#endif
