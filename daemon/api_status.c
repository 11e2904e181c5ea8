/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/api_status.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "model/params.h"

struct build {
    const struct mu_api_sight *sight;
    const struct mu_config *config;
    struct mu_api_instances instances;
    struct mu_arena *arena;
    json_t *resources;
};

static json_t *cluster_build(const struct mu_api_sight *sight,
                             struct mu_arena *arena);
static const char *or_null(const char *text);
static json_t *nodes_build(const struct build *build);
static json_t *node_build(const struct build *build, const char *name,
                          const struct mu_state_node *node,
                          const struct mu_plan_node *planned);
static const char *node_reason(const struct mu_state_node *node,
                               const struct mu_plan_node *planned);
static void resources_build(struct build *build);
static void resource_add(struct build *build, uint32_t index,
                         const char *parent, uint32_t number);
static void container_add(struct build *build, uint32_t index,
                          const char *parent, uint32_t number);
static json_t *instance_build(const struct build *build,
                              const struct mu_api_instance *instance,
                              const char *parent);
static json_t *agent_json(const struct build *build, uint32_t index);
static const char *health_of(const struct build *build, bool is_degraded);
static int placement_cmp(const void *a, const void *b);
static void instance_fill(const struct mu_api_sight *sight,
                          struct mu_api_instance *instance,
                          struct mu_arena *arena);

json_t *
mu_api_status_build(const struct mu_api_sight *sight, struct mu_arena *scratch)
{
    struct build build = {
        .sight = sight, .arena = scratch, .resources = json_array()};
    bool is_degraded = false;
    json_t *problems;
    json_t *nodes;

    if (sight->snapshot) {
        build.config = sight->snapshot->config;
        build.instances = mu_api_status_instances(sight, scratch);
        resources_build(&build);
    }
    problems =
        mu_api_problems_build(sight, &build.instances, &is_degraded, scratch);
    nodes = nodes_build(&build);
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "now",
                     mu_api_time_json(sight->wall_ms), "health",
                     health_of(&build, is_degraded), "cluster",
                     cluster_build(sight, scratch), "nodes", nodes, "resources",
                     build.resources, "problems", problems, "fencing",
                     mu_api_status_fencing(sight, scratch), "overrides",
                     mu_api_override_build(sight, scratch));
}

struct mu_api_instances
mu_api_status_instances(const struct mu_api_sight *sight,
                        struct mu_arena *arena)
{
    const struct mu_plan *plan = sight->plan;
    uint32_t all_count = plan->before_count + plan->after_count;
    const struct mu_plan_placement **all =
        mu_arena_new(arena, const struct mu_plan_placement *, all_count + 1);
    struct mu_api_instance *items =
        mu_arena_new(arena, struct mu_api_instance, all_count + 1);
    uint32_t count = 0;

    for (uint32_t i = 0; i < all_count; i++) {
        all[i] = i < plan->before_count ? &plan->before[i]
                                        : &plan->after[i - plan->before_count];
    }
    qsort(all, all_count, sizeof(all[0]), placement_cmp);
    for (uint32_t i = 0; i < all_count;) {
        struct mu_api_instance *item = &items[count++];
        const struct mu_plan_placement **places = NULL;
        uint32_t end = i;

        item->name = all[i]->instance ? all[i]->instance : all[i]->resource;
        item->resource = all[i]->resource;
        item->primitive = all[i]->primitive;
        while (
            end < all_count && all[end]->primitive == item->primitive &&
            strcmp(all[end]->instance ? all[end]->instance : all[end]->resource,
                   item->name) == 0) {
            end++;
        }
        places = mu_arena_new(arena, const struct mu_plan_placement *, end - i);
        item->places = places;
        for (; i < end; i++) {
            bool is_after = all[i] >= plan->after &&
                            all[i] < plan->after + plan->after_count;

            if (is_after) {
                if (!item->after || all[i]->role > item->after->role) {
                    item->after = all[i];
                }
                continue;
            }
            if (!item->before || all[i]->role > item->before->role) {
                item->before = all[i];
            }
            if (all[i]->node != MU_PLAN_NONE &&
                all[i]->role > MU_ROLE_STOPPED) {
                places[item->places_count++] = all[i];
            }
            item->is_failed = item->is_failed || all[i]->is_failed;
            item->is_blocked = item->is_blocked || all[i]->is_blocked;
            item->pending =
                all[i]->pending_task ? all[i]->pending_task : item->pending;
        }
        instance_fill(sight, item, arena);
    }
    return (struct mu_api_instances){items, count};
}

