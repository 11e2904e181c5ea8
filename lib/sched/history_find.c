/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/history_find.h"

#include <string.h>


const struct mu_status_resource *
mu_history_find(const struct mu_status_node *node, const char *id)
{
    uint32_t low = 0;
    uint32_t high = node->resources_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(node->resources[middle].id, id);

        if (order == 0) {
            return &node->resources[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

void
mu_history_active_range(const struct mu_status_resource *known,
                        int32_t *ret_start, int32_t *ret_stop)
{
    int32_t start = -1;
    int32_t stop = -1;
    int32_t by_monitor = -1;
    int32_t by_role = -1;

    for (int32_t i = 0; i < (int32_t)known->ops_count; i++) {
        const struct mu_status_op *op = &known->ops[i];

        if (op->task == MU_OP_TASK_STOP && op->status == MU_OP_STATUS_DONE) {
            stop = i;
        } else if (op->task == MU_OP_TASK_START ||
                   op->task == MU_OP_TASK_MIGRATE_FROM) {
            start = i;
        } else if (by_monitor <= stop && op->task == MU_OP_TASK_MONITOR) {
            if (op->rc == MU_RC_OK || op->rc == MU_RC_PROMOTED) {
                by_monitor = i;
            }
        } else if (op->task == MU_OP_TASK_PROMOTE ||
                   op->task == MU_OP_TASK_DEMOTE) {
            by_role = i;
        }
    }
    if (start == -1) {
        start = by_role != -1 ? by_role : by_monitor;
    }
    *ret_start = start;
    *ret_stop = stop;
}
