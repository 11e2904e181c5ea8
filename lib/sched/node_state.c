/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/node_state.h"

#include <string.h>

#include "base/text.h"

static void flags_read(struct mu_sched *sched, struct mu_sched_node *node);
static bool online_without_fencing(struct mu_sched *sched,
                                   struct mu_sched_node *node);
static bool online_with_fencing(struct mu_sched *sched,
                                struct mu_sched_node *node);
static void set_pending(struct mu_sched_node *node);
static bool is_pending_too_long(const struct mu_sched *sched,
                                const struct mu_sched_node *node);
static bool attribute_is_true(struct mu_sched *sched, uint32_t node,
                              const char *name);
static const char *pair_find(const struct mu_pair *pairs, uint32_t count,
                             const char *name);
static void quorum_policy_apply(struct mu_sched *sched);

void
mu_node_state_run(struct mu_sched *sched)
{
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_node *node = &sched->nodes[i];
        const struct mu_status_node *status = node->status;

        if (node->is_remote) {
            continue; /* Remote nodes are not run yet: never available. */
        }
        node->is_unseen = !status->is_seen || status->is_member_unknown;
        node->is_expected_up = status->expected == MU_EXPECTED_MEMBER;
        if (node->is_unseen) {
            if (sched->is_fencing_enabled && sched->options->startup_fencing) {
                mu_node_state_set_unclean(
                    sched, i, "it has never been seen by this cluster");
            }
            continue;
        }
        flags_read(sched, node);
        if (status->is_held) {
            node->is_online = true;
            node->is_held = true;
            set_pending(node);
            continue;
        }
        node->is_online = sched->is_fencing_enabled
                              ? online_with_fencing(sched, node)
                              : online_without_fencing(sched, node);
    }
    quorum_policy_apply(sched);
}

static void
flags_read(struct mu_sched *sched, struct mu_sched_node *node)
{
    const char *shutdown =
        mu_node_state_attribute(sched, node->index, "shutdown");
    const char *discovery = mu_node_state_attribute(
        sched, node->index, "resource-discovery-enabled");
    bool value;

    node->is_shutting_down = shutdown && strcmp(shutdown, "0") != 0;
    if (node->is_shutting_down &&
        mu_text_parse_int64(shutdown, &node->shutdown_ms) == 0 &&
        node->shutdown_ms > 0 && node->shutdown_ms < INT64_MAX / 1000) {
        node->shutdown_ms *= 1000; /* Recorded in seconds. */
    }
    node->is_standby = attribute_is_true(sched, node->index, "standby");
    node->is_in_maintenance =
        attribute_is_true(sched, node->index, "maintenance");
    if (discovery && mu_text_parse_bool(discovery, &value) == 0 &&
        node->is_remote) {
        node->discovers = value;
    }
}

static bool
attribute_is_true(struct mu_sched *sched, uint32_t node, const char *name)
{
    const char *text = mu_node_state_attribute(sched, node, name);
    bool value;

    return text && mu_text_parse_bool(text, &value) == 0 && value;
}

static bool
online_without_fencing(struct mu_sched *sched, struct mu_sched_node *node)
{
    const struct mu_status_node *status = node->status;

    if (!status->is_member) {
        return false;
    }
    if (status->is_process_up) {
        if (status->join == MU_JOIN_MEMBER) {
            return true;
        }
        if (status->join == MU_JOIN_PENDING) {
            /* It is there, with whatever it runs: not to be overlooked. */
            set_pending(node);
            return true;
        }
        return false;
    }
    if (node->is_expected_up) {
        mu_node_state_set_unclean(sched, node->index,
                                  "its daemon is unexpectedly down");
    }
    return false;
}

/* The first condition that holds decides. */
static bool
online_with_fencing(struct mu_sched *sched, struct mu_sched_node *node)
{
    const struct mu_status_node *status = node->status;
    bool is_expected_down = status->expected != MU_EXPECTED_MEMBER;
    const char *terminate =
        mu_node_state_attribute(sched, node->index, "terminate");
    int64_t number;
    bool value = false;
    bool wants_end =
        terminate &&
        ((mu_text_parse_bool(terminate, &value) == 0 && value) ||
         (mu_text_parse_int64(terminate, &number) == 0 && number > 0));

    if (node->is_shutting_down) {
        return status->is_process_up;
    }
    if (status->is_member_unknown) {
        mu_node_state_set_unclean(sched, node->index,
                                  "it has never been seen by this cluster");
        return false;
    }
    if (status->join == MU_JOIN_BANNED) {
        mu_node_state_set_unclean(sched, node->index,
                                  "it does not meet the criteria to join");
    } else if (wants_end) {
        if (!status->is_member && !status->is_process_up &&
            status->join != MU_JOIN_MEMBER && status->join != MU_JOIN_PENDING) {
            return false; /* It was fenced as asked. */
        }
        mu_node_state_set_unclean(sched, node->index, "fencing was requested");
    } else if (is_expected_down) {
        if (is_pending_too_long(sched, node)) {
            mu_node_state_set_unclean(
                sched, node->index,
                "it did not finish joining within node-pending-timeout");
        } else if (status->is_member || status->is_process_up) {
            set_pending(node);
        }
    } else if (!status->is_member) {
        mu_node_state_set_unclean(sched, node->index,
                                  "it is no longer part of the cluster");
    } else if (!status->is_process_up) {
        mu_node_state_set_unclean(sched, node->index,
                                  "its daemon is no longer there");
    } else if (status->join == MU_JOIN_NONE) {
        mu_node_state_set_unclean(sched, node->index,
                                  "it is not known how far it has joined");
    } else if (status->join != MU_JOIN_MEMBER) {
        set_pending(node);
    }
    return status->is_member;
}

