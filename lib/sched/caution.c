/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/caution.h"

#include <string.h>

#include "base/panic.h"

struct caution {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_action *actions; /* Those of the plan, then gates. */
    uint32_t actions_count;
    uint32_t *gates; /* Per resource that stands for others, and one for all:
                        the action that waits for their probes, or NONE. */
    uint32_t *ties;  /* Per resource: towards the one that stands for all
                        that it is tied to. */
    uint32_t *looks; /* Actions that are probes. */
    uint32_t looks_count;
    bool *is_before; /* Per action: a probe waits for it. */
};

static bool is_look(const struct mu_action *action);
static bool disturbs(const struct mu_action *action);
static void ties_make(struct caution *caution);
static uint32_t tie_find(struct caution *caution, uint32_t resource);
static void tie_add(struct caution *caution, uint32_t a, uint32_t b);
static void tie_sets(struct caution *caution, const struct mu_config_set *sets,
                     uint32_t sets_count);
static void looks_find(struct caution *caution);
static void before_mark(struct caution *caution);
static void gates_make(struct caution *caution);
static uint32_t gate_get(struct caution *caution, uint32_t tie);
static void action_order(struct caution *caution, uint32_t index);
static bool is_forced(const struct caution *caution,
                      const struct mu_action *action);
static const char *full_name(const char *resource, const char *instance);
static bool has_restart(const struct caution *caution,
                        const struct mu_action *action);

const struct mu_plan *
mu_caution_order(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                 const struct mu_plan *plan)
{
    struct caution caution = {
        .arena = arena, .snapshot = snapshot, .plan = plan};
    struct mu_plan *careful;
    bool is_needed = false;

    looks_find(&caution);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        is_needed |= disturbs(&plan->actions[i]);
    }
    if (caution.looks_count == 0 || !is_needed) {
        return plan;
    }
    ties_make(&caution);
    gates_make(&caution);
    before_mark(&caution);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (disturbs(&plan->actions[i]) && !caution.is_before[i]) {
            action_order(&caution, i);
        }
    }
    careful = mu_arena_new(arena, struct mu_plan, 1);
    *careful = *plan;
    careful->actions = caution.actions;
    careful->actions_count = caution.actions_count;
    return careful;
}

static bool
is_look(const struct mu_action *action)
{
    return action->kind == MU_ACTION_RESOURCE &&
           action->task == MU_TASK_MONITOR && action->interval_ms == 0;
}

/* Only what has not begun can wait. */
static bool
disturbs(const struct mu_action *action)
{
    return action->kind == MU_ACTION_RESOURCE && action->in_flight == 0 &&
           action->primitive != MU_CONFIG_NONE &&
           (action->task == MU_TASK_STOP || action->task == MU_TASK_DEMOTE ||
            action->task == MU_TASK_MIGRATE_TO);
}

static void
looks_find(struct caution *caution)
{
    const struct mu_plan *plan = caution->plan;

    caution->looks =
        mu_arena_new(caution->arena, uint32_t, plan->actions_count + 1);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (is_look(&plan->actions[i]) &&
            plan->actions[i].primitive != MU_CONFIG_NONE) {
            caution->looks[caution->looks_count++] = i;
        }
    }
}

/* Resources are tied by groups and by whatever places or orders one with
 * regard to another. */
static void
ties_make(struct caution *caution)
{
    const struct mu_config *config = caution->snapshot->config;

    caution->ties =
        mu_arena_new(caution->arena, uint32_t, config->resources_count + 1);
    for (uint32_t i = 0; i < config->resources_count; i++) {
        caution->ties[i] = i;
    }
    for (uint32_t i = 0; i < config->resources_count; i++) {
        tie_add(caution, i, config->resources[i].parent);
    }
    for (uint32_t i = 0; i < config->colocations_count; i++) {
        tie_add(caution, config->colocations[i].dependent,
                config->colocations[i].primary);
        tie_sets(caution, config->colocations[i].sets,
                 config->colocations[i].sets_count);
    }
    for (uint32_t i = 0; i < config->orders_count; i++) {
        tie_add(caution, config->orders[i].first, config->orders[i].then);
        tie_sets(caution, config->orders[i].sets, config->orders[i].sets_count);
    }
}

static uint32_t
tie_find(struct caution *caution, uint32_t resource)
{
    while (caution->ties[resource] != resource) {
        caution->ties[resource] = caution->ties[caution->ties[resource]];
        resource = caution->ties[resource];
    }
    return resource;
}

static void
tie_add(struct caution *caution, uint32_t a, uint32_t b)
{
    if (a != MU_CONFIG_NONE && b != MU_CONFIG_NONE) {
        caution->ties[tie_find(caution, a)] = tie_find(caution, b);
    }
}

