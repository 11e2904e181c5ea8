/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

enum { SUBMATCHES_COUNT = 10 };

struct lists { /* The constraints while they are collected. */
    MU_VEC(struct mu_config_location) locations;
    MU_VEC(struct mu_config_colocation) colocations;
    MU_VEC(struct mu_config_order) orders;
    MU_VEC(struct mu_config_ticket) tickets;
    MU_VEC(struct mu_config_constraint) all;
};

/* What an attribute such as rsc or with-rsc names. */
struct named {
    uint32_t resource; /* NONE: 'several' it is. */
    const struct mu_config_named *several;
};

/* Sets of a constraint while they are collected. */
struct sets {
    MU_VEC(struct mu_config_set) items;
};

static void constraint_read(struct mu_config_reader *reader,
                            const struct mu_doc_element *element,
                            struct lists *lists);
static bool location_read(struct mu_config_reader *reader,
                          const struct mu_doc_element *element,
                          struct mu_config_location *location);
static void location_rules_read(struct mu_config_reader *reader,
                                const struct mu_doc_element *element,
                                struct mu_config_location *location);
static bool pattern_match(struct mu_config_reader *reader,
                          const struct mu_doc_element *element,
                          struct mu_config_location *location);
static void submatches_copy(struct mu_arena *arena, const char *id,
                            const regmatch_t *matches,
                            struct mu_config_match *match);
static bool colocation_read(struct mu_config_reader *reader,
                            const struct mu_doc_element *element,
                            struct mu_config_colocation *colocation);
static bool order_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       struct mu_config_order *order);
static bool actions_are_equal(const struct mu_config_order *order);
static bool order_kind_read(struct mu_config_reader *reader,
                            const struct mu_doc_element *element,
                            struct mu_config_order *order);
static bool ticket_read(struct mu_config_reader *reader,
                        const struct mu_doc_element *element,
                        struct mu_config_ticket *ticket);
static bool named_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element, const char *name,
                       struct named *ret_named);
static const char *action_read(struct mu_config_reader *reader,
                               const struct mu_doc_element *element,
                               const char *name);
static bool has_sets(const struct mu_doc_element *element);
static bool sets_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element, struct sets *sets);
static bool set_read(struct mu_config_reader *reader,
                     const struct mu_doc_element *element,
                     struct mu_config_set *set);
static struct mu_config_set *set_of(struct mu_config_reader *reader,
                                    const struct named *named,
                                    struct sets *sets);

void
mu_config_constraints_read(struct mu_config_reader *reader)
{
    struct mu_config *config = reader->config;
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "constraints");
    struct lists lists = {0};

    if (!section) {
        return;
    }
    for (const struct mu_doc_element *element = mu_doc_first(section); element;
         element = mu_doc_next(element)) {
        if (!mu_config_reader_may_go_on(reader)) {
            return;
        }
        constraint_read(reader, element, &lists);
    }
    config->locations = lists.locations.items;
    config->locations_count = (uint32_t)lists.locations.count;
    config->colocations = lists.colocations.items;
    config->colocations_count = (uint32_t)lists.colocations.count;
    config->orders = lists.orders.items;
    config->orders_count = (uint32_t)lists.orders.count;
    config->tickets = lists.tickets.items;
    config->tickets_count = (uint32_t)lists.tickets.count;
    config->constraints = lists.all.items;
    config->constraints_count = (uint32_t)lists.all.count;
}

