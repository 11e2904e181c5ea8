/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/colocate.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/clone_colocate.h"
#include "sched/explain.h"
#include "sched/location.h"
#include "sched/node_state.h"
#include "sched/order.h"
#include "sched/propagate.h"
#include "sched/score.h"
#include "sched/setup_warn.h"

static void config_read(struct mu_sched *sched,
                        const struct mu_config_colocation *config);
static void set_read(struct mu_sched *sched,
                     const struct mu_config_colocation *config,
                     const struct mu_config_set *set);
static void sets_read(struct mu_sched *sched,
                      const struct mu_config_colocation *config,
                      const struct mu_config_set *dependents,
                      const struct mu_config_set *primaries);
static void pair_read(struct mu_sched *sched,
                      const struct mu_config_colocation *config,
                      struct mu_colocation *pair);
static bool influence_read(const struct mu_config_colocation *config,
                           const struct mu_sched_resource *dependent);
static void exclude(struct mu_sched *sched, struct mu_colocation *colocation,
                    bool is_reversed);
static int resources_cmp(const struct mu_sched_resource *a,
                         const struct mu_sched_resource *b);
static void sorted_insert(struct mu_sched *sched, struct mu_colocations *list,
                          struct mu_colocation *colocation,
                          bool is_by_dependent);
static void this_with_add(struct mu_sched *sched,
                          const struct mu_sched_resource *resource,
                          const struct mu_sched_resource *origin,
                          struct mu_colocations *found);
static void with_this_add(struct mu_sched *sched,
                          const struct mu_sched_resource *resource,
                          const struct mu_sched_resource *origin,
                          struct mu_colocations *found);
static int32_t primitive_apply(struct mu_sched *sched,
                               struct mu_sched_resource *dependent,
                               struct mu_sched_resource *primary,
                               const struct mu_colocation *colocation);
static void scores_apply(struct mu_sched *sched,
                         struct mu_sched_resource *dependent,
                         const struct mu_sched_resource *primary,
                         const struct mu_colocation *colocation);
static int32_t role_apply(struct mu_sched *sched,
                          struct mu_sched_resource *dependent,
                          const struct mu_sched_resource *primary,
                          const struct mu_colocation *colocation);

void
mu_colocate_make(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->config->colocations_count; i++) {
        config_read(sched, &sched->config->colocations[i]);
    }
}

static void
config_read(struct mu_sched *sched, const struct mu_config_colocation *config)
{
    if (config->sets_count == 0) {
        struct mu_colocation pair = {
            .score = config->score,
            .dependent_role = config->dependent_role,
            .primary_role = config->primary_role,
        };

        if (config->dependent == MU_CONFIG_NONE ||
            config->primary == MU_CONFIG_NONE) {
            return;
        }
        pair.dependent = sched->named[config->dependent];
        pair.primary = sched->named[config->primary];
        pair_read(sched, config, &pair);
        return;
    }
    for (uint32_t i = 0; i < config->sets_count; i++) {
        set_read(sched, config, &config->sets[i]);
        if (i > 0) {
            sets_read(sched, config, &config->sets[i - 1], &config->sets[i]);
        }
    }
}

/* Inside a set each member is with the one listed before it; members of a set
 * that must keep apart avoid all those before. */
static void
set_read(struct mu_sched *sched, const struct mu_config_colocation *config,
         const struct mu_config_set *set)
{
    int32_t score = set->has_score ? set->score : config->score;

    uint64_t count = set->resources_count;

    if (!set->is_sequential || score == 0 ||
        !mu_setup_may_pair(sched, config->id,
                           score > 0 ? count : count * count / 2)) {
        return;
    }
    for (uint32_t i = 1; i < set->resources_count; i++) {
        uint32_t begin = score > 0 ? i - 1 : 0;

        for (uint32_t j = begin; j < i; j++) {
            bool is_next = score > 0 && set->is_listed;
            struct mu_colocation pair = {
                .score = score,
                .dependent_role = set->role,
                .primary_role = set->role,
                .dependent = sched->named[set->resources[is_next ? j : i]],
                .primary = sched->named[set->resources[is_next ? i : j]],
            };

            pair_read(sched, config, &pair);
        }
    }
}

