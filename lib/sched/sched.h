/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_SCHED_H
#define MU_SCHED_SCHED_H

/* Sched: given all that is known, what should be done?
 *
 * A pure function: the same snapshot gives the same plan, on every machine,
 * whatever the order in which resources, nodes and constraints are listed
 * (except where the documented semantics make that order count). It knows no
 * clock, no network and no earlier plan.
 *
 * Operations in flight are part of the snapshot. They appear in the plan with
 * 'in_flight' set; only what depends on their result waits for it. */

#include "sched/plan.h"

enum {
    MU_SCHED_SCORES = 1 << 0,  /* Fill plan->scores. */
    MU_SCHED_REASONS = 1 << 1, /* Fill plan->reasons and causes. */
    MU_SCHED_STATE = 1 << 2,   /* Only tell how things are: 'before' and
                                  'nodes_before'. Nothing is placed. */
};

/* Makes the plan for 'snapshot' on 'arena', which must outlive it, as must the
 * snapshot. 'flags' are MU_SCHED_*. Never fails: a configuration that cannot
 * be honoured gives warnings and the safest plan. */
const struct mu_plan *mu_sched_plan(struct mu_arena *arena,
                                    const struct mu_snapshot *snapshot,
                                    unsigned flags);

#endif /* MU_SCHED_SCHED_H */
