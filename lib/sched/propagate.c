/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/propagate.h"

#include "sched/action.h"
#include "sched/clone_partner.h"
#include "sched/colocate_block.h"
#include "sched/explain.h"
#include "sched/group_verb.h"
#include "sched/order.h"
#include "sched/parts.h"
#include "sched/place_set.h"
#include "sched/probe.h"
#include "sched/pull.h"
#include "sched/setup_warn.h"
#include "sched/withhold.h"

/* Every flag of an action changes once or twice, and every change makes its
 * neighbours look again: far beyond that there is no end. */
enum { STEPS_PER_ACTION_MAX = 2000 };

/* By which it is carried that something cannot be done. */
enum { BLOCKING = MU_ORDER_UNRUNNABLE_BLOCKS | MU_ORDER_RESTART };

enum changed {
    CHANGED_FIRST = 1 << 0,
    CHANGED_THEN = 1 << 1,
};

static void ordering_expand(struct mu_sched *sched,
                            const struct mu_ordering *ordering);
static void ordering_expand_then(struct mu_sched *sched,
                                 const struct mu_ordering *ordering,
                                 struct mu_sched_action *first);
static void first_make(struct mu_sched *sched,
                       const struct mu_ordering *ordering);
static void everything_update(struct mu_sched *sched);
static void queue_add(struct mu_sched *sched, struct mu_sched_action *action);
static void queue_add_after(struct mu_sched *sched,
                            const struct mu_sched_action *action);
static void queue_drain(struct mu_sched *sched);
static void action_update(struct mu_sched *sched, struct mu_sched_action *then);
static bool comes_up(const struct mu_sched_action *action);
static bool may_block(const struct mu_edge *edge);
static uint32_t edge_update(struct mu_sched *sched, struct mu_edge *edge,
                            struct mu_sched_action *then);
static struct mu_sched_action *first_expand(struct mu_sched_action *action);
static uint32_t flags_for_ordering(struct mu_sched *sched,
                                   struct mu_sched_action *action,
                                   uint32_t node);
static uint32_t edge_apply(struct mu_sched *sched, struct mu_edge *edge,
                           const struct mu_pull *base, uint32_t then_flags);
static uint32_t edge_apply_more(struct mu_sched *sched, struct mu_edge *edge,
                                const struct mu_pull *base);
static uint32_t restart_carry(struct mu_sched *sched,
                              const struct mu_edge *edge,
                              const struct mu_pull *base);
static uint32_t unrunnable_carry(struct mu_sched *sched,
                                 const struct mu_edge *edge,
                                 const struct mu_pull *base);
static uint32_t pull_with(struct mu_sched *sched,
                          struct mu_sched_resource *resource,
                          const struct mu_pull *base, uint32_t flags,
                          const uint32_t filter_and_type[2]);
static uint32_t pull_resource(struct mu_sched *sched,
                              struct mu_sched_resource *resource,
                              const struct mu_pull *pull);
static uint32_t pull_clone(struct mu_sched *sched, const struct mu_pull *pull);
static uint32_t pull_interleaved(struct mu_sched *sched,
                                 const struct mu_pull *pull);
static bool may_change(const struct mu_pull *pull);
static uint32_t pull_primitive(struct mu_sched *sched, const struct mu_pull *pull);
static uint32_t where_of(const struct mu_sched_action *action);
static bool may_interleave(const struct mu_pull *pull);

void
mu_propagate_run(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->orderings.count; i++) {
        if (sched->orderings.items[i].id) {
            first_make(sched, &sched->orderings.items[i]);
        }
    }
    for (size_t i = 0; i < sched->orderings.count; i++) {
        first_make(sched, &sched->orderings.items[i]);
        ordering_expand(sched, &sched->orderings.items[i]);
    }
    for (size_t i = sched->actions.count; i > 0; i--) {
        mu_colocate_block_dependents(sched, sched->actions.items[i - 1]);
    }
    mu_probe_order(sched);
    /* What cannot come up is known first: nothing is to be done for it. */
    sched->is_blocking_only = true;
    everything_update(sched);
    sched->is_blocking_only = false;
    everything_update(sched);
    while (mu_withhold_run(sched)) {
        queue_drain(sched);
    }
}