static void
sets_read(struct mu_sched *sched, const struct mu_config_colocation *config,
          const struct mu_config_set *dependents,
          const struct mu_config_set *primaries)
{
    uint32_t dependents_end =
        dependents->is_sequential && dependents->resources_count > 1
            ? 1
            : dependents->resources_count;
    uint32_t primaries_begin =
        primaries->is_sequential && primaries->resources_count > 1
            ? primaries->resources_count - 1
            : 0;

    if (!mu_setup_may_pair(sched, config->id,
                           (uint64_t)dependents_end *
                               (primaries->resources_count -
                                primaries_begin))) {
        return;
    }
    for (uint32_t i = 0; i < dependents_end; i++) {
        for (uint32_t j = primaries_begin; j < primaries->resources_count;
             j++) {
            struct mu_colocation pair = {
                .score = config->score,
                .dependent_role = dependents->role,
                .primary_role = primaries->role,
                .dependent = sched->named[dependents->resources[i]],
                .primary = sched->named[primaries->resources[j]],
            };

            pair_read(sched, config, &pair);
        }
    }
}

static void
pair_read(struct mu_sched *sched, const struct mu_config_colocation *config,
          struct mu_colocation *pair)
{
    if (!pair->dependent || !pair->primary || pair->score == 0 ||
        pair->dependent == pair->primary) {
        return;
    }
    pair->id = config->id;
    pair->attribute = config->node_attribute;
    if (pair->attribute && strcmp(pair->attribute, "#uname") == 0) {
        pair->attribute = NULL;
    }
    if (pair->dependent_role == MU_ROLE_STARTED) {
        pair->dependent_role = MU_ROLE_UNKNOWN;
    }
    if (pair->primary_role == MU_ROLE_STARTED) {
        pair->primary_role = MU_ROLE_UNKNOWN;
    }
    pair->has_influence = influence_read(config, pair->dependent);
    pair->is_explicit = true;
    mu_colocate_new(sched, pair);
}

static bool
influence_read(const struct mu_config_colocation *config,
               const struct mu_sched_resource *dependent)
{
    return config->has_influence ? config->influence
                                 : dependent->traits->is_critical;
}

void
mu_colocate_new(struct mu_sched *sched, const struct mu_colocation *colocation)
{
    struct mu_colocation *made =
        mu_arena_new(sched->arena, struct mu_colocation, 1);

    *made = *colocation;
    sorted_insert(sched, &made->dependent->this_with, made, false);
    sorted_insert(sched, &made->primary->with_this, made, true);
    *mu_vec_add(sched->arena, &sched->colocations) = made;
    if (made->score <= -MU_SCORE_INFINITY) {
        exclude(sched, made, false);
        exclude(sched, made, true);
    }
}

/* Those that must keep apart: the one that leaves goes first. */
static void
exclude(struct mu_sched *sched, struct mu_colocation *colocation,
        bool is_reversed)
{
    struct mu_sched_resource *first =
        is_reversed ? colocation->primary : colocation->dependent;
    struct mu_sched_resource *then =
        is_reversed ? colocation->dependent : colocation->primary;
    enum mu_role first_role =
        is_reversed ? colocation->primary_role : colocation->dependent_role;
    enum mu_role then_role =
        is_reversed ? colocation->dependent_role : colocation->primary_role;
    enum mu_verb lose[2] = {MU_VERB_STOP, MU_VERB_NONE};
    enum mu_verb gain[2] = {MU_VERB_START, MU_VERB_NONE};

    if (first_role == MU_ROLE_PROMOTED) {
        lose[0] = MU_VERB_DEMOTE;
    } else if (first_role == MU_ROLE_UNPROMOTED) {
        lose[1] = MU_VERB_PROMOTE;
    }
    if (then_role == MU_ROLE_PROMOTED) {
        gain[0] = MU_VERB_PROMOTE;
    } else if (then_role == MU_ROLE_UNPROMOTED) {
        gain[1] = MU_VERB_DEMOTE;
    }
    for (unsigned i = 0; i < 2 && lose[i] != MU_VERB_NONE; i++) {
        for (unsigned j = 0; j < 2 && gain[j] != MU_VERB_NONE; j++) {
            mu_order_ends(sched, mu_order_end(first, lose[i]),
                          mu_order_end(then, gain[j]),
                          MU_ORDER_SAME_NODE_REQUIRED);
        }
    }
}

