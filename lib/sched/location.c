/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/location.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/failure.h"
#include "sched/health.h"
#include "sched/location_note.h"
#include "sched/lock.h"
#include "sched/node_state.h"
#include "sched/score.h"
#include "sched/setup.h"

enum { MATCHES_COUNT_MAX = 10 };

/* One location constraint on its way to the resources it is about. */
struct origin {
    struct mu_sched *sched;
    const struct mu_config_location *config;
    const char *const *matches; /* Of its rsc-pattern, or null. */
    unsigned matches_count;
};

static void constraint_read(struct mu_sched *sched,
                            const struct mu_config_location *config);
static void pattern_read(struct mu_sched *sched,
                         const struct mu_config_location *config);
static void resource_read(const struct origin *origin,
                          struct mu_sched_resource *resource, enum mu_role role,
                          int32_t score);
static void rule_read(const struct origin *origin,
                      struct mu_sched_resource *resource,
                      const struct mu_config_location_rule *rule,
                      struct mu_location *location);
static int32_t rule_score(const struct origin *origin, uint32_t node,
                          const struct mu_config_location_rule *rule);
static const char *name_expand(const struct origin *origin, const char *name);
static struct mu_location *location_make(const struct origin *origin,
                                         struct mu_sched_resource *resource,
                                         enum mu_role role);
static void constraint_apply(struct mu_sched *sched,
                             struct mu_sched_resource *resource,
                             const struct mu_location *location,
                             bool is_score_hidden);
static void one_apply(struct mu_sched *sched,
                      struct mu_sched_resource *resource,
                      const struct mu_location *location, bool is_score_hidden);
static void stickiness_apply(struct mu_sched *sched,
                             struct mu_sched_resource *resource);
static void threshold_apply(struct mu_sched *sched,
                            struct mu_sched_resource *resource, uint32_t node);
static void discovery_apply(struct mu_sched *sched,
                            struct mu_sched_resource *resource, uint32_t node);

void
mu_location_make(struct mu_sched *sched)
{
    mu_health_apply(sched);
    for (uint32_t i = 0; i < sched->config->locations_count; i++) {
        constraint_read(sched, &sched->config->locations[i]);
    }
}

void
mu_location_apply(struct mu_sched *sched)
{
    mu_lock_apply(sched);
    for (size_t i = 0; i < sched->locations.count; i++) {
        struct mu_location *location = sched->locations.items[i];

        constraint_apply(sched, location->resource, location, false);
        mu_explain_note(
            sched, location->resource,
            &(struct mu_plan_reason){
                .kind = location->kind,
                .is_promotion = location->role == MU_ROLE_PROMOTED,
                .scores = location->scores,
                .source = location->id,
                .detail = location->detail,
                .rule = location->rule,
                .matches = location->matches});
    }
    for (size_t i = 0; i < sched->top.count; i++) {
        stickiness_apply(sched, sched->top.items[i]);
    }
    for (size_t i = 0; i < sched->top.count; i++) {
        for (uint32_t node = 0; node < sched->nodes_count; node++) {
            threshold_apply(sched, sched->top.items[i], node);
        }
        for (uint32_t node = 0; node < sched->nodes_count; node++) {
            discovery_apply(sched, sched->top.items[i], node);
        }
    }
}

static void
constraint_read(struct mu_sched *sched, const struct mu_config_location *config)
{
    struct origin origin = {.sched = sched, .config = config};

    if (config->pattern) {
        pattern_read(sched, config);
    } else if (config->resource != MU_CONFIG_NONE) {
        resource_read(&origin, sched->named[config->resource], config->role,
                      config->score);
    }
    for (uint32_t i = 0; i < config->sets_count; i++) {
        const struct mu_config_set *set = &config->sets[i];

        for (uint32_t j = 0; j < set->resources_count; j++) {
            resource_read(&origin, sched->named[set->resources[j]],
                          set->role != MU_ROLE_UNKNOWN ? set->role
                                                       : config->role,
                          set->has_score ? set->score : config->score);
        }
    }
}

