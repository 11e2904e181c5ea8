/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_UNFENCE_H
#define MU_SCHED_UNFENCE_H

/* Unfence: which nodes must be let in before anything runs there?
 *
 * Some fence devices cut a node off from storage instead of from power. Such a
 * device must let the node in again ("on") after each boot, and again when the
 * device itself was changed. Nothing that requires it, nor the devices
 * themselves, is probed or started there before.
 *
 * Does nothing while no device is configured with provides=unfencing. */

#include "sched/state.h"

/* Makes 'action' of 'resource' on 'node' wait for the unfencing of the node,
 * if it needs that; 'flags' are MU_ORDER_*. A node that never was unfenced is
 * unfenced for it. */
void mu_unfence_before(struct mu_sched *sched,
                       const struct mu_sched_resource *resource, uint32_t node,
                       struct mu_sched_action *action, uint32_t flags);

/* Stops of 'resource' on a node come before the unfencing of it, starts
 * after. */
void mu_unfence_order(struct mu_sched *sched,
                      struct mu_sched_resource *resource);

/* The fence device 'device' was changed, as 'why' says: 'node' must be unfenced
 * anew, or every node where the device may be used, if 'node' cannot be. Does
 * nothing for other resources. */
void mu_unfence_again(struct mu_sched *sched,
                      const struct mu_sched_resource *device, uint32_t node,
                      const char *why);

#endif /* MU_SCHED_UNFENCE_H */
