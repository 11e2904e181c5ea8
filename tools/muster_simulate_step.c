/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of a simulation: what the cluster does about one event. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sched/audit.h"
#include "sched/carry.h"
#include "sched/downtime.h"
#include "sched/sched.h"
#include "sched/why.h"
#include "tools/muster_simulate.h"

/* Plans until nothing is to be done: the first one may only look where things
 * are. More rounds than that are never needed by a cluster that gets quiet. */
enum { ROUNDS_MAX = 8 };

/* What is done about an event. */
struct step {
    struct mu_simulation *simulation;
    const struct mu_plan *first; /* The plan right after the event. */
    const struct mu_plan *last;  /* The one that has nothing to do. */
    uint32_t actions_count;      /* But for points of order. */
    json_t *actions;             /* Null: they are printed. */
    json_t *downtime;
};

static void round_do(struct step *step, const struct mu_plan *plan);
static const char *const *obstacles_find(const struct step *step,
                                         const struct mu_plan *plan);
static const struct mu_plan *plan_without(struct mu_arena *arena,
                                          const struct mu_plan *plan,
                                          const char *const *obstacles);
static bool has_member(const struct mu_snapshot *snapshot);
static bool is_quiet(const struct mu_plan *plan);
static void downtime_tell(struct step *step, const struct mu_plan *plan,
                          const struct mu_downtime *one, bool is_first);
static void changes_tell(const struct step *step, json_t *changes);
static void waiting_tell(const struct step *step, json_t *waiting);
static bool is_active(const struct mu_plan *plan, uint32_t index,
                      uint32_t *ret_node, enum mu_role *ret_role);
static const char *place_text(const struct step *step, uint32_t node,
                              enum mu_role role);

void
mu_muster_simulate_step(struct mu_simulation *simulation, const char *event,
                        unsigned number, json_t *steps)
{
    struct step step = {.simulation = simulation};
    json_t *changes = steps ? json_array() : NULL;
    json_t *waiting = steps ? json_array() : NULL;
    const struct mu_plan *plan;

    step.actions = steps ? json_array() : NULL;
    step.downtime = steps ? json_array() : NULL;
    plan = mu_sched_plan(&simulation->tool->arena, simulation->snapshot,
                         MU_SCHED_REASONS);
    if (!event && is_quiet(plan)) {
        json_decref(changes);
        json_decref(waiting);
        json_decref(step.actions);
        json_decref(step.downtime);
        return; /* Nothing is to be done before something happens. */
    }
    if (!steps) {
        printf("%s%u. %s\n", simulation->has_told ? "\n" : "", number,
               event ? event : "as it is now");
        simulation->has_told = true;
    }
    step.first = plan;
    for (unsigned round = 0; round < ROUNDS_MAX && !is_quiet(plan); round++) {
        round_do(&step, plan);
        plan = mu_sched_plan(&simulation->tool->arena, simulation->snapshot,
                             MU_SCHED_REASONS);
    }
    step.last = plan;
    if (!steps && step.actions_count == 0) {
        puts(has_member(simulation->snapshot) ? "  nothing is to be done"
                                              : "  no node is left");
    }
    changes_tell(&step, changes);
    waiting_tell(&step, waiting);
    if (steps) {
        (void)json_array_append_new(
            steps,
            json_pack("{s:s?, s:o, s:o, s:o, s:o, s:b}", "event", event,
                      "actions", step.actions, "changes", changes, "downtime",
                      step.downtime, "not_running", waiting, "quorate",
                      simulation->snapshot->is_quorate));
    }
}

static bool
has_member(const struct mu_snapshot *snapshot)
{
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        if (snapshot->status->nodes[i].is_member) {
            return true;
        }
    }
    return false;
}

static bool
is_quiet(const struct mu_plan *plan)
{
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (plan->actions[i].kind != MU_ACTION_PSEUDO) {
            return false;
        }
    }
    return true;
}

