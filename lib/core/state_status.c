/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replicated state as the scheduler's typed status. Strings are borrowed;
 * only arrays are made. */

#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/kernel.h"
#include "core/state.h"
#include "model/names.h"

struct order {
    uint32_t positions[MU_NODES_COUNT_MAX]; /* In state->nodes, sorted. */
    uint32_t indexes[MU_NODES_COUNT_MAX];   /* The other way round. */
};

static void order_make(const struct mu_state *state, struct order *order);
static void node_fill(const struct mu_state *state,
                      const struct mu_state_node *from, struct mu_arena *arena,
                      struct mu_status_node *to);
static void membership_fill(const struct mu_state *state,
                            const struct mu_state_node *from,
                            struct mu_status_node *to);
static void histories_fill(const struct mu_state *state, uint32_t node_id,
                           struct mu_arena *arena, struct mu_status_node *to);
static void locks_fill(const struct mu_state *state, uint32_t node_id,
                       struct mu_arena *arena, struct mu_status_node *to);
static struct mu_status_resource unknown_make(const struct mu_state *state,
                                              const char *id);
static void op_fill(const struct mu_state_history *row, struct mu_arena *arena,
                    struct mu_status_op *op);
static int op_cmp(const void *a, const void *b);
static void flights_fill(const struct mu_state *state,
                         const struct order *order, struct mu_arena *arena,
                         struct mu_status *status);
static const char *null_if_empty(const char *text);

const struct mu_snapshot *
mu_state_make_snapshot(const struct mu_state *state, uint32_t coordinator,
                       int64_t wall_ms, struct mu_arena *arena)
{
    const struct mu_state_node *node = mu_state_find_node(state, coordinator);
    struct mu_snapshot *snapshot;

    if (!state->config) {
        return NULL;
    }
    snapshot = mu_arena_new(arena, struct mu_snapshot, 1);
    snapshot->config = state->config;
    snapshot->status = mu_state_make_status(state, arena);
    snapshot->now_ms = wall_ms;
    snapshot->is_quorate = state->is_quorate;
    snapshot->had_quorum = state->had_quorum;
    snapshot->coordinator = MU_CONFIG_NONE;
    for (uint32_t i = 0; node && i < snapshot->status->nodes_count; i++) {
        if (strcmp(snapshot->status->nodes[i].name, node->name) == 0) {
            snapshot->coordinator = i;
        }
    }
    return snapshot;
}

const struct mu_status *
mu_state_make_status(const struct mu_state *state, struct mu_arena *arena)
{
    struct mu_status *status = mu_arena_new(arena, struct mu_status, 1);
    struct order order;

    order_make(state, &order);
    status->nodes =
        mu_arena_new(arena, struct mu_status_node, state->nodes_count + 1);
    status->nodes_count = state->nodes_count;
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        node_fill(state, &state->nodes[order.positions[i]], arena,
                  &status->nodes[i]);
    }
    status->tickets =
        mu_arena_new(arena, struct mu_status_ticket, state->tickets_count + 1);
    status->tickets_count = state->tickets_count;
    for (uint32_t i = 0; i < state->tickets_count; i++) {
        status->tickets[i] =
            (struct mu_status_ticket){state->tickets[i].id,
                                      state->tickets[i].is_granted,
                                      state->tickets[i].is_standby,
                                      state->tickets[i].last_granted_s};
    }
    flights_fill(state, &order, arena, status);
    status->durations = mu_arena_new(arena, struct mu_status_duration,
                                     state->durations_count + 1);
    status->durations_count = state->durations_count;
    for (uint32_t i = 0; i < state->durations_count; i++) {
        status->durations[i] = (struct mu_status_duration){
            state->durations[i].name,
            mu_plan_task_name(state->durations[i].task),
            state->durations[i].mean_ms};
    }
    return status;
}

static void
order_make(const struct mu_state *state, struct order *order)
{
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        uint32_t at = i;

        while (at > 0 &&
               mu_text_natural_cmp(
                   state->nodes[order->positions[at - 1]].name,
                   state->nodes[i].name) > 0) {
            order->positions[at] = order->positions[at - 1];
            at--;
        }
        order->positions[at] = i;
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        order->indexes[order->positions[i]] = i;
    }
}

static void
node_fill(const struct mu_state *state, const struct mu_state_node *from,
          struct mu_arena *arena, struct mu_status_node *to)
{
    struct mu_pair *attributes =
        mu_arena_new(arena, struct mu_pair, from->attributes_count + 1);

