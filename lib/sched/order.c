/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/order.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/setup_warn.h"

/* Longer lists of edges are not searched one by one. */
enum { EDGES_SEARCHED_MAX = 64 };

enum symmetry {
    SYMMETRY_ONE_WAY,
    SYMMETRY_BOTH,
    SYMMETRY_INVERSE, /* The way back of BOTH. */
};

/* What the parts of one constraint share. */
struct origin {
    struct mu_sched *sched;
    const struct mu_config_order *config;
    enum mu_order_kind kind;
    enum symmetry symmetry;
};

static void simple_read(const struct origin *origin);
static void sets_read(const struct origin *origin);
static void set_read(const struct origin *origin,
                     const struct mu_config_set *set);
static void set_chain(const struct origin *origin,
                      const struct mu_config_set *set, enum mu_verb verb,
                      uint32_t flags);
static void sets_join(const struct origin *origin,
                      const struct mu_config_set *first,
                      const struct mu_config_set *then, enum symmetry symmetry);
static void any_join(const struct origin *origin,
                     const struct mu_config_set *first,
                     const struct mu_config_set *then,
                     const enum mu_verb verbs[2]);
static void minimum_read(const struct origin *origin, struct mu_order_end first,
                         struct mu_order_end then, uint32_t minimum);
static uint32_t minimum_of(const struct origin *origin,
                           const struct mu_sched_resource *first);
static uint32_t kind_flags(enum mu_order_kind kind, enum mu_verb first,
                           enum symmetry symmetry);
static void pair_add(const struct origin *origin, struct mu_order_end first,
                     struct mu_order_end then, uint32_t flags);
static enum mu_verb verb_parse(const char *action, enum mu_verb standard);
static enum mu_verb verb_inverse(enum mu_verb verb);
static enum mu_order_kind kind_of(const struct origin *origin,
                                  const struct mu_config_set *set);
static bool has_edge(struct mu_sched *sched,
                     struct mu_sched_action *const pair[2], uint32_t flags,
                     uint32_t needed);
static bool is_made(const struct mu_edge *edge, uint32_t flags,
                    uint32_t needed);
static void edges_index(struct mu_sched *sched);
static void edge_index(struct mu_sched *sched, struct mu_edge *edge);
static struct mu_edge *edge_newest(const struct mu_sched *sched, uint64_t key);
static uint64_t edge_key(const struct mu_sched_action *first,
                         const struct mu_sched_action *then);

void
mu_order_make(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->config->orders_count; i++) {
        const struct mu_config_order *config = &sched->config->orders[i];
        struct origin origin = {
            .sched = sched,
            .config = config,
            .kind = config->kind,
            .symmetry =
                config->is_symmetrical && config->kind != MU_ORDER_SERIALIZE
                    ? SYMMETRY_BOTH
                    : SYMMETRY_ONE_WAY,
        };

        if (config->sets_count > 0) {
            sets_read(&origin);
        } else {
            simple_read(&origin);
        }
    }
}

static enum mu_verb
verb_parse(const char *action, enum mu_verb standard)
{
    static const struct {
        const char *name;
        enum mu_verb verb;
    } verbs[] = {
        {"start", MU_VERB_START},
        {"stop", MU_VERB_STOP},
        {"promote", MU_VERB_PROMOTE},
        {"demote", MU_VERB_DEMOTE},
    };

    for (unsigned i = 0; action && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (mu_text_casecmp(action, verbs[i].name) == 0) {
            return verbs[i].verb;
        }
    }
    return standard;
}

static enum mu_verb
verb_inverse(enum mu_verb verb)
{
    static const enum mu_verb inverse[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = MU_VERB_STOP,
        [MU_VERB_STOP] = MU_VERB_START,
        [MU_VERB_PROMOTE] = MU_VERB_DEMOTE,
        [MU_VERB_DEMOTE] = MU_VERB_PROMOTE,
    };

    return inverse[verb];
}

