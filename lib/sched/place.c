/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/clone.h"
#include "sched/colocate.h"
#include "sched/explain.h"
#include "sched/group.h"
#include "sched/location_note.h"
#include "sched/node_state.h"
#include "sched/place_nodes.h"
#include "sched/place_set.h"
#include "sched/setup.h"
#include "sched/utilization.h"
#include "sched/utilization_amount.h"

static void placement_sort(struct mu_sched *sched);
static int resources_cmp(struct mu_sched *sched, struct mu_sched_resource *a,
                         struct mu_sched_resource *b, const uint32_t *nodes);
static int32_t wish_on(const int32_t *scores, uint32_t node);
static int32_t *wishes_of(struct mu_sched *sched,
                          struct mu_sched_resource *resource);
static uint32_t primitive_assign(struct mu_sched *sched,
                                 struct mu_sched_resource *resource,
                                 uint32_t preferred, bool stops_if_nowhere);
static void colocations_apply(struct mu_sched *sched,
                              struct mu_sched_resource *resource);
static void dependent_bind(struct mu_sched *sched,
                           struct mu_sched_resource *resource,
                           const struct mu_colocation *colocation,
                           bool stops_if_nowhere);
static void scores_note(struct mu_sched *sched,
                        const struct mu_sched_resource *resource);
static void best_assign(struct mu_sched *sched,
                        struct mu_sched_resource *resource, uint32_t preferred,
                        bool stops_if_nowhere);
static void choice_note(struct mu_sched *sched,
                        struct mu_sched_resource *resource, uint32_t best);
static uint32_t best_stay(struct mu_sched *sched,
                          const struct mu_sched_resource *resource,
                          uint32_t best);

void
mu_place_run(struct mu_sched *sched)
{
    if (sched->has_utilization) {
        placement_sort(sched);
    }
    for (size_t i = 0; i < sched->top.count; i++) {
        (void)mu_place_assign(sched, sched->top.items[i], MU_STATE_NONE, true);
    }
}

/* With capacities the order of placement matters: by priority, then by how
 * much a resource wants to stay, then by its best nodes. A stable insertion
 * sort, because the comparison is expensive and not always transitive. */
static void
placement_sort(struct mu_sched *sched)
{
    uint32_t *nodes =
        mu_arena_new(sched->arena, uint32_t, sched->nodes_count + 1);
    int32_t *scores =
        mu_arena_new(sched->arena, int32_t, sched->nodes_count + 1);

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        scores[i] = sched->nodes[i].score;
    }
    (void)mu_place_sort_nodes(sched, scores, MU_STATE_NONE, nodes);
    for (size_t i = 1; i < sched->top.count; i++) {
        struct mu_sched_resource *resource = sched->top.items[i];
        size_t at = i;

        while (at > 0 && resources_cmp(sched, sched->top.items[at - 1],
                                       resource, nodes) > 0) {
            sched->top.items[at] = sched->top.items[at - 1];
            at--;
        }
        sched->top.items[at] = resource;
    }
}

/* Negative: 'a' is placed before 'b'. 'nodes' are in order of preference. */
static int
resources_cmp(struct mu_sched *sched, struct mu_sched_resource *a,
              struct mu_sched_resource *b, const uint32_t *nodes)
{
    int32_t *scores_a;
    int32_t *scores_b;

    if (a->priority != b->priority) {
        return a->priority > b->priority ? -1 : 1;
    }
    scores_a = wishes_of(sched, a);
    scores_b = wishes_of(sched, b);
    for (uint32_t i = 0; i <= sched->nodes_count; i++) {
        /* First the score on the current node, then on each node. */
        uint32_t node_a =
            i == 0 ? mu_state_current_node(sched, a) : nodes[i - 1];
        uint32_t node_b =
            i == 0 ? mu_state_current_node(sched, b) : nodes[i - 1];
        int32_t left = wish_on(scores_a, node_a);
        int32_t right = wish_on(scores_b, node_b);

        if (left != right) {
            return left > right ? -1 : 1;
        }
    }
    return 0;
}

static int32_t
wish_on(const int32_t *scores, uint32_t node)
{
    return node == MU_STATE_NONE || scores[node] == MU_SCORE_ABSENT
               ? -MU_SCORE_INFINITY
               : scores[node];
}

/* Own scores and those of what it wants to be with. A group speaks through its
 * last member, which wants to be with those before it. */
static int32_t *
wishes_of(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    const struct mu_sched_resource *own =
        resource->kind == MU_RESOURCE_GROUP && resource->children_count > 0
            ? resource->children[resource->children_count - 1]
            : resource;
    struct mu_colocate_merge merge = {
        .scores = mu_arena_copy(sched->arena, own->scores,
                                sched->nodes_count * sizeof(int32_t)),
        .factor = 1.0F,
        .is_this_with = true,
    };

    mu_colocate_merge(sched, resource, &merge);
    return merge.scores;
}

