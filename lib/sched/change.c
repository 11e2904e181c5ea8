/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/change.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/failure.h"
#include "sched/history_find.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/recurring.h"
#include "sched/setup_params.h"
#include "sched/unfence.h"

/* One operation of an active resource. */
struct past {
    struct mu_sched *sched;
    struct mu_sched_resource *resource;
    uint32_t node;
    const struct mu_status_op *op;
};

static void resource_check(struct mu_sched *sched,
                           struct mu_sched_resource *resource, uint32_t node);
static void record_check(struct mu_sched *sched,
                         struct mu_sched_resource *resource, uint32_t node,
                         const struct mu_status_resource *known);
static void failcount_clear(struct mu_sched *sched,
                            struct mu_sched_resource *resource, uint32_t node);
static void past_check(const struct past *past);
static bool past_differs(const struct past *past);
static void removed_check(struct mu_sched *sched,
                          struct mu_sched_resource *resource);
static bool is_looked_at(const struct mu_sched_node *node);
static void old_agent_act(struct mu_sched *sched,
                          const struct mu_old_agent *old);
static void restart_force(const struct past *past);
static void reload_schedule(const struct past *past);
static void cancel_schedule(const struct past *past, const char *why);
static bool is_configured(const struct past *past);
static bool text_match(const char *recorded, const char **configured);

void
mu_change_run(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_node *node = &sched->nodes[i];

        for (size_t j = 0; is_looked_at(node) && j < node->running.count; j++) {
            resource_check(sched, node->running.items[j], i);
        }
    }
    for (size_t i = 0; i < sched->old_agents.count; i++) {
        const struct mu_old_agent *old = &sched->old_agents.items[i];

        if (is_looked_at(&sched->nodes[old->node])) {
            old_agent_act(sched, old);
        }
    }
    for (size_t i = 0; sched->has_removed && i < sched->resources.count; i++) {
        if (sched->resources.items[i]->config == MU_STATE_NONE) {
            removed_check(sched, sched->resources.items[i]);
        }
    }
}

static bool
is_looked_at(const struct mu_sched_node *node)
{
    return !node->is_remote &&
           (node->is_in_maintenance || mu_node_state_is_available(node));
}

/* Histories of what left the configuration are forgotten. */
static void
removed_check(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];

        if (node->is_online &&
            mu_failure_count(sched, resource, i, true, NULL) > 0) {
            failcount_clear(sched, resource, i);
        }
        if ((node->is_in_maintenance || mu_node_state_is_available(node)) &&
            mu_history_find(node->status, resource->name)) {
            mu_recurring_delete_history(sched, resource, i, true);
        }
    }
}

static void
failcount_clear(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node)
{
    struct mu_sched_action *action =
        mu_change_clear_failcount(sched, resource, node);

    mu_explain_cause(sched, action, "it is no longer in the configuration");
    mu_order_add(sched, &(struct mu_ordering){.first = action,
                                              .then_resource = resource,
                                              .then_key = mu_key(MU_VERB_STOP),
                                              .flags = MU_ORDER_ORDERED});
}

static void
resource_check(struct mu_sched *sched, struct mu_sched_resource *resource,
               uint32_t node)
{
    const struct mu_status_node *status = sched->nodes[node].status;
    const char *name = resource->known_as ? resource->known_as : resource->name;

    if (resource->config == MU_STATE_NONE || resource->is_removed) {
        return;
    }
    record_check(sched, resource, node, mu_history_find(status, name));
    if (strcmp(resource->id, name) != 0) {
        /* Histories of old number instances of all clones. */
        record_check(sched, resource, node,
                     mu_history_find(status, resource->id));
    }
}

/* 'known': may be null. */
static void
record_check(struct mu_sched *sched, struct mu_sched_resource *resource,
             uint32_t node, const struct mu_status_resource *known)
{
    int32_t start;
    int32_t stop;

    if (!known) {
        return;
    }
    mu_history_active_range(known, &start, &stop);
    if (start < stop) {
        return;
    }
    for (int32_t i = start < 0 ? 0 : start; i < (int32_t)known->ops_count;
         i++) {
        struct past past = {.sched = sched,
                            .resource = resource,
                            .node = node,
                            .op = &known->ops[i]};

        past_check(&past);
    }
}

