/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/plan.h"

const char *
mu_plan_task_name(enum mu_task task)
{
    static const char *const names[] = {
        [MU_TASK_START] = "start",
        [MU_TASK_STOP] = "stop",
        [MU_TASK_PROMOTE] = "promote",
        [MU_TASK_DEMOTE] = "demote",
        [MU_TASK_MONITOR] = "monitor",
        [MU_TASK_NOTIFY] = "notify",
        [MU_TASK_MIGRATE_TO] = "migrate_to",
        [MU_TASK_MIGRATE_FROM] = "migrate_from",
        [MU_TASK_RELOAD_AGENT] = "reload-agent",
        [MU_TASK_CANCEL] = "cancel",
        [MU_TASK_DELETE] = "delete",
        [MU_TASK_FENCE_REBOOT] = "reboot",
        [MU_TASK_FENCE_OFF] = "off",
        [MU_TASK_FENCE_ON] = "on",
        [MU_TASK_SHUTDOWN] = "shutdown",
        [MU_TASK_CLEAR_FAILCOUNT] = "clear_failcount",
        [MU_TASK_LRM_DELETE] = "lrm_delete",
        [MU_TASK_PSEUDO] = "pseudo",
    };

    return names[task];
}

const char *
mu_plan_word(enum mu_task task, const char *op_name)
{
    return task == MU_TASK_MONITOR ? op_name : mu_plan_task_name(task);
}

bool
mu_plan_is_empty(const struct mu_plan *plan)
{
    return plan->actions_count == 0;
}
