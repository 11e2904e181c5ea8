/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/promote.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/clone_partner.h"
#include "sched/clone_sort.h"
#include "sched/colocate.h"
#include "sched/explain.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/score.h"
#include "sched/ticket.h"

static int32_t score_of(struct mu_sched *sched,
                        const struct mu_sched_resource *instance, uint32_t node,
                        bool *ret_is_set);
static bool score_counts(const struct mu_sched_resource *instance,
                         uint32_t node);
static bool runs_on(const struct mu_sched_resource *resource, uint32_t node);
static void priority_set(struct mu_sched *sched,
                         struct mu_sched_resource *instance);
static const char *score_name(struct mu_sched *sched,
                              const struct mu_sched_resource *instance);
static void promotion_note(struct mu_sched *sched,
                           struct mu_sched_resource *instance, int32_t score,
                           const struct mu_plan_reason *why);
static void role_note(struct mu_sched *sched,
                      struct mu_sched_resource *instance, int32_t score);
static void others_note(struct mu_sched *sched, struct mu_sched_resource *clone,
                        struct mu_sched_resource *instance);
static void base_note(struct mu_sched *sched, struct mu_sched_resource *clone);
static void locations_add(struct mu_sched_resource *instance,
                          const struct mu_sched_resource *owner, uint32_t node);
static void current_unpromoted(struct mu_sched_resource *resource);
static void next_unpromoted(struct mu_sched_resource *resource);
static void next_promoted(struct mu_sched_resource *resource);
static void instances_sort(struct mu_sched *sched,
                           struct mu_sched_resource *clone);
static void wishes_merge(struct mu_sched *sched,
                         struct mu_sched_resource *clone);
static void wish_merge(struct mu_sched *sched, struct mu_sched_resource *clone,
                       const struct mu_colocation *colocation,
                       struct mu_sched_resource *other);
static int instances_cmp(struct mu_sched *sched,
                         const struct mu_sched_resource *a,
                         const struct mu_sched_resource *b);
static bool stays_promoted(const struct mu_sched_resource *instance);
static void role_set(struct mu_sched *sched, struct mu_sched_resource *instance,
                     int32_t *count);
static uint32_t promotable_on(struct mu_sched *sched,
                              const struct mu_sched_resource *instance);
static void score_note(struct mu_sched *sched,
                       const struct mu_sched_resource *instance);
static void changes_look(const struct mu_sched_resource *resource,
                         bool *is_promoting, bool *is_demoting);

void
mu_promote_add_scores(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    if (clone->is_promoted_set) {
        return;
    }
    clone->is_promoted_set = true;
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        int32_t *notes = mu_explain_blank(sched);
        bool has_notes = false;

        for (uint32_t node = 0; node < sched->nodes_count; node++) {
            bool is_set = false;
            int32_t score;

            if (instance->scores[node] == MU_SCORE_ABSENT ||
                !mu_node_state_is_available(&sched->nodes[node])) {
                continue;
            }
            score = score_of(sched, instance, node, &is_set);
            if (score > 0) {
                instance->scores[node] =
                    mu_score_add(instance->scores[node], score);
            }
            if (score > 0 && notes) {
                notes[node] = score;
                has_notes = true;
            }
            if (score > instance->priority) {
                instance->priority = score;
            }
        }
        if (has_notes) {
            mu_explain_note(sched, instance,
                            &(struct mu_plan_reason){
                                .kind = MU_REASON_PROMOTION,
                                .scores = notes,
                                .detail = score_name(sched, instance)});
        }
    }
}

static bool
runs_on(const struct mu_sched_resource *resource, uint32_t node)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            return true;
        }
    }
    return false;
}

/* A score counts where the instance is known, or while nothing is known
 * anywhere. Instances of anonymous clones share what is known. */
