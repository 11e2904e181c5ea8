/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sched/properties.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "model/params.h"
#include "sched/carry.h"
#include "sched/happen.h"
#include "sched/sched.h"

enum {
    PLANS_MAX = 2, /* Until nothing is left to be done. */
    WORST_PLANS_MAX = 4, /* Likewise, after something failed. */
    WORST_MAX = 3, /* Actions of a plan of which each may fail. */
    SHOWN_MAX = 4, /* Of what is wrong. */
};

struct lines {
    MU_VEC(const char *) items;
};

/* A plan that is looked at. */
struct look {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    uint64_t *before;  /* A row of bits for each action: which come before. */
    uint32_t row_size; /* In words. */
    struct mu_text_buffer *found;
};

static bool order_check(struct look *look);
static void order_close(struct look *look);
static bool comes_before(const struct look *look, uint32_t first,
                         uint32_t then);
static void twice_check(struct look *look);
static void starts_check(struct look *look, uint32_t start);
static void promotes_check(struct look *look, uint32_t promote);
static bool is_same(const struct mu_plan_placement *place,
                    const struct mu_action *action);
static bool is_started(const struct mu_plan *plan,
                       const struct mu_plan_placement *place);
static bool is_start(const struct mu_action *action);
static bool is_begun(const struct look *look,
                     const struct mu_plan_placement *place,
                     const struct mu_action *action);
static const char *meta_of(const struct mu_action *action, const char *name);
static bool is_ended(const struct look *look,
                     const struct mu_plan_placement *place, uint32_t start);
static bool may_be_left(const struct look *look,
                        const struct mu_plan_placement *place);
static int32_t clone_number(const struct look *look, uint32_t primitive,
                            const char *name, int32_t fallback);
static void permuted_check(struct look *look,
                           const struct mu_snapshot *permuted);
static bool has_loop(const struct mu_plan *plan);
static void lines_make(struct look *look, const struct mu_snapshot *snapshot,
                       const struct mu_plan *plan, struct lines *lines);
static int line_cmp(const void *a, const void *b);
static unsigned settled_check(struct look *look);
static void left_tell(const struct look *look, const struct mu_snapshot *now,
                      const struct mu_plan *plan, unsigned plans);
static bool may_reconsider(const struct look *look);
static void undone_check(struct look *look, const struct mu_snapshot *now,
                         const struct mu_plan *again);
static void worst_check(const struct look *look, uint32_t at);
static void worst_follow(const struct look *look,
                         const struct mu_snapshot *now, const char *what);
static bool is_quiet(const struct mu_plan *plan);
static bool leaves_trace(const struct mu_action *action);
static const char *action_text(struct mu_arena *arena,
                               const struct mu_snapshot *snapshot,
                               const struct mu_action *action);

unsigned
mu_properties_check(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    const struct mu_snapshot *permuted,
                    struct mu_text_buffer *found)
{
    struct look look = {.arena = arena, .snapshot = snapshot, .found = found};

    look.plan = mu_sched_plan(arena, snapshot, 0);
    if (!order_check(&look)) {
        return 0; /* Everything else relies on it. */
    }
    order_close(&look);
    twice_check(&look);
    if (!has_loop(look.plan)) {
        permuted_check(&look, permuted);
    }
    return settled_check(&look);
}

void
mu_properties_check_worst(struct mu_arena *arena,
                          const struct mu_snapshot *snapshot,
                          struct mu_text_buffer *found)
{
    const struct look look = {.arena = arena,
                              .snapshot = snapshot,
                              .plan = mu_sched_plan(arena, snapshot, 0),
                              .found = found};

    for (uint32_t k = 1; k <= WORST_MAX; k++) {
        uint64_t at = (uint64_t)look.plan->actions_count * k / (WORST_MAX + 1);

        while (at < look.plan->actions_count &&
               (!leaves_trace(&look.plan->actions[at]) ||
                look.plan->actions[at].in_flight)) {
            at++;
        }
        if (at < look.plan->actions_count) {
            worst_check(&look, (uint32_t)at);
        }
    }
}

