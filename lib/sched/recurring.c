/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/recurring.h"

#include <string.h>

#include "base/limits.h"
#include "model/names.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/order.h"
#include "sched/setup_params.h"

enum { NAMES_COUNT_MAX = UINT8_MAX };

/* One recurring monitor of one resource. */
struct monitor {
    enum mu_role role; /* UNKNOWN: not given. */
    uint64_t key;
};

static bool monitor_read(struct mu_sched *sched,
                         const struct mu_sched_resource *resource,
                         const struct mu_config_op *op,
                         struct monitor *ret_monitor);
static void active_act(struct mu_sched *sched,
                       struct mu_sched_resource *resource,
                       struct mu_sched_action *start,
                       const struct monitor *monitor);
static void active_order(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         struct mu_sched_action *action);
static bool is_already_set_up(const struct mu_sched_resource *resource,
                              const struct mu_sched_action *start,
                              const struct monitor *monitor);
static void wrong_role_act(struct mu_sched *sched,
                           struct mu_sched_resource *resource,
                           const struct monitor *monitor);
static void inactive_act(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         const struct monitor *monitor);
static void inactive_on(struct mu_sched *sched,
                        struct mu_sched_resource *resource,
                        const struct monitor *monitor, uint32_t node);
static void inactive_order_stop(struct mu_sched *sched,
                                struct mu_sched_resource *resource,
                                struct mu_sched_action *action);
static bool runs_on(const struct mu_sched_resource *resource, uint32_t node);

void
mu_recurring_act(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    const struct mu_config_resource *config;
    struct mu_sched_action *start = NULL;

    if (resource->is_blocked || resource->is_in_maintenance ||
        resource->config == MU_STATE_NONE) {
        return;
    }
    if (resource->assigned != MU_STATE_NONE &&
        sched->nodes[resource->assigned].is_in_maintenance) {
        return;
    }
    if (resource->assigned != MU_STATE_NONE &&
        (resource->next_role != MU_ROLE_STOPPED || !resource->is_managed)) {
        start = mu_action_of(sched, resource, MU_VERB_START, resource->assigned,
                             false);
    }
    config = &sched->config->resources[resource->config];
    for (uint32_t i = 0; i < config->ops_count; i++) {
        struct monitor monitor;

        if (!monitor_read(sched, resource, &config->ops[i], &monitor)) {
            continue;
        }
        if (monitor.role == MU_ROLE_STOPPED) {
            inactive_act(sched, resource, &monitor);
        } else if (start) {
            active_act(sched, resource, start, &monitor);
        }
    }
}

bool
mu_recurring_key(struct mu_sched *sched, const char *name, int64_t interval_ms,
                 uint64_t *ret_key)
{
    size_t number = 0;

    if (strlen(name) >= MU_NAME_SIZE_MAX) {
        return false;
    }
    switch (mu_names_op_task(name)) {
    case MU_OP_TASK_START:
    case MU_OP_TASK_STOP:
    case MU_OP_TASK_PROMOTE:
    case MU_OP_TASK_DEMOTE:
    case MU_OP_TASK_RELOAD_AGENT:
    case MU_OP_TASK_MIGRATE_TO:
    case MU_OP_TASK_MIGRATE_FROM:
        return false;
    case MU_OP_TASK_MONITOR:
        *ret_key = mu_key_recurring(MU_VERB_MONITOR, 0, interval_ms);
        return true;
    case MU_OP_TASK_NOTIFY:
    case MU_OP_TASK_META_DATA:
    case MU_OP_TASK_OTHER:
        break;
    }
    while (number < sched->op_names.count &&
           strcmp(sched->op_names.items[number], name) != 0) {
        number++;
    }
    if (number == NAMES_COUNT_MAX) {
        return false;
    }
    if (number == sched->op_names.count) {
        *mu_vec_add(sched->arena, &sched->op_names) = name;
    }
    *ret_key =
        mu_key_recurring(MU_VERB_MONITOR, (uint8_t)(number + 1), interval_ms);
    return true;
}

const char *
mu_recurring_name(const struct mu_sched *sched, uint64_t key)
{
    uint8_t number = mu_key_name(key);

    return number == 0 ? "monitor" : sched->op_names.items[number - 1];
}

static bool
monitor_read(struct mu_sched *sched, const struct mu_sched_resource *resource,
             const struct mu_config_op *op, struct monitor *ret_monitor)
{
    const struct mu_params *params;

    if (op->interval_ms <= 0 || op->is_doubled ||
        !mu_recurring_key(sched, op->name, op->interval_ms,
                          &ret_monitor->key)) {
        return false;
    }
    params = mu_setup_params(sched, resource, resource->assigned, op->name,
                             op->interval_ms);
    if (!params->is_enabled) {
        return false;
    }
    ret_monitor->role = params->role;
    return true;
}

