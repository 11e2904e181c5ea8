/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_AFTER_H
#define MU_SCHED_AFTER_H

/* After: where will everything be when the plan was carried out?
 *
 * Plays the actions in order on the state they start from. */

#include "sched/state.h"

/* Lists every primitive, on every node where it is active. */
struct mu_plan_placement *mu_after_list(struct mu_sched *sched,
                                        uint32_t *ret_count);

/* Lets 'count' actions happen, in this order. Roles and nodes of the resources
 * are those of afterwards then: nothing may be planned any more. */
void mu_after_apply(struct mu_sched *sched,
                    struct mu_sched_action *const *ordered, uint32_t count);

#endif /* MU_SCHED_AFTER_H */
