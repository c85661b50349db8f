/* A task of the suite `smp`: does what fights.def has in an order drawn from its seed, beside others on all CPUs, until the
 * board says stop; then it gives all back. With a handle `here` it is an exchange instead. */
#include "tests/tasks/fighter/exchange.h"
#include "tests/tasks/fighter/fighter.h"

#include <quire/client.h>
#include <quire/format.h>
#include <quire/task.h>

struct random numbers;
struct report *report;
struct board *board;
handle list;
handle exchanges[EXCHANGES_MAX];
uint32_t exchange_count;

static enum fight fight_now;

#define E(NAME) (UINT64_C(1) << ERROR_##NAME)
static const struct {
    enum error (*run)(void);
    uint32_t weight;
    uint64_t errors;
} fights[FIGHTS] = {
#define FIGHT(NAME, name, weight, errors, text) {fight_##name, weight, errors},
#include "tests/tasks/fighter/fights.def"
#undef FIGHT
};
#undef E

#define FIGHT(NAME, name, weight, errors, text) +(weight)
static const uint32_t weights =
#include "tests/tasks/fighter/fights.def"
    ;
#undef FIGHT

_Noreturn void fail(uint64_t line, enum error error, uint64_t address, uint64_t actual, uint64_t expected)
{
    report->failure = (struct fight_failure){
        .fight = fight_now, .error = error, .address = address, .actual = actual, .expected = expected, .line = line};
    system_call_exit(2);
}

static enum fight draw(void)
{
    uint64_t place = random_below(&numbers, weights);
    uint32_t k = 0;

    while (place >= fights[k].weight) {
        place -= fights[k++].weight;
    }
    return (enum fight)k;
}

static void fight(void)
{
    fight_now = draw();
    enum error error = fights[fight_now].run();

    if (error == ERROR_NONE) {
        report->count[fight_now]++;
    } else {
        report->seen[fight_now] |= UINT64_C(1) << error;
        if ((fights[fight_now].errors >> error & 1) == 0) {
            fail(__LINE__, error, 0, 0, 0);
        }
    }
    report->operations++;
}

/* A page table that it takes may be looked up by a fighter before it is one. */
static void *page_of(const char *name)
{
    enum error error;
    void *page;

    do {
        error = frame_map_anywhere(start_handle(name), RIGHT_READ | RIGHT_WRITE, &page);
    } while (error == ERROR_SHARED || error == ERROR_BUSY);
    if (error != ERROR_NONE) {
        system_call_exit(3);
    }
    return page;
}

static void find_exchanges(void)
{
    char name[START_NAME];

    for (; exchange_count < EXCHANGES_MAX; exchange_count++) {
        format_line(name, sizeof(name), GIFT_EXCHANGE "%u", exchange_count);
        exchanges[exchange_count] = start_handle(name);
        if (exchanges[exchange_count] == 0) {
            break;
        }
    }
}

int main(void)
{
    numbers.state = start_option_number(start_page()->arguments, "seed", 1);
    report = page_of(GIFT_REPORT);
    if (start_handle(GIFT_HERE) != 0) {
        return (int)exchange_serve(start_handle(GIFT_HERE));
    }
    board = page_of(GIFT_BOARD);
    list = start_handle(GIFT_LIST);
    find_exchanges();
    while (atomic_load_relaxed(&board->stop) == 0) {
        fight();
    }
    for (uint32_t k = 0; k < HELD_MAX; k++) {
        if (held[k].value != 0) {
            enum error error = frame_drop(held[k].value);
            check(error == ERROR_NONE || (error == ERROR_BAD_HANDLE && held[k].shared), held[k].address);
        }
    }
    return 0;
}