const struct mu_state_history *
mu_api_status_newest(const struct mu_state *state, const char *resource,
                     uint32_t node_id)
{
    const struct mu_state_history *newest = NULL;

    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_history *one;

        if (node_id != 0 && state->nodes[i].id != node_id) {
            continue;
        }
        one = mu_state_find_history(
            state, &(struct mu_state_history){.node_id = state->nodes[i].id,
                                              .resource = resource,
                                              .slot = MU_SLOT_LAST});
        if (one && (!newest || one->changed_ms > newest->changed_ms)) {
            newest = one;
        }
    }
    return newest;
}

static void
instance_fill(const struct mu_api_sight *sight,
              struct mu_api_instance *instance, struct mu_arena *arena)
{
    const struct mu_plan_placement *before =
        instance->before ? instance->before : instance->after;
    const struct mu_plan_placement *after = instance->after;
    const char *colon = strrchr(instance->name, ':');
    int64_t number;
    bool is_there = false;

    instance->before = before;
    instance->number = MU_CONFIG_NONE;
    if (colon && mu_text_parse_int64(colon + 1, &number) == 0) {
        instance->number = (uint32_t)number;
    }
    instance->is_managed = before->is_managed;
    instance->is_disabled = before->is_disabled;
    for (uint32_t i = 0; i < instance->places_count; i++) {
        if (instance->places[i]->role > instance->role) {
            instance->role = instance->places[i]->role;
        }
        is_there =
            is_there || (after && instance->places[i]->node == after->node);
    }
    if (instance->role == MU_ROLE_UNKNOWN) {
        instance->role = MU_ROLE_STOPPED;
    }
    /* Agents report "running" for a copy that is not promoted. */
    if (instance->role == MU_ROLE_STARTED && after &&
        after->role >= MU_ROLE_UNPROMOTED) {
        instance->role = MU_ROLE_UNPROMOTED;
    }
    if (after && after->reason) {
        instance->reason = after->reason;
    } else if (!after) {
        instance->reason =
            instance->places_count > 0 ? "is no longer configured" : NULL;
    } else if (after->node != MU_PLAN_NONE && after->role > MU_ROLE_STOPPED &&
               !is_there) {
        instance->reason =
            mu_text_make(arena, "is wanted on %s",
                         sight->snapshot->status->nodes[after->node].name);
    } else if (after->role != instance->role && instance->places_count > 0) {
        instance->reason = after->role <= MU_ROLE_STOPPED
                               ? "is to be stopped"
                               : mu_text_make(arena, "is to be %s",
                                              mu_names_role(after->role));
    } else if (instance->is_disabled && instance->places_count == 0) {
        instance->reason = "disabled: target-role is Stopped";
    }
}

static json_t *
cluster_build(const struct mu_api_sight *sight, struct mu_arena *arena)
{
    const struct mu_state *state = sight->state;
    struct mu_config_options options = {0};
    const char *name;
    const struct mu_revision *newest =
        state ? mu_revision_newest(state) : NULL;

    if (sight->snapshot) {
        mu_config_options_at(sight->snapshot->config, sight->wall_ms, &options,
                             NULL);
    }
    name = options.cluster_name ? options.cluster_name : sight->cluster_name;
    return json_pack(
        "{s:s?, s:b, s:s?, s:s?, s:b, s:b, s:s?, s:s, s:s?, "
        "s:{s:o, s:s?, s:s?}}",
        "name", name, "quorate", sight->is_quorate ? 1 : 0, "coordinator",
        mu_api_node_name(state, sight->coordinator), "revision",
        state ? mu_api_revision(state, arena, true) : NULL, "maintenance",
        options.maintenance_mode ? 1 : 0, "idle",
        sight->is_idle ? 1 : 0, "local",
        mu_api_node_name(state, sight->node_id), "version", PACKAGE_VERSION,
        "survives", sight->outlook ? sight->outlook->text : NULL, "changed",
        "at", mu_api_time_json(newest ? newest->author.wall_ms : 0), "by",
        newest ? or_null(newest->author.user) : NULL, "message",
        newest ? or_null(newest->author.message) : NULL);
}

