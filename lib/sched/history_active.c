/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/history_active.h"

#include "sched/location_note.h"

static void multiply_active(struct mu_sched *sched,
                            struct mu_sched_resource *resource);

void
mu_history_add_active(struct mu_sched *sched,
                      struct mu_sched_resource *resource, uint32_t node,
                      bool has_failed)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            return;
        }
    }
    *mu_vec_add(sched->arena, &resource->running_on) = node;
    if (resource->kind == MU_RESOURCE_PRIMITIVE) {
        *mu_vec_add(sched->arena, &sched->nodes[node].running) = resource;
        if (resource->priority != 0 && !has_failed) {
            sched->nodes[node].priority +=
                resource->priority +
                (resource->role == MU_ROLE_PROMOTED ? 1 : 0);
        }
        if (sched->nodes[node].is_in_maintenance) {
            resource->is_managed = false;
            resource->is_in_maintenance = true;
        } else if (sched->nodes[node].is_held) {
            resource->is_managed = false; /* Kept until its daemon is back. */
        }
    }
    if (!resource->is_managed) {
        static const struct mu_plan_reason unmanaged = {
            .kind = MU_REASON_UNMANAGED};

        mu_location_add(sched, resource, node, MU_SCORE_INFINITY, &unmanaged);
        for (struct mu_sched_resource *parent = resource->parent;
             parent && sched->nodes[node].is_online; parent = parent->parent) {
            *mu_vec_add(sched->arena, &parent->running_on) = node;
        }
        return;
    }
    if (resource->kind == MU_RESOURCE_PRIMITIVE &&
        resource->running_on.count > 1) {
        multiply_active(sched, resource);
    }
    if (resource->parent) {
        mu_history_add_active(sched, resource->parent, node, false);
    }
}

void
mu_history_set_active(struct mu_sched_resource *resource)
{
    struct mu_sched_resource *clone = mu_state_clone_of(resource);

    resource->role = clone && clone->traits->is_promotable ? MU_ROLE_UNPROMOTED
                                                           : MU_ROLE_STARTED;
}

static void
multiply_active(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    switch (resource->traits->multiple_active) {
    case MU_MULTIPLE_STOP_ONLY:
        mu_location_ban_all(
            sched, resource,
            &(struct mu_plan_reason){.kind = MU_REASON_MULTIPLE_ACTIVE});
        break;
    case MU_MULTIPLE_BLOCK:
        mu_history_block(resource);
        if (resource->parent && resource->parent->kind == MU_RESOURCE_GROUP &&
            resource->parent->traits->multiple_active == MU_MULTIPLE_BLOCK) {
            for (uint32_t i = 0; i < resource->parent->children_count; i++) {
                mu_history_block(resource->parent->children[i]);
            }
        }
        break;
    case MU_MULTIPLE_STOP_UNEXPECTED:
        resource->is_stop_unexpected = true;
        break;
    case MU_MULTIPLE_STOP_START:
        break;
    }
}

void
mu_history_block(struct mu_sched_resource *resource)
{
    resource->is_managed = false;
    resource->is_blocked = true;
}
