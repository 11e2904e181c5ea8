/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/probe.h"

#include "base/text.h"
#include "sched/action.h"
#include "sched/clone.h"
#include "sched/clone_partner.h"
#include "sched/explain.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/setup_warn.h"
#include "sched/unfence.h"

/* What must be stopped for a restart that follows from a start of one resource.
 * It is the same for each of its probes. */
struct restarts {
    struct mu_sched *sched;
    const struct mu_sched_resource *resource;
    MU_VEC(struct mu_sched_action *) stops;
};

static bool is_not_waited_for(const struct mu_sched *sched,
                              const struct mu_sched_node *node);
static bool resource_probe(struct mu_sched *sched,
                           struct mu_sched_resource *resource, uint32_t node);
static bool clone_probe(struct mu_sched *sched, struct mu_sched_resource *clone,
                        uint32_t node);
static bool primitive_probe(struct mu_sched *sched,
                            struct mu_sched_resource *resource, uint32_t node);
static bool is_known_by_twin(struct mu_sched_resource *resource, uint32_t node);
static bool is_wanted(struct mu_sched *sched,
                      struct mu_sched_resource *resource, uint32_t node);
static void stops_follow(struct mu_sched *sched);
static void restarts_follow(struct mu_sched *sched,
                            struct mu_sched_resource *resource);
static void starts_block(struct mu_sched *sched, struct mu_sched_action *probe,
                         const struct mu_edge *edge);
static void restarts_mark(struct mu_sched *sched);
static struct mu_sched_action *down_find(const struct mu_sched_action *up);
static bool may_follow(const struct mu_edge *edge);
static void restart_wait(struct mu_sched *sched, struct mu_sched_action *probe,
                         struct mu_sched_action *stop);
static void restart_follow(struct restarts *restarts,
                           struct mu_sched_action *after);

void
mu_probe_run(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];

        if (!node->is_online || node->is_unclean || !node->discovers ||
            node->is_remote || node->is_held || is_not_waited_for(sched, node) ||
            !sched->options->enable_startup_probes) {
            continue;
        }
        for (size_t j = 0; j < sched->top.count; j++) {
            (void)resource_probe(sched, sched->top.items[j], i);
        }
    }
}

/* Without fencing a node that does not take part yet counts as one that is down:
 * but for what is recorded there, nothing waits for it. */
static bool
is_not_waited_for(const struct mu_sched *sched,
                  const struct mu_sched_node *node)
{
    return node->is_pending && !sched->is_fencing_enabled;
}

/* Groups in clones are the deepest: the recursion is three deep. */
static bool
resource_probe(struct mu_sched *sched, struct mu_sched_resource *resource,
               uint32_t node)
{
    bool is_made = false;

    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        return primitive_probe(sched, resource, node);
    case MU_RESOURCE_GROUP:
        for (uint32_t i = 0; i < resource->children_count; i++) {
            is_made =
                resource_probe(sched, resource->children[i], node) || is_made;
        }
        return is_made;
    case MU_RESOURCE_CLONE:
        return clone_probe(sched, resource, node);
    case MU_RESOURCE_BUNDLE:
        break;
    }
    return false;
}

/* Of an anonymous clone one instance is probed: the one that will be there. */
static bool
clone_probe(struct mu_sched *sched, struct mu_sched_resource *clone,
            uint32_t node)
{
    bool is_made = false;
    struct mu_sched_resource *chosen = NULL;

    mu_clone_sort_by_number(clone);
    if (clone->has_exclusive_discovery &&
        (clone->scores[node] == MU_SCORE_ABSENT || !clone->discovery ||
         clone->discovery[node] != MU_DISCOVERY_EXCLUSIVE)) {
        return false;
    }
    if (clone->is_unique) {
        for (uint32_t i = 0; i < clone->children_count; i++) {
            is_made =
                resource_probe(sched, clone->children[i], node) || is_made;
        }
        return is_made;
    }
    if (clone->children_count == 0) {
        return false;
    }
    if (clone->children[0]->kind == MU_RESOURCE_PRIMITIVE &&
        mu_state_has_node(clone->known, node)) {
        return false; /* What is known of one is known of all. */
    }
    for (uint32_t i = 0; i < clone->children_count && !chosen; i++) {
        if (mu_clone_node_of(clone->children[i]) == node) {
            chosen = clone->children[i];
        }
    }
    return resource_probe(sched, chosen ? chosen : clone->children[0], node);
}

