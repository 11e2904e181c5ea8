/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/fence.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/flight.h"
#include "sched/node_state.h"
#include "sched/notify.h"
#include "sched/order.h"

static bool has_managed(const struct mu_sched *sched);
static void delays_set(struct mu_sched *sched);
static void resource_order(struct mu_sched *sched,
                           struct mu_sched_resource *resource,
                           struct mu_sched_action *fence);
static bool is_known(const struct mu_sched_resource *resource, uint32_t node);
static enum mu_requires requires_of(const struct mu_sched_action *action);
static void starts_order(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         struct mu_sched_action *fence);
static void stops_imply(struct mu_sched *sched,
                        struct mu_sched_resource *resource,
                        struct mu_sched_action *fence);
static void demotes_imply(struct mu_sched *sched,
                          struct mu_sched_resource *resource,
                          struct mu_sched_action *fence);
static struct mu_sched_action *shutdown_make(struct mu_sched *sched,
                                             uint32_t node);
static bool requires_fencing(const struct mu_sched_resource *resource);

void
mu_fence_run(struct mu_sched *sched)
{
    struct mu_sched_action *coordinator_down = NULL;
    MU_VEC(struct mu_sched_action *) shutdowns = {0};
    bool may_fence = has_managed(sched);

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_node *node = &sched->nodes[i];
        struct mu_sched_action *action;

        if (node->is_remote) {
            continue;
        }
        if (may_fence && node->is_unclean &&
            mu_node_state_may_fence(sched, i)) {
            action = mu_fence_get(sched, i);
            mu_action_require(action);
            for (size_t j = 0; j < sched->top.count; j++) {
                resource_order(sched, sched->top.items[j], action);
            }
            if (i == sched->coordinator) {
                coordinator_down = action;
                continue;
            }
            if (!sched->options->concurrent_fencing &&
                sched->fences.count > 0) {
                (void)mu_order_edge(
                    sched, sched->fences.items[sched->fences.count - 1], action,
                    MU_ORDER_ORDERED);
            }
            *mu_vec_add(sched->arena, &sched->fences) = action;
        } else if (node->is_online && node->is_shutting_down) {
            action = shutdown_make(sched, i);
            if (i == sched->coordinator) {
                coordinator_down = action;
            } else {
                *mu_vec_add(sched->arena, &shutdowns) = action;
            }
        }
    }
    delays_set(sched);
    if (!coordinator_down) {
        return;
    }
    for (size_t i = 0;
         coordinator_down->verb == MU_VERB_SHUTDOWN && i < shutdowns.count;
         i++) {
        (void)mu_order_edge(sched, shutdowns.items[i], coordinator_down,
                            MU_ORDER_ORDERED);
    }
    for (size_t i = 0; i < sched->fences.count; i++) {
        (void)mu_order_edge(sched, sched->fences.items[i], coordinator_down,
                            MU_ORDER_ORDERED);
    }
}

/* While everything is unmanaged nobody is shot. */
static bool
has_managed(const struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->resources.count; i++) {
        const struct mu_sched_resource *resource = sched->resources.items[i];

        if (resource->kind == MU_RESOURCE_PRIMITIVE && resource->is_managed &&
            !resource->is_blocked) {
            return true;
        }
    }
    return false;
}

/* When no side has a majority, the side with less important work is shot
 * first: shooting nodes with the most important of all is delayed. */
static void
delays_set(struct mu_sched *sched)
{
    int64_t delay_ms = sched->options->priority_fencing_delay_ms;
    uint32_t online = 0;
    uint32_t total = 0;
    int32_t lowest = INT32_MAX;
    int32_t highest = INT32_MIN;

    if (delay_ms <= 0) {
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];

        if (node->is_remote) {
            continue;
        }
        total++;
        online += node->is_online ? 1 : 0;
        lowest = node->priority < lowest ? node->priority : lowest;
        highest = node->priority > highest ? node->priority : highest;
    }
    if (online > total / 2 || lowest == highest) {
        return; /* The majority need not hesitate, nor do equals. */
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];

        if (node->fence && !node->is_online && node->priority == highest) {
            node->fence->fence_delay_ms = delay_ms;
        }
    }
}

struct mu_sched_action *
mu_fence_get(struct mu_sched *sched, uint32_t node)
{
    struct mu_sched_node *found = &sched->nodes[node];
    const char *action = sched->options->fencing_action;

    if (!found->fence) {
        found->fence = mu_action_new(sched, NULL, mu_key(MU_VERB_FENCE), node);
        found->fence->kind = MU_ACTION_FENCE;
        found->fence->flags |= MU_FLAG_OPTIONAL;
        found->fence->is_fence_off =
            action && mu_text_casecmp(action, "off") == 0;
        mu_flight_mark_fence(sched, found->fence);
        if ((sched->flags & MU_SCHED_REASONS) && found->unclean_cause) {
            mu_explain_cause(sched, found->fence, found->unclean_cause);
        }
    }
    return found->fence;
}

