/* A program for the shell: takes frames until it gets no more, and says why; gives them back, and ends. */
#include <quire/account.h>
#include <quire/client.h>
#include <quire/print.h>

int main(void)
{
    uint64_t count = 0;
    handle frame;
    enum error error;

    while ((error = frame_allocate(&frame)) == ERROR_NONE) {
        count++;
    }
    print("greedy: %lu frames, then %s: %s\n", count, error_name(error), error_sentence(error));
    if (error == ERROR_OVER_LIMIT) {
        struct refusal refusal = last_refusal();

        print("greedy: account %u may have %lu, used %lu, asked %lu\n", refusal.account, refusal.limit, refusal.used,
              refusal.asked);
    }
    return 0; /* the frames go with the task */
}
