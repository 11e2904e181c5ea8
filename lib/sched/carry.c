/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/carry.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "model/names.h"
#include "model/params.h"
#include "sched/history.h"

enum { RC_ERROR = 1 };

/* The status while it changes: resources and their operations as vectors. */
struct row {
    struct mu_status_resource resource;
    MU_VEC(struct mu_status_op) ops;
};

struct rows {
    MU_VEC(struct row) items;
};

struct carry {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_status *status;
    struct rows *nodes;
    struct mu_params_cache *params;
    int32_t next_call_id;
};

static void rows_read(struct carry *carry);
static void rows_write(struct carry *carry);
static void pending_end(struct carry *carry, struct row *row);
static void act(struct carry *carry, const struct mu_action *action);
static void fail(struct carry *carry, const struct mu_action *action);
static void act_on_resource(struct carry *carry,
                            const struct mu_action *action);
static void act_on_node(struct carry *carry, const struct mu_action *action);
static void node_end(struct carry *carry, uint32_t node);
static bool may_fail(enum mu_task task);
static void attribute_put(struct carry *carry, uint32_t node, const char *name,
                          const char *value);
static void failures_forget(struct carry *carry,
                            const struct mu_action *action);
static void reloaded_note(struct carry *carry, struct row *row,
                          const struct mu_action *action);
static void row_clear(struct row *row);
static struct row *row_get(struct carry *carry, const struct mu_action *action);
static struct row *row_find(const struct rows *rows,
                            const struct mu_action *action);
static bool is_active(const struct row *row);
static void op_put(struct carry *carry, struct row *row,
                   const struct mu_action *action);
static const char *digest_of(struct carry *carry,
                             const struct mu_action *action, const char *name,
                             int64_t interval_ms);
static void ops_remove(struct row *row, bool is_recurring, const char *name,
                       int64_t interval_ms);
static const char *meta_of(const struct mu_action *action, const char *name);

struct mu_snapshot *
mu_carry_out(struct mu_arena *arena, const struct mu_snapshot *snapshot,
             const struct mu_plan *plan)
{
    return mu_carry_out_failed(arena, snapshot, plan, MU_PLAN_NONE);
}

struct mu_snapshot *
mu_carry_out_failed(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    const struct mu_plan *plan, uint32_t failed)
{
    struct carry carry = {
        .arena = arena,
        .snapshot = snapshot,
        .plan = plan,
        .params = mu_params_cache_new(arena, snapshot),
        .next_call_id = 1};
    bool *is_done = mu_arena_new(arena, bool, plan->actions_count + 1);
    struct mu_snapshot *after = mu_arena_new(arena, struct mu_snapshot, 1);
    bool is_moving = true;

    rows_read(&carry);
    /* The plan has no cycle, so each pass does at least one action. */
    while (is_moving) {
        is_moving = false;
        for (uint32_t i = 0; i < plan->actions_count; i++) {
            const struct mu_action *one = &plan->actions[i];
            bool is_ready = !is_done[i] && i != failed;

            for (uint32_t k = 0; k < one->after_count && is_ready; k++) {
                is_ready = is_done[one->after[k]];
            }
            if (is_ready) {
                act(&carry, one);
                is_done[i] = true;
                is_moving = true;
            }
        }
    }
    if (failed != MU_PLAN_NONE) {
        fail(&carry, &plan->actions[failed]);
    }
    rows_write(&carry);
    *after = *snapshot;
    after->status = carry.status;
    return after;
}

static void
rows_read(struct carry *carry)
{
    const struct mu_status *old = carry->snapshot->status;
    struct mu_status *status = mu_arena_new(carry->arena, struct mu_status, 1);

    *status = *old;
    status->flights = NULL;
    status->flights_count = 0;
    status->nodes = mu_arena_new(carry->arena, struct mu_status_node,
                                 old->nodes_count + 1);
    carry->nodes =
        mu_arena_new(carry->arena, struct rows, old->nodes_count + 1);
    for (uint32_t i = 0; i < old->nodes_count; i++) {
        const struct mu_status_node *node = &old->nodes[i];

        status->nodes[i] = *node;
        for (uint32_t k = 0; k < node->resources_count; k++) {
            struct row *row = mu_vec_add(carry->arena, &carry->nodes[i].items);

            row->resource = node->resources[k];
            for (uint32_t j = 0; j < row->resource.ops_count; j++) {
                const struct mu_status_op *op = &row->resource.ops[j];

                *mu_vec_add(carry->arena, &row->ops) = *op;
                if (op->call_id >= carry->next_call_id) {
                    carry->next_call_id = op->call_id + 1;
                }
            }
        }
    }
    carry->status = status;
}

