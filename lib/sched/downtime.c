/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/downtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"

enum { TASKS_COUNT = MU_TASK_PSEUDO + 1 };

/* When an action runs. */
struct timing {
    int64_t begin_ms;
    int64_t end_ms;
    uint32_t previous; /* The one that it waits for longest, or NONE. */
    bool is_measured;
};

/* Newest times of one resource's or target's operations; -1: never seen. */
struct measured {
    int64_t ms[TASKS_COUNT];
    int32_t call_ids[TASKS_COUNT];
};

/* What the plan does to one instance, or to a promoted role. */
struct service {
    const char *name;
    uint32_t primitive;
    uint32_t from;
    uint32_t to;
    uint32_t down; /* First action that takes it down, or NONE. */
    uint32_t up;   /* Last action that brings it up, or NONE. */
    bool is_promotion;
    bool was_up;
    bool was_failed;  /* It is down already, though it counts as up. */
    bool is_up;       /* In the end. */
    bool is_migrated; /* It moves while it runs. */
};

struct estimate {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct timing *timings; /* As the plan's actions. */
    struct mu_index known;  /* Names to 'measured'. */
    MU_VEC(struct measured) measured;
    struct mu_index instances; /* Names to 'services'. */
    struct mu_index promotions;
    MU_VEC(struct service) services;
};

static void measure(struct estimate *estimate);
static void measure_op(struct estimate *estimate, const char *resource,
                       const struct mu_status_op *op);
static struct measured *measured_get(struct estimate *estimate,
                                     const char *name);
static enum mu_task task_of(const char *name);
static int64_t duration_of(const struct estimate *estimate,
                           const struct mu_action *action, bool *ret_measured);
static bool walk_one(struct estimate *estimate, uint32_t at,
                     const bool *is_done);
static void walk(struct estimate *estimate);
static void collect_placements(struct estimate *estimate);
static bool is_of_primitive(const struct estimate *estimate,
                            const struct mu_action *action);
static void collect_actions(struct estimate *estimate);
static struct service *service_get(struct estimate *estimate, bool is_promotion,
                                   const char *name, uint32_t primitive);
static const char *name_of(const struct estimate *estimate, bool is_promotion,
                           const char *resource, const char *instance);
static bool judge(const struct estimate *estimate,
                  const struct service *service, struct mu_downtime *ret);
static uint32_t unmeasured_between(const struct estimate *estimate,
                                   uint32_t action, int64_t begin_ms);
static int downtime_cmp(const void *a, const void *b);

const struct mu_downtimes *
mu_downtime_make(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                 const struct mu_plan *plan)
{
    struct estimate estimate = {
        .arena = arena, .snapshot = snapshot, .plan = plan};
    struct mu_downtimes *downtimes = mu_arena_new(arena, struct mu_downtimes, 1);
    MU_VEC(struct mu_downtime) items = {0};
    uint32_t last = MU_PLAN_NONE;

    mu_index_init(&estimate.known, arena);
    mu_index_init(&estimate.instances, arena);
    mu_index_init(&estimate.promotions, arena);
    measure(&estimate);
    walk(&estimate);
    collect_placements(&estimate);
    collect_actions(&estimate);
    for (size_t i = 0; i < estimate.services.count; i++) {
        struct mu_downtime one;

        if (judge(&estimate, &estimate.services.items[i], &one)) {
            *mu_vec_add(arena, &items) = one;
        }
    }
    if (items.count > 0) {
        qsort(items.items, items.count, sizeof(items.items[0]), downtime_cmp);
    }
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (plan->actions[i].kind != MU_ACTION_PSEUDO &&
            plan->actions[i].interval_ms == 0 &&
            estimate.timings[i].end_ms > downtimes->whole_ms) {
            downtimes->whole_ms = estimate.timings[i].end_ms;
            last = i;
        }
    }
    downtimes->items = items.items;
    downtimes->count = (uint32_t)items.count;
    downtimes->unmeasured = unmeasured_between(&estimate, last, 0);
    return downtimes;
}

