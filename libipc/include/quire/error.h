/* Errors, declared once in errors.def. */
#ifndef QUIRE_ERROR_H
#define QUIRE_ERROR_H

#include <stdint.h>

enum error {
    ERROR_NONE = 0,
#define ERROR(number, NAME, name, sentence) ERROR_##NAME = (number),
#include <quire/errors.def>
#undef ERROR
};

/* On every function that can fail: the compiler complains about a dropped result. */
#define must_use __attribute__((warn_unused_result))

/* The short name of an error ("NotAligned"); "None" for 0, "Unlisted" for a number that is none. Never NULL. */
const char *error_name(uint64_t error);

/* What the error means and what to do about it, as one sentence without a full stop. Never NULL. */
const char *error_sentence(uint64_t error);

#endif
