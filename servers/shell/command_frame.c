/* Frames: getting, sharing, giving back. */
#include "servers/shell/commands.h"

#include "servers/shell/wishes.h"
#include <quire/account.h>
#include <quire/client.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <string.h>

/* A word of those that wish for certain frames; false: it is none. */
static bool read_wish(const char *word, uint64_t *flags, outcome *error)
{
    bool found;
    uint64_t exponent;

    if (strcmp(word, "low") == 0) {
        *flags |= ALLOC_LOW;
    } else if (strcmp(word, "contiguous") == 0) {
        *flags |= ALLOC_CONTIGUOUS;
    } else if (strcmp(word, "unique") == 0) {
        *flags |= ALLOC_UNIQUE;
    } else {
        *error = word_option(word, "align", UINT8_MAX, &found, &exponent);
        if (found && *error == ERROR_NONE) {
            *flags |= alloc_aligned((uint32_t)exponent);
        }
        return found;
    }
    return true;
}

must_use outcome words_wishes(const struct words *words, uint64_t *count, uint64_t *flags)
{
    outcome error = ERROR_NONE;

    for (uint32_t k = 0; k < words->count && error == ERROR_NONE; k++) {
        const char *word = words->word[k];

        if (*word >= '0' && *word <= '9' && k == 0) {
            error = word_number(word, UINT32_MAX, count);
        } else if (!read_wish(word, flags, &error)) {
            error = SHELL_ERROR_BAD_WORD;
        }
    }
    return error;
}

/* Names fresh handles, and says what they are. */
static outcome name_run(handle first, uint32_t count)
{
    struct thing *thing;
    char name[THING_NAME];
    struct frame_facts facts;

    if (count == 1) {
        return name_handle(THING_FRAME, first);
    }
    thing = things_add_run(THING_FRAME, first, count);
    thing_name(thing, name);
    for (uint32_t k = 0; k < count; k++) {
        char last[THING_NAME];
        outcome error = frame_info(handle_of_run(first, k), &facts);

        if (error != ERROR_NONE) {
            return error;
        }
        thing = thing_with(handle_index(first) + k);
        print("%s%s 0x%lx%s", k % 4 == 0 ? "" : "  ", thing_name(thing, last), facts.address,
              k % 4 == 3 || k + 1 == count ? "\n" : "");
    }
    return ERROR_NONE;
}

must_use outcome command_alloc(const struct words *words)
{
    uint64_t count = 1;
    uint64_t flags = 0;
    handle first;
    outcome error = words_wishes(words, &count, &flags);

    if (error == ERROR_NONE && count <= TRANSFER_FRAMES) {
        error = things_room((uint32_t)count);
    }
    if (error == ERROR_NONE) {
        error = frame_allocate_with((uint32_t)count, flags, &first);
    }
    return error != ERROR_NONE ? error : name_run(first, (uint32_t)count);
}

must_use outcome words_claim(const struct words *words, uint64_t *address, uint64_t *count, uint64_t *flags)
{
    struct words rest = words_behind(words, 1);
    outcome error = word_number(words->word[0], UINT64_MAX, address);

    if (error == ERROR_NONE) {
        error = words_wishes(&rest, count, flags);
    }
    if (error == ERROR_NONE && (*flags & ~(uint64_t)ALLOC_UNIQUE) != 0) {
        error = SHELL_ERROR_BAD_WORD;
    }
    *flags = *flags != 0 ? CLAIM_UNIQUE : 0;
    return error;
}