/* The more important resource first: by priority, then clones before groups
 * before primitives, promotable clones before others, then by id. */
static int
resources_cmp(const struct mu_sched_resource *a,
              const struct mu_sched_resource *b)
{
    static const int ranks[] = {
        [MU_RESOURCE_PRIMITIVE] = 0,
        [MU_RESOURCE_GROUP] = 1,
        [MU_RESOURCE_CLONE] = 2,
        [MU_RESOURCE_BUNDLE] = 3,
    };

    if (a->priority != b->priority) {
        return a->priority > b->priority ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return ranks[a->kind] > ranks[b->kind] ? -1 : 1;
    }
    if (mu_state_is_clone(a) &&
        a->traits->is_promotable != b->traits->is_promotable) {
        return a->traits->is_promotable ? -1 : 1;
    }
    return strcmp(a->id, b->id);
}

/* Of equals the newest comes first. */
static void
sorted_insert(struct mu_sched *sched, struct mu_colocations *list,
              struct mu_colocation *colocation, bool is_by_dependent)
{
    size_t at = 0;
    size_t end = list->list.count;

    while (at < end) {
        size_t middle = at + (end - at) / 2;

        if (resources_cmp(is_by_dependent ? colocation->dependent
                                          : colocation->primary,
                          is_by_dependent
                              ? list->list.items[middle]->dependent
                              : list->list.items[middle]->primary) > 0) {
            at = middle + 1;
        } else {
            end = middle;
        }
    }
    (void)mu_vec_add(sched->arena, &list->list);
    memmove(&list->list.items[at + 1], &list->list.items[at],
            (list->list.count - 1 - at) * sizeof(*list->list.items));
    list->list.items[at] = colocation;
}

void
mu_colocate_this_with(struct mu_sched *sched,
                      const struct mu_sched_resource *resource,
                      struct mu_colocations *ret_found)
{
    this_with_add(sched, resource, resource, ret_found);
}

/* Own colocations, those of the group for its first member, those of the
 * clone for every instance. Other members follow the first, unless one before
 * them stays where it is. A group's inner members bind the whole group where a
 * constraint names them and cannot be bent. Three levels deep. */
static void
this_with_add(struct mu_sched *sched, const struct mu_sched_resource *resource,
              const struct mu_sched_resource *origin,
              struct mu_colocations *found)
{
    bool is_member =
        resource->kind == MU_RESOURCE_PRIMITIVE && resource != origin;
    bool is_group = resource->kind == MU_RESOURCE_GROUP;
    bool is_whole =
        is_group && (resource == origin || resource->children[0] == origin);

    if (is_group && !is_whole && !resource->has_loose) {
        return;
    }
    for (size_t i = resource->this_with.list.count; i > 0; i--) {
        struct mu_colocation *colocation =
            resource->this_with.list.items[i - 1];

        if (!is_member || (colocation->score >= MU_SCORE_INFINITY &&
                           colocation->is_explicit)) {
            sorted_insert(sched, found, colocation, false);
        }
    }
    if (is_member) {
        return;
    }
    if (resource->parent) {
        this_with_add(sched, resource->parent, origin, found);
    }
    for (uint32_t i = 0; is_whole && i < resource->children_count; i++) {
        if (resource->children[i] != origin) {
            this_with_add(sched, resource->children[i], origin, found);
        }
    }
}

void
mu_colocate_with_this(struct mu_sched *sched,
                      const struct mu_sched_resource *resource,
                      struct mu_colocations *ret_found)
{
    with_this_add(sched, resource, resource, ret_found);
}