/* The same member of another instance of an anonymous cloned group. Members
 * are made right after their group. */
static bool
is_known_by_twin(struct mu_sched_resource *resource, uint32_t node)
{
    const struct mu_sched_resource *clone = mu_state_clone_of(resource);
    uint32_t at;

    if (!clone || resource->is_unique || resource->parent == clone) {
        return false;
    }
    at = resource->index - resource->parent->index - 1;
    for (uint32_t i = 0; i < clone->children_count; i++) {
        const struct mu_sched_resource *group = clone->children[i];

        if (at < group->children_count &&
            group->children[at]->config == resource->config &&
            mu_state_has_node(group->children[at]->known, node)) {
            return true;
        }
    }
    return false;
}

static bool
is_wanted(struct mu_sched *sched, struct mu_sched_resource *resource,
          uint32_t node)
{
    struct mu_sched_resource *top = mu_state_top(resource);
    enum mu_discovery discovery =
        resource->discovery ? (enum mu_discovery)resource->discovery[node]
                            : MU_DISCOVERY_ALWAYS;

    (void)sched;
    if (resource->is_removed || mu_state_has_node(resource->known, node) ||
        is_known_by_twin(resource, node)) {
        return false;
    }
    if ((resource->has_exclusive_discovery || top->has_exclusive_discovery) &&
        discovery != MU_DISCOVERY_EXCLUSIVE) {
        return false;
    }
    return discovery != MU_DISCOVERY_NEVER;
}

static bool
primitive_probe(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node)
{
    struct mu_sched_resource *clone = mu_state_clone_of(resource);
    struct mu_sched_resource *starting = clone ? clone : resource;
    struct mu_sched_action *probe;
    uint32_t flags = MU_ORDER_ORDERED;

    if (!is_wanted(sched, resource, node)) {
        return false;
    }
    probe = mu_action_get(sched, resource, mu_key(MU_VERB_MONITOR), node, true);
    mu_action_require(probe);
    mu_unfence_before(sched, resource, node, probe, MU_ORDER_ORDERED);
    probe->expected_rc = MU_RC_NOT_RUNNING;
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            probe->expected_rc =
                resource->role == MU_ROLE_PROMOTED ? MU_RC_PROMOTED : MU_RC_OK;
        }
    }
    if (sched->flags & MU_SCHED_REASONS) {
        mu_explain_cause(sched, probe,
                         "it is not known whether it runs there");
    }
    if (!mu_action_has(probe, MU_FLAG_RUNNABLE) &&
        starting->running_on.count == 0) {
        /* It may run there, so it is not started; what is active already is
         * not stopped for that. */
        flags |= MU_ORDER_UNRUNNABLE_BLOCKS;
    }
    mu_order_add(sched, &(struct mu_ordering){.first = probe,
                                              .then_resource = starting,
                                              .then_key = mu_key(MU_VERB_START),
                                              .flags = flags});
    mu_order_add(sched,
                 &(struct mu_ordering){.first = probe,
                                       .then_resource = starting,
                                       .then_key = mu_key(MU_VERB_RELOAD),
                                       .flags = MU_ORDER_ORDERED});
    return true;
}

void
mu_probe_order(struct mu_sched *sched)
{
    restarts_mark(sched);
    for (size_t i = 0; i < sched->top.count; i++) {
        restarts_follow(sched, sched->top.items[i]);
    }
    stops_follow(sched);
}

