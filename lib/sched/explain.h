/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_EXPLAIN_H
#define MU_SCHED_EXPLAIN_H

/* Explain: why is it there?
 *
 * Reasons are noted while deciding, only when asked for. A reason is a
 * sentence that an operator understands without knowing this code. */

#include "sched/state.h"

/* Notes that 'source' (an id, or null) gave 'resource' 'score' on 'node' (or
 * MU_STATE_NONE: everywhere). 'text' is kept. */
void mu_explain_score(struct mu_sched *sched,
                      const struct mu_sched_resource *resource, uint32_t node,
                      int32_t score, const struct mu_plan_reason *why);

/* Sets the cause of an action unless it has one already. 'text' is kept. */
void mu_explain_cause(struct mu_sched *sched, struct mu_sched_action *action,
                      const char *text);

/* Copies the cause of 'first' to 'then', wrapped as "because of FIRST: ...". */
void mu_explain_follow(struct mu_sched *sched, struct mu_sched_action *then,
                       const struct mu_sched_action *first);

#endif /* MU_SCHED_EXPLAIN_H */
