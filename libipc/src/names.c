#include <quire/names.h>

#include <quire/abi.h>

const char *kind_name(uint64_t kind)
{
    switch (kind) {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)                                 \
    case KIND_##NAME:                                                                                                  \
        return name;
#include <quire/kinds.def>
#undef KIND
    default:
        return "unlisted";
    }
}

const char *region_name(uint64_t region)
{
    switch (region) {
#define REGION(number, NAME, name, kind, slots)                                                                        \
    case REGION_##NAME:                                                                                                \
        return name;
#include <quire/regions.def>
#undef REGION
    default:
        return "unlisted";
    }
}

const char *exception_name(uint64_t vector)
{
    switch (vector) {
#define EXCEPTION(number, name)                                                                                        \
    case number:                                                                                                       \
        return name;
#include <quire/exceptions.def>
#undef EXCEPTION
    default:
        return "unlisted";
    }
}
