/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of operations: what they say about a resource, and about the plan. */

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/fence.h"
#include "core/kernel.h"
#include "core/runner.h"

static enum mu_op_status status_of(enum mu_op_end end);
static bool is_success(int32_t rc, int32_t expected_rc,
                       enum mu_op_status status);
static void row_write(struct mu_apply *apply,
                      const struct mu_state_flight *flight,
                      const struct mu_body_result *body, enum mu_slot slot);
static void lock_settle(struct mu_state *state,
                        const struct mu_state_flight *flight,
                        const struct mu_body_result *body, bool is_expected);
static void failure_count(struct mu_apply *apply, struct mu_state_node *node,
                          const char *resource, const char *op_name,
                          int64_t interval_ms);
static void result_trace(struct mu_apply *apply,
                         const struct mu_state_flight *flight,
                         const struct mu_body_result *body, bool is_expected);

void
mu_apply_result(struct mu_apply *apply, const struct mu_body_result *body)
{
    struct mu_state *state = apply->state;
    const struct mu_state_flight *found =
        mu_state_get_flight(state, body->op_id);
    struct mu_state_flight flight;
    struct mu_state_node *node;
    enum mu_op_status status = status_of(body->end);
    const char *op_name;
    bool is_expected;
    bool is_probe;

    if (!found) {
        mu_fence_result(apply, body);
        return;
    }
    flight = *found;
    op_name = flight.op_name;
    is_probe = flight.task == MU_TASK_MONITOR && flight.interval_ms == 0;
    node = mu_state_get_node(state, flight.node_id);
    is_expected = is_success(body->rc, flight.expected_rc, status);
    mu_state_remove_flight(state, body->op_id);
    if (flight.task != MU_TASK_NOTIFY) {
        row_write(apply, &flight, body,
                  flight.interval_ms > 0 ? MU_SLOT_RECURRING : MU_SLOT_LAST);
        lock_settle(state, &flight, body, is_expected);
    }
    if (node && flight.interval_ms == 0) {
        mu_apply_moves_end(apply, node, flight.resource);
    }
    if (!is_expected && node && flight.task != MU_TASK_NOTIFY) {
        bool is_look = is_probe && status == MU_OP_STATUS_DONE &&
                       (body->rc == 0 || body->rc == 7 || body->rc == 8);

        if (!is_look) {
            row_write(apply, &flight, body, MU_SLOT_FAILURE);
        }
        if (!is_probe) {
            failure_count(apply, node, flight.resource, op_name,
                          flight.interval_ms);
        }
    }
    if (is_expected && flight.interval_ms == 0 && body->exec_ms >= 0) {
        mu_state_measure(state, &(struct mu_state_duration){
                                    .name = flight.resource,
                                    .task = flight.task,
                                    .node_id = flight.node_id,
                                    .call_id = state->next_call_id - 1,
                                    .newest_ms = body->exec_ms});
    }
    result_trace(apply, &flight, body, is_expected);
    mu_runner_end(apply, flight.action, is_expected);
    if ((!is_expected && flight.task != MU_TASK_NOTIFY) ||
        (flight.action == MU_PLAN_NONE && !state->is_plan_dropped)) {
        mu_apply_touch(apply);
    }
}