const char *
mu_downtime_text(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                 const struct mu_plan *plan, const struct mu_downtime *one)
{
    const struct mu_status_node *nodes = snapshot->status->nodes;
    const char *from = one->from == MU_PLAN_NONE ? "" : nodes[one->from].name;
    const char *to = one->to == MU_PLAN_NONE ? "" : nodes[one->to].name;
    const char *bound = one->unmeasured == MU_PLAN_NONE ? "" : "at most ";
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "%s: ", one->service);
    if (one->kind == MU_DOWNTIME_ENDS) {
        mu_text_buffer_add(
            &text, "%s %s, and stays so",
            one->is_promotion ? "nowhere promoted" : "down",
            one->begin_ms == 0
                ? "at once"
                : mu_text_make(arena, "after %s%s", bound,
                               mu_downtime_span(arena, one->begin_ms)));
    } else if (one->kind == MU_DOWNTIME_MIGRATES) {
        mu_text_buffer_add(&text, "moves while it runs, in %s%s", bound,
                           mu_downtime_span(arena, one->end_ms));
    } else {
        mu_text_buffer_add(
            &text, "%s %s%s",
            one->kind == MU_DOWNTIME_BEGINS
                ? (one->is_promotion ? "promoted after" : "up after")
                : (one->is_promotion ? "nowhere promoted for" : "down for"),
            bound, mu_downtime_span(arena, one->end_ms - one->begin_ms));
    }
    if (*from && *to && strcmp(from, to) != 0) {
        mu_text_buffer_add(&text, " (%s to %s)", from, to);
    } else if (*from || *to) {
        mu_text_buffer_add(&text, " (%s)", *to ? to : from);
    }
    if (one->unmeasured != MU_PLAN_NONE) {
        const struct mu_action *action = &plan->actions[one->unmeasured];

        mu_text_buffer_add(
            &text, "; no measurement yet of %s%s%s, at most the timeout %s",
            mu_plan_word(action->task, action->op_name),
            action->resource ? " of " : "",
            action->resource ? action->resource : "",
            mu_downtime_span(arena, action->timeout_ms));
    }
    return text.data;
}

const char *
mu_downtime_span(struct mu_arena *arena, int64_t span_ms)
{
    long long ms = span_ms < 0 ? 0 : (long long)span_ms;

    if (ms < 1000) {
        return mu_text_make(arena, "%lld ms", ms);
    }
    if (ms < 120000) {
        return ms % 1000 < 50
                   ? mu_text_make(arena, "%lld s", ms / 1000)
                   : mu_text_make(arena, "%lld.%lld s", (ms + 50) / 1000,
                                  (ms + 50) % 1000 / 100);
    }
    if (ms < 3600000) {
        return ms % 60000 < 1000
                   ? mu_text_make(arena, "%lld min", ms / 60000)
                   : mu_text_make(arena, "%lld min %lld s", ms / 60000,
                                  ms % 60000 / 1000);
    }
    return mu_text_make(arena, "%lld h %lld min", ms / 3600000,
                        ms % 3600000 / 60000);
}

/* The times that the cluster has kept count. Where there are none, the newest
 * success of each operation in the histories, wherever it was. */
static void
measure(struct estimate *estimate)
{
    const struct mu_status *status = estimate->snapshot->status;

    for (uint32_t i = 0; i < status->durations_count; i++) {
        const struct mu_status_duration *one = &status->durations[i];
        enum mu_task task = task_of(one->task);

        if (task != MU_TASK_PSEUDO && one->ms >= 0) {
            struct measured *measured = measured_get(estimate, one->name);

            measured->ms[task] = one->ms;
            measured->call_ids[task] = INT32_MAX;
        }
    }

    for (uint32_t i = 0; i < status->nodes_count; i++) {
        for (uint32_t k = 0; k < status->nodes[i].resources_count; k++) {
            const struct mu_status_resource *one =
                &status->nodes[i].resources[k];

            for (uint32_t m = 0; m < one->ops_count; m++) {
                measure_op(estimate, one->id, &one->ops[m]);
            }
        }
    }
}

static void
measure_op(struct estimate *estimate, const char *resource,
           const struct mu_status_op *op)
{
    enum mu_task task = task_of(op->name);
    struct measured *measured;

    if (op->interval_ms != 0 || op->status != MU_OP_STATUS_DONE ||
        op->is_failure || op->exec_ms <= 0 || task == MU_TASK_PSEUDO ||
        (op->rc != 0 && op->rc != op->expected_rc)) {
        return;
    }
    measured = measured_get(estimate, resource);
    if (measured->ms[task] < 0 || op->call_id > measured->call_ids[task] ||
        (op->call_id == measured->call_ids[task] &&
         op->exec_ms > measured->ms[task])) {
        measured->ms[task] = op->exec_ms;
        measured->call_ids[task] = op->call_id;
    }
}

static struct measured *
measured_get(struct estimate *estimate, const char *name)
{
    uint32_t id = mu_index_find(&estimate->known, name);
    struct measured *measured;

    if (id != MU_INDEX_NONE) {
        return &estimate->measured.items[id];
    }
    (void)mu_index_add(&estimate->known, name,
                       (uint32_t)estimate->measured.count);
    measured = mu_vec_add(estimate->arena, &estimate->measured);
    for (unsigned i = 0; i < TASKS_COUNT; i++) {
        measured->ms[i] = -1;
    }
    return measured;
}