/* Marks all from which restart_follow() may come to what it looks for: where
 * nothing is to be stopped it has nowhere to go. */
static void
restarts_mark(struct mu_sched *sched)
{
    MU_VEC(struct mu_sched_action *) queue = {0};

    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];

        if (down_find(action)) {
            action->is_before_restart = true;
            *mu_vec_add(sched->arena, &queue) = action;
        }
    }
    while (queue.count > 0) {
        const struct mu_sched_action *then = queue.items[--queue.count];

        for (const struct mu_edge *edge = then->before; edge;
             edge = edge->next_before) {
            if (!edge->first->is_before_restart && may_follow(edge)) {
                edge->first->is_before_restart = true;
                *mu_vec_add(sched->arena, &queue) = edge->first;
            }
        }
    }
}

/* Returns the first action that takes down what 'up' brings up, if 'up' is the
 * start or promotion of a primitive; or null. */
static struct mu_sched_action *
down_find(const struct mu_sched_action *up)
{
    const struct mu_sched_resource *resource = up->resource;
    enum mu_verb down = up->verb == MU_VERB_START     ? MU_VERB_STOP
                        : up->verb == MU_VERB_PROMOTE ? MU_VERB_DEMOTE
                                                      : MU_VERB_NONE;

    return down == MU_VERB_NONE || !resource ||
                   resource->kind != MU_RESOURCE_PRIMITIVE
               ? NULL
               : mu_action_find(resource, mu_key(down), MU_STATE_NONE);
}

/* From an action to what its being done requires, and into groups and clones. */
static bool
may_follow(const struct mu_edge *edge)
{
    const struct mu_sched_resource *resource = edge->first->resource;
    const struct mu_sched_resource *next = edge->then->resource;

    return (edge->flags & MU_ORDER_FIRST_IMPLIES_THEN) ||
           (resource && resource->kind != MU_RESOURCE_PRIMITIVE && next &&
            !mu_state_is_clone(next) && next->parent == resource);
}

/* "Stop A, then X" means "find out about A, then X" as well. */
static void
stops_follow(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->orderings.count; i++) {
        const struct mu_ordering *ordering = &sched->orderings.items[i];
        uint32_t flags = MU_ORDER_ORDERED;
        enum mu_verb first_verb = ordering->first
                                      ? ordering->first->verb
                                      : mu_key_verb(ordering->first_key);

        if (first_verb != MU_VERB_STOP || !ordering->first_resource ||
            !ordering->first_resource->probes ||
            ordering->first_resource == ordering->then_resource ||
            (ordering->then && (ordering->then->verb == MU_VERB_SHUTDOWN ||
                                ordering->then->verb == MU_VERB_UNFENCE))) {
            continue;
        }
        if (ordering->flags == MU_ORDER_SAME_NODE_REQUIRED ||
            ordering->flags == MU_ORDER_ON_TARGET) {
            flags = ordering->flags;
        }
        for (struct mu_sched_action *probe = ordering->first_resource->probes;
             probe; probe = probe->next) {
            struct mu_sched_action *then = ordering->then;

            if (then) {
                (void)mu_order_edge(sched, probe, then, flags);
                continue;
            }
            for (then = mu_action_find(ordering->then_resource,
                                       ordering->then_key, MU_STATE_NONE);
                 then; then = mu_action_find_next(then)) {
                (void)mu_order_edge(sched, probe, then, flags);
            }
        }
    }
}