/* As above; a group's dependents bind its last member. */
static void
with_this_add(struct mu_sched *sched, const struct mu_sched_resource *resource,
              const struct mu_sched_resource *origin,
              struct mu_colocations *found)
{
    bool is_member =
        resource->kind == MU_RESOURCE_PRIMITIVE && resource != origin;

    if (resource->kind == MU_RESOURCE_GROUP && resource != origin &&
        origin != resource->children[resource->children_count - 1]) {
        return;
    }
    for (size_t i = resource->with_this.list.count; i > 0; i--) {
        struct mu_colocation *colocation =
            resource->with_this.list.items[i - 1];

        if (!is_member || (colocation->score >= MU_SCORE_INFINITY &&
                           colocation->is_explicit)) {
            sorted_insert(sched, found, colocation, true);
        }
    }
    if (is_member) {
        return;
    }
    if (resource->parent) {
        with_this_add(sched, resource->parent, origin, found);
    }
    if (resource->kind == MU_RESOURCE_GROUP) {
        for (uint32_t i = 0; i < resource->children_count; i++) {
            if (resource->children[i] != origin) {
                with_this_add(sched, resource->children[i], origin, found);
            }
        }
    }
}

enum mu_colocate_effect
mu_colocate_affects(const struct mu_sched_resource *dependent,
                    const struct mu_sched_resource *primary,
                    const struct mu_colocation *colocation, bool is_preview)
{
    const struct mu_sched_resource *top = dependent;

    while (top->parent) {
        top = top->parent;
    }
    if (!is_preview && primary->is_unassigned) {
        return MU_COLOCATE_NOTHING;
    }
    if (colocation->dependent_role >= MU_ROLE_UNPROMOTED &&
        mu_state_is_clone(top) && top->traits->is_promotable &&
        !dependent->is_unassigned) {
        return MU_COLOCATE_ROLE;
    }
    if (!is_preview && !dependent->is_unassigned) {
        return MU_COLOCATE_NOTHING;
    }
    if ((colocation->dependent_role != MU_ROLE_UNKNOWN &&
         colocation->dependent_role != dependent->next_role) ||
        (colocation->primary_role != MU_ROLE_UNKNOWN &&
         colocation->primary_role != primary->next_role)) {
        return MU_COLOCATE_NOTHING;
    }
    return MU_COLOCATE_LOCATION;
}

bool
mu_colocate_has_influence(const struct mu_colocation *colocation,
                          const struct mu_sched_resource *primary)
{
    if (!primary) {
        primary = colocation->primary;
    }
    return colocation->has_influence || primary->running_on.count == 0;
}

/* A group as dependent stands for its first member, as primary for its last
 * (if the colocation is mandatory) or first one. The recursion ends at
 * primitives. */
int32_t
mu_colocate_apply(struct mu_sched *sched, struct mu_sched_resource *dependent,
                  struct mu_sched_resource *primary,
                  const struct mu_colocation *colocation)
{
    int32_t added = 0;

    if (dependent->kind == MU_RESOURCE_GROUP && dependent->children_count) {
        uint32_t count =
            dependent->traits->is_uncolocated ? dependent->children_count : 1;

        for (uint32_t i = 0; i < count; i++) {
            added = mu_score_add(added, mu_colocate_apply(
                                            sched, dependent->children[i],
                                            primary, colocation));
        }
        dependent->priority = mu_score_add(added, dependent->priority);
        return added;
    }
    switch (primary->kind) {
    case MU_RESOURCE_PRIMITIVE:
        return primitive_apply(sched, dependent, primary, colocation);
    case MU_RESOURCE_GROUP:
        if (!primary->is_unassigned && primary->children_count > 0) {
            uint32_t member = colocation->score >= MU_SCORE_INFINITY
                                  ? primary->children_count - 1
                                  : 0;

            return mu_colocate_apply(sched, dependent,
                                     primary->children[member], colocation);
        }
        break;
    case MU_RESOURCE_CLONE:
        return mu_clone_colocate(sched, dependent, primary, colocation);
    case MU_RESOURCE_BUNDLE:
        break;
    }
    return 0;
}

