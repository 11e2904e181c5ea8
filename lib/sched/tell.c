/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/tell.h"

#include "sched/action.h"

/* Causes lead to causes: no chain that somebody would read is longer. */
enum { CHAIN_LENGTH_MAX = 64 };

static struct mu_plan_instance *instances_make(struct mu_sched *sched,
                                               struct mu_plan *plan);
static const char *blocked_text(const struct mu_why *why,
                                struct mu_sched *sched,
                                const struct mu_sched_resource *resource);
static uint32_t because_of(const struct mu_sched_action *action);

void
mu_tell_finish(struct mu_sched *sched, struct mu_sched_action *const *ordered,
               struct mu_action *actions, struct mu_plan *plan)
{
    struct mu_why why = {sched->arena, sched->snapshot, plan};
    struct mu_plan_instance *instances;

    if (!(sched->flags & MU_SCHED_REASONS)) {
        return;
    }
    plan->reasons = sched->reasons.items;
    plan->reasons_count = (uint32_t)sched->reasons.count;
    instances = instances_make(sched, plan);
    for (size_t i = 0; i < sched->resources.count; i++) {
        instances[i].blocked =
            blocked_text(&why, sched, sched->resources.items[i]);
    }
    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];

        if (action->is_by_place) {
            action->cause = mu_why_place(&why, action->resource->index,
                                         action->verb == MU_VERB_PROMOTE ||
                                             action->verb == MU_VERB_DEMOTE);
        }
    }
    for (size_t i = 0; i < sched->changed.count; i++) {
        struct mu_sched_changed *one = &sched->changed.items[i];

        one->action->cause = mu_why_changed(
            &why, one->action->resource->config, one->node, one->op);
    }
    plan->has_changed_params = sched->changed.count > 0;
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        actions[i].because = because_of(ordered[i]);
        actions[i].cause = mu_tell_cause(&why, sched, ordered[i]);
    }
}

void
mu_tell_stopped(const struct mu_sched *sched, const struct mu_plan *plan,
                struct mu_plan_placement *after)
{
    struct mu_why why = {sched->arena, sched->snapshot, plan};

    if (!(sched->flags & MU_SCHED_REASONS)) {
        return;
    }
    for (uint32_t i = 0; i < plan->after_count; i++) {
        if (after[i].node == MU_PLAN_NONE) {
            after[i].reason = mu_why_stopped(&why, after[i].index);
        }
    }
}

/* The next one that is in the plan. */
static uint32_t
because_of(const struct mu_sched_action *action)
{
    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        action = mu_tell_next(action);
        if (!action) {
            return MU_PLAN_NONE;
        }
        if (mu_action_has(action, MU_FLAG_IN_PLAN)) {
            return action->plan_id;
        }
    }
    return MU_PLAN_NONE;
}

static struct mu_plan_instance *
instances_make(struct mu_sched *sched, struct mu_plan *plan)
{
    struct mu_plan_instance *instances = mu_arena_new(
        sched->arena, struct mu_plan_instance, sched->resources.count + 1);

    for (size_t i = 0; i < sched->resources.count; i++) {
        const struct mu_sched_resource *resource = sched->resources.items[i];
        uint32_t current = mu_state_current_node(sched, resource);

        instances[i] = (struct mu_plan_instance){
            .id = resource->id,
            .config = resource->config,
            .parent = resource->parent ? resource->parent->index : MU_PLAN_NONE,
            .reason_first = resource->reason_first - 1, /* 0 becomes NONE. */
            .node = resource->assigned,
            .current = current,
            .active_count = (uint32_t)resource->running_on.count,
            .next = resource->choice_next,
            .choice = resource->choice,
            .scores = resource->choice_scores,
            .role_before = resource->role,
            .role_after = resource->next_role,
            .promotion = resource->promotion,
            .is_failed = resource->is_failed,
            .is_blocked = resource->is_blocked,
            .is_managed = resource->is_managed,
            .is_removed = resource->is_removed,
            .is_disabled = resource->is_target_stopped,
        };
    }
    for (size_t i = 0; i < sched->resources.count; i++) {
        const struct mu_sched_resource *resource = sched->resources.items[i];

        for (uint32_t j = 0; j < resource->children_count; j++) {
            instances[resource->children[j]->index].member = j;
        }
    }
    plan->instances = instances;
    plan->instances_count = (uint32_t)sched->resources.count;
    return instances;
}

/* What a start or promote that shall be and cannot be waits for. */
static const char *
blocked_text(const struct mu_why *why, struct mu_sched *sched,
             const struct mu_sched_resource *resource)
{
    static const enum mu_verb verbs[] = {MU_VERB_START, MU_VERB_PROMOTE};

    if (resource->kind != MU_RESOURCE_PRIMITIVE ||
        resource->assigned == MU_STATE_NONE) {
        return NULL;
    }
    for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        const struct mu_sched_action *action =
            mu_action_find(resource, mu_key(verbs[i]), resource->assigned);

        if (action && !mu_action_has(action, MU_FLAG_RUNNABLE)) {
            return mu_tell_block(why, sched, action);
        }
    }
    return NULL;
}
