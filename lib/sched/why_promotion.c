/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotions: why this instance and not that one. */

#include "base/limits.h"
#include "base/text.h"
#include "sched/why.h"

static uint32_t whole_of(const struct mu_why *why, uint32_t instance);
static uint32_t rival_of(const struct mu_why *why, uint32_t whole,
                         bool is_promoted);
static const char *promoted_text(const struct mu_why *why, uint32_t whole);
static const char *unpromoted_text(const struct mu_why *why, uint32_t instance,
                                   uint32_t whole);
static const char *obstacle_text(const struct mu_why *why, uint32_t instance);
static const char *place_text(const struct mu_why *why, uint32_t instance);

const char *
mu_why_promotion(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    uint32_t whole = whole_of(why, instance);

    if (!about->is_managed) {
        return "it is not managed and stays what it is";
    }
    return about->role_after == MU_ROLE_PROMOTED
               ? promoted_text(why, whole)
               : unpromoted_text(why, instance, whole);
}

/* The instance of the clone that it is, or is part of. */
static uint32_t
whole_of(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *all = why->plan->instances;

    while (all[instance].parent != MU_PLAN_NONE &&
           all[all[instance].parent].parent != MU_PLAN_NONE) {
        instance = all[instance].parent;
    }
    return instance;
}

/* Of the others that could be promoted: the last of those that are, or the
 * first of those that are not. */
static uint32_t
rival_of(const struct mu_why *why, uint32_t whole, bool is_promoted)
{
    const struct mu_plan_instance *all = why->plan->instances;
    uint32_t rival = MU_PLAN_NONE;

    for (uint32_t i = 0; i < why->plan->instances_count; i++) {
        bool is_better;

        if (i == whole || all[i].parent != all[whole].parent ||
            all[i].node == MU_PLAN_NONE || all[i].promotion < 0 ||
            (all[i].role_after == MU_ROLE_PROMOTED) != is_promoted) {
            continue;
        }
        is_better = rival == MU_PLAN_NONE ||
                    (is_promoted ? all[i].promotion < all[rival].promotion
                                 : all[i].promotion > all[rival].promotion);
        rival = is_better ? i : rival;
    }
    return rival;
}

static const char *
promoted_text(const struct mu_why *why, uint32_t whole)
{
    const struct mu_plan_instance *about = &why->plan->instances[whole];
    const char *score = mu_why_score_text(why, about->promotion);
    uint32_t rival = rival_of(why, whole, false);
    const struct mu_plan_instance *other = &why->plan->instances[rival];

    if (rival == MU_PLAN_NONE) {
        return mu_text_make(why->arena, "its promotion score is %s and %s",
                            score,
                            rival_of(why, whole, true) == MU_PLAN_NONE
                                ? "no other instance can be promoted"
                                : "as many may be promoted");
    }
    if (about->promotion > other->promotion) {
        return mu_text_make(why->arena,
                            "its promotion score %s is above that of %s (%s)",
                            score, place_text(why, rival),
                            mu_why_score_text(why, other->promotion));
    }
    return mu_text_make(
        why->arena, "its promotion score is %s, as that of %s, and %s", score,
        place_text(why, rival),
        about->role_before == MU_ROLE_PROMOTED ? "it is promoted already"
                                               : "it comes first");
}

static const char *
unpromoted_text(const struct mu_why *why, uint32_t instance, uint32_t whole)
{
    const struct mu_plan_instance *about = &why->plan->instances[whole];
    uint32_t rival = rival_of(why, whole, true);
    const struct mu_plan_instance *other = &why->plan->instances[rival];

    if (about->promotion < 0) {
        return obstacle_text(why, instance);
    }
    if (rival == MU_PLAN_NONE) {
        return mu_text_make(why->arena,
                            "promoted-max lets none be promoted (its score is "
                            "%s)",
                            mu_why_score_text(why, about->promotion));
    }
    return other->promotion > about->promotion
               ? mu_text_make(why->arena,
                              "%s is promoted before it (score %s against %s)",
                              place_text(why, rival),
                              mu_why_score_text(why, other->promotion),
                              mu_why_score_text(why, about->promotion))
               : mu_text_make(why->arena,
                              "%s is promoted before it (both have score %s)",
                              place_text(why, rival),
                              mu_why_score_text(why, about->promotion));
}

/* What speaks most against its promotion. */
static const char *
obstacle_text(const struct mu_why *why, uint32_t instance)
{
    uint32_t node = why->plan->instances[instance].node;
    const struct mu_plan_reason *worst = NULL;
    struct mu_why_reasons reasons;

    for (int pass = 0; pass < 2; pass++) {
        mu_why_list(why, instance, pass == 0 ? node : MU_PLAN_NONE, &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            if (reasons.items[i]->is_promotion &&
                (!worst || mu_why_score(reasons.items[i], node) <
                               mu_why_score(worst, node))) {
                worst = reasons.items[i];
            }
        }
    }
    return worst ? mu_why_reason(why, worst, node) : "it is to run nowhere";
}

static const char *
place_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];

    return mu_text_make(why->arena, "%s on %s", about->id,
                        why->snapshot->status->nodes[about->node].name);
}
