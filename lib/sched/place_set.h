/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PLACE_SET_H
#define MU_SCHED_PLACE_SET_H

/* Place, assignment: what follows when a resource is given its node? */

#include "sched/state.h"

/* Puts 'resource' and all that is inside it on 'node' (or NONE: nowhere)
 * without asking. Returns true if that changed anything. */
bool mu_place_set(struct mu_sched *sched, struct mu_sched_resource *resource,
                  uint32_t node, bool is_forced, bool stops_if_nowhere);

/* Takes 'resource' and all that is inside it off its node again. */
void mu_place_unassign(struct mu_sched *sched,
                       struct mu_sched_resource *resource);

#endif /* MU_SCHED_PLACE_SET_H */
