/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_FLIGHT_H
#define MU_SCHED_FLIGHT_H

/* Flight: what has been asked for and has not answered yet?
 *
 * Nothing waits for it but what depends on its result. An operation in flight
 * is assumed to succeed; it is an action of the new plan that nothing comes
 * before. What the new plan wants otherwise comes after it.
 *
 * Invariant: an action in flight has no edges into it. */

#include "sched/state.h"

/* Lets flights count for what is active where. Called after the histories
 * were replayed, before anything is placed. */
void mu_flight_read(struct mu_sched *sched);

/* Turns what is in flight into actions of the plan, with its orderings. Called
 * when all other actions exist, before orderings become edges. */
void mu_flight_act(struct mu_sched *sched);

/* Drops the edges into actions that are in flight. */
void mu_flight_release(struct mu_sched *sched);

/* Sets 'fence->in_flight' if that node is being fenced already. */
void mu_flight_mark_fence(struct mu_sched *sched,
                          struct mu_sched_action *fence);

#endif /* MU_SCHED_FLIGHT_H */
