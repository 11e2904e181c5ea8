/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thinnest planner that carries the whole path: primitives and groups,
 * probes, starts, stops, monitors, fencing. The scheduler proper takes its
 * place. */

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/vec.h"
#include "model/params.h"
#include "sched/sched.h"

struct thin {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    MU_VEC(struct mu_action) actions;
    MU_VEC(uint32_t) fences;
    MU_VEC(struct mu_plan_placement) before;
    MU_VEC(struct mu_plan_placement) after;
    uint32_t load[MU_NODES_COUNT_MAX];
    uint32_t group_node;  /* Of the group that is being placed. */
    uint32_t group_start; /* Its newest start, or NONE. */
};

static const char *
attribute(const struct thin *thin, uint32_t node, const char *name)
{
    const struct mu_status_node *status = &thin->snapshot->status->nodes[node];
    const struct mu_config_node *config =
        mu_config_find_node(thin->snapshot->config, status->name);
    const struct mu_rule_input input = {.now_ms = thin->snapshot->now_ms};

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        if (strcmp(status->attributes[i].name, name) == 0) {
            return status->attributes[i].value;
        }
    }
    return config ? mu_config_lookup(&config->attributes, name, &input, NULL)
                  : NULL;
}

static bool
is_set(const struct thin *thin, uint32_t node, const char *name)
{
    const char *value = attribute(thin, node, name);
    bool is_on = false;

    return value && strcmp(value, "0") != 0 &&
           (mu_text_parse_bool(value, &is_on) < 0 || is_on);
}

static bool
is_online(const struct thin *thin, uint32_t node)
{
    const struct mu_status_node *status = &thin->snapshot->status->nodes[node];

    return status->is_seen && status->is_member && status->is_process_up &&
           status->join == MU_JOIN_MEMBER && !status->is_held;
}

static bool
is_unclean(const struct thin *thin, uint32_t node)
{
    const struct mu_status_node *status = &thin->snapshot->status->nodes[node];

    if (status->is_held) {
        return false;
    }
    return !status->is_seen ||
           (!status->is_member && status->expected == MU_EXPECTED_MEMBER);
}

static bool
may_run(const struct thin *thin, uint32_t node)
{
    return is_online(thin, node) && !is_set(thin, node, "standby") &&
           !is_set(thin, node, "shutdown") && !is_set(thin, node, "terminate");
}

static uint32_t
action_add(struct thin *thin, struct mu_action action)
{
    *mu_vec_add(thin->arena, &thin->actions) = action;
    return (uint32_t)thin->actions.count - 1;
}

static void
after_add(struct thin *thin, uint32_t action, uint32_t first)
{
    struct mu_action *at = &thin->actions.items[action];
    uint32_t *after =
        mu_arena_new(thin->arena, uint32_t, at->after_count + 1);

    if (first == MU_PLAN_NONE || at->in_flight) {
        return;
    }
    if (at->after_count > 0) {
        memcpy(after, at->after, at->after_count * sizeof(*after));
    }
    after[at->after_count++] = first;
    at->after = after;
}

static const struct mu_status_flight *
flight_find(const struct thin *thin, const char *resource, uint32_t node)
{
    const struct mu_status *status = thin->snapshot->status;

    for (uint32_t i = 0; i < status->flights_count; i++) {
        const struct mu_status_flight *flight = &status->flights[i];

        if (flight->node == node &&
            (resource ? flight->resource &&
                            strcmp(flight->resource, resource) == 0
                      : !flight->resource)) {
            return flight;
        }
    }
    return NULL;
}

static const struct mu_status_resource *
history_find(const struct thin *thin, const char *resource, uint32_t node)
{
    const struct mu_status_node *status = &thin->snapshot->status->nodes[node];

    for (uint32_t i = 0; i < status->resources_count; i++) {
        if (strcmp(status->resources[i].id, resource) == 0) {
            return &status->resources[i];
        }
    }
    return NULL;
}

enum where { WHERE_UNKNOWN, WHERE_STOPPED, WHERE_RUNNING, WHERE_FAILED };

