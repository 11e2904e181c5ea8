/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CARRY_H
#define MU_SCHED_CARRY_H

/* Carry: what would the status be once a plan has been carried out?
 *
 * Every action succeeds, in an order that the plan allows, or all but one and
 * what waits for it. What runs beside the plan (monitors that fail, nodes that
 * come) is not looked at. For questions such as "and what would the cluster do after that?".
 *
 * Invariant: the plan for the new snapshot has no action that is only the
 * repetition of one that was carried out. */

#include "sched/plan.h"

/* Returns a snapshot on 'arena' like 'snapshot', with the status as it would be
 * after 'plan', nothing in flight. Texts and the configuration are borrowed
 * from both. */
struct mu_snapshot *mu_carry_out(struct mu_arena *arena,
                                 const struct mu_snapshot *snapshot,
                                 const struct mu_plan *plan);

/* Likewise, but the action at index 'failed' fails, with an error of its agent or
 * without any effect if it has none, and what waits for it is not done. */
struct mu_snapshot *mu_carry_out_failed(struct mu_arena *arena,
                                        const struct mu_snapshot *snapshot,
                                        const struct mu_plan *plan,
                                        uint32_t failed);

#endif /* MU_SCHED_CARRY_H */
