/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_MIGRATE_H
#define MU_SCHED_MIGRATE_H

/* Migrate: live moves, and what is left of those that were cut short.
 *
 * A whole move is migrate_to on the source, migrate_from on the target, stop
 * on the source. Between the first two a move can be continued; after the
 * second only the stop is missing. */

#include "sched/history.h"
#include "sched/order.h"

/* Conclusions from a migrate_to that worked. */
void mu_migrate_read_to_done(struct mu_history *history);

/* Conclusions from a migrate_to that failed. */
void mu_migrate_read_to_failed(struct mu_history *history);

/* Conclusions from a migrate_from that failed. */
void mu_migrate_read_from_failed(struct mu_history *history);

/* Forces a stop on the node called 'target'. */
void mu_migrate_stop_target(struct mu_sched *sched,
                            struct mu_sched_resource *resource,
                            const char *target);

/* Forces the stops that broken moves still need. */
void mu_migrate_abort_dangling(struct mu_sched *sched,
                               struct mu_sched_resource *resource);

/* Tells whether 'resource' can move alive from 'current'. */
bool mu_migrate_is_possible(const struct mu_sched *sched,
                            const struct mu_sched_resource *resource,
                            uint32_t current);

/* Makes the actions of a live move from 'current'. */
void mu_migrate_act(struct mu_sched *sched, struct mu_sched_resource *resource,
                    uint32_t current);

/* Adds to the collected orderings what they mean for live moves. */
void mu_migrate_order(struct mu_sched *sched);

#endif /* MU_SCHED_MIGRATE_H */
