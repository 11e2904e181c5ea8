/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_RUNNER_H
#define MU_CORE_RUNNER_H

/* Runner: which actions of the plan may go now?
 *
 * Part of apply: every replica releases the same actions at the same position.
 * An action goes when all it waits for have succeeded, when its node's limit
 * allows it, and when the safety kernel has no objection; if it has, that action
 * and what follows it are held, and nothing else. Giving a plan up never touches
 * what is in flight. */

#include "core/apply.h"

/* Replaces the plan by 'body' and releases what may go. Actions in flight keep
 * their operation; an operation that has ended meanwhile counts as done. */
void mu_runner_install(struct mu_apply *apply,
                       const struct mu_body_decide *body);

/* Gives the plan up: nothing more of it is released. */
void mu_runner_drop(struct mu_apply *apply);

/* Records that 'action' of the current plan has succeeded or failed, and goes
 * on. A failure gives the plan up unless the action may fail. MU_PLAN_NONE is
 * accepted: the plan that knew the action is gone. */
void mu_runner_end(struct mu_apply *apply, uint32_t action, bool is_success);

/* Ends operations whose node owes a result for too long. */
void mu_runner_tick(struct mu_apply *apply);

/* Returns the earliest cluster time at which mu_runner_tick() has work, or
 * INT64_MAX. */
int64_t mu_runner_deadline(const struct mu_state *state);

/* True when every action of the current plan has ended well. */
bool mu_runner_is_finished(const struct mu_state *state);

/* True when the safety kernel holds an action of the current plan: what it
 * objects to may have ended meanwhile, so the plan is to be made again. */
bool mu_runner_is_held(const struct mu_state *state);

#endif /* MU_CORE_RUNNER_H */
