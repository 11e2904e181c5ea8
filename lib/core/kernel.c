/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kernel.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "model/params.h"

static bool is_arriving(const struct mu_state *state,
                        const struct mu_state_node *node, const char *resource,
                        const struct mu_state_history *own);
static enum mu_hold row_hold(const struct mu_state_history *row);
static bool is_running_op(const char *op_name);
static bool start_is_safe(const struct mu_state *state,
                          const struct mu_state_action *action,
                          struct mu_errbuf *err);
static bool node_objects(const struct mu_state *state,
                         const struct mu_state_node *node,
                         const struct mu_state_action *action,
                         struct mu_errbuf *err);
static bool promote_is_safe(const struct mu_state *state,
                            const struct mu_state_action *action,
                            struct mu_errbuf *err);
static bool may_be_promoted(const struct mu_state *state, uint32_t primitive,
                            const struct mu_state_history *row);
static int32_t promoted_max(const struct mu_state *state, uint32_t primitive);
static bool is_instance_of(const char *resource, const char *id);
static bool has_quorum_for(const struct mu_state *state,
                           const struct mu_state_action *action);
static bool is_probed_everywhere(const struct mu_config *config,
                                 uint32_t primitive);
static bool may_run_on_many(const struct mu_config *config, uint32_t primitive,
                            const char *resource);
static bool is_looked_for(const struct mu_state *state,
                          const struct mu_state_node *node, const char *id);
static const char *meta_of(const struct mu_state *state, uint32_t primitive,
                           const char *name);
static bool is_managed(const struct mu_state *state, const char *resource);
static bool is_in_maintenance(const struct mu_state *state,
                              const struct mu_state_node *node);
static bool must_wait_for_fencing(const struct mu_state *state,
                                  uint32_t primitive);

enum mu_hold
mu_kernel_hold(const struct mu_state *state, const struct mu_state_node *node,
               const char *resource)
{
    const struct mu_state_history key = {
        .node_id = node->id, .resource = resource, .slot = MU_SLOT_LAST};
    const struct mu_state_history *row =
        mu_state_find_history(state, &key);

    if (is_arriving(state, node, resource, row)) {
        return MU_HOLD_YES;
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];

        if (flight->node_id == node->id &&
            flight->task != MU_TASK_MONITOR &&
            strcmp(flight->resource, resource) == 0) {
            return MU_HOLD_YES;
        }
    }
    return row ? row_hold(row) : MU_HOLD_UNKNOWN;
}

/* A live move brings a resource to a node before anything is done on that node.
 * However it ended, it may be there, until something later on the node itself
 * says otherwise; 'own' is what is known of it there, or null. */
static bool
is_arriving(const struct mu_state *state, const struct mu_state_node *node,
            const char *resource, const struct mu_state_history *own)
{
    struct mu_state_history key = {.resource = resource,
                                   .slot = MU_SLOT_LAST};

    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];

        if (flight->task == MU_TASK_MIGRATE_TO &&
            strcmp(flight->migrate_target, node->name) == 0 &&
            strcmp(flight->resource, resource) == 0) {
            return true;
        }
    }
    for (uint32_t i = 0; i < state->moves_count; i++) {
        if (state->moves[i].target_id == node->id &&
            strcmp(state->moves[i].resource, resource) == 0) {
            return true;
        }
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_history *row;

        key.node_id = state->nodes[i].id;
        row = mu_state_find_history(state, &key);
        if (row && strcmp(row->op_name, "migrate_to") == 0 &&
            strcmp(row->migrate_target, node->name) == 0 &&
            (!own || own->call_id < row->call_id)) {
            return true;
        }
    }
    return false;
}

bool
mu_kernel_may_release(const struct mu_state *state,
                      const struct mu_state_action *action,
                      struct mu_errbuf *err)
{
    const struct mu_state_node *node =
        mu_state_find_node(state, action->node_id);

    if (!node || (node->state != MU_NODE_STATE_ACTIVE &&
                  node->state != MU_NODE_STATE_LEAVING)) {
        mu_errbuf_set(err, "node %s does not take part",
                      node ? node->name : "(unknown)");
        return false;
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (state->flights[i].node_id == node->id &&
            strcmp(state->flights[i].resource, action->resource) == 0) {
            mu_errbuf_set(err, "another operation of %s is in flight on %s",
                          action->resource, node->name);
            return false;
        }
    }
    if (action->task != MU_TASK_START && action->task != MU_TASK_PROMOTE &&
        action->task != MU_TASK_MIGRATE_TO) {
        return true;
    }
    if (!has_quorum_for(state, action)) {
        mu_errbuf_set(err, "there is no quorum");
        return false;
    }
    if (action->task == MU_TASK_PROMOTE) {
        return promote_is_safe(state, action, err);
    }
    return action->task != MU_TASK_START || start_is_safe(state, action, err);
}