void
mu_apply_recurring(struct mu_apply *apply, const struct mu_body_recurring *body)
{
    struct mu_state *state = apply->state;
    struct mu_state_node *node = mu_state_get_node(state, apply->sender_id);
    const struct mu_state_history key = {.node_id = apply->sender_id,
                                         .resource = body->resource,
                                         .slot = MU_SLOT_RECURRING,
                                         .op_name = body->op_name,
                                         .interval_ms = body->interval_ms};
    enum mu_op_status status = status_of(body->end);
    const struct mu_state_history *row = mu_state_find_history(state, &key);
    struct mu_state_flight like;
    struct mu_body_result result;
    bool is_expected;

    if (!row || !node || node->incarnation != apply->sender_incarnation) {
        return; /* Cancelled meanwhile. */
    }
    like = (struct mu_state_flight){.node_id = key.node_id,
                                    .resource = row->resource,
                                    .task = MU_TASK_MONITOR,
                                    .op_name = row->op_name,
                                    .interval_ms = key.interval_ms,
                                    .expected_rc = row->expected_rc,
                                    .class_name = row->class_name,
                                    .provider = row->provider,
                                    .type = row->type,
                                    .migrate_source = "",
                                    .migrate_target = ""};
    result = (struct mu_body_result){.end = body->end,
                                     .rc = body->rc,
                                     .exec_ms = body->exec_ms,
                                     .wall_ms = body->wall_ms,
                                     .reason = body->reason,
                                     .params_digest = row->params_digest};
    is_expected = is_success(body->rc, row->expected_rc, status);
    row_write(apply, &like, &result, MU_SLOT_RECURRING);
    if (!is_expected) {
        row_write(apply, &like, &result, MU_SLOT_FAILURE);
        failure_count(apply, node, like.resource, body->op_name,
                      body->interval_ms);
    }
    result_trace(apply, &like, &result, is_expected);
    mu_apply_touch(apply);
}

static enum mu_op_status
status_of(enum mu_op_end end)
{
    switch (end) {
    case MU_OP_END_EXITED:
        return MU_OP_STATUS_DONE;
    case MU_OP_END_TIMEOUT:
        return MU_OP_STATUS_TIMEOUT;
    case MU_OP_END_NOT_INSTALLED:
        return MU_OP_STATUS_NOT_INSTALLED;
    case MU_OP_END_CANCELLED:
        return MU_OP_STATUS_CANCELLED;
    case MU_OP_END_ERROR:
        return MU_OP_STATUS_ERROR;
    }
    mu_unreachable();
}

/* Degraded states (190, 191) count as the good ones. A probe that finds no
 * agent is no success, though nothing runs there: a plan that would start the
 * resource there must not go on. */
static bool
is_success(int32_t rc, int32_t expected_rc, enum mu_op_status status)
{
    if (status != MU_OP_STATUS_DONE) {
        return false;
    }
    if (rc == 190) {
        rc = 0;
    }
    if (rc == 191) {
        rc = 8;
    }
    return rc == expected_rc;
}

/* Takes the row's place in the history; see MU_SLOT_LAST and friends. */
static void
row_write(struct mu_apply *apply, const struct mu_state_flight *flight,
          const struct mu_body_result *body, enum mu_slot slot)
{
    struct mu_state *state = apply->state;
    const char *op_name = flight->op_name;
    const struct mu_state_history key = {.node_id = flight->node_id,
                                         .resource = flight->resource,
                                         .slot = slot,
                                         .op_name = op_name,
                                         .interval_ms = flight->interval_ms};
    struct mu_state_history *row = mu_state_put_history(state, &key);
    uint32_t primitive =
        mu_kernel_find_primitive(state->config, flight->resource);

    row->op_name = mu_state_text(state, op_name);
    row->interval_ms = flight->interval_ms;
    row->agent_class = primitive == MU_CONFIG_NONE
                           ? MU_AGENT_OTHER
                           : state->config->resources[primitive].agent_class;
    row->class_name = flight->class_name;
    row->provider = flight->provider;
    row->type = flight->type;
    row->call_id = state->next_call_id++;
    row->rc = body->rc;
    row->expected_rc = flight->expected_rc;
    row->status = status_of(body->end);
    if (row->status == MU_OP_STATUS_NOT_INSTALLED) {
        row->rc = 5;
    }
    row->changed_ms = mu_apply_bound_wall_ms(apply, body->wall_ms);
    row->exec_ms = body->exec_ms;
    row->exit_reason = mu_state_text(state, body->reason);
    row->params_digest = mu_state_text(state, body->params_digest);
    row->migrate_source = flight->migrate_source;
    row->migrate_target = flight->migrate_target;
}

/* A resource that was stopped because its node leaves waits for that node, until
 * it is anything but stopped there. */
