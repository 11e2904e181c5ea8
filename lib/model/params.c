/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"
#include "model/names.h"
#include "model/rule_date.h"

#define TIMEOUT_DEFAULT_MS INT64_C(20000)

enum { FEW_PAIRS = 24 }; /* So many are faster searched than indexed. */

/* Pairs of blocks while they are picked: the first of a name counts. */
struct picks {
    struct mu_arena *arena;
    MU_VEC(struct mu_pair) pairs;
    struct mu_index seen; /* Used above FEW_PAIRS only. */
    size_t indexed;       /* How many are in 'seen'. */
    const struct mu_rule_input *input;
    struct mu_instant *next;
    bool needs_node;
};

struct resolver {
    struct mu_arena *arena;
    const struct mu_params_context *context;
    const struct mu_config_resource *resource;
    const struct mu_config_op *op; /* Null when there is none. */
    const char *op_name;
    int64_t interval_ms;
    struct mu_params *params; /* The result. */
    bool has_meta;            /* Fill its 'meta' as well. */
};

static const struct mu_config_op *
op_find(const struct mu_config_resource *resource, const char *name,
        int64_t interval_ms);
static const char *legacy_find(const struct mu_config *config,
                               const char *name);
static const char *legacy_meta(const struct mu_config *config,
                               const char *name);
static void rule_input_init(struct mu_rule_input *input,
                            const struct mu_params_context *context,
                            const struct mu_config_resource *resource,
                            bool has_node);
static void picks_init(struct picks *picks, struct mu_arena *arena,
                       const struct mu_rule_input *input,
                       struct mu_params *params);
static void picks_add(struct picks *picks,
                      const struct mu_config_blocks *blocks);
static void picks_add_pair(struct picks *picks, const char *name,
                           const char *value);
static const char *picks_find(const struct picks *picks, const char *name);
static const struct mu_pair *picks_seal(struct picks *picks,
                                        uint32_t *ret_count);
static int pair_cmp(const void *a, const void *b);
static void all_resolve(struct resolver *resolver);
static void params_resolve(struct resolver *resolver);
static void op_resolve(struct resolver *resolver);
static bool is_enabled(const struct mu_config_op *op);
static void op_values_read(struct resolver *resolver,
                           const struct picks *picks);
static const char *timeout_find(const struct resolver *resolver,
                                const struct picks *picks);
static int64_t timeout_read(const struct mu_config *config, const char *text);
static const char *probe_timeout(const struct mu_config_resource *resource);
static int64_t origin_delay(const struct resolver *resolver,
                            const char *origin);
static void meta_seal(struct resolver *resolver, struct picks *picks);
static void clone_meta_add(struct resolver *resolver, struct picks *picks);
static const char *meta_name(struct mu_arena *arena, const char *name);

void
mu_params_resolve(struct mu_arena *arena,
                  const struct mu_params_context *context, const char *op_name,
                  int64_t interval_ms, struct mu_params *ret_params)
{
    struct resolver resolver = {.arena = arena,
                                .context = context,
                                .op_name = op_name,
                                .interval_ms = interval_ms,
                                .params = ret_params,
                                .has_meta = true};

    all_resolve(&resolver);
}

void
mu_params_resolve_values(struct mu_arena *arena,
                         const struct mu_params_context *context,
                         const char *op_name, int64_t interval_ms,
                         struct mu_params *ret_params)
{
    struct resolver resolver = {.arena = arena,
                                .context = context,
                                .op_name = op_name,
                                .interval_ms = interval_ms,
                                .params = ret_params};

    all_resolve(&resolver);
}

int64_t
mu_params_timeout_default_ms(const struct mu_config *config,
                             const struct mu_rule_input *input,
                             struct mu_instant *next)
{
    return timeout_read(
        config, mu_config_lookup(&config->op_defaults, "timeout", input, next));
}

const char *
mu_params_meta(const struct mu_params_context *context, const char *name,
               struct mu_instant *next)
{
    static const char *const aliases[][2] = {
        {"promoted-max", "master-max"},
        {"promoted-node-max", "master-node-max"},
    };
    const struct mu_config *config = context->config;
    const struct mu_config_resource *self =
        &config->resources[context->resource];
    const struct mu_config_resource *resource = self;
    struct mu_rule_input input;
    const char *value;