bool
mu_kernel_may_leave(const struct mu_state *state,
                    const struct mu_state_node *node, struct mu_errbuf *err)
{
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];

        if (flight->node_id == node->id) {
            mu_errbuf_set(err, "an operation of %s is in flight there",
                          flight->resource);
            return false;
        }
    }
    if (is_in_maintenance(state, node)) {
        return true; /* People look after what runs there. */
    }
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->node_id == node->id && row->slot == MU_SLOT_LAST &&
            strcmp(row->class_name, "stonith") != 0 &&
            row_hold(row) == MU_HOLD_YES &&
            is_managed(state, row->resource)) {
            mu_errbuf_set(err, "it still holds %s", row->resource);
            return false;
        }
    }
    for (uint32_t i = 0; state->config && i < state->config->resources_count;
         i++) {
        const struct mu_config_resource *resource =
            &state->config->resources[i];

        if (resource->kind == MU_RESOURCE_PRIMITIVE &&
            resource->agent_class != MU_AGENT_FENCE &&
            is_probed_everywhere(state->config, i) &&
            is_managed(state, resource->id) &&
            !is_looked_for(state, node, resource->id)) {
            mu_errbuf_set(err, "nobody has looked whether it runs %s",
                          resource->id);
            return false;
        }
    }
    return true;
}

bool
mu_kernel_is_left_alone(const struct mu_state *state,
                        const struct mu_state_node *node)
{
    bool is_all = is_in_maintenance(state, node);
    bool is_any = false;

    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->node_id != node->id || row->slot != MU_SLOT_LAST ||
            strcmp(row->class_name, "stonith") == 0 ||
            row_hold(row) != MU_HOLD_YES) {
            continue;
        }
        if (!is_all && is_managed(state, row->resource)) {
            return false;
        }
        is_any = true;
    }
    return is_any;
}

uint32_t
mu_kernel_find_primitive(const struct mu_config *config, const char *resource)
{
    uint32_t found;
    const char *colon;
    char id[MU_NAME_SIZE_MAX];
    size_t length;

    if (!config) {
        return MU_CONFIG_NONE;
    }
    found = mu_config_find_resource(config, resource);
    colon = strrchr(resource, ':');
    if (found != MU_CONFIG_NONE || !colon) {
        return found;
    }
    length = (size_t)(colon - resource);
    if (length >= sizeof(id)) {
        return MU_CONFIG_NONE;
    }
    memcpy(id, resource, length);
    id[length] = '\0';
    return mu_config_find_resource(config, id);
}

/* What the newest operation without interval says about the resource. When in
 * doubt it runs: a failed start may have left something behind, and only a
 * successful stop or a look proves the contrary. */
static enum mu_hold
row_hold(const struct mu_state_history *row)
{
    bool is_stopped_rc =
        row->rc == MU_RC_NOT_RUNNING || row->rc == MU_RC_NOT_INSTALLED;

    if (row->status == MU_OP_STATUS_PENDING) {
        return is_running_op(row->op_name) ? MU_HOLD_YES : MU_HOLD_UNKNOWN;
    }
    if (strcmp(row->op_name, "stop") == 0) {
        return row->rc == 0 ? MU_HOLD_NO : MU_HOLD_YES;
    }
    if (strcmp(row->op_name, "monitor") == 0 &&
        (is_stopped_rc || row->status == MU_OP_STATUS_NOT_INSTALLED)) {
        return MU_HOLD_NO;
    }
    if (row->status == MU_OP_STATUS_NOT_INSTALLED) {
        return MU_HOLD_NO;
    }
    return MU_HOLD_YES;
}

static bool
is_running_op(const char *op_name)
{
    return strcmp(op_name, "monitor") != 0;
}

static bool
start_is_safe(const struct mu_state *state,
              const struct mu_state_action *action, struct mu_errbuf *err)
{
    if (strcmp(action->class_name, "stonith") == 0) {
        return true; /* Only a registration; several do no harm. */
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (node_objects(state, &state->nodes[i], action, err)) {
            return false;
        }
    }
    return true;
}

