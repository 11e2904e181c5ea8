/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_HISTORY_ACTIVE_H
#define MU_SCHED_HISTORY_ACTIVE_H

/* History, activity: what follows from being active on a node? */

#include "sched/state.h"

/* Records that 'resource' is active on 'node'; 'has_failed' there. */
void mu_history_add_active(struct mu_sched *sched,
                           struct mu_sched_resource *resource, uint32_t node,
                           bool has_failed);

/* Raises the role to that of an active resource. */
void mu_history_set_active(struct mu_sched_resource *resource);

/* Nothing can be done with 'resource' until somebody helps. */
void mu_history_block(struct mu_sched_resource *resource);

#endif /* MU_SCHED_HISTORY_ACTIVE_H */
