/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/clone.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/clone_partner.h"
#include "sched/clone_sort.h"
#include "sched/colocate.h"
#include "sched/explain.h"
#include "sched/group.h"
#include "sched/location_note.h"
#include "sched/node_state.h"
#include "sched/notify.h"
#include "sched/order.h"
#include "sched/place.h"
#include "sched/place_set.h"
#include "sched/promote.h"
#include "sched/propagate.h"
#include "sched/score.h"
#include "sched/transition.h"

/* What the instances of a clone will do. */
struct doings {
    bool is_starting;
    bool is_stopping;
    bool is_restarting;
    bool is_active;
};

static uint32_t kept_node(const struct mu_sched *sched,
                          const struct mu_sched_resource *instance);
static int32_t kept_reserve(struct mu_sched *sched,
                            struct mu_sched_resource *clone);
static void instances_assign(struct mu_sched *sched,
                             struct mu_sched_resource *clone);
static uint32_t counts_reset(struct mu_sched *sched,
                             struct mu_sched_resource *clone);
static uint32_t preferred_node(struct mu_sched *sched,
                               const struct mu_sched_resource *instance,
                               uint32_t optimal);
static bool instance_assign_early(struct mu_sched *sched,
                                  struct mu_sched_resource *instance,
                                  uint32_t current, int32_t available);
static uint32_t instance_assign(struct mu_sched *sched,
                                struct mu_sched_resource *instance,
                                uint32_t preferred);
static void unavailable_ban(struct mu_sched *sched,
                            struct mu_sched_resource *instance);
static void unavailable_note(struct mu_sched *sched,
                             struct mu_sched_resource *instance,
                             uint32_t per_node);
static void banned_note(struct mu_sched *sched,
                        const struct mu_sched_resource *clone,
                        struct mu_sched_resource *part);
static void scores_save(struct mu_sched *sched,
                        const struct mu_sched_resource *instance,
                        int32_t **saved);
static void scores_restore(struct mu_sched *sched,
                           struct mu_sched_resource *instance, int32_t **saved);
static void doings_look(const struct mu_sched_resource *instance,
                        struct doings *doings);

uint32_t
mu_clone_assign(struct mu_sched *sched, struct mu_sched_resource *clone,
                bool stops_if_nowhere)
{
    struct mu_colocations found = {0};

    if (!clone->is_unassigned || clone->is_assigning) {
        return MU_STATE_NONE;
    }
    clone->is_assigning = true;
    if (clone->traits->is_promotable) {
        mu_promote_add_scores(sched, clone);
    }
    mu_colocate_this_with(sched, clone, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        (void)mu_place_assign(sched, found.list.items[i]->primary,
                              MU_STATE_NONE, stops_if_nowhere);
    }
    found.list.count = 0;
    mu_colocate_with_this(sched, clone, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        mu_colocate_add_dependent(sched, clone, found.list.items[i]);
    }
    mu_clone_sort_for_placement(sched, clone);
    instances_assign(sched, clone);
    if (clone->traits->is_promotable) {
        mu_promote_set_roles(sched, clone);
    }
    clone->is_unassigned = false;
    clone->is_assigning = false;
    return MU_STATE_NONE;
}

static uint32_t
counts_reset(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    uint32_t available = 0;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        clone->counts[i] = 0;
        if (clone->scores[i] != MU_SCORE_ABSENT &&
            mu_node_state_is_available(&sched->nodes[i])) {
            available++;
        }
    }
    return available;
}

/* Returns the node of what is active and not ours to stop, so that it takes up
 * its place whatever is decided; or NONE. */
static uint32_t
kept_node(const struct mu_sched *sched,
          const struct mu_sched_resource *instance)
{
    uint32_t node = MU_STATE_NONE;

    for (uint32_t i = 0;
         i < instance->children_count && node == MU_STATE_NONE; i++) {
        node = kept_node(sched, instance->children[i]);
    }
    return instance->children_count == 0 && !instance->is_managed
               ? mu_state_current_node(sched, instance)
               : node;
}

/* Nothing else is put where an instance stays in any case, though that one may
 * be the last to be placed. Returns how many there are. */
static int32_t
kept_reserve(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    int32_t count = 0;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        const struct mu_sched_resource *instance = clone->children[i];
        uint32_t node = kept_node(sched, instance);

        if (instance->is_unassigned && node != MU_STATE_NONE) {
            clone->counts[node]++;
            count++;
        }
    }
    return count;
}

