/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/withhold.h"

#include "sched/action.h"
#include "sched/colocate_block.h"
#include "sched/explain.h"
#include "sched/order.h"
#include "sched/propagate.h"

static bool clone_look(struct mu_sched *sched, struct mu_sched_resource *clone);
static struct mu_sched_action *lost_find(const struct mu_sched *sched,
                                         struct mu_sched_resource *resource);
static bool is_done(const struct mu_sched_action *action);
static struct mu_sched_action *promote_find(struct mu_sched_resource *resource);
static void promotes_block(struct mu_sched *sched,
                           struct mu_sched_resource *resource,
                           const struct mu_sched_action *blocker);

bool
mu_withhold_run(struct mu_sched *sched)
{
    bool is_changed = false;

    for (size_t i = 0; i < sched->top.count; i++) {
        struct mu_sched_resource *clone = sched->top.items[i];

        if (mu_state_is_clone(clone) && clone->traits->is_promotable &&
            clone_look(sched, clone)) {
            is_changed = true;
        }
    }
    return is_changed;
}

static bool
clone_look(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    struct mu_sched_action *lost = NULL;
    struct mu_sched_resource *worst = NULL;
    int32_t count = 0;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        struct mu_sched_action *demote = lost_find(sched, instance);

        if (demote) {
            lost = demote;
            count++;
        } else if (promote_find(instance)) {
            count++;
            if (!worst || instance->promotion < worst->promotion ||
                (instance->promotion == worst->promotion &&
                 instance->number > worst->number)) {
                worst = instance;
            }
        } else if (mu_order_state_of(instance, false) == MU_ROLE_PROMOTED &&
                   mu_order_state_of(instance, true) == MU_ROLE_PROMOTED) {
            count++;
        }
    }
    if (!lost || !worst || count <= clone->traits->promoted_max) {
        return false;
    }
    promotes_block(sched, worst, lost);
    return true;
}

/* The demotion of what is to be demoted and cannot, or null. What is on a node
 * that is not trusted counts for those that ask for fencing only. */
static struct mu_sched_action *
lost_find(const struct mu_sched *sched, struct mu_sched_resource *resource)
{
    enum mu_requires requires = resource->traits->requires;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        struct mu_sched_action *lost =
            lost_find(sched, resource->children[i]);

        if (lost) {
            return lost;
        }
    }
    for (struct mu_sched_action *demote = mu_action_find(
             resource, mu_key(MU_VERB_DEMOTE), MU_STATE_NONE);
         resource->role == MU_ROLE_PROMOTED &&
         resource->next_role < MU_ROLE_PROMOTED && demote;
         demote = mu_action_find_next(demote)) {
        bool is_trusted = demote->node != MU_STATE_NONE &&
                          mu_state_is_well(&sched->nodes[demote->node]) &&
                          !sched->nodes[demote->node].is_pending;

        if (demote->node != MU_STATE_NONE && !is_done(demote) &&
            !is_done(mu_action_find(resource, mu_key(MU_VERB_STOP),
                                    demote->node)) &&
            (is_trusted || requires == MU_REQUIRES_FENCING ||
             requires == MU_REQUIRES_UNFENCING)) {
            return demote;
        }
    }
    return NULL;
}

static bool
is_done(const struct mu_sched_action *action)
{
    return action && !mu_action_has(action, MU_FLAG_OPTIONAL) &&
           mu_action_has(action, MU_FLAG_RUNNABLE);
}

/* A promotion of an instance, or of a part of it, that can be taken back. */
static struct mu_sched_action *
promote_find(struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        struct mu_sched_action *found = promote_find(resource->children[i]);

        if (found) {
            return found;
        }
    }
    for (struct mu_sched_action *promote = mu_action_find(
             resource, mu_key(MU_VERB_PROMOTE), MU_STATE_NONE);
         promote; promote = mu_action_find_next(promote)) {
        if (is_done(promote) && !promote->in_flight && resource->is_managed) {
            return promote;
        }
    }
    return NULL;
}

static void
promotes_block(struct mu_sched *sched, struct mu_sched_resource *resource,
               const struct mu_sched_action *blocker)
{
    struct mu_sched_action *promote;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        promotes_block(sched, resource->children[i], blocker);
    }
    for (promote = mu_action_find(resource, mu_key(MU_VERB_PROMOTE),
                                  MU_STATE_NONE);
         promote; promote = mu_action_find_next(promote)) {
        if (is_done(promote) && !promote->in_flight) {
            mu_action_clear(promote, MU_FLAG_RUNNABLE);
            mu_explain_block(sched, promote, blocker, NULL, false);
            mu_colocate_block_dependents(sched, promote);
            mu_propagate_from(sched, promote);
        }
    }
}