static void
constraint_read(struct mu_config_reader *reader,
                const struct mu_doc_element *element, struct lists *lists)
{
    struct mu_arena *arena = reader->arena;
    struct mu_config_location location = {0};
    struct mu_config_colocation colocation = {0};
    struct mu_config_order order = {0};
    struct mu_config_ticket ticket = {0};
    struct mu_config_constraint note = {0};

    if (!mu_doc_get(element, "id")) {
        /* Nobody could be told of it, nor take it away. */
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"id\" is missing");
        return;
    }
    if (mu_doc_is(element, "rsc_location")) {
        note.kind = MU_CONSTRAINT_LOCATION;
        note.index = (uint32_t)lists->locations.count;
        if (!location_read(reader, element, &location)) {
            return;
        }
        *mu_vec_add(arena, &lists->locations) = location;
    } else if (mu_doc_is(element, "rsc_colocation")) {
        note.kind = MU_CONSTRAINT_COLOCATION;
        note.index = (uint32_t)lists->colocations.count;
        if (!colocation_read(reader, element, &colocation)) {
            return;
        }
        *mu_vec_add(arena, &lists->colocations) = colocation;
    } else if (mu_doc_is(element, "rsc_order")) {
        note.kind = MU_CONSTRAINT_ORDER;
        note.index = (uint32_t)lists->orders.count;
        if (!order_read(reader, element, &order)) {
            return;
        }
        *mu_vec_add(arena, &lists->orders) = order;
    } else if (mu_doc_is(element, "rsc_ticket")) {
        note.kind = MU_CONSTRAINT_TICKET;
        note.index = (uint32_t)lists->tickets.count;
        if (!ticket_read(reader, element, &ticket)) {
            return;
        }
        *mu_vec_add(arena, &lists->tickets) = ticket;
    } else {
        return;
    }
    *mu_vec_add(arena, &lists->all) = note;
}

static bool
location_read(struct mu_config_reader *reader,
              const struct mu_doc_element *element,
              struct mu_config_location *location)
{
    const char *discovery = mu_doc_get(element, "resource-discovery");
    struct named named = {.resource = MU_CONFIG_NONE};
    struct sets sets = {0};

    location->id = mu_config_reader_text(reader, element, "id");
    location->resource = MU_CONFIG_NONE;
    location->node = mu_config_reader_text(reader, element, "node");
    location->score =
        mu_config_reader_score(reader, element, "score", MU_SCORE_INFINITY);
    location->role = mu_config_reader_role(reader, element, "role");
    if (discovery &&
        !mu_names_parse_discovery(discovery, &location->discovery)) {
        mu_config_reader_judge(reader, element, "resource-discovery",
                               MU_OPTION_WORD, "always never exclusive");
    }
    if (has_sets(element)) {
        if (!sets_read(reader, element, &sets)) {
            return false;
        }
    } else if (mu_doc_get(element, "rsc-pattern") &&
               !mu_doc_get(element, "rsc")) {
        if (!pattern_match(reader, element, location)) {
            return false;
        }
    } else if (!named_read(reader, element, "rsc", &named)) {
        return false;
    } else if (named.several) {
        set_of(reader, &named, &sets)->role = location->role;
    } else {
        location->resource = named.resource;
    }
    location->sets = sets.items.items;
    location->sets_count = (uint32_t)sets.items.count;
    location_rules_read(reader, element, location);
    if (!location->node && location->rules_count == 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "it needs a node or a rule");
        return false;
    }
    return true;
}

static void
location_rules_read(struct mu_config_reader *reader,
                    const struct mu_doc_element *element,
                    struct mu_config_location *location)
{
    MU_VEC(struct mu_config_location_rule) rules = {0};

    for (const struct mu_doc_element *child =
             mu_doc_first_named(element, "rule");
         child; child = mu_doc_next_named(child, "rule")) {
        const struct mu_doc_element *real =
            mu_config_check_resolve(reader, child);
        struct mu_config_location_rule *rule;

        if (!real || !mu_config_reader_may_go_on(reader)) {
            continue;
        }
        rule = mu_vec_add(reader->arena, &rules);
        rule->id = mu_arena_strdup(reader->arena, mu_doc_get(real, "id"));
        rule->rule = mu_rule_read(reader, real);
        rule->score_attribute =
            mu_config_reader_text(reader, real, "score-attribute");
        rule->score = mu_config_reader_score(
            reader, real, "score",
            rule->score_attribute ? 0 : MU_SCORE_INFINITY);
        rule->role = mu_config_reader_role(reader, real, "role");
    }
    location->rules = rules.items;
    location->rules_count = (uint32_t)rules.count;
}

