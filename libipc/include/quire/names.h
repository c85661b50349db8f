/* Names for people, from the tables of the ABI. */
#ifndef QUIRE_NAMES_H
#define QUIRE_NAMES_H

#include <stdint.h>

/* The name of an enum kind ("untyped") or enum region_type ("usable"); "unlisted" for a number that is none. Never NULL. */
const char *kind_name(uint64_t kind);
const char *region_name(uint64_t region);

/* What the processor calls an exception by its vector ("page fault"); "unlisted" for any other number. */
const char *exception_name(uint64_t vector);

#endif
