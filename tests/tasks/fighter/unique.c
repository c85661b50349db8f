/* Operations with frames that have one handle, and with their metadata. */
#include "tests/tasks/fighter/fighter.h"

#include <quire/client.h>

/* Unique, and so alone: whoever could have looked it up has not, or let it go. */
static void mark_unique(struct held *place, bool unique)
{
    place->unique = unique;
    if (unique) {
        held_others_gone(place);
    }
}

enum error fight_unique(void)
{
    struct held *place = held_any();

    if (place == NULL) {
        return ERROR_NONE;
    }
    bool several = !place->shared && held_count(place->address) > 1;
    bool alone = !place->shared && held_count(place->address) == 1 && (place->rights & RIGHT_OWNER) != 0;
    enum error error = held_result(place, frame_unique(place->value));

    check(error == ERROR_NONE || !alone, place->address);
    check(error != ERROR_NONE || !several, place->address);
    if (error == ERROR_NONE) {
        mark_unique(place, true);
    }
    return error;
}

enum error fight_share(void)
{
    struct held *place = held_any();

    if (place == NULL) {
        return ERROR_NONE;
    }
    enum error error = held_result(place, frame_share(place->value));
    if (error == ERROR_NONE) {
        mark_unique(place, false);
    }
    return error;
}

enum error fight_write_metadata(void)
{
    struct held *place = held_any();
    uint64_t words[MESSAGE_WORDS];
    uint64_t read[MESSAGE_WORDS];

    if (place == NULL) {
        return ERROR_NONE;
    }
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        words[k] = stamp_metadata(place->address, k);
    }
    bool unique = place->unique;
    enum error error = held_result(place, frame_set_metadata(place->value, words));
    if (error == ERROR_NONE) {
        check(unique, place->address);
        check_success(frame_metadata(place->value, read), place->address);
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            check_equal(read[k], words[k], place->address);
        }
    }
    return error;
}

enum error fight_metadata(void)
{
    struct held *place = held_any();
    uint64_t words[MESSAGE_WORDS];

    if (place == NULL) {
        return ERROR_NONE;
    }
    enum error error = held_result(place, frame_metadata(place->value, words));
    if (error == ERROR_NONE) {
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) { /* written by its only owner, so all of them, or none */
            check_equal(words[k], words[0] != 0 ? stamp_metadata(place->address, k) : 0, place->address);
        }
    }
    return error;
}

/* A record and memory again: tasks could map either, so that its contents stay; its metadata is 0. */
enum error fight_repurpose(void)
{
    struct held *place = held_any();
    uint64_t words[MESSAGE_WORDS];

    if (place == NULL || place->unique || place->page != NULL || (place->shared && is_public(place->address))) {
        return ERROR_NONE; /* whoever looks it up takes it for memory */
    }
    bool alone = !place->shared && held_count(place->address) == 1 && (place->rights & RIGHT_OWNER) != 0;
    enum error error = held_result(place, frame_repurpose(place->value, KIND_RECORD));

    check(error == ERROR_NONE || !alone, place->address);
    if (error == ERROR_NONE) {
        held_others_gone(place);
        check_success(frame_check(place->value, KIND_RECORD), place->address);
        check_success(frame_repurpose(place->value, KIND_UNTYPED), place->address);
        check_success(frame_metadata(place->value, words), place->address);
        check_equal(words[0], 0, place->address);
    }
    return error;
}
