/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_INSTANCE_H
#define MU_SCHED_INSTANCE_H

/* Instance: whose history is this?
 *
 * Histories name resources as agents know them, so all instances of an
 * anonymous clone share one name: a record belongs to the instance that is
 * known active on that node, else to the first that nothing is known of. */

#include "sched/state.h"

/* Returns the resource that the record 'known' of 'node' is about; null when
 * the configuration has none. 'at' is its place among the node's records, or
 * NONE. May make an extra instance. */
struct mu_sched_resource *
mu_instance_find(struct mu_sched *sched, uint32_t node,
                 const struct mu_status_resource *known, uint32_t at);

#endif /* MU_SCHED_INSTANCE_H */