static void
everything_update(struct mu_sched *sched)
{
    for (size_t i = sched->actions.count; i > 0; i--) {
        queue_add(sched, sched->actions.items[i - 1]);
        queue_drain(sched);
    }
}

void
mu_propagate_from(struct mu_sched *sched, struct mu_sched_action *action)
{
    queue_add(sched, action);
    queue_add_after(sched, action);
}

/* An action that is not there yet is made to hold the orderings, unless it is
 * clear that it is not needed. All are made before any ordering is expanded, so
 * that it does not matter which comes first. */
static void
first_make(struct mu_sched *sched, const struct mu_ordering *ordering)
{
    struct mu_sched_resource *resource = ordering->first_resource;
    enum mu_verb verb = mu_key_verb(ordering->first_key);

    if (ordering->first || resource == ordering->then_resource ||
        mu_action_find(resource, ordering->first_key, MU_STATE_NONE) ||
        (verb == MU_VERB_STOP &&
         mu_order_state_of(resource, true) == MU_ROLE_STOPPED) ||
        (verb == MU_VERB_DEMOTE &&
         mu_order_state_of(resource, true) <= MU_ROLE_UNPROMOTED)) {
        return;
    }
    (void)mu_action_get(sched, resource, ordering->first_key, MU_STATE_NONE,
                        false);
}

static void
ordering_expand(struct mu_sched *sched, const struct mu_ordering *ordering)
{
    struct mu_sched_action *first = ordering->first;

    if (first) {
        ordering_expand_then(sched, ordering, first);
        return;
    }
    for (first = mu_action_find(ordering->first_resource, ordering->first_key,
                                MU_STATE_NONE);
         first; first = mu_action_find_next(first)) {
        ordering_expand_then(sched, ordering, first);
    }
}

static void
ordering_expand_then(struct mu_sched *sched, const struct mu_ordering *ordering,
                     struct mu_sched_action *first)
{
    uint32_t flags = ordering->flags;
    struct mu_sched_action *then = ordering->then;

    if (then) {
        (void)mu_order_edge_of(sched,
                               (struct mu_sched_action *[2]){first, then},
                               flags, ordering->id);
        return;
    }
    if (!ordering->then_resource) {
        return;
    }
    if (first->resource == ordering->then_resource &&
        mu_action_has(first, MU_FLAG_DANGLING)) {
        flags &= ~(uint32_t)MU_ORDER_FIRST_IMPLIES_THEN;
    }
    for (then = mu_action_find(ordering->then_resource, ordering->then_key,
                               MU_STATE_NONE);
         then; then = mu_action_find_next(then)) {
        (void)mu_order_edge_of(sched,
                               (struct mu_sched_action *[2]){first, then},
                               flags, ordering->id);
    }
}

static void
queue_add(struct mu_sched *sched, struct mu_sched_action *action)
{
    if (!mu_action_has(action, MU_FLAG_QUEUED)) {
        action->flags |= MU_FLAG_QUEUED;
        *mu_vec_add(sched->arena, &sched->queue) = action;
    }
}

static void
queue_add_after(struct mu_sched *sched, const struct mu_sched_action *action)
{
    for (const struct mu_edge *edge = action->after; edge;
         edge = edge->next_after) {
        queue_add(sched, edge->then);
    }
}

