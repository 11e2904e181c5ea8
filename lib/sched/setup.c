/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "sched/location_note.h"
#include "sched/setup_warn.h"
#include "sched/utilization_amount.h"

/* Whose meta attributes are read. */
struct reader {
    struct mu_sched *sched;
    struct mu_params_context context;
    const struct mu_rule_input *removed; /* Null, or the agent of what left the
                                            configuration: only defaults. */
};

static void nodes_make(struct mu_sched *sched);
static void traits_read(struct mu_sched *sched, uint32_t config_index);
static struct mu_traits *
removed_traits_read(struct mu_sched *sched,
                    const struct mu_status_resource *known);
static void traits_read_common(struct reader *reader,
                               struct mu_traits *traits, bool is_device);
static void traits_read_clone(struct reader *reader, struct mu_traits *traits);
static bool can_be_unique(const struct mu_config *config, uint32_t index);
static enum mu_requires requires_of(const struct mu_sched *sched,
                                    const char *value, bool is_device);
static struct mu_sched_resource *resource_make(struct mu_sched *sched,
                                               uint32_t config_index,
                                               struct mu_sched_resource *parent,
                                               const char *number);
static void resource_set_names(struct mu_sched *sched,
                               struct mu_sched_resource *resource,
                               const char *number);
static void resource_set_flags(struct mu_sched *sched,
                               struct mu_sched_resource *resource);
static void scores_init(struct mu_sched *sched,
                        struct mu_sched_resource *resource);
static int32_t instances_bound(struct mu_sched *sched,
                               const struct mu_sched_resource *clone,
                               int32_t count);
static void instances_make(struct mu_sched *sched,
                           struct mu_sched_resource *clone);
static void unplanned_warn(struct mu_sched *sched);
static int top_cmp(const void *a, const void *b);
static struct reader reader_of(struct mu_sched *sched, uint32_t config_index);
static const char *meta_read(struct reader *reader, const char *name);
static bool bool_read(struct reader *reader, const char *name, bool standard);
static int32_t int_read(struct reader *reader, const char *name,
                        int32_t standard);
static enum mu_role role_parse(const char *text);
static bool agents_unfence(struct mu_sched *sched);

void
mu_setup_run(struct mu_sched *sched)
{
    const struct mu_config *config = sched->config;
    const char *strategy = sched->options->placement_strategy;

    sched->has_utilization = strategy && strcmp(strategy, "default") != 0;
    sched->is_balanced = strategy && strcmp(strategy, "balanced") == 0;
    sched->is_minimal = strategy && strcmp(strategy, "minimal") == 0;
    mu_index_init(&sched->by_id, sched->arena);
    nodes_make(sched);

    sched->traits = mu_arena_new(sched->arena, struct mu_traits,
                                 config->resources_count + 1);
    sched->by_config = mu_arena_new(sched->arena, struct mu_sched_resource *,
                                    config->resources_count + 1);
    sched->named = mu_arena_new(sched->arena, struct mu_sched_resource *,
                                config->resources_count + 1);

    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];

        if (resource->kind == MU_RESOURCE_PRIMITIVE &&
            resource->agent_class == MU_AGENT_FENCE) {
            sched->has_fence_device = true;
        }
    }
    if (sched->is_fencing_enabled &&
        (sched->options->have_watchdog ||
         sched->options->fencing_watchdog_timeout_ms != 0)) {
        sched->has_fence_device = true; /* The watchdog of each node. */
    }
    sched->has_unfencing = sched->is_fencing_enabled && agents_unfence(sched);
    for (uint32_t i = 0; i < config->resources_count; i++) {
        traits_read(sched, i);
    }
    for (uint32_t i = 0; i < config->resources_count; i++) {
        if (config->resources[i].parent == MU_CONFIG_NONE &&
            config->resources[i].kind != MU_RESOURCE_BUNDLE) {
            *mu_vec_add(sched->arena, &sched->top) =
                resource_make(sched, i, NULL, NULL);
        }
    }
    unplanned_warn(sched);
    if (sched->top.count > 0) {
        qsort(sched->top.items, sched->top.count, sizeof(*sched->top.items),
              top_cmp);
    }
}

