#include "kernel/cpu/turns.h"
#include "kernel/print.h"
#include <quire/option_words.h>

atomic_word turns;

void turns_begin(const char *command_line)
{
    char value[24];
    uint64_t seed = 0;

    if (option_find(command_line, "turns", value, sizeof(value)) != OPTION_FOUND)
        return;
    enum error error = option_number(value, UINT32_MAX, &seed);
    if (error)
        print_line(PRINT_QUIET, "turns=%s: %s, %s", value, error_name(error), error_sentence(error));
    else
        atomic_store_relaxed(&turns, (seed + 1) * UINT64_C(0x9e3779b97f4a7c15)); /* odd: small seeds get far apart */
}
