/* Names and sentences of the errors, from their one table. */
#include <quire/error.h>

const char *error_name(uint64_t error)
{
    switch (error) {
    case ERROR_NONE:
        return "None";
#define ERROR(number, NAME, name, sentence)                                                                            \
    case ERROR_##NAME:                                                                                                 \
        return name;
#include <quire/errors.def>
#undef ERROR
    default:
        return "Unlisted";
    }
}

const char *error_sentence(uint64_t error)
{
    switch (error) {
    case ERROR_NONE:
        return "all went well";
#define ERROR(number, NAME, name, sentence)                                                                            \
    case ERROR_##NAME:                                                                                                 \
        return sentence;
#include <quire/errors.def>
#undef ERROR
    default:
        return "the number is in no table: sender and receiver were built from different sources";
    }
}
