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

#endif /* MU_SCHED_PROPAGATE_H */
