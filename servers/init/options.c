/* Options of modules, word by word. */
#include "servers/init/options.h"
#include <quire/abi.h>
#include <quire/option_words.h>
#include <stdbool.h>
#include <string.h>

static bool add_endpoint(struct module_options *out, struct option_word name, uint32_t right)
{
    if (out->endpoint_count == OPTION_ENDPOINTS || name.length == 0 || option_word_is(name, FRAME_SERVER_NAME)) {
        return false;
    }
    struct module_endpoint *endpoint = &out->endpoints[out->endpoint_count++];
    endpoint->right = right;
    return option_word_copy(name, endpoint->name, sizeof(endpoint->name));
}

static bool set_number(struct option_word text, uint64_t maximum, uint64_t *out)
{
    char digits[sizeof("18446744073709551615")];

    return option_word_copy(text, digits, sizeof(digits)) && option_number(digits, maximum, out) == ERROR_NONE;
}

/* FIRST-LAST */
static bool set_ports(struct module_options *out, struct option_word text)
{
    const char *dash = memchr(text.start, '-', text.length);
    uint64_t first;
    uint64_t last;

    if (dash == NULL) {
        return false;
    }
    size_t length = (size_t)(dash - text.start);
    if (!set_number((struct option_word){text.start, length}, OPTION_PORTS - 1, &first) ||
        !set_number((struct option_word){dash + 1, text.length - length - 1}, OPTION_PORTS - 1, &last) ||
        first > last) {
        return false;
    }
    out->powers |= POWER_PORTS;
    out->first_port = (uint32_t)first;
    out->port_count = (uint32_t)(last - first + 1);
    return true;
}

/* N or next */
static bool set_cpu(struct module_options *out, struct option_word text)
{
    if (option_word_is(text, "next")) {
        out->cpu = OPTION_CPU_NEXT;
        return true;
    }
    return set_number(text, WORKERS_MAX - 1, &out->cpu);
}

/* Enters an option that has a value; false when there is no such option or its value is bad. */
static bool set_value(struct module_options *out, struct option_word word)
{
    struct option_word value;

    if (option_word_value(word, "priority", &value)) {
        return set_number(value, OPTION_PRIORITY_MAX, &out->priority);
    }
    if (option_word_value(word, "frames", &value)) {
        return set_number(value, UINT64_MAX, &out->frames);
    }
    if (option_word_value(word, "tables", &value)) {
        return set_number(value, UINT64_MAX, &out->tables);
    }
    if (option_word_value(word, "cpu", &value)) {
        return set_cpu(out, value);
    }
    if (option_word_value(word, "ports", &value)) {
        return set_ports(out, value);
    }
    if (option_word_value(word, "call", &value)) {
        return add_endpoint(out, value, RIGHT_CALL);
    }
    return option_word_value(word, "receive", &value) && add_endpoint(out, value, RIGHT_RECEIVE);
}

/* Enters one option; false as above. */
static bool set_option(struct module_options *out, struct option_word word)
{
    const struct {
        const char *name;
        uint32_t *set;
        uint32_t bit;
    } flags[] = {
        {"server", &out->server, 1},   {"init", &out->init, 1},    {"file", &out->file, 1},
        {"restart", &out->restart, 1}, {"nofpu", &out->no_fpu, 1},
#define SERVICE_RIGHT(bit, NAME, name, text) {name, &out->rights, SERVICE_RIGHT_##NAME},
#include <quire/service_rights.def>
#undef SERVICE_RIGHT
#define POWER(bit, NAME, name, text) {name, &out->powers, POWER_##NAME},
#include <quire/powers.def>
#undef POWER
    };

    for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++) {
        if (option_word_is(word, flags[k].name)) {
            *flags[k].set |= flags[k].bit;
            if (flags[k].set == &out->powers && flags[k].bit == POWER_PORTS) {
                out->first_port = 0;
                out->port_count = OPTION_PORTS;
            }
            return true;
        }
    }
    return set_value(out, word);
}

static bool set_name(struct module_options *out, struct option_word word)
{
    return word.length > 0 && !option_word_is(word, "--") && memchr(word.start, '=', word.length) == NULL &&
           option_word_copy(word, out->name, sizeof(out->name));
}

must_use enum error module_options_parse(const char *line, struct module_options *out)
{
    struct option_word word = option_next_word(&line);

    memset(out, 0, sizeof(*out));
    out->priority = OPTION_PRIORITY_DEFAULT;
    out->frames = ACCOUNT_UNLIMITED;
    out->tables = ACCOUNT_UNLIMITED;
    bool good = set_name(out, word);
    while (good && (word = option_next_word(&line)).length > 0) {
        if (option_word_is(word, "--")) {
            good = option_word_copy(option_rest(line), out->arguments, sizeof(out->arguments));
            break;
        }
        good = set_option(out, word);
    }
    if (good) {
        return ERROR_NONE;
    }
    memset(out, 0, sizeof(*out));
    memcpy(out->offending, word.start, word.length < sizeof(out->offending) ? word.length : sizeof(out->offending) - 1);
    return ERROR_BAD_OPTION;
}
