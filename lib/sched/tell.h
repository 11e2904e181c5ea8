/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_TELL_H
#define MU_SCHED_TELL_H

/* Tell: what was noted while deciding, put into the plan for people.
 *
 * Stands above all that decides: nothing that decides calls it. What was noted
 * (explain.h) is in the state of the run; here it becomes the plan's instances,
 * reasons and the sentences of its actions. Sentences that need the plan alone
 * are made by why.h. */

#include "sched/state.h"
#include "sched/why.h"

/* Writes the notes into the plan: sentences for its actions, instances for its
 * reasons. The plan's actions are 'ordered'. */
void mu_tell_finish(struct mu_sched *sched,
                    struct mu_sched_action *const *ordered,
                    struct mu_action *actions, struct mu_plan *plan);

/* Writes into 'after', of 'plan', why instances that will run nowhere do
 * not. */
void mu_tell_stopped(const struct mu_sched *sched, const struct mu_plan *plan,
                     struct mu_plan_placement *after);

/* Returns what 'action' follows from, or null when it began by itself. A point
 * of order of a group or clone follows from what is to be done inside it. */
const struct mu_sched_action *
mu_tell_next(const struct mu_sched_action *action);

/* Returns the sentence of an action: why it is to be done, or what it waits for
 * in vain. Null when nothing was noted. */
const char *mu_tell_cause(const struct mu_why *why, struct mu_sched *sched,
                          const struct mu_sched_action *action);
const char *mu_tell_block(const struct mu_why *why, struct mu_sched *sched,
                          const struct mu_sched_action *action);

#endif /* MU_SCHED_TELL_H */