static void
queue_drain(struct mu_sched *sched)
{
    size_t steps_max = STEPS_PER_ACTION_MAX * (sched->actions.count + 1);

    while (sched->queue.count > 0) {
        struct mu_sched_action *action =
            sched->queue.items[--sched->queue.count];

        action->flags &= ~(uint32_t)MU_FLAG_QUEUED;
        if (sched->steps > steps_max) {
            continue; /* It goes round in circles: the flags stay as is. */
        }
        if (++sched->steps > steps_max) {
            mu_setup_warn(sched, "orderings contradict each other; some of "
                                 "them are not honoured");
        }
        action_update(sched, action);
    }
}

static void
action_update(struct mu_sched *sched, struct mu_sched_action *then)
{
    uint32_t changed = 0;
    uint32_t last_flags = then->flags & ~(uint32_t)MU_FLAG_QUEUED;

    if (then->in_flight) {
        return; /* It was begun: nothing that comes before counts. */
    }
    if (sched->is_blocking_only && !comes_up(then)) {
        return;
    }
    if (mu_action_has(then, MU_FLAG_ANY_RUNNABLE)) {
        then->runnable_before = 0;
        if (then->required_before == 0) {
            then->required_before = 1;
        }
        mu_action_clear(then, MU_FLAG_RUNNABLE);
    }
    for (struct mu_edge *edge = then->before; edge; edge = edge->next_before) {
        uint32_t edge_changed;

        if (edge->flags == 0 ||
            (sched->is_blocking_only && !may_block(edge))) {
            continue;
        }
        edge_changed = edge_update(sched, edge, then);
        if (edge_changed & CHANGED_FIRST) {
            queue_add(sched, edge->first);
            queue_add_after(sched, edge->first);
        }
        changed |= edge_changed & CHANGED_THEN;
    }
    if (mu_action_has(then, MU_FLAG_ANY_RUNNABLE)) {
        changed = last_flags == (then->flags & ~(uint32_t)MU_FLAG_QUEUED)
                      ? 0
                      : CHANGED_THEN;
    }
    if (changed) {
        if ((last_flags & MU_FLAG_RUNNABLE) &&
            !mu_action_has(then, MU_FLAG_RUNNABLE)) {
            mu_colocate_block_dependents(sched, then);
        }
        queue_add_after(sched, then);
        queue_add(sched, then);
    }
}

/* Whether enough is left of what something waits for is seen when all of it is
 * known. */
static bool
comes_up(const struct mu_sched_action *action)
{
    enum mu_verb verb = mu_group_member_verb(mu_key_about(action->key));

    return (verb == MU_VERB_START || verb == MU_VERB_PROMOTE) &&
           !mu_action_has(action, MU_FLAG_ANY_RUNNABLE);
}

/* What can be done blocks nothing; of groups and clones the parts are asked. */
static bool
may_block(const struct mu_edge *edge)
{
    const struct mu_sched_resource *resource = edge->first->resource;

    return (edge->flags & BLOCKING) &&
           (!mu_action_has(edge->first, MU_FLAG_RUNNABLE) ||
            (resource && resource->kind != MU_RESOURCE_PRIMITIVE));
}

static uint32_t
edge_update(struct mu_sched *sched, struct mu_edge *edge,
            struct mu_sched_action *then)
{
    struct mu_sched_action *first = edge->first;
    const uint32_t nodes[2] = {where_of(first), where_of(then)};
    struct mu_pull base;
    uint32_t then_flags;

    if ((edge->flags & MU_ORDER_SAME_NODE) && nodes[0] != MU_STATE_NONE &&
        nodes[1] != MU_STATE_NONE && nodes[0] != nodes[1]) {
        edge->flags = 0;
        return 0;
    }
    if (first->resource && (edge->flags & MU_ORDER_THEN_CANCELS_FIRST) &&
        !mu_action_has(then, MU_FLAG_OPTIONAL) && !sched->is_blocking_only) {
        mu_action_set(first, MU_FLAG_OPTIONAL);
        if (first->verb == MU_VERB_RELOAD) {
            first->resource->is_reload = false;
        }
    }
    if (first->resource && then->resource &&
        first->resource != then->resource &&
        !mu_order_is_inside(then->resource, first->resource)) {
        first = first_expand(first);
    }
    if (first != edge->first) {
        /* What waits for a group or clone waits until all of it is done. */
        uint32_t flags = edge->flags;

        edge->flags = 0;
        return mu_order_edge_of(sched,
                                (struct mu_sched_action *[2]){first, then},
                                flags, edge->source)
                   ? CHANGED_FIRST | CHANGED_THEN
                   : 0;
    }
    then_flags = flags_for_ordering(sched, then, nodes[0]);
    base = (struct mu_pull){
        .first = first,
        .then = then,
        .node = then->node,
        .flags = flags_for_ordering(sched, first, nodes[1]),
        .source = edge->source,
    };
    return edge_apply(sched, edge, &base, then_flags);
}

