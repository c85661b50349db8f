/* Short names for the handles that the shell holds: f1, s1, l1, e1, t1. No system calls. */
#ifndef SERVERS_SHELL_THINGS_H
#define SERVERS_SHELL_THINGS_H

#include "servers/shell/outcome.h"
#include <quire/abi.h>
#include <stdbool.h>

/* Whether that is what comes of using a handle which somebody revoked. */
static inline bool handle_is_gone(outcome error)
{
    return error == ERROR_BAD_HANDLE || error == ERROR_STALE_HANDLE;
}

#define THINGS_MAX 1024
#define THING_NAME 16

enum thing_sort {
    THING_NONE = 0,
    THING_FRAME = 'f',
    THING_SEGMENT = 's',
    THING_LIST = 'l',
    THING_ENDPOINT = 'e',
    THING_TASK = 't'
};

struct thing {
    enum thing_sort sort; /* THING_NONE: the place is empty */
    uint32_t number;      /* from 1 on, for each sort */
    handle value;         /* of a segment: the first */
    uint32_t count;       /* handles; 1 but for segments */
    uint32_t mapped;      /* rights of its mapping, 0: none */
};

/* Whether there is room for `count` further names. Errors: ManyNames. */
must_use outcome things_room(uint32_t count);

/* Names a handle; the name is of the lowest number that is free. There must be room. */
struct thing *thing_add(enum thing_sort sort, handle value, uint32_t count);

/* Names `count` handles that follow one another; returns the first. */
struct thing *things_add_run(enum thing_sort sort, handle first, uint32_t count);

void thing_remove(struct thing *thing);

/* The name, such as f1. */
const char *thing_name(const struct thing *thing, char buffer[THING_NAME]);

/* The one of a name, or NULL. */
struct thing *thing_find(const char *name);

/* The one that has a handle with this index, or NULL. */
struct thing *thing_with(uint32_t index);

/* All of them in turn, from place 0 on; NULL behind the last. */
struct thing *thing_next(uint32_t *place);

uint32_t things_count(void);

/* f1-f5: whether the word is a range, and its sort and numbers. Errors: BadRange. */
must_use outcome things_range(const char *word, bool *is_range, enum thing_sort *sort, uint32_t *first, uint32_t *last);

/* The one of a sort and number, or NULL. */
struct thing *thing_numbered(enum thing_sort sort, uint32_t number);

#endif