struct mu_sched_action *
mu_change_clear_failcount(struct mu_sched *sched,
                          struct mu_sched_resource *resource, uint32_t node)
{
    struct mu_sched_action *action = mu_action_get(
        sched, resource, mu_key(MU_VERB_CLEAR_FAILCOUNT), node, true);

    action->kind = MU_ACTION_NODE;
    return action;
}

void
mu_change_note_agent(struct mu_sched *sched, struct mu_sched_resource *resource,
                     uint32_t node, const struct mu_status_resource *known)
{
    if (resource->is_removed && resource->config != MU_STATE_NONE) {
        /* Of an instance too many: any of its clone can forget it. */
        resource = sched->by_config[resource->config];
    }
    if (!resource->is_removed &&
        (!text_match(known->class_name, &resource->class_name) ||
         !text_match(known->provider, &resource->provider) ||
         !text_match(known->type, &resource->type))) {
        *mu_vec_add(sched->arena, &sched->old_agents) =
            (struct mu_old_agent){.resource = resource, .node = node};
    }
}

/* Another agent under the same name: what runs is not what is configured, and
 * what did run tells nothing. */
static void
old_agent_act(struct mu_sched *sched, const struct mu_old_agent *old)
{
    struct mu_sched_resource *resource = old->resource;

    mu_unfence_again(sched, resource, old->node,
                     "its fence device was replaced by another");
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == old->node) {
            mu_explain_cause(sched,
                             mu_action_of(sched, resource, MU_VERB_STOP,
                                          old->node, true),
                             "its agent was changed");
            resource->is_start_pending = true;
        }
    }
    mu_recurring_delete_history(sched, resource, old->node, true);
}

/* Keeps the recorded one of two equal texts: the histories of all nodes share
 * it, so that the next one is compared at a glance. */
static bool
text_match(const char *recorded, const char **configured)
{
    if (recorded == *configured) {
        return true;
    }
    if (!recorded || !*configured || strcmp(recorded, *configured) != 0) {
        return false;
    }
    *configured = recorded;
    return true;
}

static void
past_check(const struct past *past)
{
    struct mu_sched *sched = past->sched;
    const struct mu_status_op *op = past->op;

    if (!op->is_failure && op->interval_ms > 0 && (past->resource->is_in_maintenance ||
                                sched->nodes[past->node].is_in_maintenance)) {
        cancel_schedule(past, "it is in maintenance");
        return;
    }
    if (op->interval_ms == 0 && op->task != MU_OP_TASK_MONITOR &&
        op->task != MU_OP_TASK_START && op->task != MU_OP_TASK_PROMOTE &&
        op->task != MU_OP_TASK_MIGRATE_FROM) {
        return;
    }
    if (past_differs(past) &&
        mu_failure_count(sched, past->resource, past->node, true, NULL) != 0) {
        struct mu_sched_action *action =
            mu_change_clear_failcount(past->sched, past->resource, past->node);

        if (op->interval_ms > 0 && !is_configured(past)) {
            mu_explain_cause(sched, action,
                             "what failed is no longer configured");
        } else {
            mu_explain_changed(sched, action, past->node, op);
        }
    }
}

/* Returns true when the operation would be different today. What runs nobody
 * knows with what is started anew as well, but its failures are not forgiven
 * for that: they would be again and again. */
static bool
past_differs(const struct past *past)
{
    const struct mu_status_op *op = past->op;
    enum mu_change change;
    uint64_t key;

    if (op->interval_ms > 0 && !is_configured(past)) {
        /* What tells of a failure would stay after a cancel, to be cancelled
         * again. */
        if (!op->is_failure && past->sched->options->cancel_removed_actions) {
            cancel_schedule(past, "it left the configuration");
        }
        return true;
    }
    if (op->is_failure) {
        return false;
    }
    change = mu_change_of(past->sched, past->resource, past->node, op);
    if (change == MU_CHANGE_NONE) {
        return false;
    }
    if (op->interval_ms > 0) {
        if (mu_recurring_key(past->sched, op->name, op->interval_ms, &key)) {
            struct mu_sched_action *monitor = mu_action_get(
                past->sched, past->resource, key, past->node, false);

            monitor->flags |= MU_FLAG_RESCHEDULE;
            mu_explain_changed(past->sched, monitor, past->node, op);
        }
    } else if (op->digest_restart && change != MU_CHANGE_RESTART) {
        mu_unfence_again(past->sched, past->resource, past->node,
                         "the parameters of its fence device were changed");
        reload_schedule(past);
    } else {
        restart_force(past);
    }
    return change != MU_CHANGE_UNKNOWN;
}

