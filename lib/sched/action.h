/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_ACTION_H
#define MU_SCHED_ACTION_H

/* Action: what may be done, and can it be done there?
 *
 * Actions are made on demand and once only: asking again for the same action
 * returns it, and makes it required if the second asker needs it. Whether an
 * action becomes part of the plan is decided by the orderings. */

#include "sched/state.h"

/* Returns the action 'key' of 'resource' on 'node' (NONE: not placed). With
 * 'is_required' it must happen. */
struct mu_sched_action *mu_action_get(struct mu_sched *sched,
                                      struct mu_sched_resource *resource,
                                      uint64_t key, uint32_t node,
                                      bool is_required);

/* Returns a pseudo action of a group or clone. */
struct mu_sched_action *mu_action_get_pseudo(struct mu_sched *sched,
                                             struct mu_sched_resource *resource,
                                             uint64_t key, bool is_required);

/* Returns the pseudo action 'name', which belongs to no resource. */
struct mu_sched_action *mu_action_get_point(struct mu_sched *sched,
                                            const char *name);

/* Returns the action that shuts down or clears something on 'node'; 'verb' is
 * one of the verbs about nodes. 'resource' may be null. */
struct mu_sched_action *mu_action_new(struct mu_sched *sched,
                                      struct mu_sched_resource *resource,
                                      uint64_t key, uint32_t node);

/* Finds an existing action. 'node' NONE: on any node. Null: none. */
struct mu_sched_action *mu_action_find(const struct mu_sched_resource *resource,
                                       uint64_t key, uint32_t node);

/* Finds the next one with the same key after 'action', on any node. */
struct mu_sched_action *
mu_action_find_next(const struct mu_sched_action *action);

/* Marks an action as needed, unless its resource must be left alone. */
void mu_action_require(struct mu_sched_action *action);

/* The stop, start, promote or demote of a primitive. */
struct mu_sched_action *mu_action_of(struct mu_sched *sched,
                                     struct mu_sched_resource *resource,
                                     enum mu_verb verb, uint32_t node,
                                     bool is_required);

/* What 'action' needs before it may run. Only start and promote need more
 * than nothing. */
enum mu_requires mu_action_requires(const struct mu_sched_action *action);

static inline bool
mu_action_has(const struct mu_sched_action *action, uint32_t flags)
{
    return (action->flags & flags) == flags;
}

/* Sets and clears MU_FLAG_*. What was concluded about a whole clone from the
 * flags of its parts is concluded again when they change: from propagation on
 * flags are changed by these two only. */
static inline void
mu_action_set(struct mu_sched_action *action, uint32_t flags)
{
    if (!mu_action_has(action, flags)) {
        action->flags |= flags;
        mu_state_note_change(action->resource);
    }
}

static inline void
mu_action_clear(struct mu_sched_action *action, uint32_t flags)
{
    if (action->flags & flags) {
        action->flags &= ~flags;
        mu_state_note_change(action->resource);
    }
}

#endif /* MU_SCHED_ACTION_H */