static bool
order_check(struct look *look)
{
    const struct mu_plan *plan = look->plan;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        for (uint32_t k = 0; k < plan->actions[i].after_count; k++) {
            if (plan->actions[i].after[k] >= i) {
                mu_text_buffer_add(look->found,
                                   "order: %s waits for what comes later\n",
                                   action_text(look->arena, look->snapshot,
                                               &plan->actions[i]));
                return false;
            }
        }
    }
    return true;
}

static void
order_close(struct look *look)
{
    const struct mu_plan *plan = look->plan;

    look->row_size = plan->actions_count / 64 + 1;
    look->before =
        mu_arena_new(look->arena, uint64_t,
                     (size_t)plan->actions_count * look->row_size + 1);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        uint64_t *row = &look->before[(size_t)i * look->row_size];

        for (uint32_t k = 0; k < plan->actions[i].after_count; k++) {
            uint32_t first = plan->actions[i].after[k];
            const uint64_t *other =
                &look->before[(size_t)first * look->row_size];

            for (uint32_t word = 0; word < look->row_size; word++) {
                row[word] |= other[word];
            }
            row[first / 64] |= UINT64_C(1) << (first % 64);
        }
    }
}

static bool
comes_before(const struct look *look, uint32_t first, uint32_t then)
{
    const uint64_t *row = &look->before[(size_t)then * look->row_size];

    return (row[first / 64] >> (first % 64)) & 1;
}

static void
twice_check(struct look *look)
{
    for (uint32_t i = 0; i < look->plan->actions_count; i++) {
        const struct mu_action *action = &look->plan->actions[i];

        if (action->kind != MU_ACTION_RESOURCE || action->in_flight ||
            action->primitive == MU_PLAN_NONE) {
            continue; /* What is in flight counts as what was before. */
        }
        if (is_start(action)) {
            starts_check(look, i);
        } else if (action->task == MU_TASK_PROMOTE) {
            promotes_check(look, i);
        }
    }
}

/* In the worst order whatever need not have ended is still there, and whatever
 * else can be started was. An instance that moves is one. */
static void
starts_check(struct look *look, uint32_t start)
{
    const struct mu_plan *plan = look->plan;
    const struct mu_action *action = &plan->actions[start];
    int32_t active = 0;

    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *place = &plan->before[i];

        if (place->node == MU_PLAN_NONE || place->role <= MU_ROLE_STOPPED ||
            place->primitive != action->primitive ||
            is_begun(look, place, action) || is_ended(look, place, start) ||
            may_be_left(look, place)) {
            continue;
        }
        if (is_same(place, action) ||
            (place->node == action->node &&
             strcmp(place->resource, action->resource) == 0)) {
            mu_text_buffer_add(look->found,
                               "twice: %s, which is active on %s before\n",
                               action_text(look->arena, look->snapshot, action),
                               look->snapshot->status->nodes[place->node].name);
            return;
        }
        active += !is_started(plan, place);
    }
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        active += is_start(&plan->actions[i]) &&
                  plan->actions[i].primitive == action->primitive;
    }
    if (active > clone_number(look, action->primitive, "clone-max",
                              (int32_t)plan->nodes_count)) {
        mu_text_buffer_add(look->found, "twice: %s may be one of %d\n",
                           action_text(look->arena, look->snapshot, action),
                           (int)active);
    }
}

/* Tells whether an action is about the very instance that is there. */
static bool
is_same(const struct mu_plan_placement *place, const struct mu_action *action)
{
    return place->primitive == action->primitive &&
           strcmp(place->resource, action->resource) == 0 &&
           strcmp(place->instance ? place->instance : "",
                  action->instance ? action->instance : "") == 0;
}

static bool
is_started(const struct mu_plan *plan, const struct mu_plan_placement *place)
{
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (is_start(&plan->actions[i]) && is_same(place, &plan->actions[i])) {
            return true;
        }
    }
    return false;
}

