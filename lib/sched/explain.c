/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/explain.h"

#include "base/text.h"
#include "sched/action.h"
#include "sched/group.h"
#include "sched/score.h"
#include "sched/why.h"

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
static struct mu_plan_instance *instances_make(struct mu_sched *sched,
                                               struct mu_plan *plan);
static const char *blocked_text(const struct mu_why *why,
                                struct mu_sched *sched,
                                const struct mu_sched_resource *resource);
static uint32_t because_of(const struct mu_sched_action *action);

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

void
mu_explain_finish(struct mu_sched *sched,
                  struct mu_sched_action *const *ordered,
                  struct mu_action *actions, struct mu_plan *plan)
{
    struct mu_why why = {sched->arena, sched->snapshot, plan};
    struct mu_plan_instance *instances;

    if (!is_wanted(sched)) {
        return;
    }
    plan->reasons = sched->reasons.items;
    plan->reasons_count = (uint32_t)sched->reasons.count;
    instances = instances_make(sched, plan);
    for (size_t i = 0; i < sched->resources.count; i++) {
        instances[i].blocked =
            blocked_text(&why, sched, sched->resources.items[i]);
    }
    for (size_t i = 0; i < sched->actions.count; i++) {
        struct mu_sched_action *action = sched->actions.items[i];

        if (action->is_by_place) {
            action->cause = mu_why_place(&why, action->resource->index,
                                         action->verb == MU_VERB_PROMOTE ||
                                             action->verb == MU_VERB_DEMOTE);
        }
    }
    for (size_t i = 0; i < sched->changed.count; i++) {
        struct mu_sched_changed *one = &sched->changed.items[i];

        one->action->cause = mu_why_changed(
            &why, one->action->resource->config, one->node, one->op);
    }
    plan->has_changed_params = sched->changed.count > 0;
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        actions[i].because = because_of(ordered[i]);
        actions[i].cause = mu_why_cause(&why, sched, ordered[i]);
    }
}

const struct mu_sched_action *
mu_explain_next(const struct mu_sched_action *action)
{
    const struct mu_sched_resource *whole = action->resource;
    enum mu_verb verb = mu_group_member_verb(action->verb);

    if (action->because || !whole) {
        return action->because;
    }
    for (uint32_t i = 0; i < whole->children_count; i++) {
        const struct mu_sched_action *part =
            mu_action_find(whole->children[i], mu_key(verb), MU_STATE_NONE);

        while (part && mu_action_has(part, MU_FLAG_OPTIONAL)) {
            part = mu_action_find_next(part);
        }
        if (part) {
            return part;
        }
    }
    return NULL;
}

/* The next one that is in the plan. */
static uint32_t
because_of(const struct mu_sched_action *action)
{
    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        action = mu_explain_next(action);
        if (!action) {
            return MU_PLAN_NONE;
        }
        if (mu_action_has(action, MU_FLAG_IN_PLAN)) {
            return action->plan_id;
        }
    }
    return MU_PLAN_NONE;
}

static struct mu_plan_instance *
instances_make(struct mu_sched *sched, struct mu_plan *plan)
{
    struct mu_plan_instance *instances = mu_arena_new(
        sched->arena, struct mu_plan_instance, sched->resources.count + 1);

    for (size_t i = 0; i < sched->resources.count; i++) {
        const struct mu_sched_resource *resource = sched->resources.items[i];
        uint32_t current = mu_state_current_node(sched, resource);

        instances[i] = (struct mu_plan_instance){
            .id = resource->id,
            .config = resource->config,
            .parent = resource->parent ? resource->parent->index : MU_PLAN_NONE,
            .reason_first = resource->reason_first - 1, /* 0 becomes NONE. */
            .node = resource->assigned,
            .current = current,
            .active_count = (uint32_t)resource->running_on.count,
            .next = resource->choice_next,
            .choice = resource->choice,
            .scores = resource->choice_scores,
            .role_before = resource->role,
            .role_after = resource->next_role,
            .promotion = resource->promotion,
            .is_failed = resource->is_failed,
            .is_blocked = resource->is_blocked,
            .is_managed = resource->is_managed,
            .is_removed = resource->is_removed,
            .is_disabled = resource->is_target_stopped,
        };
    }
    for (size_t i = 0; i < sched->resources.count; i++) {
        const struct mu_sched_resource *resource = sched->resources.items[i];

        for (uint32_t j = 0; j < resource->children_count; j++) {
            instances[resource->children[j]->index].member = j;
        }
    }
    plan->instances = instances;
    plan->instances_count = (uint32_t)sched->resources.count;
    return instances;
}

/* What a start or promote that shall be and cannot be waits for. */
static const char *
blocked_text(const struct mu_why *why, struct mu_sched *sched,
             const struct mu_sched_resource *resource)
{
    static const enum mu_verb verbs[] = {MU_VERB_START, MU_VERB_PROMOTE};

    if (resource->kind != MU_RESOURCE_PRIMITIVE ||
        resource->assigned == MU_STATE_NONE) {
        return NULL;
    }
    for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        const struct mu_sched_action *action =
            mu_action_find(resource, mu_key(verbs[i]), resource->assigned);

        if (action && !mu_action_has(action, MU_FLAG_RUNNABLE)) {
            return mu_why_block(why, sched, action);
        }
    }
    return NULL;
}
