/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting: which actions must have been done before this one, and why. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "sched/why.h"

enum {
    TOLD_MAX = 4,      /* Actions in one sentence. */
    VISITED_MAX = 256, /* Actions that are looked at for one. */
};

/* An action that another waits for. */
struct wait {
    uint32_t action;
    const char *order; /* Id of the constraint; or null. */
    bool is_for_room;  /* It makes room. */
};

struct found {
    MU_VEC(struct wait) ways; /* All that were gone, points of order as well. */
    MU_VEC(struct wait) list; /* Without these. */
    bool is_cut;              /* There are more that were not looked at. */
};

static void find(struct mu_why_waits *waits, uint32_t action,
                 struct found *found);
static void way_add(struct mu_why_waits *waits, struct wait from,
                    struct found *found);
static void rest_keep(struct mu_why_waits *waits, struct found *found);
static int wait_cmp(const void *left, const void *right);
static void before_mark(struct mu_why_waits *waits, uint32_t action,
                        uint32_t *budget);
static bool is_step(const struct mu_why_waits *waits, uint32_t action,
                    const struct wait *wait);
static bool is_probe(const struct mu_action *action);
static const char *list_text(const struct mu_why_waits *waits, uint32_t action,
                             const struct found *found);
static const char *reason_of(const struct mu_why_waits *waits, uint32_t action,
                             const struct wait *wait);
static const char *instance_of(const struct mu_action *action);
static const struct mu_config_resource *
whole_of(const struct mu_why *why, const struct mu_action *action);

struct mu_why_waits
mu_why_waits_look(const struct mu_why *why)
{
    return (struct mu_why_waits){
        .why = why,
        .seen = mu_arena_new(why->arena, uint32_t,
                             (size_t)why->plan->actions_count + 1)};
}

const char *
mu_why_wait(struct mu_why_waits *waits, uint32_t action, bool is_full)
{
    struct found found = {.list = {.count = 0}};
    size_t kept = 0;

    find(waits, action, &found);
    rest_keep(waits, &found);
    for (size_t i = 0; i < found.list.count; i++) {
        if (is_full || !is_step(waits, action, &found.list.items[i])) {
            found.list.items[kept++] = found.list.items[i];
        }
    }
    found.list.count = kept;
    return kept > 0 ? list_text(waits, action, &found) : NULL;
}

/* What comes before, by points of order as well. */
static void
find(struct mu_why_waits *waits, uint32_t action, struct found *found)
{
    const struct mu_action *actions = waits->why->plan->actions;

    waits->mark++;
    way_add(waits, (struct wait){.action = action}, found);
    for (size_t i = 0; i < found->ways.count; i++) {
        struct wait way = found->ways.items[i];

        if (actions[way.action].kind == MU_ACTION_PSEUDO) {
            way_add(waits, way, found);
        } else {
            *mu_vec_add(waits->why->arena, &found->list) = way;
        }
    }
}

/* The constraint nearest to the action that waits is the one that it is told
 * about. */
static void
way_add(struct mu_why_waits *waits, struct wait from, struct found *found)
{
    const struct mu_action *actions = waits->why->plan->actions;
    const struct mu_action *then = &actions[from.action];

    for (uint32_t i = 0; i < then->after_count; i++) {
        struct wait way = from;

        way.action = then->after[i];
        if (waits->seen[way.action] == waits->mark) {
            continue;
        }
        if (found->ways.count == VISITED_MAX) {
            found->is_cut = true;
            return;
        }
        waits->seen[way.action] = waits->mark;
        if (!way.order && then->after_by) {
            way.order = then->after_by[i];
        }
        way.is_for_room =
            way.is_for_room ||
            (actions[way.action].kind == MU_ACTION_PSEUDO &&
             actions[way.action].name &&
             strncmp(actions[way.action].name, "load_stopped_",
                     strlen("load_stopped_")) == 0);
        *mu_vec_add(waits->why->arena, &found->ways) = way;
    }
}

/* What another one waits for in its turn need not be told. */
static void
rest_keep(struct mu_why_waits *waits, struct found *found)
{
    struct wait *list = found->list.items;
    size_t count = found->list.count;
    uint32_t budget = VISITED_MAX;
    size_t kept = 0;

    if (count <= 1) {
        return;
    }
    qsort(list, count, sizeof(list[0]), wait_cmp);
    waits->mark++;
    for (size_t i = count; i > 0; i--) {
        before_mark(waits, list[i - 1].action, &budget);
    }
    for (size_t i = 0; i < count; i++) {
        if (waits->seen[list[i].action] != waits->mark) {
            list[kept++] = list[i];
        }
    }
    found->list.count = kept;
}

static int
wait_cmp(const void *left, const void *right)
{
    uint32_t a = ((const struct wait *)left)->action;
    uint32_t b = ((const struct wait *)right)->action;

    return (a > b) - (a < b);
}

/* Marks what comes before 'action', but not itself. */
static void
before_mark(struct mu_why_waits *waits, uint32_t action, uint32_t *budget)
{
    const struct mu_action *actions = waits->why->plan->actions;
    MU_VEC(uint32_t) open = {.count = 0};

    *mu_vec_add(waits->why->arena, &open) = action;
    for (size_t i = 0; i < open.count; i++) {
        const struct mu_action *one = &actions[open.items[i]];

        for (uint32_t k = 0; k < one->after_count && *budget > 0; k++) {
            if (waits->seen[one->after[k]] != waits->mark) {
                waits->seen[one->after[k]] = waits->mark;
                *mu_vec_add(waits->why->arena, &open) = one->after[k];
                (*budget)--;
            }
        }
    }
}

