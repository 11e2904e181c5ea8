/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_LOCK_H
#define MU_SCHED_LOCK_H

/* Lock: what waits for the node that took it down with it?
 *
 * With shutdown-lock=true what is stopped because its node leaves in order is
 * not started anywhere else until the node is back, or for so long as
 * shutdown-lock-limit says. Locks of the past stand in the history; a stop that
 * makes a new one says so (mu_action.lock_ms). */

#include "sched/state.h"

/* Reads the lock of 'resource' to 'node' from its history 'known', which has
 * one; a lock whose time is over is removed. */
void mu_lock_read(struct mu_sched *sched, uint32_t node,
                  struct mu_sched_resource *resource,
                  const struct mu_status_resource *known);

/* Finds what is to be locked, and bans what is locked from all other nodes. */
void mu_lock_apply(struct mu_sched *sched);

#endif /* MU_SCHED_LOCK_H */
