/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_RECURRING_H
#define MU_SCHED_RECURRING_H

/* Recurring: which monitors must be set up, and which ended? */

#include "sched/state.h"

/* Makes the recurring monitors of a primitive. */
void mu_recurring_act(struct mu_sched *sched,
                      struct mu_sched_resource *resource);

/* Makes the action that ends a recurring monitor. */
struct mu_sched_action *mu_recurring_cancel(struct mu_sched *sched,
                                            struct mu_sched_resource *resource,
                                            int64_t interval_ms, uint32_t node);

/* Makes the action that forgets the history of 'resource' on 'node'. */
void mu_recurring_delete_history(struct mu_sched *sched,
                                 struct mu_sched_resource *resource,
                                 uint32_t node, bool is_required);

#endif /* MU_SCHED_RECURRING_H */
