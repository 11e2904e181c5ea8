/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_SETUP_PARAMS_H
#define MU_SCHED_SETUP_PARAMS_H

/* Setup, parameters: what does an operation get?
 *
 * Both through the memory of the run, so that each is looked up once. */

#include "sched/state.h"

/* Returns what the operation needs on node 'node' (or MU_STATE_NONE). Must be
 * a configured resource. */
const struct mu_params *
mu_setup_params(struct mu_sched *sched,
                const struct mu_sched_resource *resource, uint32_t node,
                const char *op_name, int64_t interval_ms);

/* Returns the timeout of an operation on a resource that left the
 * configuration. */
int64_t mu_setup_timeout_removed(struct mu_sched *sched,
                                 const struct mu_sched_resource *resource,
                                 const char *op_name, int64_t interval_ms);

#endif /* MU_SCHED_SETUP_PARAMS_H */
