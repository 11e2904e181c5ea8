/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_FENCE_H
#define MU_SCHED_FENCE_H

/* Fence: which nodes must be fenced, and what waits for it?
 *
 * Also the shutdown of nodes, and unfencing. */

#include "sched/state.h"

/* Makes fencing and shutdown actions with their orderings. */
void mu_fence_run(struct mu_sched *sched);

/* Returns the action that fences 'node', making it at need. */
struct mu_sched_action *mu_fence_get(struct mu_sched *sched, uint32_t node);

/* Orders 'action' after the unfencing of its node, if it needs that. */
void mu_fence_order_vs_unfence(struct mu_sched *sched,
                               struct mu_sched_resource *resource,
                               struct mu_sched_action *action,
                               uint32_t flags);

/* Orders what needs unfencing after it. */
void mu_fence_order_unfencing(struct mu_sched *sched,
                              struct mu_sched_resource *resource);

/* A device was stopped: what it unfenced must be unfenced again. */
void mu_fence_unfence_after_stop(struct mu_sched *sched,
                                 struct mu_sched_resource *resource,
                                 struct mu_sched_action *stop);

/* The parameters of a device were changed. */
void mu_fence_unfence_after_change(struct mu_sched *sched,
                                   struct mu_sched_resource *resource,
                                   uint32_t node);

#endif /* MU_SCHED_FENCE_H */