/* A group starts on one node: what happens elsewhere does not matter to it. */
static uint32_t
where_of(const struct mu_sched_action *action)
{
    return action->verb == MU_VERB_START && action->resource &&
                   action->resource->kind == MU_RESOURCE_GROUP
               ? mu_clone_node_of(action->resource)
               : action->node;
}

/* "start" of a group or clone, seen from outside, is its "running"; with
 * notifications it is the end of those about it. */
static struct mu_sched_action *
first_expand(struct mu_sched_action *action)
{
    struct mu_sched_resource *resource = action->resource;
    struct mu_sched_action *found = NULL;
    enum mu_verb done = mu_group_done_verb(action->verb);

    if (resource->kind == MU_RESOURCE_PRIMITIVE ||
        mu_group_member_verb(done) == done) {
        return action;
    }
    if (resource->traits->is_notify && mu_state_is_clone(resource)) {
        found = mu_action_find(resource,
                               mu_key_notify(MU_NOTIFY_CONFIRMED_POST, done),
                               MU_STATE_NONE);
    }
    if (!found) {
        found = mu_action_find(resource, mu_key(done), MU_STATE_NONE);
    }
    return found ? found : action;
}

/* Whether a clone's action must happen is asked for one node, whether it can
 * for all of them. */
static uint32_t
flags_for_ordering(struct mu_sched *sched, struct mu_sched_action *action,
                   uint32_t node)
{
    uint32_t flags = mu_parts_flags(sched, action, MU_STATE_NONE);
    uint32_t runnable = flags & MU_FLAG_RUNNABLE;

    if (!action->resource || node == MU_STATE_NONE ||
        !mu_state_is_clone(action->resource)) {
        return flags;
    }
    return mu_parts_flags(sched, action, node) | runnable;
}

