/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/explain.h"

#include "base/text.h"

static const char *verb_word(enum mu_verb verb);

void
mu_explain_score(struct mu_sched *sched,
                 const struct mu_sched_resource *resource, uint32_t node,
                 int32_t score, const struct mu_plan_reason *why)
{
    struct mu_plan_reason *reason;

    if (!(sched->flags & MU_SCHED_REASONS)) {
        return;
    }
    reason = mu_vec_add(sched->arena, &sched->reasons);
    *reason = *why;
    reason->instance = resource->id;
    reason->node = node;
    reason->score = score;
}

void
mu_explain_cause(struct mu_sched *sched, struct mu_sched_action *action,
                 const char *text)
{
    if ((sched->flags & MU_SCHED_REASONS) && !action->cause && text) {
        action->cause = text;
    }
}

void
mu_explain_follow(struct mu_sched *sched, struct mu_sched_action *then,
                  const struct mu_sched_action *first)
{
    if (!(sched->flags & MU_SCHED_REASONS) || then->cause) {
        return;
    }
    if (first->resource && first->resource == then->resource && first->cause) {
        then->cause = first->cause;
    } else if (first->resource) {
        then->cause = mu_text_make(sched->arena, "%s must %s first",
                                   first->resource->id, verb_word(first->verb));
    } else if (first->node != MU_STATE_NONE && first->verb == MU_VERB_FENCE) {
        then->cause = mu_text_make(sched->arena, "node %s is being fenced",
                                   sched->nodes[first->node].name);
    }
}

static const char *
verb_word(enum mu_verb verb)
{
    static const char *const words[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = "start",
        [MU_VERB_RUNNING] = "start",
        [MU_VERB_STOP] = "stop",
        [MU_VERB_STOPPED] = "stop",
        [MU_VERB_PROMOTE] = "be promoted",
        [MU_VERB_PROMOTED] = "be promoted",
        [MU_VERB_DEMOTE] = "be demoted",
        [MU_VERB_DEMOTED] = "be demoted",
        [MU_VERB_MIGRATE_TO] = "be migrated",
        [MU_VERB_MIGRATE_FROM] = "be migrated",
    };

    return words[verb] ? words[verb] : "act";
}