/* What is kept but not run yet is said, not passed over in silence. */
static void
unplanned_warn(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->config->resources_count; i++) {
        if (sched->config->resources[i].kind == MU_RESOURCE_BUNDLE) {
            mu_setup_warn(sched,
                          mu_text_make(sched->arena,
                                       "bundle %s: bundles are not run yet",
                                       sched->config->resources[i].id));
        }
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (sched->nodes[i].is_remote) {
            mu_setup_warn(sched,
                          mu_text_make(sched->arena,
                                       "node %s: remote nodes run nothing yet",
                                       sched->nodes[i].name));
        }
    }
}

/* Higher priority first, else in the order of the configuration. */
static int
top_cmp(const void *a, const void *b)
{
    const struct mu_sched_resource *const *left = a;
    const struct mu_sched_resource *const *right = b;

    if ((*left)->priority != (*right)->priority) {
        return (*left)->priority > (*right)->priority ? -1 : 1;
    }
    if ((*left)->index != (*right)->index) {
        return (*left)->index < (*right)->index ? -1 : 1;
    }
    return 0;
}

static void
nodes_make(struct mu_sched *sched)
{
    const struct mu_status *status = sched->status;

    sched->nodes_count = status->nodes_count;
    sched->words = (status->nodes_count + 63) / 64;
    sched->nodes = mu_arena_new(sched->arena, struct mu_sched_node,
                                status->nodes_count + 1);
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        struct mu_sched_node *node = &sched->nodes[i];

        node->index = i;
        node->status = &status->nodes[i];
        node->name = node->status->name;
        node->config = mu_config_find_node(sched->config, node->name);
        node->discovers = true;
        if (node->config) {
            node->score = node->config->score;
            node->is_remote = node->config->kind == MU_NODE_REMOTE;
        }
        mu_utilization_read_node(sched, node);
        if (node->status->resources_count > sched->near_count) {
            sched->near_count = node->status->resources_count;
        }
    }
    sched->near = mu_arena_new(sched->arena, struct mu_sched_near,
                               sched->near_count + 1);
}

/* Tells whether some fence device says that nodes must be unfenced. */
static bool
agents_unfence(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->config->resources_count; i++) {
        const struct mu_config_resource *config = &sched->config->resources[i];
        struct reader reader = reader_of(sched, i);
        const char *value;

        if (config->kind != MU_RESOURCE_PRIMITIVE ||
            config->agent_class != MU_AGENT_FENCE) {
            continue;
        }
        value = meta_read(&reader, "provides");
        if (value && mu_text_casecmp(value, "unfencing") == 0) {
            return true;
        }
    }
    return false;
}

static void
traits_read(struct mu_sched *sched, uint32_t config_index)
{
    const struct mu_config_resource *config =
        &sched->config->resources[config_index];
    struct mu_traits *traits = &sched->traits[config_index];
    struct reader reader = reader_of(sched, config_index);

    traits_read_common(&reader, traits,
                       config->agent_class == MU_AGENT_FENCE &&
                           config->kind == MU_RESOURCE_PRIMITIVE);
    if (config->kind == MU_RESOURCE_CLONE) {
        traits_read_clone(&reader, traits);
    } else {
        traits->is_unique = true;
    }
    if (config->kind == MU_RESOURCE_GROUP) {
        traits->is_unchained = !bool_read(&reader, "ordered", true);
        traits->is_uncolocated = !bool_read(&reader, "collocated", true);
    }
    mu_utilization_read(sched, config_index, &traits->utilization);
}