static uint32_t
edge_apply(struct mu_sched *sched, struct mu_edge *edge,
           const struct mu_pull *base, uint32_t then_flags)
{
    struct mu_sched_action *first = base->first;
    struct mu_sched_action *then = base->then;
    struct mu_pull work = *base;
    uint32_t changed = 0;
    uint32_t type = edge->flags;

    if (sched->is_blocking_only) {
        return restart_carry(sched, edge, base) |
               unrunnable_carry(sched, edge, base);
    }
    if (type & MU_ORDER_FIRST_IMPLIES_SAME_NODE_THEN) {
        type &= ~(uint32_t)MU_ORDER_FIRST_IMPLIES_SAME_NODE_THEN;
        type |= MU_ORDER_FIRST_IMPLIES_THEN;
        work.node = first->node;
    }
    if (type & MU_ORDER_FIRST_IMPLIES_THEN) {
        if (then->resource) {
            changed |= pull_with(
                sched, then->resource, &work, base->flags & MU_FLAG_OPTIONAL,
                (uint32_t[2]){MU_FLAG_OPTIONAL, MU_ORDER_FIRST_IMPLIES_THEN});
        } else if (!(base->flags & MU_FLAG_OPTIONAL) &&
                   mu_action_has(then, MU_FLAG_OPTIONAL)) {
            mu_action_require(then);
            changed |= CHANGED_THEN;
        }
    }
    changed |= restart_carry(sched, edge, &work);
    if (type & MU_ORDER_THEN_IMPLIES_FIRST) {
        if (first->resource) {
            changed |= pull_with(
                sched, first->resource, &work, base->flags,
                (uint32_t[2]){MU_FLAG_OPTIONAL, MU_ORDER_THEN_IMPLIES_FIRST});
        } else if (!(base->flags & MU_FLAG_OPTIONAL) &&
                   mu_action_has(first, MU_FLAG_RUNNABLE)) {
            mu_action_clear(first, MU_FLAG_RUNNABLE);
            changed |= CHANGED_FIRST;
        }
    }
    changed |= edge_apply_more(sched, edge, &work);
    if (mu_action_has(first, MU_FLAG_RUNNABLE) &&
        (edge->flags & MU_ORDER_FIRST_GRAPHS_THEN) &&
        !(base->flags & MU_FLAG_OPTIONAL)) {
        then->flags |= MU_FLAG_ALWAYS;
    }
    if ((edge->flags & MU_ORDER_THEN_GRAPHS_FIRST) &&
        !(then_flags & MU_FLAG_OPTIONAL)) {
        first->flags |= MU_FLAG_ALWAYS;
    }
    /* What must be stopped and may not be touched is in the way. */
    if ((type & (MU_ORDER_FIRST_IMPLIES_THEN | MU_ORDER_THEN_IMPLIES_FIRST |
                 MU_ORDER_RESTART)) &&
        first->resource && first->verb == MU_VERB_STOP &&
        !first->resource->is_managed && first->resource->is_blocked &&
        !mu_action_has(first, MU_FLAG_RUNNABLE) &&
        mu_action_has(then, MU_FLAG_RUNNABLE)) {
        mu_action_clear(then, MU_FLAG_RUNNABLE);
        changed |= CHANGED_THEN;
    }
    return changed;
}

static uint32_t
edge_apply_more(struct mu_sched *sched, struct mu_edge *edge,
                const struct mu_pull *base)
{
    struct mu_sched_action *then = base->then;
    struct mu_sched_resource *resource = then->resource;
    uint32_t type = edge->flags;
    uint32_t changed = 0;

    if ((type & MU_ORDER_PROMOTED_IMPLIES_FIRST) && resource) {
        changed |= pull_with(
            sched, resource, base, base->flags & MU_FLAG_OPTIONAL,
            (uint32_t[2]){MU_FLAG_OPTIONAL, MU_ORDER_PROMOTED_IMPLIES_FIRST});
    }
    if (type & MU_ORDER_MIN_RUNNABLE) {
        if (resource) {
            changed |= pull_with(
                sched, resource, base, base->flags,
                (uint32_t[2]){MU_FLAG_RUNNABLE, MU_ORDER_MIN_RUNNABLE});
        } else if (base->flags & MU_FLAG_RUNNABLE) {
            then->runnable_before++;
            if (then->runnable_before >= then->required_before &&
                !mu_action_has(then, MU_FLAG_RUNNABLE)) {
                mu_action_set(then, MU_FLAG_RUNNABLE);
                changed |= CHANGED_THEN;
            }
        }
    }
    changed |= unrunnable_carry(sched, edge, base);
    if ((type & MU_ORDER_UNMIGRATABLE_BLOCKS) && resource) {
        changed |= pull_with(
            sched, resource, base, base->flags,
            (uint32_t[2]){MU_FLAG_OPTIONAL, MU_ORDER_UNMIGRATABLE_BLOCKS});
    }
    if ((type & MU_ORDER_FIRST_ELSE_THEN) &&
        !(base->flags & MU_FLAG_RUNNABLE) &&
        mu_action_has(then, MU_FLAG_PSEUDO)) {
        mu_action_clear(then, MU_FLAG_PSEUDO | MU_FLAG_MIGRATABLE);
        changed |= CHANGED_THEN;
    }
    if ((type & MU_ORDER_ORDERED) && resource) {
        changed |= pull_with(sched, resource, base, base->flags,
                             (uint32_t[2]){MU_FLAG_RUNNABLE, MU_ORDER_ORDERED});
    }
    if ((type & MU_ORDER_ASYMMETRICAL) && resource) {
        changed |=
            pull_with(sched, resource, base, base->flags,
                      (uint32_t[2]){MU_FLAG_RUNNABLE, MU_ORDER_ASYMMETRICAL});
    }
    return changed;
}