static void
lock_settle(struct mu_state *state, const struct mu_state_flight *flight,
            const struct mu_body_result *body, bool is_expected)
{
    bool is_stop = flight->task == MU_TASK_STOP && is_expected;
    bool is_found_stopped = flight->task == MU_TASK_MONITOR &&
                            body->end == MU_OP_END_EXITED && body->rc == 7;

    if (is_stop && flight->lock_ms > 0) {
        mu_state_put_lock(state, &(struct mu_state_lock){flight->node_id,
                                                         flight->resource,
                                                         flight->lock_ms});
    } else if (!is_found_stopped) {
        (void)mu_state_end_locks(state, flight->node_id, flight->resource);
    }
}

/* Counts failures of recurring operations, starts, stops, promotes and
 * demotes. A failed stop, and a failed start unless the operator said
 * otherwise, count as infinitely many. */
static void
failure_count(struct mu_apply *apply, struct mu_state_node *node,
              const char *resource, const char *op_name, int64_t interval_ms)
{
    struct mu_state *state = apply->state;
    const char *name =
        mu_text_make(apply->scratch, "fail-count-%s#%s_%lld", resource, op_name,
                     (long long)interval_ms);
    const char *last =
        mu_text_make(apply->scratch, "last-failure-%s#%s_%lld", resource, op_name,
                     (long long)interval_ms);
    const char *old = mu_state_get_attribute(node, name);
    bool is_start = strcmp(op_name, "start") == 0;
    bool is_fatal =
        strcmp(op_name, "stop") == 0 ||
        (is_start &&
         (!state->config || state->config->options.start_failure_is_fatal));
    int32_t count = 0;

    if (!is_start && strcmp(op_name, "stop") != 0 && interval_ms == 0 &&
        strcmp(op_name, "promote") != 0 && strcmp(op_name, "demote") != 0) {
        return;
    }
    if (old && mu_text_parse_score(old, &count) < 0) {
        count = 0;
    }
    count = is_fatal || count >= MU_SCORE_INFINITY - 1 ? MU_SCORE_INFINITY
                                                       : count + 1;
    (void)mu_state_set_attribute(
        state, node, name,
        count >= MU_SCORE_INFINITY
            ? "INFINITY"
            : mu_text_make(apply->scratch, "%d", count));
    (void)mu_state_set_attribute(
        state, node, last,
        mu_text_make(apply->scratch, "%lld",
                     (long long)(state->wall_ms / 1000)));
}

static void
result_trace(struct mu_apply *apply, const struct mu_state_flight *flight,
             const struct mu_body_result *body, bool is_expected)
{
    const struct mu_effect_trace about = {
        .resource = flight->resource,
        .node = mu_apply_node_name(apply, flight->node_id),
        .op_name = flight->op_name};
    bool is_monitor = flight->task == MU_TASK_MONITOR;
    bool has_reason = body->reason && *body->reason;

    if (is_expected) {
        mu_apply_trace(apply, is_monitor ? MU_TRACE_DEBUG : MU_TRACE_INFO,
                       MU_TOPIC_RESULT, &about, "%s of %s on %s: ok in %lld ms",
                       about.op_name, flight->resource, about.node,
                       (long long)body->exec_ms);
        return;
    }
    if (is_monitor && flight->interval_ms == 0 &&
        body->end == MU_OP_END_EXITED && (body->rc == 0 || body->rc == 8)) {
        mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_RESULT, &about,
                       "%s was found running on %s", flight->resource,
                       about.node);
        return;
    }
    mu_apply_trace(
        apply, MU_TRACE_WARNING, MU_TOPIC_RESULT, &about,
        "%s of %s on %s failed: %s%s%s", about.op_name, flight->resource,
        about.node,
        body->end == MU_OP_END_TIMEOUT
            ? "no answer in time"
            : mu_text_make(apply->scratch, "exit code %d", body->rc),
        has_reason ? ", " : "", has_reason ? body->reason : "");
}