    mu_assert(context->resource < config->resources_count);
    rule_input_init(&input, context, self, false);
    for (;;) {
        value = mu_config_lookup(&resource->meta, name, &input, next);
        if (value) {
            return value;
        }
        if (resource->is_legacy_master && strcmp(name, "promotable") == 0) {
            return "true";
        }
        if (resource->parent == MU_CONFIG_NONE) {
            break;
        }
        resource = &config->resources[resource->parent];
    }
    value = mu_config_lookup(&config->resource_defaults, name, &input, next);
    if (value) {
        return value;
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (mu_text_equal(aliases[i][0], name)) {
            /* Old names have no older ones: this goes no deeper. */
            return mu_params_meta(context, aliases[i][1], next);
        }
    }
    return legacy_meta(config, name);
}

const char *
mu_params_node_attribute(const struct mu_params_context *context,
                         const char *name, struct mu_instant *next)
{
    const struct mu_status_node *node = context->node;
    const struct mu_rule_input input = {.now_ms = context->now_ms};
    uint32_t low = 0;
    uint32_t high;

    if (!node) {
        return NULL;
    }
    if (*name == '#') {
        if (strcmp(name, "#uname") == 0) {
            return node->name;
        }
        if (strcmp(name, "#id") == 0) {
            return node->id;
        }
        if (strcmp(name, "#kind") == 0) {
            return node->is_remote ? "remote" : "cluster";
        }
        if (strcmp(name, "#is_dc") == 0) {
            return context->is_coordinator ? "true" : "false";
        }
        if (strcmp(name, "#cluster-name") == 0) {
            return context->config->options.cluster_name;
        }
        if (strcmp(name, "#site-name") == 0) {
            const char *site =
                mu_params_node_attribute(context, "site-name", next);

            return site ? site : context->config->options.cluster_name;
        }
    }
    for (high = node->attributes_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(node->attributes[middle].name, name);

        if (order == 0) {
            return node->attributes[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (node->config_node >= context->config->nodes_count) {
        return NULL;
    }
    return mu_config_lookup(
        &context->config->nodes[node->config_node].attributes, name, &input,
        next);
}

const char *
mu_params_lookup_node(const void *context, const char *name)
{
    const struct mu_params_context *at = context;

    return mu_params_node_attribute(at, name, at->next);
}

const char *
mu_params_lookup_param(const void *context, const char *name)
{
    const struct mu_params_context *at = context;
    const struct mu_config *config = at->config;
    uint32_t index = at->resource;
    struct mu_rule_input input;

    rule_input_init(&input, at, &config->resources[index], true);
    input.params_lookup = NULL; /* One look-up must not lead to another. */
    while (index != MU_CONFIG_NONE) {
        const struct mu_config_resource *resource = &config->resources[index];
        const char *value =
            mu_config_lookup(&resource->params, name, &input, at->next);

        if (value) {
            return value;
        }
        index = resource->parent;
    }
    return NULL;
}

const char *
mu_params_lookup_meta(const void *context, const char *name)
{
    const struct mu_params_context *at = context;

    return mu_params_meta(at, name, at->next);
}

static const struct mu_config_op *
op_find(const struct mu_config_resource *resource, const char *name,
        int64_t interval_ms)
{
    for (uint32_t i = 0; i < resource->ops_count; i++) {
        const struct mu_config_op *op = &resource->ops[i];

        if (op->interval_ms == interval_ms && mu_text_equal(op->name, name)) {
            return op;
        }
    }
    return NULL;
}

/* These have no older names and no defaults. */
static const char *
legacy_find(const struct mu_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->properties.count; i++) {
        const struct mu_config_block *block = &config->properties.blocks[i];

        for (uint32_t k = 0; k < block->pairs_count && !block->rule; k++) {
            const struct mu_pair *pair = &block->pairs[k];

            if (pair->value && mu_text_equal(pair->name, name)) {
                return pair->value;
            }
        }
    }
    return NULL;
}

/* Files of long ago have these defaults among the cluster options. */
static const char *
legacy_meta(const struct mu_config *config, const char *name)
{
    static const char *const rows[][2] = {
        {"resource-stickiness", "default-resource-stickiness"},
        {"migration-threshold", "default-migration-threshold"},
        {"is-managed", "is-managed-default"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (mu_text_equal(rows[i][0], name)) {
            return legacy_find(config, rows[i][1]);
        }
    }
    return NULL;
}

/* Rules of meta attributes know no node: what a resource is must not depend on
 * where it is. */
static void
rule_input_init(struct mu_rule_input *input,
                const struct mu_params_context *context,
                const struct mu_config_resource *resource, bool has_node)
{
    *input = (struct mu_rule_input){.now_ms = context->now_ms,
                                    .agent_class = resource->class_name,
                                    .agent_provider = resource->provider,
                                    .agent_type = resource->type};
    if (has_node) {
        input->node_lookup = context->node ? mu_params_lookup_node : NULL;
        input->node_context = context;
        input->params_lookup = mu_params_lookup_param;
        input->meta_lookup = mu_params_lookup_meta;
        input->resource_context = context;
    }
}

static void
picks_init(struct picks *picks, struct mu_arena *arena,
           const struct mu_rule_input *input, struct mu_params *params)
{
    *picks =
        (struct picks){.arena = arena, .input = input, .next = &params->next};
    mu_index_init(&picks->seen, arena);
}

static void
picks_add(struct picks *picks, const struct mu_config_blocks *blocks)
{
    for (uint32_t i = 0; i < blocks->count; i++) {
        const struct mu_config_block *block = &blocks->blocks[i];

        picks->needs_node |= mu_rule_needs_node(block->rule);
        if (!mu_rule_is_true(block->rule, picks->input, picks->next)) {
            continue;
        }
        for (uint32_t k = 0; k < block->pairs_count; k++) {
            if (block->pairs[k].value) {
                picks_add_pair(picks, block->pairs[k].name,
                               block->pairs[k].value);
            }
        }
    }
}

static void
picks_add_pair(struct picks *picks, const char *name, const char *value)
{
    if (picks_find(picks, name)) {
        return;
    }
    if (picks->pairs.count >= FEW_PAIRS) {
        /* Up to now they were not indexed, or all but the last are. */
        for (size_t i = picks->indexed; i < picks->pairs.count; i++) {
            (void)mu_index_add(&picks->seen, picks->pairs.items[i].name,
                               (uint32_t)i);
        }
        picks->indexed = picks->pairs.count + 1;
        (void)mu_index_add(&picks->seen, name, (uint32_t)picks->pairs.count);
    }
    *mu_vec_add(picks->arena, &picks->pairs) = (struct mu_pair){name, value};
}

static const char *
picks_find(const struct picks *picks, const char *name)
{
    uint32_t index;

    if (picks->pairs.count <= FEW_PAIRS) {
        for (size_t i = 0; i < picks->pairs.count; i++) {
            if (mu_text_equal(picks->pairs.items[i].name, name)) {
                return picks->pairs.items[i].value;
            }
        }
        return NULL;
    }
    index = mu_index_find(&picks->seen, name);
    return index == MU_INDEX_NONE ? NULL : picks->pairs.items[index].value;
}

static const struct mu_pair *
picks_seal(struct picks *picks, uint32_t *ret_count)
{
    if (picks->pairs.count > 1) {
        qsort(picks->pairs.items, picks->pairs.count,
              sizeof(picks->pairs.items[0]), pair_cmp);
    }
    *ret_count = (uint32_t)picks->pairs.count;
    return picks->pairs.items;
}

/* Names are unique here. */
static int
pair_cmp(const void *a, const void *b)
{
    const struct mu_pair *left = a;
    const struct mu_pair *right = b;

    return strcmp(left->name, right->name);
}

static void
all_resolve(struct resolver *resolver)
{
    const struct mu_params_context *context = resolver->context;
    const struct mu_config_resource *resource;

    mu_assert(context->resource < context->config->resources_count);
    resource = &context->config->resources[context->resource];
    resolver->resource = resource;
    resolver->op = op_find(resource, resolver->op_name, resolver->interval_ms);
    *resolver->params = (struct mu_params){
        .interval_ms = resolver->interval_ms,
        .is_configured = resolver->op != NULL,
        .is_of_fencing = resource->agent_class == MU_AGENT_FENCE,
        .next = MU_INSTANT_NEVER};
    params_resolve(resolver);
    op_resolve(resolver);
}

static void
params_resolve(struct resolver *resolver)
{
    const struct mu_config *config = resolver->context->config;
    const struct mu_config_resource *resource = resolver->resource;
    struct mu_rule_input input;
    struct picks picks;

    rule_input_init(&input, resolver->context, resource, true);
    input.op_name = resolver->op_name;
    input.op_interval_ms = resolver->interval_ms;
    picks_init(&picks, resolver->arena, &input, resolver->params);
    if (resolver->op) {
        picks_add(&picks, &resolver->op->params);
    }
    for (;;) {
        picks_add(&picks, &resource->params);
        if (resource->parent == MU_CONFIG_NONE) {
            break;
        }
        resource = &config->resources[resource->parent];
    }
    resolver->params->needs_node = picks.needs_node;
    resolver->params->params =
        picks_seal(&picks, &resolver->params->params_count);
}

static void
op_resolve(struct resolver *resolver)
{
    struct mu_rule_input input;
    struct picks picks;

    rule_input_init(&input, resolver->context, resolver->resource, true);
    input.op_name = resolver->op_name;
    input.op_interval_ms = resolver->interval_ms;
    picks_init(&picks, resolver->arena, &input, resolver->params);
    if (resolver->op) {
        picks_add(&picks, &resolver->op->meta);
    }
    resolver->params->is_enabled = is_enabled(resolver->op);
    if (strcmp(resolver->op_name, "monitor") == 0 &&
        resolver->interval_ms == 0) {
        const char *timeout = probe_timeout(resolver->resource);

        if (timeout) {
            picks_add_pair(&picks, "timeout", timeout);
        }
    }
    picks_add(&picks, &resolver->context->config->op_defaults);
    resolver->params->needs_node |= picks.needs_node;
    op_values_read(resolver, &picks);
    if (resolver->has_meta) {
        meta_seal(resolver, &picks);
    }
}

/* Two monitors of one interval are one key to histories and tools. */
static bool
is_enabled(const struct mu_config_op *op)
{
    return !op || (!op->is_off && !(op->is_doubled && op->interval_ms > 0));
}

static void
op_values_read(struct resolver *resolver, const struct picks *picks)
{
    struct mu_params *params = resolver->params;
    const char *on_fail = picks_find(picks, "on-fail");
    const char *role = picks_find(picks, "role");
    const char *delay = picks_find(picks, "start-delay");
    const char *origin = picks_find(picks, "interval-origin");

    params->timeout_ms = timeout_read(resolver->context->config,
                                      timeout_find(resolver, picks));
    if (on_fail) {
        (void)mu_names_parse_on_fail(on_fail, &params->on_fail);
    }
    if (role) {
        (void)mu_names_parse_role(role, &params->role);
    }
    if (delay) {
        if (mu_text_parse_duration(delay, &params->start_delay_ms) < 0) {
            params->start_delay_ms = 0;
        }
    } else if (origin && resolver->interval_ms > 0) {
        params->start_delay_ms = origin_delay(resolver, origin);
    }
}

static const char *
timeout_find(const struct resolver *resolver, const struct picks *picks)
{
    bool is_start = strcmp(resolver->op_name, "start") == 0;
    bool is_probe =
        strcmp(resolver->op_name, "monitor") == 0 && resolver->interval_ms == 0;
    const char *text = NULL;

    if (resolver->resource->agent_class == MU_AGENT_FENCE &&
        (is_start || is_probe)) {
        text =
            mu_params_lookup_param(resolver->context, "pcmk_monitor_timeout");
    }
    return text ? text : picks_find(picks, "timeout");
}

static int64_t
timeout_read(const struct mu_config *config, const char *text)
{
    int64_t timeout_ms;

    if (!text) {
        text = mu_config_option(config, "default-action-timeout");
    }
    /* What is set and makes no sense counts as not set. */
    return text && mu_text_parse_duration(text, &timeout_ms) == 0 &&
                   timeout_ms > 0
               ? timeout_ms
               : TIMEOUT_DEFAULT_MS;
}

/* Probes get as much time as the most frequent monitor. */
static const char *
probe_timeout(const struct mu_config_resource *resource)
{
    const struct mu_config_op *frequent = NULL;

    for (uint32_t i = 0; i < resource->ops_count; i++) {
        const struct mu_config_op *op = &resource->ops[i];

        if (strcmp(op->name, "monitor") == 0 && op->interval_ms > 0 &&
            (!frequent || op->interval_ms < frequent->interval_ms)) {
            frequent = op;
        }
    }
    if (!frequent || frequent->meta.count == 0) {
        return NULL;
    }
    /* The op's own attributes are its first block, without an id. */
    for (uint32_t k = 0; !frequent->meta.blocks[0].id &&
                         k < frequent->meta.blocks[0].pairs_count;
         k++) {
        const struct mu_pair *pair = &frequent->meta.blocks[0].pairs[k];

        if (strcmp(pair->name, "timeout") == 0) {
            return pair->value;
        }
    }
    return NULL;
}

/* Recurring operations with an origin run at whole intervals after it. */
static int64_t
origin_delay(const struct resolver *resolver, const char *origin)
{
    int64_t interval_s = resolver->interval_ms / 1000;
    int64_t origin_s;
    int64_t since_s;

    if (interval_s == 0 || mu_rule_date_parse(origin, &origin_s) < 0) {
        return 0;
    }
    since_s = (resolver->context->now_ms / 1000 - origin_s) % interval_s;
    if (since_s < 0) {
        since_s += interval_s;
    }
    return since_s > 0 ? (interval_s - since_s) * 1000 : 0;
}

/* Replaces times by milliseconds and names by those that agents know. */
static void
meta_seal(struct resolver *resolver, struct picks *picks)
{
    struct mu_arena *arena = resolver->arena;
    struct picks sealed = {.arena = arena};

    mu_index_init(&sealed.seen, arena);
    picks_add_pair(&sealed, "name", resolver->op_name);
    picks_add_pair(
        &sealed, "timeout",
        mu_text_make(arena, "%lld", (long long)resolver->params->timeout_ms));
    if (resolver->interval_ms > 0) {
        picks_add_pair(
            &sealed, "interval",
            mu_text_make(arena, "%lld", (long long)resolver->interval_ms));
    }
    if (resolver->params->start_delay_ms > 0) {
        picks_add_pair(
            &sealed, "start_delay",
            mu_text_make(arena, "%lld",
                         (long long)resolver->params->start_delay_ms));
    }
    for (size_t i = 0; i < picks->pairs.count; i++) {
        picks_add_pair(&sealed, meta_name(arena, picks->pairs.items[i].name),
                       picks->pairs.items[i].value);
    }
    clone_meta_add(resolver, &sealed);
    resolver->params->meta = picks_seal(&sealed, &resolver->params->meta_count);
}

static void
clone_meta_add(struct resolver *resolver, struct picks *picks)
{
    static const struct {
        const char *name;
        const char *meta;
        const char *default_value; /* Null: left out. */
        bool is_of_promotable;
    } rows[] = {
        {"clone_max", "clone-max", NULL, false},
        {"clone_node_max", "clone-node-max", "1", false},
        {"globally_unique", "globally-unique", "false", false},
        {"notify", "notify", "false", false},
        {"promoted_max", "promoted-max", "1", true},
        {"promoted_node_max", "promoted-node-max", "1", true},
        {"master_max", "promoted-max", "1", true},
        {"master_node_max", "promoted-node-max", "1", true},
    };
    const struct mu_config *config = resolver->context->config;
    struct mu_params_context context = *resolver->context;
    const char *text;
    bool is_promotable = false;

    while (config->resources[context.resource].kind != MU_RESOURCE_CLONE) {
        context.resource = config->resources[context.resource].parent;
        if (context.resource == MU_CONFIG_NONE) {
            return;
        }
    }
    text = mu_params_meta(&context, "promotable", NULL);
    if (text && mu_text_parse_bool(text, &is_promotable) < 0) {
        is_promotable = false;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = mu_params_meta(&context, rows[i].meta, NULL);

        value = value ? value : rows[i].default_value;
        if (value && (is_promotable || !rows[i].is_of_promotable)) {
            picks_add_pair(picks, rows[i].name, value);
        }
    }
}

static const char *
meta_name(struct mu_arena *arena, const char *name)
{
    char *changed;

    if (!strchr(name, '-')) {
        return name;
    }
    changed = mu_arena_strdup(arena, name);
    for (char *c = changed; *c; c++) {
        if (*c == '-') {
            *c = '_';
        }
    }
    return changed;
}
