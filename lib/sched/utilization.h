/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_UTILIZATION_H
#define MU_SCHED_UTILIZATION_H

/* Utilization: does it still fit?
 *
 * Nodes have capacities, primitives have needs, both plain numbers by name.
 * Unless placement-strategy says so none of it counts. */

#include "sched/state.h"

/* Reads the needs of a configured resource. */
void mu_utilization_read(struct mu_sched *sched, uint32_t config_index,
                         struct mu_amounts *ret_amounts);

/* Reads the capacity of a node, transient values over permanent ones. */
void mu_utilization_read_node(struct mu_sched *sched,
                              struct mu_sched_node *node);

/* Books 'resource' onto 'node' (or, with 'is_release', off it again). */
void mu_utilization_book(struct mu_sched *sched,
                         const struct mu_sched_resource *resource,
                         uint32_t node, bool is_release);

/* Compares what two nodes have left: positive when 'a' has more. */
int mu_utilization_cmp(const struct mu_sched *sched, uint32_t a, uint32_t b);

/* Bans nodes that cannot hold 'resource' (with what must be with it, where
 * some node can). Returns the node with the most room to prefer, or NONE. */
uint32_t mu_utilization_ban(struct mu_sched *sched,
                            struct mu_sched_resource *resource);

/* Orders the start of 'resource' after the stops that make room for it. */
void mu_utilization_order(struct mu_sched *sched,
                          struct mu_sched_resource *resource);

#endif /* MU_SCHED_UTILIZATION_H */
