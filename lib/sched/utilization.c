/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/utilization.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/colocate.h"
#include "sched/location_note.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/utilization_amount.h"

/* Resources that must be together, each once. */
struct company {
    MU_VEC(struct mu_sched_resource *) list;
};

static void amounts_add(struct mu_sched *sched, struct mu_amounts *sum,
                        const struct mu_amounts *more);
static const struct mu_amount *amount_lacking(const struct mu_sched_node *node,
                                              const struct mu_amounts *needs);
static bool has_room(const struct mu_sched_node *node,
                     const struct mu_amounts *needs);
static void company_gather(struct mu_sched *sched, struct company *company,
                           struct mu_sched_resource *resource,
                           const struct mu_sched_resource *origin);
static bool company_has(const struct company *company,
                        const struct mu_sched_resource *resource);
static void needs_add(struct mu_sched *sched, struct mu_amounts *sum,
                      const struct mu_sched_resource *resource,
                      const struct company *company);
static void room_ban(struct mu_sched *sched, struct mu_sched_resource *resource,
                     const struct mu_amounts *needs);
static struct mu_sched_action *load_stopped(struct mu_sched *sched,
                                            uint32_t node);

static void
amounts_add(struct mu_sched *sched, struct mu_amounts *sum,
            const struct mu_amounts *more)
{
    for (uint32_t i = 0; i < more->count; i++) {
        struct mu_amount *amount =
            mu_utilization_find(sum, more->items[i].name);

        if (amount) {
            amount->value += more->items[i].value;
        } else {
            mu_utilization_set(sched, sum, more->items[i].name,
                               more->items[i].value, true);
        }
    }
}

static bool
has_room(const struct mu_sched_node *node, const struct mu_amounts *needs)
{
    return !amount_lacking(node, needs);
}

/* The first need that the node cannot meet, or null. */
static const struct mu_amount *
amount_lacking(const struct mu_sched_node *node, const struct mu_amounts *needs)
{
    for (uint32_t i = 0; i < needs->count; i++) {
        const struct mu_amount *left =
            mu_utilization_find(&node->utilization, needs->items[i].name);

        if (needs->items[i].value > (left ? left->value : 0)) {
            return &needs->items[i];
        }
    }
    return NULL;
}

uint32_t
mu_utilization_ban(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    struct company company = {0};
    struct mu_amounts needs = {0};
    uint32_t roomiest = MU_STATE_NONE;
    bool has_any = false;

    if (!sched->has_utilization) {
        return MU_STATE_NONE;
    }
    company_gather(sched, &company, resource, resource);
    for (size_t i = 0; i < company.list.count; i++) {
        if (company.list.items[i]->is_unassigned) {
            needs_add(sched, &needs, company.list.items[i], &company);
        }
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (resource->scores[i] < 0 ||
            !mu_node_state_is_available(&sched->nodes[i])) {
            continue;
        }
        has_any = has_any || has_room(&sched->nodes[i], &needs);
        if (roomiest == MU_STATE_NONE ||
            mu_utilization_cmp(sched, i, roomiest) > 0) {
            roomiest = i;
        }
    }
    if (has_any) {
        room_ban(sched, resource, &needs);
        return MU_STATE_NONE;
    }
    room_ban(sched, resource, &resource->traits->utilization);
    return roomiest;
}

static void
room_ban(struct mu_sched *sched, struct mu_sched_resource *resource,
         const struct mu_amounts *needs)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_sched_node *node = &sched->nodes[i];
        const struct mu_amount *lacking;
        const struct mu_amount *left;

        if (resource->scores[i] < 0 || !mu_node_state_is_available(node)) {
            continue;
        }
        lacking = amount_lacking(node, needs);
        if (lacking) {
            left = mu_utilization_find(&node->utilization, lacking->name);
            mu_location_add(
                sched, resource, i, -MU_SCORE_INFINITY,
                &(struct mu_plan_reason){
                    .kind = MU_REASON_UTILIZATION,
                    .detail = lacking->name,
                    .numbers = {lacking->value, left ? left->value : 0}});
        }
    }
}

static bool
company_has(const struct company *company,
            const struct mu_sched_resource *resource)
{
    for (size_t i = 0; i < company->list.count; i++) {
        if (company->list.items[i] == resource) {
            return true;
        }
    }
    return false;
}