static bool
score_counts(const struct mu_sched_resource *instance, uint32_t node)
{
    const struct mu_sched_resource *clone = instance->parent;
    bool is_known = false;
    bool is_active = false;

    if (instance->scores[node] < 0) {
        return false;
    }
    while (!mu_state_is_clone(clone)) {
        clone = clone->parent;
    }
    if (!instance->is_unique) {
        for (uint32_t i = 0; i < clone->children_count; i++) {
            const struct mu_sched_resource *other = clone->children[i];

            for (uint32_t j = 0; j < other->children_count; j++) {
                if (other->children[j]->config == instance->config) {
                    other = other->children[j];
                    break;
                }
            }
            if (runs_on(other, node)) {
                if (other == instance) {
                    return true;
                }
                is_active = true;
            }
            is_known = is_known || mu_state_has_node(other->known, node);
        }
        if (!is_active && is_known) {
            return true;
        }
    }
    if (instance->running_on.count == 0) {
        bool is_known_anywhere = false;

        for (uint32_t i = 0; i <= node / 64 && !is_known_anywhere; i++) {
            is_known_anywhere = instance->known[i] != 0;
        }
        if (!is_known_anywhere) {
            return true;
        }
    }
    return mu_state_has_node(instance->known, node) || runs_on(instance, node);
}

/* A cloned group's score is the sum of its members'. */
static int32_t
score_of(struct mu_sched *sched, const struct mu_sched_resource *instance,
         uint32_t node, bool *ret_is_set)
{
    /* Agents of old said it under the number of the instance, which is
     * anybody's once it has stopped. */
    const char *known_as = instance->known_as && instance->running_on.count > 0
                               ? instance->known_as
                               : instance->id;
    const char *value;
    int32_t score = 0;

    if (instance->children_count > 0) {
        for (uint32_t i = 0; i < instance->children_count; i++) {
            score += score_of(sched, instance->children[i], node, ret_is_set);
        }
        return score;
    }
    if (!score_counts(instance, node)) {
        return 0;
    }
    value = mu_node_state_attribute(
        sched, node, mu_text_make(sched->arena, "master-%s", known_as));
    if (!value && strcmp(known_as, instance->name) != 0) {
        value = mu_node_state_attribute(
            sched, node,
            mu_text_make(sched->arena, "master-%s", instance->name));
    }
    if (!value) {
        return 0;
    }
    *ret_is_set = true;
    return mu_text_parse_score(value, &score) == 0 ? score : 0;
}

void
mu_promote_set_roles(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    int32_t count = 0;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        clone->counts[i] = 0; /* From here on: promoted ones. */
    }
    for (uint32_t i = 0; i < clone->children_count; i++) {
        priority_set(sched, clone->children[i]);
        count += stays_promoted(clone->children[i]) ? 1 : 0;
    }
    instances_sort(sched, clone);
    for (uint32_t i = 0; i < clone->children_count; i++) {
        role_set(sched, clone->children[i], &count);
    }
    clone->promoted_count = (uint32_t)count;
}

static void
current_unpromoted(struct mu_sched_resource *resource)
{
    if (resource->role == MU_ROLE_STARTED) {
        resource->role = MU_ROLE_UNPROMOTED;
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        current_unpromoted(resource->children[i]);
    }
}

static void
priority_set(struct mu_sched *sched, struct mu_sched_resource *instance)
{
    struct mu_colocations found = {0};
    uint32_t node = mu_clone_node_of(instance);
    enum mu_role next_role = mu_order_state_of(instance, false);
    bool is_set = false;

    if (mu_order_state_of(instance, true) == MU_ROLE_STARTED) {
        current_unpromoted(instance);
    }
    if (node == MU_STATE_NONE) {
        return;
    }
    switch (next_role) {
    case MU_ROLE_STARTED:
    case MU_ROLE_UNKNOWN:
        instance->priority = score_of(sched, instance, node, &is_set);
        if (!is_set) {
            /* Without a score only a constraint can promote it. */
            instance->priority = -1;
        }
        promotion_note(sched, instance, instance->priority,
                       &(struct mu_plan_reason){
                           .kind = MU_REASON_PROMOTION,
                           .detail = is_set ? score_name(sched, instance)
                                            : NULL});
        break;
    case MU_ROLE_UNPROMOTED:
    case MU_ROLE_STOPPED:
        instance->priority = -MU_SCORE_INFINITY;
        role_note(sched, instance, instance->priority);
        break;
    case MU_ROLE_PROMOTED:
        role_note(sched, instance, MU_SCORE_INFINITY);
        break;
    }
    locations_add(instance, instance, node);
    locations_add(instance, instance->parent, node);
    mu_colocate_this_with(sched, instance, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        const struct mu_colocation *colocation = found.list.items[i];
        int32_t before = instance->priority;

        mu_colocate_apply(sched, instance, colocation->primary, colocation);
        promotion_note(sched, instance,
                       mu_state_is_infinite(instance->priority)
                           ? instance->priority
                           : instance->priority - before,
                       &(struct mu_plan_reason){
                           .kind = before == instance->priority
                                       ? MU_REASON_NONE
                                       : MU_REASON_COLOCATION,
                           .is_apart = colocation->score < 0,
                           .source = colocation->id,
                           .numbers = {(int32_t)colocation->primary_role},
                           .other = colocation->primary->index,
                           .other_node = colocation->primary->assigned});
    }
    instance->promotion =
        next_role == MU_ROLE_PROMOTED ? MU_SCORE_INFINITY : instance->priority;
}

