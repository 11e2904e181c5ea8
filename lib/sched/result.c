/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/result.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "sched/action.h"
#include "sched/after.h"
#include "sched/detail.h"
#include "sched/loop.h"
#include "sched/recurring.h"
#include "sched/tell.h"

static void pick(struct mu_sched *sched, struct mu_loop_rest *picked);
static bool edge_counts(const struct mu_sched *sched,
                        const struct mu_edge *edge);
static bool edge_counts_here(const struct mu_edge *edge);
static void sort(struct mu_sched *sched, struct mu_loop_rest *picked,
                 struct mu_sched_action **ordered);
static void open_count(struct mu_sched *sched, const struct mu_loop_rest *picked);
static void action_fill(struct mu_sched *sched,
                        const struct mu_sched_action *action,
                        struct mu_action *out);
static void after_fill(struct mu_sched *sched,
                       const struct mu_sched_action *action,
                       struct mu_action *out);
static void sources_fill(struct mu_sched *sched,
                         const struct mu_sched_action *action,
                         struct mu_action *out);
static const char *op_name_of(const struct mu_sched *sched,
                              const struct mu_sched_action *action);
static struct mu_plan_node *nodes_fill(struct mu_sched *sched, bool is_after);

bool
mu_result_is_in_plan(const struct mu_sched *sched,
                     const struct mu_sched_action *action)
{
    const struct mu_sched_resource *resource = action->resource;

    if (action->in_flight) {
        return true;
    }
    if (!mu_action_has(action, MU_FLAG_RUNNABLE) ||
        (mu_action_has(action, MU_FLAG_OPTIONAL) &&
         !mu_action_has(action, MU_FLAG_ALWAYS))) {
        return false;
    }
    if (resource && !resource->is_managed && action->verb != MU_VERB_MONITOR &&
        mu_key_interval_ms(action->key) == 0) {
        return false;
    }
    if (mu_action_has(action, MU_FLAG_PSEUDO) ||
        action->verb == MU_VERB_FENCE || action->verb == MU_VERB_SHUTDOWN ||
        action->verb == MU_VERB_LRM_DELETE) {
        return true; /* None of them is done by the node itself. */
    }
    return action->node != MU_STATE_NONE &&
           sched->nodes[action->node].is_online &&
           !sched->nodes[action->node].is_unclean;
}

static void
pick(struct mu_sched *sched, struct mu_loop_rest *picked)
{
    picked->actions = mu_arena_new(sched->arena, struct mu_sched_action *,
                                   sched->actions.count + 1);
    picked->open =
        mu_arena_new(sched->arena, uint32_t, sched->actions.count + 1);
    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];

        if (mu_result_is_in_plan(sched, action)) {
            action->flags |= MU_FLAG_IN_PLAN;
            picked->actions[picked->count++] = action;
        }
    }
}

static bool
edge_counts(const struct mu_sched *sched, const struct mu_edge *edge)
{
    (void)sched;
    return edge->flags != 0 && mu_action_has(edge->first, MU_FLAG_IN_PLAN) &&
           mu_action_has(edge->then, MU_FLAG_IN_PLAN) && edge_counts_here(edge);
}

/* Orderings that are for certain nodes or moves only. */
static bool
edge_counts_here(const struct mu_edge *edge)
{
    const struct mu_sched_action *first = edge->first;
    const struct mu_sched_action *then = edge->then;

    if (mu_action_has(first, MU_FLAG_MIGRATABLE) &&
        ((edge->flags & MU_ORDER_IF_UNMIGRATABLE) ||
         (edge->flags == MU_ORDER_ORDERED && first->verb == MU_VERB_STOP))) {
        return false;
    }
    if (edge->flags == MU_ORDER_ON_TARGET) {
        uint32_t node = then->resource && then->verb == MU_VERB_MIGRATE_TO
                            ? then->resource->assigned
                            : then->node;

        return first->node == node && !mu_action_has(first, MU_FLAG_OPTIONAL);
    }
    if (edge->flags == MU_ORDER_SAME_NODE_REQUIRED) {
        return (first->node == MU_STATE_NONE || then->node == MU_STATE_NONE ||
                first->node == then->node) &&
               !mu_action_has(first, MU_FLAG_OPTIONAL);
    }
    return true;
}

