/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PROPAGATE_H
#define MU_SCHED_PROPAGATE_H

/* Propagate: what follows from what is required, and from what cannot be?
 *
 * Turns orderings into edges between actions and carries the flags "required"
 * and "runnable" along them until nothing changes. A worklist, no recursion.
 * Flags only ever change one way, so it ends. */

#include "sched/state.h"

/* Makes the edges, and carries everything to its end. */
void mu_propagate_run(struct mu_sched *sched);

/* Looks again at what 'action' depends on, and what depends on it. */
void mu_propagate_from(struct mu_sched *sched, struct mu_sched_action *action);

/* Returns the flags of an action; those of groups and clones depend on what is
 * inside. 'node' (or NONE) asks about one node only. */
uint32_t mu_propagate_flags(struct mu_sched_action *action, uint32_t node);

#endif /* MU_SCHED_PROPAGATE_H */
