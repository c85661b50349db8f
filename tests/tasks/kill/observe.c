#include "tests/tasks/kill/observe.h"

#include <quire/audit.h>
#include <quire/kinds.h>
#include <quire/print.h>
#include <quire/slot.h>
#include <string.h>

#define LINES_MAX 12 /* that tell what is wrong, for one case */
#define LOOKED_AT 4  /* frames of a run: the first ones and the last */
#define WALK_MAX 80  /* members of a list */

/* Where contents are looked at: in the page table that the library's lowest mappings need anyway. */
#define CONTENTS_ADDRESS (MAPPING_BASE + 511 * FRAME_SIZE)
#define DIRT UINT64_C(0x6469727469647274)

/* In place of an address or number that the scene knows. */
#define KNOWN(place) (UINT64_C(0xa000000000000000) + (place))
#define KNOWN_ACCOUNT(place) (UINT64_C(0xb000000000000000) + (place))

const char *wrong_name(enum wrong wrong)
{
    static const char *const names[WRONGS] = {
#define WRONG(NAME, name, text) [WRONG_##NAME] = (name),
#include "tests/tasks/kill/wrongs.def"
#undef WRONG
    };

    return names[wrong];
}

void observe_begin(struct observer *observer, bool compares)
{
    observer->compares = compares;
    observer->next = 0;
    if (!compares) {
        observer->record->count = 0;
    }
}

static void count_wrong(struct observer *observer, enum wrong wrong, const char *what, uint64_t place, uint64_t actual,
                        uint64_t expected)
{
    observer->wrong[wrong]++;
    if (observer->told++ < LINES_MAX) {
        observer->tell_where();
        print("#   %s: %s [%lu] is 0x%lx, without a death 0x%lx\n", wrong_name(wrong), what, place, actual, expected);
    }
}

void observe(struct observer *observer, enum wrong wrong, const char *what, uint64_t place, uint64_t value)
{
    struct record *record = observer->record;
    uint32_t k = observer->next++;

    if (k >= OBSERVATIONS) {
        expect(k < OBSERVATIONS); /* cases are made to fit */
    } else if (!observer->compares) {
        record->values[k] = value;
        record->count = k + 1;
    } else if (k >= record->count || record->values[k] != value) {
        count_wrong(observer, wrong, what, place, value, k < record->count ? record->values[k] : 0);
    }
}

bool observe_holds(struct observer *observer, enum wrong wrong, const char *what, uint64_t actual, uint64_t expected)
{
    if (actual != expected) {
        count_wrong(observer, wrong, what, 0, actual, expected);
    }
    return actual == expected;
}

/* --- the answer ------------------------------------------------------------------------------------------------------- */

static uint64_t translate(const struct scene *scene, uint64_t word)
{
    for (uint32_t k = 0; k < scene->address_count; k++) {
        if (scene->addresses[k] == word) {
            return KNOWN(k);
        }
    }
    for (uint32_t k = 0; k < SCENE_ACCOUNTS; k++) {
        if (scene->accounts[k].number == word) {
            return KNOWN_ACCOUNT(k);
        }
    }
    return word;
}

static void observe_answer(struct observer *observer, const struct scene *scene, uint32_t translated, uint32_t loose)
{
    const struct answer *answer = &scene->answer;

    observe(observer, WRONG_ERROR, "the kernel's error", 0, answer->status);
    observe(observer, WRONG_ERROR, "the server's error", 0, answer->label);
    observe(observer, WRONG_ERROR, "number of frames in the answer", 0, answer->n);
    observe(observer, WRONG_ERROR, "number of new handles", 0, answer->got.count);
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
        if (loose >> k & 1) {
            continue;
        }
        observe(observer, WRONG_ERROR, "word of the answer", k,
                translated >> k & 1 ? translate(scene, answer->words[k]) : answer->words[k]);
    }
}

/* --- frames ----------------------------------------------------------------------------------------------------------- */

static uint64_t payer_told(const struct scene *scene, uint32_t payer)
{
    for (uint32_t k = 0; k < SCENE_ACCOUNTS; k++) {
        if (payer != 0 && scene->accounts[k].number == payer) {
            return KNOWN_ACCOUNT(k);
        }
    }
    return payer;
}

/* The first and the last word; then something else is written there, so that who gets the frame next sees whether it was zeroed. */
static void observe_contents(struct observer *observer, handle frame, uint32_t rights)
{
    uint64_t words[2] = {UINT64_MAX, UINT64_MAX};

    if ((rights & (RIGHT_MAP | RIGHT_WRITE)) != (RIGHT_MAP | RIGHT_WRITE)) {
        return;
    }
    if (frame_map(frame, CONTENTS_ADDRESS, RIGHT_READ | RIGHT_WRITE) == ERROR_NONE) {
        volatile uint64_t *page = (volatile uint64_t *)CONTENTS_ADDRESS;
        words[0] = page[0];
        words[1] = page[FRAME_SIZE / sizeof(*page) - 1];
        page[0] = DIRT;
        page[FRAME_SIZE / sizeof(*page) - 1] = DIRT;
        expect_success(frame_unmap(frame));
    }
    observe(observer, WRONG_DOUBLED, "first word of a frame", 0, words[0]);
    observe(observer, WRONG_DOUBLED, "last word of a frame", 0, words[1]);
}