static void
open_count(struct mu_sched *sched, const struct mu_loop_rest *picked)
{
    for (uint32_t i = 0; i < picked->count; i++) {
        picked->actions[i]->plan_id = i; /* For the time of sorting. */
    }
    for (uint32_t i = 0; i < picked->count; i++) {
        for (struct mu_edge *edge = picked->actions[i]->before; edge;
             edge = edge->next_before) {
            if (edge_counts(sched, edge)) {
                picked->open[i]++;
            } else {
                edge->flags = 0;
            }
        }
    }
}

/* First come those that nothing comes before, in the order in which they were
 * made. */
static void
sort(struct mu_sched *sched, struct mu_loop_rest *picked,
     struct mu_sched_action **ordered)
{
    uint32_t done = 0;
    uint32_t ready = 0;

    open_count(sched, picked);
    for (uint32_t i = 0; i < picked->count; i++) {
        if (picked->open[i] == 0) {
            ordered[ready++] = picked->actions[i];
        }
    }
    while (done < picked->count) {
        if (done == ready) {
            mu_loop_break(sched, picked);
            for (uint32_t i = 0; i < picked->count; i++) {
                if (picked->actions[i] && picked->open[i] == 0) {
                    ordered[ready++] = picked->actions[i];
                }
            }
        }
        for (struct mu_edge *edge = ordered[done]->after; edge;
             edge = edge->next_after) {
            if (edge->flags != 0 &&
                mu_action_has(edge->then, MU_FLAG_IN_PLAN) &&
                picked->open[edge->then->plan_id] > 0 &&
                --picked->open[edge->then->plan_id] == 0) {
                ordered[ready++] = edge->then;
            }
        }
        picked->actions[ordered[done]->plan_id] = NULL;
        done++;
    }
    for (uint32_t i = 0; i < picked->count; i++) {
        ordered[i]->plan_id = i;
    }
}

static void
after_fill(struct mu_sched *sched, const struct mu_sched_action *action,
           struct mu_action *out)
{
    uint32_t *after =
        mu_arena_new(sched->arena, uint32_t, (size_t)action->before_count + 1);
    uint32_t count = 0;
    bool has_source = false;

    sched->visit++;
    for (const struct mu_edge *edge = action->before; edge;
         edge = edge->next_before) {
        if (edge->flags == 0) {
            continue;
        }
        has_source = has_source || edge->source;
        if (edge->first->visit != sched->visit) {
            uint32_t at = count++;

            edge->first->visit = sched->visit;
            while (at > 0 && after[at - 1] > edge->first->plan_id) {
                after[at] = after[at - 1];
                at--;
            }
            after[at] = edge->first->plan_id;
        }
    }
    out->after = after;
    out->after_count = count;
    if (has_source && (sched->flags & MU_SCHED_REASONS)) {
        sources_fill(sched, action, out);
    }
}

/* Of several edges from one action the one that a constraint made tells more. */
static void
sources_fill(struct mu_sched *sched, const struct mu_sched_action *action,
             struct mu_action *out)
{
    const char **by =
        mu_arena_new(sched->arena, const char *, (size_t)out->after_count);

    for (const struct mu_edge *edge = action->before; edge;
         edge = edge->next_before) {
        uint32_t low = 0;
        uint32_t high = out->after_count;

        if (edge->flags == 0 || !edge->source) {
            continue;
        }
        while (high - low > 1) {
            uint32_t middle = low + (high - low) / 2;

            if (out->after[middle] <= edge->first->plan_id) {
                low = middle;
            } else {
                high = middle;
            }
        }
        by[low] = edge->source;
    }
    out->after_by = by;
}

static void
action_fill(struct mu_sched *sched, const struct mu_sched_action *action,
            struct mu_action *out)
{
    const struct mu_sched_resource *resource = action->resource;

