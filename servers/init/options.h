/* What a module's command line says about the task that is made of it: its name, options, and behind "--" its arguments. */
#ifndef SERVERS_INIT_OPTIONS_H
#define SERVERS_INIT_OPTIONS_H

#include <quire/abi.h>
#include <quire/error.h>
#include <quire/start.h>
#include <stdint.h>

#define OPTION_ENDPOINTS 12
#define OPTION_PRIORITY_MAX 31
#define OPTION_PRIORITY_DEFAULT 8
#define OPTION_PORTS 65536          /* that there are */
#define OPTION_CPU_NEXT WORKERS_MAX /* no CPU's number */

struct module_endpoint {
    char name[START_NAME];
    uint32_t right; /* RIGHT_CALL or RIGHT_RECEIVE */
};

struct module_options {
    char name[START_NAME]; /* first word of the line */
    uint32_t server;       /* 1: "server": this is the frame server */
    uint32_t init;         /* 1: "init": this is the task that starts the others */
    uint32_t file;         /* 1: "file": not started, but there for whoever asks init for it */
    uint32_t restart;      /* 1: "restart": gets a handle to the frame server's task, which can restart it */
    uint32_t no_fpu;       /* 1: "nofpu": makes no use of the FPU */
    uint32_t powers;       /* "verdict", "print", "ports", "interrupts": set of enum power */
    uint32_t first_port;   /* "ports": all I/O ports; "ports=FIRST-LAST": these */
    uint32_t port_count;
    uint32_t rights;   /* "claim", "lookup", "device": set of enum service_right */
    uint64_t priority; /* "priority=N": 0 (lowest) to OPTION_PRIORITY_MAX */
    uint64_t frames;   /* "frames=N": what its account may have; else ACCOUNT_UNLIMITED */
    uint64_t tables;   /* "tables=N": likewise, handle tables */
    uint64_t cpu;      /* "cpu=N": number of the CPU that it runs on; "cpu=next": OPTION_CPU_NEXT, each by turns */
    uint32_t endpoint_count;
    struct module_endpoint endpoints[OPTION_ENDPOINTS];          /* "call=NAME", "receive=NAME", in their order */
    char arguments[sizeof(((struct start_page *)0)->arguments)]; /* all after "-- " */
    char offending[48]; /* on an error the word that caused it, cut when longer; else empty */
};

/* Reads the command line of a module.
 * BAD_OPTION: no name, an unknown option, or a bad, too long or thirteenth value; out->offending holds the
 * word and all else in out is 0. */
must_use enum error module_options_parse(const char *line, struct module_options *out);

#endif
