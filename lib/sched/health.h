/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_HEALTH_H
#define MU_SCHED_HEALTH_H

/* Health: what do a node's health attributes mean for placement?
 *
 * node-health-strategy turns the attributes named #health-... of a node into
 * a score for every resource there. */

#include "sched/state.h"

/* Adds the health of every node to every resource. */
void mu_health_apply(struct mu_sched *sched);

#endif /* MU_SCHED_HEALTH_H */
