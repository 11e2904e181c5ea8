/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/intent.h"

#include <string.h>

/* Where the instances of a resource are. */
struct places {
    bool is_there;     /* One is where it is wanted. */
    bool is_elsewhere; /* One is active on another node. */
    bool is_changing;  /* Something is in flight, or to be done. */
};

static struct places look(const struct mu_override *override,
                          const struct mu_snapshot *snapshot,
                          const struct mu_plan *plan);
static bool is_change(enum mu_task task);
static bool may_be_everywhere(const struct mu_config *config,
                              uint32_t resource);

bool
mu_intent_is_met(const struct mu_override *override,
                 const struct mu_snapshot *snapshot, const struct mu_plan *plan)
{
    struct places places;

    if (!override->is_once) {
        return false;
    }
    places = look(override, snapshot, plan);
    if (places.is_changing) {
        return false;
    }
    if (override->kind == MU_OVERRIDE_RESTART) {
        return !places.is_there && !places.is_elsewhere;
    }
    return places.is_there &&
           (!places.is_elsewhere ||
            may_be_everywhere(snapshot->config, override->resource));
}

bool
mu_intent_is_below(const struct mu_config *config, uint32_t primitive,
                   uint32_t resource)
{
    while (primitive != MU_CONFIG_NONE && primitive != resource) {
        primitive = config->resources[primitive].parent;
    }
    return primitive != MU_CONFIG_NONE;
}

static struct places
look(const struct mu_override *override, const struct mu_snapshot *snapshot,
     const struct mu_plan *plan)
{
    const struct mu_config *config = snapshot->config;
    struct places places = {0};

    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *one = &plan->before[i];

        if (!mu_intent_is_below(config, one->primitive, override->resource)) {
            continue;
        }
        places.is_changing = places.is_changing || one->is_pending;
        if (one->node == MU_PLAN_NONE || one->role <= MU_ROLE_STOPPED) {
            continue;
        }
        if (override->node &&
            strcmp(snapshot->status->nodes[one->node].name, override->node) !=
                0) {
            places.is_elsewhere = true;
        } else if (one->role >= override->role) {
            places.is_there = true;
        }
    }
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];

        places.is_changing =
            places.is_changing ||
            (one->kind == MU_ACTION_RESOURCE && is_change(one->task) &&
             mu_intent_is_below(config, one->primitive, override->resource));
    }
    return places;
}

static bool
is_change(enum mu_task task)
{
    return task == MU_TASK_START || task == MU_TASK_STOP ||
           task == MU_TASK_PROMOTE || task == MU_TASK_DEMOTE ||
           task == MU_TASK_MIGRATE_TO || task == MU_TASK_MIGRATE_FROM;
}

/* Copies of a clone are on other nodes as well. */
static bool
may_be_everywhere(const struct mu_config *config, uint32_t resource)
{
    return config->resources[resource].kind == MU_RESOURCE_CLONE;
}
