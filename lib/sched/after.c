/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/after.h"

#include <string.h>

#include "sched/action.h"
#include "sched/history_active.h"

static void leave(struct mu_sched_resource *resource, uint32_t node);
static void enter(struct mu_sched *sched, struct mu_sched_resource *resource,
                  uint32_t node);
static void node_lose(struct mu_sched *sched, uint32_t node);
static const char *name_shown(const struct mu_sched *sched,
                              const struct mu_sched_resource *resource);
static enum mu_role role_shown(struct mu_sched_resource *resource);

struct mu_plan_placement *
mu_after_list(struct mu_sched *sched, uint32_t *ret_count)
{
    MU_VEC(struct mu_plan_placement) list = {0};

    for (size_t i = 0; i < sched->resources.count; i++) {
        struct mu_sched_resource *resource = sched->resources.items[i];
        size_t count = resource->running_on.count;
        const char *name;

        if (resource->kind != MU_RESOURCE_PRIMITIVE) {
            continue;
        }
        name = name_shown(sched, resource);
        for (size_t j = 0; j < (count > 0 ? count : 1); j++) {
            *mu_vec_add(sched->arena, &list) = (struct mu_plan_placement){
                .resource = name,
                .instance =
                    strcmp(resource->id, name) == 0 ? NULL : resource->id,
                .primitive = resource->config,
                .node =
                    count > 0 ? resource->running_on.items[j] : MU_PLAN_NONE,
                .locked_to = resource->lock_node,
                .role = role_shown(resource),
                .is_failed = resource->is_failed,
                .is_blocked = resource->is_blocked,
                .is_managed = resource->is_managed,
                .is_removed = resource->is_removed,
                .is_disabled = resource->is_target_stopped,
                .is_pending = resource->pending_task != NULL,
                .pending_task = resource->pending_task,
                .index = (uint32_t)i,
            };
        }
    }
    *ret_count = (uint32_t)list.count;
    return list.items;
}

/* Instances that are not told apart have no number, whatever the history calls
 * those that are too many. */
static const char *
name_shown(const struct mu_sched *sched,
           const struct mu_sched_resource *resource)
{
    return resource->is_unique || resource->config == MU_STATE_NONE
               ? resource->name
               : sched->config->resources[resource->config].id;
}

/* What runs in a promotable clone is at least unpromoted. */
static enum mu_role
role_shown(struct mu_sched_resource *resource)
{
    const struct mu_sched_resource *clone = mu_state_clone_of(resource);

    if (resource->running_on.count == 0) {
        return MU_ROLE_STOPPED;
    }
    return resource->role == MU_ROLE_STARTED && clone &&
                   clone->traits->is_promotable
               ? MU_ROLE_UNPROMOTED
               : resource->role;
}

static void
leave(struct mu_sched_resource *resource, uint32_t node)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            memmove(&resource->running_on.items[i],
                    &resource->running_on.items[i + 1],
                    (resource->running_on.count - i - 1) * sizeof(uint32_t));
            resource->running_on.count--;
            break;
        }
    }
    if (resource->running_on.count == 0) {
        resource->role = MU_ROLE_STOPPED;
    }
}

static void
enter(struct mu_sched *sched, struct mu_sched_resource *resource, uint32_t node)
{
    if (resource->role < MU_ROLE_STARTED) {
        mu_history_set_active(resource);
    }
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            return;
        }
    }
    *mu_vec_add(sched->arena, &resource->running_on) = node;
}

static void
node_lose(struct mu_sched *sched, uint32_t node)
{
    for (size_t i = 0; i < sched->resources.count; i++) {
        if (sched->resources.items[i]->kind == MU_RESOURCE_PRIMITIVE) {
            leave(sched->resources.items[i], node);
        }
    }
}

void
mu_after_apply(struct mu_sched *sched, struct mu_sched_action *const *ordered,
               uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct mu_sched_action *action = ordered[i];
        struct mu_sched_resource *resource = action->resource;

        if (action->verb == MU_VERB_FENCE) {
            node_lose(sched, action->node);
        }
        if (!resource || resource->kind != MU_RESOURCE_PRIMITIVE ||
            action->node == MU_STATE_NONE) {
            continue;
        }
        if (action->verb == MU_VERB_START ||
            action->verb == MU_VERB_MIGRATE_FROM) {
            enter(sched, resource, action->node);
            resource->is_failed = false;
        } else if (action->verb == MU_VERB_STOP) {
            leave(resource, action->node);
            resource->is_failed = false;
        } else if (action->verb == MU_VERB_PROMOTE) {
            resource->role = MU_ROLE_PROMOTED;
        } else if (action->verb == MU_VERB_DEMOTE &&
                   resource->running_on.count > 0) {
            resource->role = MU_ROLE_UNPROMOTED;
        }
    }
    for (size_t i = 0; i < sched->resources.count; i++) {
        sched->resources.items[i]->pending_task = NULL;
    }
}
