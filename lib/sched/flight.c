/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/flight.h"

#include <string.h>

#include "sched/action.h"
#include "sched/explain.h"
#include "sched/history_active.h"
#include "sched/instance.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/recurring.h"

enum { RC_NOT_RUNNING = 7 };

static enum mu_verb verb_parse(const char *task);
static bool is_fencing(const struct mu_status_flight *flight);
static bool is_lost(const struct mu_sched *sched,
                    const struct mu_status_flight *flight);
static struct mu_sched_resource *
resource_of(struct mu_sched *sched, const struct mu_status_flight *flight,
            uint32_t node);
static void flight_count(struct mu_sched *sched,
                         const struct mu_status_flight *flight);
static void active_count(struct mu_sched *sched,
                         struct mu_sched_resource *resource, uint32_t node,
                         enum mu_role role);
static void flight_act(struct mu_sched *sched,
                       const struct mu_status_flight *flight);
static void conflicts_order(struct mu_sched *sched,
                            struct mu_sched_action *flying);
static bool is_conflicting(enum mu_verb verb);

static enum mu_verb
verb_parse(const char *task)
{
    static const struct {
        const char *name;
        enum mu_verb verb;
    } verbs[] = {
        {"start", MU_VERB_START},
        {"stop", MU_VERB_STOP},
        {"promote", MU_VERB_PROMOTE},
        {"demote", MU_VERB_DEMOTE},
        {"monitor", MU_VERB_MONITOR},
        {"migrate_to", MU_VERB_MIGRATE_TO},
        {"migrate_from", MU_VERB_MIGRATE_FROM},
        {"reload-agent", MU_VERB_RELOAD},
        {"cancel", MU_VERB_CANCEL},
        {"delete", MU_VERB_DELETE},
        {"clear_failcount", MU_VERB_CLEAR_FAILCOUNT},
        {"lrm_delete", MU_VERB_LRM_DELETE},
        {"shutdown", MU_VERB_SHUTDOWN},
        {"reboot", MU_VERB_FENCE},
        {"off", MU_VERB_FENCE},
        {"on", MU_VERB_UNFENCE},
    };

    for (unsigned i = 0; task && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(task, verbs[i].name) == 0) {
            return verbs[i].verb;
        }
    }
    return MU_VERB_NONE;
}

static bool
is_fencing(const struct mu_status_flight *flight)
{
    return !flight->resource;
}

/* The answer of a node that is to be fenced, or gone, will never come. */
static bool
is_lost(const struct mu_sched *sched, const struct mu_status_flight *flight)
{
    const struct mu_sched_node *node = &sched->nodes[flight->node];

    return node->is_unclean || !node->is_online;
}

static struct mu_sched_resource *
resource_of(struct mu_sched *sched, const struct mu_status_flight *flight,
            uint32_t node)
{
    struct mu_status_resource known = {.id = flight->resource};

    /* The instance that the flight was counted for, if there is one. */
    for (size_t i = 0; i < sched->nodes[node].running.count; i++) {
        struct mu_sched_resource *resource =
            sched->nodes[node].running.items[i];

        if (strcmp(resource->name, flight->resource) == 0) {
            return resource;
        }
    }
    return mu_instance_find(sched, node, &known, MU_STATE_NONE);
}

void
mu_flight_read(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->status->flights_count; i++) {
        const struct mu_status_flight *flight = &sched->status->flights[i];

        if (flight->node < sched->nodes_count && !is_fencing(flight) &&
            !is_lost(sched, flight)) {
            flight_count(sched, flight);
        }
    }
}

/* What starts counts as started; what stops is still there and will go. */
static void
flight_count(struct mu_sched *sched, const struct mu_status_flight *flight)
{
    struct mu_sched_resource *resource =
        resource_of(sched, flight, flight->node);
    enum mu_verb verb = verb_parse(flight->task);

    if (!resource) {
        return;
    }
    if (!resource->pending_task && is_conflicting(verb)) {
        resource->pending_task = flight->task;
        resource->pending_node = flight->node;
    }
    mu_state_add_node(resource->known, flight->node);
    if (verb == MU_VERB_START) {
        active_count(sched, resource, flight->node, MU_ROLE_STARTED);
        resource->is_start_pending = false;
    } else if (verb == MU_VERB_PROMOTE) {
        active_count(sched, resource, flight->node, MU_ROLE_PROMOTED);
    } else if (verb == MU_VERB_DEMOTE) {
        active_count(sched, resource, flight->node, MU_ROLE_STARTED);
        resource->role = MU_ROLE_UNPROMOTED;
    } else if (verb == MU_VERB_STOP) {
        active_count(sched, resource, flight->node, MU_ROLE_STARTED);
        resource->is_stop_pending = true;
    } else if (verb == MU_VERB_MIGRATE_TO || verb == MU_VERB_MIGRATE_FROM) {
        uint32_t source = mu_state_find_node(sched, flight->migrate_source);
        uint32_t target = mu_state_find_node(sched, flight->migrate_target);

        if (source == MU_STATE_NONE || target == MU_STATE_NONE) {
            return;
        }
        active_count(sched, resource, source, MU_ROLE_STARTED);
        active_count(sched, resource, target, MU_ROLE_STARTED);
        resource->migrate_source = source;
        resource->migrate_target = target;
    }
}