/* Carries out what can be of the plan. */
static void
round_do(struct step *step, const struct mu_plan *plan)
{
    struct mu_simulation *simulation = step->simulation;
    struct mu_arena *arena = &simulation->tool->arena;
    const char *const *obstacles = obstacles_find(step, plan);
    const struct mu_plan *possible = plan_without(arena, plan, obstacles);
    const struct mu_downtimes *downtimes;
    struct mu_snapshot *before = simulation->snapshot;
    struct mu_why why = {arena, before, plan};
    struct mu_why_waits waits = mu_why_waits_look(&why);

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        if (action->kind == MU_ACTION_PSEUDO) {
            continue;
        }
        if (step->actions) {
            json_t *one = mu_muster_simulate_action_json(before, action,
                                                         step->actions_count);

            if (obstacles[i]) {
                (void)json_object_set_new(one, "obstacle",
                                          json_string(obstacles[i]));
            }
            (void)json_object_del(one, "after"); /* Numbers of one plan. */
            (void)json_array_append_new(step->actions, one);
        } else {
            const char *wait = mu_why_wait(&waits, i, false);

            mu_muster_simulate_print_action(
                before, action,
                obstacles[i] ? mu_text_make(arena, " (cannot happen: %s)",
                                            obstacles[i])
                             : NULL);
            if (wait) {
                printf("    after: %s\n", wait);
            }
        }
        step->actions_count++;
    }
    downtimes = mu_downtime_make(arena, before, possible);
    for (uint32_t i = 0; i < downtimes->count; i++) {
        downtime_tell(step, possible, &downtimes->items[i], i == 0);
    }
    simulation->snapshot = mu_carry_out(arena, before, possible);
}

/* Why actions cannot be done: what waits for the fencing of a node that nothing
 * can fence waits for ever. The actions of a plan come in an order that it
 * allows. */
static const char *const *
obstacles_find(const struct step *step, const struct mu_plan *plan)
{
    const struct mu_simulation *simulation = step->simulation;
    struct mu_arena *arena = &simulation->tool->arena;
    const char **obstacles =
        mu_arena_new(arena, const char *, (size_t)plan->actions_count + 1);

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        if (action->kind == MU_ACTION_FENCE &&
            action->task != MU_TASK_FENCE_ON &&
            !mu_audit_is_fenceable(arena, simulation->snapshot, action->node,
                                   simulation->broken)) {
            obstacles[i] = mu_text_make(
                arena, "nothing that works can fence node %s",
                simulation->snapshot->status->nodes[action->node].name);
        }
        for (uint32_t k = 0; k < action->after_count && !obstacles[i]; k++) {
            obstacles[i] = obstacles[action->after[k]];
        }
    }
    return obstacles;
}

/* The part of the plan that nothing stands in the way of. It is whole: what
 * comes before its actions is in it. */
static const struct mu_plan *
plan_without(struct mu_arena *arena, const struct mu_plan *plan,
             const char *const *obstacles)
{
    struct mu_plan *rest = mu_arena_copy(arena, plan, sizeof(*rest));
    struct mu_action *actions =
        mu_arena_new(arena, struct mu_action, (size_t)plan->actions_count + 1);
    uint32_t *numbers =
        mu_arena_new(arena, uint32_t, (size_t)plan->actions_count + 1);
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        uint32_t *after;

        if (obstacles[i]) {
            continue;
        }
        numbers[i] = count;
        actions[count] = plan->actions[i];
        after = mu_arena_copy(arena, plan->actions[i].after,
                              plan->actions[i].after_count * sizeof(*after));
        for (uint32_t k = 0; k < plan->actions[i].after_count; k++) {
            after[k] = numbers[after[k]];
        }
        actions[count++].after = after;
    }
    rest->actions = actions;
    rest->actions_count = count;
    return rest;
}

