/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/colocate_block.h"

#include "sched/action.h"
#include "sched/colocate.h"
#include "sched/explain.h"
#include "sched/propagate.h"

static void action_block(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         const struct mu_sched_action *blocker,
                         const struct mu_colocation *colocation);

void
mu_colocate_block_dependents(struct mu_sched *sched,
                             struct mu_sched_action *action)
{
    struct mu_sched_resource *top;
    struct mu_colocations found = {0};

    if (!action->resource || mu_action_has(action, MU_FLAG_RUNNABLE) ||
        (action->verb != MU_VERB_START && action->verb != MU_VERB_PROMOTE)) {
        return;
    }
    top = mu_state_top(action->resource);
    for (uint32_t i = 0; i < top->children_count; i++) {
        struct mu_sched_action *other =
            mu_action_find(top->children[i], action->key, MU_STATE_NONE);

        if (!other || mu_action_has(other, MU_FLAG_RUNNABLE)) {
            return; /* Part of it can still reach the role. */
        }
    }
    mu_colocate_with_this(sched, top, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        struct mu_colocation *colocation = found.list.items[i];

        if (colocation->score < MU_SCORE_INFINITY ||
            (action->verb != MU_VERB_START &&
             colocation->primary_role != MU_ROLE_PROMOTED)) {
            continue;
        }
        action_block(sched, colocation->dependent, action, colocation);
    }
}

/* Blocks the action of a resource and of all that is inside it. An action is
 * blocked once: the recursion ends. */
static void
action_block(struct mu_sched *sched, struct mu_sched_resource *resource,
             const struct mu_sched_action *blocker,
             const struct mu_colocation *colocation)
{
    enum mu_verb verb = colocation->dependent_role == MU_ROLE_PROMOTED
                            ? MU_VERB_PROMOTE
                            : MU_VERB_START;

    for (struct mu_sched_action *action =
             mu_action_find(resource, mu_key(verb), MU_STATE_NONE);
         action; action = mu_action_find_next(action)) {
        if (mu_action_has(action, MU_FLAG_RUNNABLE)) {
            mu_action_clear(action, MU_FLAG_RUNNABLE);
            mu_explain_block(sched, action, blocker, colocation->id, true);
            mu_colocate_block_dependents(sched, action);
            mu_propagate_from(sched, action);
        }
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        action_block(sched, resource->children[i], blocker, colocation);
    }
}
