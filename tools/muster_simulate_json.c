/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/muster_simulate.h"

static json_t *status_json(const struct mu_snapshot *snapshot,
                           const struct mu_plan *plan, bool is_after);
static json_t *node_json(const char *name, const struct mu_plan_node *node);
static json_t *placement_json(const struct mu_snapshot *snapshot,
                              const struct mu_plan_placement *placement);
static void action_task_json(json_t *out, const struct mu_action *action);
static json_t *scores_json(const struct mu_snapshot *snapshot,
                           const struct mu_plan *plan);
static const char *role_word(enum mu_role role);
static void set(json_t *object, const char *name, const char *value);

static void
set(json_t *object, const char *name, const char *value)
{
    if (value) {
        json_object_set_new(object, name, json_string(value));
    }
}

json_t *
mu_muster_simulate_json(const struct mu_snapshot *snapshot,
                        const struct mu_plan *plan)
{
    json_t *answer = json_object();
    json_t *actions = json_array();
    json_t *warnings = json_array();

    set(answer, "format", "sched-result-1");
    json_object_set_new(answer, "now",
                        json_integer(snapshot->now_ms / 1000));
    json_object_set_new(answer, "before",
                        status_json(snapshot, plan, false));
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        json_array_append_new(actions,
                              mu_muster_simulate_action_json(
                                  snapshot, &plan->actions[i], i));
    }
    json_object_set_new(answer, "actions", actions);
    json_object_set_new(answer, "after", status_json(snapshot, plan, true));
    json_object_set_new(answer, "scores", scores_json(snapshot, plan));
    if (plan->next_change_ms != INT64_MAX) {
        json_object_set_new(answer, "next_change",
                            json_integer(plan->next_change_ms / 1000));
    }
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        json_array_append_new(warnings, json_string(plan->warnings[i]));
    }
    json_object_set_new(answer, "warnings", warnings);
    return answer;
}

static json_t *
status_json(const struct mu_snapshot *snapshot, const struct mu_plan *plan,
            bool is_after)
{
    json_t *status = json_object();
    json_t *nodes = json_array();
    json_t *resources = json_array();
    const struct mu_plan_placement *list =
        is_after ? plan->after : plan->before;
    uint32_t count = is_after ? plan->after_count : plan->before_count;

    for (uint32_t i = 0; i < plan->nodes_count; i++) {
        json_array_append_new(
            nodes, node_json(snapshot->status->nodes[i].name,
                             is_after ? &plan->nodes_after[i]
                                      : &plan->nodes_before[i]));
    }
    for (uint32_t i = 0; i < count; i++) {
        json_array_append_new(resources, placement_json(snapshot, &list[i]));
    }
    json_object_set_new(status, "nodes", nodes);
    json_object_set_new(status, "resources", resources);
    return status;
}

static json_t *
node_json(const char *name, const struct mu_plan_node *node)
{
    json_t *out = json_object();
    json_t *flags = json_array();

    set(out, "name", name);
    json_object_set_new(out, "online", json_boolean(node->is_online));
    if (node->is_unclean) {
        json_array_append_new(flags, json_string("unclean"));
    }
    if (node->is_pending) {
        json_array_append_new(flags, json_string("pending"));
    }
    if (node->is_standby) {
        json_array_append_new(flags, json_string("standby"));
    }
    if (node->is_in_maintenance) {
        json_array_append_new(flags, json_string("maintenance"));
    }
    json_object_set_new(out, "flags", flags);
    return out;
}

static const char *
role_word(enum mu_role role)
{
    switch (role) {
    case MU_ROLE_STARTED:
        return "Started";
    case MU_ROLE_UNPROMOTED:
        return "Unpromoted";
    case MU_ROLE_PROMOTED:
        return "Promoted";
    case MU_ROLE_UNKNOWN:
    case MU_ROLE_STOPPED:
        break;
    }
    return "Stopped";
}

static json_t *
placement_json(const struct mu_snapshot *snapshot,
               const struct mu_plan_placement *placement)
{
    json_t *out = json_object();
    json_t *flags = json_array();

    set(out, "rsc", placement->resource);
    set(out, "inst", placement->instance);
    if (placement->node != MU_PLAN_NONE) {
        set(out, "node", snapshot->status->nodes[placement->node].name);
    }
    set(out, "role", role_word(placement->role));
    if (placement->is_failed) {
        json_array_append_new(flags, json_string("failed"));
    }
    if (placement->is_blocked) {
        json_array_append_new(flags, json_string("blocked"));
    }
    if (!placement->is_managed) {
        json_array_append_new(flags, json_string("unmanaged"));
    }
    if (placement->is_removed) {
        json_array_append_new(flags, json_string("orphan"));
    }
    json_object_set_new(out, "flags", flags);
    set(out, "reason", placement->reason);
    return out;
}