/* The start becomes required, wherever it will be. */
static void
restart_force(const struct past *past)
{
    struct mu_sched_action *action = mu_action_of(
        past->sched, past->resource, MU_VERB_START, MU_STATE_NONE, true);

    mu_explain_changed(past->sched, action, past->node, past->op);
    mu_unfence_again(past->sched, past->resource, past->node,
                     "the parameters of its fence device were changed");
}

static void
reload_schedule(const struct past *past)
{
    struct mu_sched *sched = past->sched;
    struct mu_sched_resource *resource = past->resource;
    struct mu_sched_action *reload;

    if (!resource->is_managed || resource->is_failed) {
        return;
    }
    if (resource->is_start_pending) {
        mu_explain_changed(
            sched,
            mu_action_of(sched, resource, MU_VERB_STOP, past->node, true),
            past->node, past->op);
        return;
    }
    resource->is_reload = true;
    reload = mu_action_of(sched, resource, MU_VERB_RELOAD, past->node, true);
    mu_explain_changed(sched, reload, past->node, past->op);
    mu_order_add(sched,
                 &(struct mu_ordering){.first = reload,
                                       .then_resource = resource,
                                       .then_key = mu_key(MU_VERB_STOP),
                                       .flags = MU_ORDER_ORDERED |
                                                MU_ORDER_THEN_CANCELS_FIRST});
    mu_order_add(sched,
                 &(struct mu_ordering){.first = reload,
                                       .then_resource = resource,
                                       .then_key = mu_key(MU_VERB_DEMOTE),
                                       .flags = MU_ORDER_ORDERED |
                                                MU_ORDER_THEN_CANCELS_FIRST});
}

static void
cancel_schedule(const struct past *past, const char *why)
{
    struct mu_sched_action *cancel;
    uint64_t key;

    if (!mu_recurring_key(past->sched, past->op->name, past->op->interval_ms,
                          &key)) {
        return;
    }
    cancel = mu_recurring_cancel(past->sched, past->resource, key, past->node);
    mu_explain_cause(past->sched, cancel, why);
    mu_order_add(past->sched,
                 &(struct mu_ordering){.first_resource = past->resource,
                                       .first_key = mu_key(MU_VERB_STOP),
                                       .then = cancel,
                                       .flags = MU_ORDER_ORDERED});
}

static bool
is_configured(const struct past *past)
{
    const struct mu_config_resource *config =
        &past->sched->config->resources[past->resource->config];

    for (uint32_t i = 0; i < config->ops_count; i++) {
        if (config->ops[i].interval_ms == past->op->interval_ms &&
            !config->ops[i].is_off &&
            strcmp(config->ops[i].name, past->op->name) == 0) {
            return true;
        }
    }
    return false;
}

enum mu_change
mu_change_of(struct mu_sched *sched, const struct mu_sched_resource *resource,
             uint32_t node, const struct mu_status_op *op)
{
    /* What left the configuration has no parameters any more. */
    struct mu_params removed = {.interval_ms = op->interval_ms};
    const struct mu_params *params = &removed;
    const char *digest = NULL;
    /* What makes a resource active is compared with a start of today. */
    const char *name = op->interval_ms == 0 ? "start" : op->name;

    if (resource->config == MU_STATE_NONE) {
        removed.timeout_ms = mu_setup_timeout_removed(sched, resource, name,
                                                      op->interval_ms);
    } else {
        params = mu_setup_params(sched, resource, node, name, op->interval_ms);
        if (op->digest_all) {
            digest = mu_params_cache_digest(sched->cache, resource->config,
                                            sched->nodes[node].status, name,
                                            op->interval_ms);
        }
    }
    switch (mu_params_compare(params, digest, op)) {
    case MU_PARAMS_SAME:
    case MU_PARAMS_PRIVATE:
        break;
    case MU_PARAMS_UNKNOWN:
        return MU_CHANGE_UNKNOWN;
    case MU_PARAMS_RELOADABLE:
        return MU_CHANGE_RELOADABLE;
    case MU_PARAMS_RESTART:
        return MU_CHANGE_RESTART;
    }
    return MU_CHANGE_NONE;
}
