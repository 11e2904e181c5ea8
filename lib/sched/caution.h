/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CAUTION_H
#define MU_SCHED_CAUTION_H

/* Caution: may a healthy service be touched while somebody is still looking
 * what runs where?
 *
 * A plan is made from what is known, at once, and never waits for a look to
 * end. When a node has just joined, its services are found one by one: the
 * first that is found may seem to stand without the address that belongs to
 * it, only because nobody has looked for that yet. So what would disturb a
 * resource waits for the looks at whatever it is tied to; and a move of a
 * healthy resource, which nothing forces, waits for all of them. Starts wait
 * for their own looks anyway; failures of unrelated resources wait for
 * nothing.
 *
 * It adds edges to a finished plan; it knows nothing of how plans are made. */

#include "sched/plan.h"

/* Returns 'plan' with the additional edges, on 'arena'; 'plan' itself when
 * there is nothing to add. The result has no cycle that 'plan' had not. */
const struct mu_plan *mu_caution_order(struct mu_arena *arena,
                                       const struct mu_snapshot *snapshot,
                                       const struct mu_plan *plan);

#endif /* MU_SCHED_CAUTION_H */