uint32_t
mu_place_assign(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t preferred, bool stops_if_nowhere)
{
    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        return primitive_assign(sched, resource, preferred, stops_if_nowhere);
    case MU_RESOURCE_GROUP:
        return mu_group_assign(sched, resource, preferred, stops_if_nowhere);
    case MU_RESOURCE_CLONE:
        return mu_clone_assign(sched, resource, stops_if_nowhere);
    case MU_RESOURCE_BUNDLE:
        break;
    }
    return MU_STATE_NONE;
}

/* Places what is around the resource first. A resource that is being placed
 * already is not placed again: a loop of colocations ends there. */
static uint32_t
primitive_assign(struct mu_sched *sched, struct mu_sched_resource *resource,
                 uint32_t preferred, bool stops_if_nowhere)
{
    if (resource->parent && !resource->parent->is_assigning) {
        (void)mu_place_assign(sched, resource->parent, MU_STATE_NONE, true);
    }
    if (!resource->is_unassigned) {
        return resource->assigned;
    }
    if (resource->is_assigning) {
        return MU_STATE_NONE;
    }
    resource->is_assigning = true;
    colocations_apply(sched, resource);

    if (resource->next_role == MU_ROLE_STOPPED) {
        const struct mu_plan_reason stopped = {
            .kind = resource->is_target_stopped ? MU_REASON_STOPPED
                    : resource->failed_op       ? MU_REASON_ON_FAIL_STOP
                                                : MU_REASON_NONE,
            .numbers = {0, resource->is_blocked},
            .op = resource->failed_op};

        mu_location_add(sched, resource, MU_STATE_NONE, -MU_SCORE_INFINITY,
                        &stopped);
    } else if (resource->next_role > resource->role && !sched->is_quorate &&
               sched->quorum_policy == MU_QUORUM_FREEZE) {
        resource->next_role = resource->role;
    }
    scores_note(sched, resource);
    if (sched->is_fencing_enabled && !sched->has_fence_device) {
        resource->is_managed = false; /* Nothing is safe to start. */
    }
    if (!resource->is_managed) {
        resource->next_role = resource->role;
        mu_explain_choice(sched, resource, MU_CHOICE_KEPT, MU_STATE_NONE);
        (void)mu_place_set(sched, resource,
                           mu_state_current_node(sched, resource), true,
                           stops_if_nowhere);
    } else if (sched->options->stop_all_resources) {
        mu_explain_choice(sched, resource, MU_CHOICE_STOP_ALL, MU_STATE_NONE);
        (void)mu_place_set(sched, resource, MU_STATE_NONE, true,
                           stops_if_nowhere);
    } else if (resource->is_unassigned) {
        best_assign(sched, resource, preferred, stops_if_nowhere);
    }
    resource->is_assigning = false;
    return resource->assigned;
}

/* Mandatory colocations first, to satisfy as many as possible. */
static void
colocations_apply(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    struct mu_colocations this_with = {0};
    struct mu_colocations with_this = {0};

    mu_colocate_this_with(sched, resource, &this_with);
    mu_colocate_with_this(sched, resource, &with_this);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < this_with.list.count; i++) {
            const struct mu_colocation *colocation = this_with.list.items[i];

            if (mu_state_is_infinite(colocation->score) == (pass == 0)) {
                dependent_bind(sched, resource, colocation, true);
            }
        }
        for (size_t i = 0; i < with_this.list.count; i++) {
            const struct mu_colocation *colocation = with_this.list.items[i];

            if (mu_state_is_infinite(colocation->score) == (pass == 0)) {
                mu_colocate_add_dependent(sched, resource, colocation);
            }
        }
    }
}

static void
dependent_bind(struct mu_sched *sched, struct mu_sched_resource *resource,
               const struct mu_colocation *colocation, bool stops_if_nowhere)
{
    struct mu_sched_resource *primary = colocation->primary;
    struct mu_plan_reason reason = {.kind = MU_REASON_COLOCATION,
                                    .is_apart = colocation->score < 0,
                                    .source = colocation->id,
                                    .numbers[0] =
                                        (int32_t)colocation->primary_role,
                                    .other = primary->index};
    int32_t *saved = NULL;
    int32_t *before;
    bool was_unassigned;

    if (colocation->dependent_role >= MU_ROLE_PROMOTED ||
        (colocation->score < 0 && colocation->score > -MU_SCORE_INFINITY)) {
        saved = mu_arena_copy(sched->arena, resource->scores,
                              sched->nodes_count * sizeof(*saved));
    }
    (void)mu_place_assign(sched, primary, MU_STATE_NONE, stops_if_nowhere);
    before = mu_explain_before(sched, resource);
    was_unassigned = resource->is_unassigned;
    mu_colocate_apply(sched, resource, primary, colocation);
    if (saved && !mu_colocate_has_node(sched, resource->scores)) {
        resource->scores = saved;
    }
    reason.other_node = primary->assigned;
    if (was_unassigned && !resource->is_unassigned) {
        reason.node = MU_STATE_NONE; /* There is none of it to pair with. */
        reason.score = -MU_SCORE_INFINITY;
        mu_explain_note(sched, resource, &reason);
    } else {
        mu_explain_change(sched, resource, before, &reason);
    }
}