    to->name = from->name;
    to->id = mu_text_make(arena, "%u", from->id);
    to->config_node = mu_state_find_configured(state, from->name);
    for (uint32_t i = 0; i < from->attributes_count; i++) {
        attributes[i] = (struct mu_pair){from->attributes[i].name,
                                         from->attributes[i].value};
    }
    to->attributes = attributes;
    to->attributes_count = from->attributes_count;
    histories_fill(state, from->id, arena, to);
    locks_fill(state, from->id, arena, to);
    membership_fill(state, from, to);
}

uint32_t
mu_state_find_configured(const struct mu_state *state, const char *name)
{
    const struct mu_config_node *found =
        state->config ? mu_config_find_node(state->config, name) : NULL;

    return found ? (uint32_t)(found - state->config->nodes) : MU_CONFIG_NONE;
}

static void
membership_fill(const struct mu_state *state, const struct mu_state_node *from,
                struct mu_status_node *to)
{
    to->is_seen = true;
    switch (from->state) {
    case MU_NODE_STATE_UNKNOWN:
        /* What is locked to it is all that is known of it. */
        to->is_seen = to->resources_count > 0;
        to->is_member_unknown = true;
        to->is_held = state->time_ms - state->quorate_since_ms <
                      MU_STATE_UNSEEN_GRACE_MS;
        break;
    case MU_NODE_STATE_PENDING:
        to->is_member = to->is_process_up = true;
        to->join = MU_JOIN_PENDING;
        to->expected = MU_EXPECTED_MEMBER;
        break;
    case MU_NODE_STATE_ACTIVE:
    case MU_NODE_STATE_LEAVING:
        to->is_member = to->is_process_up = true;
        to->join = MU_JOIN_MEMBER;
        to->expected = MU_EXPECTED_MEMBER;
        break;
    case MU_NODE_STATE_LOST_GRACE:
        to->is_member = to->is_held = true;
        to->join = MU_JOIN_MEMBER;
        to->expected = MU_EXPECTED_MEMBER;
        break;
    case MU_NODE_STATE_UNCLEAN:
        to->join = MU_JOIN_MEMBER;
        to->expected = MU_EXPECTED_MEMBER;
        break;
    case MU_NODE_STATE_DOWN:
        to->join = MU_JOIN_DOWN;
        to->expected = MU_EXPECTED_DOWN;
        break;
    }
}

/* Rows are sorted by node and resource: each run of them is one resource. */
static void
histories_fill(const struct mu_state *state, uint32_t node_id,
               struct mu_arena *arena, struct mu_status_node *to)
{
    struct mu_status_resource *resources;
    struct mu_status_op *ops;
    uint32_t first = 0;
    uint32_t last;

    while (first < state->histories_count &&
           state->histories[first].node_id < node_id) {
        first++;
    }
    last = first;
    while (last < state->histories_count &&
           state->histories[last].node_id == node_id) {
        last++;
    }
    resources = mu_arena_new(arena, struct mu_status_resource,
                             last - first + 1);
    ops = mu_arena_new(arena, struct mu_status_op, last - first + 1);
    to->resources = resources;
    for (uint32_t i = first; i < last; i++) {
        const struct mu_state_history *row = &state->histories[i];
        struct mu_status_resource *resource;

        if (i == first ||
            strcmp(row->resource, state->histories[i - 1].resource) != 0) {
            resource = &resources[to->resources_count++];
            resource->id = row->resource;
            resource->class_name = row->class_name;
            resource->provider = null_if_empty(row->provider);
            resource->type = row->type;
            resource->ops = &ops[i - first];
        }
        resource = &resources[to->resources_count - 1];
        op_fill(row, arena, &ops[i - first]);
        resource->ops_count++;
    }
    for (uint32_t i = 0; i < to->resources_count; i++) {
        struct mu_status_op *begin = &ops[resources[i].ops - ops];

        qsort(begin, resources[i].ops_count, sizeof(*begin), op_cmp);
    }
}

