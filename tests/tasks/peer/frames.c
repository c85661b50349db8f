#include "tests/tasks/peer/frames.h"
#include "tests/tasks/peer/peer.h"
#include <quire/client.h>
#include <quire/list.h>
#include <string.h>

static enum error set_metadata(const uint64_t *words)
{
    const uint64_t metadata[MESSAGE_WORDS] = {words[1], words[1], words[1], words[1], words[1]};

    return frame_set_metadata(words[0], metadata);
}

static enum error list_take(uint64_t *words)
{
    struct list_cursor cursor = {.list = words[0], .address = words[1]};
    enum error error = list_cursor_take(&cursor, &words[0]);

    words[1] = cursor.address;
    return error;
}

static enum error list_look(uint64_t *words)
{
    const struct list_cursor cursor = {.list = words[0], .address = words[1]};
    struct list_member member = {0};
    enum error error = list_cursor_look(&cursor, &member);

    words[0] = member.address;
    words[1] = member.length;
    memcpy(&words[2], member.metadata, sizeof(member.metadata));
    return error;
}

static enum error list_write(const uint64_t *words)
{
    const struct list_cursor cursor = {.list = words[0], .address = words[1]};
    const uint64_t metadata[LIST_METADATA_WORDS] = {words[2], words[2], words[2]};

    return list_cursor_write(&cursor, metadata);
}

enum error serve_frames(struct endpoint_message *message)
{
    uint64_t *words = message->words;

    switch (message->label) {
    case PEER_ALLOCATE:
        return frame_allocate_with(1, words[0], &words[0]);
    case PEER_UNIQUE:
        return frame_unique(words[0]);
    case PEER_SHARE:
        return frame_share(words[0]);
    case PEER_METADATA:
        return frame_metadata(words[0], words);
    case PEER_SET_METADATA:
        return set_metadata(words);
    case PEER_RECORD:
        return record_last(words);
    case PEER_LIST_CREATE:
        return list_create(&words[0]);
    case PEER_LIST_PUSH:
        return list_push_back(words[0], words[1]);
    case PEER_LIST_POP:
        return list_pop_front(words[0], &words[0]);
    case PEER_LIST_TAKE:
        return list_take(words);
    case PEER_LIST_LOOK:
        return list_look(words);
    case PEER_LIST_WRITE:
        return list_write(words);
    case PEER_LIST_CLEAR:
        return list_clear_some(words[0], &words[0], &words[1]);
    default:
        return ERROR_BAD_OPERATION;
    }
}
