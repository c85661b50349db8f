/* Options on command lines. */
#include "servers/init/options.h"
#include "tests/host/random.h"
#include <check.h>
#include <quire/abi.h>
#include <quire/option_words.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct module_options options;

static void expect_option(const char *line, const char *key, enum option_state state, const char *value)
{
    char buffer[8] = "before";

    ck_assert_int_eq((int)option_find(line, key, buffer, sizeof(buffer)), (int)state);
    ck_assert_str_eq(buffer, state == OPTION_FOUND ? value : "before");
}

START_TEST(finding)
{
    expect_option("suite=check seed=7 quick", "suite", OPTION_FOUND, "check");
    expect_option("suite=check seed=7 quick", "seed", OPTION_FOUND, "7");
    expect_option("suite=check seed=7 quick", "quick", OPTION_FOUND, "");
    expect_option("  \t suite=check\tseed=7  ", "seed", OPTION_FOUND, "7");
    expect_option("suite=", "suite", OPTION_FOUND, "");
    expect_option("suite=a=b", "suite", OPTION_FOUND, "a=b");
    expect_option("log=debug log=info", "log", OPTION_FOUND, "info");
    expect_option("log=debug log", "log", OPTION_FOUND, "");
}
END_TEST

START_TEST(not_finding)
{
    expect_option("", "suite", OPTION_ABSENT, NULL);
    expect_option("   ", "suite", OPTION_ABSENT, NULL);
    expect_option("suites=1 asuite=2 suit=3 suit", "suite", OPTION_ABSENT, NULL);
    expect_option("x=suite x=suite=1", "suite", OPTION_ABSENT, NULL);
    expect_option("a -- suite=check", "suite", OPTION_ABSENT, NULL);
    expect_option("a --suite=check", "suite", OPTION_ABSENT, NULL);
    expect_option("a=-- suite=check", "suite", OPTION_FOUND, "check");
}
END_TEST

START_TEST(values_that_do_not_fit)
{
    expect_option("suite=1234567", "suite", OPTION_FOUND, "1234567");
    expect_option("suite=12345678", "suite", OPTION_TOO_LONG, NULL);
    expect_option("suite=1 suite=12345678", "suite", OPTION_TOO_LONG, NULL);
    expect_option("suite=12345678 suite=1", "suite", OPTION_FOUND, "1");
}
END_TEST

static void expect_number(const char *text, uint64_t maximum, enum error error, uint64_t expected)
{
    uint64_t value = 4711;

    ck_assert_msg(option_number(text, maximum, &value) == error, "'%s'", text);
    ck_assert_uint_eq(value, error == ERROR_NONE ? expected : 4711);
}

START_TEST(numbers)
{
    expect_number("0", 0, ERROR_NONE, 0);
    expect_number("31", 31, ERROR_NONE, 31);
    expect_number("32", 31, ERROR_OUT_OF_BOUND, 0);
    expect_number("000031", 31, ERROR_NONE, 31);
    expect_number("18446744073709551615", UINT64_MAX, ERROR_NONE, UINT64_MAX);
    expect_number("18446744073709551616", UINT64_MAX, ERROR_OUT_OF_BOUND, 0);
    expect_number("18446744073709551620", UINT64_MAX, ERROR_OUT_OF_BOUND, 0);
    expect_number("184467440737095516150", UINT64_MAX, ERROR_OUT_OF_BOUND, 0);
    expect_number("0x0", 0, ERROR_NONE, 0);
    expect_number("0xaAfF09", UINT32_MAX, ERROR_NONE, 0xaaff09);
    expect_number("0xdeadBEEF", UINT32_MAX, ERROR_NONE, 0xdeadbeef);
    expect_number("0XffffFFFFffffFFFF", UINT64_MAX, ERROR_NONE, UINT64_MAX);
    expect_number("0x10000000000000000", UINT64_MAX, ERROR_OUT_OF_BOUND, 0);
}
END_TEST

START_TEST(no_numbers)
{
    static const char *const texts[] = {
        "",  "0x", "x", "1x", "0x1g", "-1",  "+1",  " 1",  "1 ",  "0b1",
        "a", "1a", "/", ":",  "0x/",  "0x@", "0x`", "0x:", "1.0", "99999999999999999999x",
        "x0"};

    for (uint32_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
        expect_number(texts[k], UINT64_MAX, ERROR_BAD_ARGUMENT, 0);
    }
}
END_TEST

