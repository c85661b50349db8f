/* Tests of endpoints: messages and notifications between tasks, without the frame server; what ends them; revoke. */
#include "tests/tasks/endpoints/endpoints.h"

must_use enum error caller_start(handle desk, const char *arguments, uint64_t badge, handle *task)
{
    handle copy;
    enum error error = endpoint_clone(desk, RIGHTS_CALLER, badge, &copy);

    return error != ERROR_NONE ? error : child_start_with(arguments, &(struct task_gift){"desk", copy}, 1, task);
}

void answer(struct endpoint_message *message)
{
    handle bell;

    if (expect_success(bell_make(1, &bell))) {
        expect_success(system_call_notify(bell));
        expect_success(endpoint_reply_receive(bells, message, 0));
        expect_success(frame_drop(bell));
    }
}

int main(void)
{
    static const struct tap_group *const groups[] = {
        &make_tests,   &call_tests,  &queue_tests,  &closed_tests, &cut_off_tests,
        &notify_tests, &carry_tests, &revoke_tests, &grow_tests,   &storm_tests,
    };

    if (!children_initialise()) {
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