static void
tie_sets(struct caution *caution, const struct mu_config_set *sets,
         uint32_t sets_count)
{
    uint32_t first = MU_CONFIG_NONE;

    for (uint32_t i = 0; i < sets_count; i++) {
        for (uint32_t k = 0; k < sets[i].resources_count; k++) {
            tie_add(caution, sets[i].resources[k], first);
            first = sets[i].resources[k];
        }
    }
}

/* What a probe waits for, directly or not, must not wait for a probe. */
static void
before_mark(struct caution *caution)
{
    const struct mu_plan *plan = caution->plan;
    uint32_t *work =
        mu_arena_new(caution->arena, uint32_t, plan->actions_count + 1);
    uint32_t work_count = 0;

    caution->is_before =
        mu_arena_new(caution->arena, bool, plan->actions_count + 1);
    for (uint32_t i = 0; i < caution->looks_count; i++) {
        caution->is_before[caution->looks[i]] = true;
        work[work_count++] = caution->looks[i];
    }
    while (work_count > 0) {
        const struct mu_action *action = &plan->actions[work[--work_count]];

        for (uint32_t i = 0; i < action->after_count; i++) {
            if (!caution->is_before[action->after[i]]) {
                caution->is_before[action->after[i]] = true;
                work[work_count++] = action->after[i];
            }
        }
    }
}

/* A gate opens when all probes of a kind have ended: one edge for each probe,
 * however much waits for them. */
static void
gates_make(struct caution *caution)
{
    const struct mu_plan *plan = caution->plan;
    uint32_t count = caution->snapshot->config->resources_count;

    caution->actions_count = plan->actions_count;
    caution->actions = mu_arena_new(caution->arena, struct mu_action,
                                    plan->actions_count + count + 1);
    memcpy(caution->actions, plan->actions,
           plan->actions_count * sizeof(*plan->actions));
    caution->gates = mu_arena_new(caution->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i <= count; i++) {
        caution->gates[i] = MU_PLAN_NONE;
    }
}

static uint32_t
gate_get(struct caution *caution, uint32_t tie)
{
    uint32_t all = caution->snapshot->config->resources_count;
    uint32_t *after;
    struct mu_action *gate;

    if (caution->gates[tie] != MU_PLAN_NONE) {
        return caution->gates[tie];
    }
    after = mu_arena_new(caution->arena, uint32_t, caution->looks_count + 1);
    gate = &caution->actions[caution->actions_count];
    *gate = (struct mu_action){.kind = MU_ACTION_PSEUDO,
                               .task = MU_TASK_PSEUDO,
                               .name = "looked",
                               .primitive = MU_CONFIG_NONE,
                               .node = MU_PLAN_NONE,
                               .after = after};
    for (uint32_t i = 0; i < caution->looks_count; i++) {
        const struct mu_action *look = &caution->actions[caution->looks[i]];

        if (tie == all || tie_find(caution, look->primitive) == tie) {
            after[gate->after_count++] = caution->looks[i];
        }
    }
    caution->gates[tie] = caution->actions_count;
    return caution->actions_count++;
}

static void
action_order(struct caution *caution, uint32_t index)
{
    struct mu_action *action = &caution->actions[index];
    uint32_t *after =
        mu_arena_new(caution->arena, uint32_t, action->after_count + 1);
    bool waits_for_all =
        !is_forced(caution, action) && has_restart(caution, action);
    uint32_t gate = gate_get(
        caution, waits_for_all ? caution->snapshot->config->resources_count
                               : tie_find(caution, action->primitive));

    for (uint32_t i = 0; i < action->after_count; i++) {
        after[i] = action->after[i];
    }
    after[action->after_count] = gate;
    action->after = after;
    action->after_count++;
}

/* A failure, or a node that must be emptied: that is not a matter of taste. */
static bool
is_forced(const struct caution *caution, const struct mu_action *action)
{
    const struct mu_plan *plan = caution->plan;
    const struct mu_plan_node *node = &plan->nodes_before[action->node];

    if (!node->is_online || node->is_unclean || node->is_standby ||
        node->is_standby_on_fail || node->is_shutting_down) {
        return true;
    }
    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *placement = &plan->before[i];

        if (placement->node == action->node &&
            strcmp(full_name(placement->resource, placement->instance),
                   full_name(action->resource, action->instance)) == 0) {
            return placement->is_failed;
        }
    }
    return false;
}

/* The name of the instance, where it is one. */
static const char *
full_name(const char *resource, const char *instance)
{
    return instance ? instance : resource;
}

/* It is stopped only to be started again, here or elsewhere. */
static bool
has_restart(const struct caution *caution, const struct mu_action *action)
{
    const struct mu_plan *plan = caution->plan;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *other = &plan->actions[i];

        if (other->kind == MU_ACTION_RESOURCE &&
            (other->task == MU_TASK_START ||
             other->task == MU_TASK_MIGRATE_FROM) &&
            strcmp(other->resource, action->resource) == 0) {
            return true;
        }
    }
    return false;
}