static bool
is_already_set_up(const struct mu_sched_resource *resource,
                  const struct mu_sched_action *start,
                  const struct monitor *monitor)
{
    const struct mu_sched_action *known =
        mu_action_find(resource, monitor->key, resource->assigned);

    return known && mu_action_has(start, MU_FLAG_OPTIONAL) &&
           !mu_action_has(known, MU_FLAG_RESCHEDULE);
}

static void
active_act(struct mu_sched *sched, struct mu_sched_resource *resource,
           struct mu_sched_action *start, const struct monitor *monitor)
{
    uint32_t node = resource->assigned;
    bool is_set_up = is_already_set_up(resource, start, monitor);
    struct mu_sched_action *action;
    bool is_role_given = monitor->role != MU_ROLE_UNKNOWN;

    if (is_role_given ? monitor->role != resource->next_role
                      : resource->next_role == MU_ROLE_PROMOTED) {
        if (is_set_up) {
            wrong_role_act(sched, resource, monitor);
        }
        return;
    }
    action = mu_action_get(sched, resource, monitor->key, node, !is_set_up);
    if (!mu_action_has(start, MU_FLAG_RUNNABLE) ||
        !sched->nodes[node].is_online || sched->nodes[node].is_unclean) {
        action->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
    if (resource->next_role == MU_ROLE_PROMOTED) {
        action->expected_rc = MU_RC_PROMOTED;
    }
    mu_explain_cause(sched, action, "it is to be watched");
    if (resource->is_managed) {
        active_order(sched, resource, action);
    }
}

static void
active_order(struct mu_sched *sched, struct mu_sched_resource *resource,
             struct mu_sched_action *action)
{
    mu_order_add(sched,
                 &(struct mu_ordering){.first_resource = resource,
                                       .first_key = mu_key(MU_VERB_START),
                                       .then = action,
                                       .flags = MU_ORDER_FIRST_IMPLIES_THEN |
                                                MU_ORDER_UNRUNNABLE_BLOCKS});
    mu_order_add(sched,
                 &(struct mu_ordering){.first_resource = resource,
                                       .first_key = mu_key(MU_VERB_RELOAD),
                                       .then = action,
                                       .flags = MU_ORDER_FIRST_IMPLIES_THEN |
                                                MU_ORDER_UNRUNNABLE_BLOCKS});
    if (resource->next_role == MU_ROLE_PROMOTED ||
        resource->role == MU_ROLE_PROMOTED) {
        enum mu_verb verb = resource->next_role == MU_ROLE_PROMOTED
                                ? MU_VERB_PROMOTE
                                : MU_VERB_DEMOTE;

        mu_order_add(
            sched, &(struct mu_ordering){.first_resource = resource,
                                         .first_key = mu_key(verb),
                                         .then = action,
                                         .flags = MU_ORDER_ORDERED |
                                                  MU_ORDER_UNRUNNABLE_BLOCKS});
    }
}

/* The monitor of a role that the resource will leave is ended before. */
static void
wrong_role_act(struct mu_sched *sched, struct mu_sched_resource *resource,
               const struct monitor *monitor)
{
    struct mu_sched_action *cancel = mu_recurring_cancel(
        sched, resource, monitor->key, resource->assigned);
    enum mu_verb after = MU_VERB_NONE;

    if (resource->role == MU_ROLE_PROMOTED) {
        after = MU_VERB_DEMOTE;
    } else if (resource->role >= MU_ROLE_STARTED) {
        if (resource->next_role == MU_ROLE_PROMOTED) {
            after = MU_VERB_PROMOTE;
        } else if (resource->next_role == MU_ROLE_STOPPED) {
            after = MU_VERB_STOP;
        }
    }
    mu_explain_cause(sched, cancel,
                     "it watches a role that the resource is to leave");
    if (after != MU_VERB_NONE) {
        mu_order_add(
            sched, &(struct mu_ordering){.first = cancel,
                                         .then_resource = resource,
                                         .then_key = mu_key(after),
                                         .flags = MU_ORDER_UNRUNNABLE_BLOCKS});
    }
}

/* Monitors with role=Stopped find copies that nobody started. */
static void
inactive_act(struct mu_sched *sched, struct mu_sched_resource *resource,
             const struct monitor *monitor)
{
    if (!resource->is_unique) {
        return; /* Any instance may run there. */
    }
    if (resource->assigned != MU_STATE_NONE &&
        mu_action_find(resource, monitor->key, resource->assigned) &&
        resource->next_role > MU_ROLE_STOPPED) {
        struct mu_sched_action *cancel = mu_recurring_cancel(
            sched, resource, monitor->key, resource->assigned);

        mu_explain_cause(sched, cancel,
                         "it watches that nothing runs there, and there it is "
                         "to run");
        if (resource->next_role == MU_ROLE_STARTED ||
            resource->next_role == MU_ROLE_UNPROMOTED) {
            /* It would take the start for a rogue copy. */
            mu_order_add(sched, &(struct mu_ordering){
                                    .first = cancel,
                                    .then_resource = resource,
                                    .then_key = mu_key(MU_VERB_START),
                                    .flags = MU_ORDER_UNRUNNABLE_BLOCKS});
        }
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (i != resource->assigned && !sched->nodes[i].is_remote) {
            inactive_on(sched, resource, monitor, i);
        }
    }
}

static bool
runs_on(const struct mu_sched_resource *resource, uint32_t node)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            return true;
        }
    }
    return false;
}

