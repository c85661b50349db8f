/* Requests about nothing, the machine and the neighbour. */
#include "tests/tasks/kill/cases.h"
#include "tests/tasks/kill/neighbour.h"

#define UNKNOWN_OPERATION 0xffff
#define FLAG_UNKNOWN 1
#define NO_SUCH_ACCOUNT UINT32_C(0x7fffff00)

void prepare_nothing(struct scene *scene)
{
    ask_words(scene, MESSAGE_NOTHING, ACTION_NONE, 0, 0, 0);
}

void prepare_bad_operation(struct scene *scene)
{
    prepare_nothing(scene);
    scene->ask.label = label_make(UNKNOWN_OPERATION, 0);
}

void prepare_bad_mode(struct scene *scene)
{
    ask_lend(scene, MESSAGE_NOTHING, ACTION_NONE, scene_allocate(scene, 1, 0), 1);
}

void prepare_bad_flags(struct scene *scene)
{
    prepare_nothing(scene);
    scene->ask.label = label_make(MESSAGE_NOTHING, FLAG_UNKNOWN);
}

static void let_neighbour_work(struct scene *scene)
{
    (void)scene;
    neighbour_changes();
}

/* It is the neighbour's requests in which the server dies, and the neighbour that looks whether they were answered right. */
void prepare_neighbour(struct scene *scene)
{
    scene->act = let_neighbour_work;
}

void prepare_statistics(struct scene *scene)
{
    ask_words(scene, MESSAGE_STATISTICS, ACTION_NONE, 0, scene->size, 0);
}

void prepare_statistics_nobody(struct scene *scene)
{
    ask_words(scene, MESSAGE_STATISTICS, ACTION_NONE, 0, scene->size, NO_SUCH_ACCOUNT);
}

void prepare_survey(struct scene *scene)
{
    scene_allocate(scene, 1, 0);
    ask_words(scene, MESSAGE_SURVEY, ACTION_NONE, 0, scene->addresses[0], 0);
}

void prepare_survey_behind(struct scene *scene)
{
    ask_words(scene, MESSAGE_SURVEY, ACTION_NONE, 0, PHYSICAL_MAX, 0);
}

/* Its first turn. */
void prepare_audit(struct scene *scene)
{
    ask_words(scene, MESSAGE_AUDIT, ACTION_NONE, 0, 0, 0);
}

void prepare_account_limit_nobody(struct scene *scene)
{
    ask_words(scene, MESSAGE_ACCOUNT_LIMIT, ACTION_NONE, 0, NO_SUCH_ACCOUNT, 1);
}

void prepare_account_close_nobody(struct scene *scene)
{
    ask_words(scene, MESSAGE_ACCOUNT_CLOSE, ACTION_NONE, 0, NO_SUCH_ACCOUNT, 0);
}

void prepare_whohas_nobody(struct scene *scene)
{
    ask_words(scene, MESSAGE_WHOHAS, ACTION_NONE, 0, NO_SUCH_ACCOUNT, 0);
}
