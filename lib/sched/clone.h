/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CLONE_H
#define MU_SCHED_CLONE_H

/* Clone: the same thing on several nodes.
 *
 * Instances are placed so that as few as possible move: those that may stay
 * where they are get their place first. */

#include "sched/state.h"

/* Places the instances, and decides which are promoted. Returns NONE: a clone
 * is on no single node. */
uint32_t mu_clone_assign(struct mu_sched *sched,
                         struct mu_sched_resource *clone,
                         bool stops_if_nowhere);

/* Adds the orderings of a clone and of its instances. */
void mu_clone_order(struct mu_sched *sched, struct mu_sched_resource *clone);

/* Makes the actions of the instances and the clone's points of order. */
void mu_clone_act(struct mu_sched *sched, struct mu_sched_resource *clone);

/* Binds 'dependent' to the instances of the clone 'primary'. Returns what that
 * added to its priority for being promoted. */
int32_t mu_clone_colocate(struct mu_sched *sched,
                          struct mu_sched_resource *dependent,
                          struct mu_sched_resource *primary,
                          const struct mu_colocation *colocation);

/* Returns the instance of 'clone' that goes with 'resource' on its node, in
 * 'role' (UNKNOWN: any); null if there is none. */
struct mu_sched_resource *mu_clone_find_partner(
    struct mu_sched *sched, const struct mu_sched_resource *resource,
    struct mu_sched_resource *clone, enum mu_role role, bool is_current);

/* Returns the one node that an instance is assigned to, or NONE. */
uint32_t mu_clone_node_of(const struct mu_sched_resource *instance);

/* Likewise the one node that it is active on. */
uint32_t mu_clone_current_node_of(const struct mu_sched_resource *instance);

/* Sorts the instances by number. */
void mu_clone_sort_by_number(struct mu_sched_resource *clone);

#endif /* MU_SCHED_CLONE_H */
