/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_HISTORY_H
#define MU_SCHED_HISTORY_H

/* History: what runs where, in which role, and what failed?
 *
 * Replays the recorded operations of every node, oldest first, and sets role,
 * place and flags of the resources. Operations in flight are part of it: their
 * success is assumed. */

#include "sched/failure.h"
#include "sched/state.h"

/* What is known so far while the history of one resource on one node is
 * replayed. */
struct mu_history {
    struct mu_sched *sched;
    struct mu_sched_resource *resource;
    uint32_t node;
    const struct mu_status_resource *known;
    const struct mu_status_op *op;
    enum mu_op_status status; /* Of 'op', corrected. */
    int32_t rc;               /* Likewise. */
    enum mu_answer answer;    /* The severest that still counts. */
    const struct mu_status_op *last_failure;
};

static inline bool
mu_history_is_probe(const struct mu_status_op *op)
{
    return op->interval_ms == 0 && op->task == MU_OP_TASK_MONITOR;
}

/* Sets status and rc to what they mean, given what was expected. A failure
 * that 'is_expired' tells nothing about the role any more. */
void mu_history_result_correct(struct mu_history *history, bool is_expired);

/* Tells whether the probe failed because nothing can run there. */
bool mu_history_result_is_masked(const struct mu_history *history);

/* Replays everything. */
void mu_history_run(struct mu_sched *sched);

/* Returns, on 'arena', the places of a node's records in the order in which
 * they are to be replayed: by name. But where records of old number the
 * instances of a clone, and several tell that they are active though one may
 * be, the one that was started last comes first, and so is kept. */
uint32_t *mu_history_order(struct mu_arena *arena,
                           const struct mu_status_node *status);

#endif /* MU_SCHED_HISTORY_H */