static const char *
or_null(const char *text)
{
    return text && *text ? text : NULL;
}

static json_t *
nodes_build(const struct build *build)
{
    const struct mu_api_sight *sight = build->sight;
    json_t *nodes = json_array();

    if (sight->snapshot) {
        const struct mu_status *status = sight->snapshot->status;

        for (uint32_t i = 0; i < status->nodes_count; i++) {
            (void)json_array_append_new(
                nodes, node_build(build, status->nodes[i].name,
                                  mu_state_find_node_by_name(
                                      sight->state, status->nodes[i].name),
                                  &sight->plan->nodes_before[i]));
        }
        return nodes;
    }
    for (uint32_t i = 0; sight->state && i < sight->state->nodes_count; i++) {
        const struct mu_state_node *node = &sight->state->nodes[i];

        (void)json_array_append_new(nodes,
                                    node_build(build, node->name, node, NULL));
    }
    return nodes;
}

/* 'node' may be null (a name that only the configuration has), and so may
 * 'planned' (no configuration yet). */
static json_t *
node_build(const struct build *build, const char *name,
           const struct mu_state_node *node, const struct mu_plan_node *planned)
{
    bool is_member = node && (node->state == MU_NODE_STATE_ACTIVE ||
                              node->state == MU_NODE_STATE_LEAVING);
    bool is_online = planned ? planned->is_online : is_member;
    bool is_unclean = planned ? planned->is_unclean
                              : node && node->state == MU_NODE_STATE_UNCLEAN;
    bool is_pending = (node && node->state == MU_NODE_STATE_PENDING) ||
                      (planned && planned->is_pending);
    bool is_standby =
        planned && (planned->is_standby || planned->is_standby_on_fail);
    bool is_maintained = planned && planned->is_in_maintenance;
    json_t *attributes = json_object();
    json_int_t count = 0;

    for (uint32_t i = 0; node && i < node->attributes_count; i++) {
        (void)json_object_set_new(
            attributes, node->attributes[i].name,
            json_string(mu_api_clean(
                mu_arena_strdup(build->arena, node->attributes[i].value))));
    }
    for (uint32_t i = 0; i < build->instances.count; i++) {
        const struct mu_api_instance *one = &build->instances.items[i];

        for (uint32_t j = 0; j < one->places_count; j++) {
            const char *at =
                build->sight->snapshot->status->nodes[one->places[j]->node]
                    .name;

            count += strcmp(at, name) == 0 ? 1 : 0;
        }
    }
    return json_pack(
        "{s:s, s:I, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:I, s:o, s:s?}",
        "name", name, "id", (json_int_t)(node ? node->id : 0), "state",
        is_unclean      ? "unclean"
        : is_pending    ? "pending"
        : !is_online    ? "offline"
        : is_maintained ? "maintenance"
        : is_standby    ? "standby"
                        : "online",
        "online", is_online ? 1 : 0, "coordinator",
        node && node->id == build->sight->coordinator ? 1 : 0, "standby",
        is_standby ? 1 : 0, "maintenance", is_maintained ? 1 : 0, "unclean",
        is_unclean ? 1 : 0, "pending", is_pending ? 1 : 0, "attributes",
        attributes, "resources", count, "since",
        mu_api_time_json(node ? node->since_ms : 0), "reason",
        node_reason(node, planned));
}

