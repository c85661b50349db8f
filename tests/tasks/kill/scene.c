#include "tests/tasks/kill/scene.h"

#include <quire/print.h>
#include <quire/slot.h>

void scene_expect(struct scene *scene, enum error error)
{
    if (!expect_success(error)) {
        scene->broken = true;
    }
}

handle scene_keep(struct scene *scene, handle first, uint32_t count)
{
    if (scene->broken || !expect(scene->run_count < SCENE_RUNS)) {
        scene->broken = true;
        return 0;
    }
    scene->runs[scene->run_count++] = (struct run){.first = first, .count = count};
    return first;
}

/* They are at the start or at the end of what was kept as one run. */
void scene_forget(struct scene *scene, handle first, uint32_t count)
{
    for (uint32_t k = 0; k < scene->run_count; k++) {
        struct run *run = &scene->runs[k];
        if (first >= run->first && first < run->first + run->count) {
            run->first = first == run->first ? first + count : run->first;
            run->count -= count;
            return;
        }
    }
    scene->list = first == scene->list ? 0 : scene->list;
}

uint64_t scene_know_address(struct scene *scene, uint64_t address)
{
    if (scene->address_count < SCENE_ADDRESSES) {
        scene->addresses[scene->address_count++] = address;
    }
    return address;
}

uint64_t scene_know(struct scene *scene, handle frame)
{
    struct frame_facts facts = {0};

    if (!scene->broken) {
        scene_expect(scene, frame_info(frame, &facts));
    }
    return scene_know_address(scene, facts.address);
}

handle scene_allocate(struct scene *scene, uint32_t count, uint64_t flags)
{
    handle first = 0;

    if (scene->broken) {
        return 0;
    }
    scene_expect(scene, frame_allocate_with(count, flags, &first));
    scene_keep(scene, first, count);
    scene_know(scene, first);
    return first;
}

/* A request that fills entries of this task's table in the name of an account. */
handle scene_allocate_for(struct scene *scene, uint32_t account, uint32_t count)
{
    struct message message = {.rdi = scene->accounts[account].server, .rsi = MESSAGE_ALLOC};
    uint32_t dst = 0;

    if (scene->broken) {
        return 0;
    }
    scene_expect(scene, own_entries_take(count, &dst));
    message.rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, count, dst);
    system_call_call(&message);
    scene_expect(scene, (enum error)rax_status(message.rax));
    scene_expect(scene, (enum error)message.rsi);
    scene_keep(scene, message.r13, count);
    scene_know(scene, message.r13);
    return message.r13;
}

handle scene_clone(struct scene *scene, handle first, uint32_t count, uint32_t rights)
{
    handle copies = 0;

    if (scene->broken) {
        return 0;
    }
    scene_expect(scene, frame_clone_run(first, count, rights, &copies, NULL));
    return scene_keep(scene, copies, count);
}

handle scene_make(struct scene *scene, enum kind kind)
{
    handle frame = scene_allocate(scene, 1, 0);

    if (!scene->broken) {
        scene_expect(scene, frame_repurpose(frame, kind));
    }
    return frame;
}

handle scene_unique(struct scene *scene, uint64_t first)
{
    const uint64_t metadata[MESSAGE_WORDS] = {first, 0, 0, 0, 0};
    handle frame = scene_allocate(scene, 1, ALLOC_UNIQUE);

    if (!scene->broken) {
        scene_expect(scene, frame_set_metadata(frame, metadata));
    }
    return frame;
}

handle scene_list(struct scene *scene, uint32_t count)
{
    handle list = 0;

    if (scene->broken) {
        return 0;
    }
    scene_expect(scene, list_create(&list));
    scene->list = list;
    for (uint32_t k = 0; k < count && !scene->broken; k++) {
        handle frame = scene_unique(scene, 100 + k);

        scene_expect(scene, list_push_back(list, frame));
        scene->run_count -= !scene->broken; /* it is the last that was kept */
    }
    return list;
}

uint32_t scene_account(struct scene *scene, uint64_t frames, uint64_t tables, uint32_t rights)
{
    const struct account_limits limits = {.frames = frames, .tables = tables};
    uint32_t place = scene->accounts[0].number != 0;

    if (!scene->broken) {
        scene_expect(scene,
                     account_open(&limits, rights, &scene->accounts[place].number, &scene->accounts[place].server));
    }
    return place;
}

/* --- the request ------------------------------------------------------------------------------------------------------ */

