/* Text to the console, 40 bytes a message: to the console server, or while there is none to the kernel. */
#include <quire/print.h>

#include <quire/console.h>
#include <quire/task.h>
#include <string.h>

static void print_bytes(handle console, uint32_t count, const uint64_t words[MESSAGE_WORDS])
{
    uint64_t status = ERROR_NO_SERVER;

    if (console != 0) {
        status = call_5(console, console_label_of(console_writer(), CONSOLE_WRITE, count), words[0], words[1], words[2],
                        words[3], words[4])
                     .status;
    }
    if (status != ERROR_NONE) {
        enum error error = system_call_print(count, words); /* who may not has nowhere left to say so */
        (void)error;
    }
}

void print_arguments(const char *format, va_list arguments)
{
    char text[PRINT_LENGTH_MAX + 1];
    size_t wanted = format_text(text, sizeof(text), format, arguments);
    size_t length = wanted < sizeof(text) ? wanted : PRINT_LENGTH_MAX;
    handle console = console_used();

    for (size_t done = 0; done < length; done += PRINT_BYTES_MAX) {
        uint64_t words[MESSAGE_WORDS] = {0};
        size_t count = length - done < PRINT_BYTES_MAX ? length - done : PRINT_BYTES_MAX;

        memcpy(words, text + done, count);
        print_bytes(console, (uint32_t)count, words);
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_arguments(format, arguments);
    va_end(arguments);
}