/* Finds the top-level resources that the pattern fits; a "!" in front turns it
 * round, and then there is nothing to refer to with %1. */
static bool
pattern_match(struct mu_config_reader *reader,
              const struct mu_doc_element *element,
              struct mu_config_location *location)
{
    const struct mu_config *config = reader->config;
    const char *pattern = mu_config_reader_text(reader, element, "rsc-pattern");
    bool is_inverted = *pattern == '!';
    MU_VEC(struct mu_config_match) matches = {0};
    regmatch_t parts[SUBMATCHES_COUNT];
    regex_t regex;

    location->pattern = pattern;
    if (!mu_config_pattern_is_bounded(pattern) ||
        regcomp(&regex, pattern + is_inverted, REG_EXTENDED) != 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "rsc-pattern \"%.64s\" is not a regular "
                                "expression, or too large a one",
                                pattern);
        return false;
    }
    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];
        struct mu_config_match *match;
        bool fits;

        if (resource->parent != MU_CONFIG_NONE) {
            continue;
        }
        fits = regexec(&regex, resource->id, SUBMATCHES_COUNT, parts, 0) == 0;
        if (fits == is_inverted) {
            continue;
        }
        match = mu_vec_add(reader->arena, &matches);
        match->resource = i;
        if (fits) {
            submatches_copy(reader->arena, resource->id, parts, match);
        }
    }
    regfree(&regex);
    location->matches = matches.items;
    location->matches_count = (uint32_t)matches.count;
    return true;
}

static void
submatches_copy(struct mu_arena *arena, const char *id,
                const regmatch_t *matches, struct mu_config_match *match)
{
    for (unsigned i = 0; i < SUBMATCHES_COUNT; i++) {
        if (matches[i].rm_so >= 0) {
            match->submatches[i] =
                mu_arena_strndup(arena, id + matches[i].rm_so,
                                 (size_t)(matches[i].rm_eo - matches[i].rm_so));
        }
    }
}

static bool
colocation_read(struct mu_config_reader *reader,
                const struct mu_doc_element *element,
                struct mu_config_colocation *colocation)
{
    struct named dependent = {.resource = MU_CONFIG_NONE};
    struct named primary = {.resource = MU_CONFIG_NONE};
    struct sets sets = {0};

    colocation->id = mu_config_reader_text(reader, element, "id");
    colocation->dependent = MU_CONFIG_NONE;
    colocation->primary = MU_CONFIG_NONE;
    colocation->dependent_role =
        mu_config_reader_role(reader, element, "rsc-role");
    colocation->primary_role =
        mu_config_reader_role(reader, element, "with-rsc-role");
    colocation->score =
        mu_config_reader_score(reader, element, "score", MU_SCORE_INFINITY);
    colocation->node_attribute =
        mu_config_reader_text(reader, element, "node-attribute");
    colocation->has_influence = mu_doc_get(element, "influence") != NULL;
    colocation->influence =
        mu_config_reader_bool(reader, element, "influence", true);
    if (has_sets(element)) {
        if (!sets_read(reader, element, &sets)) {
            return false;
        }
    } else if (!named_read(reader, element, "rsc", &dependent) ||
               !named_read(reader, element, "with-rsc", &primary)) {
        return false;
    } else if (dependent.several && primary.several) {
        mu_config_reader_warn(reader, element,
                              "only one side can be a template or tag; it has "
                              "no effect");
        return false;
    } else if (dependent.several || primary.several) {
        set_of(reader, &dependent, &sets)->role = colocation->dependent_role;
        set_of(reader, &primary, &sets)->role = colocation->primary_role;
    } else {
        colocation->dependent = dependent.resource;
        colocation->primary = primary.resource;
        if (dependent.resource == primary.resource) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "it names the same resource twice");
            return false;
        }
    }
    colocation->sets = sets.items.items;
    colocation->sets_count = (uint32_t)sets.items.count;
    return true;
}