must_use outcome command_claim(const struct words *words)
{
    uint64_t count = 1;
    uint64_t flags = 0;
    uint64_t address;
    uint32_t failed = 0;
    handle first;
    outcome error = words_claim(words, &address, &count, &flags);

    if (error == ERROR_NONE && count <= TRANSFER_FRAMES) {
        error = things_room((uint32_t)count);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    error = frame_claim_run(address, (uint32_t)count, flags, &first, &failed);
    if (error != ERROR_NONE && failed > 0) {
        print("the frame at 0x%lx:\n", address + failed * FRAME_SIZE);
    }
    return error != ERROR_NONE ? error : name_run(first, (uint32_t)count);
}

#define RIGHTS_LOOKUP (RIGHTS_FRAME & ~RIGHT_OWNER) /* all that an address can give */

must_use outcome command_lookup(const struct words *words)
{
    uint32_t rights = RIGHTS_LOOKUP;
    uint64_t address;
    handle found;
    outcome error = word_number(words->word[0], UINT64_MAX, &address);

    if (error == ERROR_NONE && words->count > 1) {
        error = word_rights(words->word[1], &rights);
    }
    if (error == ERROR_NONE) {
        error = frame_lookup(address, rights, &found);
    }
    return error != ERROR_NONE ? error : name_handle(THING_FRAME, found);
}

must_use outcome command_clone(const struct words *words)
{
    struct handle_facts facts;
    struct thing *thing;
    handle value;
    handle copy;
    outcome error = handle_named(words->word[0], &value, &thing);

    if (error == ERROR_NONE) {
        error = system_call_inspect(value, &facts);
    }
    if (error == ERROR_NONE && words->count > 1) {
        error = word_rights(words->word[1], &facts.rights);
    }
    if (error == ERROR_NONE) {
        error = frame_clone(value, facts.rights, &copy);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    return name_handle(thing != NULL && thing->sort != THING_TASK ? thing->sort : THING_FRAME, copy);
}

must_use outcome command_drop(const struct words *words)
{
    return for_each_thing(words, thing_drop);
}

must_use outcome command_unique(const struct words *words)
{
    handle value;
    outcome error = handle_named(words->word[0], &value, NULL);

    return error != ERROR_NONE ? error : frame_unique(value);
}

must_use outcome command_share(const struct words *words)
{
    handle value;
    outcome error = handle_named(words->word[0], &value, NULL);

    return error != ERROR_NONE ? error : frame_share(value);
}

must_use outcome command_meta(const struct words *words)
{
    uint64_t metadata[MESSAGE_WORDS] = {0};
    handle value;
    outcome error = handle_named(words->word[0], &value, NULL);

    for (uint32_t k = 1; k < words->count && error == ERROR_NONE; k++) {
        error = word_number(words->word[k], UINT64_MAX, &metadata[k - 1]);
    }
    if (error == ERROR_NONE) {
        error = words->count > 1 ? frame_set_metadata(value, metadata) : frame_metadata(value, metadata);
    }
    if (error == ERROR_NONE) {
        print("0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", metadata[0], metadata[1], metadata[2], metadata[3], metadata[4]);
    }
    return error;
}

must_use outcome command_kind(const struct words *words)
{
    handle value;
    uint32_t kind;
    outcome error = handle_named(words->word[0], &value, NULL);

    if (error == ERROR_NONE) {
        error = word_kind(words->word[1], &kind);
    }
    return error != ERROR_NONE ? error : frame_repurpose(value, (enum kind)kind);
}

must_use outcome words_checked_kind(const struct words *words, uint64_t *kind)
{
    uint32_t number = 0;

    *kind = CHECK_UNTYPED;
    if (words->count < 2) {
        return ERROR_NONE;
    }
    outcome error = word_kind(words->word[1], &number);
    *kind = number;
    return error;
}

must_use outcome command_check(const struct words *words)
{
    handle value;
    uint64_t kind;
    outcome error = handle_named(words->word[0], &value, NULL);

    if (error == ERROR_NONE) {
        error = words_checked_kind(words, &kind);
    }
    return error != ERROR_NONE ? error : frame_check(value, kind);
}

must_use outcome command_narrow(const struct words *words)
{
    handle value;
    uint32_t rights;
    outcome error = handle_named(words->word[0], &value, NULL);

    if (error == ERROR_NONE) {
        error = word_rights(words->word[1], &rights);
    }
    return error != ERROR_NONE ? error : system_call_narrow(value, rights);
}

must_use outcome command_adopt(const struct words *words)
{
    handle value;
    outcome error = handle_named(words->word[0], &value, NULL);

    return error != ERROR_NONE ? error : frame_adopt(value);
}
