/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CLONE_SORT_H
#define MU_SCHED_CLONE_SORT_H

/* Clone sort: which instance is placed first? */

#include "sched/state.h"

/* Sorts the instances in the order in which they are placed. */
void mu_clone_sort_for_placement(struct mu_sched *sched,
                                 struct mu_sched_resource *clone);

/* Compares two instances: negative, 'a' is placed first. 'sched' may be used
 * for scratch memory. */
int mu_clone_sort_cmp(struct mu_sched *sched, const struct mu_sched_resource *a,
                      const struct mu_sched_resource *b);

#endif /* MU_SCHED_CLONE_SORT_H */
