/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/unfence.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/flight.h"
#include "sched/node_state.h"
#include "sched/order.h"

static bool is_usable(const struct mu_sched_node *node);
static bool is_unfenced(struct mu_sched *sched, uint32_t node);
static struct mu_sched_action *unfence_get(struct mu_sched *sched,
                                           uint32_t node);
static void unfence_require(struct mu_sched *sched, uint32_t node,
                            const char *why);

static bool
is_usable(const struct mu_sched_node *node)
{
    return !node->is_remote && node->is_online && !node->is_unclean &&
           !node->is_shutting_down;
}

/* The attribute holds when it was done, and goes when the node does. */
static bool
is_unfenced(struct mu_sched *sched, uint32_t node)
{
    const char *value = mu_node_state_attribute(sched, node, "#node-unfenced");

    return value && strcmp(value, "0") != 0;
}

/* Optional at first: a new resource alone is no reason to cut off, and by that
 * to stop, what runs on the node. */
static struct mu_sched_action *
unfence_get(struct mu_sched *sched, uint32_t node)
{
    struct mu_sched_node *found = &sched->nodes[node];

    if (!found->unfence) {
        found->unfence =
            mu_action_new(sched, NULL, mu_key(MU_VERB_UNFENCE), node);
        found->unfence->kind = MU_ACTION_FENCE;
        found->unfence->flags |= MU_FLAG_OPTIONAL;
        mu_flight_mark_fence(sched, found->unfence);
    }
    return found->unfence;
}

static void
unfence_require(struct mu_sched *sched, uint32_t node, const char *why)
{
    struct mu_sched_action *unfence = unfence_get(sched, node);

    if (mu_action_has(unfence, MU_FLAG_OPTIONAL)) {
        mu_action_require(unfence);
        mu_explain_cause(sched, unfence, why);
    }
}

void
mu_unfence_before(struct mu_sched *sched,
                  const struct mu_sched_resource *resource, uint32_t node,
                  struct mu_sched_action *action, uint32_t flags)
{
    if (!sched->has_unfencing || sched->nodes[node].is_remote ||
        (!resource->is_fence_device &&
         resource->traits->requires != MU_REQUIRES_UNFENCING)) {
        return;
    }
    (void)mu_order_edge(sched, unfence_get(sched, node), action, flags);
    if (!is_unfenced(sched, node) && is_usable(&sched->nodes[node])) {
        unfence_require(sched, node,
                        "it has not been let in since it came up");
    }
}

void
mu_unfence_order(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    if (!sched->has_unfencing || resource->is_fence_device ||
        resource->traits->requires != MU_REQUIRES_UNFENCING) {
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_action *unfence;

        if (resource->scores[i] == MU_SCORE_ABSENT ||
            sched->nodes[i].is_remote) {
            continue;
        }
        unfence = unfence_get(sched, i);
        mu_order_add(
            sched,
            &(struct mu_ordering){.first_resource = resource,
                                  .first_key = mu_key(MU_VERB_STOP),
                                  .then = unfence,
                                  .flags = MU_ORDER_ORDERED |
                                           MU_ORDER_SAME_NODE});
        mu_order_add(sched, &(struct mu_ordering){
                                .first = unfence,
                                .then_resource = resource,
                                .then_key = mu_key(MU_VERB_START),
                                .flags = MU_ORDER_FIRST_IMPLIES_SAME_NODE_THEN |
                                         MU_ORDER_SAME_NODE});
    }
}

void
mu_unfence_again(struct mu_sched *sched, const struct mu_sched_resource *device,
                 uint32_t node, const char *why)
{
    if (!sched->has_unfencing || !device->is_fence_device) {
        return;
    }
    if (is_usable(&sched->nodes[node])) {
        unfence_require(sched, node, why);
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (device->scores[i] != MU_SCORE_ABSENT &&
            is_usable(&sched->nodes[i])) {
            unfence_require(sched, i, why);
        }
    }
}
