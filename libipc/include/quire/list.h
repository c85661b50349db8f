/* Lists of unique frames. A list is a frame of kind LIST: who holds its handle can look into it and change it, and it
 * ends with its last handle. It owns its members: they have no handle while they are in it, keep their contents,
 * their first three words of metadata (the links take the other two), and stay charged to who pushed them.
 *
 * Functions return errors as those of quire/client.h do: nothing has changed then. Errors that every one of them can
 * give beside its own: BadHandle and StaleHandle, WrongKind (the handle is no list's, or the frame not of kind UNTYPED),
 * MissingRight (of the list: write to change it, read to look), Busy.
 * Every function is one message unless it says otherwise, whatever the list's length. */
#ifndef QUIRE_LIST_H
#define QUIRE_LIST_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define LIST_METADATA_WORDS 3
#define LIST_CLEAR_FRAMES 64 /* the most that one list_clear_some drops */

/* A frame in a list. */
struct list_member {
    uint64_t address; /* physical, in bytes; LIST_GHOST: none, and the metadata is 0 */
    uint64_t length;  /* of the whole list, in frames */
    uint64_t metadata[LIST_METADATA_WORDS];
};

/* A place in a list: at a frame, or at the ghost between back and front. It is a name, nothing more: copies are
 * free, and when its frame leaves the list by another way, it is answered with NotListed. */
struct list_cursor {
    handle list;
    uint64_t address; /* of its frame, or LIST_GHOST */
};

/* An empty list, charged as one frame. Two messages. Errors: those of frame_allocate. frame_drop ends it, and drops
 * what is in it, if this was the last handle; frame_repurpose makes it memory again, if it is empty (else NotEmpty). */
must_use enum error list_create(handle *list);

/* Moves a frame to the front or the back of a list: the handle is gone. The frame must be unique (NotUnique), untyped,
 * unmapped (Mapped), with a handle that has all rights (MissingRight: who takes it out gets all) and metadata words 3 and 4 of 0 (TooLong).
 * What a list knows of the frame before is what its owner wrote before: the push releases it, a look acquires it. */
must_use enum error list_push_front(handle list, handle frame);
must_use enum error list_push_back(handle list, handle frame);

/* Takes a frame from the front or the back: a new handle with all rights of a fresh frame's, unique as before.
 * Errors: EmptyList, NotWanted (another account pushed it: it stays). */
must_use enum error list_pop_front(handle list, handle *frame);
must_use enum error list_pop_back(handle list, handle *frame);

/* The first or the last member. Errors: EmptyList. */
must_use enum error list_front(handle list, struct list_member *member);
must_use enum error list_back(handle list, struct list_member *member);

/* How many frames it holds. */
must_use enum error list_length(handle list, uint64_t *length);

/* Whether it holds the frame at a physical address. Errors: NotAligned, OutOfBound, Hole, Reserved. */
must_use enum error list_contains(handle list, uint64_t address, bool *contained);

/* Drops the first LIST_CLEAR_FRAMES frames of a list, or all if it has fewer. *left: how many are in it still. */
must_use enum error list_clear_some(handle list, uint64_t *dropped, uint64_t *left);

/* Drops all: a message for every LIST_CLEAR_FRAMES of them. An error comes back with those before it dropped. */
must_use enum error list_clear(handle list);

/* A cursor at the ghost; at the front, the back (EmptyList), or a given frame of the list (NotListed, and the errors of
 * list_contains). */
struct list_cursor list_cursor_ghost(handle list);
must_use enum error list_cursor_front(handle list, struct list_cursor *cursor);
must_use enum error list_cursor_back(handle list, struct list_cursor *cursor);
must_use enum error list_cursor_at(handle list, uint64_t address, struct list_cursor *cursor);

/* Moves it to the frame after or before: from the back to the ghost and on to the front, and the other way.
 * Errors: NotListed (its frame has left the list; the cursor stays). */
must_use enum error list_cursor_next(struct list_cursor *cursor);
must_use enum error list_cursor_previous(struct list_cursor *cursor);

/* Its frame. Errors: EmptyList (it is at the ghost), NotListed. */
must_use enum error list_cursor_look(const struct list_cursor *cursor, struct list_member *member);

/* Writes its frame's first three words of metadata. Errors: EmptyList (it is at the ghost), NotListed. */
must_use enum error list_cursor_write(const struct list_cursor *cursor, const uint64_t metadata[LIST_METADATA_WORDS]);

/* Takes its frame out, as list_pop_front does; the cursor moves on to the frame after it, or to the ghost.
 * Errors: EmptyList (it is at the ghost), NotListed, NotWanted. */
must_use enum error list_cursor_take(struct list_cursor *cursor, handle *frame);

/* Moves a frame into the list before the cursor's; at the ghost that is the back. The cursor stays at its frame.
 * Errors: those of list_push_back, NotListed. */
must_use enum error list_cursor_insert_before(const struct list_cursor *cursor, handle frame);

#endif