static void
pattern_read(struct mu_sched *sched, const struct mu_config_location *config)
{
    for (uint32_t i = 0; i < config->matches_count; i++) {
        const struct mu_config_match *match = &config->matches[i];
        struct origin origin = {.sched = sched,
                                .config = config,
                                .matches = match->submatches,
                                .matches_count = MATCHES_COUNT_MAX};

        resource_read(&origin, sched->named[match->resource], config->role,
                      config->score);
    }
}

static void
resource_read(const struct origin *origin, struct mu_sched_resource *resource,
              enum mu_role role, int32_t score)
{
    struct mu_sched *sched = origin->sched;
    const struct mu_config_location *config = origin->config;
    struct mu_location *location;

    if (!resource) {
        return;
    }
    if (config->rules_count > 0) {
        for (uint32_t i = 0; i < config->rules_count; i++) {
            const struct mu_config_location_rule *rule = &config->rules[i];

            location = location_make(origin, resource,
                                     rule->role != MU_ROLE_UNKNOWN ? rule->role
                                                                   : role);
            location->kind = MU_REASON_RULE;
            location->rule = rule;
            location->matches = origin->matches;
            rule_read(origin, resource, rule, location);
        }
        return;
    }
    if (!config->node) {
        return;
    }
    location = location_make(origin, resource, role);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (strcmp(sched->nodes[i].name, config->node) == 0) {
            location->scores[i] = score;
        }
    }
}

static struct mu_location *
location_make(const struct origin *origin, struct mu_sched_resource *resource,
              enum mu_role role)
{
    struct mu_location *location =
        mu_location_new(origin->sched, resource, origin->config->id);

    location->role = role == MU_ROLE_PROMOTED ? role : MU_ROLE_UNKNOWN;
    location->discovery = origin->config->discovery;
    if (location->discovery == MU_DISCOVERY_EXCLUSIVE) {
        /* Even if its rule names no node at all. */
        resource->has_exclusive_discovery = true;
    }
    return location;
}

static void
rule_read(const struct origin *origin, struct mu_sched_resource *resource,
          const struct mu_config_location_rule *rule,
          struct mu_location *location)
{
    struct mu_sched *sched = origin->sched;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_params_context params = {
            .config = sched->config,
            .resource = resource->config,
            .node = sched->nodes[i].status,
            .is_coordinator = i == sched->coordinator,
            .now_ms = sched->now_ms,
            .next = &sched->next_change,
        };
        struct mu_node_state_context context = {.sched = sched, .node = i};
        struct mu_rule_input input = {
            .now_ms = sched->now_ms,
            .node_lookup = mu_node_state_lookup,
            .node_context = &context,
            .params_lookup = mu_params_lookup_param,
            .meta_lookup = mu_params_lookup_meta,
            .resource_context = &params,
            .matches = origin->matches,
            .matches_count = origin->matches_count,
        };

        if (mu_rule_is_true(rule->rule, &input, &sched->next_change)) {
            location->scores[i] = rule_score(origin, i, rule);
            if (mu_rule_is_or(rule->rule)) {
                location->scores[i] =
                    mu_score_add(mu_node_state_score(&sched->nodes[i]),
                                 location->scores[i]);
            }
        }
    }
}

static int32_t
rule_score(const struct origin *origin, uint32_t node,
           const struct mu_config_location_rule *rule)
{
    const char *text;
    int32_t score;

    if (!rule->score_attribute) {
        return rule->score;
    }
    text = mu_node_state_attribute(origin->sched, node,
                                   name_expand(origin, rule->score_attribute));
    if (!text || mu_text_parse_score(text, &score) < 0) {
        return text ? 0 : -MU_SCORE_INFINITY;
    }
    return score;
}

/* Puts the submatches of the pattern in for %0 to %9. */
static const char *
name_expand(const struct origin *origin, const char *name)
{
    struct mu_text_buffer text;

    if (!origin->matches || !strchr(name, '%')) {
        return name;
    }
    mu_text_buffer_init(&text, origin->sched->arena);
    for (const char *c = name; *c != '\0'; c++) {
        if (c[0] == '%' && c[1] >= '0' && c[1] <= '9') {
            unsigned index = (unsigned)(c[1] - '0');

            if (index < origin->matches_count && origin->matches[index]) {
                mu_text_buffer_add(&text, "%s", origin->matches[index]);
            }
            c++;
        } else {
            mu_text_buffer_append(&text, c, 1);
        }
    }
    return text.data ? text.data : name;
}

