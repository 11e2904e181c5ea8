/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/classic.h"

#include <string.h>

#include "model/names.h"
#include "model/params.h"

enum {
    RC_NOT_INSTALLED = 5,
    RC_NOT_RUNNING = 7,
    RC_PROMOTED = 8,
    RC_COUNT = 11
};
#define THRESHOLD_NONE 1000000

static void items_make(struct mu_classic *classic);
static struct mu_classic_item *item_add(struct mu_classic *classic,
                                        uint32_t index,
                                        struct mu_classic_item *parent,
                                        const char *number);
static const char *id_shown(const struct mu_classic *classic,
                            const struct mu_plan_placement *placement,
                            const struct mu_classic_item *parent);
static struct mu_classic_item *item_new(struct mu_classic *classic,
                                        uint32_t index, const char *id,
                                        struct mu_classic_item *parent);
static void instance_fill(struct mu_classic *classic,
                          struct mu_classic_item *item, uint32_t first,
                          uint32_t count);
static void count_up(struct mu_classic *classic,
                     const struct mu_classic_item *item);
static void sum_up(struct mu_classic_item *item);
static uint32_t pending_place(const struct mu_classic *classic,
                              const struct mu_classic_item *item);
static unsigned health_worst(const struct mu_pair *pairs, uint32_t count,
                             unsigned worst);
static const char *agent_of(const struct mu_classic *classic,
                            const struct mu_plan_placement *placement);
static const char *instance_of(const struct mu_plan_placement *placement);
static void failures_make(struct mu_classic *classic);
static bool is_failure(const struct mu_status_op *op);
static bool is_masked(const struct mu_status_op *op);
static const char *meta_of(const struct mu_classic *classic,
                           const char *resource, const char *name);
static bool is_over(const struct mu_classic *classic, const char *resource,
                    const struct mu_status_op *op);
static bool is_known(const struct mu_classic *classic, uint32_t node,
                     const char *resource, const struct mu_status_op *op);
static void ignored_mark(struct mu_classic *classic,
                         struct mu_classic_item *item);
void
mu_classic_make(struct mu_classic *classic, struct mu_arena *arena,
                const struct mu_snapshot *snapshot, const struct mu_plan *plan,
                const struct mu_classic_origin *origin)
{
    *classic = (struct mu_classic){
        .arena = arena, .snapshot = snapshot, .plan = plan, .origin = *origin};
    failures_make(classic);
    items_make(classic);
    for (size_t i = 0; i < classic->items.count; i++) {
        count_up(classic, classic->items.items[i]);
    }
}

bool
mu_classic_is_active(const struct mu_classic_item *item, bool is_all)
{
    if (item->kind == MU_RESOURCE_PRIMITIVE) {
        return item->nodes_count > 0;
    }
    for (size_t i = 0; i < item->children.count; i++) {
        bool is_active = mu_classic_is_active(item->children.items[i], is_all);

        if (is_active != is_all) {
            return is_active;
        }
    }
    return is_all;
}

const char *
mu_classic_attribute(const struct mu_classic *classic, uint32_t node,
                     const char *name)
{
    const struct mu_params_context context = {
        .config = classic->snapshot->config,
        .resource = MU_CONFIG_NONE,
        .node = &classic->snapshot->status->nodes[node],
        .now_ms = classic->snapshot->now_ms,
    };

    return mu_params_node_attribute(&context, name, NULL);
}

const char *
mu_classic_node_state(const struct mu_classic *classic, uint32_t node)
{
    const struct mu_plan_node *one = &classic->plan->nodes_before[node];

    if (one->is_unclean) {
        return one->is_online    ? "UNCLEAN (online)"
               : one->is_pending ? "UNCLEAN (pending)"
                                 : "UNCLEAN (offline)";
    }
    if (one->is_pending) {
        return "pending";
    }
    if (one->is_standby_on_fail && one->is_online) {
        return "standby (on-fail)";
    }
    if (one->is_standby) {
        return !one->is_online ? "OFFLINE (standby)"
               : mu_classic_running_count(classic, node) > 0
                   ? "standby (with active resources)"
                   : "standby";
    }
    if (one->is_in_maintenance) {
        return one->is_online ? "maintenance" : "OFFLINE (maintenance)";
    }
    return one->is_online ? "online" : "OFFLINE";
}