static void
set_pending(struct mu_sched_node *node)
{
    node->is_pending = true;
    node->is_standby = true;
}

static bool
is_pending_too_long(const struct mu_sched *sched,
                    const struct mu_sched_node *node)
{
    int64_t limit_ms = sched->options->node_pending_timeout_ms;
    const struct mu_status_node *status = node->status;

    return limit_ms > 0 && status->member_since_ms > 1000 &&
           !status->is_process_up &&
           sched->now_ms - status->member_since_ms >= limit_ms;
}

/* A partition that lost quorum may have to end itself. */
static void
quorum_policy_apply(struct mu_sched *sched)
{
    if (sched->is_quorate || !sched->is_fencing_enabled ||
        sched->quorum_policy != MU_QUORUM_FENCE ||
        !sched->snapshot->had_quorum) {
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        if (sched->nodes[i].is_online && !sched->nodes[i].is_unclean) {
            sched->nodes[i].was_fenced_for_quorum = true;
            mu_node_state_set_unclean(sched, i,
                                      "its partition does not have quorum");
        }
    }
}

void
mu_node_state_set_unclean(struct mu_sched *sched, uint32_t node,
                          const char *cause)
{
    if (!sched->nodes[node].is_unclean && !sched->nodes[node].is_remote) {
        sched->nodes[node].is_unclean = true;
        sched->nodes[node].unclean_cause = cause;
    }
}

bool
mu_node_state_may_fence(const struct mu_sched *sched, uint32_t node)
{
    if (!sched->is_fencing_enabled || !sched->has_fence_device) {
        return false;
    }
    return sched->is_quorate || sched->quorum_policy == MU_QUORUM_IGNORE ||
           sched->nodes[node].is_online;
}

int32_t
mu_node_state_score(const struct mu_sched_node *node)
{
    bool is_going = node->is_shutting_down || !node->is_online;

    return node->status->is_seen && is_going ? -MU_SCORE_INFINITY : node->score;
}

const char *
mu_node_state_attribute(struct mu_sched *sched, uint32_t node, const char *name)
{
    return mu_node_state_value(sched->snapshot, sched->nodes[node].config, node,
                               name, &sched->next_change);
}

const char *
mu_node_state_value(const struct mu_snapshot *snapshot,
                    const struct mu_config_node *config, uint32_t node,
                    const char *name, struct mu_instant *next)
{
    const struct mu_status_node *status = &snapshot->status->nodes[node];
    struct mu_rule_input input = {.now_ms = snapshot->now_ms};
    const char *value;

    if (name[0] == '#') {
        if (strcmp(name, "#uname") == 0) {
            return status->name;
        }
        if (strcmp(name, "#id") == 0) {
            return status->id;
        }
        if (strcmp(name, "#kind") == 0) {
            return config && config->kind == MU_NODE_REMOTE ? "remote"
                                                            : "cluster";
        }
        if (strcmp(name, "#is_dc") == 0) {
            return node == snapshot->coordinator ? "true" : "false";
        }
        if (strcmp(name, "#cluster-name") == 0) {
            return snapshot->config->options.cluster_name;
        }
        if (strcmp(name, "#site-name") == 0) {
            value =
                mu_node_state_value(snapshot, config, node, "site-name", next);
            return value ? value : snapshot->config->options.cluster_name;
        }
    }
    value = pair_find(status->attributes, status->attributes_count, name);
    if (!value && config) {
        value = mu_config_lookup(&config->attributes, name, &input, next);
    }
    return value;
}

/* Binary search in the sorted attributes of a status. */
static const char *
pair_find(const struct mu_pair *pairs, uint32_t count, const char *name)
{
    uint32_t low = 0;
    uint32_t high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(pairs[middle].name, name);

        if (order == 0) {
            return pairs[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const char *
mu_node_state_lookup(const void *context, const char *name)
{
    const struct mu_node_state_context *about = context;

    return mu_node_state_attribute(about->sched, about->node, name);
}
