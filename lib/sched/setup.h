/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_SETUP_H
#define MU_SCHED_SETUP_H

/* Setup: which instances of which resources are there to plan for?
 *
 * Turns the configuration into the objects of state.h: typed traits, and every
 * instance of every clone. It knows no status. */

#include "sched/state.h"

/* Makes nodes, traits and resources of 'sched->snapshot'. */
void mu_setup_run(struct mu_sched *sched);

/* Makes one more instance of 'clone', beyond its maximum: it will be stopped.
 * Returns the new instance. */
struct mu_sched_resource *
mu_setup_extra_instance(struct mu_sched *sched,
                        struct mu_sched_resource *clone);

/* Makes a resource that only the history 'known' knows. */
struct mu_sched_resource *
mu_setup_removed(struct mu_sched *sched,
                 const struct mu_status_resource *known);

/* Returns the resource or instance with that id, or null. */
struct mu_sched_resource *mu_setup_find(const struct mu_sched *sched,
                                        const char *id);

/* As above, for the record 'at' of a node's history (or NONE): nodes have about
 * the same records at the same places, and who was there on the last node is
 * looked at first. */
struct mu_sched_resource *mu_setup_find_at(struct mu_sched *sched,
                                           const char *id, uint32_t at);

#endif /* MU_SCHED_SETUP_H */