/* Steps of one resource in one place follow each other anyway, and where it is
 * has to be known first of all. */
static bool
is_step(const struct mu_why_waits *waits, uint32_t action,
        const struct wait *wait)
{
    const struct mu_action *then = &waits->why->plan->actions[action];
    const struct mu_action *first = &waits->why->plan->actions[wait->action];

    if (!then->resource || !first->resource) {
        return false;
    }
    return is_probe(first) ? then->primitive == first->primitive
                           : then->node == first->node &&
                                 strcmp(instance_of(then),
                                        instance_of(first)) == 0;
}

static bool
is_probe(const struct mu_action *action)
{
    return action->task == MU_TASK_MONITOR && action->interval_ms == 0;
}

static const char *
list_text(const struct mu_why_waits *waits, uint32_t action,
          const struct found *found)
{
    const struct mu_why *why = waits->why;
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, why->arena);
    for (size_t i = 0; i < found->list.count && i < TOLD_MAX; i++) {
        const struct wait *one = &found->list.items[i];
        const char *reason = reason_of(waits, action, one);
        const char *next =
            i + 1 < found->list.count && i + 1 < TOLD_MAX
                ? reason_of(waits, action, &found->list.items[i + 1])
                : NULL;

        mu_text_buffer_add(&text, "%s%s", i > 0 ? ", " : "",
                           mu_why_action(why, one->action));
        if (reason && (!next || strcmp(reason, next) != 0)) {
            mu_text_buffer_add(&text, " (%s)", reason);
        }
    }
    if (found->is_cut) {
        mu_text_buffer_add(&text, " and more");
    } else if (found->list.count > TOLD_MAX) {
        mu_text_buffer_add(&text, " and %zu more",
                           found->list.count - TOLD_MAX);
    }
    return text.data;
}

const char *
mu_why_action(const struct mu_why *why, uint32_t action)
{
    const struct mu_action *one = &why->plan->actions[action];
    const char *id = instance_of(one);
    const char *node =
        one->node == MU_PLAN_NONE
            ? NULL
            : why->snapshot->status->nodes[one->node].name;
    const char *word = mu_plan_word(one->task, one->op_name);

    if (one->kind == MU_ACTION_PSEUDO && one->name) {
        return one->name;
    }
    if (one->kind == MU_ACTION_FENCE && one->task != MU_TASK_FENCE_ON) {
        word = "fence";
    } else if (one->kind == MU_ACTION_FENCE) {
        word = "unfence";
    } else if (is_probe(one)) {
        word = "probe";
    }
    return mu_text_make(why->arena, "%s %s%s%s%s", word, id ? id : "",
                        id && node ? " on " : "", node ? node : "",
                        one->in_flight ? " (under way)" : "");
}

static const char *
reason_of(const struct mu_why_waits *waits, uint32_t action,
          const struct wait *wait)
{
    const struct mu_why *why = waits->why;
    const struct mu_action *then = &why->plan->actions[action];
    const struct mu_action *first = &why->plan->actions[wait->action];
    const struct mu_config_resource *whole = whole_of(why, then);

    if (wait->is_for_room) {
        return "to make room";
    }
    if (first->task == MU_TASK_NOTIFY || then->task == MU_TASK_NOTIFY) {
        return "notification";
    }
    if (wait->order) {
        return mu_text_make(why->arena, "order %s", wait->order);
    }
    if (then->task == MU_TASK_SHUTDOWN) {
        return "what runs there stops first";
    }
    if (!then->resource) {
        return NULL;
    }
    if (first->kind == MU_ACTION_FENCE && first->task != MU_TASK_FENCE_ON) {
        return "until then it may still be active there";
    }
    if (is_probe(first)) {
        return first->primitive == then->primitive
                   ? "to know where it is active"
                   : "it may be active there";
    }
    if (!first->resource || is_step(waits, action, wait)) {
        return NULL;
    }
    if (strcmp(instance_of(first), instance_of(then)) == 0) {
        return first->task == MU_TASK_STOP ? "it must not be active twice"
                                           : NULL;
    }
    if (first->primitive == then->primitive) {
        return "one instance after the other";
    }
    return whole && whole == whole_of(why, first) &&
                   whole->kind == MU_RESOURCE_GROUP
               ? mu_text_make(why->arena, "group %s", whole->id)
               : NULL;
}

static const char *
instance_of(const struct mu_action *action)
{
    return action->instance ? action->instance : action->resource;
}

/* The group or clone that the primitive is part of, or null. */
static const struct mu_config_resource *
whole_of(const struct mu_why *why, const struct mu_action *action)
{
    const struct mu_config *config = why->snapshot->config;
    uint32_t parent = action->primitive == MU_PLAN_NONE
                          ? MU_CONFIG_NONE
                          : config->resources[action->primitive].parent;

    return parent == MU_CONFIG_NONE ? NULL : &config->resources[parent];
}
