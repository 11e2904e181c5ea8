/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_RESULT_H
#define MU_SCHED_RESULT_H

/* Result: the plan, as data for others.
 *
 * Chooses the actions that are part of the plan, keeps the edges between them,
 * breaks what would be a loop, and tells how things are and will be. */

#include "sched/state.h"

/* Notes where everything is before anything is planned. */
void mu_result_note_before(struct mu_sched *sched);

/* Makes the plan. */
const struct mu_plan *mu_result_make(struct mu_sched *sched);

/* Tells whether 'action' is part of the plan. */
bool mu_result_is_in_plan(const struct mu_sched *sched,
                          const struct mu_sched_action *action);

#endif /* MU_SCHED_RESULT_H */