static uint32_t
restart_carry(struct mu_sched *sched, const struct mu_edge *edge,
              const struct mu_pull *base)
{
    struct mu_sched_resource *resource = base->then->resource;

    return (edge->flags & MU_ORDER_RESTART) && resource
               ? pull_with(sched, resource, base, base->flags,
                           (uint32_t[2]){MU_FLAG_OPTIONAL | MU_FLAG_RUNNABLE,
                                         MU_ORDER_RESTART})
               : 0;
}

static uint32_t
unrunnable_carry(struct mu_sched *sched, const struct mu_edge *edge,
                 const struct mu_pull *base)
{
    struct mu_sched_action *then = base->then;

    if (!(edge->flags & MU_ORDER_UNRUNNABLE_BLOCKS)) {
        return 0;
    }
    if (then->resource) {
        return pull_with(
            sched, then->resource, base, base->flags,
            (uint32_t[2]){MU_FLAG_RUNNABLE, MU_ORDER_UNRUNNABLE_BLOCKS});
    }
    if (!(base->flags & MU_FLAG_RUNNABLE) &&
        mu_action_has(then, MU_FLAG_RUNNABLE)) {
        mu_action_clear(then, MU_FLAG_RUNNABLE);
        return CHANGED_THEN;
    }
    return 0;
}

static uint32_t
pull_with(struct mu_sched *sched, struct mu_sched_resource *resource,
          const struct mu_pull *base, uint32_t flags,
          const uint32_t filter_and_type[2])
{
    struct mu_pull pull = *base;

    pull.flags = flags;
    pull.filter = filter_and_type[0];
    pull.type = filter_and_type[1];
    return pull_resource(sched, resource, &pull);
}

/* What acts on a group or clone acts on what is inside it as well. Three
 * levels deep. */
static uint32_t
pull_resource(struct mu_sched *sched, struct mu_sched_resource *resource,
              const struct mu_pull *pull)
{
    uint32_t changed;

    if (mu_state_is_clone(resource)) {
        return pull_clone(sched, pull);
    }
    if (!may_change(pull)) {
        return 0;
    }
    changed = pull_primitive(sched, pull);
    if (resource->kind != MU_RESOURCE_GROUP ||
        mu_group_member_verb(pull->then->verb) != pull->then->verb) {
        return changed; /* Only the whole has a "running". */
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        struct mu_pull inner = *pull;

        inner.then = mu_action_find(resource->children[i],
                                    mu_key(pull->then->verb), pull->node);
        if (inner.then && inner.then != pull->then) {
            changed |= pull_resource(sched, resource->children[i], &inner);
        }
    }
    return changed;
}

static uint32_t
pull_clone(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_resource *clone = pull->then->resource;
    uint32_t changed;

    if (!clone) {
        return 0;
    }
    if (may_interleave(pull)) {
        return pull_interleaved(sched, pull);
    }
    if (!may_change(pull)) {
        return 0;
    }
    changed = pull_primitive(sched, pull);
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_pull inner = *pull;

        inner.then = mu_action_find(clone->children[i],
                                    mu_key(pull->then->verb), pull->node);
        if (inner.then &&
            (mu_parts_flags(sched, inner.then, pull->node) & MU_FLAG_RUNNABLE)) {
            changed |= pull_resource(sched, clone->children[i], &inner);
        }
    }
    return changed;
}