static void
active_count(struct mu_sched *sched, struct mu_sched_resource *resource,
             uint32_t node, enum mu_role role)
{
    if (resource->role < MU_ROLE_STARTED) {
        mu_history_set_active(resource);
    }
    if (role == MU_ROLE_PROMOTED) {
        resource->role = role;
    }
    mu_history_add_active(sched, resource, node, false);
}

void
mu_flight_act(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->status->flights_count; i++) {
        const struct mu_status_flight *flight = &sched->status->flights[i];

        if (flight->node < sched->nodes_count && !is_fencing(flight) &&
            !is_lost(sched, flight)) {
            flight_act(sched, flight);
        }
    }
}

static bool
is_conflicting(enum mu_verb verb)
{
    return verb == MU_VERB_START || verb == MU_VERB_STOP ||
           verb == MU_VERB_PROMOTE || verb == MU_VERB_DEMOTE ||
           verb == MU_VERB_MIGRATE_TO || verb == MU_VERB_MIGRATE_FROM ||
           verb == MU_VERB_RELOAD;
}

static void
flight_act(struct mu_sched *sched, const struct mu_status_flight *flight)
{
    enum mu_verb verb = verb_parse(flight->task);
    struct mu_sched_resource *resource =
        resource_of(sched, flight, flight->node);
    struct mu_sched_action *action;
    uint64_t key;

    if (!resource) {
        return;
    }
    key = mu_key(verb);
    if (flight->interval_ms > 0) {
        if (!mu_recurring_key(sched, flight->task, flight->interval_ms, &key)) {
            return;
        }
        verb = MU_VERB_MONITOR;
    } else if (verb == MU_VERB_NONE) {
        return;
    }
    action = mu_action_find(resource, key, flight->node);
    if (!action || action->in_flight) {
        action = mu_action_new(sched, resource, key, flight->node);
    }
    action->in_flight = flight->op_id;
    action->flags |= MU_FLAG_RUNNABLE | MU_FLAG_ALWAYS;
    action->flags &= ~(uint32_t)(MU_FLAG_OPTIONAL | MU_FLAG_PSEUDO);
    if (verb == MU_VERB_MONITOR && flight->interval_ms == 0) {
        struct mu_sched_resource *clone = mu_state_clone_of(resource);

        action->expected_rc = RC_NOT_RUNNING;
        mu_order_add(sched, &(struct mu_ordering){
                                .first = action,
                                .then_resource = clone ? clone : resource,
                                .then_key = mu_key(MU_VERB_START),
                                .flags = MU_ORDER_ORDERED});
    }
    mu_explain_cause(sched, action, "it was begun before");
    if (is_conflicting(verb)) {
        conflicts_order(sched, action);
    }
}

/* Whatever else is to be done with the resource comes after. */
static void
conflicts_order(struct mu_sched *sched, struct mu_sched_action *flying)
{
    for (struct mu_sched_action *other = flying->resource->actions; other;
         other = other->next) {
        bool is_monitor =
            other->verb == MU_VERB_MONITOR && other->node == flying->node;

        if (other != flying && !other->in_flight &&
            (is_conflicting(other->verb) || is_monitor ||
             other->verb == MU_VERB_DELETE)) {
            (void)mu_order_edge(sched, flying, other, MU_ORDER_ORDERED);
        }
    }
}

void
mu_flight_release(struct mu_sched *sched)
{
    if (sched->status->flights_count == 0) {
        return;
    }
    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];

        for (struct mu_edge *edge = action->before; action->in_flight && edge;
             edge = edge->next_before) {
            edge->flags = 0;
        }
    }
}

void
mu_flight_mark_fence(struct mu_sched *sched, struct mu_sched_action *fence)
{
    for (uint32_t i = 0; i < sched->status->flights_count; i++) {
        const struct mu_status_flight *flight = &sched->status->flights[i];

        if (is_fencing(flight) && flight->node == fence->node &&
            verb_parse(flight->task) == fence->verb) {
            fence->in_flight = flight->op_id;
            fence->is_fence_off = strcmp(flight->task, "off") == 0;
            return;
        }
    }
}