static void
inactive_on(struct mu_sched *sched, struct mu_sched_resource *resource,
            const struct monitor *monitor, uint32_t node)
{
    bool is_set_up = !runs_on(resource, node) &&
                     mu_action_find(resource, monitor->key, node);
    struct mu_sched_action *action;

    action = mu_action_get(sched, resource, monitor->key, node, !is_set_up);
    action->expected_rc = MU_RC_NOT_RUNNING;
    mu_explain_cause(sched, action, "it must not run there");
    if (resource->is_managed) {
        struct mu_sched_action *probe =
            mu_action_find(resource, mu_key(MU_VERB_MONITOR), node);

        if (probe) {
            (void)mu_order_edge(sched, probe, action,
                                MU_ORDER_UNRUNNABLE_BLOCKS);
        }
    }
    inactive_order_stop(sched, resource, action);
    if (!sched->nodes[node].is_online || sched->nodes[node].is_unclean) {
        action->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
}

/* Watching for copies begins when the resource has left the node. */
static void
inactive_order_stop(struct mu_sched *sched, struct mu_sched_resource *resource,
                    struct mu_sched_action *action)
{
    struct mu_sched_action *stop =
        mu_action_find(resource, mu_key(MU_VERB_STOP), action->node);

    if (!stop) {
        return;
    }
    if (!mu_action_has(stop, MU_FLAG_OPTIONAL)) {
        mu_action_require(action);
    }
    if (!mu_action_has(stop, MU_FLAG_RUNNABLE)) {
        action->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
    if (resource->is_managed) {
        mu_order_add(
            sched, &(struct mu_ordering){.first = stop,
                                         .then = action,
                                         .flags = MU_ORDER_FIRST_IMPLIES_THEN |
                                                  MU_ORDER_UNRUNNABLE_BLOCKS});
    }
}

struct mu_sched_action *
mu_recurring_cancel(struct mu_sched *sched, struct mu_sched_resource *resource,
                    uint64_t key, uint32_t node)
{
    struct mu_sched_action *cancel = mu_action_new(
        sched, resource,
        mu_key_recurring(MU_VERB_CANCEL, mu_key_name(key),
                         mu_key_interval_ms(key)),
        node);

    cancel->flags |= MU_FLAG_RUNNABLE;
    if (!sched->nodes[node].is_online || sched->nodes[node].is_pending) {
        cancel->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
    return cancel;
}

void
mu_recurring_delete_history(struct mu_sched *sched,
                            struct mu_sched_resource *resource, uint32_t node,
                            bool is_required)
{
    /* A required cleanup is ordered where the others happen; an optional one
     * happens when the stop does, and makes the start anew. */
    uint32_t flags =
        is_required ? MU_ORDER_ORDERED : MU_ORDER_FIRST_IMPLIES_THEN;
    struct mu_sched_action *action;

    if (resource->is_failed || node == MU_STATE_NONE ||
        sched->nodes[node].is_unclean || !sched->nodes[node].is_online) {
        return; /* The history still has to tell something, or is gone. */
    }
    action = mu_action_get(sched, resource, mu_key(MU_VERB_DELETE), node,
                           is_required);
    mu_explain_cause(sched, action, "its history is no longer needed");
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_STOP),
                  mu_order_end(resource, MU_VERB_DELETE), flags);
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_DELETE),
                  mu_order_end(resource, MU_VERB_START), flags);
}