static const char *
node_reason(const struct mu_state_node *node,
            const struct mu_plan_node *planned)
{
    if (planned && planned->is_standby_on_fail) {
        return "standby because a resource failed there";
    }
    if (!node) {
        return "configured, but not a node of the ring";
    }
    switch (node->state) {
    case MU_NODE_STATE_UNKNOWN:
        return "not seen yet";
    case MU_NODE_STATE_PENDING:
        return "receives the state of the cluster";
    case MU_NODE_STATE_ACTIVE:
        return NULL;
    case MU_NODE_STATE_LEAVING:
        return "is leaving; its work moves";
    case MU_NODE_STATE_LOST_GRACE:
        return "its daemon is away for a moment; its services go on";
    case MU_NODE_STATE_UNCLEAN:
        return "lost; what it ran may still run";
    case MU_NODE_STATE_DOWN:
        return node->was_fenced ? NULL : "left in order";
    }
    return NULL;
}

static void
resources_build(struct build *build)
{
    for (uint32_t i = 0; i < build->config->resources_count; i++) {
        if (build->config->resources[i].parent == MU_CONFIG_NONE) {
            resource_add(build, i, NULL, MU_CONFIG_NONE);
        }
    }
    /* What runs and is configured no longer. */
    for (uint32_t i = 0; i < build->instances.count; i++) {
        if (build->instances.items[i].primitive == MU_PLAN_NONE &&
            build->instances.items[i].places_count > 0) {
            (void)json_array_append_new(
                build->resources,
                instance_build(build, &build->instances.items[i], NULL));
        }
    }
}

/* Adds the resource with all in it; 'number' restricts to one copy of a
 * clone. Depth: a clone of a group of primitives. */
static void
resource_add(struct build *build, uint32_t index, const char *parent,
             uint32_t number)
{
    const struct mu_config_resource *resource =
        &build->config->resources[index];
    bool is_known = false;

    if (resource->kind != MU_RESOURCE_PRIMITIVE) {
        container_add(build, index, parent, number);
        return;
    }
    for (uint32_t i = 0; i < build->instances.count; i++) {
        const struct mu_api_instance *instance = &build->instances.items[i];

        if (instance->primitive == index &&
            (number == MU_CONFIG_NONE || instance->number == number)) {
            (void)json_array_append_new(
                build->resources, instance_build(build, instance, parent));
            is_known = true;
        }
    }
    if (!is_known && number == MU_CONFIG_NONE) {
        /* The plan says nothing of it: it is nowhere. */
        const struct mu_plan_placement nowhere = {.resource = resource->id,
                                                  .primitive = index,
                                                  .node = MU_PLAN_NONE,
                                                  .role = MU_ROLE_STOPPED,
                                                  .is_managed = true};
        const struct mu_api_instance instance = {.name = resource->id,
                                                 .resource = resource->id,
                                                 .primitive = index,
                                                 .number = MU_CONFIG_NONE,
                                                 .before = &nowhere,
                                                 .after = &nowhere,
                                                 .role = MU_ROLE_STOPPED,
                                                 .is_managed = true,
                                                 .reason = "is not planned"};

        (void)json_array_append_new(build->resources,
                                    instance_build(build, &instance, parent));
    }
}

/* Sums up children that have just been added from 'from' on. */
static void
summary_fill(const struct build *build, json_t *container, size_t from)
{
    static const char *const roles[] = {"Stopped", "Started", "Unpromoted",
                                        "Promoted"};
    json_t *nodes = json_array();
    const char *since = NULL;
    const char *reason = NULL;
    unsigned role = 0;

    for (size_t i = from; i < json_array_size(build->resources); i++) {
        const json_t *one = json_array_get(build->resources, i);
        const char *its_role = json_string_value(json_object_get(one, "role"));
        const char *its_since =
            json_string_value(json_object_get(one, "since"));
        const json_t *node;
        size_t j;

        for (unsigned r = role + 1; r < 4; r++) {
            role = its_role && strcmp(its_role, roles[r]) == 0 ? r : role;
        }
        /* RFC 3339 in UTC sorts as text. */
        since = its_since && (!since || strcmp(its_since, since) > 0)
                    ? its_since
                    : since;
        reason =
            reason ? reason : json_string_value(json_object_get(one, "reason"));
        json_array_foreach(json_object_get(one, "nodes"), j, node)
        {
            bool is_known = false;

            for (size_t k = 0; k < json_array_size(nodes); k++) {
                is_known =
                    is_known || json_equal(json_array_get(nodes, k), node);
            }
            if (!is_known) {
                (void)json_array_append_new(
                    nodes, json_string(json_string_value(node)));
            }
        }
    }
    (void)json_object_set_new(container, "nodes", nodes);
    (void)json_object_set_new(container, "role", json_string(roles[role]));
    (void)json_object_set_new(container, "since",
                              since ? json_string(since) : json_null());
    (void)json_object_set_new(container, "reason",
                              reason ? json_string(reason) : json_null());
}