const char *
mu_classic_health(const struct mu_classic *classic, uint32_t node)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    const struct mu_config_blocks *blocks =
        one->config_node == MU_CONFIG_NONE
            ? NULL
            : &config->nodes[one->config_node].attributes;
    unsigned worst = 0;

    if (strcmp(config->options.node_health_strategy, "none") == 0) {
        return "green";
    }
    worst = health_worst(one->attributes, one->attributes_count, worst);
    for (uint32_t i = 0; blocks && i < blocks->count; i++) {
        worst = health_worst(blocks->blocks[i].pairs,
                             blocks->blocks[i].pairs_count, worst);
    }
    return worst == 2 ? "red" : worst == 1 ? "yellow" : "green";
}

unsigned
mu_classic_running_count(const struct mu_classic *classic, uint32_t node)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < classic->plan->before_count; i++) {
        count += classic->plan->before[i].node == node ? 1 : 0;
    }
    return count;
}

bool
mu_classic_is_guest(const struct mu_classic *classic, uint32_t node)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    uint32_t resource;

    if (!one->is_remote) {
        return false;
    }
    resource = mu_config_find_resource(config, one->name);
    return resource == MU_CONFIG_NONE || !config->resources[resource].type ||
           strcmp(config->resources[resource].type, "remote") != 0;
}

bool
mu_classic_wants_node(const struct mu_classic *classic,
                      const struct mu_classic_view *view, uint32_t node)
{
    return mu_classic_has_node(classic, node) &&
           (!view->only_node ||
            strcmp(view->only_node,
                   classic->snapshot->status->nodes[node].name) == 0);
}

bool
mu_classic_has_node(const struct mu_classic *classic, uint32_t node)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];

    if (!one->is_remote || one->config_node != MU_CONFIG_NONE) {
        return true;
    }
    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_params_context context = {
            .config = config,
            .resource = i,
            .now_ms = classic->snapshot->now_ms};
        const char *guest = mu_params_meta(&context, "remote-node", NULL);
        const char *id = config->resources[i].id;

        if (strcmp(id, one->name) == 0 ||
            (guest && strcmp(guest, one->name) == 0) ||
            (config->resources[i].kind == MU_RESOURCE_BUNDLE &&
             strncmp(id, one->name, strlen(id)) == 0)) {
            return true;
        }
    }
    return false;
}

unsigned
mu_classic_nodes_count(const struct mu_classic *classic)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < classic->snapshot->status->nodes_count; i++) {
        count += mu_classic_has_node(classic, i) ? 1 : 0;
    }
    return count;
}

const struct mu_status_op *
mu_classic_failed_probe(const struct mu_classic *classic, const char *resource,
                        uint32_t node)
{
    size_t length = strlen(resource);

    for (size_t i = 0; i < classic->failures.count; i++) {
        const struct mu_classic_failure *one = &classic->failures.items[i];

        if (strcmp(one->op->name, "monitor") == 0 &&
            one->op->interval_ms == 0 &&
            (node == MU_CONFIG_NONE || one->node == node) &&
            strncmp(one->resource, resource, length) == 0 &&
            (one->resource[length] == '\0' || one->resource[length] == ':')) {
            return one->op;
        }
    }
    return NULL;
}

bool
mu_classic_wants_item(const struct mu_classic_view *view,
                      const struct mu_classic_item *item)
{
    size_t length = strcspn(item->id, ":");

    if (!view->only_item || strcmp(view->only_item, item->id) == 0 ||
        (strlen(view->only_item) == length &&
         strncmp(view->only_item, item->id, length) == 0)) {
        return true;
    }
    for (size_t i = 0; i < item->children.count; i++) {
        if (mu_classic_wants_item(view, item->children.items[i])) {
            return true;
        }
    }
    return false;
}

int32_t
mu_classic_fail_count(const struct mu_classic *classic, uint32_t node,
                      const char *resource, int64_t *ret_last_ms)
{
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    size_t length = strlen(resource);
    int64_t sum = 0;

    *ret_last_ms = 0;
    for (uint32_t i = 0; i < one->attributes_count; i++) {
        const char *name = one->attributes[i].name;
        bool is_count = strncmp(name, "fail-count-", 11) == 0;
        bool is_last = strncmp(name, "last-failure-", 13) == 0;
        const char *its = is_count ? name + 11 : is_last ? name + 13 : "";
        int32_t count;
        int64_t at_s;

        if (strncmp(its, resource, length) != 0 ||
            (its[length] != '#' && its[length] != '\0')) {
            continue;
        }
        if (is_count &&
            mu_text_parse_score(one->attributes[i].value, &count) == 0) {
            sum += count;
        }
        if (is_last &&
            mu_text_parse_int64(one->attributes[i].value, &at_s) == 0 &&
            at_s * 1000 > *ret_last_ms) {
            *ret_last_ms = at_s * 1000;
        }
    }
    return sum > THRESHOLD_NONE ? THRESHOLD_NONE : (int32_t)sum;
}