static void
promotes_check(struct look *look, uint32_t promote)
{
    const struct mu_plan *plan = look->plan;
    const struct mu_action *action = &plan->actions[promote];
    int32_t promoted = 0;

    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *place = &plan->before[i];

        promoted +=
            place->node != MU_PLAN_NONE && place->role == MU_ROLE_PROMOTED &&
            place->primitive == action->primitive &&
            place->node != action->node && !is_ended(look, place, promote) &&
            !may_be_left(look, place);
    }
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        promoted += plan->actions[i].task == MU_TASK_PROMOTE &&
                    plan->actions[i].kind == MU_ACTION_RESOURCE &&
                    !plan->actions[i].in_flight &&
                    plan->actions[i].primitive == action->primitive;
    }
    if (promoted > clone_number(look, action->primitive, "promoted-max", 1)) {
        mu_text_buffer_add(look->found, "twice: %s may be one of %d\n",
                           action_text(look->arena, look->snapshot, action),
                           (int)promoted);
    }
}

static bool
is_start(const struct mu_action *action)
{
    return action->kind == MU_ACTION_RESOURCE && !action->in_flight &&
           (action->task == MU_TASK_START ||
            action->task == MU_TASK_MIGRATE_FROM);
}

/* Tells whether the action goes on with what had begun when this was written
 * down: a start, or a move, which is active on both nodes for a while. */
static bool
is_begun(const struct look *look, const struct mu_plan_placement *place,
         const struct mu_action *action)
{
    if (action->task == MU_TASK_MIGRATE_FROM) {
        return place->node == action->node ||
               strcmp(look->snapshot->status->nodes[place->node].name,
                      meta_of(action, "migrate_source")) == 0;
    }
    return place->node == action->node && place->is_pending &&
           place->pending_task && strcmp(place->pending_task, "start") == 0;
}

static const char *
meta_of(const struct mu_action *action, const char *name)
{
    for (uint32_t i = 0; i < action->meta_count; i++) {
        if (strcmp(action->meta[i].name, name) == 0) {
            return action->meta[i].value;
        }
    }
    return "";
}

/* Tells whether the instance has left its node, or its role, before a start or
 * promotion begins. */
static bool
is_ended(const struct look *look, const struct mu_plan_placement *place,
         uint32_t start)
{
    const struct mu_plan *plan = look->plan;
    bool is_promotion = plan->actions[start].task == MU_TASK_PROMOTE;

    for (uint32_t i = 0; i < start; i++) {
        const struct mu_action *end = &plan->actions[i];
        bool is_end = end->kind == MU_ACTION_FENCE
                          ? end->task != MU_TASK_FENCE_ON
                          : end->task == MU_TASK_STOP ||
                                end->task == MU_TASK_MIGRATE_TO ||
                                (is_promotion && end->task == MU_TASK_DEMOTE);

        if (is_end && end->node == place->node &&
            (!end->resource || strcmp(end->resource, place->resource) == 0) &&
            comes_before(look, i, start)) {
            return true;
        }
    }
    return false;
}

/* Without fencing a node that is lost, or has not joined yet, counts as empty,
 * and so it does for resources that do not ask for fencing. */
static bool
may_be_left(const struct look *look, const struct mu_plan_placement *place)
{
    const struct mu_config *config = look->snapshot->config;
    const struct mu_params_context context = {.config = config,
                                              .resource = place->primitive,
                                              .now_ms = look->snapshot->now_ms};
    const char *requires = mu_params_meta(&context, "requires", NULL);
    const struct mu_plan_node *node = &look->plan->nodes_before[place->node];

    return (node->is_unclean || node->is_pending || !node->is_online) &&
           (!config->options.fencing_enabled ||
            (requires && (strcmp(requires, "nothing") == 0 ||
                          strcmp(requires, "quorum") == 0)));
}

/* A number of the clone around a primitive; 1 without one. */
static int32_t
clone_number(const struct look *look, uint32_t primitive, const char *name,
             int32_t fallback)
{
    const struct mu_config *config = look->snapshot->config;
    struct mu_params_context context = {.config = config,
                                        .resource = primitive,
                                        .now_ms = look->snapshot->now_ms};
    const char *value;
    int32_t number = fallback;

    while (context.resource != MU_CONFIG_NONE &&
           config->resources[context.resource].kind != MU_RESOURCE_CLONE) {
        context.resource = config->resources[context.resource].parent;
    }
    if (context.resource == MU_CONFIG_NONE) {
        return 1;
    }
    value = mu_params_meta(&context, name, NULL);
    if (value && (mu_text_parse_score(value, &number) < 0 || number < 0)) {
        number = fallback;
    }
    return number;
}

