/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runner.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/fence.h"
#include "core/kernel.h"

/* An agent's result travels and is applied within this time after the agent's
 * own deadline, or its node is taken to have lost the operation. */
static const int64_t RESULT_SLACK_MS = 30000;

/* How long an operation counts for the limits of parallel work. */
static const int64_t FRESH_MS = 3000;

enum limit {
    LIMIT_NONE, /* It may go. */
    LIMIT_BUSY, /* Another operation of its resource is in flight. */
    LIMIT_FULL, /* So much is in flight that nothing of its queue may go. */
};

static void action_copy(struct mu_state *state,
                        const struct mu_state_action *from,
                        struct mu_state_action *to);
static void flight_adopt(struct mu_apply *apply, uint32_t index);
static void advance(struct mu_apply *apply);
static bool queue_release(struct mu_apply *apply, uint32_t queue);
static enum limit limit_find(const struct mu_state *state,
                             const struct mu_state_action *action);
static void release(struct mu_apply *apply, uint32_t index);
static void release_resource(struct mu_apply *apply, uint32_t index);
static void release_node(struct mu_apply *apply, uint32_t index);
static void flight_begin(struct mu_apply *apply, uint32_t index);
static void action_done(struct mu_state *state, uint32_t index);
static void failcount_clear(struct mu_apply *apply,
                            const struct mu_state_action *action);
static const char *meta_find(const struct mu_state_action *action,
                             const char *name);

void
mu_runner_install(struct mu_apply *apply, const struct mu_body_decide *body)
{
    struct mu_state *state = apply->state;

    for (uint32_t i = 0; i < body->actions_count; i++) {
        for (uint32_t k = 0; k < body->actions[i].after_count; k++) {
            if (body->actions[i].after[k] >= body->actions_count) {
                return; /* No graph: not a plan. */
            }
        }
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        state->flights[i].action = MU_PLAN_NONE;
    }
    for (uint32_t i = 0; i < state->fences_count; i++) {
        state->fences[i].action_index = MU_PLAN_NONE;
    }
    state->actions = mu_arena_new(state->arena, struct mu_state_action,
                                  body->actions_count + 1);
    state->actions_count = body->actions_count;
    for (uint32_t i = 0; i < body->actions_count; i++) {
        action_copy(state, &body->actions[i], &state->actions[i]);
    }
    state->plan_version = body->version;
    state->plan_number++;
    state->is_plan_dropped = false;
    for (uint32_t i = 0; i < state->actions_count; i++) {
        if (state->actions[i].op_id != 0) {
            flight_adopt(apply, i);
        }
    }
    mu_state_index_plan(state);
    mu_apply_trace(apply, MU_TRACE_DEBUG, MU_TOPIC_PLAN, NULL,
                   "plan %llu with %u actions",
                   (unsigned long long)state->plan_number,
                   state->actions_count);
    advance(apply);
}

void
mu_runner_drop(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;

    if (state->is_plan_dropped) {
        return;
    }
    state->is_plan_dropped = true;
    for (uint32_t i = 0; i < state->actions_count; i++) {
        if (state->actions[i].run == MU_RUN_WAITING) {
            state->actions[i].run = MU_RUN_DROPPED;
        }
    }
}

void
mu_runner_end(struct mu_apply *apply, uint32_t action, bool is_success)
{
    struct mu_state *state = apply->state;

    if (action == MU_PLAN_NONE || action >= state->actions_count) {
        return;
    }
    if (state->actions[action].run != MU_RUN_RUNNING) {
        return;
    }
    if (!is_success && !state->actions[action].can_fail) {
        state->actions[action].run = MU_RUN_FAILED;
        mu_runner_drop(apply);
        return;
    }
    action_done(state, action);
    advance(apply);
}

void
mu_runner_tick(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;
    uint32_t i = 0;

    while (i < state->flights_count) {
        const struct mu_state_flight *flight = &state->flights[i];
        struct mu_body_result lost = {.op_id = flight->op_id,
                                      .end = MU_OP_END_TIMEOUT,
                                      .rc = 1,
                                      .exec_ms = flight->timeout_ms,
                                      .wall_ms = state->wall_ms,
                                      .reason = "its node sent no result",
                                      .params_digest = ""};
        const struct mu_state_node *node =
            mu_state_find_node(state, flight->node_id);

        if (flight->deadline_ms > state->time_ms ||
            (node && node->state == MU_NODE_STATE_LOST_GRACE)) {
            i++;
            continue;
        }
        mu_apply_result(apply, &lost); /* Removes the flight. */
    }
    advance(apply); /* Old flights do not count for the limits. */
}

