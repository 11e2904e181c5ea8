/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_UTILIZATION_H
#define MU_SCHED_UTILIZATION_H

/* Utilization: does it still fit?
 *
 * Nodes have capacities, primitives have needs, both plain numbers by name.
 * Unless placement-strategy says so none of it counts. */

#include "sched/state.h"

/* Bans nodes that cannot hold 'resource' (with what must be with it, where
 * some node can). Returns the node with the most room to prefer, or NONE. */
uint32_t mu_utilization_ban(struct mu_sched *sched,
                            struct mu_sched_resource *resource);

/* Orders the start of 'resource' after the stops that make room for it. */
void mu_utilization_order(struct mu_sched *sched,
                          struct mu_sched_resource *resource);

#endif /* MU_SCHED_UTILIZATION_H */