static uint32_t
kind_flags(enum mu_order_kind kind, enum mu_verb first, enum symmetry symmetry)
{
    uint32_t flags = MU_ORDER_ORDERED;

    switch (kind) {
    case MU_ORDER_OPTIONAL:
        return flags;
    case MU_ORDER_SERIALIZE:
        return flags | MU_ORDER_SERIALIZED;
    case MU_ORDER_MANDATORY:
        break;
    }
    switch (symmetry) {
    case SYMMETRY_ONE_WAY:
        flags |= MU_ORDER_ASYMMETRICAL;
        break;
    case SYMMETRY_BOTH:
        flags |= MU_ORDER_FIRST_IMPLIES_THEN;
        if (first == MU_VERB_START || first == MU_VERB_PROMOTE) {
            flags |= MU_ORDER_UNRUNNABLE_BLOCKS;
        }
        break;
    case SYMMETRY_INVERSE:
        flags |= MU_ORDER_THEN_IMPLIES_FIRST;
        break;
    }
    return flags;
}

static void
simple_read(const struct origin *origin)
{
    const struct mu_config_order *config = origin->config;
    struct mu_order_end first;
    struct mu_order_end then;
    uint32_t minimum;

    if (config->first == MU_CONFIG_NONE || config->then == MU_CONFIG_NONE) {
        return;
    }
    first.resource = origin->sched->named[config->first];
    first.verb = verb_parse(config->first_action, MU_VERB_START);
    then.resource = origin->sched->named[config->then];
    then.verb = verb_parse(config->then_action, first.verb);
    if (!first.resource || !then.resource) {
        return;
    }
    minimum = minimum_of(origin, first.resource);
    if (minimum > 0) {
        minimum_read(origin, first, then, minimum);
    } else {
        pair_add(origin, first, then,
                 kind_flags(origin->kind, first.verb, origin->symmetry));
    }
    if (origin->symmetry == SYMMETRY_BOTH) {
        first.verb = verb_inverse(first.verb);
        then.verb = verb_inverse(then.verb);
        pair_add(origin, then, first,
                 kind_flags(origin->kind, first.verb, SYMMETRY_INVERSE));
    }
}

/* How many instances of 'first' are enough; 0: all of them count. */
static uint32_t
minimum_of(const struct origin *origin, const struct mu_sched_resource *first)
{
    if (!mu_state_is_clone(first)) {
        return 0;
    }
    if (first->traits->clone_min > 0) {
        return (uint32_t)first->traits->clone_min;
    }
    return origin->config->requires_all ? 0 : 1;
}

static void
minimum_read(const struct origin *origin, struct mu_order_end first,
             struct mu_order_end then, uint32_t minimum)
{
    struct mu_sched *sched = origin->sched;
    struct mu_sched_action *enough = mu_action_get_point(
        sched,
        mu_text_make(sched->arena, "clone-one-or-more:%s", origin->config->id));

    enough->required_before = minimum;
    enough->flags |= MU_FLAG_ANY_RUNNABLE;
    for (uint32_t i = 0; i < first.resource->children_count; i++) {
        mu_order_add(sched, &(struct mu_ordering){
                                .id = origin->config->id,
                                .first_resource = first.resource->children[i],
                                .first_key = mu_key(first.verb),
                                .then = enough,
                                .flags = MU_ORDER_MIN_RUNNABLE |
                                         MU_ORDER_FIRST_GRAPHS_THEN});
    }
    mu_order_add(sched, &(struct mu_ordering){
                            .id = origin->config->id,
                            .first = enough,
                            .then_resource = then.resource,
                            .then_key = mu_key(then.verb),
                            .flags = kind_flags(origin->kind, first.verb,
                                                origin->symmetry) |
                                     MU_ORDER_UNRUNNABLE_BLOCKS});
}