/* What defaults may say of what left the configuration, too. */
static void
traits_read_common(struct reader *reader, struct mu_traits *traits,
                   bool is_device)
{
    const char *value;
    int64_t duration_ms;

    traits->priority = int_read(reader, "priority", 0);
    value = meta_read(reader, "resource-stickiness");
    if (!value) {
        value = meta_read(reader, "stickiness");
    }
    traits->has_stickiness =
        value && mu_text_parse_score(value, &traits->stickiness) == 0;
    traits->migration_threshold =
        int_read(reader, "migration-threshold", MU_SCORE_INFINITY);
    value = meta_read(reader, "failure-timeout");
    if (value && mu_text_parse_duration(value, &duration_ms) == 0 &&
        duration_ms > 0) {
        traits->failure_timeout_ms = duration_ms;
    }
    traits->is_managed = bool_read(reader, "is-managed", true);
    traits->is_in_maintenance = bool_read(reader, "maintenance", false);
    traits->is_critical = bool_read(reader, "critical", true);
    traits->allows_migrate = bool_read(reader, "allow-migrate", false);
    traits->allows_unhealthy =
        bool_read(reader, "allow-unhealthy-nodes", false);
    traits->target_role = role_parse(meta_read(reader, "target-role"));
    traits->requires =
        requires_of(reader->sched, meta_read(reader, "requires"), is_device);
    value = meta_read(reader, "multiple-active");
    if (value && strcmp(value, "stop_only") == 0) {
        traits->multiple_active = MU_MULTIPLE_STOP_ONLY;
    } else if (value && strcmp(value, "block") == 0) {
        traits->multiple_active = MU_MULTIPLE_BLOCK;
    } else if (value && strcmp(value, "stop_unexpected") == 0) {
        traits->multiple_active = MU_MULTIPLE_STOP_UNEXPECTED;
    }
}

static void
traits_read_clone(struct reader *reader, struct mu_traits *traits)
{
    struct mu_sched *sched = reader->sched;
    const struct mu_config_resource *config =
        &sched->config->resources[reader->context.resource];
    int32_t nodes = sched->nodes_count > 0 ? (int32_t)sched->nodes_count : 1;

    traits->is_notify = bool_read(reader, "notify", false);
    traits->is_ordered = bool_read(reader, "ordered", false);
    traits->is_interleave = bool_read(reader, "interleave", false);
    traits->is_promotable =
        bool_read(reader, "promotable", config->is_legacy_master);
    traits->clone_max = int_read(reader, "clone-max", nodes);
    traits->clone_node_max = int_read(reader, "clone-node-max", 1);
    traits->clone_min = int_read(reader, "clone-min", 0);
    traits->promoted_max =
        int_read(reader, "promoted-max", int_read(reader, "master-max", 1));
    traits->promoted_node_max = int_read(
        reader, "promoted-node-max", int_read(reader, "master-node-max", 1));
    traits->is_unique =
        bool_read(reader, "globally-unique", traits->clone_node_max > 1) &&
        can_be_unique(sched->config, reader->context.resource);
    if (!traits->is_unique) {
        traits->clone_node_max = 1; /* Copies could not be told apart. */
    }
    if (traits->clone_max < 0) {
        traits->clone_max = nodes;
    }
    if (traits->clone_max > MU_INSTANCES_COUNT_MAX) {
        mu_setup_warn(sched,
                      mu_text_make(sched->arena,
                                   "clone %s: clone-max %d is too many; %d "
                                   "instances are run at most",
                                   config->id, (int)traits->clone_max,
                                   (int)MU_INSTANCES_COUNT_MAX));
        traits->clone_max = MU_INSTANCES_COUNT_MAX;
    }
}

/* Agents of other classes are not told which instance they are. */
static bool
can_be_unique(const struct mu_config *config, uint32_t index)
{
    const struct mu_config_resource *resource = &config->resources[index];

    if (resource->kind == MU_RESOURCE_PRIMITIVE) {
        return resource->agent_class == MU_AGENT_OCF ||
               resource->agent_class == MU_AGENT_FENCE;
    }
    for (uint32_t i = 0; i < resource->children_count; i++) {
        if (!can_be_unique(config, resource->first_child + i)) {
            return false;
        }
    }
    return true;
}