static void
permuted_check(struct look *look, const struct mu_snapshot *permuted)
{
    struct lines first = {0};
    struct lines second = {0};
    unsigned shown = 0;
    size_t i = 0;
    size_t j = 0;

    lines_make(look, look->snapshot, look->plan, &first);
    lines_make(look, permuted, mu_sched_plan(look->arena, permuted, 0),
               &second);
    while (shown < SHOWN_MAX &&
           (i < first.items.count || j < second.items.count)) {
        int order = i == first.items.count ? 1
                    : j == second.items.count
                        ? -1
                        : strcmp(first.items.items[i], second.items.items[j]);

        if (order != 0) {
            mu_text_buffer_add(look->found, "permuted: %s %s\n",
                               order < 0 ? "no longer" : "now",
                               order < 0 ? first.items.items[i]
                                         : second.items.items[j]);
            shown++;
        }
        i += order <= 0;
        j += order >= 0;
    }
}

/* Which of the orderings that contradict each other is given up depends on how
 * they are listed; a warning names it. */
static bool
has_loop(const struct mu_plan *plan)
{
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        if (strstr(plan->warnings[i], "loop")) {
            return true;
        }
    }
    return false;
}

/* A plan as lines that do not depend on the order of anything in it. */
static void
lines_make(struct look *look, const struct mu_snapshot *snapshot,
           const struct mu_plan *plan, struct lines *lines)
{
    const char **texts = mu_arena_new(look->arena, const char *,
                                      (size_t)plan->actions_count + 1);

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        texts[i] = action_text(look->arena, snapshot, &plan->actions[i]);
        *mu_vec_add(look->arena, &lines->items) = texts[i];
        for (uint32_t k = 0; k < plan->actions[i].after_count; k++) {
            *mu_vec_add(look->arena, &lines->items) =
                mu_text_make(look->arena, "%s after %s", texts[i],
                             texts[plan->actions[i].after[k]]);
        }
    }
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *place = &plan->after[i];

        *mu_vec_add(look->arena, &lines->items) =
            mu_text_make(look->arena, "%s in role %d on %s", place->resource,
                         (int)place->role,
                         place->node == MU_PLAN_NONE
                             ? "no node"
                             : snapshot->status->nodes[place->node].name);
    }
    if (lines->items.count > 0) {
        qsort(lines->items.items, lines->items.count,
              sizeof(lines->items.items[0]), line_cmp);
    }
}

static int
line_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static unsigned
settled_check(struct look *look)
{
    const struct mu_snapshot *now = look->snapshot;
    const struct mu_plan *plan = look->plan;
    unsigned plans = 0;

    while (!is_quiet(plan)) {
        if (plans == PLANS_MAX) {
            left_tell(look, now, plan, plans);
            return plans;
        }
        now = mu_carry_out(look->arena, now, plan);
        plan = mu_sched_plan(look->arena, now, 0);
        if (++plans == 1 && !may_reconsider(look)) {
            undone_check(look, now, plan);
        }
    }
    return plans;
}

static void
left_tell(const struct look *look, const struct mu_snapshot *now,
          const struct mu_plan *plan, unsigned plans)
{
    unsigned shown = 0;

    mu_text_buffer_add(look->found, "settled: after %u plans still",
                       plans);
    for (uint32_t i = 0; i < plan->actions_count && shown < SHOWN_MAX; i++) {
        if (leaves_trace(&plan->actions[i])) {
            mu_text_buffer_add(
                look->found, "%s %s", shown > 0 ? "," : "",
                action_text(look->arena, now, &plan->actions[i]));
            shown++;
        }
    }
    mu_text_buffer_add(look->found, "\n");
}

/* Tells whether the first plan changes what counts in the placement, besides
 * where things run. */
