/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan: what is in flight, and what the cluster will do next. */

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"
#include "model/names.h"

static json_t *flights_build(const struct mu_api_sight *sight);
static json_t *actions_build(const struct mu_api_sight *sight);

json_t *
mu_api_plan_build(const struct mu_api_sight *sight, struct mu_arena *scratch)
{
    json_t *warnings = json_array();

    for (uint32_t i = 0; sight->plan && i < sight->plan->warnings_count; i++) {
        (void)json_array_append_new(warnings,
                                    json_string(sight->plan->warnings[i]));
    }
    return json_pack("{s:o, s:b, s:s?, s:o, s:o, s:o, s:o}", "now",
                     mu_api_time_json(sight->wall_ms), "idle",
                     sight->is_idle ? 1 : 0, "revision",
                     sight->state ? mu_api_revision(sight->state, scratch, true)
                                  : NULL,
                     "flights", flights_build(sight), "actions",
                     actions_build(sight), "warnings", warnings, "next_change",
                     sight->plan && sight->plan->next_change_ms != INT64_MAX
                         ? mu_api_time_json(sight->plan->next_change_ms)
                         : json_null());
}

static json_t *
flights_build(const struct mu_api_sight *sight)
{
    json_t *flights = json_array();

    for (uint32_t i = 0; sight->state && i < sight->state->flights_count; i++) {
        const struct mu_state_flight *one = &sight->state->flights[i];

        (void)json_array_append_new(
            flights,
            json_pack("{s:s, s:s, s:s?, s:I, s:o, s:I}", "task",
                      mu_plan_word(one->task, one->op_name), "resource", one->instance,
                      "node", mu_api_node_name(sight->state, one->node_id),
                      "interval", (json_int_t)one->interval_ms, "since",
                      mu_api_time_json(one->released_wall_ms), "timeout",
                      (json_int_t)one->timeout_ms));
    }
    for (uint32_t i = 0; sight->state && i < sight->state->fences_count; i++) {
        const struct mu_state_fence *one = &sight->state->fences[i];

        if (one->ended_wall_ms == 0) {
            (void)json_array_append_new(
                flights,
                json_pack("{s:s, s:n, s:s?, s:I, s:o, s:n}", "task",
                          one->action, "resource", "node",
                          mu_api_node_name(sight->state, one->target_id),
                          "interval", (json_int_t)0, "since",
                          mu_api_time_json(one->asked_wall_ms), "timeout"));
        }
    }
    return flights;
}

static json_t *
actions_build(const struct mu_api_sight *sight)
{
    const struct mu_plan *plan = sight->plan;
    json_t *actions = json_array();

    for (uint32_t i = 0; plan && i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];
        json_t *after = json_array();

        for (uint32_t j = 0; j < one->after_count; j++) {
            (void)json_array_append_new(
                after, json_integer((json_int_t)one->after[j]));
        }
        (void)json_array_append_new(
            actions,
            json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:I, s:b, s:s?, s:o}", "id",
                      (json_int_t)i, "kind",
                      one->kind == MU_ACTION_RESOURCE ? "resource"
                      : one->kind == MU_ACTION_FENCE  ? "fence"
                      : one->kind == MU_ACTION_NODE   ? "node"
                                                      : "pseudo",
                      "task",
                      one->kind == MU_ACTION_PSEUDO && one->name
                          ? one->name
                          : mu_plan_word(one->task, one->op_name),
                      "resource", one->instance ? one->instance : one->resource,
                      "node",
                      one->node == MU_PLAN_NONE
                          ? NULL
                          : sight->snapshot->status->nodes[one->node].name,
                      "interval", (json_int_t)one->interval_ms, "in_flight",
                      one->in_flight ? 1 : 0, "cause", one->cause, "after",
                      after));
    }
    return actions;
}
