/* Endpoints that modules ask for by name. */
#ifndef SERVERS_INIT_ENDPOINTS_H
#define SERVERS_INIT_ENDPOINTS_H

#include <quire/abi.h>

/* The endpoint of a name, with all rights, if there is one; else 0. */
handle endpoint_find(const char *name);

/* The same, made if there is none yet. Errors: NoRoom (there are too many), those of endpoint_make. */
must_use enum error endpoint_named(const char *name, handle *endpoint);

/* How many there are, and taking back those made since there were so many. */
uint32_t endpoints_count(void);
void endpoints_shorten(uint32_t count);

#endif