static void
rows_write(struct carry *carry)
{
    for (uint32_t i = 0; i < carry->status->nodes_count; i++) {
        const struct rows *rows = &carry->nodes[i];
        struct mu_status_resource *resources = mu_arena_new(
            carry->arena, struct mu_status_resource, rows->items.count + 1);
        uint32_t count = 0;

        for (size_t k = 0; k < rows->items.count; k++) {
            struct row *row = &rows->items.items[k];

            pending_end(carry, row);
            if (row->ops.count == 0 && row->resource.shutdown_lock_ms == 0) {
                continue;
            }
            resources[count] = row->resource;
            resources[count].ops = row->ops.items;
            resources[count].ops_count = (uint32_t)row->ops.count;
            count++;
        }
        carry->status->nodes[i].resources = resources;
        carry->status->nodes[i].resources_count = count;
    }
}

/* What was under way before the plan, and was not done again, has succeeded.
 * Recurring operations are always under way. */
static void
pending_end(struct carry *carry, struct row *row)
{
    for (size_t i = 0; i < row->ops.count; i++) {
        struct mu_status_op op = row->ops.items[i];
        size_t at = i;

        if (op.status != MU_OP_STATUS_PENDING || op.interval_ms > 0) {
            continue;
        }
        op.status = MU_OP_STATUS_DONE;
        op.rc = op.expected_rc < 0 ? MU_RC_OK : op.expected_rc;
        if (op.call_id < 0) {
            op.call_id = carry->next_call_id++;
        }
        for (; at > 0 && row->ops.items[at - 1].call_id > op.call_id; at--) {
            row->ops.items[at] = row->ops.items[at - 1];
        }
        row->ops.items[at] = op;
    }
}

static void
act(struct carry *carry, const struct mu_action *action)
{
    switch (action->kind) {
    case MU_ACTION_RESOURCE:
        act_on_resource(carry, action);
        return;
    case MU_ACTION_FENCE:
        if (action->task == MU_TASK_FENCE_ON) {
            attribute_put(carry, action->node, "#node-unfenced",
                          mu_text_make(
                              carry->arena, "%lld",
                              (long long)(carry->snapshot->now_ms / 1000)));
        } else {
            carry->nodes[action->node].items.count = 0;
            node_end(carry, action->node);
        }
        return;
    case MU_ACTION_NODE:
        act_on_node(carry, action);
        return;
    case MU_ACTION_PSEUDO:
        return;
    }
}

/* The agent says so, and it is counted. */
static void
fail(struct carry *carry, const struct mu_action *action)
{
    const char *key;
    struct row *row;

    if (action->kind != MU_ACTION_RESOURCE || action->in_flight ||
        !may_fail(action->task)) {
        return;
    }
    row = row_get(carry, action);
    op_put(carry, row, action);
    row->ops.items[row->ops.count - 1].rc = RC_ERROR;
    key = mu_text_make(carry->arena, "%s#%s_%lld", action->resource,
                       action->op_name, (long long)action->interval_ms);
    attribute_put(carry, action->node,
                  mu_text_make(carry->arena, "fail-count-%s", key),
                  action->is_failure_fatal ? "INFINITY" : "1");
    attribute_put(carry, action->node,
                  mu_text_make(carry->arena, "last-failure-%s", key),
                  mu_text_make(carry->arena, "%lld",
                               (long long)(carry->snapshot->now_ms / 1000)));
}

/* What an agent does, and its result is written down. */
static bool
may_fail(enum mu_task task)
{
    return task == MU_TASK_START || task == MU_TASK_STOP ||
           task == MU_TASK_PROMOTE || task == MU_TASK_DEMOTE ||
           task == MU_TASK_MONITOR || task == MU_TASK_MIGRATE_TO ||
           task == MU_TASK_MIGRATE_FROM;
}