/* First those that may stay, up to a fair share per node; then the rest. */
static void
instances_assign(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    const struct mu_plan_reason enough = {
        .kind = MU_REASON_CLONE_MAX, .numbers = {clone->traits->clone_max}};
    uint32_t available = counts_reset(sched, clone);
    int32_t total = clone->traits->clone_max;
    uint32_t optimal = available > 0 ? (uint32_t)total / available : 0;
    int32_t assigned = 0;
    int32_t reserved;

    if (optimal < 1) {
        optimal = 1;
    }
    for (uint32_t i = 0; i < clone->children_count && assigned < total; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t current;

        if (!instance->is_unassigned) {
            continue;
        }
        current = preferred_node(sched, instance, optimal);
        if (current != MU_STATE_NONE &&
            instance_assign_early(sched, instance, current, total - assigned)) {
            assigned++;
        }
    }
    reserved = kept_reserve(sched, clone);
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t kept = kept_node(sched, instance);

        if (!instance->is_unassigned) {
            continue;
        }
        if (kept != MU_STATE_NONE) {
            clone->counts[kept]--;
            reserved--;
        }
        if (assigned + reserved >= total) {
            mu_location_add(sched, instance, MU_STATE_NONE, -MU_SCORE_INFINITY,
                            &enough);
        } else if (instance_assign(sched, instance, MU_STATE_NONE) !=
                   MU_STATE_NONE) {
            assigned++;
        }
    }
    /* What was not tried is placed nowhere, by its scores. */
    for (uint32_t i = 0; i < clone->children_count; i++) {
        if (clone->children[i]->is_unassigned) {
            (void)mu_place_assign(sched, clone->children[i], MU_STATE_NONE,
                                  true);
        }
    }
}

static uint32_t
preferred_node(struct mu_sched *sched, const struct mu_sched_resource *instance,
               uint32_t optimal)
{
    const struct mu_sched_resource *clone = instance->parent;
    uint32_t node = mu_state_current_node(sched, instance);

    if (node == MU_STATE_NONE || !instance->is_unassigned ||
        instance->is_failed ||
        !mu_node_state_is_available(&sched->nodes[node])) {
        return MU_STATE_NONE;
    }
    if (clone->scores[node] != MU_SCORE_ABSENT &&
        clone->counts[node] >= optimal) {
        return MU_STATE_NONE;
    }
    return node;
}

/* Tries to keep the instance where it is. If another node is better for it,
 * the place there is kept for another instance, and it is tried again: which
 * nodes get instances follows from preferences, which instance is where from
 * where it is now. */
static bool
instance_assign_early(struct mu_sched *sched,
                      struct mu_sched_resource *instance, uint32_t current,
                      int32_t available)
{
    struct mu_sched_resource *clone = instance->parent;
    int32_t **saved;
    uint32_t *counts;
    uint32_t chosen = MU_STATE_NONE;
    size_t mark = mu_explain_mark(sched);

    if (instance->scores[current] < 0) {
        return false;
    }
    saved = mu_arena_new(sched->arena, int32_t *,
                         (size_t)instance->children_count + 1);
    scores_save(sched, instance, saved);
    counts = mu_arena_copy(sched->arena, clone->counts,
                           sched->nodes_count * sizeof(*counts));
    for (int32_t reserved = 0; reserved < available; reserved++) {
        chosen = instance_assign(sched, instance, current);
        if (chosen == current) {
            break;
        }
        scores_restore(sched, instance, saved);
        mu_explain_forget(sched, instance, mark);
        if (chosen == MU_STATE_NONE) {
            mu_place_unassign(sched, instance);
            break;
        }
        mu_place_unassign(sched, instance);
        chosen = MU_STATE_NONE;
    }
    memcpy(clone->counts, counts, sched->nodes_count * sizeof(*counts));
    if (chosen == MU_STATE_NONE) {
        return false;
    }
    clone->counts[chosen]++;
    return true;
}

static void
scores_save(struct mu_sched *sched, const struct mu_sched_resource *instance,
            int32_t **saved)
{
    size_t size = sched->nodes_count * sizeof(int32_t);

    saved[0] = mu_arena_copy(sched->arena, instance->scores, size);
    for (uint32_t i = 0; i < instance->children_count; i++) {
        saved[i + 1] =
            mu_arena_copy(sched->arena, instance->children[i]->scores, size);
    }
}

