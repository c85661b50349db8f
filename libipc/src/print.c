/* Text to the console, 40 bytes a system call. */
#include <quire/print.h>

#include <quire/system_call.h>
#include <string.h>

void print_arguments(const char *format, va_list arguments)
{
    char text[PRINT_LENGTH_MAX + 1];
    size_t wanted = format_text(text, sizeof(text), format, arguments);
    size_t length = wanted < sizeof(text) ? wanted : PRINT_LENGTH_MAX;

    for (size_t done = 0; done < length; done += PRINT_BYTES_MAX) {
        uint64_t words[MESSAGE_WORDS] = {0};
        size_t count = length - done < PRINT_BYTES_MAX ? length - done : PRINT_BYTES_MAX;

        memcpy(words, text + done, count);
        if (system_call_print((uint32_t)count, words) != ERROR_NONE) {
            return; /* nowhere is left to say so */
        }
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_arguments(format, arguments);
    va_end(arguments);
}