static enum where
where_is(const struct mu_status_resource *resource)
{
    enum where where = WHERE_UNKNOWN;

    for (uint32_t i = 0; resource && i < resource->ops_count; i++) {
        const struct mu_status_op *op = &resource->ops[i];
        bool is_stop = strcmp(op->name, "stop") == 0;

        if (op->is_failure) {
            continue;
        }
        if (op->status != MU_OP_STATUS_DONE) {
            where = op->status == MU_OP_STATUS_NOT_INSTALLED ? WHERE_STOPPED
                                                             : WHERE_FAILED;
        } else if (op->rc == 7 || op->rc == 5 || (is_stop && op->rc == 0)) {
            where = op->interval_ms > 0 ? WHERE_FAILED : WHERE_STOPPED;
        } else {
            where = op->rc == 0 || op->rc == 8 ? WHERE_RUNNING : WHERE_FAILED;
        }
    }
    return where;
}

static struct mu_action
resource_action(const struct thin *thin, uint32_t primitive, uint32_t node,
                enum mu_task task, int64_t interval_ms)
{
    const struct mu_config_resource *resource =
        &thin->snapshot->config->resources[primitive];
    const struct mu_params_context context = {
        .config = thin->snapshot->config,
        .resource = primitive,
        .node = &thin->snapshot->status->nodes[node],
        .now_ms = thin->snapshot->now_ms};
    struct mu_params params;

    mu_params_resolve(thin->arena, &context, mu_plan_task_name(task),
                      interval_ms, &params);
    return (struct mu_action){.kind = MU_ACTION_RESOURCE,
                              .task = task,
                              .resource = resource->id,
                              .primitive = primitive,
                              .node = node,
                              .interval_ms = interval_ms,
                              .timeout_ms = params.timeout_ms,
                              .class_name = resource->class_name,
                              .provider = resource->provider,
                              .type = resource->type};
}