static void
restarts_follow(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    struct restarts restarts = {.sched = sched, .resource = resource};

    for (uint32_t i = 0; i < resource->children_count; i++) {
        restarts_follow(sched, resource->children[i]);
    }
    sched->visit++;
    for (struct mu_sched_action *probe = resource->probes; probe;
         probe = probe->next) {
        for (struct mu_edge *edge = probe->after; edge;
             edge = edge->next_after) {
            starts_block(sched, probe, edge);
            restart_follow(&restarts, edge->then);
        }
    }
    for (struct mu_sched_action *probe = resource->probes; probe;
         probe = probe->next) {
        for (size_t i = 0; i < restarts.stops.count; i++) {
            restart_wait(sched, probe, restarts.stops.items[i]);
        }
    }
}

/* A probe that cannot be run does not block a clone of which instances are
 * active, or these would be stopped. Nor may further ones be started: there
 * could be too many. */
static void
starts_block(struct mu_sched *sched, struct mu_sched_action *probe,
             const struct mu_edge *edge)
{
    struct mu_sched_resource *clone = edge->then->resource;

    if (mu_action_has(probe, MU_FLAG_RUNNABLE) || !clone ||
        !mu_state_is_clone(clone) || edge->then->verb != MU_VERB_START ||
        (edge->flags & MU_ORDER_UNRUNNABLE_BLOCKS) ||
        mu_state_top(probe->resource) != clone) {
        return;
    }
    for (struct mu_edge *next = edge->then->after; next;
         next = next->next_after) {
        const struct mu_sched_resource *instance = next->then->resource;

        if (next->then->verb == MU_VERB_START && instance &&
            instance->running_on.count == 0 &&
            mu_state_clone_of(next->then->resource) == clone) {
            (void)mu_order_edge(sched, probe, next->then,
                                MU_ORDER_ORDERED | MU_ORDER_UNRUNNABLE_BLOCKS);
        }
    }
}

/* Each resource of a long chain may wait for the probes of all before it. */
static void
restart_wait(struct mu_sched *sched, struct mu_sched_action *probe,
             struct mu_sched_action *stop)
{
    if (sched->restarts_count >= MU_RESTARTS_COUNT_MAX) {
        if (sched->restarts_count++ == MU_RESTARTS_COUNT_MAX) {
            mu_setup_warn(sched, "so many resources follow each other that "
                                 "some are stopped without waiting for all "
                                 "probes; divide the chains");
        }
        return;
    }
    if (mu_order_edge(sched, probe, stop, MU_ORDER_ORDERED)) {
        sched->restarts_count++;
    }
}

/* If A may turn out to run elsewhere, B, which must restart when A does, is
 * not stopped before that is known. Each action is visited once per resource:
 * the recursion is as deep as the longest chain of orderings. */
static void
restart_follow(struct restarts *restarts, struct mu_sched_action *after)
{
    struct mu_sched *sched = restarts->sched;
    struct mu_sched_resource *resource = after->resource;
    struct mu_sched_resource *partner = NULL;
    bool is_interleaved;

    if (after->visit == sched->visit || !after->is_before_restart ||
        sched->restarts_count > MU_RESTARTS_COUNT_MAX) {
        return;
    }
    after->visit = sched->visit;
    if (resource != restarts->resource) {
        for (struct mu_sched_action *then = down_find(after); then;
             then = mu_action_find_next(then)) {
            if (!mu_action_has(then, MU_FLAG_PSEUDO)) {
                *mu_vec_add(sched->arena, &restarts->stops) = then;
            }
        }
    }
    is_interleaved = resource && mu_state_is_clone(resource) &&
                     resource->traits->is_interleave;
    if (is_interleaved) {
        partner = mu_clone_find_partner(sched, restarts->resource, resource,
                                        MU_ROLE_UNKNOWN, false);
    }
    for (struct mu_edge *edge = after->after; edge; edge = edge->next_after) {
        bool is_inward = !(edge->flags & MU_ORDER_FIRST_IMPLIES_THEN);

        if (!may_follow(edge) ||
            (is_inward && (restarts->resource->parent == resource ||
                           (is_interleaved &&
                            partner != edge->then->resource)))) {
            continue;
        }
        restart_follow(restarts, edge->then);
    }
}