void ask_words(struct scene *scene, enum operation operation, enum action want, uint32_t n, uint64_t word_0,
               uint64_t word_1)
{
    scene->ask = (struct ask){.label = label_make(operation, 0), .want = want, .n = n, .words = {word_0, word_1}};
}

void ask_lend(struct scene *scene, enum operation operation, enum action want, handle first, uint32_t n)
{
    scene->ask =
        (struct ask){.label = label_make(operation, 0), .want = want, .mode = MODE_BORROW, .n = n, .first = first};
}

void ask_attach(struct scene *scene, handle frame, handle list, uint64_t place, uint64_t address)
{
    scene->ask = (struct ask){.label = label_make(MESSAGE_LIST_PUSH, 0),
                              .mode = MODE_ATTACH,
                              .n = 1,
                              .words = {place, address},
                              .first = frame,
                              .second = list};
}

void ask_drop(struct scene *scene, handle first, uint32_t n)
{
    scene->ask = (struct ask){.label = label_make(MESSAGE_DROP, 0), .mode = MODE_DROP, .n = n, .first = first};
}

static bool brings_handles(enum action want)
{
    return want == ACTION_GRANT || want == ACTION_CLONE || want == ACTION_HAND_BACK || want == ACTION_MINT;
}

/* Frames, or an account and a handle to the server in its name. */
static void keep_what_came(struct scene *scene)
{
    const struct answer *answer = &scene->answer;
    uint32_t place = scene->accounts[0].number != 0;

    if (scene->ask.want != ACTION_MINT) {
        scene_keep(scene, answer->got.first, answer->got.count);
        return;
    }
    scene->accounts[place].number = (uint32_t)answer->words[0];
    scene->accounts[place].server = answer->got.first;
}

void scene_act(struct scene *scene)
{
    const struct ask *ask = &scene->ask;
    struct answer *answer = &scene->answer;
    bool fills = brings_handles(ask->want);
    uint32_t dst = 0;
    struct message message = {.rdi = ask->server != 0 ? ask->server : frame_server(),
                              .rsi = ask->label,
                              .words = {ask->words[0], ask->words[1], ask->words[2], ask->words[3], ask->words[4]},
                              .r13 = ask->first,
                              .r14 = ask->second};

    if (fills) {
        scene_expect(scene, own_entries_take(ask->n, &dst));
    }
    message.rax = rax_make(SYSTEM_CALL_CALL, ask->want, ask->mode, ask->n, dst);
    system_call_call(&message);
    *answer = (struct answer){.status = rax_status(message.rax), .label = message.rsi, .n = rax_n(message.rax)};
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        answer->words[k] = message.words[k];
    }
    bool done = answer->status == ERROR_NONE && answer->label == ERROR_NONE;
    if (fills && done) {
        answer->got = (struct run){.first = message.r13, .count = ask->n};
        keep_what_came(scene);
    } else if (fills) {
        own_entries_release(dst, ask->n);
    }
    if ((ask->mode == MODE_DROP && answer->status == ERROR_NONE) || (ask->mode == MODE_ATTACH && done)) {
        own_entries_release(handle_index(ask->first), ask->n);
        scene_forget(scene, ask->first, ask->n);
    }
}

/* --- giving all back -------------------------------------------------------------------------------------------------- */

/* Endpoints, tasks and records go one by one. */
static bool drop_run(struct run run)
{
    bool good = true;

    if (run.count > 0 && frame_drop_run(run.first, run.count, NULL) == ERROR_NONE) {
        return true;
    }
    for (uint32_t k = 0; k < run.count; k++) {
        good = expect_success(frame_drop(handle_of_run(run.first, k))) && good;
    }
    return good;
}

bool scene_strike(struct scene *scene)
{
    bool good = true;

    if (scene->list != 0) {
        good = expect_success(list_clear(scene->list)) && expect_success(frame_drop(scene->list));
    }
    for (uint32_t k = scene->run_count; k-- > 0;) {
        good = drop_run(scene->runs[k]) && good;
    }
    for (uint32_t k = 0; k < scene->copy_count; k++) {
        enum error error = frame_drop(scene->copies[k]); /* of one that was taken away the entry is used again */
        good = (error == ERROR_BAD_HANDLE || expect_success(error)) && good;
    }
    for (uint32_t k = SCENE_ACCOUNTS; k-- > 0;) {
        if (scene->accounts[k].number != 0) {
            enum error error = account_close(scene->accounts[k].number, NULL);
            good = (error == ERROR_NO_ACCOUNT || expect_success(error)) && good; /* the case closed it, or its parent */
            good = expect_success(frame_drop(scene->accounts[k].server)) && good;
        }
    }
    return good;
}