static void
pair_add(const struct origin *origin, struct mu_order_end first,
         struct mu_order_end then, uint32_t flags)
{
    if (!first.resource || !then.resource ||
        (first.resource == then.resource && first.verb == then.verb)) {
        return;
    }
    mu_order_add(origin->sched,
                 &(struct mu_ordering){.id = origin->config->id,
                                       .first_resource = first.resource,
                                       .first_key = mu_key(first.verb),
                                       .then_resource = then.resource,
                                       .then_key = mu_key(then.verb),
                                       .flags = flags});
}

static void
sets_read(const struct origin *origin)
{
    const struct mu_config_order *config = origin->config;

    for (uint32_t i = 0; i < config->sets_count; i++) {
        const struct mu_config_set *set = &config->sets[i];

        set_read(origin, set);
        if (i > 0) {
            sets_join(origin, set - 1, set, origin->symmetry);
            if (origin->symmetry == SYMMETRY_BOTH) {
                sets_join(origin, set, set - 1, SYMMETRY_INVERSE);
            }
        }
    }
}

static enum mu_order_kind
kind_of(const struct origin *origin, const struct mu_config_set *set)
{
    if (set->kind && mu_text_casecmp(set->kind, "Optional") == 0) {
        return MU_ORDER_OPTIONAL;
    }
    if (set->kind && mu_text_casecmp(set->kind, "Serialize") == 0) {
        return MU_ORDER_SERIALIZE;
    }
    if (set->kind && mu_text_casecmp(set->kind, "Mandatory") == 0) {
        return MU_ORDER_MANDATORY;
    }
    return origin->kind;
}

static void
set_read(const struct origin *origin, const struct mu_config_set *set)
{
    enum mu_order_kind kind = kind_of(origin, set);
    enum mu_verb verb = verb_parse(set->action, MU_VERB_START);
    enum symmetry symmetry =
        kind == MU_ORDER_SERIALIZE ? SYMMETRY_ONE_WAY : origin->symmetry;
    uint64_t count = set->resources_count;

    if (!mu_setup_may_pair(origin->sched, origin->config->id,
                           kind == MU_ORDER_SERIALIZE ? count * count / 2
                                                      : count)) {
        return;
    }
    if (kind == MU_ORDER_SERIALIZE) {
        for (uint32_t i = 0; i < set->resources_count; i++) {
            for (uint32_t j = i + 1; j < set->resources_count; j++) {
                struct mu_order_end first = {
                    origin->sched->named[set->resources[i]], verb};
                struct mu_order_end then = {
                    origin->sched->named[set->resources[j]], verb};

                pair_add(origin, first, then, kind_flags(kind, verb, symmetry));
            }
        }
        return;
    }
    if (!set->is_sequential) {
        return;
    }
    set_chain(origin, set, verb, kind_flags(kind, verb, symmetry));
    if (symmetry == SYMMETRY_BOTH) {
        verb = verb_inverse(verb);
        for (uint32_t i = 1; i < set->resources_count; i++) {
            struct mu_order_end first = {
                origin->sched->named[set->resources[i]], verb};
            struct mu_order_end then = {
                origin->sched->named[set->resources[i - 1]], verb};

            pair_add(origin, first, then,
                     kind_flags(kind, verb, SYMMETRY_INVERSE));
        }
    }
}

static void
set_chain(const struct origin *origin, const struct mu_config_set *set,
          enum mu_verb verb, uint32_t flags)
{
    for (uint32_t i = 1; i < set->resources_count; i++) {
        struct mu_order_end first = {
            origin->sched->named[set->resources[i - 1]], verb};
        struct mu_order_end then = {origin->sched->named[set->resources[i]],
                                    verb};

        pair_add(origin, first, then, flags);
    }
}

/* All of one set before all of the next, so that it holds for the others when
 * one of them is not managed. A set that says that it is sequential stands for
 * its ends. */
