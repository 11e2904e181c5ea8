/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/clone_partner.h"

#include <string.h>

#include "sched/order.h"
#include "sched/place_nodes.h"

/* An instance, where partners are looked for. */
struct mu_partner {
    struct mu_sched_resource *instance;
    struct mu_partner *next; /* On the same node. */
};

/* The instances of a clone by node. */
struct mu_partners {
    uint32_t places;          /* Good while the clone has this number. */
    struct mu_partner *items; /* One for each instance. */
    struct mu_partner **on;   /* By node, in order; or null. */
};

static struct mu_sched_resource *
partner_on(const struct mu_partners *partners, uint32_t node,
           enum mu_role role, bool is_current);
static const struct mu_partners *partners_read(struct mu_sched *sched,
                                               struct mu_sched_resource *clone,
                                               bool is_current);

/* Instances have a parent that is a clone; what is in a cloned group hangs
 * one level lower. */
uint32_t
mu_clone_node_of(const struct mu_sched_resource *instance)
{
    uint32_t node = MU_STATE_NONE;

    if (instance->children_count == 0) {
        return instance->assigned;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        uint32_t other = instance->children[i]->assigned;

        if (other != MU_STATE_NONE && node != MU_STATE_NONE && other != node) {
            return MU_STATE_NONE;
        }
        node = other != MU_STATE_NONE ? other : node;
    }
    return node;
}

uint32_t
mu_clone_current_node_of(const struct mu_sched_resource *instance)
{
    uint32_t node = MU_STATE_NONE;

    if (instance->children_count == 0) {
        return instance->running_on.count == 1 ? instance->running_on.items[0]
                                               : MU_STATE_NONE;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        const struct mu_sched_resource *member = instance->children[i];

        for (size_t j = 0; j < member->running_on.count; j++) {
            if (node != MU_STATE_NONE && node != member->running_on.items[j]) {
                return MU_STATE_NONE;
            }
            node = member->running_on.items[j];
        }
    }
    return node;
}

struct mu_sched_resource *
mu_clone_find_partner(struct mu_sched *sched,
                      const struct mu_sched_resource *resource,
                      struct mu_sched_resource *clone, enum mu_role role,
                      bool is_current)
{
    uint32_t node = is_current ? mu_clone_current_node_of(resource)
                               : mu_clone_node_of(resource);
    const struct mu_partners *partners =
        partners_read(sched, clone, is_current);
    struct mu_sched_resource *found = NULL;
    uint32_t *nodes;
    uint32_t count;

    if (node != MU_STATE_NONE) {
        return partner_on(partners, node, role, is_current);
    }
    nodes = mu_arena_new(sched->arena, uint32_t, sched->nodes_count + 1);
    count = mu_place_sort_nodes(sched, resource->scores, MU_STATE_NONE, nodes);
    for (uint32_t i = 0; i < count && !found; i++) {
        found = partner_on(partners, nodes[i], role, is_current);
    }
    return found;
}

static struct mu_sched_resource *
partner_on(const struct mu_partners *partners, uint32_t node,
           enum mu_role role, bool is_current)
{
    for (struct mu_partner *partner = partners->on[node]; partner;
         partner = partner->next) {
        if (!mu_clone_is_blocked(partner->instance) &&
            (role == MU_ROLE_UNKNOWN ||
             role == mu_order_state_of(partner->instance, is_current))) {
            return partner->instance;
        }
    }
    return NULL;
}

/* Every instance of one clone asks another clone for all of its nodes. */
static const struct mu_partners *
partners_read(struct mu_sched *sched, struct mu_sched_resource *clone,
              bool is_current)
{
    struct mu_partners **kept = &clone->partners[is_current];
    struct mu_partners *partners = *kept;

    if (partners && partners->places == clone->places) {
        return partners;
    }
    if (!partners) {
        partners = mu_arena_new(sched->arena, struct mu_partners, 1);
        partners->items = mu_arena_new(sched->arena, struct mu_partner,
                                       clone->children_count + 1);
        partners->on = mu_arena_new(sched->arena, struct mu_partner *,
                                    sched->nodes_count + 1);
        *kept = partners;
    }
    memset(partners->on, 0, sched->nodes_count * sizeof(*partners->on));
    for (uint32_t i = clone->children_count; i > 0; i--) {
        struct mu_sched_resource *instance = clone->children[i - 1];
        uint32_t node = is_current ? mu_clone_current_node_of(instance)
                                   : mu_clone_node_of(instance);

        if (node != MU_STATE_NONE) {
            partners->items[i - 1] =
                (struct mu_partner){instance, partners->on[node]};
            partners->on[node] = &partners->items[i - 1];
        }
    }
    partners->places = clone->places;
    return partners;
}

bool
mu_clone_is_blocked(const struct mu_sched_resource *instance)
{
    if (instance->is_blocked) {
        return true;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (mu_clone_is_blocked(instance->children[i])) {
            return true;
        }
    }
    return false;
}
