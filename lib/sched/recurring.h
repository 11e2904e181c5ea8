/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_RECURRING_H
#define MU_SCHED_RECURRING_H

/* Recurring: which monitors must be set up, and which ended?
 *
 * Agents may offer further operations to be repeated, with names of their own;
 * each is a monitor in all but what its results mean. Their names are numbered
 * from 1 as they are met, 0 is "monitor" itself. */

#include "sched/state.h"

/* Finds the key under which 'name' with 'interval_ms' is known. False when it
 * cannot be repeated: start, stop, ... do what they do once. */
bool mu_recurring_key(struct mu_sched *sched, const char *name,
                      int64_t interval_ms, uint64_t *ret_key);

/* Returns what agents call an operation of this key. */
const char *mu_recurring_name(const struct mu_sched *sched, uint64_t key);

/* Makes the recurring monitors of a primitive. */
void mu_recurring_act(struct mu_sched *sched,
                      struct mu_sched_resource *resource);

/* Makes the action that ends the recurring operation of 'key'. */
struct mu_sched_action *mu_recurring_cancel(struct mu_sched *sched,
                                            struct mu_sched_resource *resource,
                                            uint64_t key, uint32_t node);

/* Makes the action that forgets the history of 'resource' on 'node'. */
void mu_recurring_delete_history(struct mu_sched *sched,
                                 struct mu_sched_resource *resource,
                                 uint32_t node, bool is_required);

#endif /* MU_SCHED_RECURRING_H */