/* The attribute that an agent sets for the promotion of an instance. */
static const char *
score_name(struct mu_sched *sched, const struct mu_sched_resource *instance)
{
    while (instance->children_count > 0) {
        instance = instance->children[0];
    }
    return sched->flags & MU_SCHED_REASONS
               ? mu_text_make(sched->arena, "master-%s", instance->name)
               : NULL;
}

static void
promotion_note(struct mu_sched *sched, struct mu_sched_resource *instance,
               int32_t score, const struct mu_plan_reason *why)
{
    struct mu_plan_reason reason = *why;

    reason.is_promotion = true;
    reason.node = mu_clone_node_of(instance);
    reason.score = score;
    mu_explain_note(sched, instance, &reason);
}

/* Why the role is settled before any score counts. */
static void
role_note(struct mu_sched *sched, struct mu_sched_resource *instance,
          int32_t score)
{
    const struct mu_sched_resource *part = instance;
    struct mu_plan_reason reason = {.kind = MU_REASON_QUORUM};

    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (instance->children[i]->next_role == instance->next_role) {
            part = instance->children[i];
        }
    }
    if (!part->is_managed) {
        reason.kind = MU_REASON_UNMANAGED;
    } else if (part->next_role == part->traits->target_role) {
        reason.kind = MU_REASON_STOPPED;
        reason.numbers[0] = (int32_t)part->next_role;
    } else if (part->failed_op) {
        reason.kind = MU_REASON_FAILED;
        reason.op = part->failed_op;
    }
    promotion_note(sched, instance, score, &reason);
}

/* Location constraints for the promoted role. */
static void
locations_add(struct mu_sched_resource *instance,
              const struct mu_sched_resource *owner, uint32_t node)
{
    for (size_t i = 0; i < owner->locations.count; i++) {
        const struct mu_location *location = owner->locations.items[i];

        if (location->role == MU_ROLE_PROMOTED &&
            location->scores[node] != MU_SCORE_ABSENT) {
            instance->priority =
                mu_score_add(instance->priority, location->scores[node]);
        }
    }
}

static void
instances_sort(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    clone->is_merging = true;
    wishes_merge(sched, clone);
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t node = mu_clone_node_of(instance);

        if (!instance->is_managed && instance->next_role == MU_ROLE_PROMOTED) {
            instance->promotion = MU_SCORE_INFINITY;
        } else if (node != MU_STATE_NONE && instance->promotion >= 0 &&
                   clone->scores[node] != MU_SCORE_ABSENT) {
            instance->promotion = clone->scores[node];
        }
    }
    for (uint32_t i = 1; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t at = i;

        while (at > 0 &&
               instances_cmp(sched, clone->children[at - 1], instance) > 0) {
            clone->children[at] = clone->children[at - 1];
            at--;
        }
        clone->children[at] = instance;
    }
    mu_state_note_place(clone); /* Their order counts as well. */
    clone->is_merging = false;
}

