/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PROBE_H
#define MU_SCHED_PROBE_H

/* Probe: finding out what runs before something is started. */

#include "sched/state.h"

/* Makes the probes that are needed. */
void mu_probe_run(struct mu_sched *sched);

/* Orders what waits for a stop after the probes of the same resource, and
 * restarts after the probes of what they wait for. To be called when the
 * orderings have become edges. */
void mu_probe_order(struct mu_sched *sched);

#endif /* MU_SCHED_PROBE_H */