static void parse_good(const char *line)
{
    memset(&options, 0xcc, sizeof(options));
    ck_assert_msg(module_options_parse(line, &options) == ERROR_NONE, "'%s': '%s'", line, options.offending);
    ck_assert_str_eq(options.offending, "");
}

static void parse_bad(const char *line, const char *offending)
{
    static struct module_options expected;

    memset(&options, 0xcc, sizeof(options));
    ck_assert_msg(module_options_parse(line, &options) == ERROR_BAD_OPTION, "'%s'", line);
    ck_assert_str_eq(options.offending, offending);
    memset(&expected, 0, sizeof(expected));
    strcpy(expected.offending, offending);
    ck_assert_mem_eq(&options, &expected, sizeof(options));
}

START_TEST(name_only)
{
    parse_good("  console ");
    ck_assert_str_eq(options.name, "console");
    ck_assert_uint_eq(options.priority, OPTION_PRIORITY_DEFAULT);
    ck_assert(!options.server && !options.init && !options.no_fpu && !options.restart);
    ck_assert_uint_eq(options.rights, 0);
    ck_assert_uint_eq(options.powers, 0);
    ck_assert_uint_eq(options.port_count, 0);
    ck_assert_uint_eq(options.frames, ACCOUNT_UNLIMITED);
    ck_assert_uint_eq(options.tables, ACCOUNT_UNLIMITED);
    ck_assert_uint_eq(options.cpu, 0);
    ck_assert_uint_eq(options.endpoint_count, 0);
    ck_assert_str_eq(options.arguments, "");
}
END_TEST

START_TEST(every_option)
{
    parse_good(
        "a server init restart verdict print ports interrupts nofpu priority=0 claim lookup device frames=7 tables=0 "
        "call=pipe receive=pipe call=log -- x  -- y=1 ");
    ck_assert_str_eq(options.name, "a");
    ck_assert(options.server && options.init && options.no_fpu && options.restart);
    ck_assert_uint_eq(options.powers, POWER_VERDICT | POWER_PRINT | POWER_PORTS | POWER_INTERRUPTS);
    ck_assert_uint_eq(options.first_port, 0);
    ck_assert_uint_eq(options.port_count, 65536);
    ck_assert_uint_eq(options.frames, 7);
    ck_assert_uint_eq(options.tables, 0);
    ck_assert_uint_eq(options.priority, 0);
    ck_assert_uint_eq(options.rights, SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP | SERVICE_RIGHT_DEVICE);
    ck_assert_uint_eq(options.endpoint_count, 3);
    ck_assert_str_eq(options.endpoints[0].name, "pipe");
    ck_assert_uint_eq(options.endpoints[0].right, RIGHT_CALL);
    ck_assert_str_eq(options.endpoints[1].name, "pipe");
    ck_assert_uint_eq(options.endpoints[1].right, RIGHT_RECEIVE);
    ck_assert_str_eq(options.endpoints[2].name, "log");
    ck_assert_str_eq(options.arguments, "x  -- y=1 ");
}
END_TEST

/* What an option of which there is at most one sets, and that it sets nothing else. */
static void expect_flags(const char *line, uint32_t server, uint32_t init, uint32_t no_fpu, uint32_t rights,
                         uint32_t powers)
{
    parse_good(line);
    ck_assert_uint_eq(options.server, server);
    ck_assert_uint_eq(options.init, init);
    ck_assert_uint_eq(options.no_fpu, no_fpu);
    ck_assert_uint_eq(options.rights, rights);
    ck_assert_uint_eq(options.powers, powers);
}

