/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/clone_sort.h"

#include "sched/clone.h"
#include "sched/colocate.h"
#include "sched/node_state.h"
#include "sched/score.h"

static int by_allowed(const struct mu_sched_resource *a,
                      const struct mu_sched_resource *b, uint32_t nodes[2]);
static int by_node(struct mu_sched *sched, const struct mu_sched_resource *a,
                   const struct mu_sched_resource *b, const uint32_t nodes[2]);
static int by_colocation(struct mu_sched *sched,
                         const struct mu_sched_resource *a,
                         const struct mu_sched_resource *b,
                         const uint32_t nodes[2]);
static int32_t colocated_score(struct mu_sched *sched,
                               struct mu_sched_resource *clone,
                               const struct mu_colocations lists[2],
                               uint32_t node);
static bool has_failed(const struct mu_sched_resource *resource);
static int prefer(bool a, bool b);

/* Binary insertion would save comparisons, but the order is nearly right from
 * the start: a plain insertion sort is stable and linear then. */
void
mu_clone_sort_for_placement(struct mu_sched *sched,
                            struct mu_sched_resource *clone)
{
    mu_clone_sort_by_number(clone);
    for (uint32_t i = 1; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t at = i;

        while (at > 0 && mu_clone_sort_cmp(sched, clone->children[at - 1],
                                           instance) > 0) {
            clone->children[at] = clone->children[at - 1];
            at--;
        }
        clone->children[at] = instance;
    }
    mu_state_note_place(clone); /* Their order counts as well. */
}

void
mu_clone_sort_by_number(struct mu_sched_resource *clone)
{
    for (uint32_t i = 1; i < clone->children_count; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t at = i;

        while (at > 0 && clone->children[at - 1]->number > instance->number) {
            clone->children[at] = clone->children[at - 1];
            at--;
        }
        clone->children[at] = instance;
    }
    mu_state_note_place(clone); /* Their order counts as well. */
}

/* Negative when only 'a' has the good property, positive when only 'b'. */
static int
prefer(bool a, bool b)
{
    return (int)b - (int)a;
}

int
mu_clone_sort_cmp(struct mu_sched *sched, const struct mu_sched_resource *a,
                  const struct mu_sched_resource *b)
{
    size_t count_a = a->running_on.count;
    size_t count_b = b->running_on.count;
    uint32_t nodes[2] = {mu_state_current_node(sched, a),
                         mu_state_current_node(sched, b)};
    int order;

    if (count_a > 0 && count_b > 0 && count_a != count_b) {
        return count_a < count_b ? -1 : 1;
    }
    order = by_allowed(a, b, nodes);
    if (order != 0) {
        return order;
    }
    if (a->priority != b->priority) {
        return a->priority > b->priority ? -1 : 1;
    }
    if (nodes[0] == MU_STATE_NONE && nodes[1] == MU_STATE_NONE) {
        return 0;
    }
    if (nodes[0] == MU_STATE_NONE || nodes[1] == MU_STATE_NONE) {
        return nodes[0] == MU_STATE_NONE ? 1 : -1;
    }
    order = by_node(sched, a, b, nodes);
    if (order != 0) {
        return order;
    }
    order = by_colocation(sched, a, b, nodes);
    if (order != 0) {
        return order;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return 0;
}

/* An instance that must leave its node comes later, and counts as inactive. */
static int
by_allowed(const struct mu_sched_resource *a, const struct mu_sched_resource *b,
           uint32_t nodes[2])
{
    bool is_allowed_a = nodes[0] == MU_STATE_NONE || a->scores[nodes[0]] >= 0;
    bool is_allowed_b = nodes[1] == MU_STATE_NONE || b->scores[nodes[1]] >= 0;

    if (!is_allowed_a) {
        nodes[0] = MU_STATE_NONE;
    }
    if (!is_allowed_b) {
        nodes[1] = MU_STATE_NONE;
    }
    return prefer(is_allowed_a, is_allowed_b);
}

static int
by_node(struct mu_sched *sched, const struct mu_sched_resource *a,
        const struct mu_sched_resource *b, const uint32_t nodes[2])
{
    const struct mu_sched_resource *clone = a->parent;
    int order = prefer(mu_node_state_is_available(&sched->nodes[nodes[0]]),
                       mu_node_state_is_available(&sched->nodes[nodes[1]]));
    bool is_known_a = clone->scores[nodes[0]] != MU_SCORE_ABSENT;
    bool is_known_b = clone->scores[nodes[1]] != MU_SCORE_ABSENT;

    if (order != 0) {
        return order;
    }
    if (!is_known_a || !is_known_b) {
        return prefer(is_known_a, is_known_b);
    }
    if (clone->counts[nodes[0]] != clone->counts[nodes[1]]) {
        return clone->counts[nodes[0]] < clone->counts[nodes[1]] ? -1 : 1;
    }
    return prefer(!has_failed(a), !has_failed(b));
}

static bool
has_failed(const struct mu_sched_resource *resource)
{
    if (resource->is_failed) {
        return true;
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        if (resource->children[i]->is_failed) {
            return true;
        }
    }
    return false;
}

static int
by_colocation(struct mu_sched *sched, const struct mu_sched_resource *a,
              const struct mu_sched_resource *b, const uint32_t nodes[2])
{
    struct mu_colocations lists[2] = {0};
    int32_t score_a;
    int32_t score_b;

    mu_colocate_this_with(sched, a, &lists[0]);
    mu_colocate_with_this(sched, a, &lists[1]);
    score_a = colocated_score(sched, a->parent, lists, nodes[0]);
    score_b = colocated_score(sched, b->parent, lists, nodes[1]);
    if (score_a != score_b) {
        return score_a > score_b ? -1 : 1;
    }
    return 0;
}

/* What everything around the clone thinks of 'node', beside the node's own
 * score. */
static int32_t
colocated_score(struct mu_sched *sched, struct mu_sched_resource *clone,
                const struct mu_colocations lists[2], uint32_t node)
{
    int32_t own = mu_node_state_score(&sched->nodes[node]);
    int32_t *scores;

    if (lists[0].list.count == 0 && lists[1].list.count == 0) {
        return own;
    }
    scores = mu_arena_new(sched->arena, int32_t, sched->nodes_count + 1);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        scores[i] = i == node ? own : MU_SCORE_ABSENT;
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < lists[side].list.count; i++) {
            struct mu_colocation *colocation = lists[side].list.items[i];
            struct mu_colocate_merge merge = {
                .target = clone,
                .scores = scores,
                .colocation = colocation,
                .factor = mu_score_factor(colocation->score),
                .is_nonnegative = side == 1,
            };

            if (side == 1 && !mu_colocate_has_influence(colocation, clone)) {
                continue;
            }
            mu_colocate_merge(
                sched, side == 0 ? colocation->primary : colocation->dependent,
                &merge);
        }
    }
    return scores[node];
}
