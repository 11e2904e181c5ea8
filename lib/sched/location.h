/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_LOCATION_H
#define MU_SCHED_LOCATION_H

/* Location: where would each resource like to be, by itself?
 *
 * Location constraints with their rules, stickiness, thresholds of failures,
 * exclusive discovery and node health, all as scores per node. */

#include "sched/state.h"

/* Makes the location constraints of configuration and node health. */
void mu_location_make(struct mu_sched *sched);

/* Applies them, and then stickiness, thresholds and exclusive discovery. */
void mu_location_apply(struct mu_sched *sched);

#endif /* MU_SCHED_LOCATION_H */