static void
scores_restore(struct mu_sched *sched, struct mu_sched_resource *instance,
               int32_t **saved)
{
    size_t size = sched->nodes_count * sizeof(int32_t);

    memcpy(instance->scores, saved[0], size);
    for (uint32_t i = 0; i < instance->children_count; i++) {
        memcpy(instance->children[i]->scores, saved[i + 1], size);
    }
}

static uint32_t
instance_assign(struct mu_sched *sched, struct mu_sched_resource *instance,
                uint32_t preferred)
{
    struct mu_sched_resource *clone = instance->parent;
    uint32_t chosen;

    if (instance->is_assigning) {
        return MU_STATE_NONE;
    }
    unavailable_ban(sched, instance);
    chosen =
        mu_place_assign(sched, instance, preferred, preferred == MU_STATE_NONE);
    if (chosen != MU_STATE_NONE) {
        clone->counts[chosen]++;
    }
    return chosen;
}

static void
unavailable_ban(struct mu_sched *sched, struct mu_sched_resource *instance)
{
    const struct mu_sched_resource *clone = instance->parent;
    uint32_t per_node = (uint32_t)(clone->traits->clone_node_max > 0
                                       ? clone->traits->clone_node_max
                                       : 0);

    unavailable_note(sched, instance, per_node);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (instance->scores[i] == MU_SCORE_ABSENT ||
            (!instance->is_removed &&
             mu_node_state_is_available(&sched->nodes[i]) &&
             clone->scores[i] >= 0 && clone->counts[i] < per_node)) {
            continue;
        }
        instance->scores[i] = -MU_SCORE_INFINITY;
        for (uint32_t j = 0; j < instance->children_count; j++) {
            if (instance->children[j]->scores[i] != MU_SCORE_ABSENT) {
                instance->children[j]->scores[i] = -MU_SCORE_INFINITY;
            }
        }
    }
}

/* Why nodes are not for this instance, though they may be for others; the
 * state of a node tells itself. */
static void
unavailable_note(struct mu_sched *sched, struct mu_sched_resource *instance,
                 uint32_t per_node)
{
    const struct mu_sched_resource *clone = instance->parent;
    int32_t *scores = NULL;

    if (!(sched->flags & MU_SCHED_REASONS)) {
        return;
    }
    if (instance->is_removed) {
        mu_explain_note(
            sched, instance,
            &(struct mu_plan_reason){.kind = MU_REASON_CLONE_MAX,
                                     .node = MU_PLAN_NONE,
                                     .score = -MU_SCORE_INFINITY,
                                     .numbers = {clone->traits->clone_max}});
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (instance->scores[i] == MU_SCORE_ABSENT || clone->scores[i] < 0 ||
            clone->counts[i] < per_node) {
            continue;
        }
        scores = scores ? scores : mu_explain_blank(sched);
        if (scores) {
            scores[i] = -MU_SCORE_INFINITY;
        }
    }
    if (scores) {
        mu_explain_note(sched, instance,
                        &(struct mu_plan_reason){
                            .kind = MU_REASON_CLONE_NODE_MAX,
                            .scores = scores,
                            .numbers = {clone->traits->clone_node_max}});
    }
    banned_note(sched, clone, instance);
    for (uint32_t i = 0; i < instance->children_count; i++) {
        banned_note(sched, clone, instance->children[i]);
    }
}

/* What speaks against the whole clone does so against all that is inside,
 * whatever their own scores are. */
static void
banned_note(struct mu_sched *sched, const struct mu_sched_resource *clone,
            struct mu_sched_resource *part)
{
    struct mu_plan_reason banned = {.kind = MU_REASON_CLONE,
                                    .other = clone->index,
                                    .score = -MU_SCORE_INFINITY};

    for (uint32_t i = 0; part->children_count == 0 && i < sched->nodes_count;
         i++) {
        if (clone->scores[i] < 0 && clone->scores[i] != MU_SCORE_ABSENT &&
            part->scores[i] != MU_SCORE_ABSENT &&
            part->scores[i] > -MU_SCORE_INFINITY) {
            banned.node = i;
            mu_explain_note(sched, part, &banned);
        }
    }
}