static void
act_on_resource(struct carry *carry, const struct mu_action *action)
{
    struct row *row = row_get(carry, action);

    switch (action->task) {
    case MU_TASK_START:
    case MU_TASK_PROMOTE:
    case MU_TASK_DEMOTE:
    case MU_TASK_MONITOR:
    case MU_TASK_MIGRATE_FROM:
        op_put(carry, row, action);
        return;
    case MU_TASK_STOP:
    case MU_TASK_MIGRATE_TO:
        ops_remove(row, true, NULL, 0);
        op_put(carry, row, action);
        return;
    case MU_TASK_CANCEL:
        ops_remove(row, true, action->op_name, action->interval_ms);
        return;
    case MU_TASK_DELETE:
        row_clear(row);
        return;
    case MU_TASK_LRM_DELETE:
    case MU_TASK_RELOAD_AGENT:
        reloaded_note(carry, row, action);
        return;
    case MU_TASK_NOTIFY:
    case MU_TASK_FENCE_REBOOT:
    case MU_TASK_FENCE_OFF:
    case MU_TASK_FENCE_ON:
    case MU_TASK_SHUTDOWN:
    case MU_TASK_CLEAR_FAILCOUNT:
    case MU_TASK_PSEUDO:
        return;
    }
}

/* Changes of what is known, without any agent. */
static void
act_on_node(struct carry *carry, const struct mu_action *action)
{
    if (action->task == MU_TASK_SHUTDOWN) {
        node_end(carry, action->node);
    } else if (action->task == MU_TASK_CLEAR_FAILCOUNT) {
        failures_forget(carry, action);
    } else if (action->task == MU_TASK_DELETE ||
               action->task == MU_TASK_LRM_DELETE) {
        row_clear(row_get(carry, action));
    }
}

/* A node that was fenced, or left in order, runs nothing. */
static void
node_end(struct carry *carry, uint32_t node)
{
    struct mu_status_node *status = &carry->status->nodes[node];

    status->is_seen = true;
    status->is_member = false;
    status->is_process_up = false;
    status->is_member_unknown = false;
    status->is_held = false;
    status->member_since_ms = 0;
    status->process_since_ms = 0;
    status->join = MU_JOIN_DOWN;
    status->expected = MU_EXPECTED_DOWN;
    status->attributes = NULL;
    status->attributes_count = 0;
    for (size_t i = 0; i < carry->nodes[node].items.count; i++) {
        /* What is locked to it stays so. */
        carry->nodes[node].items.items[i].ops.count = 0;
    }
}

static void
row_clear(struct row *row)
{
    row->ops.count = 0;
    row->resource.shutdown_lock_ms = 0;
}

/* The attributes go when the node does. */
static void
attribute_put(struct carry *carry, uint32_t node, const char *name,
              const char *value)
{
    struct mu_status_node *status = &carry->status->nodes[node];
    struct mu_pair *pairs = mu_arena_new(carry->arena, struct mu_pair,
                                         (size_t)status->attributes_count + 1);
    uint32_t count = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        int order = strcmp(status->attributes[i].name, name);

        if (order != 0) {
            pairs[count + (order > 0)] = status->attributes[i];
            at += order < 0;
            count++;
        }
    }
    pairs[at] = (struct mu_pair){name, value};
    status->attributes = pairs;
    status->attributes_count = count + 1;
}

/* Fail counts, and the failures that they count. */
static void
failures_forget(struct carry *carry, const struct mu_action *action)
{
    struct mu_status_node *status = &carry->status->nodes[action->node];
    struct mu_pair *pairs = mu_arena_new(carry->arena, struct mu_pair,
                                         (size_t)status->attributes_count + 1);
    const char *prefixes[] = {
        mu_text_make(carry->arena, "fail-count-%s#", action->resource),
        mu_text_make(carry->arena, "last-failure-%s#", action->resource)};
    struct row *row = row_get(carry, action);
    uint32_t count = 0;
    size_t kept = 0;

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        const char *name = status->attributes[i].name;

        if (strncmp(name, prefixes[0], strlen(prefixes[0])) != 0 &&
            strncmp(name, prefixes[1], strlen(prefixes[1])) != 0) {
            pairs[count++] = status->attributes[i];
        }
    }
    status->attributes = pairs;
    status->attributes_count = count;
    for (size_t i = 0; i < row->ops.count; i++) {
        if (!row->ops.items[i].is_failure) {
            row->ops.items[kept++] = row->ops.items[i];
        }
    }
    row->ops.count = kept;
}

/* What made it active did so with the parameters of today, so to say. */
static void
reloaded_note(struct carry *carry, struct row *row,
              const struct mu_action *action)
{
    for (size_t i = 0; i < row->ops.count; i++) {
        struct mu_status_op *op = &row->ops.items[i];

        if (op->interval_ms == 0 && !op->is_failure) {
            op->digest_all = digest_of(carry, action, "start", 0);
        }
    }
}

/* The history of the action's resource on its node; a new one goes where the
 * order of ids wants it. */