static void
sets_join(const struct origin *origin, const struct mu_config_set *first,
          const struct mu_config_set *then, enum symmetry symmetry)
{
    bool is_inverse = symmetry == SYMMETRY_INVERSE;
    enum mu_verb verbs[2] = {verb_parse(first->action, MU_VERB_START),
                             verb_parse(then->action, MU_VERB_START)};
    uint32_t flags;

    if (is_inverse) {
        verbs[0] = verb_inverse(verbs[0]);
        verbs[1] = verb_inverse(verbs[1]);
    }
    flags = kind_flags(origin->kind, verbs[0], symmetry);
    if (!first->requires_all && verbs[0] != MU_VERB_STOP &&
        verbs[0] != MU_VERB_DEMOTE) {
        any_join(origin, first, then, verbs);
        return;
    }
    if (!mu_setup_may_pair(origin->sched, origin->config->id,
                           (uint64_t)(first->says_sequential
                                          ? 1
                                          : first->resources_count) *
                               (then->says_sequential ? 1
                                                    : then->resources_count))) {
        return;
    }
    for (uint32_t i = 0; i < first->resources_count; i++) {
        uint32_t first_end = is_inverse ? 0 : first->resources_count - 1;

        if (first->says_sequential && i != first_end) {
            continue;
        }
        for (uint32_t j = 0; j < then->resources_count; j++) {
            uint32_t then_end = is_inverse ? then->resources_count - 1 : 0;

            if (then->says_sequential && j != then_end) {
                continue;
            }
            pair_add(
                origin,
                (struct mu_order_end){
                    origin->sched->named[first->resources[i]], verbs[0]},
                (struct mu_order_end){
                    origin->sched->named[then->resources[j]], verbs[1]},
                flags);
        }
    }
}

/* One of the first set is enough. */
static void
any_join(const struct origin *origin, const struct mu_config_set *first,
         const struct mu_config_set *then, const enum mu_verb verbs[2])
{
    struct mu_sched *sched = origin->sched;
    struct mu_sched_action *any = mu_action_get_point(
        sched, mu_text_make(sched->arena, "one-or-more:%s",
                            first->id ? first->id : origin->config->id));

    any->flags |= MU_FLAG_ANY_RUNNABLE;
    for (uint32_t i = 0; i < first->resources_count; i++) {
        mu_order_add(
            sched,
            &(struct mu_ordering){
                .id = origin->config->id,
                .first_resource = sched->named[first->resources[i]],
                .first_key = mu_key(verbs[0]),
                .then = any,
                .flags = MU_ORDER_MIN_RUNNABLE | MU_ORDER_FIRST_GRAPHS_THEN});
    }
    for (uint32_t i = 0; i < then->resources_count; i++) {
        mu_order_add(sched,
                     &(struct mu_ordering){
                         .id = origin->config->id,
                         .first = any,
                         .then_resource = sched->named[then->resources[i]],
                         .then_key = mu_key(verbs[1]),
                         .flags = MU_ORDER_UNRUNNABLE_BLOCKS});
    }
}

void
mu_order_add(struct mu_sched *sched, const struct mu_ordering *ordering)
{
    struct mu_ordering *added;

    if ((!ordering->first_resource && !ordering->first) ||
        (!ordering->then_resource && !ordering->then)) {
        return;
    }
    added = mu_vec_add(sched->arena, &sched->orderings);
    *added = *ordering;
    if (added->first && !added->first_resource) {
        added->first_resource = added->first->resource;
    }
    if (added->then && !added->then_resource) {
        added->then_resource = added->then->resource;
    }
}

void
mu_order_ends(struct mu_sched *sched, struct mu_order_end first,
              struct mu_order_end then, uint32_t flags)
{
    mu_order_add(sched, &(struct mu_ordering){.first_resource = first.resource,
                                              .first_key = mu_key(first.verb),
                                              .then_resource = then.resource,
                                              .then_key = mu_key(then.verb),
                                              .flags = flags});
}

bool
mu_order_edge(struct mu_sched *sched, struct mu_sched_action *first,
              struct mu_sched_action *then, uint32_t flags)
{
    return mu_order_edge_of(sched, (struct mu_sched_action *[2]){first, then},
                            flags, NULL);
}