void
mu_clone_order(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    struct mu_sched_resource *previous = NULL;

    mu_order_ends(sched, mu_order_end(clone, MU_VERB_STOPPED),
                  mu_order_end(clone, MU_VERB_START), MU_ORDER_ORDERED);
    mu_order_ends(sched, mu_order_end(clone, MU_VERB_START),
                  mu_order_end(clone, MU_VERB_RUNNING),
                  MU_ORDER_UNRUNNABLE_BLOCKS);
    mu_order_ends(sched, mu_order_end(clone, MU_VERB_STOP),
                  mu_order_end(clone, MU_VERB_STOPPED),
                  MU_ORDER_UNRUNNABLE_BLOCKS);
    if (clone->traits->is_promotable) {
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_DEMOTED),
                      mu_order_end(clone, MU_VERB_STOP), MU_ORDER_ORDERED);
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_RUNNING),
                      mu_order_end(clone, MU_VERB_PROMOTE),
                      MU_ORDER_UNRUNNABLE_BLOCKS);
    }
    if (clone->traits->is_ordered) {
        mu_clone_sort_by_number(clone);
    }
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];

        mu_transition_order(sched, instance);
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_START),
                      mu_order_end(instance, MU_VERB_START),
                      MU_ORDER_UNRUNNABLE_BLOCKS | MU_ORDER_THEN_GRAPHS_FIRST);
        mu_order_ends(sched, mu_order_end(instance, MU_VERB_START),
                      mu_order_end(clone, MU_VERB_RUNNING),
                      MU_ORDER_FIRST_GRAPHS_THEN);
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_STOP),
                      mu_order_end(instance, MU_VERB_STOP),
                      MU_ORDER_THEN_GRAPHS_FIRST);
        mu_order_ends(sched, mu_order_end(instance, MU_VERB_STOP),
                      mu_order_end(clone, MU_VERB_STOPPED),
                      MU_ORDER_FIRST_GRAPHS_THEN);
        if (clone->traits->is_ordered && previous) {
            mu_order_ends(sched, mu_order_end(previous, MU_VERB_START),
                          mu_order_end(instance, MU_VERB_START),
                          MU_ORDER_ORDERED);
            mu_order_ends(sched, mu_order_end(instance, MU_VERB_STOP),
                          mu_order_end(previous, MU_VERB_STOP),
                          MU_ORDER_ORDERED);
        }
        previous = instance;
    }
    if (clone->traits->is_promotable) {
        mu_promote_order(sched, clone);
    }
}

void
mu_clone_act(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    struct doings doings = {0};
    struct mu_sched_action *running;
    struct mu_sched_action *stop;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        mu_transition_act(sched, clone->children[i]);
        doings_look(clone->children[i], &doings);
    }
    (void)mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_START),
                               doings.is_starting);
    running = mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_RUNNING),
                                   doings.is_starting);
    running->priority = MU_SCORE_INFINITY;
    if (!doings.is_active && !doings.is_starting) {
        running->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
    stop = mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_STOP),
                                doings.is_stopping);
    mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_STOPPED),
                         doings.is_stopping)
        ->priority = MU_SCORE_INFINITY;
    if (!doings.is_restarting) {
        stop->flags |= MU_FLAG_MIGRATABLE;
    }
    if (clone->traits->is_promotable) {
        mu_promote_act(sched, clone);
    }
    mu_notify_clone_act(sched, clone);
}

static void
doings_look(const struct mu_sched_resource *instance, struct doings *doings)
{
    bool is_starting = false;
    bool is_stopping = false;

    for (uint32_t i = 0; i < instance->children_count; i++) {
        doings_look(instance->children[i], doings);
    }
    if (instance->children_count > 0) {
        return;
    }
    for (const struct mu_sched_action *action = instance->actions; action;
         action = action->next) {
        if (mu_action_has(action, MU_FLAG_OPTIONAL)) {
            continue;
        }
        if (action->verb == MU_VERB_START &&
            mu_action_has(action, MU_FLAG_RUNNABLE)) {
            is_starting = true;
        } else if (action->verb == MU_VERB_STOP &&
                   (action->flags & (MU_FLAG_PSEUDO | MU_FLAG_RUNNABLE))) {
            is_stopping = true;
        }
    }
    doings->is_active = doings->is_active || instance->running_on.count > 0;
    doings->is_starting = doings->is_starting || is_starting;
    doings->is_stopping = doings->is_stopping || is_stopping;
    doings->is_restarting =
        doings->is_restarting || (is_starting && is_stopping);
}