static void
container_add(struct build *build, uint32_t index, const char *parent,
              uint32_t number)
{
    const struct mu_config_resource *resource =
        &build->config->resources[index];
    bool is_clone = resource->kind != MU_RESOURCE_GROUP;
    struct mu_params_context context = {.config = build->config,
                                        .resource = index,
                                        .now_ms = build->sight->wall_ms};
    const char *promotable = mu_params_meta(&context, "promotable", NULL);
    const char *target = mu_params_meta(&context, "target-role", NULL);
    const char *id = number == MU_CONFIG_NONE
                         ? resource->id
                         : mu_text_make(build->arena, "%s:%u", resource->id,
                                        (unsigned)number);
    bool is_promotable = false;
    json_t *container;
    size_t from;

    if (promotable && mu_text_parse_bool(promotable, &is_promotable)) {
        is_promotable = false;
    }
    container =
        json_pack("{s:s, s:s, s:n, s:s?, s:s, s:b, s:b, s:b, s:n, s:b}", "id",
                  id, "kind", is_clone ? "clone" : "group", "agent", "parent",
                  parent, "target_role", target ? target : "Started", "managed",
                  1, "failed", 0, "blocked", 0, "pending", "promotable",
                  is_promotable || resource->is_legacy_master ? 1 : 0);
    (void)json_array_append_new(build->resources, container);
    from = json_array_size(build->resources);
    for (uint32_t i = 0; i < resource->children_count; i++) {
        uint32_t child = resource->first_child + i;
        uint32_t copies = 0;

        if (!is_clone ||
            build->config->resources[child].kind == MU_RESOURCE_PRIMITIVE) {
            resource_add(build, child, id, number);
            continue;
        }
        /* A clone of a group: one group for each copy. */
        for (uint32_t j = 0; j < build->instances.count; j++) {
            const struct mu_api_instance *one = &build->instances.items[j];

            if (one->primitive != MU_PLAN_NONE &&
                build->config->resources[one->primitive].parent == child &&
                one->number != MU_CONFIG_NONE && one->number >= copies) {
                copies = one->number + 1;
            }
        }
        for (uint32_t j = 0; j < copies; j++) {
            resource_add(build, child, id, j);
        }
    }
    summary_fill(build, container, from);
}

static json_t *
instance_build(const struct build *build,
               const struct mu_api_instance *instance, const char *parent)
{
    const struct mu_state *state = build->sight->state;
    const struct mu_status *status = build->sight->snapshot->status;
    const struct mu_state_history *newest;
    const struct mu_state_node *first = NULL;
    json_t *nodes = json_array();
    const char *target = "Started";

    for (uint32_t i = 0; i < instance->places_count; i++) {
        const char *name = status->nodes[instance->places[i]->node].name;

        (void)json_array_append_new(nodes, json_string(name));
        first = first ? first : mu_state_find_node_by_name(state, name);
    }
    newest =
        mu_api_status_newest(state, instance->resource, first ? first->id : 0);
    if (instance->is_disabled || !instance->after) {
        target = "Stopped";
    } else if (instance->after->role > MU_ROLE_STOPPED) {
        target = mu_names_role(instance->after->role);
    }
    return json_pack(
        "{s:s, s:s, s:o, s:s?, s:s, s:s, s:o, s:b, s:b, s:b, s:s?, s:o, s:s?}",
        "id", instance->name, "kind", "primitive", "agent",
        agent_json(build, instance->primitive), "parent", parent, "role",
        mu_names_role(instance->role), "target_role", target, "nodes", nodes,
        "managed", instance->is_managed ? 1 : 0, "failed",
        instance->is_failed ? 1 : 0, "blocked", instance->is_blocked ? 1 : 0,
        "pending", instance->pending, "since",
        mu_api_time_json(newest ? newest->changed_ms : 0), "reason",
        instance->reason);
}

