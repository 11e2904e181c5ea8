/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PLACE_H
#define MU_SCHED_PLACE_H

/* Place: which node for which instance?
 *
 * One resource after the other, the more important first; what another must be
 * with is placed before it. Nothing here looks at orderings. */

#include "sched/state.h"

/* Places everything. */
void mu_place_run(struct mu_sched *sched);

/* Places 'resource' and all that is inside it. 'preferred' (or NONE) wins
 * among equals. With 'stops_if_nowhere' false the attempt is on trial: a
 * resource without a node does not count as stopped yet. Returns the node, or
 * NONE. */
uint32_t mu_place_assign(struct mu_sched *sched,
                         struct mu_sched_resource *resource, uint32_t preferred,
                         bool stops_if_nowhere);

#endif /* MU_SCHED_PLACE_H */
