/* What frames of a kind may be used for, from the one table of kinds. */
#ifndef QUIRE_KINDS_H
#define QUIRE_KINDS_H

#include <quire/abi.h>
#include <stdbool.h>

/* Tasks may map, read and write frames of this kind, and find them by address. */
static inline bool kind_is_untyped(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return untyped;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* Frames of this kind have 1 handle and upwards; those of others one exclusive owner from first to last. */
static inline bool kind_is_shareable(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return shareable;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* Frames of this kind are nobody's to have: boot marked them, with count 1 and no handle. */
static inline bool kind_is_set_aside(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return !(object) && number != KIND_NONE;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* Handles to frames of this kind can exist. */
static inline bool kind_is_object(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return object;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* The one holder of a frame of this kind may turn it into another, if that can be made. */
static inline bool kind_is_convertible(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return (convertible) == 1;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* A convertible frame may be turned into one of this kind. */
static inline bool kind_is_makeable(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return (convertible) != 0;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

/* The end of a frame of this kind needs what it holds. */
static inline bool kind_reads(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case number:                                                                                                       \
        return reads;
#include <quire/kinds.def>
#undef KIND
    default:
        return false;
    }
}

#endif