START_TEST(one_option_each)
{
    expect_flags("a server", 1, 0, 0, 0, 0);
    expect_flags("a init", 0, 1, 0, 0, 0);
    expect_flags("a nofpu", 0, 0, 1, 0, 0);
    expect_flags("a verdict", 0, 0, 0, 0, POWER_VERDICT);
    expect_flags("a print", 0, 0, 0, 0, POWER_PRINT);
    expect_flags("a ports", 0, 0, 0, 0, POWER_PORTS);
    expect_flags("a interrupts", 0, 0, 0, 0, POWER_INTERRUPTS);
    parse_good("a restart");
    ck_assert_uint_eq(options.restart, 1);
    parse_good("a claim");
    ck_assert_uint_eq(options.rights, SERVICE_RIGHT_CLAIM);
    parse_good("a lookup");
    ck_assert_uint_eq(options.rights, SERVICE_RIGHT_LOOKUP);
    parse_good("a device");
    ck_assert_uint_eq(options.rights, SERVICE_RIGHT_DEVICE);
    parse_good("a priority=31");
    ck_assert_uint_eq(options.priority, 31);
    parse_good("a priority=0x1f");
    ck_assert_uint_eq(options.priority, 31);
    parse_good("a cpu=62");
    ck_assert_uint_eq(options.cpu, 62);
    parse_good("a cpu=next");
    ck_assert_uint_eq(options.cpu, OPTION_CPU_NEXT);
    parse_good("a --");
    ck_assert_str_eq(options.arguments, "");
    parse_good("a --   ");
    ck_assert_str_eq(options.arguments, "");
}
END_TEST

static void expect_ports(const char *line, uint32_t first, uint32_t count)
{
    parse_good(line);
    ck_assert_uint_eq(options.powers, POWER_PORTS);
    ck_assert_uint_eq(options.first_port, first);
    ck_assert_uint_eq(options.port_count, count);
}

START_TEST(ranges_of_ports)
{
    expect_ports("a ports=0x3f8-0x3ff", 0x3f8, 8);
    expect_ports("a ports=96-96", 96, 1);
    expect_ports("a ports=0-65535", 0, 65536);
    expect_ports("a ports=5-6 ports", 0, 65536);
    expect_ports("a ports ports=5-6", 5, 2);
    parse_bad("a ports=", "ports=");
    parse_bad("a ports=5", "ports=5");
    parse_bad("a ports=5-", "ports=5-");
    parse_bad("a ports=-5", "ports=-5");
    parse_bad("a ports=6-5", "ports=6-5");
    parse_bad("a ports=0-65536", "ports=0-65536");
    parse_bad("a ports=0-1-2", "ports=0-1-2");
}
END_TEST

START_TEST(limits)
{
    parse_good("a frames=18446744073709551615");
    ck_assert_uint_eq(options.frames, ACCOUNT_UNLIMITED);
    ck_assert_uint_eq(options.tables, ACCOUNT_UNLIMITED);
    parse_good("a tables=0x10");
    ck_assert_uint_eq(options.frames, ACCOUNT_UNLIMITED);
    ck_assert_uint_eq(options.tables, 16);
    parse_bad("a frames=18446744073709551616", "frames=18446744073709551616");
    parse_bad("a frames", "frames");
    parse_bad("a frames=", "frames=");
    parse_bad("a tables=-1", "tables=-1");
}
END_TEST

START_TEST(bad_names)
{
    parse_bad("", "");
    parse_bad("  \t", "");
    parse_bad("-- a", "--");
    parse_bad("priority=3 a", "priority=3");
    parse_good("abcdefghijklmnopqrstuvw");
    ck_assert_uint_eq(strlen(options.name), START_NAME - 1);
    parse_bad("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx");
}
END_TEST