    *out = (struct mu_action){
        .kind = action->kind,
        .task = mu_detail_task(action),
        .name = action->name,
        .op_name = op_name_of(sched, action),
        .primitive = MU_PLAN_NONE,
        .node = action->node == MU_STATE_NONE ? MU_PLAN_NONE : action->node,
        .interval_ms = mu_key_interval_ms(action->key),
        .expected_rc = action->expected_rc,
        .priority = action->priority,
        .in_flight = action->in_flight,
        .fence_delay_ms = action->fence_delay_ms,
        .because = MU_PLAN_NONE,
        .can_fail = mu_action_has(action, MU_FLAG_CAN_FAIL),
        .meta = action->meta,
        .meta_count = action->meta_count,
    };
    if (mu_action_has(action, MU_FLAG_PSEUDO)) {
        out->kind = MU_ACTION_PSEUDO;
    }
    if (resource) {
        out->resource = resource->name;
        out->instance =
            strcmp(resource->id, resource->name) == 0 ? NULL : resource->id;
        out->primitive = resource->config;
        out->class_name = resource->class_name;
        out->provider = resource->provider;
        out->type = resource->type;
        if (resource->priority > out->priority) {
            out->priority = resource->priority;
        }
        if (out->kind == MU_ACTION_PSEUDO && !out->name) {
            out->name = mu_detail_pseudo_name(sched, action);
        }
    }
    mu_detail_fill(sched, action, out);
    after_fill(sched, action, out);
}

static const char *
op_name_of(const struct mu_sched *sched, const struct mu_sched_action *action)
{
    return action->verb == MU_VERB_MONITOR || action->verb == MU_VERB_CANCEL
               ? mu_recurring_name(sched, action->key)
               : mu_plan_task_name(mu_detail_task(action));
}

static struct mu_plan_node *
nodes_fill(struct mu_sched *sched, bool is_after)
{
    struct mu_plan_node *nodes =
        mu_arena_new(sched->arena, struct mu_plan_node, sched->nodes_count + 1);

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];
        bool is_fenced = is_after && node->fence &&
                         mu_action_has(node->fence, MU_FLAG_IN_PLAN);

        nodes[i] = (struct mu_plan_node){
            .is_online = node->is_online && !is_fenced,
            .is_unclean = node->is_unclean && !is_fenced,
            .is_pending = node->is_pending && !is_fenced,
            .is_standby = node->is_standby,
            .is_standby_on_fail = node->is_standby_on_fail,
            .standby_cause = node->standby_cause,
            .is_in_maintenance = node->is_in_maintenance,
            .is_shutting_down = node->is_shutting_down,
        };
    }
    return nodes;
}

void
mu_result_note_before(struct mu_sched *sched)
{
    sched->before = mu_after_list(sched, &sched->before_count);
}

const struct mu_plan *
mu_result_make(struct mu_sched *sched)
{
    struct mu_plan *plan = mu_arena_new(sched->arena, struct mu_plan, 1);
    struct mu_loop_rest picked = {0};
    struct mu_sched_action **ordered;
    struct mu_action *actions;
    struct mu_plan_placement *after;

    pick(sched, &picked);
    ordered = mu_arena_new(sched->arena, struct mu_sched_action *,
                           (size_t)picked.count + 1);
    sort(sched, &picked, ordered);
    actions =
        mu_arena_new(sched->arena, struct mu_action, (size_t)picked.count + 1);
    for (uint32_t i = 0; i < picked.count; i++) {
        action_fill(sched, ordered[i], &actions[i]);
    }
    plan->actions = actions;
    plan->actions_count = picked.count;
    plan->nodes_before = nodes_fill(sched, false);
    plan->nodes_after = nodes_fill(sched, true);
    plan->nodes_count = sched->nodes_count;
    plan->before = sched->before;
    plan->before_count = sched->before_count;
    plan->lacks_fence_device =
        sched->is_fencing_enabled && !sched->has_fence_device;
    mu_tell_finish(sched, ordered, actions, plan);
    mu_after_apply(sched, ordered, picked.count);
    after = mu_after_list(sched, &plan->after_count);
    mu_tell_stopped(sched, plan, after);
    plan->after = after;
    plan->scores = sched->scores.items;
    plan->scores_count = (uint32_t)sched->scores.count;
    plan->next_change_ms =
        mu_instant_min(sched->next_change, mu_params_cache_next(sched->cache))
            .ms;
    if (sched->snapshot->recheck_ms > 0 &&
        plan->next_change_ms - sched->now_ms > sched->snapshot->recheck_ms) {
        plan->next_change_ms = sched->now_ms + sched->snapshot->recheck_ms;
    }
    plan->warnings = sched->warnings.items;
    plan->warnings_count = (uint32_t)sched->warnings.count;
    return plan;
}