static json_t *
agent_json(const struct build *build, uint32_t index)
{
    const struct mu_config_resource *resource;

    if (index == MU_PLAN_NONE) {
        return json_null();
    }
    resource = &build->config->resources[index];
    return json_string(
        mu_text_make(build->arena, "%s:%s%s%s", resource->class_name,
                     resource->provider ? resource->provider : "",
                     resource->provider ? ":" : "", resource->type));
}

json_t *
mu_api_status_fencing(const struct mu_api_sight *sight,
                      struct mu_arena *scratch)
{
    static const char *const words[] = {
        [MU_FENCE_RUNNING] = "running",
        [MU_FENCE_PAUSING] = "retrying",
        [MU_FENCE_DONE] = "done",
        [MU_FENCE_CANCELLED] = "cancelled",
    };
    json_t *fencing = json_array();

    for (uint32_t i = 0; sight->state && i < sight->state->fences_count; i++) {
        const struct mu_state_fence *one = &sight->state->fences[i];

        (void)json_array_append_new(
            fencing,
            json_pack("{s:s?, s:s, s:s, s:s?, s:s?, s:o, s:o, s:i, s:s?}",
                      "target", mu_api_node_name(sight->state, one->target_id),
                      "action", one->action, "state", words[one->state],
                      "device", *one->device ? one->device : NULL, "by",
                      mu_api_node_name(sight->state, one->executor_id), "asked",
                      mu_api_time_json(one->asked_wall_ms), "ended",
                      mu_api_time_json(one->ended_wall_ms), "attempt",
                      (int)one->attempt, "reason",
                      *one->reason
                          ? mu_api_clean(mu_arena_strdup(scratch, one->reason))
                          : NULL));
    }
    return fencing;
}

static const char *
health_of(const struct build *build, bool is_degraded)
{
    uint32_t wanted = 0;
    uint32_t active = 0;

    if (!build->sight->is_quorate || build->sight->trouble ||
        build->sight->phase != MU_CORE_ACTIVE) {
        return "outage";
    }
    for (uint32_t i = 0; i < build->instances.count; i++) {
        const struct mu_api_instance *one = &build->instances.items[i];

        if (one->primitive == MU_PLAN_NONE || one->is_disabled ||
            build->config->resources[one->primitive].agent_class ==
                MU_AGENT_FENCE) {
            continue;
        }
        wanted++;
        active += one->places_count > 0 ? 1 : 0;
    }
    /* Nothing runs, and nothing is on its way. */
    if (wanted > 0 && active == 0 && build->sight->is_idle) {
        return "outage";
    }
    return is_degraded ? "degraded" : "healthy";
}

/* By primitive, then by the name of the instance. */
static int
placement_cmp(const void *a, const void *b)
{
    const struct mu_plan_placement *x =
        *(const struct mu_plan_placement *const *)a;
    const struct mu_plan_placement *y =
        *(const struct mu_plan_placement *const *)b;
    int order;

    if (x->primitive != y->primitive) {
        return x->primitive < y->primitive ? -1 : 1;
    }
    order = mu_text_natural_cmp(x->instance ? x->instance : x->resource,
                                y->instance ? y->instance : y->resource);
    if (order == 0 && x != y) {
        /* Both of one array, or one of each: any fixed order will do, since
         * all of them are looked at. */
        order = x->node < y->node ? -1 : x->node > y->node ? 1 : 0;
    }
    return order;
}