/* Everything that must be where 'resource' is. Each resource enters once: the
 * recursion ends. */
static void
company_gather(struct mu_sched *sched, struct company *company,
               struct mu_sched_resource *resource,
               const struct mu_sched_resource *origin)
{
    struct mu_colocations found = {0};

    if (company_has(company, resource)) {
        return;
    }
    *mu_vec_add(sched->arena, &company->list) = resource;
    if (resource->kind == MU_RESOURCE_GROUP) {
        for (uint32_t i = 0; i < resource->children_count; i++) {
            company_gather(sched, company, resource->children[i], origin);
        }
        return;
    }
    mu_colocate_this_with(sched, resource, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        struct mu_colocation *colocation = found.list.items[i];

        if (colocation->primary != origin &&
            colocation->score >= MU_SCORE_INFINITY &&
            mu_colocate_affects(resource, colocation->primary, colocation,
                                true) == MU_COLOCATE_LOCATION) {
            company_gather(sched, company, colocation->primary, origin);
        }
    }
    found.list.count = 0;
    mu_colocate_with_this(sched, resource, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        struct mu_colocation *colocation = found.list.items[i];

        if (colocation->dependent != origin &&
            colocation->score >= MU_SCORE_INFINITY &&
            !(mu_state_is_clone(resource) &&
              !mu_state_is_clone(colocation->dependent)) &&
            mu_colocate_affects(colocation->dependent, resource, colocation,
                                true) == MU_COLOCATE_LOCATION) {
            company_gather(sched, company, colocation->dependent, origin);
        }
    }
}

static void
needs_add(struct mu_sched *sched, struct mu_amounts *sum,
          const struct mu_sched_resource *resource,
          const struct company *company)
{
    if (!resource->is_unassigned) {
        return;
    }
    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        amounts_add(sched, sum, &resource->traits->utilization);
        break;
    case MU_RESOURCE_GROUP:
        for (uint32_t i = 0; i < resource->children_count; i++) {
            if (!company_has(company, resource->children[i])) {
                needs_add(sched, sum, resource->children[i], company);
            }
        }
        break;
    case MU_RESOURCE_CLONE:
        for (uint32_t i = 0; i < resource->children_count; i++) {
            const struct mu_sched_resource *child = resource->children[i];

            if (company_has(company, child)) {
                return;
            }
            for (uint32_t j = 0; j < child->children_count; j++) {
                if (company_has(company, child->children[j])) {
                    return;
                }
            }
        }
        if (resource->children_count > 0) {
            needs_add(sched, sum, resource->children[0], company);
        }
        break;
    case MU_RESOURCE_BUNDLE:
        break;
    }
}

void
mu_utilization_order(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    if (!sched->has_utilization || resource->traits->utilization.count == 0) {
        return;
    }
    for (size_t i = 0; i < resource->running_on.count; i++) {
        mu_order_add(sched, &(struct mu_ordering){
                                .first_resource = resource,
                                .first_key = mu_key(MU_VERB_STOP),
                                .then = load_stopped(
                                    sched, resource->running_on.items[i]),
                                .flags = MU_ORDER_ON_TARGET});
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_action *action;

        if (resource->scores[i] == MU_SCORE_ABSENT) {
            continue;
        }
        action = load_stopped(sched, i);
        mu_order_add(sched,
                     &(struct mu_ordering){.first = action,
                                           .then_resource = resource,
                                           .then_key = mu_key(MU_VERB_START),
                                           .flags = MU_ORDER_ON_TARGET});
        mu_order_add(
            sched, &(struct mu_ordering){.first = action,
                                         .then_resource = resource,
                                         .then_key = mu_key(MU_VERB_MIGRATE_TO),
                                         .flags = MU_ORDER_ON_TARGET});
    }
}

static struct mu_sched_action *
load_stopped(struct mu_sched *sched, uint32_t node)
{
    struct mu_sched_node *found = &sched->nodes[node];

    if (!found->load_stopped) {
        found->load_stopped = mu_action_get_point(
            sched, mu_text_make(sched->arena, "load_stopped_%s", found->name));
        found->load_stopped->node = node;
        mu_action_require(found->load_stopped);
    }
    return found->load_stopped;
}