int64_t
mu_runner_deadline(const struct mu_state *state)
{
    int64_t deadline_ms = INT64_MAX;

    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];
        const struct mu_state_node *node =
            mu_state_find_node(state, flight->node_id);
        bool is_excused = node && node->state == MU_NODE_STATE_LOST_GRACE;

        if (!is_excused && flight->deadline_ms < deadline_ms) {
            deadline_ms = flight->deadline_ms;
        }
    }
    return deadline_ms;
}

bool
mu_runner_is_finished(const struct mu_state *state)
{
    if (state->is_plan_dropped) {
        return false;
    }
    for (uint32_t i = 0; i < state->actions_count; i++) {
        if (state->actions[i].run != MU_RUN_DONE) {
            return false;
        }
    }
    return true;
}

bool
mu_runner_is_held(const struct mu_state *state)
{
    for (uint32_t i = 0; i < state->actions_count; i++) {
        if (state->actions[i].run == MU_RUN_HELD) {
            return true;
        }
    }
    return false;
}

static void
action_copy(struct mu_state *state, const struct mu_state_action *from,
            struct mu_state_action *to)
{
    *to = *from;
    to->op_name = mu_state_text(state, from->op_name);
    to->resource = mu_state_text(state, from->resource);
    to->instance = mu_state_text(state, from->instance);
    to->class_name = mu_state_text(state, from->class_name);
    to->provider = mu_state_text(state, from->provider);
    to->type = mu_state_text(state, from->type);
    to->run = MU_RUN_WAITING;
    to->meta = mu_arena_new(state->arena, struct mu_pair, from->meta_count + 1);
    for (uint32_t i = 0; i < from->meta_count; i++) {
        to->meta[i].name = mu_state_text(state, from->meta[i].name);
        to->meta[i].value = mu_state_text(state, from->meta[i].value);
    }
    to->after = mu_arena_new(state->arena, uint32_t, from->after_count + 1);
    for (uint32_t i = 0; i < from->after_count; i++) {
        to->after[i] = from->after[i];
    }
}

/* An action that was in flight when the plan was made: it goes on, or it has
 * succeeded meanwhile (had it failed, the plan would be out of date). */
static void
flight_adopt(struct mu_apply *apply, uint32_t index)
{
    struct mu_state *state = apply->state;
    struct mu_state_action *action = &state->actions[index];
    struct mu_state_flight *flight = mu_state_get_flight(state, action->op_id);
    struct mu_state_fence *fence = mu_state_get_fence(state, action->op_id);

    if (flight) {
        flight->action = index;
        flight->lock_ms = action->lock_ms;
        action->run = MU_RUN_RUNNING;
    } else if (fence && (fence->state == MU_FENCE_RUNNING ||
                         fence->state == MU_FENCE_PAUSING)) {
        fence->action_index = index;
        action->run = MU_RUN_RUNNING;
    } else {
        action->run = MU_RUN_DONE;
    }
}

/* Releases until nothing more may go. Releasing can finish actions at once
 * (pseudo actions) and so make others ready. */
static void
advance(struct mu_apply *apply)
{
    bool is_released = true;

    while (is_released) {
        is_released = false;
        for (uint32_t queue = 0; queue <= MU_NODES_COUNT_MAX; queue++) {
            while (!apply->state->is_plan_dropped &&
                   queue_release(apply, queue)) {
                is_released = true;
            }
        }
    }
}

/* Releases the first action of a queue that may go. Returns false when none
 * may. */
static bool
queue_release(struct mu_apply *apply, uint32_t queue)
{
    struct mu_state *state = apply->state;
    uint32_t before = MU_PLAN_NONE;
    uint32_t index = state->ready_head[queue];

    while (index != MU_PLAN_NONE) {
        enum limit limit = limit_find(state, &state->actions[index]);
        uint32_t next = state->ready_next[index];

        if (limit == LIMIT_FULL) {
            return false;
        }
        if (limit == LIMIT_NONE) {
            if (before == MU_PLAN_NONE) {
                state->ready_head[queue] = next;
            } else {
                state->ready_next[before] = next;
            }
            if (next == MU_PLAN_NONE) {
                state->ready_tail[queue] = before;
            }
            release(apply, index);
            return true;
        }
        before = index;
        index = next;
    }
    return false;
}

/* What holds an action back: too much at once, or another operation of the
 * same resource. */