static enum mu_requires
requires_of(const struct mu_sched *sched, const char *value, bool is_device)
{
    if (value && strcmp(value, "nothing") == 0) {
        return MU_REQUIRES_NOTHING;
    }
    if (value && strcmp(value, "quorum") == 0) {
        return MU_REQUIRES_QUORUM;
    }
    if (is_device) {
        return MU_REQUIRES_QUORUM;
    }
    if (value && strcmp(value, "fencing") == 0 && sched->is_fencing_enabled) {
        return MU_REQUIRES_FENCING;
    }
    if (value && strcmp(value, "unfencing") == 0 && sched->is_fencing_enabled) {
        return MU_REQUIRES_UNFENCING;
    }
    if (sched->has_unfencing) {
        return MU_REQUIRES_UNFENCING;
    }
    if (sched->is_fencing_enabled) {
        return MU_REQUIRES_FENCING;
    }
    return sched->quorum_policy == MU_QUORUM_IGNORE ? MU_REQUIRES_NOTHING
                                                    : MU_REQUIRES_QUORUM;
}

static struct reader
reader_of(struct mu_sched *sched, uint32_t config_index)
{
    return (struct reader){.sched = sched,
                           .context = {.config = sched->config,
                                       .resource = config_index,
                                       .now_ms = sched->now_ms,
                                       .next = &sched->next_change}};
}

static const char *
meta_read(struct reader *reader, const char *name)
{
    if (reader->removed) {
        return mu_config_lookup(&reader->sched->config->resource_defaults, name,
                                reader->removed, reader->context.next);
    }
    return mu_params_meta(&reader->context, name, reader->context.next);
}

static bool
bool_read(struct reader *reader, const char *name, bool standard)
{
    const char *text = meta_read(reader, name);
    bool value;

    return text && mu_text_parse_bool(text, &value) == 0 ? value : standard;
}

static int32_t
int_read(struct reader *reader, const char *name, int32_t standard)
{
    const char *text = meta_read(reader, name);
    int32_t value;

    return text && mu_text_parse_score(text, &value) == 0 ? value : standard;
}

static enum mu_role
role_parse(const char *text)
{
    if (!text) {
        return MU_ROLE_UNKNOWN;
    }
    if (mu_text_casecmp(text, "Stopped") == 0) {
        return MU_ROLE_STOPPED;
    }
    if (mu_text_casecmp(text, "Unpromoted") == 0 ||
        mu_text_casecmp(text, "Slave") == 0) {
        return MU_ROLE_UNPROMOTED;
    }
    if (mu_text_casecmp(text, "Promoted") == 0 ||
        mu_text_casecmp(text, "Master") == 0) {
        return MU_ROLE_PROMOTED;
    }
    return MU_ROLE_UNKNOWN; /* Started is what happens anyway. */
}

/* 'number' is the instance number as text, or null outside of clones. Groups
 * hold primitives only and clones hold groups or primitives: the recursion is
 * three deep. */
static struct mu_sched_resource *
resource_make(struct mu_sched *sched, uint32_t config_index,
              struct mu_sched_resource *parent, const char *number)
{
    const struct mu_config_resource *config =
        &sched->config->resources[config_index];
    struct mu_sched_resource *resource =
        mu_arena_new(sched->arena, struct mu_sched_resource, 1);

    resource->index = (uint32_t)sched->resources.count;
    *mu_vec_add(sched->arena, &sched->resources) = resource;
    resource->config = config_index;
    resource->kind = config->kind;
    resource->parent = parent;
    resource->traits = &sched->traits[config_index];
    resource->agent_class = config->agent_class;
    resource->class_name = config->class_name;
    resource->provider = config->provider;
    resource->type = config->type;
    resource_set_names(sched, resource, number);
    resource_set_flags(sched, resource);
    scores_init(sched, resource);
    (void)mu_index_add(&sched->by_id, resource->id, resource->index);
    if (!sched->by_config[config_index]) {
        struct mu_sched_resource *clone = mu_state_clone_of(resource);

        sched->by_config[config_index] = resource;
        sched->named[config_index] = clone ? clone : resource;
    }

