/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/explain.h"

#include "sched/score.h"

/* Causes lead to causes: no chain that somebody would read is longer. */
enum { CHAIN_LENGTH_MAX = 64 };

static bool is_wanted(const struct mu_sched *sched);
static bool is_inside(const struct mu_sched *sched, uint32_t instance,
                      const struct mu_sched_resource *outer);
static bool is_banned_everywhere(const struct mu_sched *sched,
                                 const int32_t *scores);
static bool has_cause(const struct mu_sched_action *action);
static bool leads_to(const struct mu_sched_action *from,
                     const struct mu_sched_action *to);

static bool
is_wanted(const struct mu_sched *sched)
{
    return sched->flags & MU_SCHED_REASONS;
}

void
mu_explain_note(struct mu_sched *sched, struct mu_sched_resource *resource,
                const struct mu_plan_reason *reason)
{
    struct mu_plan_reason *added;
    uint32_t number;

    if (!is_wanted(sched)) {
        return;
    }
    added = mu_vec_add(sched->arena, &sched->reasons);
    *added = *reason;
    added->instance = resource->index;
    added->next = MU_PLAN_NONE;
    number = (uint32_t)sched->reasons.count;
    if (resource->reason_last > 0) {
        sched->reasons.items[resource->reason_last - 1].next = number - 1;
    } else {
        resource->reason_first = number;
    }
    resource->reason_last = number;
}

size_t
mu_explain_mark(const struct mu_sched *sched)
{
    return sched->reasons.count;
}

void
mu_explain_forget(struct mu_sched *sched,
                  const struct mu_sched_resource *resource, size_t mark)
{
    for (size_t i = mark; i < sched->reasons.count; i++) {
        struct mu_plan_reason *reason = &sched->reasons.items[i];

        if (is_inside(sched, reason->instance, resource)) {
            reason->kind = MU_REASON_NONE;
        }
    }
}

static bool
is_inside(const struct mu_sched *sched, uint32_t instance,
          const struct mu_sched_resource *outer)
{
    const struct mu_sched_resource *inner = sched->resources.items[instance];

    while (inner && inner != outer) {
        inner = inner->parent;
    }
    return inner;
}

int32_t *
mu_explain_before(struct mu_sched *sched,
                  const struct mu_sched_resource *resource)
{
    return is_wanted(sched)
               ? mu_arena_copy(sched->arena, resource->scores,
                               sched->nodes_count * sizeof(int32_t))
               : NULL;
}

int32_t *
mu_explain_blank(struct mu_sched *sched)
{
    int32_t *scores;

    if (!is_wanted(sched)) {
        return NULL;
    }
    scores = mu_arena_new(sched->arena, int32_t, sched->nodes_count + 1);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        scores[i] = MU_SCORE_ABSENT;
    }
    return scores;
}

void
mu_explain_change(struct mu_sched *sched, struct mu_sched_resource *resource,
                  int32_t *before, const struct mu_plan_reason *reason)
{
    struct mu_plan_reason changed = *reason;
    bool has_changed = false;

    for (uint32_t i = 0; before && i < sched->nodes_count; i++) {
        int32_t score = resource->scores[i];

        if (score == before[i]) {
            before[i] = MU_SCORE_ABSENT;
            continue;
        }
        if (before[i] >= MU_SCORE_INFINITY && !mu_state_is_infinite(score)) {
            changed.is_instead = true;
            changed.node = i;
            changed.score = score;
            mu_explain_note(sched, resource, &changed);
            changed = *reason;
            before[i] = MU_SCORE_ABSENT;
            continue;
        }
        has_changed = true;
        if (mu_state_is_infinite(score) || before[i] == MU_SCORE_ABSENT) {
            before[i] = score;
        } else {
            before[i] = score - before[i];
        }
    }
    if (has_changed && is_banned_everywhere(sched, before)) {
        changed.node = MU_PLAN_NONE;
        changed.score = -MU_SCORE_INFINITY;
    } else {
        changed.scores = before;
    }
    if (has_changed) {
        mu_explain_note(sched, resource, &changed);
    }
}

/* It speaks against all nodes alike. */
static bool
is_banned_everywhere(const struct mu_sched *sched, const int32_t *scores)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (scores[i] != -MU_SCORE_INFINITY) {
            return false;
        }
    }
    return true;
}

void
mu_explain_choice(struct mu_sched *sched, struct mu_sched_resource *resource,
                  enum mu_choice choice, uint32_t next)
{
    if (is_wanted(sched)) {
        resource->choice = choice;
        resource->choice_next = next;
        resource->choice_scores = resource->scores; /* They stay so now. */
    }
}

static bool
has_cause(const struct mu_sched_action *action)
{
    return action->cause || action->because || action->is_by_place;
}

void
mu_explain_cause(struct mu_sched *sched, struct mu_sched_action *action,
                 const char *text)
{
    if (is_wanted(sched) && !has_cause(action) && text) {
        action->cause = text;
    }
}

void
mu_explain_changed(struct mu_sched *sched, struct mu_sched_action *action,
                   uint32_t node, const struct mu_status_op *op)
{
    if (action->resource->config == MU_STATE_NONE) {
        mu_explain_cause(sched, action, "it is no longer in the configuration");
    } else if (is_wanted(sched) && !has_cause(action)) {
        action->cause = "its parameters were changed";
        *mu_vec_add(sched->arena, &sched->changed) =
            (struct mu_sched_changed){action, node, op};
    }
}

void
mu_explain_place(struct mu_sched *sched, struct mu_sched_action *action)
{
    if (is_wanted(sched) && !has_cause(action)) {
        action->is_by_place = true;
    }
}

/* Bounded, and a longer chain is as good as a circle. */
static bool
leads_to(const struct mu_sched_action *from, const struct mu_sched_action *to)
{
    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        if (!from || from == to) {
            return from;
        }
        from = from->because;
    }
    return true;
}

void
mu_explain_follow(struct mu_sched *sched, struct mu_sched_action *then,
                  const struct mu_sched_action *first, const char *source,
                  bool is_before)
{
    if (is_wanted(sched) && !has_cause(then) &&
        !leads_to(first, then)) {
        then->because = first;
        then->because_of = source;
        then->is_before = is_before;
    }
}

void
mu_explain_block(struct mu_sched *sched, struct mu_sched_action *then,
                 const struct mu_sched_action *first, const char *source,
                 bool is_together)
{
    if (is_wanted(sched) && !then->blocker && then != first) {
        then->blocker = first;
        then->blocked_by = source;
        then->is_blocked_together = is_together;
    }
}

void
mu_explain_unpaired(struct mu_sched *sched, struct mu_sched_resource *resource,
                    const struct mu_sched_resource *first, const char *source)
{
    if (!is_wanted(sched)) {
        return;
    }
    mu_explain_note(sched, resource,
                    &(struct mu_plan_reason){.kind = MU_REASON_UNPAIRED,
                                             .node = MU_PLAN_NONE,
                                             .source = source,
                                             .other = first->index});
}