static int32_t
primitive_apply(struct mu_sched *sched, struct mu_sched_resource *dependent,
                struct mu_sched_resource *primary,
                const struct mu_colocation *colocation)
{
    switch (mu_colocate_affects(dependent, primary, colocation, false)) {
    case MU_COLOCATE_NOTHING:
        break;
    case MU_COLOCATE_LOCATION:
        scores_apply(sched, dependent, primary, colocation);
        break;
    case MU_COLOCATE_ROLE:
        return role_apply(sched, dependent, primary, colocation);
    }
    return 0;
}

const char *
mu_colocate_value(struct mu_sched *sched, uint32_t node,
                  const struct mu_colocation *colocation)
{
    return colocation && colocation->attribute
               ? mu_node_state_attribute(sched, node, colocation->attribute)
               : sched->nodes[node].name;
}

bool
mu_colocate_values_equal(const char *a, const char *b)
{
    if (!a || !b) {
        return a == b;
    }
    return a == b || mu_text_casecmp(a, b) == 0;
}

bool
mu_colocate_nodes_match(struct mu_sched *sched, uint32_t a, uint32_t b,
                        const struct mu_colocation *colocation)
{
    return colocation->attribute
               ? mu_colocate_values_equal(
                     mu_colocate_value(sched, a, colocation),
                     mu_colocate_value(sched, b, colocation))
               : a == b;
}

static void
scores_apply(struct mu_sched *sched, struct mu_sched_resource *dependent,
             const struct mu_sched_resource *primary,
             const struct mu_colocation *colocation)
{
    int32_t *work;
    const char *value = NULL;

    if (primary->assigned == MU_STATE_NONE && colocation->score < 0) {
        return; /* What runs nowhere is in nobody's way. */
    }
    if (primary->assigned != MU_STATE_NONE) {
        value = mu_colocate_value(sched, primary->assigned, colocation);
    }
    work = mu_arena_copy(sched->arena, dependent->scores,
                         sched->nodes_count * sizeof(*work));
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        bool is_match;

        if (work[i] == MU_SCORE_ABSENT) {
            continue;
        }
        if (primary->assigned == MU_STATE_NONE) {
            work[i] = mu_score_add(-colocation->score, work[i]);
            continue;
        }
        is_match = mu_colocate_values_equal(
            mu_colocate_value(sched, i, colocation), value);
        if (is_match && colocation->score < MU_SCORE_INFINITY) {
            work[i] = mu_score_add(colocation->score, work[i]);
        } else if (!is_match && colocation->score >= MU_SCORE_INFINITY) {
            work[i] = -MU_SCORE_INFINITY;
        }
    }
    if (!mu_state_is_infinite(colocation->score) &&
        !mu_colocate_has_node(sched, work)) {
        return; /* A wish that leaves no node is not granted. */
    }
    dependent->scores = work;
}

bool
mu_colocate_has_node(const struct mu_sched *sched, const int32_t *scores)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (scores[i] >= 0 && mu_node_state_is_available(&sched->nodes[i])) {
            return true;
        }
    }
    return false;
}

/* Both are placed: the colocation now weighs on the promotion. */
static int32_t
role_apply(struct mu_sched *sched, struct mu_sched_resource *dependent,
           const struct mu_sched_resource *primary,
           const struct mu_colocation *colocation)
{
    int32_t added = 0;

    if (primary->assigned == MU_STATE_NONE ||
        dependent->assigned == MU_STATE_NONE) {
        return 0;
    }
    if (!mu_colocate_nodes_match(sched, dependent->assigned, primary->assigned,
                                 colocation)) {
        if (colocation->score >= MU_SCORE_INFINITY &&
            colocation->dependent_role == MU_ROLE_PROMOTED) {
            added = -MU_SCORE_INFINITY;
        }
    } else if (colocation->primary_role == MU_ROLE_UNKNOWN ||
               colocation->primary_role == primary->next_role) {
        added = colocation->dependent_role == MU_ROLE_UNPROMOTED
                    ? -colocation->score
                    : colocation->score;
    }
    dependent->priority = mu_score_add(added, dependent->priority);
    return added;
}

