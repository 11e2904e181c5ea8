/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wishes travel along colocations, weakened at every step. */

#include "sched/colocate.h"
#include "sched/explain.h"
#include "sched/node_state.h"
#include "sched/score.h"
#include "sched/setup_warn.h"

/* Marks a node as unusable while scores are merged. */
#define SCORE_UNUSABLE (-100 * MU_SCORE_INFINITY)

static bool may_go_on(struct mu_sched *sched);
static bool takes_group_along(const struct mu_sched_resource *source,
                              const struct mu_colocate_merge *merge);
static void merge_own(struct mu_sched *sched,
                      const struct mu_sched_resource *source,
                      const struct mu_colocate_merge *merge, int32_t *scores);
static void merge_others(struct mu_sched *sched,
                         struct mu_sched_resource *source,
                         const struct mu_colocate_merge *merge,
                         int32_t *scores);
static int32_t best_matching(struct mu_sched *sched,
                             const struct mu_sched_resource *source,
                             const struct mu_colocation *colocation,
                             uint32_t node);
static bool is_allowed_on_one(const struct mu_sched *sched,
                              const struct mu_sched_resource *resource);

void
mu_colocate_add_dependent(struct mu_sched *sched,
                          struct mu_sched_resource *target,
                          const struct mu_colocation *colocation)
{
    struct mu_colocate_merge merge = {
        .target = target,
        .scores = target->scores,
        .colocation = colocation,
        .factor = mu_score_factor(colocation->score),
        .is_nonnegative = mu_state_is_clone(target),
        .is_active = true,
    };

    if (mu_colocate_has_influence(colocation, NULL)) {
        /* Instances get the wishes once more, as their own. */
        int32_t *before = mu_state_is_clone(target)
                              ? NULL
                              : mu_explain_before(sched, target);

        mu_colocate_merge(sched, colocation->dependent, &merge);
        mu_explain_change(
            sched, target, before,
            &(struct mu_plan_reason){.kind = MU_REASON_DEPENDENT,
                                     .source = colocation->id,
                                     .other = colocation->dependent->index});
    }
}

/* Recurses through colocations; a resource that is being looked at already is
 * skipped, so it ends. */
void
mu_colocate_merge(struct mu_sched *sched, struct mu_sched_resource *source,
                  const struct mu_colocate_merge *merge)
{
    int32_t *work;

    if (takes_group_along(source, merge)) {
        source = source->parent;
    }
    if (source->is_merging || !may_go_on(sched)) {
        return;
    }
    source->is_merging = true;
    sched->wishes_depth++;
    if (source->kind == MU_RESOURCE_GROUP) {
        if (source->children_count > 0) {
            mu_colocate_merge(sched,
                              source->children[merge->is_this_with
                                                   ? source->children_count - 1
                                                   : 0],
                              merge);
        }
        source->is_merging = false;
        sched->wishes_depth--;
        return;
    }
    work = mu_arena_copy(sched->arena, merge->scores,
                         sched->nodes_count * sizeof(*work));
    if (work && merge->target) {
        merge_own(sched, source, merge, work);
    }
    if (work && mu_colocate_has_node(sched, work)) {
        merge_others(sched, source, merge, work);
    } else if (merge->is_active) {
        source->is_merging = false; /* As if it had no wishes. */
        sched->wishes_depth--;
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        merge->scores[i] =
            merge->is_nonnegative && work[i] == SCORE_UNUSABLE ? 1 : work[i];
    }
    source->is_merging = false;
    sched->wishes_depth--;
}

/* Wishes go along every way there is: where everything is colocated with
 * everything there are more ways than time. */
static bool
may_go_on(struct mu_sched *sched)
{
    uint32_t most = MU_WISHES_COUNT_MAX + 16 * (uint32_t)sched->resources.count;

    if (sched->wishes_count > most ||
        sched->wishes_depth >= MU_WISHES_DEPTH_MAX) {
        return false;
    }
    if (++sched->wishes_count > most) {
        mu_setup_warn(sched, "colocations are too entangled: not every wish "
                             "of dependent resources is considered");
    }
    return true;
}