    if (config->kind == MU_RESOURCE_GROUP) {
        resource->children = mu_arena_new(
            sched->arena, struct mu_sched_resource *, config->children_count);
        resource->children_count = config->children_count;
        for (uint32_t i = 0; i < config->children_count; i++) {
            resource->children[i] =
                resource_make(sched, config->first_child + i, resource, number);
        }
    } else if (config->kind == MU_RESOURCE_CLONE) {
        instances_make(sched, resource);
    }
    return resource;
}

/* How many of 'count' instances there is room for in a plan. */
static int32_t
instances_bound(struct mu_sched *sched, const struct mu_sched_resource *clone,
                int32_t count)
{
    const struct mu_config *config = sched->config;
    const struct mu_config_resource *first =
        &config->resources[config->resources[clone->config].first_child];
    size_t room = sched->resources.count < MU_RESOURCES_COUNT_MAX
                      ? MU_RESOURCES_COUNT_MAX - sched->resources.count
                      : 0;
    int32_t most = (int32_t)(room / (1 + (size_t)first->children_count));

    if (count <= most) {
        return count;
    }
    mu_setup_warn(sched, mu_text_make(sched->arena,
                                      "clone %s: %d of its %d instances are "
                                      "run; a plan holds %d resources at most",
                                      clone->id, (int)most, (int)count,
                                      (int)MU_RESOURCES_COUNT_MAX));
    return most;
}

static void
instances_make(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    const struct mu_config_resource *config =
        &sched->config->resources[clone->config];
    int32_t count = clone->traits->clone_max;

    clone->counts =
        mu_arena_new(sched->arena, uint32_t, sched->nodes_count + 1);
    if (config->children_count == 0) {
        return;
    }
    count = instances_bound(sched, clone, count);
    clone->children = mu_arena_new(sched->arena, struct mu_sched_resource *,
                                   (size_t)count + 1);
    for (int32_t i = 0; i < count; i++) {
        const char *number = mu_text_make(sched->arena, "%d", i);

        clone->children[i] =
            resource_make(sched, config->first_child, clone, number);
        clone->children[i]->number = (uint32_t)i;
        clone->children_count++;
    }
    if (count == 0) {
        /* One instance to hang histories on: they tell what to stop. */
        (void)mu_setup_extra_instance(sched, clone);
    }
}

struct mu_sched_resource *
mu_setup_extra_instance(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    const struct mu_config_resource *config =
        &sched->config->resources[clone->config];
    uint32_t number = clone->children_count;
    struct mu_sched_resource **grown = mu_arena_new(
        sched->arena, struct mu_sched_resource *, (size_t)number + 1);
    struct mu_sched_resource *instance =
        resource_make(sched, config->first_child, clone,
                      mu_text_make(sched->arena, "%u", number));

    if (number > 0) {
        memcpy(grown, clone->children, number * sizeof(*grown));
    }
    grown[number] = instance;
    clone->children = grown;
    clone->children_count = number + 1;
    instance->number = number;
    instance->is_removed = true;
    for (uint32_t i = 0; i < instance->children_count; i++) {
        instance->children[i]->is_removed = true;
    }
    return instance;
}

static void
resource_set_names(struct mu_sched *sched, struct mu_sched_resource *resource,
                   const char *number)
{
    const char *id = sched->config->resources[resource->config].id;

    resource->id =
        number ? mu_text_make(sched->arena, "%s:%s", id, number) : id;
    resource->is_unique = !number || mu_state_top(resource)->traits->is_unique;
    if (resource->kind == MU_RESOURCE_CLONE) {
        resource->is_unique = resource->traits->is_unique;
    }
    resource->name = resource->is_unique ? resource->id : id;
}