/* Returns whether what is known of 'node' forbids the start. */
static bool
node_objects(const struct mu_state *state, const struct mu_state_node *node,
             const struct mu_state_action *action, struct mu_errbuf *err)
{
    const struct mu_config *config = state->config;
    uint32_t primitive = mu_kernel_find_primitive(config, action->resource);
    bool needs_fencing = !config || config->options.fencing_enabled;
    enum mu_hold hold = mu_kernel_hold(state, node, action->resource);
    bool is_other = node->id != action->node_id;

    if (node->state == MU_NODE_STATE_DOWN) {
        return false;
    }
    if (is_other && may_run_on_many(config, primitive, action->resource)) {
        return false;
    }
    if (node->state == MU_NODE_STATE_UNKNOWN) {
        if (needs_fencing && config && config->options.startup_fencing) {
            mu_errbuf_set(err, "nothing is known of node %s", node->name);
            return true;
        }
        return false;
    }
    if (node->state == MU_NODE_STATE_UNCLEAN) {
        /* What is recorded of it is what was agreed; it may have seen more
         * before it was lost, and acted on it. */
        if (needs_fencing && (hold != MU_HOLD_NO ||
                              must_wait_for_fencing(state, primitive))) {
            mu_errbuf_set(err, "node %s may run it and is not fenced",
                          node->name);
            return true;
        }
        return false;
    }
    if (hold == MU_HOLD_YES && is_other) {
        mu_errbuf_set(err, "node %s holds it", node->name);
        return true;
    }
    /* One that left in order ran nothing but what is recorded. */
    if (hold == MU_HOLD_UNKNOWN && !mu_state_is_left_alone(node) &&
        (node->state != MU_NODE_STATE_PENDING || node->has_run) &&
        is_probed_everywhere(config, primitive)) {
        mu_errbuf_set(err, "nobody has looked whether node %s runs it",
                      node->name);
        return true;
    }
    return false;
}

/* Two databases that both take writes are as bad as one that runs twice: no
 * more are promoted than may be, whatever else a plan could not do first. */
static bool
promote_is_safe(const struct mu_state *state,
                const struct mu_state_action *action, struct mu_errbuf *err)
{
    uint32_t primitive =
        mu_kernel_find_primitive(state->config, action->resource);
    int32_t left = promoted_max(state, primitive);

    if (primitive == MU_CONFIG_NONE) {
        return true; /* Removed: it is not promoted any more. */
    }
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->slot != MU_SLOT_LAST ||
            !is_instance_of(row->resource,
                            state->config->resources[primitive].id) ||
            (row->node_id == action->node_id &&
             strcmp(row->resource, action->resource) == 0) ||
            !may_be_promoted(state, primitive, row)) {
            continue;
        }
        if (--left <= 0) {
            mu_errbuf_set(err, "node %s may have it promoted",
                          mu_state_find_node(state, row->node_id)->name);
            return false;
        }
    }
    return true;
}

/* Only a demote or a stop that succeeded proves that it is not promoted, or the
 * end of its node. What a lost node did last was perhaps seen by nobody. */
static bool
may_be_promoted(const struct mu_state *state, uint32_t primitive,
                const struct mu_state_history *row)
{
    const struct mu_state_node *node = mu_state_find_node(state, row->node_id);

    if (!node || node->state == MU_NODE_STATE_DOWN) {
        return false;
    }
    if (node->state == MU_NODE_STATE_UNCLEAN) {
        if (!state->config->options.fencing_enabled) {
            return false;
        }
        if (must_wait_for_fencing(state, primitive) &&
            row_hold(row) != MU_HOLD_NO) {
            return true;
        }
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *flight = &state->flights[i];

        if (flight->task == MU_TASK_PROMOTE &&
            flight->node_id == row->node_id &&
            strcmp(flight->resource, row->resource) == 0) {
            return true;
        }
    }
    if (strcmp(row->op_name, "promote") == 0) {
        return true;
    }
    if (strcmp(row->op_name, "demote") == 0) {
        return row->rc != 0 || row->status == MU_OP_STATUS_PENDING;
    }
    return strcmp(row->op_name, "monitor") == 0 &&
           (row->rc == MU_RC_PROMOTED || row->rc == MU_RC_FAILED_PROMOTED ||
            row->rc == MU_RC_DEGRADED_PROMOTED);
}

static int32_t
promoted_max(const struct mu_state *state, uint32_t primitive)
{
    const char *text = meta_of(state, primitive, "promoted-max");
    int32_t most;

    return text && mu_text_parse_score(text, &most) == 0 ? most : 1;
}

static bool
is_instance_of(const char *resource, const char *id)
{
    size_t length = strlen(id);

    return strncmp(resource, id, length) == 0 &&
           (resource[length] == '\0' || resource[length] == ':');
}

