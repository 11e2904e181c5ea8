/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PROMOTE_H
#define MU_SCHED_PROMOTE_H

/* Promote: which instances of a promotable clone lead?
 *
 * Agents say by node attributes how well an instance would lead; constraints
 * for the promoted role add to that. Until the roles are chosen 'priority' of
 * an instance holds that number; afterwards it is the clone's again. */

#include "sched/state.h"

/* Adds promotion scores to the instances' wishes for nodes. */
void mu_promote_add_scores(struct mu_sched *sched,
                           struct mu_sched_resource *clone);

/* Chooses the roles of the instances, which are placed. */
void mu_promote_set_roles(struct mu_sched *sched,
                          struct mu_sched_resource *clone);

/* Adds the orderings of promotion and demotion. */
void mu_promote_order(struct mu_sched *sched, struct mu_sched_resource *clone);

/* Makes the clone's points of order for promotion and demotion. */
void mu_promote_act(struct mu_sched *sched, struct mu_sched_resource *clone);

/* Binds 'dependent', which is being placed, to the instances of 'primary' that
 * will have the colocation's role. */
void mu_promote_bind(struct mu_sched *sched,
                     struct mu_sched_resource *dependent,
                     const struct mu_sched_resource *primary,
                     const struct mu_colocation *colocation);

/* Lets such an instance count for the promotion of 'dependent', which is
 * placed. Returns what that added to its priority. */
int32_t mu_promote_weigh(struct mu_sched *sched,
                         struct mu_sched_resource *dependent,
                         struct mu_sched_resource *primary,
                         const struct mu_colocation *colocation);

#endif /* MU_SCHED_PROMOTE_H */