int32_t
mu_classic_threshold(const struct mu_classic *classic, const char *resource)
{
    const char *value = meta_of(classic, resource, "migration-threshold");
    int32_t threshold;

    return value && mu_text_parse_score(value, &threshold) == 0 && threshold > 0
               ? threshold
               : THRESHOLD_NONE;
}

/* Returns a meta attribute of the resource, or of the one that this is a copy
 * of; null when nothing sets it. */
static const char *
meta_of(const struct mu_classic *classic, const char *resource,
        const char *name)
{
    struct mu_params_context context = {.config = classic->snapshot->config,
                                        .now_ms = classic->snapshot->now_ms};
    const char *id =
        mu_arena_strndup(classic->arena, resource, strcspn(resource, ":"));

    context.resource = mu_config_find_resource(context.config, id);
    return context.resource == MU_CONFIG_NONE
               ? NULL
               : mu_params_meta(&context, name, NULL);
}

const char *
mu_classic_feature_set(const struct mu_classic *classic, uint32_t node)
{
    const char *value = mu_classic_attribute(classic, node, "#feature-set");

    return value ? value : "<3.15.1";
}

const char *
mu_classic_property(const struct mu_classic *classic, const char *name)
{
    const struct mu_rule_input input = {.now_ms = classic->snapshot->now_ms};

    return mu_config_lookup(&classic->snapshot->config->properties, name,
                            &input, NULL);
}

static unsigned
health_worst(const struct mu_pair *pairs, uint32_t count, unsigned worst)
{
    for (uint32_t i = 0; i < count; i++) {
        unsigned one = strncmp(pairs[i].name, "#health", 7) != 0 ? 0
                       : strcmp(pairs[i].value, "red") == 0      ? 2
                       : strcmp(pairs[i].value, "yellow") == 0   ? 1
                                                                 : 0;

        worst = one > worst ? one : worst;
    }
    return worst;
}

static void
items_make(struct mu_classic *classic)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_plan *plan = classic->plan;

    for (uint32_t i = 0; i < config->resources_count; i++) {
        if (config->resources[i].parent == MU_CONFIG_NONE) {
            (void)item_add(classic, i, NULL, NULL);
        }
    }
    for (uint32_t i = 0; i < plan->before_count; i++) {
        uint32_t count = 1;

        if (plan->before[i].primitive != MU_PLAN_NONE) {
            continue;
        }
        while (i + count < plan->before_count &&
               strcmp(instance_of(&plan->before[i]),
                      instance_of(&plan->before[i + count])) == 0) {
            count++;
        }
        instance_fill(
            classic,
            item_new(classic, MU_CONFIG_NONE, plan->before[i].resource, NULL),
            i, count);
        i += count - 1;
    }
}

/* Adds the resource with all in it; 'number' picks the copy of a clone. Depth:
 * a clone of a group of primitives. */
