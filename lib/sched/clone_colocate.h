/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CLONE_COLOCATE_H
#define MU_SCHED_CLONE_COLOCATE_H

/* Clone, colocation: what does it mean to be with a clone?
 *
 * With the partner on its node, with any instance, or with a promoted one. */

#include "sched/state.h"

/* Binds 'dependent' to the instances of the clone 'primary'. Returns what that
 * added to its priority for being promoted. */
int32_t mu_clone_colocate(struct mu_sched *sched,
                          struct mu_sched_resource *dependent,
                          struct mu_sched_resource *primary,
                          const struct mu_colocation *colocation);

#endif /* MU_SCHED_CLONE_COLOCATE_H */
