/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_FAILURE_H
#define MU_SCHED_FAILURE_H

/* Failure: how often did it fail, does that still count, and what follows?
 *
 * Reads fail counts from node attributes, judges their age, and knows the
 * configured answer (on-fail) to the failure of an operation. */

#include "sched/state.h"

/* What to do about a failed operation, mildest first. */
enum mu_answer {
    MU_ANSWER_IGNORE,
    MU_ANSWER_DEMOTE,
    MU_ANSWER_RESTART,
    MU_ANSWER_BAN, /* Away from this node. */
    MU_ANSWER_BLOCK,
    MU_ANSWER_STOP,
    MU_ANSWER_STANDBY,
    MU_ANSWER_FENCE,
};

/* Reads the fail counts of all nodes. */
void mu_failure_read(struct mu_sched *sched);

/* Returns how often 'resource' failed on 'node', as recorded, and when last in
 * '*ret_last_ms' (0: unknown). With 'is_effective' failures older than
 * failure-timeout count as none. */
int32_t mu_failure_count(struct mu_sched *sched,
                         struct mu_sched_resource *resource, uint32_t node,
                         bool is_effective, int64_t *ret_last_ms);

/* Tells whether migration-threshold is reached. */
bool mu_failure_is_too_often(struct mu_sched *sched,
                             struct mu_sched_resource *resource, uint32_t node);

/* Returns the answer to a failure of that operation. */
enum mu_answer mu_failure_answer(struct mu_sched *sched,
                                 const struct mu_sched_resource *resource,
                                 uint32_t node, const struct mu_status_op *op);

#endif /* MU_SCHED_FAILURE_H */
