/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_GROUP_H
#define MU_SCHED_GROUP_H

/* Group: members one after the other, all on one node. */

#include "sched/state.h"

/* Places the members in order. Returns the node of the first. */
uint32_t mu_group_assign(struct mu_sched *sched,
                         struct mu_sched_resource *group, uint32_t preferred,
                         bool stops_if_nowhere);

/* Adds the colocations that hold a group together. */
void mu_group_colocate(struct mu_sched *sched, struct mu_sched_resource *group);

/* Adds the orderings of a group. */
void mu_group_order(struct mu_sched *sched, struct mu_sched_resource *group);

/* Makes the actions of the members and the group's points of order. */
void mu_group_act(struct mu_sched *sched, struct mu_sched_resource *group);

#endif /* MU_SCHED_GROUP_H */
