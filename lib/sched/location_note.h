/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_LOCATION_NOTE_H
#define MU_SCHED_LOCATION_NOTE_H

/* Location, notes: what a stage has to say of the place of a resource.
 *
 * Scores are added with the reason for them; who adds what is not known
 * here. */

#include "sched/state.h"

/* Makes an empty location constraint for 'resource'; it says nothing yet. */
struct mu_location *mu_location_new(struct mu_sched *sched,
                                    struct mu_sched_resource *resource,
                                    const char *id);

/* Adds 'score' to 'resource' and all that is inside it, on 'node' or, for
 * MU_STATE_NONE, on every node. 'why' is noted, with node and score. */
void mu_location_add(struct mu_sched *sched, struct mu_sched_resource *resource,
                     uint32_t node, int32_t score,
                     const struct mu_plan_reason *why);

/* Sets every node of 'resource' and all that is inside it to -INFINITY. 'why'
 * is noted. */
void mu_location_ban_all(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         const struct mu_plan_reason *why);

#endif /* MU_SCHED_LOCATION_NOTE_H */
