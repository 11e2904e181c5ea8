/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/loop.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "sched/detail.h"
#include "sched/recurring.h"

/* Loops named in warnings, and constraints named per loop; the rest of a
 * thousand is told by these as well. */
enum { LOOPS_NAMED_MAX = 20, CONSTRAINTS_NAMED_MAX = 8 };

/* Loops that are looked for one by one; beyond, an action that is in one is
 * freed of all constraints, so that no input takes forever. */
enum { LOOPS_COUNT_MAX = 2000 };

/* 'first' before 'then', by one or more edges. */
struct link {
    struct mu_sched_action *first;
    struct mu_sched_action *then;
};

static void moves_free(struct mu_sched *sched, struct mu_loop_rest *rest);
static bool waits_for(struct mu_sched *sched, const struct mu_loop_rest *rest,
                      struct mu_sched_action *from,
                      const struct mu_sched_action *action);
static bool is_open(const struct mu_loop_rest *rest,
                    const struct mu_edge *edge);
static bool has_free(const struct mu_loop_rest *rest);
static uint32_t loop_find(struct mu_sched *sched,
                          const struct mu_loop_rest *rest,
                          uint32_t *ret_begin);
static struct mu_sched_action *
previous_of(const struct mu_loop_rest *rest,
            const struct mu_sched_action *action);
static uint32_t weight_of(const struct mu_loop_rest *rest,
                          const struct link *link);
static uint32_t edge_weight(const struct mu_edge *edge);
static void link_drop(struct mu_loop_rest *rest, const struct link *link);
static void constraints_drop(struct mu_loop_rest *rest,
                             const struct mu_sched_action *then);
static void loop_warn(struct mu_sched *sched, const struct mu_loop_rest *rest,
                      uint32_t begin, uint32_t end, const struct link *weakest);
static const char *constraint_of(const struct mu_loop_rest *rest,
                                 const struct link *link);
static const char *action_label(struct mu_sched *sched,
                                const struct mu_sched_action *action);

void
mu_loop_break(struct mu_sched *sched, struct mu_loop_rest *rest)
{
    if (!rest->walk) {
        rest->walk = mu_arena_new(sched->arena, uint32_t, rest->count + 1);
        moves_free(sched, rest);
    }
    while (!has_free(rest)) {
        struct link weakest = {0};
        uint32_t least = UINT32_MAX;
        uint32_t begin;
        uint32_t end = loop_find(sched, rest, &begin);

        for (uint32_t i = begin; i < end; i++) {
            uint32_t next = i + 1 < end ? i + 1 : begin;
            struct link link = {.first = rest->actions[rest->walk[next]],
                                .then = rest->actions[rest->walk[i]]};
            uint32_t weight = weight_of(rest, &link);

            if (weight < least) {
                least = weight;
                weakest = link;
            }
        }
        mu_assert(weakest.first);
        if (rest->broken_count < LOOPS_NAMED_MAX) {
            loop_warn(sched, rest, begin, end, &weakest);
        }
        link_drop(rest, &weakest);
        rest->broken_count++;
        if (rest->broken_count > LOOPS_COUNT_MAX) {
            constraints_drop(rest, weakest.then);
        }
    }
}

/* Two that change places by live migration each wait until the other has made
 * room: one of them has to go first. */
static void
moves_free(struct mu_sched *sched, struct mu_loop_rest *rest)
{
    for (uint32_t i = rest->count; i > 0; i--) {
        struct mu_sched_action *action = rest->actions[i - 1];

        if (!action || action->verb != MU_VERB_MIGRATE_TO) {
            continue;
        }
        for (struct mu_edge *edge = action->before; edge;
             edge = edge->next_before) {
            if (edge->flags == MU_ORDER_ON_TARGET && is_open(rest, edge) &&
                waits_for(sched, rest, edge->first, action)) {
                edge->flags = 0;
                rest->open[i - 1]--;
            }
        }
    }
}

/* Tells whether 'from' waits for 'action', directly or not. */
static bool
waits_for(struct mu_sched *sched, const struct mu_loop_rest *rest,
          struct mu_sched_action *from, const struct mu_sched_action *action)
{
    uint32_t count = 0;

    sched->visit++;
    from->visit = sched->visit;
    rest->walk[count++] = from->plan_id;
    while (count > 0) {
        const struct mu_sched_action *at = rest->actions[rest->walk[--count]];

        if (at == action) {
            return true;
        }
        for (struct mu_edge *edge = at->before; edge;
             edge = edge->next_before) {
            if (is_open(rest, edge) && edge->first->visit != sched->visit) {
                edge->first->visit = sched->visit;
                rest->walk[count++] = edge->first->plan_id;
            }
        }
    }
    return false;
}

static bool
is_open(const struct mu_loop_rest *rest, const struct mu_edge *edge)
{
    return edge->flags != 0 && (edge->first->flags & MU_FLAG_IN_PLAN) &&
           rest->actions[edge->first->plan_id] == edge->first;
}

static bool
has_free(const struct mu_loop_rest *rest)
{
    for (uint32_t i = 0; i < rest->count; i++) {
        if (rest->actions[i] && rest->open[i] == 0) {
            return true;
        }
    }
    return false;
}