/* What those around the clone would like to see promoted where. */
static void
wishes_merge(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    struct mu_colocations found = {0};

    base_note(sched, clone);
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t node = mu_clone_node_of(instance);

        if (instance->promotion >= 0 && node != MU_STATE_NONE &&
            clone->scores[node] != MU_SCORE_ABSENT) {
            others_note(sched, clone, instance);
            clone->scores[node] =
                mu_score_add(instance->promotion, clone->scores[node]);
        }
    }
    /* Wishes of the clone itself are part of its priorities already; only
     * where it must not be promoted counts here. */
    mu_colocate_this_with(sched, clone, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        const struct mu_colocation *colocation = found.list.items[i];

        if (colocation->dependent_role == MU_ROLE_PROMOTED &&
            colocation->score >= MU_SCORE_INFINITY) {
            wish_merge(sched, clone, colocation, colocation->primary);
        }
    }
    found.list.count = 0;
    mu_colocate_with_this(sched, clone, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        const struct mu_colocation *colocation = found.list.items[i];

        if (colocation->primary_role == MU_ROLE_PROMOTED &&
            mu_colocate_has_influence(colocation, NULL)) {
            wish_merge(sched, clone, colocation, colocation->dependent);
        }
    }
    mu_ticket_require_promotion(sched, clone);
}

/* Where several instances share a node, what speaks for one speaks for all. */
static void
others_note(struct mu_sched *sched, struct mu_sched_resource *clone,
            struct mu_sched_resource *instance)
{
    uint32_t node = mu_clone_node_of(instance);

    for (uint32_t i = 0;
         clone->traits->clone_node_max > 1 && i < clone->children_count; i++) {
        const struct mu_sched_resource *other = clone->children[i];

        if (other != instance && other->promotion > 0 &&
            mu_clone_node_of(other) == node) {
            promotion_note(sched, instance, other->promotion,
                           &(struct mu_plan_reason){.kind = MU_REASON_CLONE,
                                                    .other = other->index});
        }
    }
}

/* What speaks for the clone on a node speaks for being promoted there. */
static void
base_note(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    int32_t *before = mu_explain_blank(sched);

    for (uint32_t i = 0; before && i < sched->nodes_count; i++) {
        before[i] = clone->scores[i] == MU_SCORE_ABSENT ? MU_SCORE_ABSENT : 0;
    }
    mu_explain_change(sched, clone, before,
                      &(struct mu_plan_reason){.kind = MU_REASON_CLONE,
                                               .is_promotion = true,
                                               .other = clone->index});
}

/* 'other' is the other end of 'colocation'. */
static void
wish_merge(struct mu_sched *sched, struct mu_sched_resource *clone,
           const struct mu_colocation *colocation,
           struct mu_sched_resource *other)
{
    bool is_dependent = other == colocation->dependent;
    int32_t *before = mu_explain_before(sched, clone);
    struct mu_colocate_merge merge = {
        .target = clone,
        .scores = clone->scores,
        .colocation = colocation,
        .factor = mu_score_factor(colocation->score),
        .is_nonnegative = is_dependent,
        .is_active = is_dependent,
    };

    mu_colocate_merge(sched, other, &merge);
    mu_explain_change(sched, clone, before,
                      &(struct mu_plan_reason){.kind = MU_REASON_DEPENDENT,
                                               .is_promotion = true,
                                               .source = colocation->id,
                                               .other = other->index});
}

static int
instances_cmp(struct mu_sched *sched, const struct mu_sched_resource *a,
              const struct mu_sched_resource *b)
{
    enum mu_role role_a = mu_order_state_of(a, true);
    enum mu_role role_b = mu_order_state_of(b, true);

    if (a->promotion != b->promotion) {
        return a->promotion > b->promotion ? -1 : 1;
    }
    if (role_a != role_b) {
        return role_a > role_b ? -1 : 1;
    }
    return mu_clone_sort_cmp(sched, a, b);
}

static void
score_note(struct mu_sched *sched, const struct mu_sched_resource *instance)
{
    if (sched->flags & MU_SCHED_SCORES) {
        *mu_vec_add(sched->arena, &sched->scores) =
            (struct mu_plan_score){.kind = MU_SCORE_PROMOTION,
                                   .instance = instance->id,
                                   .node = mu_clone_node_of(instance),
                                   .score = instance->promotion};
    }
}

