/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CLONE_PARTNER_H
#define MU_SCHED_CLONE_PARTNER_H

/* Clone, partners: which instance of another clone belongs to this one?
 *
 * The one on the same node, or on the best node that has one. */

#include "sched/state.h"

/* Returns the one node that an instance is assigned to, or NONE. */
uint32_t mu_clone_node_of(const struct mu_sched_resource *instance);

/* Likewise the one node that it is active on. */
uint32_t mu_clone_current_node_of(const struct mu_sched_resource *instance);

/* Returns the instance of 'clone' that goes with 'resource' on its node, in
 * 'role' (UNKNOWN: any); null if there is none. */
struct mu_sched_resource *mu_clone_find_partner(
    struct mu_sched *sched, const struct mu_sched_resource *resource,
    struct mu_sched_resource *clone, enum mu_role role, bool is_current);

/* Tells whether anything of 'instance' is blocked. */
bool mu_clone_is_blocked(const struct mu_sched_resource *instance);

#endif /* MU_SCHED_CLONE_PARTNER_H */