/* A lock belongs to the history of its resource, and outlives it. */
static void
locks_fill(const struct mu_state *state, uint32_t node_id,
           struct mu_arena *arena, struct mu_status_node *to)
{
    struct mu_status_resource *rows =
        mu_arena_new(arena, struct mu_status_resource,
                     to->resources_count + state->locks_count + 1);
    uint32_t count = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < state->locks_count; i++) {
        const struct mu_state_lock *lock = &state->locks[i];

        if (lock->node_id != node_id) {
            continue;
        }
        while (at < to->resources_count &&
               strcmp(to->resources[at].id, lock->resource) < 0) {
            rows[count++] = to->resources[at++];
        }
        if (at < to->resources_count &&
            strcmp(to->resources[at].id, lock->resource) == 0) {
            rows[count] = to->resources[at++];
        } else {
            rows[count] = unknown_make(state, lock->resource);
        }
        rows[count++].shutdown_lock_ms = lock->since_ms;
    }
    if (count == 0) {
        return; /* None is locked to it. */
    }
    while (at < to->resources_count) {
        rows[count++] = to->resources[at++];
    }
    to->resources = rows;
    to->resources_count = count;
}

/* The history of a resource to which nothing has happened yet. */
static struct mu_status_resource
unknown_make(const struct mu_state *state, const char *id)
{
    uint32_t primitive = mu_kernel_find_primitive(state->config, id);
    struct mu_status_resource row = {.id = id, .class_name = "", .type = ""};

    if (primitive != MU_CONFIG_NONE) {
        const struct mu_config_resource *resource =
            &state->config->resources[primitive];

        row.class_name = resource->class_name;
        row.provider = resource->provider;
        row.type = resource->type;
    }
    return row;
}

static void
op_fill(const struct mu_state_history *row, struct mu_arena *arena,
        struct mu_status_op *op)
{
    switch (row->slot) {
    case MU_SLOT_LAST:
        op->id = mu_text_make(arena, "%s_last_0", row->resource);
        break;
    case MU_SLOT_FAILURE:
        op->id = mu_text_make(arena, "%s_last_failure_0", row->resource);
        op->is_failure = true;
        break;
    case MU_SLOT_RECURRING:
        op->id = mu_text_make(arena, "%s_%s_%lld", row->resource, row->op_name,
                              (long long)row->interval_ms);
        break;
    }
    op->name = row->op_name;
    op->task = mu_names_op_task(row->op_name);
    op->interval_ms = row->interval_ms;
    op->call_id = row->status == MU_OP_STATUS_PENDING ? -1 : row->call_id;
    op->rc = row->rc;
    op->expected_rc = row->expected_rc;
    op->status = row->status;
    op->last_change_ms = row->changed_ms;
    op->last_run_ms = row->changed_ms;
    op->exec_ms = row->exec_ms;
    op->exit_reason = null_if_empty(row->exit_reason);
    op->digest_all = null_if_empty(row->params_digest);
    op->migrate_source = null_if_empty(row->migrate_source);
    op->migrate_target = null_if_empty(row->migrate_target);
    op->transition = -1;
}

/* By call id, pending ones last; equal ones by their entry's id. */
static int
op_cmp(const void *a, const void *b)
{
    const struct mu_status_op *left = a;
    const struct mu_status_op *right = b;
    uint32_t left_call = (uint32_t)left->call_id;
    uint32_t right_call = (uint32_t)right->call_id;

    if (left_call != right_call) {
        return left_call < right_call ? -1 : 1;
    }
    return strcmp(left->id, right->id);
}

static void
flights_fill(const struct mu_state *state, const struct order *order,
             struct mu_arena *arena, struct mu_status *status)
{
    status->flights = mu_arena_new(arena, struct mu_status_flight,
                                   state->flights_count +
                                       state->fences_count + 1);
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *from = &state->flights[i];
        const struct mu_state_node *node =
            mu_state_find_node(state, from->node_id);

        mu_assert(node);
        status->flights[status->flights_count++] = (struct mu_status_flight){
            .op_id = from->op_id,
            .resource = from->resource,
            .task = from->op_name,
            .interval_ms = from->interval_ms,
            .node = order->indexes[node - state->nodes],
            .migrate_source = null_if_empty(from->migrate_source),
            .migrate_target = null_if_empty(from->migrate_target)};
    }
    for (uint32_t i = 0; i < state->fences_count; i++) {
        const struct mu_state_fence *from = &state->fences[i];
        const struct mu_state_node *node =
            mu_state_find_node(state, from->target_id);

        if (!node || (from->state != MU_FENCE_RUNNING &&
                      from->state != MU_FENCE_PAUSING)) {
            continue;
        }
        status->flights[status->flights_count++] = (struct mu_status_flight){
            .op_id = from->op_id,
            .task = from->action,
            .node = order->indexes[node - state->nodes]};
    }
}

static const char *
null_if_empty(const char *text)
{
    return *text ? text : NULL;
}