/* A point of order is named after what it is of: web-group_running_0 is task
 * "running" of web-group. */
static void
action_task_json(json_t *out, const struct mu_action *action)
{
    const char *id = action->instance ? action->instance : action->resource;
    const char *task = action->name;
    size_t length;

    set(out, "rsc", action->resource);
    set(out, "inst", action->instance);
    if (!task) {
        set(out, "task", mu_plan_word(action->task, action->op_name));
        return;
    }
    if (id && strncmp(task, id, strlen(id)) == 0) {
        task += strlen(id) + 1;
    }
    length = strlen(task);
    if (length > 2 && strcmp(task + length - 2, "_0") == 0) {
        length -= 2;
    }
    json_object_set_new(out, "task", json_stringn(task, length));
}

/* Whether a resource agent is called. */
static bool
is_by_agent(const struct mu_action *action)
{
    return action->kind == MU_ACTION_RESOURCE &&
           action->task != MU_TASK_CANCEL && action->task != MU_TASK_DELETE;
}

/* Notifications: what about, such as post-start. */
static void
notify_set(json_t *out, const struct mu_action *action)
{
    const char *type = NULL;
    const char *operation = NULL;

    for (uint32_t i = 0; i < action->meta_count; i++) {
        if (strcmp(action->meta[i].name, "notify_type") == 0) {
            type = action->meta[i].value;
        } else if (strcmp(action->meta[i].name, "notify_operation") == 0) {
            operation = action->meta[i].value;
        }
    }
    if (type && operation) {
        json_object_set_new(out, "notify",
                            json_sprintf("%s-%s", type, operation));
    }
}

static void
params_set(json_t *out, const struct mu_action *action)
{
    json_t *params;

    if (action->params_count == 0) {
        return;
    }
    params = json_object();
    for (uint32_t i = 0; i < action->params_count; i++) {
        set(params, action->params[i].name, action->params[i].value);
    }
    json_object_set_new(out, "params", params);
}

json_t *
mu_muster_simulate_action_json(const struct mu_snapshot *snapshot,
                               const struct mu_action *action, uint32_t id)
{
    static const char *const kinds[] = {
        [MU_ACTION_RESOURCE] = "rsc",
        [MU_ACTION_FENCE] = "fence",
        [MU_ACTION_NODE] = "node",
        [MU_ACTION_PSEUDO] = "pseudo",
    };
    json_t *out = json_object();
    json_t *after = json_array();

    json_object_set_new(out, "id", json_integer(id));
    set(out, "kind", kinds[action->kind]);
    action_task_json(out, action);
    if (action->node != MU_PLAN_NONE) {
        set(out, "node", snapshot->status->nodes[action->node].name);
    }
    if (action->interval_ms > 0) {
        json_object_set_new(out, "interval",
                            json_integer(action->interval_ms));
    }
    notify_set(out, action);
    if (is_by_agent(action)) {
        json_object_set_new(out, "timeout", json_integer(action->timeout_ms));
        params_set(out, action);
    }
    for (uint32_t i = 0; i < action->after_count; i++) {
        json_array_append_new(after, json_integer(action->after[i]));
    }
    json_object_set_new(out, "after", after);
    if (action->in_flight) {
        json_object_set_new(out, "in_flight",
                            json_integer((json_int_t)action->in_flight));
    }
    set(out, "cause", action->cause);
    return out;
}

static json_t *
scores_json(const struct mu_snapshot *snapshot, const struct mu_plan *plan)
{
    json_t *scores = json_array();

    for (uint32_t i = 0; i < plan->scores_count; i++) {
        const struct mu_plan_score *score = &plan->scores[i];
        json_t *row = json_array();

        json_array_append_new(
            row, json_string(score->kind == MU_SCORE_PRIMITIVE
                                 ? "primitive"
                                 : "promotion"));
        json_array_append_new(row, json_string(score->instance));
        json_array_append_new(
            row,
            score->node == MU_PLAN_NONE
                ? json_null()
                : json_string(snapshot->status->nodes[score->node].name));
        json_array_append_new(row, json_integer(score->score));
        json_array_append_new(scores, row);
    }
    return scores;
}