static struct mu_classic_item *
item_add(struct mu_classic *classic, uint32_t index,
         struct mu_classic_item *parent, const char *number)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_config_resource *resource = &config->resources[index];
    const struct mu_plan *plan = classic->plan;
    struct mu_classic_item *item = NULL;

    if (resource->kind == MU_RESOURCE_PRIMITIVE) {
        for (uint32_t i = 0; i < plan->before_count; i++) {
            const char *name;
            const char *colon;
            uint32_t count = 1;

            if (plan->before[i].primitive != index) {
                continue;
            }
            name = instance_of(&plan->before[i]);
            colon = strrchr(name, ':');
            if (number && (!colon || strcmp(colon + 1, number) != 0)) {
                continue;
            }
            while (i + count < plan->before_count &&
                   plan->before[i + count].primitive == index &&
                   strcmp(name, instance_of(&plan->before[i + count])) == 0) {
                count++;
            }
            item =
                item_new(classic, index,
                         id_shown(classic, &plan->before[i], parent), parent);
            instance_fill(classic, item, i, count);
            i += count - 1;
        }
        return item;
    }
    item = item_new(
        classic, index,
        number ? mu_text_make(classic->arena, "%s:%s", resource->id, number)
               : resource->id,
        parent);
    for (uint32_t i = 0; i < resource->children_count; i++) {
        uint32_t child = resource->first_child + i;
        uint32_t leaf = config->resources[child].kind == MU_RESOURCE_GROUP
                            ? config->resources[child].first_child
                            : MU_CONFIG_NONE;

        if (resource->kind != MU_RESOURCE_CLONE || leaf == MU_CONFIG_NONE) {
            (void)item_add(classic, child, item, number);
            continue;
        }
        /* One group for each copy of its first member. */
        for (uint32_t j = 0; j < plan->before_count; j++) {
            const char *name = instance_of(&plan->before[j]);
            const char *colon = strrchr(name, ':');
            bool is_same =
                j > 0 && strcmp(name, instance_of(&plan->before[j - 1])) == 0;

            if (plan->before[j].primitive == leaf && colon && !is_same) {
                (void)item_add(classic, child, item, colon + 1);
            }
        }
    }
    sum_up(item);
    return item;
}

/* Numbers of what is not unique are nobody's business. */
static const char *
id_shown(const struct mu_classic *classic,
         const struct mu_plan_placement *placement,
         const struct mu_classic_item *parent)
{
    const char *colon = strrchr(placement->resource, ':');

    return !parent || parent->is_unique || !colon
               ? placement->resource
               : mu_arena_strndup(classic->arena, placement->resource,
                                  (size_t)(colon - placement->resource));
}

static struct mu_classic_item *
item_new(struct mu_classic *classic, uint32_t index, const char *id,
         struct mu_classic_item *parent)
{
    const struct mu_config *config = classic->snapshot->config;
    struct mu_classic_item *item =
        mu_arena_new(classic->arena, struct mu_classic_item, 1);
    struct mu_params_context context = {.config = config,
                                        .resource = index,
                                        .now_ms = classic->snapshot->now_ms};
    const char *value;

    item->id = id;
    item->index = index;
    item->is_managed = true;
    item->locked_to = MU_CONFIG_NONE;
    if (parent) {
        *mu_vec_add(classic->arena, &parent->children) = item;
    } else {
        *mu_vec_add(classic->arena, &classic->items) = item;
    }
    if (index == MU_CONFIG_NONE) {
        return item;
    }
    item->kind = config->resources[index].kind;
    value = mu_params_meta(&context, "target-role", NULL);
    if (!value || !mu_names_parse_role(value, &item->target)) {
        item->target = MU_ROLE_UNKNOWN;
    }
    value = mu_params_meta(&context, "maintenance", NULL);
    if (value && mu_text_parse_bool(value, &item->is_in_maintenance)) {
        item->is_in_maintenance = false;
    }
    value = mu_params_meta(&context, "promotable", NULL);
    if (value && mu_text_parse_bool(value, &item->is_promotable)) {
        item->is_promotable = false;
    }
    item->is_promotable =
        item->is_promotable || config->resources[index].is_legacy_master;
    value = mu_params_meta(&context, "globally-unique", NULL);
    if (value && mu_text_parse_bool(value, &item->is_unique)) {
        item->is_unique = false;
    }
    value = mu_params_meta(&context, "clone-max", NULL);
    if (!value || mu_text_parse_int64(value, &item->copies_max)) {
        item->copies_max = classic->snapshot->status->nodes_count;
    }
    value = mu_params_meta(&context, "is-managed", NULL);
    if (value && mu_text_parse_bool(value, &item->is_managed)) {
        item->is_managed = true;
    }
    item->is_managed = item->is_managed && !config->options.maintenance_mode;
    return item;
}