static bool
is_banned(const struct thin *thin, uint32_t primitive, uint32_t node)
{
    const struct mu_config *config = thin->snapshot->config;
    const char *id = config->resources[primitive].id;
    const char *prefix = mu_text_make(thin->arena, "fail-count-%s#", id);
    const struct mu_status_node *status = &thin->snapshot->status->nodes[node];

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        if (strncmp(status->attributes[i].name, prefix, strlen(prefix)) == 0 &&
            strcmp(status->attributes[i].value, "INFINITY") == 0) {
            return true;
        }
    }
    for (uint32_t i = 0; i < config->locations_count; i++) {
        const struct mu_config_location *location = &config->locations[i];

        if ((location->resource == primitive ||
             location->resource == config->resources[primitive].parent) &&
            location->node && location->score <= -MU_SCORE_INFINITY &&
            strcmp(location->node, status->name) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t
node_choose(struct thin *thin, uint32_t primitive, uint32_t current)
{
    const struct mu_status *status = thin->snapshot->status;
    uint32_t best = MU_PLAN_NONE;

    if (thin->group_node != MU_PLAN_NONE) {
        return may_run(thin, thin->group_node) &&
                       !is_banned(thin, primitive, thin->group_node)
                   ? thin->group_node
                   : MU_PLAN_NONE;
    }
    if (current != MU_PLAN_NONE && may_run(thin, current) &&
        !is_banned(thin, primitive, current)) {
        return current;
    }
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        if (may_run(thin, i) && !is_banned(thin, primitive, i) &&
            (best == MU_PLAN_NONE || thin->load[i] < thin->load[best])) {
            best = i;
        }
    }
    return best;
}

static void
primitive_plan(struct thin *thin, uint32_t primitive)
{
    const struct mu_snapshot *snapshot = thin->snapshot;
    const struct mu_config_resource *resource =
        &snapshot->config->resources[primitive];
    const struct mu_params_context context = {.config = snapshot->config,
                                              .resource = primitive,
                                              .now_ms = snapshot->now_ms};
    const char *role = mu_params_meta(&context, "target-role", NULL);
    uint32_t current = MU_PLAN_NONE;
    bool is_held = false;
    bool is_failed = false;
    bool is_starting = false;
    uint32_t target;
    uint32_t start = MU_PLAN_NONE;
    MU_VEC(uint32_t) blockers = {0};

    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        const struct mu_status_flight *flight =
            flight_find(thin, resource->id, i);
        enum where where = where_is(history_find(thin, resource->id, i));
        bool is_start = flight && strcmp(flight->task, "start") == 0;
        bool is_probe = flight && strcmp(flight->task, "monitor") == 0 &&
                        flight->interval_ms == 0;

        if (is_unclean(thin, i)) {
            continue;
        }
        if (where == WHERE_RUNNING || where == WHERE_FAILED || is_start) {
            current = i;
            is_held = !is_online(thin, i);
            is_failed = where == WHERE_FAILED && !is_start;
            is_starting = is_start;
        }
        if (is_online(thin, i) && where == WHERE_UNKNOWN && !is_start) {
            struct mu_action probe =
                resource_action(thin, primitive, i, MU_TASK_MONITOR, 0);

            probe.expected_rc = 7;
            probe.in_flight = is_probe ? flight->op_id : 0;
            *mu_vec_add(thin->arena, &blockers) = action_add(thin, probe);
        }
    }
    target = node_choose(thin, primitive, current);
    if (role && mu_text_casecmp(role, "Stopped") == 0) {
        target = MU_PLAN_NONE;
    }
    if (!snapshot->is_quorate) {
        target = MU_PLAN_NONE;
    }
    if (current != MU_PLAN_NONE) {
        *mu_vec_add(thin->arena, &thin->before) = (struct mu_plan_placement){
            .resource = resource->id,
            .primitive = primitive,
            .node = current,
            .role = MU_ROLE_STARTED,
            .is_failed = is_failed,
            .is_managed = true};
    }
    if (is_held) {
        return;
    }
    if (current != MU_PLAN_NONE && (current != target || is_failed)) {
        const struct mu_status_flight *flight =
            flight_find(thin, resource->id, current);
        struct mu_action stop =
            resource_action(thin, primitive, current, MU_TASK_STOP, 0);
        uint32_t index;

        stop.in_flight = flight && strcmp(flight->task, "stop") == 0
                             ? flight->op_id
                             : 0;
        index = action_add(thin, stop);
        *mu_vec_add(thin->arena, &blockers) = index;
        if (is_starting && flight) {
            struct mu_action begun = resource_action(thin, primitive, current,
                                                     MU_TASK_START, 0);

            begun.in_flight = flight->op_id;
            after_add(thin, index, action_add(thin, begun));
        }
        current = MU_PLAN_NONE;
        is_starting = false;
    }
    if (target == MU_PLAN_NONE) {
        return;
    }
    thin->load[target]++;
    if (current != target || is_starting) {
        const struct mu_status_flight *flight =
            flight_find(thin, resource->id, target);

        start = action_add(
            thin, resource_action(thin, primitive, target, MU_TASK_START, 0));
        thin->actions.items[start].in_flight =
            is_starting && flight ? flight->op_id : 0;
        for (size_t i = 0; i < blockers.count; i++) {
            after_add(thin, start, blockers.items[i]);
        }
        for (size_t i = 0; i < thin->fences.count; i++) {
            after_add(thin, start, thin->fences.items[i]);
        }
        after_add(thin, start, thin->group_start);
    }
    if (resource->parent != MU_CONFIG_NONE) {
        thin->group_node = target;
        thin->group_start = start != MU_PLAN_NONE ? start : thin->group_start;
    }
    *mu_vec_add(thin->arena, &thin->after) =
        (struct mu_plan_placement){.resource = resource->id,
                                   .primitive = primitive,
                                   .node = target,
                                   .role = MU_ROLE_STARTED,
                                   .is_managed = true};
    for (uint32_t i = 0; i < resource->ops_count; i++) {
        const struct mu_config_op *op = &resource->ops[i];
        const struct mu_status_resource *history =
            history_find(thin, resource->id, target);
        const struct mu_status_flight *flight =
            flight_find(thin, resource->id, target);
        bool is_there = false;
        uint32_t monitor;

        if (op->interval_ms == 0 || strcmp(op->name, "monitor") != 0) {
            continue;
        }
        for (uint32_t k = 0; history && k < history->ops_count; k++) {
            is_there |= history->ops[k].interval_ms == op->interval_ms &&
                        !history->ops[k].is_failure;
        }
        if (is_there && start == MU_PLAN_NONE) {
            continue;
        }
        monitor = action_add(thin, resource_action(thin, primitive, target,
                                                   MU_TASK_MONITOR,
                                                   op->interval_ms));
        if (flight && flight->interval_ms == op->interval_ms) {
            thin->actions.items[monitor].in_flight = flight->op_id;
        }
        after_add(thin, monitor, start);
    }
}

