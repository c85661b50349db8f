/* What is in frames: mapping them, and looking. */
#include "servers/shell/commands.h"

#include <quire/client.h>
#include <quire/print.h>
#include <quire/slot.h>

#define WORD_SIZE 8
#define WORDS_OF_FRAME (FRAME_SIZE / WORD_SIZE)
#define WORDS_SHOWN 4

static outcome map(handle value, bool chosen, uint64_t address, uint32_t rights)
{
    void *place = (void *)address;
    outcome error = chosen ? frame_map(value, address, rights) : frame_map_anywhere(value, rights, &place);

    if (error == ERROR_NONE) {
        print("mapped at %p\n", place);
    }
    return error;
}

must_use outcome command_map(const struct words *words)
{
    struct handle_facts facts;
    struct thing *thing = NULL;
    handle value;
    uint64_t address = 0;
    uint32_t rights = 0;
    uint32_t next = 1;

    if (words->count == 0) {
        return command_memory(words);
    }
    outcome error = handle_named(words->word[0], &value, &thing);
    bool chosen = words->count > next && words->word[next][0] >= '0' && words->word[next][0] <= '9';
    if (error == ERROR_NONE && chosen) {
        error = word_number(words->word[next++], UINT64_MAX, &address);
    }
    if (error == ERROR_NONE) {
        error = system_call_inspect(value, &facts);
    }
    if (error == ERROR_NONE && words->count > next) {
        error = word_rights(words->word[next++], &rights);
    } else if (error == ERROR_NONE) {
        rights = facts.rights & (RIGHT_READ | RIGHT_WRITE);
    }
    if (error == ERROR_NONE && words->count > next) {
        error = SHELL_ERROR_BAD_USE;
    }
    if (error == ERROR_NONE) {
        error = map(value, chosen, address, rights);
    }
    if (error == ERROR_NONE && thing != NULL) {
        thing->mapped = rights;
    }
    return error;
}

must_use outcome command_unmap(const struct words *words)
{
    struct thing *thing = NULL;
    handle value;
    outcome error = handle_named(words->word[0], &value, &thing);

    if (error == ERROR_NONE) {
        error = frame_unmap(value);
    }
    if (error == ERROR_NONE && thing != NULL) {
        thing->mapped = 0;
    }
    return error;
}

/* A frame that can be looked at, until close_frame. */
struct open_frame {
    handle value;
    bool mapped; /* for this only */
    volatile uint64_t *words;
};

/* `wanted`: RIGHT_READ, or with RIGHT_WRITE. */
static outcome open_frame(const char *word, uint32_t wanted, struct open_frame *open)
{
    struct handle_facts facts;
    struct thing *thing = NULL;
    void *place;
    outcome error = handle_named(word, &open->value, &thing);

    if (error == ERROR_NONE) {
        error = system_call_inspect(open->value, &facts);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    open->mapped = facts.address == 0;
    place = (void *)facts.address;
    if (open->mapped) {
        error = frame_map_anywhere(open->value, wanted, &place);
    } else {
        struct thing *holder = thing_with(handle_index(open->value));
        error = holder != NULL && (holder->mapped & wanted) == wanted ? ERROR_NONE : (outcome)ERROR_MISSING_RIGHT;
    }
    open->words = (volatile uint64_t *)place;
    return error;
}

static outcome close_frame(const struct open_frame *open)
{
    return open->mapped ? frame_unmap(open->value) : ERROR_NONE;
}

/* The word at an offset in bytes. */
static outcome read_offset(const char *word, uint64_t *place)
{
    uint64_t offset;
    outcome error = word_number(word, FRAME_SIZE - WORD_SIZE, &offset);

    if (error == ERROR_NONE && offset % WORD_SIZE != 0) {
        error = SHELL_ERROR_BAD_NUMBER;
    }
    *place = offset / WORD_SIZE;
    return error;
}

must_use outcome command_poke(const struct words *words)
{
    struct open_frame open;
    uint64_t place;
    uint64_t value;
    outcome error = read_offset(words->word[1], &place);

    if (error == ERROR_NONE) {
        error = word_number(words->word[2], UINT64_MAX, &value);
    }
    if (error == ERROR_NONE) {
        error = open_frame(words->word[0], RIGHT_READ | RIGHT_WRITE, &open);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    open.words[place] = value;
    return close_frame(&open);
}

static void show_words(const volatile uint64_t *words, uint64_t place, uint64_t count)
{
    for (uint64_t k = 0; k < count; k++) {
        if (k % WORDS_SHOWN == 0) {
            print("%s%03lx:", k == 0 ? "" : "\n", (place + k) * WORD_SIZE);
        }
        print(" %016lx", words[place + k]);
    }
    print("\n");
}

must_use outcome command_peek(const struct words *words)
{
    struct open_frame open;
    uint64_t place;
    uint64_t count = WORDS_SHOWN;
    outcome error = read_offset(words->word[1], &place);

    if (error == ERROR_NONE && words->count > 2) {
        error = word_number(words->word[2], WORDS_OF_FRAME - place, &count);
    } else if (error == ERROR_NONE && count > WORDS_OF_FRAME - place) {
        count = WORDS_OF_FRAME - place;
    }
    if (error == ERROR_NONE && count == 0) {
        error = ERROR_BAD_COUNT;
    }
    if (error == ERROR_NONE) {
        error = open_frame(words->word[0], RIGHT_READ, &open);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    show_words(open.words, place, count);
    return close_frame(&open);
}