/* Fills an instance from 'count' placements, one for each node. */
static void
instance_fill(struct mu_classic *classic, struct mu_classic_item *item,
              uint32_t first, uint32_t count)
{
    const struct mu_plan_placement *places = &classic->plan->before[first];
    uint32_t *nodes = mu_arena_new(classic->arena, uint32_t, count);

    item->kind = MU_RESOURCE_PRIMITIVE;
    item->agent = agent_of(classic, &places[0]);
    item->nodes = nodes;
    item->role = places[0].role;
    item->pending = places[0].pending_task;
    item->pending_node = MU_CONFIG_NONE;
    item->locked_to = places[0].locked_to;
    item->is_failed = places[0].is_failed;
    item->is_blocked = places[0].is_blocked;
    item->is_managed = places[0].is_managed;
    item->is_removed = places[0].is_removed;
    for (uint32_t i = 0; i < count; i++) {
        if (places[i].node != MU_PLAN_NONE) {
            nodes[item->nodes_count++] = places[i].node;
        }
    }
    if (item->role == MU_ROLE_UNKNOWN) {
        item->role = MU_ROLE_STOPPED;
    }
    if (item->pending && item->nodes_count == 0) {
        item->pending_node = pending_place(classic, item);
    }
    ignored_mark(classic, item);
    item->is_disabled = places[0].is_disabled;
}

/* Where an operation on an instance that is nowhere yet is in flight. */
static uint32_t
pending_place(const struct mu_classic *classic,
              const struct mu_classic_item *item)
{
    const struct mu_status *status = classic->snapshot->status;

    for (uint32_t i = 0; i < status->flights_count; i++) {
        if (status->flights[i].resource &&
            strcmp(status->flights[i].resource, item->id) == 0) {
            return status->flights[i].node;
        }
    }
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        for (uint32_t j = 0; j < status->nodes[i].resources_count; j++) {
            const struct mu_status_resource *one =
                &status->nodes[i].resources[j];

            for (uint32_t k = 0;
                 k < one->ops_count && strcmp(one->id, item->id) == 0; k++) {
                if (one->ops[k].status == MU_OP_STATUS_PENDING &&
                    strcmp(one->ops[k].name, item->pending) == 0) {
                    return i;
                }
            }
        }
    }
    return MU_CONFIG_NONE;
}

/* What was removed and runs nowhere does not count. */
static void
count_up(struct mu_classic *classic, const struct mu_classic_item *item)
{
    if (item->is_removed && !mu_classic_is_active(item, false)) {
        return;
    }
    for (size_t i = 0; i < item->children.count; i++) {
        const struct mu_classic_item *child = item->children.items[i];

        if (item->kind != MU_RESOURCE_GROUP) {
            count_up(classic, child);
        } else if (child->kind == MU_RESOURCE_PRIMITIVE) {
            classic->instances_count++;
            classic->disabled_count += child->is_disabled ? 1 : 0;
            classic->blocked_count += child->is_blocked ? 1 : 0;
        }
    }
    if (item->kind == MU_RESOURCE_PRIMITIVE) {
        classic->instances_count++;
        classic->disabled_count += item->is_disabled ? 1 : 0;
        classic->blocked_count += item->is_blocked ? 1 : 0;
    }
}

/* What a group or clone has of all its members. */
static void
sum_up(struct mu_classic_item *item)
{

    for (size_t i = 0; i < item->children.count; i++) {
        const struct mu_classic_item *child = item->children.items[i];

        item->is_failed = item->is_failed || child->is_failed;
        item->is_removed = item->is_removed || child->is_removed;
        item->is_blocked = item->is_blocked || child->is_blocked;
        item->is_failure_ignored =
            item->is_failure_ignored || child->is_failure_ignored;
        item->role = child->role > item->role ? child->role : item->role;
    }
}

static const char *
agent_of(const struct mu_classic *classic,
         const struct mu_plan_placement *placement)
{
    const struct mu_status *status = classic->snapshot->status;

    if (placement->primitive != MU_PLAN_NONE) {
        const struct mu_config_resource *one =
            &classic->snapshot->config->resources[placement->primitive];

        return mu_text_make(classic->arena, "%s:%s%s%s", one->class_name,
                            one->provider ? one->provider : "",
                            one->provider ? ":" : "", one->type);
    }
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        for (uint32_t j = 0; j < status->nodes[i].resources_count; j++) {
            const struct mu_status_resource *one =
                &status->nodes[i].resources[j];

            if (strcmp(one->id, placement->resource) == 0 && one->type) {
                return mu_text_make(classic->arena, "%s:%s%s%s",
                                    one->class_name ? one->class_name : "",
                                    one->provider ? one->provider : "",
                                    one->provider ? ":" : "", one->type);
            }
        }
    }
    return "";
}

static const char *
instance_of(const struct mu_plan_placement *placement)
{
    return placement->instance ? placement->instance : placement->resource;
}

