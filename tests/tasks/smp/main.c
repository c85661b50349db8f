/* Suite `smp`: tasks on different CPUs, and what they do to each other. With one CPU all of it happens there. */
#include "tests/tasks/smp/smp.h"

#include "tests/tasks/hostile/random.h"
#include <quire/account.h>
#include <quire/names.h>
#include <quire/print.h>

/* Who holds what this task's account still pays for. */
static void tell_holders(void)
{
    struct account_holder holder;
    struct frame_facts facts;

    for (uint64_t address = 0; account_next_holder(0, &address, &holder) == ERROR_NONE;) {
        if (frame_info_at(holder.address, &facts) == ERROR_NONE) {
            print("# 0x%lx: %s, %lu handles, one of %s\n", holder.address, kind_name(facts.kind), holder.handles,
                  holder.name);
        }
    }
}

bool all_is_back(uint64_t free_before)
{
    for (uint64_t turn = 0; free_frames() != free_before && turn < PATIENCE_LOOKS; turn++) {
        system_call_yield();
    }
    if (!expect_equal(free_frames(), free_before)) {
        tell_holders();
        return false;
    }
    return true;
}

uint64_t draw(uint64_t limit)
{
    static struct random numbers;

    if (numbers.state == 0) {
        numbers.state = tap_seed() + 1;
    }
    return random_below(&numbers, limit);
}

bool children_on(uint32_t cpu)
{
    bool there = cpu < start_page()->cpu_count;

    children_cpu = there ? 1 + cpu : 0;
    return there;
}

int main(void)
{
    static const struct tap_group *const groups[] = {&calls_tests,  &tasks_tests,   &revoke_tests,
                                                     &memory_tests, &console_tests, &fight_tests};

    if (!children_initialise()) {
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