static bool
order_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, struct mu_config_order *order)
{
    struct named first = {.resource = MU_CONFIG_NONE};
    struct named then = {.resource = MU_CONFIG_NONE};
    struct sets sets = {0};

    order->id = mu_config_reader_text(reader, element, "id");
    order->first = MU_CONFIG_NONE;
    order->then = MU_CONFIG_NONE;
    order->first_action = action_read(reader, element, "first-action");
    order->then_action = action_read(reader, element, "then-action");
    if (!order_kind_read(reader, element, order)) {
        return false;
    }
    order->is_symmetrical = mu_config_reader_bool(
        reader, element, "symmetrical", order->kind != MU_ORDER_SERIALIZE);
    order->requires_all =
        mu_config_reader_bool(reader, element, "require-all", true);
    if (has_sets(element)) {
        if (!sets_read(reader, element, &sets)) {
            return false;
        }
    } else if (!named_read(reader, element, "first", &first) ||
               !named_read(reader, element, "then", &then)) {
        return false;
    } else if (first.several || then.several) {
        set_of(reader, &first, &sets)->action = order->first_action;
        set_of(reader, &then, &sets)->action =
            order->then_action ? order->then_action : order->first_action;
    } else {
        order->first = first.resource;
        order->then = then.resource;
        if (first.resource == then.resource && actions_are_equal(order)) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "it names the same resource twice");
            return false;
        }
    }
    order->sets = sets.items.items;
    order->sets_count = (uint32_t)sets.items.count;
    return true;
}

static bool
actions_are_equal(const struct mu_config_order *order)
{
    const char *first = order->first_action ? order->first_action : "start";

    return !order->then_action || strcmp(first, order->then_action) == 0;
}

/* Old files have a score instead, where 0 means optional. */
static bool
order_kind_read(struct mu_config_reader *reader,
                const struct mu_doc_element *element,
                struct mu_config_order *order)
{
    const char *kind = mu_doc_get(element, "kind");

    if (!kind) {
        int32_t score =
            mu_config_reader_score(reader, element, "score", MU_SCORE_INFINITY);

        order->kind = score == 0 ? MU_ORDER_OPTIONAL : MU_ORDER_MANDATORY;
        return true;
    }
    if (!mu_names_parse_order_kind(kind, &order->kind)) {
        mu_config_reader_judge(reader, element, "kind", MU_OPTION_WORD,
                               "Mandatory Optional Serialize");
        return false;
    }
    return true;
}

static bool
ticket_read(struct mu_config_reader *reader,
            const struct mu_doc_element *element,
            struct mu_config_ticket *ticket)
{
    const char *policy = mu_doc_get(element, "loss-policy");
    struct named named = {.resource = MU_CONFIG_NONE};
    struct sets sets = {0};

    ticket->id = mu_config_reader_text(reader, element, "id");
    ticket->ticket = mu_config_reader_text(reader, element, "ticket");
    ticket->resource = MU_CONFIG_NONE;
    ticket->role = mu_config_reader_role(reader, element, "rsc-role");
    if (!ticket->ticket) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"ticket\" is missing");
        return false;
    }
    if (policy) {
        ticket->has_loss_policy =
            mu_names_parse_loss_policy(policy, &ticket->loss_policy);
        if (!ticket->has_loss_policy) {
            mu_config_reader_judge(reader, element, "loss-policy",
                                   MU_OPTION_WORD, "stop demote fence freeze");
        }
    }
    if (has_sets(element)) {
        if (!sets_read(reader, element, &sets)) {
            return false;
        }
    } else if (!named_read(reader, element, "rsc", &named)) {
        return false;
    } else if (named.several) {
        set_of(reader, &named, &sets)->role = ticket->role;
    } else {
        ticket->resource = named.resource;
    }
    ticket->sets = sets.items.items;
    ticket->sets_count = (uint32_t)sets.items.count;
    return true;
}

/* Finds what the attribute 'name' names. False when the constraint is to be
 * left out. */
static bool
named_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, const char *name,
           struct named *ret_named)
{
    const char *id = mu_doc_get(element, name);
    uint32_t index;

