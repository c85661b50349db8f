/* A program for the shell: takes and gives back frames for ever, now more, now fewer. `peak=N` says how many
 * it has at the most (768); where its account allows no more it says so, once, and lets go again. */
#include <quire/account.h>
#include <quire/client.h>
#include <quire/print.h>
#include <quire/segment.h>

#define PIECES_MAX 96 /* all handles of a task's table that are free at its start hold fewer */
#define PIECE_FRAMES 8
#define PAUSE 400 /* times that others may run between two pieces */

static struct segment pieces[PIECES_MAX];
static uint32_t count;
static bool complained;

static void pause(void)
{
    for (uint32_t k = 0; k < PAUSE; k++) {
        system_call_yield();
    }
}

/* One piece more; false: there are as many as there can be. */
static bool breathe_in(uint32_t most)
{
    struct refusal refusal;

    if (count == most) {
        return false;
    }
    enum error error = segment_allocate(PIECE_FRAMES, 0, &pieces[count]);
    if (error == ERROR_NONE) {
        count++;
        return true;
    }
    refusal = last_refusal();
    if (!complained) {
        print("%s: %s, at %lu frames of %lu\n", error_name(error), error_sentence(error), refusal.used, refusal.limit);
    }
    complained = true;
    return false;
}

int main(void)
{
    uint64_t peak = start_option_number(start_page()->arguments, "peak", PIECES_MAX * PIECE_FRAMES);
    uint32_t most = peak / PIECE_FRAMES < PIECES_MAX ? (uint32_t)(peak / PIECE_FRAMES) : PIECES_MAX;

    for (;;) {
        while (breathe_in(most)) {
            pause();
        }
        while (count > 0) {
            enum error error = segment_drop(&pieces[--count], NULL);

            if (error != ERROR_NONE) {
                print("drop: %s\n", error_sentence(error));
                return (int)error;
            }
            pause();
        }
    }
}