static void
resource_set_flags(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    const struct mu_traits *traits = resource->traits;

    resource->priority = traits->priority;
    resource->stickiness = traits->stickiness;
    if (!traits->has_stickiness && mu_state_clone_of(resource)) {
        resource->stickiness = 1; /* Instances rather stay where they are. */
    }
    resource->failure_timeout_ms = traits->failure_timeout_ms;
    resource->is_managed = traits->is_managed;
    if (traits->is_in_maintenance || sched->is_maintenance) {
        resource->is_managed = false;
        resource->is_in_maintenance = true;
    }
    resource->is_fence_device = resource->agent_class == MU_AGENT_FENCE &&
                                resource->kind == MU_RESOURCE_PRIMITIVE;
    resource->role = MU_ROLE_STOPPED;
    resource->next_role = MU_ROLE_UNKNOWN;
    resource->is_unassigned = true;
    resource->assigned = MU_STATE_NONE;
    resource->migrate_source = MU_STATE_NONE;
    resource->migrate_target = MU_STATE_NONE;
    resource->pending_node = MU_STATE_NONE;
    resource->lock_node = MU_STATE_NONE;
}

static void
scores_init(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    resource->scores =
        mu_arena_new(sched->arena, int32_t, sched->nodes_count + 1);
    resource->known =
        mu_arena_new(sched->arena, uint64_t, (size_t)sched->words + 1);
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        resource->scores[i] = sched->options->symmetric_cluster
                                  ? sched->nodes[i].score
                                  : MU_SCORE_ABSENT;
    }
}

/* The defaults hold for what is no longer configured, too. */
static struct mu_traits *
removed_traits_read(struct mu_sched *sched,
                    const struct mu_status_resource *known)
{
    const struct mu_rule_input input = {
        .now_ms = sched->now_ms,
        .agent_class = known->class_name,
        .agent_provider = known->provider,
        .agent_type = known->type,
    };
    struct reader reader = reader_of(sched, MU_STATE_NONE);
    struct mu_traits *traits = mu_arena_new(sched->arena, struct mu_traits, 1);

    reader.removed = &input;
    traits_read_common(&reader, traits,
                       known->class_name &&
                           strcmp(known->class_name, "stonith") == 0);
    traits->is_unique = true;
    return traits;
}

struct mu_sched_resource *
mu_setup_removed(struct mu_sched *sched, const struct mu_status_resource *known)
{
    struct mu_sched_resource *resource =
        mu_arena_new(sched->arena, struct mu_sched_resource, 1);

    resource->index = (uint32_t)sched->resources.count;
    *mu_vec_add(sched->arena, &sched->resources) = resource;
    *mu_vec_add(sched->arena, &sched->top) = resource;
    resource->id = known->id;
    resource->name = known->id;
    resource->config = MU_STATE_NONE;
    resource->kind = MU_RESOURCE_PRIMITIVE;
    resource->traits = removed_traits_read(sched, known);
    resource->class_name = known->class_name;
    resource->provider = known->provider;
    resource->type = known->type;
    resource->agent_class = MU_AGENT_OTHER;
    if (known->class_name && strcmp(known->class_name, "stonith") == 0) {
        resource->agent_class = MU_AGENT_FENCE;
        sched->has_fence_device = true; /* Until it is stopped. */
    }
    resource->is_unique = true;
    resource_set_flags(sched, resource);
    resource->is_removed = true;
    scores_init(sched, resource);
    if (sched->options->stop_removed_resources) {
        mu_location_ban_all(
            sched, resource,
            &(struct mu_plan_reason){.kind = MU_REASON_REMOVED});
    } else {
        resource->is_managed = false;
    }
    (void)mu_index_add(&sched->by_id, resource->id, resource->index);
    sched->has_removed = true;
    return resource;
}

struct mu_sched_resource *
mu_setup_find(const struct mu_sched *sched, const char *id)
{
    uint32_t index = mu_index_find(&sched->by_id, id);

    return index == MU_INDEX_NONE ? NULL : sched->resources.items[index];
}

struct mu_sched_resource *
mu_setup_find_at(struct mu_sched *sched, const char *id, uint32_t at)
{
    struct mu_sched_near *near;
    struct mu_sched_resource *resource;

    if (at >= sched->near_count) {
        return mu_setup_find(sched, id);
    }
    near = &sched->near[at];
    if (near->id && mu_text_equal(near->id, id)) {
        return near->resource;
    }
    resource = mu_setup_find(sched, id);
    if (resource) {
        *near = (struct mu_sched_near){id, resource};
    }
    return resource;
}