static enum mu_task
task_of(const char *name)
{
    for (unsigned i = 0; name && i < MU_TASK_PSEUDO; i++) {
        if (strcmp(mu_plan_task_name((enum mu_task)i), name) == 0) {
            return (enum mu_task)i;
        }
    }
    return MU_TASK_PSEUDO;
}

static int64_t
duration_of(const struct estimate *estimate, const struct mu_action *action,
            bool *ret_measured)
{
    const struct mu_status *status = estimate->snapshot->status;
    const char *name = action->resource;
    uint32_t id;

    *ret_measured = true;
    if (action->kind == MU_ACTION_PSEUDO || action->kind == MU_ACTION_NODE ||
        action->interval_ms > 0 || action->task == MU_TASK_CANCEL ||
        action->task == MU_TASK_DELETE) {
        return 0;
    }
    if (action->kind == MU_ACTION_FENCE && action->node < status->nodes_count) {
        name = status->nodes[action->node].name;
    }
    id = mu_index_find(&estimate->known, name);
    if (id != MU_INDEX_NONE &&
        estimate->measured.items[id].ms[action->task] >= 0) {
        return estimate->measured.items[id].ms[action->task] +
               action->start_delay_ms;
    }
    *ret_measured = false;
    return action->timeout_ms + action->start_delay_ms;
}

/* Times one action whose predecessors all are. False when one is not. */
static bool
walk_one(struct estimate *estimate, uint32_t at, const bool *is_done)
{
    const struct mu_action *action = &estimate->plan->actions[at];
    struct timing *timing = &estimate->timings[at];

    *timing = (struct timing){.previous = MU_PLAN_NONE};
    for (uint32_t k = 0; k < action->after_count; k++) {
        const struct timing *first = &estimate->timings[action->after[k]];

        if (!is_done[action->after[k]]) {
            return false;
        }
        if (timing->previous == MU_PLAN_NONE ||
            first->end_ms > timing->begin_ms) {
            timing->begin_ms = first->end_ms;
            timing->previous = action->after[k];
        }
    }
    timing->end_ms = timing->begin_ms + action->fence_delay_ms +
                     duration_of(estimate, action, &timing->is_measured);
    return true;
}

/* Mostly an action is listed after all that it waits for: then one pass is
 * enough. A plan has no cycle, so each pass times at least one. */
static void
walk(struct estimate *estimate)
{
    uint32_t count = estimate->plan->actions_count;
    bool *is_done = mu_arena_new(estimate->arena, bool, count + 1);
    uint32_t left = count;
    bool is_moving = true;

    estimate->timings =
        mu_arena_new(estimate->arena, struct timing, count + 1);
    while (left > 0 && is_moving) {
        is_moving = false;
        for (uint32_t i = 0; i < count; i++) {
            if (!is_done[i] && walk_one(estimate, i, is_done)) {
                is_done[i] = true;
                is_moving = true;
                left--;
            }
        }
    }
    mu_assert(left == 0);
}

static void
collect_placements(struct estimate *estimate)
{
    const struct mu_plan *plan = estimate->plan;

    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *one = &plan->before[i];

        for (unsigned k = 0; k < 2; k++) {
            enum mu_role least = k ? MU_ROLE_PROMOTED : MU_ROLE_STARTED;
            struct service *service;

            if (one->role < least || one->node == MU_PLAN_NONE) {
                continue;
            }
            service = service_get(
                estimate, k,
                name_of(estimate, k, one->resource, one->instance),
                one->primitive);
            service->was_failed =
                (!service->was_up || service->was_failed) &&
                (one->is_failed || plan->nodes_before[one->node].is_unclean ||
                 !plan->nodes_before[one->node].is_online);
            service->was_up = true;
            service->from = one->node;
        }
    }
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *one = &plan->after[i];

        for (unsigned k = 0; k < 2; k++) {
            enum mu_role least = k ? MU_ROLE_PROMOTED : MU_ROLE_STARTED;
            struct service *service;

            if (one->role < least || one->node == MU_PLAN_NONE ||
                one->is_failed) {
                continue;
            }
            service = service_get(
                estimate, k,
                name_of(estimate, k, one->resource, one->instance),
                one->primitive);
            service->is_up = true;
            service->to = one->node;
        }
    }
}

/* Groups and clones have starts and stops too: points of order. */
static bool
is_of_primitive(const struct estimate *estimate, const struct mu_action *action)
{
    const struct mu_config *config = estimate->snapshot->config;

    return action->resource &&
           (action->primitive == MU_PLAN_NONE
                ? action->kind == MU_ACTION_RESOURCE
                : config->resources[action->primitive].kind ==
                      MU_RESOURCE_PRIMITIVE);
}