static enum limit
limit_find(const struct mu_state *state, const struct mu_state_action *action)
{
    const struct mu_config_options *options =
        state->config ? &state->config->options : NULL;
    uint32_t node_limit = 8;
    uint32_t on_node = 0;
    uint32_t in_batch = 0;
    bool is_busy = false;

    if (action->kind != MU_ACTION_RESOURCE || action->task == MU_TASK_CANCEL ||
        action->task == MU_TASK_DELETE) {
        return LIMIT_NONE;
    }
    for (uint32_t i = 0; i < state->members_count; i++) {
        if (state->members[i].node_id == action->node_id) {
            node_limit = 2 * state->members[i].processors;
        }
    }
    if (options && options->node_action_limit > 0) {
        node_limit = (uint32_t)options->node_action_limit;
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];

        /* The limits keep bursts off the processors. What has been under way
         * for a while waits for something else, and must not make unrelated
         * work wait with it. */
        bool is_fresh = flight->deadline_ms - flight->timeout_ms -
                            RESULT_SLACK_MS + FRESH_MS >
                        state->time_ms;

        in_batch += is_fresh ? 1 : 0;
        if (flight->node_id == action->node_id) {
            on_node += is_fresh ? 1 : 0;
            is_busy |= strcmp(flight->resource, action->resource) == 0;
        }
    }
    if ((options && options->batch_limit > 0 &&
         in_batch >= (uint32_t)options->batch_limit) ||
        on_node >= (node_limit > 0 ? node_limit : 1)) {
        return LIMIT_FULL;
    }
    return is_busy ? LIMIT_BUSY : LIMIT_NONE;
}

static void
release(struct mu_apply *apply, uint32_t index)
{
    struct mu_state *state = apply->state;
    struct mu_state_action *action = &state->actions[index];

    switch (action->kind) {
    case MU_ACTION_RESOURCE:
        release_resource(apply, index);
        break;
    case MU_ACTION_FENCE:
        action->run = MU_RUN_RUNNING;
        action->op_id = mu_fence_begin(apply, action->node_id, action, index);
        break;
    case MU_ACTION_NODE:
        release_node(apply, index);
        break;
    case MU_ACTION_PSEUDO:
        action_done(state, index);
        break;
    }
}

static void
release_resource(struct mu_apply *apply, uint32_t index)
{
    struct mu_state *state = apply->state;
    struct mu_state_action *action = &state->actions[index];
    const struct mu_effect_trace about = {
        .resource = action->resource,
        .node = mu_apply_node_name(apply, action->node_id),
        .op_name = mu_plan_word(action->task, action->op_name)};
    struct mu_state_filter filter = {.node_id = action->node_id,
                                     .resource = action->resource};
    struct mu_errbuf err;

    if (action->task == MU_TASK_CANCEL) {
        filter.recurring_only = true;
        filter.interval_ms = action->interval_ms;
        filter.op_name = action->op_name;
        (void)mu_state_forget(state, &filter);
        action_done(state, index);
        return;
    }
    if (action->task == MU_TASK_DELETE) {
        (void)mu_state_forget(state, &filter);
        action_done(state, index);
        return;
    }
    if (!mu_kernel_may_release(state, action, &err)) {
        mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_RELEASE, &about,
                       "%s of %s on %s is held back: %s", about.op_name,
                       action->resource, about.node, err.text);
        action->run = MU_RUN_HELD;
        return;
    }
    if (action->task == MU_TASK_STOP || action->task == MU_TASK_MIGRATE_TO) {
        filter.recurring_only = true;
        filter.interval_ms = -1;
        (void)mu_state_forget(state, &filter);
    }
    flight_begin(apply, index);
    mu_apply_trace(apply,
                   action->task == MU_TASK_MONITOR ? MU_TRACE_DEBUG
                                                   : MU_TRACE_INFO,
                   MU_TOPIC_RELEASE, &about, "%s %s on %s", about.op_name,
                   action->resource, about.node);
}

static void
flight_begin(struct mu_apply *apply, uint32_t index)
{
    struct mu_state *state = apply->state;
    struct mu_state_action *action = &state->actions[index];
    struct mu_outcome *outcome;
    struct mu_state_flight *flight;

    action->op_id = state->next_op_id++;
    action->run = MU_RUN_RUNNING;
    flight = mu_state_add_flight(state, action->op_id);
    flight->node_id = action->node_id;
    flight->resource = action->resource;
    flight->instance = action->instance;
    flight->task = action->task;
    flight->op_name = action->op_name;
    flight->interval_ms = action->interval_ms;
    flight->timeout_ms = action->timeout_ms;
    flight->expected_rc = action->expected_rc;
    flight->class_name = action->class_name;
    flight->provider = action->provider;
    flight->type = action->type;
    flight->migrate_source =
        mu_state_text(state, meta_find(action, "migrate_source"));
    flight->migrate_target =
        mu_state_text(state, meta_find(action, "migrate_target"));
    flight->meta = action->meta;
    flight->meta_count = action->meta_count;
    flight->deadline_ms = state->time_ms + action->start_delay_ms +
                          action->timeout_ms + RESULT_SLACK_MS;
    flight->released_wall_ms = state->wall_ms;
    flight->lock_ms = action->lock_ms;
    flight->action = index;
    outcome = mu_apply_add(apply, MU_OUTCOME_LAUNCH);
    outcome->op_id = action->op_id;
    outcome->node_id = action->node_id;
}

