/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/ticket.h"

#include <string.h>

#include "base/text.h"
#include "sched/explain.h"
#include "sched/location_note.h"
#include "sched/node_state.h"

/* One ticket constraint on its way to a resource. */
struct demand {
    const struct mu_config_ticket *config;
    enum mu_role role; /* UNKNOWN: any. */
    enum mu_loss_policy policy;
    bool is_granted;
    bool is_standby;
};

static void demand_make(struct mu_sched *sched, uint32_t index,
                        enum mu_role role, struct demand *ret_demand);
static void demand_add(struct mu_sched *sched, uint32_t index,
                       uint32_t resource, enum mu_role role);
static void demand_apply(struct mu_sched *sched,
                         struct mu_sched_resource *resource,
                         const struct demand *demand);
static void loss_apply(struct mu_sched *sched,
                       struct mu_sched_resource *resource,
                       const struct demand *demand);
static void ban(struct mu_sched *sched, struct mu_sched_resource *resource,
                const struct demand *demand);

void
mu_ticket_apply(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->config->tickets_count; i++) {
        const struct mu_config_ticket *config = &sched->config->tickets[i];

        if (config->resource != MU_CONFIG_NONE) {
            demand_add(sched, i, config->resource, config->role);
        }
        for (uint32_t j = 0; j < config->sets_count; j++) {
            const struct mu_config_set *set = &config->sets[j];

            for (uint32_t k = 0; k < set->resources_count; k++) {
                demand_add(sched, i, set->resources[k], set->role);
            }
        }
    }
}

static void
demand_make(struct mu_sched *sched, uint32_t index, enum mu_role role,
            struct demand *ret_demand)
{
    const struct mu_config_ticket *config = &sched->config->tickets[index];

    *ret_demand = (struct demand){
        .config = config,
        .role = role == MU_ROLE_STARTED ? MU_ROLE_UNKNOWN : role,
        .policy = config->loss_policy,
    };
    if (!config->has_loss_policy) {
        ret_demand->policy =
            role == MU_ROLE_PROMOTED ? MU_LOSS_DEMOTE : MU_LOSS_STOP;
    }
    if (ret_demand->policy == MU_LOSS_FENCE && !sched->is_fencing_enabled) {
        ret_demand->policy = MU_LOSS_STOP;
    }
    for (uint32_t i = 0; i < sched->status->tickets_count; i++) {
        const struct mu_status_ticket *ticket = &sched->status->tickets[i];

        if (strcmp(ticket->id, config->ticket) == 0) {
            ret_demand->is_granted = ticket->is_granted;
            ret_demand->is_standby = ticket->is_standby;
        }
    }
}

static void
demand_add(struct mu_sched *sched, uint32_t index, uint32_t resource,
           enum mu_role role)
{
    struct mu_sched_resource *found = sched->named[resource];
    struct demand demand;

    if (!found) {
        return;
    }
    demand_make(sched, index, role, &demand);
    if (demand.role == MU_ROLE_PROMOTED) {
        *mu_vec_add(sched->arena, &found->tickets) = index;
    }
    if (!demand.is_granted || demand.is_standby) {
        demand_apply(sched, found, &demand);
    }
}

/* Groups in clones are the deepest: the recursion is three deep. */
static void
demand_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
             const struct demand *demand)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        demand_apply(sched, resource->children[i], demand);
    }
    if (resource->children_count > 0) {
        return;
    }
    if (!demand->is_granted && resource->running_on.count > 0) {
        loss_apply(sched, resource, demand);
    } else if (demand->role != MU_ROLE_PROMOTED ||
               demand->policy == MU_LOSS_STOP) {
        ban(sched, resource, demand);
    }
}

static void
loss_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
           const struct demand *demand)
{
    bool is_role =
        demand->role == MU_ROLE_UNKNOWN || demand->role == resource->role;

    switch (demand->policy) {
    case MU_LOSS_STOP:
        ban(sched, resource, demand);
        break;
    case MU_LOSS_DEMOTE:
        /* Promotion is prevented when the roles are chosen. */
        if (demand->role != MU_ROLE_PROMOTED) {
            ban(sched, resource, demand);
        }
        break;
    case MU_LOSS_FENCE:
        if (!is_role) {
            break;
        }
        ban(sched, resource, demand);
        for (size_t i = 0; i < resource->running_on.count; i++) {
            mu_node_state_set_unclean(
                sched, resource->running_on.items[i],
                mu_text_make(sched->arena,
                             "ticket %s was lost while %s was "
                             "active there",
                             demand->config->ticket, resource->id));
        }
        break;
    case MU_LOSS_FREEZE:
        if (is_role) {
            resource->is_managed = false;
            resource->is_blocked = true;
        }
        break;
    }
}

static void
ban(struct mu_sched *sched, struct mu_sched_resource *resource,
    const struct demand *demand)
{
    mu_location_add(
        sched, resource, MU_STATE_NONE, -MU_SCORE_INFINITY,
        &(struct mu_plan_reason){.kind = MU_REASON_TICKET,
                                 .source = demand->config->id,
                                 .detail = demand->config->ticket,
                                 .numbers = {demand->is_granted ? 1 : 0}});
}

void
mu_ticket_require_promotion(struct mu_sched *sched,
                            struct mu_sched_resource *clone)
{
    for (size_t i = 0; i < clone->tickets.count; i++) {
        struct demand demand;

        demand_make(sched, clone->tickets.items[i], MU_ROLE_PROMOTED, &demand);
        if (demand.is_granted && !demand.is_standby) {
            continue;
        }
        for (uint32_t node = 0; node < sched->nodes_count; node++) {
            clone->scores[node] = -MU_SCORE_INFINITY;
        }
        mu_explain_note(
            sched, clone,
            &(struct mu_plan_reason){.kind = MU_REASON_TICKET,
                                     .is_promotion = true,
                                     .node = MU_PLAN_NONE,
                                     .score = -MU_SCORE_INFINITY,
                                     .source = demand.config->id,
                                     .detail = demand.config->ticket,
                                     .numbers = {demand.is_granted ? 1 : 0}});
    }
}
