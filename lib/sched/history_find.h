/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_HISTORY_FIND_H
#define MU_SCHED_HISTORY_FIND_H

/* History, look-ups: what is recorded, as it was written? */

#include "sched/state.h"

/* Returns the record of 'id' on 'node', or null. */
const struct mu_status_resource *
mu_history_find(const struct mu_status_node *node, const char *id);

/* Finds the first and the last operation that tell about being active: indexes
 * into known->ops, or -1. */
void mu_history_active_range(const struct mu_status_resource *known,
                             int32_t *ret_start, int32_t *ret_stop);

#endif /* MU_SCHED_HISTORY_FIND_H */