static bool
may_reconsider(const struct look *look)
{
    const struct mu_plan *plan = look->plan;
    bool may = strcmp(look->snapshot->config->options.placement_strategy,
                      "default") != 0;

    for (uint32_t i = 0; i < plan->actions_count && !may; i++) {
        const struct mu_action *action = &plan->actions[i];

        may = action->kind == MU_ACTION_FENCE ||
              action->kind == MU_ACTION_NODE ||
              action->task == MU_TASK_DELETE ||
              (action->task == MU_TASK_MONITOR && action->interval_ms == 0);
    }
    return may;
}

/* Nothing that the first plan started is stopped again. */
static void
undone_check(struct look *look, const struct mu_snapshot *now,
             const struct mu_plan *again)
{
    for (uint32_t i = 0; i < again->actions_count; i++) {
        const struct mu_action *stop = &again->actions[i];

        for (uint32_t k = 0;
             stop->kind == MU_ACTION_RESOURCE &&
             (stop->task == MU_TASK_STOP || stop->task == MU_TASK_MIGRATE_TO) &&
             k < look->plan->actions_count;
             k++) {
            const struct mu_action *start = &look->plan->actions[k];

            if (is_start(start) && start->node == stop->node &&
                strcmp(start->resource, stop->resource) == 0) {
                mu_text_buffer_add(look->found, "settled: undone by %s\n",
                                   action_text(look->arena, now, stop));
            }
        }
    }
}

/* An action fails, or the node that does it is lost meanwhile. */
static void
worst_check(const struct look *look, uint32_t at)
{
    const struct mu_action *action = &look->plan->actions[at];
    const char *text = action_text(look->arena, look->snapshot, action);
    const struct mu_snapshot *now =
        mu_carry_out_failed(look->arena, look->snapshot, look->plan, at);

    worst_follow(look, now, mu_text_make(look->arena, "%s fails", text));
    if (action->kind == MU_ACTION_RESOURCE) {
        worst_follow(look,
                     mu_happen_node_lost(look->arena, now, action->node),
                     mu_text_make(look->arena, "%s is cut short", text));
    }
}

static void
worst_follow(const struct look *look, const struct mu_snapshot *now,
             const char *what)
{
    struct mu_text_buffer found;
    struct look next = {.arena = look->arena, .found = &found};

    mu_text_buffer_init(&found, look->arena);
    for (unsigned plans = 0; found.length == 0; plans++) {
        next.snapshot = now;
        next.plan = mu_sched_plan(look->arena, now, 0);
        if (is_quiet(next.plan)) {
            return;
        }
        if (plans == WORST_PLANS_MAX) {
            left_tell(&next, now, next.plan, plans);
        } else if (order_check(&next)) {
            order_close(&next);
            twice_check(&next);
            now = mu_carry_out(look->arena, now, next.plan);
        }
    }
    mu_text_buffer_add(look->found, "worst: %s, then %s", what, found.data);
}

static bool
is_quiet(const struct mu_plan *plan)
{
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (leaves_trace(&plan->actions[i])) {
            return false;
        }
    }
    return true;
}

/* Whether a notification was sent is not written down anywhere. */
static bool
leaves_trace(const struct mu_action *action)
{
    return action->kind != MU_ACTION_PSEUDO && action->task != MU_TASK_NOTIFY;
}

static const char *
action_text(struct mu_arena *arena, const struct mu_snapshot *snapshot,
            const struct mu_action *action)
{
    struct mu_text_buffer text;

    if (action->kind == MU_ACTION_PSEUDO) {
        return action->name;
    }
    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "%s", mu_plan_task_name(action->task));
    if (action->resource) {
        mu_text_buffer_add(&text, " %s",
                           action->instance ? action->instance
                                            : action->resource);
    }
    if (action->node != MU_PLAN_NONE) {
        mu_text_buffer_add(&text, " on %s",
                           snapshot->status->nodes[action->node].name);
    }
    if (action->interval_ms > 0) {
        mu_text_buffer_add(&text, " every %lld ms",
                           (long long)action->interval_ms);
    }
    mu_text_buffer_add(&text, "%s%s%s%s",
                       *meta_of(action, "notify_type") ? " " : "",
                       meta_of(action, "notify_type"),
                       *meta_of(action, "notify_operation") ? " " : "",
                       meta_of(action, "notify_operation"));
    return text.data;
}