static void
role_set(struct mu_sched *sched, struct mu_sched_resource *instance,
         int32_t *count)
{
    struct mu_sched_resource *clone = instance->parent;
    uint32_t node = MU_STATE_NONE;
    bool is_counted = stays_promoted(instance);

    score_note(sched, instance);
    if (instance->promotion >= 0 &&
        (is_counted || *count < clone->traits->promoted_max ||
         !clone->is_managed)) {
        node = promotable_on(sched, instance);
    }
    if (node == MU_STATE_NONE ||
        (instance->role < MU_ROLE_PROMOTED && !sched->is_quorate &&
         sched->quorum_policy == MU_QUORUM_FREEZE)) {
        next_unpromoted(instance);
        return;
    }
    clone->counts[node]++;
    next_promoted(instance);
    *count += is_counted ? 0 : 1;
}

/* Tells whether it is promoted and not ours to demote: it is one of those that
 * may be, whatever its score. */
static bool
stays_promoted(const struct mu_sched_resource *instance)
{
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (stays_promoted(instance->children[i])) {
            return true;
        }
    }
    return instance->children_count == 0 && !instance->is_managed &&
           instance->role == MU_ROLE_PROMOTED;
}

static uint32_t
promotable_on(struct mu_sched *sched, const struct mu_sched_resource *instance)
{
    const struct mu_sched_resource *clone = instance->parent;
    uint32_t node = mu_clone_node_of(instance);

    if (!mu_state_is_clone(clone)) {
        clone = clone->parent;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (promotable_on(sched, instance->children[i]) == MU_STATE_NONE) {
            return MU_STATE_NONE;
        }
    }
    if (node == MU_STATE_NONE || clone->scores[node] == MU_SCORE_ABSENT) {
        return MU_STATE_NONE;
    }
    if (!instance->is_managed) {
        return mu_order_state_of(instance, true) == MU_ROLE_PROMOTED
                   ? node
                   : MU_STATE_NONE;
    }
    if (instance->priority < 0 ||
        !mu_node_state_is_available(&sched->nodes[node]) ||
        clone->counts[node] >= (uint32_t)clone->traits->promoted_node_max) {
        return MU_STATE_NONE;
    }
    return node;
}

static void
next_unpromoted(struct mu_sched_resource *resource)
{
    bool is_assigned = resource->assigned != MU_STATE_NONE;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        next_unpromoted(resource->children[i]);
        is_assigned =
            is_assigned || resource->children[i]->assigned != MU_STATE_NONE;
    }
    resource->next_role = is_assigned ? MU_ROLE_UNPROMOTED : MU_ROLE_STOPPED;
}

static void
next_promoted(struct mu_sched_resource *resource)
{
    if (resource->next_role == MU_ROLE_UNKNOWN) {
        resource->next_role = MU_ROLE_PROMOTED;
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        next_promoted(resource->children[i]);
    }
}

void
mu_promote_order(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    static const struct {
        enum mu_verb first;
        enum mu_verb then;
    } pairs[] = {
        {MU_VERB_STOPPED, MU_VERB_START},   {MU_VERB_STOPPED, MU_VERB_PROMOTE},
        {MU_VERB_DEMOTED, MU_VERB_STOP},    {MU_VERB_DEMOTED, MU_VERB_START},
        {MU_VERB_DEMOTED, MU_VERB_PROMOTE}, {MU_VERB_RUNNING, MU_VERB_PROMOTE},
        {MU_VERB_DEMOTE, MU_VERB_DEMOTED},
    };
    struct mu_sched_resource *previous = NULL;

    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        mu_order_ends(sched, mu_order_end(clone, pairs[i].first),
                      mu_order_end(clone, pairs[i].then), MU_ORDER_ORDERED);
    }
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];

        mu_order_ends(sched, mu_order_end(instance, MU_VERB_DEMOTE),
                      mu_order_end(instance, MU_VERB_PROMOTE),
                      MU_ORDER_ORDERED);
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_PROMOTE),
                      mu_order_end(instance, MU_VERB_PROMOTE),
                      MU_ORDER_ORDERED);
        mu_order_ends(sched, mu_order_end(instance, MU_VERB_PROMOTE),
                      mu_order_end(clone, MU_VERB_PROMOTED), MU_ORDER_ORDERED);
        mu_order_ends(sched, mu_order_end(clone, MU_VERB_DEMOTE),
                      mu_order_end(instance, MU_VERB_DEMOTE),
                      MU_ORDER_THEN_GRAPHS_FIRST);
        mu_order_ends(sched, mu_order_end(instance, MU_VERB_DEMOTE),
                      mu_order_end(clone, MU_VERB_DEMOTED),
                      MU_ORDER_FIRST_GRAPHS_THEN);
        if (clone->traits->is_ordered && previous) {
            mu_order_ends(sched, mu_order_end(previous, MU_VERB_PROMOTE),
                          mu_order_end(instance, MU_VERB_PROMOTE),
                          MU_ORDER_ORDERED);
            mu_order_ends(sched, mu_order_end(instance, MU_VERB_DEMOTE),
                          mu_order_end(previous, MU_VERB_DEMOTE),
                          MU_ORDER_ORDERED);
        }
        previous = instance;
    }
}