static void observe_frame(struct observer *observer, const struct scene *scene, handle frame, uint32_t place)
{
    struct handle_facts entry = {0};
    struct frame_facts facts = {0};
    uint64_t words[MESSAGE_WORDS] = {0};
    enum error error = system_call_inspect(frame, &entry);

    observe(observer, WRONG_ERROR, "error of a handle", place, error);
    observe(observer, WRONG_ERROR, "kind of a handle", place, entry.kind);
    observe(observer, WRONG_ERROR, "rights of a handle", place, entry.rights);
    observe(observer, WRONG_ERROR, "whether it is mapped", place, entry.address != 0);
    if (error != ERROR_NONE) {
        return;
    }
    observe(observer, WRONG_STUCK, "error of frame_info", place, frame_info(frame, &facts));
    observe(observer, WRONG_MISCOUNTED, "count of a frame", place, facts.reference_count);
    observe(observer, WRONG_MISCOUNTED, "kind of a frame", place, facts.kind);
    observe(observer, WRONG_MISCOUNTED, "payer of a frame", place, payer_told(scene, facts.payer));
    observe(observer, WRONG_MISCOUNTED, "whether it is in a list", place, facts.list != 0);
    if (kind_is_untyped(facts.kind) && facts.kind != KIND_DEVICE) {
        observe(observer, WRONG_STUCK, "error of frame_metadata", place, frame_metadata(frame, words));
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            observe(observer, WRONG_MISCOUNTED, "metadata", k, words[k]);
        }
        if (entry.address == 0) {
            observe_contents(observer, frame, entry.rights);
        }
    }
}

static void observe_run(struct observer *observer, const struct scene *scene, struct run run, uint32_t place)
{
    for (uint32_t k = 0; k < run.count; k++) {
        if (k < LOOKED_AT - 1 || k == run.count - 1) {
            observe_frame(observer, scene, handle_of_run(run.first, k), place + k);
        }
    }
}

/* Where the new frames lie: the answer tells the first one's address. */
static void observe_new(struct observer *observer, const struct scene *scene)
{
    struct frame_facts facts = {0};
    const struct answer *answer = &scene->answer;

    if (answer->got.count > 0 && scene->ask.want != ACTION_MINT) {
        observe(observer, WRONG_STUCK, "error of frame_info", 0, frame_info(answer->got.first, &facts));
        observe(observer, WRONG_ERROR, "address of the frame and in the answer", 0,
                (scene->ask.want == ACTION_CLONE && answer->got.count == 1) || facts.address == answer->words[0]);
    }
}

/* --- lists and accounts ----------------------------------------------------------------------------------------------- */

static void observe_list(struct observer *observer, const struct scene *scene)
{
    struct list_cursor cursor = list_cursor_ghost(scene->list);
    uint64_t length = 0;

    observe(observer, WRONG_STUCK, "error of list_length", 0, list_length(scene->list, &length));
    observe(observer, WRONG_MISCOUNTED, "length of the list", 0, length);
    for (uint32_t k = 0; k < WALK_MAX && k <= length; k++) {
        struct list_member member = {0};
        observe(observer, WRONG_STUCK, "error of list_cursor_next", k, list_cursor_next(&cursor));
        if (cursor.address == LIST_GHOST) {
            break;
        }
        observe(observer, WRONG_STUCK, "error of list_cursor_look", k, list_cursor_look(&cursor, &member));
        observe(observer, WRONG_LOST, "member of the list", k,
                translate(scene, cursor.address) >> 60 == 0xa ? translate(scene, cursor.address) : 0);
        observe(observer, WRONG_MISCOUNTED, "metadata of a member", k, member.metadata[0]);
    }
    observe(observer, WRONG_LOST, "end of the list", 0, cursor.address);
    observe(observer, WRONG_STUCK, "error of list_cursor_previous", 0, list_cursor_previous(&cursor));
}

static void observe_account(struct observer *observer, uint32_t number, uint32_t place)
{
    struct account_statistics facts = {0};

    observe(observer, WRONG_STUCK, "error of account_facts", place, account_facts(number, &facts));
    observe(observer, WRONG_MISCOUNTED, "frames of an account", place, facts.used);
    observe(observer, WRONG_MISCOUNTED, "limit of an account", place, facts.limit);
    observe(observer, WRONG_MISCOUNTED, "tables of an account", place, facts.tables_used);
    observe(observer, WRONG_MISCOUNTED, "limit of tables of an account", place, facts.table_limit);
}

void observe_scene(struct observer *observer, const struct scene *scene, uint32_t translated, uint32_t loose)
{
    observe_answer(observer, scene, translated, loose);
    observe_new(observer, scene);
    observe_account(observer, 0, 0);
    for (uint32_t k = 0; k < SCENE_ACCOUNTS; k++) {
        if (scene->accounts[k].number != 0) {
            observe_account(observer, scene->accounts[k].number, k + 1);
        }
    }
    if (scene->list != 0) {
        observe_frame(observer, scene, scene->list, 0);
        observe_list(observer, scene);
    }
    for (uint32_t k = 0; k < scene->copy_count; k++) {
        struct handle_facts facts;
        observe(observer, WRONG_ERROR, "error of a copy", k, system_call_inspect(scene->copies[k], &facts));
    }
    for (uint32_t k = 0; k < scene->run_count; k++) {
        observe_run(observer, scene, scene->runs[k], k * 1000);
    }
}

/* --- everything ------------------------------------------------------------------------------------------------------- */

static struct observer *audited;

static void tell_finding(const struct audit_finding *finding)
{
    char text[AUDIT_TEXT];

    audit_text(finding, text, sizeof(text));
    count_wrong(audited, WRONG_MISCOUNTED, "audit", finding->where, finding->is, finding->should);
    print("#   audit: %s\n", text);
}

void observe_audit(struct observer *observer)
{
    struct audit_result result = {0};

    audited = observer;
    observe_holds(observer, WRONG_STUCK, "error of the audit", audit(0, tell_finding, &result), ERROR_NONE);
}
