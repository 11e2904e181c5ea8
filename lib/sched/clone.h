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

/* Sorts the instances by number. */
void mu_clone_sort_by_number(struct mu_sched_resource *clone);

#endif /* MU_SCHED_CLONE_H */