static struct row *
row_get(struct carry *carry, const struct mu_action *action)
{
    struct rows *rows = &carry->nodes[action->node];
    struct row *row = row_find(rows, action);
    size_t at = 0;

    if (row) {
        return row;
    }
    while (at < rows->items.count &&
           strcmp(rows->items.items[at].resource.id, action->resource) < 0) {
        at++;
    }
    (void)mu_vec_add(carry->arena, &rows->items);
    memmove(&rows->items.items[at + 1], &rows->items.items[at],
            (rows->items.count - 1 - at) * sizeof(rows->items.items[0]));
    rows->items.items[at] =
        (struct row){.resource = {.id = action->resource}};
    return &rows->items.items[at];
}

/* Old histories number the instances of anonymous clones, in their own way:
 * what is active is meant, once there is any. */
static struct row *
row_find(const struct rows *rows, const struct mu_action *action)
{
    size_t length = strlen(action->resource);
    struct row *found = NULL;
    unsigned found_rank = 0;

    for (size_t i = 0; i < rows->items.count; i++) {
        struct row *row = &rows->items.items[i];
        const char *id = row->resource.id;
        unsigned rank;

        if (strncmp(id, action->resource, length) != 0) {
            continue;
        }
        if (id[length] == '\0') {
            return row;
        }
        rank = is_active(row) ? 3 : 1;
        rank += action->instance && strcmp(id, action->instance) == 0;
        if (action->instance && id[length] == ':' && rank > found_rank) {
            found = row;
            found_rank = rank;
        }
    }
    return found;
}

static bool
is_active(const struct row *row)
{
    const struct mu_status_op *last =
        row->ops.count > 0 ? &row->ops.items[row->ops.count - 1] : NULL;

    /* What is not running although it was to be has failed, and counts. */
    return last && (last->task != MU_OP_TASK_STOP || last->rc != MU_RC_OK) &&
           (last->rc != MU_RC_NOT_RUNNING ||
            last->expected_rc != MU_RC_NOT_RUNNING);
}

/* Of operations without interval only the newest is kept, and failures; of
 * recurring ones the newest of each. */
static void
op_put(struct carry *carry, struct row *row, const struct mu_action *action)
{
    const char *name = action->op_name;
    struct mu_status_op *op;

    if (action->task != MU_TASK_MONITOR || action->expected_rc != 7) {
        row->resource.shutdown_lock_ms = action->lock_ms;
    }
    row->resource.class_name = action->class_name;
    row->resource.provider = action->provider;
    row->resource.type = action->type;
    ops_remove(row, action->interval_ms > 0, name, action->interval_ms);
    op = mu_vec_add(carry->arena, &row->ops);
    *op = (struct mu_status_op){
        .name = name,
        .interval_ms = action->interval_ms,
        .task = mu_names_op_task(name),
        .call_id = carry->next_call_id++,
        .rc = action->expected_rc,
        .expected_rc = action->expected_rc,
        .status = MU_OP_STATUS_DONE,
        .last_change_ms = carry->snapshot->now_ms,
        .last_run_ms = carry->snapshot->now_ms,
        .digest_all = digest_of(carry, action, name, action->interval_ms),
        .migrate_source = meta_of(action, "migrate_source"),
        .migrate_target = meta_of(action, "migrate_target"),
        .on_node = carry->status->nodes[action->node].name,
        .transition = -1,
    };
}

/* What is no longer configured is run with what is remembered. */
static const char *
digest_of(struct carry *carry, const struct mu_action *action,
          const char *name, int64_t interval_ms)
{
    return action->primitive == MU_PLAN_NONE
               ? NULL
               : mu_params_cache_digest(
                     carry->params, action->primitive,
                     &carry->snapshot->status->nodes[action->node], name,
                     interval_ms);
}

static void
ops_remove(struct row *row, bool is_recurring, const char *name,
           int64_t interval_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < row->ops.count; i++) {
        const struct mu_status_op *op = &row->ops.items[i];
        bool is_it = !op->is_failure && (op->interval_ms > 0) == is_recurring;

        if (is_it && is_recurring && name) {
            is_it = op->interval_ms == interval_ms &&
                    strcmp(op->name, name) == 0;
        }
        if (!is_it) {
            row->ops.items[kept++] = row->ops.items[i];
        }
    }
    row->ops.count = kept;
}

static const char *
meta_of(const struct mu_action *action, const char *name)
{
    for (uint32_t i = 0; i < action->meta_count; i++) {
        if (strcmp(action->meta[i].name, name) == 0) {
            return action->meta[i].value;
        }
    }
    return NULL;
}
