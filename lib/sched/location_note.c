/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/location_note.h"

#include "sched/explain.h"
#include "sched/score.h"

static void score_add(struct mu_sched *sched,
                      struct mu_sched_resource *resource, uint32_t node,
                      int32_t score);
static void scores_ban(struct mu_sched *sched,
                       struct mu_sched_resource *resource);

struct mu_location *
mu_location_new(struct mu_sched *sched, struct mu_sched_resource *resource,
                const char *id)
{
    struct mu_location *location =
        mu_arena_new(sched->arena, struct mu_location, 1);

    location->kind = MU_REASON_LOCATION;
    location->id = id;
    location->resource = resource;
    location->scores =
        mu_arena_new(sched->arena, int32_t, sched->nodes_count + 1);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        location->scores[i] = MU_SCORE_ABSENT;
    }
    *mu_vec_add(sched->arena, &sched->locations) = location;
    *mu_vec_add(sched->arena, &resource->locations) = location;
    return location;
}

void
mu_location_add(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node, int32_t score, const struct mu_plan_reason *why)
{
    struct mu_plan_reason reason = *why;

    reason.node = node;
    reason.score = score;
    mu_explain_note(sched, resource, &reason);
    score_add(sched, resource, node, score);
}

void
mu_location_ban_all(struct mu_sched *sched, struct mu_sched_resource *resource,
                    const struct mu_plan_reason *why)
{
    struct mu_plan_reason reason = *why;

    reason.node = MU_STATE_NONE;
    reason.score = -MU_SCORE_INFINITY;
    mu_explain_note(sched, resource, &reason);
    scores_ban(sched, resource);
}

/* Groups in clones are the deepest: the recursion is three deep. */
static void
score_add(struct mu_sched *sched, struct mu_sched_resource *resource,
          uint32_t node, int32_t score)
{
    uint32_t first = node == MU_STATE_NONE ? 0 : node;
    uint32_t end = node == MU_STATE_NONE ? sched->nodes_count : node + 1;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        score_add(sched, resource->children[i], node, score);
    }
    for (uint32_t i = first; i < end; i++) {
        resource->scores[i] = resource->scores[i] == MU_SCORE_ABSENT
                                  ? score
                                  : mu_score_add(resource->scores[i], score);
    }
}

static void
scores_ban(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        scores_ban(sched, resource->children[i]);
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        resource->scores[i] = -MU_SCORE_INFINITY;
    }
}