    *ret_named = (struct named){.resource = MU_CONFIG_NONE};
    if (!id) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"%s\" is missing", name);
        return false;
    }
    ret_named->resource = mu_config_find_resource(reader->config, id);
    if (ret_named->resource != MU_CONFIG_NONE) {
        return true;
    }
    index = mu_index_find(&reader->named_index, id);
    if (index == MU_INDEX_NONE) {
        mu_config_reader_reject(reader, element, -ENOENT,
                                "there is no resource \"%s\"%s", id,
                                mu_config_reader_hint(reader, id));
        return false;
    }
    ret_named->several = &reader->named.items[index];
    return true;
}

static const char *
action_read(struct mu_config_reader *reader,
            const struct mu_doc_element *element, const char *name)
{
    if (mu_doc_get(element, name)) {
        mu_config_reader_judge(reader, element, name, MU_OPTION_WORD,
                               "start stop promote demote");
    }
    return mu_config_reader_text(reader, element, name);
}

static bool
has_sets(const struct mu_doc_element *element)
{
    return mu_doc_first_named(element, "resource_set");
}

static bool
sets_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          struct sets *sets)
{
    for (const struct mu_doc_element *child =
             mu_doc_first_named(element, "resource_set");
         child; child = mu_doc_next_named(child, "resource_set")) {
        const struct mu_doc_element *real =
            mu_config_check_resolve(reader, child);
        struct mu_config_set set = {0};

        if (!real || !mu_config_reader_may_go_on(reader) ||
            !set_read(reader, real, &set)) {
            return false;
        }
        *mu_vec_add(reader->arena, &sets->items) = set;
    }
    return true;
}

static bool
set_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
         struct mu_config_set *set)
{
    const char *ordering = mu_doc_get(element, "ordering");
    MU_VEC(uint32_t) resources = {0};

    set->id = mu_config_reader_text(reader, element, "id");
    set->is_sequential =
        mu_config_reader_bool(reader, element, "sequential", true);
    set->says_sequential =
        set->is_sequential && mu_doc_get(element, "sequential");
    set->requires_all =
        mu_config_reader_bool(reader, element, "require-all", true);
    set->role = mu_config_reader_role(reader, element, "role");
    set->action = action_read(reader, element, "action");
    set->has_score = mu_doc_get(element, "score") != NULL;
    set->score = mu_config_reader_score(reader, element, "score", 0);
    set->kind = mu_config_reader_text(reader, element, "kind");
    set->is_listed = ordering && strcmp(ordering, "listed") == 0;
    for (const struct mu_doc_element *reference =
             mu_doc_first_named(element, "resource_ref");
         reference; reference = mu_doc_next_named(reference, "resource_ref")) {
        struct named named;

        if (!mu_config_reader_may_go_on(reader) ||
            !named_read(reader, reference, "id", &named)) {
            return false;
        }
        if (!named.several) {
            *mu_vec_add(reader->arena, &resources) = named.resource;
            continue;
        }
        for (uint32_t i = 0; i < named.several->resources_count; i++) {
            *mu_vec_add(reader->arena, &resources) =
                named.several->resources[i];
        }
    }
    if (resources.count == 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "there is no resource in it");
        return false;
    }
    set->resources = resources.items;
    set->resources_count = (uint32_t)resources.count;
    return true;
}

/* Returns a new set of what 'named' stands for. */
static struct mu_config_set *
set_of(struct mu_config_reader *reader, const struct named *named,
       struct sets *sets)
{
    struct mu_config_set *set = mu_vec_add(reader->arena, &sets->items);

    set->requires_all = true;
    if (named->several) {
        set->id = named->several->id;
        set->resources =
            mu_arena_copy(reader->arena, named->several->resources,
                          named->several->resources_count * sizeof(uint32_t));
        set->resources_count = named->several->resources_count;
    } else {
        set->resources = mu_arena_copy(reader->arena, &named->resource,
                                       sizeof(named->resource));
        set->resources_count = 1;
    }
    return set;
}