START_TEST(bad_options)
{
    parse_bad("a b", "b");
    parse_bad("a server=1", "server=1");
    parse_bad("a init=1", "init=1");
    parse_bad("a restart=1", "restart=1");
    parse_bad("a claims", "claims");
    parse_bad("a clai", "clai");
    parse_bad("a -", "-");
    parse_bad("a ---", "---");
    parse_bad("a server Server verdict", "Server");
    parse_bad("a priority", "priority");
    parse_bad("a priority=", "priority=");
    parse_bad("a priority=32", "priority=32");
    parse_bad("a priority=-1", "priority=-1");
    parse_bad("a priority=x", "priority=x");
    parse_bad("a priority=0000000000000000000000000000000001", "priority=0000000000000000000000000000000001");
    parse_bad("a cpu", "cpu");
    parse_bad("a cpu=", "cpu=");
    parse_bad("a cpu=63", "cpu=63"); /* more than there can be */
    parse_bad("a cpu=first", "cpu=first");
    parse_bad("a cpu=nextt", "cpu=nextt");
    parse_bad("a call", "call");
    parse_bad("a call=", "call=");
    parse_bad("a receive=", "receive=");
    parse_bad("a call=frameserv", "call=frameserv");
    parse_good("a call=abcdefghijklmnopqrstuvw");
    parse_bad("a call=abcdefghijklmnopqrstuvwx", "call=abcdefghijklmnopqrstuvwx");
    /* As long as fits into offending[], and one longer. */
    parse_bad("a xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx7", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx7");
    parse_bad("a xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx78", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx7");
}
END_TEST

START_TEST(as_many_endpoints_as_fit)
{
    char line[512] = "a";

    for (int k = 0; k < OPTION_ENDPOINTS; k++) {
        sprintf(line + strlen(line), " %s=e%d", k % 2 ? "call" : "receive", k);
    }
    parse_good(line);
    ck_assert_uint_eq(options.endpoint_count, OPTION_ENDPOINTS);
    ck_assert_str_eq(options.endpoints[11].name, "e11");
    ck_assert_uint_eq(options.endpoints[10].right, RIGHT_RECEIVE);
    strcat(line, " call=one-more");
    parse_bad(line, "call=one-more");
}
END_TEST

START_TEST(long_arguments)
{
    char line[600];

    memset(line, 'x', sizeof(line));
    memcpy(line, "a -- ", 5);
    line[5 + sizeof(options.arguments) - 1] = 0;
    parse_good(line);
    ck_assert_uint_eq(strlen(options.arguments), sizeof(options.arguments) - 1);
    line[5 + sizeof(options.arguments) - 1] = 'x';
    line[5 + sizeof(options.arguments)] = 0;
    parse_bad(line, "--");
}
END_TEST

/* Lines of random words in buffers of exactly their size. What parses has only values in range. */
START_TEST(random_lines)
{
    static const char *const words[] = {"a",     "server", "claim",    "lookup", "device",    "priority=", "priority=7",
                                        "call=", "call=x", "--",       " ",      "receive=y", "nofpu",     "restart",
                                        "=",     "\t",     "31",       "0x",     "-",         "ports=",    "frames=",
                                        "ports", "init",   "tables=1", "cpu=",   "cpu=1",     "next",      "cpu=next"};
    struct random random = random_start();
    uint32_t accepted = 0;

    for (uint32_t round = 0; round < 100000; round++) {
        char text[256] = "";
        for (uint64_t count = random_below(&random, 8); count > 0; count--) {
            strcat(text, words[random_below(&random, sizeof(words) / sizeof(words[0]))]);
            strcat(text, random_below(&random, 8) ? " " : "");
        }
        char *line = strdup(text);
        char value[4];
        enum option_state state = option_find(line, "priority", value, sizeof(value));
        bool good = true;
        if (module_options_parse(line, &options) == ERROR_NONE) {
            accepted++;
            good = options.priority <= OPTION_PRIORITY_MAX && options.cpu <= OPTION_CPU_NEXT &&
                   options.endpoint_count <= OPTION_ENDPOINTS && strlen(options.name) > 0 &&
                   strlen(options.name) < START_NAME && state != OPTION_TOO_LONG &&
                   options.first_port + options.port_count <= OPTION_PORTS &&
                   (options.port_count > 0) == ((options.powers & POWER_PORTS) != 0);
        }
        free(line);
        if (!good) {
            ck_abort_msg("'%s' (QUIRE_SEED=%lu round %u)", text, (unsigned long)random.seed, round);
        }
    }
    ck_assert_uint_gt(accepted, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *words = tcase_create("words");
    TCase *modules = tcase_create("modules");

    tcase_add_test(words, finding);
    tcase_add_test(words, not_finding);
    tcase_add_test(words, values_that_do_not_fit);
    tcase_add_test(words, numbers);
    tcase_add_test(words, no_numbers);
    tcase_add_test(modules, name_only);
    tcase_add_test(modules, every_option);
    tcase_add_test(modules, one_option_each);
    tcase_add_test(modules, ranges_of_ports);
    tcase_add_test(modules, limits);
    tcase_add_test(modules, bad_names);
    tcase_add_test(modules, bad_options);
    tcase_add_test(modules, as_many_endpoints_as_fit);
    tcase_add_test(modules, long_arguments);
    tcase_add_test(modules, random_lines);
    tcase_set_timeout(modules, 60);
    suite_add_tcase(suite, words);
    suite_add_tcase(suite, modules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