bool
mu_order_edge_of(struct mu_sched *sched, struct mu_sched_action *const pair[2],
                 uint32_t flags, const char *source)
{
    struct mu_sched_action *first = pair[0];
    struct mu_sched_action *then = pair[1];
    struct mu_edge *edge;

    if (flags == 0 || first == then ||
        has_edge(sched, pair, flags, source ? flags : 0)) {
        return false;
    }
    edge = mu_arena_new(sched->arena, struct mu_edge, 1);
    *edge = (struct mu_edge){.first = first,
                             .then = then,
                             .flags = flags,
                             .made = flags,
                             .source = source,
                             .next_before = then->before,
                             .next_after = first->after};
    then->before = edge;
    first->after = edge;
    then->before_count++;
    first->after_count++;
    if (sched->edges.count > 0) {
        edge_index(sched, edge);
    }
    return true;
}

/* Tells whether one was made with any of 'flags' and with all of 'needed'.
 * Searches the shorter of the two lists; when that is long, too, only what the
 * index has, which is made then. */
static bool
has_edge(struct mu_sched *sched, struct mu_sched_action *const pair[2],
         uint32_t flags, uint32_t needed)
{
    const struct mu_sched_action *first = pair[0];
    const struct mu_sched_action *then = pair[1];
    bool is_of_first = first->after_count <= then->before_count;
    uint32_t count = is_of_first ? first->after_count : then->before_count;
    const struct mu_edge *edge = is_of_first ? first->after : then->before;

    if (count > EDGES_SEARCHED_MAX) {
        if (sched->edges.count == 0) {
            edges_index(sched);
        }
        edge = edge_newest(sched, edge_key(first, then));
        while (edge && !is_made(edge, flags, needed)) {
            edge = edge->next_same;
        }
        return edge;
    }
    while (edge && (edge->first != first || edge->then != then ||
                    !is_made(edge, flags, needed))) {
        edge = is_of_first ? edge->next_after : edge->next_before;
    }
    return edge;
}

static bool
is_made(const struct mu_edge *edge, uint32_t flags, uint32_t needed)
{
    return (edge->made & flags) && (edge->made & needed) == needed;
}

static void
edges_index(struct mu_sched *sched)
{
    mu_map_init(&sched->newest_edges, sched->arena);
    for (size_t i = 0; i < sched->actions.count; i++) {
        for (struct mu_edge *edge = sched->actions.items[i]->after; edge;
             edge = edge->next_after) {
            edge_index(sched, edge);
        }
    }
}

static void
edge_index(struct mu_sched *sched, struct mu_edge *edge)
{
    uint64_t key = edge_key(edge->first, edge->then);

    edge->next_same = edge_newest(sched, key);
    *mu_vec_add(sched->arena, &sched->edges) = edge;
    *mu_map_at(&sched->newest_edges, key) = (uint32_t)sched->edges.count;
}

static struct mu_edge *
edge_newest(const struct mu_sched *sched, uint64_t key)
{
    uint32_t number = mu_map_find(&sched->newest_edges, key);

    return number ? sched->edges.items[number - 1] : NULL;
}

static uint64_t
edge_key(const struct mu_sched_action *first,
         const struct mu_sched_action *then)
{
    return (uint64_t)first->index << 32 | then->index;
}

enum mu_role
mu_order_state_of(const struct mu_sched_resource *resource, bool is_current)
{
    enum mu_role highest = MU_ROLE_UNKNOWN;

    if (resource->children_count == 0) {
        return is_current ? resource->role : resource->next_role;
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        enum mu_role role =
            mu_order_state_of(resource->children[i], is_current);

        highest = role > highest ? role : highest;
    }
    return highest;
}

bool
mu_order_is_inside(const struct mu_sched_resource *inner,
                   const struct mu_sched_resource *outer)
{
    while (inner->parent) {
        inner = inner->parent;
        if (inner == outer) {
            return true;
        }
    }
    return false;
}
