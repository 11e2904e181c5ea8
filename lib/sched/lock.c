/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/lock.h"

#include "sched/action.h"
#include "sched/explain.h"
#include "sched/location_note.h"

static bool may_wait(struct mu_sched_resource *resource);
static void find(struct mu_sched *sched, struct mu_sched_resource *resource);
static void end(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node, const char *why);

void
mu_lock_read(struct mu_sched *sched, uint32_t node,
             struct mu_sched_resource *resource,
             const struct mu_status_resource *known)
{
    int64_t limit_ms = sched->options->shutdown_lock_limit_ms;

    if (limit_ms > 0) {
        struct mu_instant over = mu_instant_after(
            (struct mu_instant){known->shutdown_lock_ms}, limit_ms);

        if (sched->now_ms > over.ms) {
            end(sched, resource, node, "it has waited for shutdown-lock-limit");
            return;
        }
        sched->next_change =
            mu_instant_min(sched->next_change, mu_instant_after(over, 1000));
    }
    resource->lock_node = node;
    resource->lock_time_ms = known->shutdown_lock_ms;
}

/* A resource that was stopped because its node shut down waits for it. */
void
mu_lock_apply(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->resources.count; i++) {
        struct mu_sched_resource *resource = sched->resources.items[i];

        find(sched, resource);
        if (resource->lock_node == MU_STATE_NONE) {
            continue;
        }
        for (uint32_t node = 0; node < sched->nodes_count; node++) {
            if (node != resource->lock_node) {
                mu_location_add(sched, resource, node, -MU_SCORE_INFINITY,
                                &(struct mu_plan_reason){
                                    .kind = MU_REASON_SHUTDOWN_LOCK,
                                    .other_node = resource->lock_node});
            }
        }
    }
}

/* Fence devices must be able to run anywhere, clones run everywhere. */
static bool
may_wait(struct mu_sched_resource *resource)
{
    return resource->kind == MU_RESOURCE_PRIMITIVE &&
           !resource->is_fence_device && !mu_state_clone_of(resource);
}

/* What runs on one node only, which is about to leave, is to wait for it. A
 * lock that is recorded for what runs by now is void. */
static void
find(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    const struct mu_sched_node *node;
    struct mu_instant since = {0};

    if (!may_wait(resource)) {
        resource->lock_node = MU_STATE_NONE;
        return;
    }
    if (resource->lock_node != MU_STATE_NONE) {
        if (resource->running_on.count > 0) {
            end(sched, resource, resource->lock_node, "it runs");
            resource->lock_node = MU_STATE_NONE;
        }
        return;
    }
    if (!sched->options->shutdown_lock || resource->running_on.count != 1) {
        return;
    }
    node = &sched->nodes[resource->running_on.items[0]];
    if (!node->is_shutting_down || node->is_unclean) {
        return;
    }
    resource->lock_node = node->index;
    since.ms = node->shutdown_ms;
    resource->lock_time_ms = since.ms > 0 ? since.ms : sched->now_ms;
    if (sched->options->shutdown_lock_limit_ms > 0 && since.ms > 0) {
        sched->next_change = mu_instant_min(
            sched->next_change,
            mu_instant_after(since,
                             sched->options->shutdown_lock_limit_ms + 1000));
    }
}

/* It is the cluster's record that is cleared: the node need not be there. */
static void
end(struct mu_sched *sched, struct mu_sched_resource *resource, uint32_t node,
    const char *why)
{
    struct mu_sched_action *action =
        mu_action_new(sched, resource, mu_key(MU_VERB_LRM_DELETE), node);

    action->kind = MU_ACTION_NODE;
    mu_explain_cause(sched, action, why);
}