static void
scores_note(struct mu_sched *sched, const struct mu_sched_resource *resource)
{
    if (!(sched->flags & MU_SCHED_SCORES) || resource->is_removed) {
        return; /* What left the configuration is not placed anew. */
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (resource->scores[i] != MU_SCORE_ABSENT) {
            *mu_vec_add(sched->arena, &sched->scores) =
                (struct mu_plan_score){.kind = MU_SCORE_PRIMITIVE,
                                       .instance = resource->id,
                                       .node = i,
                                       .score = resource->scores[i]};
        }
    }
}

static void
best_assign(struct mu_sched *sched, struct mu_sched_resource *resource,
            uint32_t preferred, bool stops_if_nowhere)
{
    uint32_t current = mu_state_current_node(sched, resource);
    uint32_t roomiest = mu_utilization_ban(sched, resource);
    uint32_t best = MU_STATE_NONE;

    if (preferred == MU_STATE_NONE) {
        preferred = roomiest;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (resource->scores[i] != MU_SCORE_ABSENT &&
            (best == MU_STATE_NONE ||
             mu_place_nodes_cmp(sched, resource->scores, current,
                       (uint32_t[2]){best, i}) > 0)) {
            best = i;
        }
    }
    if (best == MU_STATE_NONE) {
        mu_explain_choice(sched, resource, MU_CHOICE_NOWHERE, MU_STATE_NONE);
        (void)mu_place_set(sched, resource, MU_STATE_NONE, false,
                           stops_if_nowhere);
        return;
    }
    if (preferred != MU_STATE_NONE && resource->scores[preferred] >= 0 &&
        resource->scores[preferred] >= resource->scores[best] &&
        mu_node_state_is_available(&sched->nodes[preferred])) {
        best = preferred;
    } else {
        best = best_stay(sched, resource, best);
    }
    if (sched->flags & MU_SCHED_REASONS) {
        choice_note(sched, resource, best);
    }
    (void)mu_place_set(sched, resource, best, false, stops_if_nowhere);
}

/* Notes which node is the next best one, and what decided between the two. */
static void
choice_note(struct mu_sched *sched, struct mu_sched_resource *resource,
            uint32_t best)
{
    const int32_t *scores = resource->scores;
    uint32_t current = mu_state_current_node(sched, resource);
    uint32_t next = MU_STATE_NONE;
    enum mu_choice choice = MU_CHOICE_NAME;

    if (best == current && !resource->is_unique) {
        /* Which instance is where makes no difference: there is no next. */
        mu_explain_choice(sched, resource, MU_CHOICE_STAYS, MU_STATE_NONE);
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (i == best || scores[i] < 0 ||
            (next != MU_STATE_NONE && scores[i] < scores[next]) ||
            !mu_node_state_is_available(&sched->nodes[i])) {
            continue;
        }
        if (next == MU_STATE_NONE ||
            mu_place_nodes_cmp(sched, scores, current,
                               (uint32_t[2]){next, i}) > 0) {
            next = i;
        }
    }
    if (mu_place_usable_score(sched, scores, best) < 0) {
        choice = MU_CHOICE_NOWHERE;
    } else if (next == MU_STATE_NONE) {
        choice = MU_CHOICE_ONLY;
    } else if (scores[best] != scores[next]) {
        choice = MU_CHOICE_SCORE;
    } else if (best == current) {
        choice = MU_CHOICE_STAYS;
    } else if (sched->is_balanced &&
               mu_utilization_cmp(sched, best, next) != 0) {
        choice = MU_CHOICE_ROOM;
    } else if (!sched->is_minimal && sched->nodes[best].assigned_count !=
                                         sched->nodes[next].assigned_count) {
        choice = MU_CHOICE_FEWER;
    }
    mu_explain_choice(sched, resource, choice, next);
}

/* Among nodes that are equally good, and better than indifferent, a resource
 * stays where it is. Unique instances were given their places before. */
static uint32_t
best_stay(struct mu_sched *sched, const struct mu_sched_resource *resource,
          uint32_t best)
{
    uint32_t running = mu_state_current_node(sched, resource);
    bool is_unique_instance = resource->parent &&
                              mu_state_is_clone(resource->parent) &&
                              resource->parent->is_unique;

    if (is_unique_instance || resource->scores[best] <= 0 ||
        !mu_node_state_is_available(&sched->nodes[best]) ||
        running == MU_STATE_NONE ||
        resource->scores[running] != resource->scores[best] ||
        !mu_node_state_is_available(&sched->nodes[running])) {
        return best;
    }
    return running;
}

