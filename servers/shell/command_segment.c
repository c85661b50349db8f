/* Segments. */
#include "servers/shell/commands.h"

#include "servers/shell/wishes.h"
#include <quire/client.h>
#include <quire/print.h>
#include <quire/segment.h>
#include <quire/slot.h>

static struct segment segment_of(const struct thing *thing)
{
    return (struct segment){.first = thing->value, .count = thing->count};
}

static outcome show(const struct thing *thing)
{
    struct segment segment = segment_of(thing);
    uint64_t start;
    uint64_t end;
    char name[THING_NAME];
    outcome error = segment_addresses(&segment, &start, &end);

    if (error == ERROR_NONE) {
        print("%s: %u frames, 0x%lx to 0x%lx\n", thing_name(thing, name), segment.count, start, end);
    }
    return error;
}

/* Names a fresh segment, for which there is room. */
static outcome name_segment(const struct segment *segment)
{
    return show(thing_add(THING_SEGMENT, segment->first, segment->count));
}

/* Of a run of frames, which one an error is about. */
static outcome tell_place(outcome error, uint32_t failed)
{
    if (error != ERROR_NONE && failed > 0) {
        print("its frame %u:\n", failed);
    }
    return error;
}

must_use outcome command_segment_alloc(const struct words *words)
{
    uint64_t count = 0;
    uint64_t flags = 0;
    struct segment segment;
    outcome error = words_wishes(words, &count, &flags);

    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    if (error == ERROR_NONE) {
        error = segment_allocate((uint32_t)count, flags, &segment);
    }
    return error != ERROR_NONE ? error : name_segment(&segment);
}

must_use outcome command_segment_claim(const struct words *words)
{
    uint64_t address;
    uint64_t count = 0;
    uint64_t flags = 0;
    uint32_t failed = 0;
    struct segment segment;
    outcome error = words_claim(words, &address, &count, &flags);

    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    if (error == ERROR_NONE) {
        error = tell_place(segment_claim(address, (uint32_t)count, flags, &segment, &failed), failed);
    }
    return error != ERROR_NONE ? error : name_segment(&segment);
}

/* The segment of the first word, the rights of another one, if it is there (else those that its first handle has), and room for a
 * further name. */
static outcome copy_words(const struct words *words, uint32_t rights_word, struct segment *segment, uint32_t *rights)
{
    struct handle_facts facts;
    struct thing *thing;
    outcome error = segment_named(words->word[0], &thing);

    if (error == ERROR_NONE) {
        *segment = segment_of(thing);
        error = system_call_inspect(thing->value, &facts);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    *rights = facts.rights;
    if (words->count > rights_word) {
        error = word_rights(words->word[rights_word], rights);
    }
    return error != ERROR_NONE ? error : things_room(1);
}

must_use outcome command_segment_clone(const struct words *words)
{
    struct segment segment;
    struct segment copy;
    uint32_t rights;
    uint32_t failed = 0;
    outcome error = copy_words(words, 1, &segment, &rights);

    if (error == ERROR_NONE) {
        error = tell_place(segment_clone(&segment, rights, &copy, &failed), failed);
    }
    return error != ERROR_NONE ? error : name_segment(&copy);
}

must_use outcome command_segment_slice(const struct words *words)
{
    struct segment segment;
    struct segment slice;
    uint32_t rights;
    uint64_t start = 0;
    uint64_t count = 0;
    outcome error = copy_words(words, 3, &segment, &rights);

    if (error == ERROR_NONE) {
        error = word_number(words->word[1], UINT32_MAX, &start);
    }
    if (error == ERROR_NONE) {
        error = word_number(words->word[2], UINT32_MAX, &count);
    }
    if (error == ERROR_NONE) {
        error = segment_slice(&segment, (uint32_t)start, (uint32_t)count, rights, &slice);
    }
    return error != ERROR_NONE ? error : name_segment(&slice);
}

must_use outcome command_segment_split(const struct words *words)
{
    struct thing *thing;
    struct segment rest;
    uint64_t at = 0;
    outcome error = segment_named(words->word[0], &thing);

    if (error == ERROR_NONE) {
        error = word_number(words->word[1], UINT32_MAX, &at);
    }
    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    error = segment_split(&segment, (uint32_t)at, &rest);
    if (error != ERROR_NONE) {
        return error;
    }
    thing->count = segment.count;
    struct thing *other = thing_add(THING_SEGMENT, rest.first, rest.count);
    other->mapped = thing->mapped;
    error = show(thing);
    return error != ERROR_NONE ? error : show(other);
}

must_use outcome command_segment_next(const struct words *words)
{
    struct thing *thing;
    handle frame;
    outcome error = segment_named(words->word[0], &thing);

    if (error == ERROR_NONE) {
        error = things_room(1);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    uint32_t mapped = thing->mapped;
    error = segment_next(&segment, &frame);
    if (error != ERROR_NONE) {
        return error;
    }
    thing->value = segment.first;
    thing->count = segment.count;
    if (segment.count == 0) {
        thing_remove(thing);
    }
    error = name_handle(THING_FRAME, frame);
    if (error == ERROR_NONE) {
        thing_with(handle_index(frame))->mapped = mapped;
    }
    return error;
}

must_use outcome command_segment_map(const struct words *words)
{
    struct thing *thing;
    void *address;
    uint32_t rights = RIGHT_READ | RIGHT_WRITE;
    outcome error = segment_named(words->word[0], &thing);

    if (error == ERROR_NONE && words->count > 1) {
        error = word_rights(words->word[1], &rights);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    error = segment_map(&segment, rights, &address);
    if (error == ERROR_NONE) {
        thing->mapped = rights;
        print("mapped at %p\n", address);
    }
    return error;
}

must_use outcome command_segment_unmap(const struct words *words)
{
    struct thing *thing;
    outcome error = segment_named(words->word[0], &thing);

    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    error = segment_unmap(&segment);
    if (error == ERROR_NONE) {
        thing->mapped = 0;
    }
    return error;
}

/* Changes all frames of a segment, or none. */
static outcome change(const char *name, enum error (*all)(const struct segment *segment, uint32_t *failed))
{
    struct thing *thing;
    uint32_t failed = 0;
    outcome error = segment_named(name, &thing);

    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    return tell_place(all(&segment, &failed), failed);
}

must_use outcome command_segment_unique(const struct words *words)
{
    return change(words->word[0], segment_unique);
}

must_use outcome command_segment_share(const struct words *words)
{
    return change(words->word[0], segment_share);
}

must_use outcome command_segment_check(const struct words *words)
{
    struct thing *thing;
    uint64_t kind;
    uint32_t failed = 0;
    outcome error = segment_named(words->word[0], &thing);

    if (error == ERROR_NONE) {
        error = words_checked_kind(words, &kind);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    struct segment segment = segment_of(thing);
    return tell_place(segment_check(&segment, kind, &failed), failed);
}

must_use outcome command_segment_show(const struct words *words)
{
    struct thing *thing;
    outcome error = segment_named(words->word[0], &thing);

    return error != ERROR_NONE ? error : show(thing);
}

must_use outcome command_segment_drop(const struct words *words)
{
    struct thing *thing;
    outcome error = segment_named(words->word[0], &thing);

    return error != ERROR_NONE ? error : thing_drop(thing);
}
