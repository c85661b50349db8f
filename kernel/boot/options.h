/* Words on the kernel's and the modules' command lines. Words are separated by spaces or tabs; the word "--"
 * ends the options, and what follows is for somebody else. */
#ifndef KERNEL_BOOT_OPTIONS_H
#define KERNEL_BOOT_OPTIONS_H

#include <quire/error.h>
#include <quire/start.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_SERVER_NAME "frameserv" /* the endpoint that every task has a handle to */

#define OPTION_ENDPOINTS 12
#define OPTION_PRIORITY_MAX 31
#define OPTION_PRIORITY_DEFAULT 8

enum option_state {
    OPTION_ABSENT = 0,
    OPTION_FOUND = 1,
    OPTION_TOO_LONG = 2, /* there, but its value does not fit */
};

/* Looks for the word KEY (value "") or KEY=VALUE; of several the last counts. FOUND: the value is in buffer, ended
 * by 0. Otherwise buffer is unchanged. size: bytes of buffer, at least 1. */
enum option_state option_find(const char *line, const char *key, char *buffer, size_t size);

/* Reads a whole string as a number, decimal or 0x and hexadecimal.
 * BAD_ARGUMENT: empty, or something in it is no digit. OUT_OF_BOUND: above maximum. */
must_use enum error option_number(const char *text, uint64_t maximum, uint64_t *out);

struct module_endpoint {
    char name[START_NAME];
    uint32_t right; /* RIGHT_CALL or RIGHT_RECEIVE */
};

struct module_options {
    char name[START_NAME]; /* first word of the line */
    uint32_t server;       /* 1: "server": this is the frame server */
    uint32_t verdict;      /* 1: "verdict": may end the machine */
    uint32_t no_fpu;       /* 1: "nofpu": makes no use of the FPU */
    uint64_t priority;     /* "priority=N": 0 (lowest) to OPTION_PRIORITY_MAX */
    uint32_t rights;       /* "claim", "lookup", "device": set of enum service_right */
    uint32_t endpoint_count;
    struct module_endpoint endpoints[OPTION_ENDPOINTS];          /* "call=NAME", "receive=NAME", in their order */
    char arguments[sizeof(((struct start_page *)0)->arguments)]; /* all after "-- " */
    char offending[48]; /* on an error the word that caused it, cut when longer; else empty */
};

/* Reads the command line of a module: its name, then options.
 * BAD_OPTION: no name, an unknown option, or a bad, too long or thirteenth value; out->offending holds the
 * word and all else in out is 0. */
must_use enum error module_options_parse(const char *line, struct module_options *out);

#endif
