/* Holds about goal=N permille of the machine's memory, in a way of its own, and gets some of it anew whenever it has a turn at the
 * endpoint `pulse`: so that a picture of memory is worth looking at. way=runs: frames in a row; way=dust: single frames; way=lists:
 * lists, which own their frames; way=tables: kinds that the kernel keeps. */
#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/list.h>
#include <quire/print.h>
#include <string.h>

#define PIECES 4096
#define RUN_MAX 256 /* frames in a row */
#define LIST_MAX 320
#define TABLES_RUN 32

/* What it got at a time: handles that follow one another, or one list. */
struct piece {
    handle first;
    uint32_t handles;
    uint32_t frames;
    bool single; /* its handles are dropped one by one */
};

static struct piece pieces[PIECES];
static uint32_t piece_count;
static uint64_t held;
static uint64_t goal;
static uint64_t state; /* of the random numbers */

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static void drop_piece(uint32_t index)
{
    struct piece *piece = &pieces[index];
    enum error error = ERROR_NONE;

    if (piece->single) {
        for (uint32_t k = 0; k < piece->handles; k++) {
            error = frame_drop(handle_of_run(piece->first, k));
        }
    } else {
        error = frame_drop_run(piece->first, piece->handles, NULL);
    }
    (void)error; /* nothing of it is shared, mapped or installed */
    held -= piece->frames;
    *piece = pieces[--piece_count];
}

/* Memory of the ways runs, dust and tables; *piece says what came. */
static enum error take_frames(const char *way, struct piece *piece)
{
    static const enum kind kinds[] = {KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_ENDPOINT, KIND_LIST};
    bool dust = strcmp(way, "dust") == 0;
    uint32_t count = dust ? 1 : 1 + (uint32_t)draw(strcmp(way, "tables") == 0 ? TABLES_RUN : RUN_MAX);
    enum error error = frame_allocate_with(count, dust ? 0 : ALLOC_CONTIGUOUS, &piece->first);

    if (error != ERROR_NONE) {
        return error;
    }
    *piece = (struct piece){.first = piece->first, .handles = count, .frames = count};
    if (strcmp(way, "tables") == 0) {
        enum kind kind = kinds[draw(sizeof(kinds) / sizeof(kinds[0]))];

        for (uint32_t k = 0; k < count && error == ERROR_NONE; k++) {
            error = frame_repurpose(handle_of_run(piece->first, k), kind);
        }
        piece->single = true;
    }
    return ERROR_NONE; /* what was not turned into something else is memory */
}

static enum error take_list(struct piece *piece)
{
    handle frames;
    uint32_t count = 1 + (uint32_t)draw(LIST_MAX);
    enum error error = list_create(&piece->first);

    if (error != ERROR_NONE) {
        return error;
    }
    *piece = (struct piece){.first = piece->first, .handles = 1, .frames = 1, .single = true};
    for (uint32_t k = 0; k < count; k++) {
        if (frame_allocate_unique(&frames) != ERROR_NONE) {
            break;
        }
        if (list_push_back(piece->first, frames) != ERROR_NONE) {
            return frame_drop(frames);
        }
        piece->frames++;
    }
    return ERROR_NONE;
}

/* One thing more or one less. False: nothing more is to be had. */
static bool step(const char *way)
{
    struct piece piece;
    enum error error;

    if (piece_count == PIECES) {
        drop_piece((uint32_t)draw(piece_count));
        return true;
    }
    error = strcmp(way, "lists") == 0 ? take_list(&piece) : take_frames(way, &piece);
    if (error == ERROR_NO_TABLE_ENTRY) {
        if (library_grow_handles() == ERROR_NO_TABLE_ENTRY &&
            piece_count > 0) { /* one for the new table itself is wanted */
            drop_piece((uint32_t)draw(piece_count));
            return library_grow_handles() == ERROR_NONE;
        }
        return true;
    }
    if (error != ERROR_NONE) {
        return false;
    }
    pieces[piece_count++] = piece;
    held += piece.frames;
    return true;
}

int main(void)
{
    struct machine_statistics counts;
    char buffer[16];
    const char *way = start_option(start_page()->arguments, "way", buffer, sizeof(buffer), "runs");
    enum error error = machine_statistics(&counts);

    goal = counts.usable * start_option_number(start_page()->arguments, "goal", 50) / 1000;
    state = 88172645463325252 + start_page()->account; /* Marsaglia's seed; not 0 */
    while (error == ERROR_NONE) {
        struct endpoint_message turn = {0};
        while (held < goal && step(way)) {
        }
        if (piece_count > 0) {
            drop_piece((uint32_t)draw(piece_count));
        }
        error = endpoint_call(start_handle("pulse"), &turn, 0);
    }
    print("# %s: %s\n", start_page()->name, error_sentence(error));
    return (int)error;
}
