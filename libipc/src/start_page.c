#include "libipc/src/start_page.h"

#include <quire/console.h>
#include <quire/format.h>

uint32_t task_plan_priority(const struct task_plan *plan, uint32_t own)
{
    if (plan->priority == PRIORITY_LOWEST) {
        return 0;
    }
    if (plan->priority != 0) {
        return plan->priority;
    }
    return own < PRIORITY_USUAL ? own : PRIORITY_USUAL;
}

static const char *handle_name(const struct task_plan *plan, bool console, uint32_t number)
{
    if (number == 0) {
        return FRAME_SERVER_NAME;
    }
    if (number == 1 && console) {
        return CONSOLE_NAME;
    }
    return plan->gifts[number - (console ? 2 : 1)].name;
}

uint32_t task_plan_cpu(const struct task_plan *plan, uint32_t own)
{
    return plan->cpu != 0 ? plan->cpu - 1 : own;
}

void start_page_fill(struct start_page *page, const struct start_page *own, const struct task_plan *plan,
                     const struct start_page_facts *facts)
{
    page->abi_version = ABI_VERSION;
    page->size = sizeof(*page);
    page->account = plan->account != 0 ? plan->account : own->account;
    page->handle_entries = facts->handle_entries;
    page->handle_count = facts->handle_count;
    page->cpu = task_plan_cpu(plan, own->cpu);
    page->cpu_count = own->cpu_count;
    page->powers = plan->powers;
    page->priority = task_plan_priority(plan, own->priority);
    page->entries_used = facts->entries_used;
    for (uint32_t k = 0; k < facts->handle_count; k++) {
        page->handles[k].handle = facts->handles[k];
        format_line(page->handles[k].name, START_NAME, "%s", handle_name(plan, facts->console, k));
    }
    format_line(page->name, sizeof(page->name), "%s", plan->name);
    format_line(page->arguments, sizeof(page->arguments), "%s", plan->arguments != NULL ? plan->arguments : "");
    page->screen = own->screen;
    format_line(page->command_line, sizeof(page->command_line), "%s", own->command_line);
}
