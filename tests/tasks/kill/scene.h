/* What one case of the sweep plays: what is there before, one request, what is to be looked at after.
 *
 * A scene is made anew for each kill point. All that it makes is noted here, so that nothing has to be taken away by hand:
 * scene_strike() gives all of it back, whatever the request has done to it. */
#ifndef TESTS_TASKS_KILL_SCENE_H
#define TESTS_TASKS_KILL_SCENE_H

#include <quire/account.h>
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/list.h>
#include <quire/tap.h>

#define SCENE_RUNS 12
#define SCENE_ADDRESSES 12
#define SCENE_ACCOUNTS 2
#define SCENE_COPIES 40

/* Handles of this task's that follow one another. */
struct run {
    handle first;
    uint32_t count;
};

/* The request, as the library would send it. */
struct ask {
    handle server; /* 0: this task's own handle to the frame server */
    uint64_t label;
    enum action want;
    enum mode mode;
    uint32_t n;
    uint64_t words[MESSAGE_WORDS];
    handle first;  /* lent or moved */
    handle second; /* lent beside it */
};

/* What it came back with. */
struct answer {
    uint64_t status;
    uint64_t label;
    uint32_t n;
    uint64_t words[MESSAGE_WORDS];
    struct run got; /* the new handles, if it brought some */
};

struct scene {
    uint32_t size; /* how many frames, copies or members: the case's number */
    struct ask ask;
    struct answer answer;
    void (*act)(struct scene *scene); /* instead of sending the request; NULL: that is sent */
    struct run runs[SCENE_RUNS];
    uint32_t run_count;
    handle copies[SCENE_COPIES]; /* of one frame: a request may take them away */
    uint32_t copy_count;
    handle list; /* 0: there is none. Its order is looked at */
    uint64_t
        addresses[SCENE_ADDRESSES]; /* of frames that are known: words of the answer are told by their place here */
    uint32_t address_count;
    struct {
        uint32_t number;
        handle server;
    } accounts[SCENE_ACCOUNTS]; /* number 0: there is none */
    uint32_t devices;           /* frames of a device that it holds afterwards: charged, and never free */
    bool broken;                /* something could not be made, and was said */
};

/* Each of the following does nothing once the scene is broken, and breaks it when it can't do what it is to. */

/* Notes handles that the scene is to give back. Returns the first. */
handle scene_keep(struct scene *scene, handle first, uint32_t count);

/* Takes handles from what the scene gives back: they have gone. */
void scene_forget(struct scene *scene, handle first, uint32_t count);

/* Notes a frame's address, or that of the frame that a handle names; returns it. */
uint64_t scene_know_address(struct scene *scene, uint64_t address);
uint64_t scene_know(struct scene *scene, handle frame);

/* `count` frames with these flags (ALLOC_*), in handles that follow one another. Contiguous ones also follow in memory. */
handle scene_allocate(struct scene *scene, uint32_t count, uint64_t flags);

/* The same in the name of the scene's account. */
handle scene_allocate_for(struct scene *scene, uint32_t account, uint32_t count);

/* A further handle to each of `count` frames. */
handle scene_clone(struct scene *scene, handle first, uint32_t count, uint32_t rights);

/* A frame of a kind. */
handle scene_make(struct scene *scene, enum kind kind);

/* A list with `count` frames, whose first metadata words are 100, 101, ... */
handle scene_list(struct scene *scene, uint32_t count);

/* A unique frame with metadata {first, 0, 0, 0, 0}. */
handle scene_unique(struct scene *scene, uint64_t first);

/* An account with limits and service rights. Returns its place: 0 or 1. */
uint32_t scene_account(struct scene *scene, uint64_t frames, uint64_t tables, uint32_t rights);

/* Breaks the scene unless there was no error. */
void scene_expect(struct scene *scene, enum error error);

/* Sets the request: an operation, what it wants, and its words. Handles are set by ask_lend and its like. */
void ask_words(struct scene *scene, enum operation operation, enum action want, uint32_t n, uint64_t word_0,
               uint64_t word_1);
void ask_lend(struct scene *scene, enum operation operation, enum action want, handle first, uint32_t n);
void ask_attach(struct scene *scene, handle frame, handle list, uint64_t place, uint64_t address);
void ask_drop(struct scene *scene, handle first, uint32_t n);

/* Sends the request, and keeps account of which handles came and went. */
void scene_act(struct scene *scene);

/* Gives all back. False: something could not be, and was said. */
bool scene_strike(struct scene *scene);

#endif
