#include "servers/init/say.h"

#include <quire/client.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

void give_back(handle *value)
{
    if (*value != 0) {
        enum error error = frame_drop(*value); /* what is gone by then needs no dropping */
        (void)error;
        *value = 0;
    }
}

void print_long(const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        char piece[PRINT_LENGTH_MAX + 1];
        size_t length = left < PRINT_LENGTH_MAX ? left : PRINT_LENGTH_MAX;

        memcpy(piece, text, length);
        piece[length] = 0;
        print("%s", piece);
        text += length;
        left -= length;
    }
}

_Noreturn void judge(bool passed)
{
    enum error error = system_call_verdict(passed ? VERDICT_PASS : VERDICT_FAIL);

    print("# verdict: %s: %s\n", error_name(error), error_sentence(error));
    system_call_exit(error);
}

_Noreturn void give_up(const char *what, enum error error)
{
    print("# %s: %s: %s: %s\n", start_page()->name, what, error_name(error), error_sentence(error));
    judge(false);
}
