/* Memory that boot set aside and that nobody needs any more is memory like any other. */
#include "tests/tasks/check/check.h"

#define PROBES 16384 /* all over memory; the files on the image are longer than the gaps between */

/* How far one probe is from the next, in frames. */
static uint64_t step(const struct machine_statistics *machine)
{
    return machine->end / PROBES + 1;
}

/* The system call is the frame server's alone. */
static void not_by_a_task(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;

    require_success(machine_statistics(&machine));
    for (uint64_t number = 0; number < machine.end; number += step(&machine)) {
        require_success(frame_info_at(number * FRAME_SIZE, &facts));
        if (facts.region == REGION_MODULE || facts.region == REGION_RECLAIMABLE || facts.region == REGION_KERNEL) {
            expect_error(system_call_release(number, 1), ERROR_NOT_PERMITTED);
            break;
        }
    }
    expect_error(system_call_release(0, 0), ERROR_NOT_PERMITTED);
    expect_error(system_call_release(UINT64_MAX, UINT64_MAX), ERROR_NOT_PERMITTED);
}

/* Every frame of modules and of ACPI tables that is nobody's can be had; those it counts as usable memory. */
static void modules_come_back(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    uint64_t released = 0;
    uint64_t probed = 0;
    handle frame;

    require_success(machine_statistics(&machine));
    for (uint64_t number = 0; number < machine.end; number += step(&machine)) {
        require_success(frame_info_at(number * FRAME_SIZE, &facts));
        if (facts.region != REGION_MODULE && facts.region != REGION_RECLAIMABLE) {
            continue;
        }
        released++;
        expect(!kind_is_set_aside(facts.kind));
        if (facts.reference_count == REF_COUNT_UNUSED && probed++ % 4 == 0) {
            uint64_t *page;

            require_success(frame_claim(number * FRAME_SIZE, &frame));
            require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
            expect(is_zero(page)); /* nothing of a program file is left in it */
            require_success(frame_drop(frame));
        }
    }
    expect(released > 0);
    expect(probed > 0);
}

/* What the tasks, the kernel and the loader's tables live in is not among it. */
static void the_rest_stays(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    uint64_t aside = 0;

    require_success(machine_statistics(&machine));
    for (uint64_t number = 0; number < machine.end; number += step(&machine)) {
        require_success(frame_info_at(number * FRAME_SIZE, &facts));
        if (facts.region == REGION_KERNEL || facts.region == REGION_EARLY || facts.region == REGION_METADATA) {
            expect(kind_is_set_aside(facts.kind) || facts.kind == KIND_TASK || facts.kind == KIND_ENDPOINT);
            expect(facts.reference_count != REF_COUNT_UNUSED);
            aside++;
        }
    }
    expect(aside > 0);
    if (step(&machine) == 1) { /* on a machine with little memory every frame was counted */
        expect_equal(machine.set_aside, aside);
    }
}

static const struct tap_test tests[] = {
    {"not_by_a_task", not_by_a_task},
    {"modules_come_back", modules_come_back},
    {"the_rest_stays", the_rest_stays},
};

const struct tap_group release_tests = TAP_GROUP("release", tests);
