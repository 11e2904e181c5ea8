/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_EXPLAIN_H
#define MU_SCHED_EXPLAIN_H

/* Explain: what is noted while deciding, so that tell.h can put it into the plan?
 *
 * Notes are made only when reasons are asked for, by those who decide and at
 * the moment when they do. They are numbers and pointers: sentences are made
 * of the few that somebody wants to read. */

#include "sched/state.h"

/* Notes a reason for 'resource' and all inside it; 'reason->instance' and
 * 'next' need not be set. The reason is copied, not what it points at. */
void mu_explain_note(struct mu_sched *sched, struct mu_sched_resource *resource,
                     const struct mu_plan_reason *reason);

/* A mark to go back to with mu_explain_forget(). */
size_t mu_explain_mark(const struct mu_sched *sched);

/* Takes back what was noted for 'resource' and all inside it since 'mark': it
 * was only a try. */
void mu_explain_forget(struct mu_sched *sched,
                       const struct mu_sched_resource *resource, size_t mark);

/* Returns a copy of the scores of 'resource' to compare with later, or null
 * when reasons are not asked for. */
int32_t *mu_explain_before(struct mu_sched *sched,
                           const struct mu_sched_resource *resource);

/* Returns scores per node that say nothing yet, or null when reasons are not
 * asked for. */
int32_t *mu_explain_blank(struct mu_sched *sched);

/* Notes 'reason' with what became of the scores since 'before' (which is used
 * up, and may be null). Nothing is noted when nothing did. */
void mu_explain_change(struct mu_sched *sched,
                       struct mu_sched_resource *resource, int32_t *before,
                       const struct mu_plan_reason *reason);

/* Notes what decided on the place of 'resource': 'next' is the next best node
 * or MU_STATE_NONE. */
void mu_explain_choice(struct mu_sched *sched,
                       struct mu_sched_resource *resource,
                       enum mu_choice choice, uint32_t next);

/* Sets the cause of an action unless it has one already. 'text' is kept. */
void mu_explain_cause(struct mu_sched *sched, struct mu_sched_action *action,
                      const char *text);

/* Notes that the action is needed as parameters are not those any more with
 * which 'op' ran on 'node', unless it has a cause already. */
void mu_explain_changed(struct mu_sched *sched, struct mu_sched_action *action,
                        uint32_t node, const struct mu_status_op *op);

/* Notes that the action is needed because of where its resource shall be, or
 * which instances are to be promoted, unless it has a cause already. */
void mu_explain_place(struct mu_sched *sched, struct mu_sched_action *action);

/* Notes that 'then' is needed because of 'first', by the ordering 'source' (an
 * id, or null: in the nature of things), unless it has a cause already.
 * 'is_before': it comes before 'first'. */
void mu_explain_follow(struct mu_sched *sched, struct mu_sched_action *then,
                       const struct mu_sched_action *first, const char *source,
                       bool is_before);

/* Notes that 'then' cannot be done because 'first' cannot, by the ordering
 * 'source' (or null), or by the colocation 'source' with 'is_together'. */
void mu_explain_block(struct mu_sched *sched, struct mu_sched_action *then,
                      const struct mu_sched_action *first, const char *source,
                      bool is_together);

/* Notes that an instance of a clone lost its place: by the ordering 'source' it
 * would have to wait for an instance of 'first' there, and there is none. */
void mu_explain_unpaired(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         const struct mu_sched_resource *first,
                         const char *source);

#endif /* MU_SCHED_EXPLAIN_H */