/* Where a member must go the whole group goes: what the others think of a node
 * counts as well. */
static bool
takes_group_along(const struct mu_sched_resource *source,
                  const struct mu_colocate_merge *merge)
{
    const struct mu_sched_resource *group = source->parent;

    return !merge->is_this_with && merge->target && merge->colocation &&
           merge->colocation->is_explicit && group &&
           group->kind == MU_RESOURCE_GROUP && !group->is_merging &&
           merge->target->parent != group;
}

static void
merge_own(struct mu_sched *sched, const struct mu_sched_resource *source,
          const struct mu_colocate_merge *merge, int32_t *scores)
{
    const struct mu_colocation *colocation = merge->colocation;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        int32_t score;
        int32_t sum;

        if (scores[i] == MU_SCORE_ABSENT) {
            continue;
        }
        score = best_matching(sched, source, colocation, i);
        if (merge->factor < 0.0F && score < 0 &&
            (colocation->primary->stickiness >= -score ||
             !mu_colocate_has_influence(colocation, NULL) ||
             !is_allowed_on_one(sched, colocation->dependent))) {
            continue; /* Not to be drawn to what another avoids. */
        }
        if (scores[i] == SCORE_UNUSABLE) {
            continue;
        }
        sum = mu_score_add(mu_score_attenuate(score, merge->factor), scores[i]);
        if (merge->is_nonnegative && sum < 0 && scores[i] > 0) {
            scores[i] = SCORE_UNUSABLE;
            continue;
        }
        if (merge->is_nonnegative && sum < 0 && scores[i] == 0) {
            continue;
        }
        scores[i] = sum;
    }
}

static int32_t
best_matching(struct mu_sched *sched, const struct mu_sched_resource *source,
              const struct mu_colocation *colocation, uint32_t node)
{
    int32_t best = -MU_SCORE_INFINITY;
    const char *value;

    if (!colocation->attribute) { /* Only the node itself matches. */
        return source->scores[node] != MU_SCORE_ABSENT &&
                       source->scores[node] > best &&
                       mu_node_state_is_available(&sched->nodes[node])
                   ? source->scores[node]
                   : best;
    }
    value = mu_colocate_value(sched, node, colocation);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (source->scores[i] != MU_SCORE_ABSENT && source->scores[i] > best &&
            mu_node_state_is_available(&sched->nodes[i]) &&
            mu_colocate_values_equal(value,
                                     mu_colocate_value(sched, i, colocation))) {
            best = source->scores[i];
        }
    }
    return best;
}

static bool
is_allowed_on_one(const struct mu_sched *sched,
                  const struct mu_sched_resource *resource)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        count += resource->scores[i] >= 0 ? 1 : 0;
    }
    return count == 1;
}

static void
merge_others(struct mu_sched *sched, struct mu_sched_resource *source,
             const struct mu_colocate_merge *merge, int32_t *scores)
{
    struct mu_colocations found = {0};

    if (merge->is_this_with) {
        mu_colocate_this_with(sched, source, &found);
    } else {
        mu_colocate_with_this(sched, source, &found);
    }
    for (size_t i = 0; i < found.list.count; i++) {
        struct mu_colocation *colocation = found.list.items[i];
        struct mu_colocate_merge next = {
            .target = merge->target ? merge->target : source,
            .scores = scores,
            .colocation = colocation,
            .factor = merge->factor * (float)colocation->score /
                      (float)MU_SCORE_INFINITY,
            .is_nonnegative = merge->is_nonnegative,
            .is_active = true,
            .is_this_with = merge->is_this_with,
        };

        if (!merge->is_this_with &&
            !mu_colocate_has_influence(colocation, NULL)) {
            continue;
        }
        mu_colocate_merge(sched,
                          merge->is_this_with ? colocation->primary
                                              : colocation->dependent,
                          &next);
    }
}