/* Which actions take an instance down, and which bring it up. */
static void
collect_actions(struct estimate *estimate)
{
    const struct mu_plan *plan = estimate->plan;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        for (unsigned k = 0; is_of_primitive(estimate, action) && k < 2; k++) {
            bool is_down = action->task == (k ? MU_TASK_DEMOTE : MU_TASK_STOP);
            bool is_up = action->task == (k ? MU_TASK_PROMOTE : MU_TASK_START);
            bool is_move = !k && action->task == MU_TASK_MIGRATE_FROM;
            struct service *service;

            if (!is_down && !is_up && !is_move) {
                continue;
            }
            service = service_get(
                estimate, k,
                name_of(estimate, k, action->resource, action->instance),
                action->primitive);
            if (is_down && service->down == MU_PLAN_NONE) {
                service->down = i;
            }
            if (is_up || is_move) {
                service->up = i;
                service->is_migrated |= is_move;
            }
        }
    }
}

/* The promoted role is looked at for all instances together: what is lost on
 * one node and taken up on another was away in between. */
static const char *
name_of(const struct estimate *estimate, bool is_promotion,
        const char *resource, const char *instance)
{
    const char *name = instance ? instance : resource;
    const char *colon = strrchr(name, ':');

    if (!is_promotion || !colon) {
        return name;
    }
    return mu_arena_strndup(estimate->arena, name, (size_t)(colon - name));
}

static struct service *
service_get(struct estimate *estimate, bool is_promotion, const char *name,
            uint32_t primitive)
{
    struct mu_index *index =
        is_promotion ? &estimate->promotions : &estimate->instances;
    uint32_t id = mu_index_find(index, name);
    struct service *service;

    if (id != MU_INDEX_NONE) {
        return &estimate->services.items[id];
    }
    (void)mu_index_add(index, name, (uint32_t)estimate->services.count);
    service = mu_vec_add(estimate->arena, &estimate->services);
    *service = (struct service){.name = name,
                                .primitive = primitive,
                                .from = MU_PLAN_NONE,
                                .to = MU_PLAN_NONE,
                                .down = MU_PLAN_NONE,
                                .up = MU_PLAN_NONE,
                                .is_promotion = is_promotion};
    return service;
}

/* False when nothing happens to it. */
static bool
judge(const struct estimate *estimate, const struct service *service,
      struct mu_downtime *ret)
{
    const struct timing *timings = estimate->timings;
    bool is_lost = service->was_failed || service->down != MU_PLAN_NONE;

    *ret = (struct mu_downtime){.service = service->name,
                                .is_promotion = service->is_promotion,
                                .primitive = service->primitive,
                                .from = service->from,
                                .to = service->to,
                                .end_ms = INT64_MAX,
                                .unmeasured = MU_PLAN_NONE};
    if ((service->was_up ? !is_lost && !service->is_migrated
                         : service->up == MU_PLAN_NONE) ||
        (service->is_up && service->up == MU_PLAN_NONE)) {
        return false;
    }
    if (service->was_up && !service->was_failed &&
        service->down != MU_PLAN_NONE) {
        ret->begin_ms = timings[service->down].begin_ms;
    }
    if (!service->is_up) {
        ret->kind = MU_DOWNTIME_ENDS;
        if (service->down != MU_PLAN_NONE && ret->begin_ms > 0) {
            ret->unmeasured = unmeasured_between(
                estimate, timings[service->down].previous, 0);
        }
        return service->was_up;
    }
    ret->kind = service->is_migrated ? MU_DOWNTIME_MIGRATES
                : service->was_up    ? MU_DOWNTIME_PAUSES
                                     : MU_DOWNTIME_BEGINS;
    if (service->is_migrated) {
        ret->begin_ms = 0;
    }
    ret->end_ms = timings[service->up].end_ms;
    ret->unmeasured =
        unmeasured_between(estimate, service->up, ret->begin_ms);
    /* A promotion elsewhere may come before the old one is given up. */
    return ret->end_ms >= ret->begin_ms;
}

/* The action on the critical path to 'action', from 'begin_ms' on, that was
 * never measured and may take longest; MU_PLAN_NONE when there is none. */
static uint32_t
unmeasured_between(const struct estimate *estimate, uint32_t action,
                   int64_t begin_ms)
{
    const struct mu_action *actions = estimate->plan->actions;
    uint32_t found = MU_PLAN_NONE;

    while (action != MU_PLAN_NONE &&
           estimate->timings[action].begin_ms >= begin_ms) {
        if (!estimate->timings[action].is_measured &&
            (found == MU_PLAN_NONE || actions[action].timeout_ms >
                                          actions[found].timeout_ms)) {
            found = action;
        }
        action = estimate->timings[action].previous;
    }
    return found;
}

static int
downtime_cmp(const void *a, const void *b)
{
    const struct mu_downtime *x = a;
    const struct mu_downtime *y = b;
    int order = mu_text_natural_cmp(x->service, y->service);

    return order != 0 ? order : (int)x->is_promotion - (int)y->is_promotion;
}