static bool
has_quorum_for(const struct mu_state *state,
               const struct mu_state_action *action)
{
    const struct mu_state_node *node;

    if (state->is_quorate) {
        return true;
    }
    if (!state->config) {
        return false;
    }
    switch (state->config->options.quorum_policy) {
    case MU_QUORUM_IGNORE:
        return true;
    case MU_QUORUM_FREEZE:
        /* Recovery in place of what was here already. */
        node = mu_state_find_node(state, action->node_id);
        return node &&
               mu_kernel_hold(state, node, action->resource) == MU_HOLD_YES;
    case MU_QUORUM_STOP:
    case MU_QUORUM_DEMOTE:
    case MU_QUORUM_FENCE:
        return false;
    }
    mu_unreachable();
}

/* Some resources are not looked for everywhere, because the operator said so;
 * then an unknown state is what is to be expected. */
static bool
is_probed_everywhere(const struct mu_config *config, uint32_t primitive)
{
    if (!config || primitive == MU_CONFIG_NONE) {
        return true;
    }
    if (!config->options.enable_startup_probes) {
        return false;
    }
    for (uint32_t i = 0; i < config->locations_count; i++) {
        if (config->locations[i].discovery != MU_DISCOVERY_ALWAYS) {
            return false;
        }
    }
    return true;
}

static bool
may_run_on_many(const struct mu_config *config, uint32_t primitive,
                const char *resource)
{
    uint32_t at = primitive;

    if (!config || primitive == MU_CONFIG_NONE) {
        return false;
    }
    if (strcmp(config->resources[primitive].id, resource) != 0) {
        return false; /* A numbered instance is unique. */
    }
    while (at != MU_CONFIG_NONE) {
        if (config->resources[at].kind == MU_RESOURCE_CLONE ||
            config->resources[at].kind == MU_RESOURCE_BUNDLE) {
            return true;
        }
        at = config->resources[at].parent;
    }
    return false;
}

/* Whether anything is known of a primitive, or of an instance of it. */
static bool
is_looked_for(const struct mu_state *state, const struct mu_state_node *node,
              const char *id)
{
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->node_id == node->id && is_instance_of(row->resource, id)) {
            return true;
        }
    }
    return false;
}

/* A meta attribute for all nodes and times, or null. */
static const char *
meta_of(const struct mu_state *state, uint32_t primitive, const char *name)
{
    const struct mu_params_context context = {.config = state->config,
                                              .resource = primitive,
                                              .now_ms = state->wall_ms};

    return state->config && primitive != MU_CONFIG_NONE
               ? mu_params_meta(&context, name, NULL)
               : NULL;
}

static bool
is_managed(const struct mu_state *state, const char *resource)
{
    const struct mu_config *config = state->config;
    uint32_t primitive = mu_kernel_find_primitive(config, resource);
    const char *value = meta_of(state, primitive, "is-managed");
    const char *maintenance = meta_of(state, primitive, "maintenance");
    struct mu_config_options options = {0};
    bool is_wanted = true;
    bool is_in_maintenance;

    if (config) {
        mu_config_options_at(config, state->wall_ms, &options, NULL);
    }
    is_in_maintenance = options.maintenance_mode;

    if (value && mu_text_parse_bool(value, &is_wanted) < 0) {
        is_wanted = true; /* The default. */
    }
    if (maintenance && mu_text_parse_bool(maintenance, &is_in_maintenance) < 0) {
        is_in_maintenance = false;
    }
    return is_wanted && !is_in_maintenance;
}

static bool
is_in_maintenance(const struct mu_state *state,
                  const struct mu_state_node *node)
{
    const struct mu_rule_input input = {.now_ms = state->wall_ms};
    const struct mu_config_node *configured =
        state->config ? mu_config_find_node(state->config, node->name) : NULL;
    const char *value = mu_state_get_attribute(node, "maintenance");
    bool is_on;

    if (!value && configured) {
        value = mu_config_lookup(&configured->attributes, "maintenance",
                                 &input, NULL);
    }
    return value && mu_text_parse_bool(value, &is_on) == 0 && is_on;
}

/* The documented meaning of "requires": unless it says otherwise, a resource
 * is started only when every lost node is known to be down. */
static bool
must_wait_for_fencing(const struct mu_state *state, uint32_t primitive)
{
    const char *value = meta_of(state, primitive, "requires");

    return !value || (strcmp(value, "quorum") != 0 &&
                      strcmp(value, "nothing") != 0);
}
