/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_FENCE_H
#define MU_SCHED_FENCE_H

/* Fence: which nodes must be fenced, and what waits for it?
 *
 * Also the shutdown of nodes. */

#include "sched/state.h"

/* Makes fencing and shutdown actions with their orderings. */
void mu_fence_run(struct mu_sched *sched);

/* Returns the action that fences 'node', making it at need. */
struct mu_sched_action *mu_fence_get(struct mu_sched *sched, uint32_t node);

#endif /* MU_SCHED_FENCE_H */