static void
release_node(struct mu_apply *apply, uint32_t index)
{
    struct mu_state *state = apply->state;
    struct mu_state_action *action = &state->actions[index];
    struct mu_state_node *node = mu_state_get_node(state, action->node_id);

    if (action->task == MU_TASK_CLEAR_FAILCOUNT) {
        failcount_clear(apply, action);
    } else if (action->task == MU_TASK_LRM_DELETE ||
               action->task == MU_TASK_DELETE) {
        const struct mu_state_filter filter = {.node_id = action->node_id,
                                               .resource = action->resource};

        (void)mu_state_forget(state, &filter);
        (void)mu_state_end_locks(state, action->node_id, action->resource);
    } else if (action->task == MU_TASK_SHUTDOWN && node) {
        struct mu_outcome *outcome;
        struct mu_errbuf err;

        if (!mu_kernel_may_leave(state, node, &err)) {
            mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_RELEASE, NULL,
                           "node %s may not leave yet: %s", node->name,
                           err.text);
            action->run = MU_RUN_HELD;
            return;
        }
        action_done(state, index);
        node->was_fenced = false;
        if (mu_kernel_is_left_alone(state, node)) {
            /* It is not known to run nothing: quite the contrary. */
            node->grace_until_ms = INT64_MAX;
            (void)mu_state_set_attribute(state, node, "shutdown", NULL);
            mu_apply_node_state(apply, node, MU_NODE_STATE_LOST_GRACE,
                                "it has left, and what is in maintenance "
                                "there runs on");
        } else {
            mu_apply_node_forget(apply, node);
            mu_apply_node_state(apply, node, MU_NODE_STATE_DOWN,
                                "it has left in order");
        }
        outcome = mu_apply_add(apply, MU_OUTCOME_MAY_LEAVE);
        outcome->node_id = node->id;
        return;
    }
    action_done(state, index);
}

static void
action_done(struct mu_state *state, uint32_t index)
{
    state->actions[index].run = MU_RUN_DONE;
    for (uint32_t i = state->successors_start[index];
         i < state->successors_start[index + 1]; i++) {
        uint32_t next = state->successors[i];

        mu_assert(state->blockers[next] > 0);
        state->blockers[next]--;
        if (state->blockers[next] == 0 &&
            state->actions[next].run == MU_RUN_WAITING) {
            mu_state_queue_action(state, next);
        }
    }
}

/* Fail counts live in attributes named fail-count-RESOURCE#OP_MS. The failure
 * itself goes, too, or it would be cleared in every plan to come. */
static void
failcount_clear(struct mu_apply *apply, const struct mu_state_action *action)
{
    struct mu_state *state = apply->state;
    const struct mu_state_filter filter = {.node_id = action->node_id,
                                           .resource = action->resource,
                                           .interval_ms = -1,
                                           .failures_only = true};
    struct mu_state_node *node = mu_state_get_node(state, action->node_id);
    const char *prefixes[] = {
        mu_text_make(apply->scratch, "fail-count-%s#", action->resource),
        mu_text_make(apply->scratch, "last-failure-%s#", action->resource)};
    uint32_t i = 0;

    while (node && i < node->attributes_count) {
        const char *name = node->attributes[i].name;

        if (strncmp(name, prefixes[0], strlen(prefixes[0])) == 0 ||
            strncmp(name, prefixes[1], strlen(prefixes[1])) == 0) {
            (void)mu_state_set_attribute(state, node, name, NULL);
        } else {
            i++;
        }
    }
    (void)mu_state_forget(state, &filter);
}

static const char *
meta_find(const struct mu_state_action *action, const char *name)
{
    for (uint32_t i = 0; i < action->meta_count; i++) {
        if (strcmp(action->meta[i].name, name) == 0) {
            return action->meta[i].value;
        }
    }
    return "";
}
