/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_TRANSITION_H
#define MU_SCHED_TRANSITION_H

/* Transition: which steps lead from the role a resource has to the wanted one?
 *
 * One action per step, down on the nodes where it is, up on the node where it
 * shall be. Steps that are not needed are made as well, optional: an ordering
 * may yet make a restart of them. */

#include "sched/state.h"

/* Makes the actions of 'resource' and of all that is inside it. */
void mu_transition_act(struct mu_sched *sched,
                       struct mu_sched_resource *resource);

/* Adds the orderings between the actions of 'resource' and of what is inside
 * it. */
void mu_transition_order(struct mu_sched *sched,
                         struct mu_sched_resource *resource);

#endif /* MU_SCHED_TRANSITION_H */