void
mu_promote_act(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    bool is_promoting = false;
    bool is_demoting = false;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        changes_look(clone->children[i], &is_promoting, &is_demoting);
    }
    (void)mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_PROMOTE),
                               is_promoting);
    mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_PROMOTED), is_promoting)
        ->priority = MU_SCORE_INFINITY;
    (void)mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_DEMOTE),
                               is_demoting);
    mu_action_get_pseudo(sched, clone, mu_key(MU_VERB_DEMOTED), is_demoting)
        ->priority = MU_SCORE_INFINITY;
    for (uint32_t i = 0; i < clone->children_count; i++) {
        clone->children[i]->priority = clone->priority;
    }
}

static void
changes_look(const struct mu_sched_resource *resource, bool *is_promoting,
             bool *is_demoting)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        changes_look(resource->children[i], is_promoting, is_demoting);
    }
    for (const struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        if (!mu_action_has(action, MU_FLAG_OPTIONAL)) {
            *is_promoting = *is_promoting || action->verb == MU_VERB_PROMOTE;
            *is_demoting = *is_demoting || action->verb == MU_VERB_DEMOTE;
        }
    }
}

int32_t
mu_promote_weigh(struct mu_sched *sched, struct mu_sched_resource *dependent,
                 struct mu_sched_resource *primary,
                 const struct mu_colocation *colocation)
{
    int32_t added = 0;

    if (mu_clone_find_partner(sched, dependent, primary,
                              colocation->primary_role, false)) {
        added = colocation->score;
    } else if (colocation->score >= MU_SCORE_INFINITY) {
        added = -MU_SCORE_INFINITY;
    }
    dependent->priority = mu_score_add(dependent->priority, added);
    return added;
}

void
mu_promote_bind(struct mu_sched *sched, struct mu_sched_resource *dependent,
                const struct mu_sched_resource *primary,
                const struct mu_colocation *colocation)
{
    bool is_mandatory = colocation->score >= MU_SCORE_INFINITY;
    bool is_of_promoted = colocation->dependent_role == MU_ROLE_PROMOTED &&
                          colocation->primary_role == MU_ROLE_PROMOTED;

    /* What is not promoted with it must still be able to start. */
    if (is_mandatory && is_of_promoted) {
        return;
    }
    for (uint32_t node = 0; node < sched->nodes_count; node++) {
        int32_t best = -MU_SCORE_INFINITY;
        bool has_match = false;

        if (dependent->scores[node] == MU_SCORE_ABSENT) {
            continue;
        }
        for (uint32_t i = 0; i < primary->children_count; i++) {
            const struct mu_sched_resource *instance = primary->children[i];
            uint32_t where = mu_clone_node_of(instance);
            int32_t score;

            if (where == MU_STATE_NONE ||
                mu_order_state_of(instance, false) !=
                    colocation->primary_role ||
                !mu_colocate_nodes_match(sched, node, where, colocation)) {
                continue;
            }
            has_match = true;
            if (!is_mandatory) {
                dependent->scores[node] = mu_score_add(dependent->scores[node],
                                                       colocation->score);
            }
            /* What is not managed is there whatever its scores say. */
            score = !instance->is_managed
                        ? mu_node_state_score(&sched->nodes[where])
                    : instance->children_count > 0
                        ? instance->children[0]->scores[where]
                        : instance->scores[where];
            best = score > best ? score : best;
        }
        if (is_mandatory) {
            dependent->scores[node] =
                has_match ? mu_score_add(dependent->scores[node], best)
                          : -MU_SCORE_INFINITY;
        }
    }
}