/* In the order in which histories are read. */
static void
failures_make(struct mu_classic *classic)
{
    const struct mu_status *status = classic->snapshot->status;

    for (uint32_t turn = 0; turn <= status->nodes_count; turn++) {
        for (uint32_t i = 0; i < status->nodes_count; i++) {
            const struct mu_status_node *node = &status->nodes[i];

            if (node->listed != turn ||
                !classic->plan->nodes_before[i].is_online) {
                continue;
            }
            for (uint32_t j = 0; j < node->resources_count; j++) {
                const struct mu_status_resource *one = &node->resources[j];

                for (uint32_t k = 0; k < one->ops_count; k++) {
                    if (is_failure(&one->ops[k]) &&
                        !is_over(classic, one->id, &one->ops[k]) &&
                        !is_known(classic, i, one->id, &one->ops[k])) {
                        *mu_vec_add(classic->arena, &classic->failures) =
                            (struct mu_classic_failure){
                                &one->ops[k], one->id, i,
                                is_masked(&one->ops[k])};
                    }
                }
            }
        }
    }
}

/* A probe that finds a resource running, promoted or not is no failure, and
 * neither is what an agent calls degraded. */
static bool
is_failure(const struct mu_status_op *op)
{
    bool is_probe = strcmp(op->name, "monitor") == 0 && op->interval_ms == 0;

    switch (op->status) {
    case MU_OP_STATUS_PENDING:
    case MU_OP_STATUS_CANCELLED:
        return false;
    case MU_OP_STATUS_DONE:
        break;
    case MU_OP_STATUS_NOT_INSTALLED:
    case MU_OP_STATUS_TIMEOUT:
    case MU_OP_STATUS_NOT_SUPPORTED:
    case MU_OP_STATUS_ERROR:
    case MU_OP_STATUS_ERROR_HARD:
    case MU_OP_STATUS_ERROR_FATAL:
    case MU_OP_STATUS_NOT_CONNECTED:
    case MU_OP_STATUS_INVALID:
        return !is_probe || op->rc != RC_NOT_RUNNING;
    }
    if (is_probe) {
        return op->rc != 0 && op->rc != RC_NOT_RUNNING && op->rc != RC_PROMOTED;
    }
    return op->rc != (op->expected_rc >= 0 ? op->expected_rc : 0);
}

static bool
is_masked(const struct mu_status_op *op)
{
    return strcmp(op->name, "monitor") == 0 && op->interval_ms == 0 &&
           (op->rc == RC_NOT_INSTALLED ||
            op->status == MU_OP_STATUS_NOT_INSTALLED);
}

/* Tells whether failure-timeout has passed since. */
static bool
is_over(const struct mu_classic *classic, const char *resource,
        const struct mu_status_op *op)
{
    const char *value = meta_of(classic, resource, "failure-timeout");
    int64_t timeout_ms;

    return value && mu_text_parse_duration(value, &timeout_ms) == 0 &&
           timeout_ms > 0 && op->last_change_ms != 0 &&
           op->last_change_ms + timeout_ms <= classic->snapshot->now_ms;
}

static bool
is_known(const struct mu_classic *classic, uint32_t node, const char *resource,
         const struct mu_status_op *op)
{
    for (size_t i = 0; i < classic->failures.count; i++) {
        const struct mu_classic_failure *one = &classic->failures.items[i];

        if (one->node == node && strcmp(one->resource, resource) == 0 &&
            strcmp(one->op->name, op->name) == 0 &&
            one->op->interval_ms == op->interval_ms) {
            return true;
        }
    }
    return false;
}

/* A failure that the configuration tells to ignore. */
static void
ignored_mark(struct mu_classic *classic, struct mu_classic_item *item)
{
    for (size_t i = 0; i < classic->failures.count && item->nodes_count > 0;
         i++) {
        const struct mu_classic_failure *one = &classic->failures.items[i];
        struct mu_params params;
        struct mu_params_context context = {
            .config = classic->snapshot->config,
            .resource = item->index,
            .node = &classic->snapshot->status->nodes[one->node],
            .now_ms = classic->snapshot->now_ms};

        if (item->index == MU_CONFIG_NONE || one->node != item->nodes[0] ||
            strcmp(one->resource, item->id) != 0) {
            continue;
        }
        mu_params_resolve_values(classic->arena, &context, one->op->name,
                                 one->op->interval_ms, &params);
        item->is_failure_ignored =
            item->is_failure_ignored || params.on_fail == MU_ON_FAIL_IGNORE;
    }
}