/* Two clones whose instances pair up node by node? */
static bool
may_interleave(const struct mu_pull *pull)
{
    const struct mu_sched_resource *first = pull->first->resource;
    const struct mu_sched_resource *then = pull->then->resource;

    if (!first || !then || first == then || !mu_state_is_clone(first) ||
        !mu_state_is_clone(then)) {
        return false;
    }
    if (pull->then->verb == MU_VERB_STOP ||
        pull->then->verb == MU_VERB_DEMOTE) {
        return first->traits->is_interleave;
    }
    return then->traits->is_interleave;
}

static uint32_t
pull_interleaved(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_resource *clone = pull->then->resource;
    enum mu_verb about = mu_key_about(pull->first->key);
    enum mu_verb first_verb = mu_group_member_verb(about);
    bool is_current = about == MU_VERB_STOPPED || about == MU_VERB_DEMOTED;
    uint32_t changed = 0;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        struct mu_sched_resource *partner =
            mu_clone_find_partner(sched, instance, pull->first->resource,
                                  MU_ROLE_UNKNOWN, is_current);
        struct mu_pull inner = *pull;

        if (!partner) {
            /* Going down needs no partner, coming up does. */
            if (!is_current &&
                (pull->type &
                 (MU_ORDER_UNRUNNABLE_BLOCKS | MU_ORDER_FIRST_IMPLIES_THEN)) &&
                mu_place_set(sched, instance, MU_STATE_NONE, true, true)) {
                mu_explain_unpaired(sched, instance, pull->first->resource,
                                    pull->source);
                changed |= CHANGED_THEN;
            }
            continue;
        }
        inner.first = mu_action_find(partner, mu_key(first_verb), pull->node);
        inner.then =
            mu_action_find(instance, mu_key(pull->then->verb), pull->node);
        if (!inner.first || !inner.then) {
            continue;
        }
        if (mu_order_edge(sched, inner.first, inner.then, pull->type)) {
            changed |= CHANGED_FIRST | CHANGED_THEN;
        }
        inner.flags = mu_parts_flags(sched, inner.first, pull->node);
        changed |= pull_resource(sched, instance, &inner);
    }
    return changed;
}

/* Most find everything as it should be already: there is no need to look at
 * all that is inside a group or clone then. */
static bool
may_change(const struct mu_pull *pull)
{
    bool is_required =
        (pull->filter & MU_FLAG_OPTIONAL) && !(pull->flags & MU_FLAG_OPTIONAL);

    switch (pull->type) {
    case MU_ORDER_ORDERED:
    case MU_ORDER_MIN_RUNNABLE:
        return false;
    case MU_ORDER_FIRST_IMPLIES_THEN:
        return is_required;
    case MU_ORDER_THEN_IMPLIES_FIRST:
        return is_required || (pull->flags & MU_FLAG_MIGRATABLE);
    case MU_ORDER_UNRUNNABLE_BLOCKS:
        return !(pull->flags & MU_FLAG_RUNNABLE);
    case MU_ORDER_ASYMMETRICAL:
        return !mu_action_has(pull->first, MU_FLAG_RUNNABLE);
    default: /* The rest depends on each of the parts. */
        return true;
    }
}

static uint32_t
pull_primitive(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *first = pull->first;
    struct mu_sched_action *then = pull->then;
    const uint32_t told = ~(uint32_t)MU_FLAG_QUEUED;
    uint32_t first_flags = first->flags & told;
    uint32_t then_flags = then->flags & told;
    uint32_t changed = 0;

    mu_pull_apply(sched, pull);
    if (then_flags != (then->flags & told)) {
        changed |= CHANGED_THEN;
        if (then->resource && then->resource->parent) {
            queue_add(sched, then);
            queue_add_after(sched, then);
        }
    }
    if (first_flags != (first->flags & told)) {
        changed |= CHANGED_FIRST;
        queue_add(sched, first);
        queue_add_after(sched, first);
    }
    return changed;
}