/* Groups in clones are the deepest: the recursion is three deep. */
static void
resource_order(struct mu_sched *sched, struct mu_sched_resource *resource,
               struct mu_sched_action *fence)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        resource_order(sched, resource->children[i], fence);
    }
    if (resource->kind == MU_RESOURCE_PRIMITIVE && resource->is_managed) {
        starts_order(sched, resource, fence);
        stops_imply(sched, resource, fence);
        demotes_imply(sched, resource, fence);
    }
}

static bool
requires_fencing(const struct mu_sched_resource *resource)
{
    return resource->traits->requires == MU_REQUIRES_FENCING ||
           resource->traits->requires == MU_REQUIRES_UNFENCING;
}

/* What is known of one instance of an anonymous clone is known of all; of a
 * cloned group it may be some members only. */
static bool
is_known(const struct mu_sched_resource *resource, uint32_t node)
{
    return mu_state_has_node(resource->known, node) ||
           (!resource->is_unique && resource->parent &&
            mu_state_is_clone(resource->parent) &&
            mu_state_has_node(resource->parent->known, node));
}

/* A migration goes before the start that it stands for. */
static enum mu_requires
requires_of(const struct mu_sched_action *action)
{
    return action->verb == MU_VERB_MIGRATE_TO
               ? action->resource->traits->requires
               : mu_action_requires(action);
}

static void
starts_order(struct mu_sched *sched, struct mu_sched_resource *resource,
             struct mu_sched_action *fence)
{
    for (struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        switch (requires_of(action)) {
        case MU_REQUIRES_FENCING:
        case MU_REQUIRES_UNFENCING:
            (void)mu_order_edge(sched, fence, action, MU_ORDER_ORDERED);
            break;
        case MU_REQUIRES_QUORUM:
            if (action->verb == MU_VERB_START &&
                resource->scores[fence->node] != MU_SCORE_ABSENT &&
                !is_known(resource, fence->node)) {
                /* It may run there, for all that is known. */
                (void)mu_order_edge(sched, fence, action,
                                    MU_ORDER_ORDERED |
                                        MU_ORDER_UNRUNNABLE_BLOCKS);
            }
            break;
        case MU_REQUIRES_NOTHING:
            break;
        }
    }
}

/* What runs on a node that is fenced will not answer: it is stopped by the
 * fencing. */
static void
stops_imply(struct mu_sched *sched, struct mu_sched_resource *resource,
            struct mu_sched_action *fence)
{
    struct mu_sched_resource *top = mu_state_top(resource);
    struct mu_sched_action *parent_stop =
        mu_action_find(top, mu_key(MU_VERB_STOP), MU_STATE_NONE);

    for (struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        if (action->verb != MU_VERB_STOP || action->node != fence->node) {
            continue;
        }
        action->flags |= MU_FLAG_PSEUDO | MU_FLAG_RUNNABLE;
        mu_explain_follow(sched, action, fence, NULL, false);
        mu_notify_after_fencing(sched, action, fence);
        if (requires_fencing(resource)) {
            (void)mu_order_edge(sched, fence, action, MU_ORDER_ORDERED);
            if (parent_stop && parent_stop != action) {
                (void)mu_order_edge(sched, fence, parent_stop,
                                    MU_ORDER_ORDERED);
            }
        }
    }
}

static void
demotes_imply(struct mu_sched *sched, struct mu_sched_resource *resource,
              struct mu_sched_action *fence)
{
    for (struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        const struct mu_sched_node *node;

        if (action->verb != MU_VERB_DEMOTE || action->node != fence->node) {
            continue;
        }
        node = &sched->nodes[action->node];
        if (!node->is_online || node->is_unclean || resource->is_failed) {
            action->flags |= MU_FLAG_PSEUDO | MU_FLAG_RUNNABLE;
            if (requires_fencing(resource)) {
                (void)mu_order_edge(sched, fence, action, MU_ORDER_ORDERED);
            }
        }
    }
}

static struct mu_sched_action *
shutdown_make(struct mu_sched *sched, uint32_t node)
{
    struct mu_sched_action *shutdown =
        mu_action_new(sched, NULL, mu_key(MU_VERB_SHUTDOWN), node);

    sched->nodes[node].shutdown = shutdown;
    mu_explain_cause(sched, shutdown, "it asked to leave");
    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];
        const struct mu_sched_resource *resource = action->resource;

        if (action->node != node || action->verb != MU_VERB_STOP || !resource ||
            resource->is_in_maintenance ||
            sched->nodes[node].is_in_maintenance ||
            (!resource->is_managed && !resource->is_blocked)) {
            continue;
        }
        mu_action_require(action);
        mu_explain_follow(sched, action, shutdown, NULL, true);
        mu_order_add(
            sched, &(struct mu_ordering){.first = action,
                                         .then = shutdown,
                                         .flags = MU_ORDER_ORDERED |
                                                  MU_ORDER_UNRUNNABLE_BLOCKS});
    }
    return shutdown;
}
