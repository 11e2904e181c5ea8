/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_WITHHOLD_H
#define MU_SCHED_WITHHOLD_H

/* Withhold: which promotions have to wait for demotions that cannot be?
 *
 * Instances are chosen to be promoted in the belief that all others can be
 * demoted. Where one of these turns out to be out of reach, as the orderings
 * will have it or since its node is not ready, it may stay promoted: then so
 * many fewer may be promoted.
 *
 * Invariant: afterwards no more instances can be promoted than may be. */

#include "sched/state.h"

/* Takes back the promotions that are too many, the worst first. What follows
 * from that is carried on by propagate.h; returns whether there is anything. */
bool mu_withhold_run(struct mu_sched *sched);

#endif /* MU_SCHED_WITHHOLD_H */