static void
downtime_tell(struct step *step, const struct mu_plan *plan,
              const struct mu_downtime *one, bool is_first)
{
    const char *text =
        mu_downtime_text(&step->simulation->tool->arena,
                         step->simulation->snapshot, plan, one);

    if (!step->downtime) {
        printf("%s    %s\n", is_first ? "  Downtime:\n" : "", text);
        return;
    }
    (void)json_array_append_new(
        step->downtime,
        json_pack("{s:s, s:b, s:I, s:o, s:b, s:s}", "service", one->service,
                  "promotion", one->is_promotion, "begin_ms",
                  (json_int_t)one->begin_ms, "end_ms",
                  one->end_ms == INT64_MAX
                      ? json_null()
                      : json_integer((json_int_t)one->end_ms),
                  "measured", one->unmeasured == MU_PLAN_NONE, "text", text));
}

/* Where an instance is before the plan; the instances of two plans for the same
 * configuration have the same order. */
static bool
is_active(const struct mu_plan *plan, uint32_t index, uint32_t *ret_node,
          enum mu_role *ret_role)
{
    *ret_node = MU_PLAN_NONE;
    *ret_role = MU_ROLE_STOPPED;
    if (index >= plan->instances_count) {
        return false;
    }
    *ret_node = plan->instances[index].current;
    *ret_role = plan->instances[index].role_before;
    return *ret_node != MU_PLAN_NONE;
}

static const char *
place_text(const struct step *step, uint32_t node, enum mu_role role)
{
    if (node == MU_PLAN_NONE) {
        return "stopped";
    }
    return mu_text_make(&step->simulation->tool->arena, "%s%s",
                        step->simulation->snapshot->status->nodes[node].name,
                        role == MU_ROLE_PROMOTED ? " (promoted)" : "");
}

static void
changes_tell(const struct step *step, json_t *changes)
{
    const struct mu_plan *first = step->first;
    bool has_any = false;

    for (uint32_t i = 0; i < first->before_count; i++) {
        uint32_t index = first->before[i].index;
        const char *id = first->instances[index].id;
        uint32_t from;
        uint32_t to;
        enum mu_role role_from;
        enum mu_role role_to;

        if (i > 0 && first->before[i - 1].index == index) {
            continue; /* Active more than once: told already. */
        }
        (void)is_active(first, index, &from, &role_from);
        (void)is_active(step->last, index, &to, &role_to);
        if (from == to && (role_from == MU_ROLE_PROMOTED) ==
                              (role_to == MU_ROLE_PROMOTED)) {
            continue;
        }
        if (changes) {
            (void)json_array_append_new(
                changes, json_pack("{s:s, s:s, s:s}", "rsc", id, "from",
                                   place_text(step, from, role_from), "to",
                                   place_text(step, to, role_to)));
        } else {
            printf("%s    %s: %s -> %s\n", has_any ? "" : "  Placement:\n", id,
                   place_text(step, from, role_from),
                   place_text(step, to, role_to));
        }
        has_any = true;
    }
}

/* What shall run and does not in the end, and why. Instances of clones count
 * when they were there before. */
static void
waiting_tell(const struct step *step, json_t *waiting)
{
    const struct mu_plan *last = step->last;
    const struct mu_config *config = step->simulation->snapshot->config;
    bool has_any = false;

    for (uint32_t i = 0; i < last->after_count; i++) {
        const struct mu_plan_placement *place = &last->after[i];
        const char *id = last->instances[place->index].id;
        uint32_t top = place->primitive;
        uint32_t node;
        enum mu_role role;

        if (place->node != MU_PLAN_NONE || place->is_disabled ||
            place->is_removed || !place->reason || top == MU_PLAN_NONE) {
            continue;
        }
        while (config->resources[top].parent != MU_CONFIG_NONE) {
            top = config->resources[top].parent;
        }
        if (config->resources[top].kind == MU_RESOURCE_CLONE &&
            !is_active(step->first, place->index, &node, &role)) {
            continue;
        }
        if (waiting) {
            (void)json_array_append_new(waiting,
                                        json_pack("{s:s, s:s}", "rsc", id,
                                                  "reason", place->reason));
        } else {
            printf("%s    %s: %s\n", has_any ? "" : "  Not running:\n", id,
                   place->reason);
        }
        has_any = true;
    }
}