/* In a group only the first member gets the score: the others follow it. In a
 * clone every instance gets it. Clones hold groups, groups primitives: the
 * recursion is three deep. */
static void
constraint_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
                 const struct mu_location *location, bool is_score_hidden)
{
    one_apply(sched, resource, location, is_score_hidden);
    for (uint32_t i = 0; i < resource->children_count; i++) {
        constraint_apply(sched, resource->children[i], location,
                         is_score_hidden ||
                             (resource->kind == MU_RESOURCE_GROUP && i > 0 &&
                              !resource->traits->is_uncolocated));
    }
}

static void
one_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
          const struct mu_location *location, bool is_score_hidden)
{
    if (location->role != MU_ROLE_UNKNOWN &&
        location->role != resource->next_role) {
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        int32_t score = location->scores[i];

        if (score == MU_SCORE_ABSENT) {
            continue;
        }
        if (is_score_hidden) {
            score = 0;
        }
        resource->scores[i] = resource->scores[i] == MU_SCORE_ABSENT
                                  ? score
                                  : mu_score_add(resource->scores[i], score);
        if (location->discovery != MU_DISCOVERY_ALWAYS) {
            if (!resource->discovery) {
                resource->discovery =
                    mu_arena_new(sched->arena, uint8_t, sched->nodes_count);
            }
            if (resource->discovery[i] < location->discovery) {
                resource->discovery[i] = (uint8_t)location->discovery;
            }
            if (location->discovery == MU_DISCOVERY_EXCLUSIVE) {
                resource->has_exclusive_discovery = true;
            }
        }
    }
}

static void
stickiness_apply(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    uint32_t node;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        stickiness_apply(sched, resource->children[i]);
    }
    if (resource->children_count > 0 || !resource->is_managed ||
        resource->stickiness < 1 || resource->running_on.count != 1) {
        return;
    }
    node = resource->running_on.items[0];
    if (!sched->options->symmetric_cluster &&
        resource->scores[node] == MU_SCORE_ABSENT) {
        return; /* It is no longer wanted there. */
    }
    mu_location_add(
        sched, resource, node, resource->stickiness,
        &(struct mu_plan_reason){.kind = MU_REASON_STICKINESS});
}

static void
threshold_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node)
{
    struct mu_sched_resource *banned;
    int64_t last_ms = 0;

    for (uint32_t i = 0; i < resource->children_count; i++) {
        threshold_apply(sched, resource->children[i], node);
    }
    if (resource->children_count > 0 ||
        mu_action_find(resource, mu_key(MU_VERB_CLEAR_FAILCOUNT), node) ||
        !mu_failure_is_too_often(sched, resource, node)) {
        return;
    }
    /* Instances of an anonymous clone cannot be told apart: one that fails
     * too often on a node speaks for all. */
    banned = resource->is_unique ? resource : mu_state_top(resource);
    mu_location_add(
        sched, banned, node, -MU_SCORE_INFINITY,
        &(struct mu_plan_reason){
            .kind = MU_REASON_THRESHOLD,
            .other = resource->index,
            .numbers = {mu_failure_count(sched, resource, node, true, &last_ms),
                        resource->traits->migration_threshold},
            .until_ms = resource->failure_timeout_ms > 0 && last_ms > 0
                            ? last_ms + resource->failure_timeout_ms
                            : 0});
}

static void
discovery_apply(struct mu_sched *sched, struct mu_sched_resource *resource,
                uint32_t node)
{
    if (resource->has_exclusive_discovery ||
        mu_state_top(resource)->has_exclusive_discovery) {
        for (uint32_t i = 0; i < resource->children_count; i++) {
            discovery_apply(sched, resource->children[i], node);
        }
        if (resource->scores[node] != MU_SCORE_ABSENT &&
            (!resource->discovery ||
             resource->discovery[node] != MU_DISCOVERY_EXCLUSIVE)) {
            resource->scores[node] = -MU_SCORE_INFINITY;
            mu_explain_note(sched, resource,
                            &(struct mu_plan_reason){
                                .kind = MU_REASON_EXCLUSIVE,
                                .node = node,
                                .score = -MU_SCORE_INFINITY});
        }
    }
}