/* Walks back from the first action that is left until it comes by a place for
 * the second time. Returns the end of the loop in 'rest->walk'. */
static uint32_t
loop_find(struct mu_sched *sched, const struct mu_loop_rest *rest,
          uint32_t *ret_begin)
{
    struct mu_sched_action *action = NULL;
    uint32_t count = 0;

    for (uint32_t i = 0; i < rest->count && !action; i++) {
        action = rest->actions[i];
    }
    sched->visit++;
    while (action->visit != sched->visit) {
        action->visit = sched->visit;
        rest->walk[count++] = action->plan_id;
        action = previous_of(rest, action);
        mu_assert(action);
    }
    *ret_begin = 0;
    while (rest->walk[*ret_begin] != action->plan_id) {
        ++*ret_begin;
    }
    return count;
}

static struct mu_sched_action *
previous_of(const struct mu_loop_rest *rest,
            const struct mu_sched_action *action)
{
    struct mu_sched_action *found = NULL;

    for (const struct mu_edge *edge = action->before; edge;
         edge = edge->next_before) {
        if (is_open(rest, edge) &&
            (!found || edge->first->plan_id < found->plan_id)) {
            found = edge->first;
        }
    }
    return found;
}

/* Constraints are given up, those that are only a matter of order before what
 * is needed, and never what keeps a single resource sane: a loop has others. */
static uint32_t
weight_of(const struct mu_loop_rest *rest, const struct link *link)
{
    uint32_t weight = 0;

    for (const struct mu_edge *edge = link->then->before; edge;
         edge = edge->next_before) {
        if (edge->first == link->first && is_open(rest, edge)) {
            uint32_t one = edge_weight(edge);

            weight = one > weight ? one : weight;
        }
    }
    return weight;
}

static uint32_t
edge_weight(const struct mu_edge *edge)
{
    if (edge->flags == MU_ORDER_ON_TARGET) {
        return 1;
    }
    if (edge->source) {
        return (edge->flags & ~(uint32_t)MU_ORDER_SERIALIZED) ==
                       MU_ORDER_ORDERED
                   ? 2
                   : 3;
    }
    return edge->first->resource && edge->then->resource &&
                   edge->first->resource != edge->then->resource
               ? 4
               : 5;
}

static void
link_drop(struct mu_loop_rest *rest, const struct link *link)
{
    for (struct mu_edge *edge = link->then->before; edge;
         edge = edge->next_before) {
        if (edge->first == link->first && is_open(rest, edge)) {
            edge->flags = 0;
            rest->open[link->then->plan_id]--;
        }
    }
}

static void
constraints_drop(struct mu_loop_rest *rest, const struct mu_sched_action *then)
{
    for (struct mu_edge *edge = then->before; edge; edge = edge->next_before) {
        if (edge->source && is_open(rest, edge)) {
            edge->flags = 0;
            rest->open[then->plan_id]--;
        }
    }
}

static void
loop_warn(struct mu_sched *sched, const struct mu_loop_rest *rest,
          uint32_t begin, uint32_t end, const struct link *weakest)
{
    const char *names[CONSTRAINTS_NAMED_MAX];
    uint32_t count = 0;
    const char *through = "";

    for (uint32_t i = begin; i < end && count < CONSTRAINTS_NAMED_MAX; i++) {
        uint32_t next = i + 1 < end ? i + 1 : begin;
        struct link link = {.first = rest->actions[rest->walk[next]],
                            .then = rest->actions[rest->walk[i]]};
        const char *name = constraint_of(rest, &link);
        bool is_new = name != NULL;

        for (uint32_t j = 0; j < count && is_new; j++) {
            is_new = strcmp(names[j], name) != 0;
        }
        if (is_new) {
            names[count++] = name;
            through = mu_text_make(sched->arena, "%s%s\"%s\"", through,
                                   count == 1 ? " by " : ", ", name);
        }
    }
    *mu_vec_add(sched->arena, &sched->warnings) = mu_text_make(
        sched->arena,
        "orderings form a loop%s: \"%s\" no longer waits for \"%s\"; change "
        "one of the constraints",
        through, action_label(sched, weakest->then),
        action_label(sched, weakest->first));
}

static const char *
constraint_of(const struct mu_loop_rest *rest, const struct link *link)
{
    for (const struct mu_edge *edge = link->then->before; edge;
         edge = edge->next_before) {
        if (edge->first == link->first && edge->source &&
            is_open(rest, edge)) {
            return edge->source;
        }
    }
    return NULL;
}

static const char *
action_label(struct mu_sched *sched, const struct mu_sched_action *action)
{
    return mu_text_make(
        sched->arena, "%s %s%s%s", action->verb == MU_VERB_MONITOR
            ? mu_recurring_name(sched, action->key)
            : mu_detail_verb_name(action->verb),
        action->resource ? action->resource->id
        : action->name   ? action->name
                         : "node",
        action->node == MU_STATE_NONE ? "" : " on ",
        action->node == MU_STATE_NONE ? "" : sched->nodes[action->node].name);
}