static void
nodes_plan(struct thin *thin)
{
    const struct mu_config_options *options = &thin->snapshot->config->options;

    for (uint32_t i = 0; i < thin->snapshot->status->nodes_count; i++) {
        const struct mu_status_flight *flight = flight_find(thin, NULL, i);
        struct mu_action fence = {.kind = MU_ACTION_FENCE,
                                  .task = MU_TASK_FENCE_REBOOT,
                                  .primitive = MU_CONFIG_NONE,
                                  .node = i};

        if (!options->fencing_enabled || !thin->snapshot->is_quorate ||
            !(is_unclean(thin, i) || is_set(thin, i, "terminate"))) {
            continue;
        }
        fence.in_flight = flight ? flight->op_id : 0;
        *mu_vec_add(thin->arena, &thin->fences) = action_add(thin, fence);
    }
}

static void
leaving_plan(struct thin *thin)
{
    size_t count = thin->actions.count;

    for (uint32_t i = 0; i < thin->snapshot->status->nodes_count; i++) {
        struct mu_action leave = {.kind = MU_ACTION_NODE,
                                  .task = MU_TASK_SHUTDOWN,
                                  .primitive = MU_CONFIG_NONE,
                                  .node = i};
        uint32_t index;

        if (!is_online(thin, i) || !is_set(thin, i, "shutdown")) {
            continue;
        }
        index = action_add(thin, leave);
        for (uint32_t k = 0; k < count; k++) {
            if (thin->actions.items[k].node == i) {
                after_add(thin, index, k);
            }
        }
    }
}

const struct mu_plan *
mu_sched_plan(struct mu_arena *arena, const struct mu_snapshot *snapshot,
              unsigned flags)
{
    struct thin *thin = mu_arena_new(arena, struct thin, 1);
    struct mu_plan *plan = mu_arena_new(arena, struct mu_plan, 1);
    struct mu_plan_node *nodes = mu_arena_new(
        arena, struct mu_plan_node, snapshot->status->nodes_count + 1);

    (void)flags;
    thin->arena = arena;
    thin->snapshot = snapshot;
    nodes_plan(thin);
    for (uint32_t i = 0; i < snapshot->config->resources_count; i++) {
        const struct mu_config_resource *resource =
            &snapshot->config->resources[i];

        if (resource->parent == MU_CONFIG_NONE) {
            thin->group_node = MU_PLAN_NONE;
            thin->group_start = MU_PLAN_NONE;
        }
        if (resource->kind == MU_RESOURCE_PRIMITIVE) {
            primitive_plan(thin, i);
        }
    }
    leaving_plan(thin);
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        nodes[i].is_online = is_online(thin, i);
        nodes[i].is_unclean = is_unclean(thin, i);
        nodes[i].is_standby = is_set(thin, i, "standby");
    }
    plan->actions = thin->actions.items;
    plan->actions_count = (uint32_t)thin->actions.count;
    plan->nodes_before = plan->nodes_after = nodes;
    plan->nodes_count = snapshot->status->nodes_count;
    plan->before = thin->before.items;
    plan->before_count = (uint32_t)thin->before.count;
    plan->after = thin->after.items;
    plan->after_count = (uint32_t)thin->after.count;
    plan->next_change_ms = INT64_MAX;
    return plan;
}

const char *
mu_plan_task_name(enum mu_task task)
{
    static const char *const names[] = {
        [MU_TASK_START] = "start",
        [MU_TASK_STOP] = "stop",
        [MU_TASK_PROMOTE] = "promote",
        [MU_TASK_DEMOTE] = "demote",
        [MU_TASK_MONITOR] = "monitor",
        [MU_TASK_NOTIFY] = "notify",
        [MU_TASK_MIGRATE_TO] = "migrate_to",
        [MU_TASK_MIGRATE_FROM] = "migrate_from",
        [MU_TASK_RELOAD_AGENT] = "reload-agent",
        [MU_TASK_CANCEL] = "cancel",
        [MU_TASK_DELETE] = "delete",
        [MU_TASK_FENCE_REBOOT] = "reboot",
        [MU_TASK_FENCE_OFF] = "off",
        [MU_TASK_FENCE_ON] = "on",
        [MU_TASK_SHUTDOWN] = "shutdown",
        [MU_TASK_CLEAR_FAILCOUNT] = "clear_failcount",
        [MU_TASK_LRM_DELETE] = "lrm_delete",
        [MU_TASK_PSEUDO] = "pseudo",
    };

    return names[task];
}

bool
mu_plan_is_empty(const struct mu_plan *plan)
{
    return plan->actions_count == 0;
}
