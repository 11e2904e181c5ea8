/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "tools/muster_simulate.h"

static struct mu_status_node *node_find(struct mu_snapshot *snapshot,
                                        const char *name);
static struct mu_status *status_copy(struct mu_tool *tool,
                                     struct mu_snapshot *snapshot);

int
mu_muster_simulate_event(struct mu_tool *tool, struct mu_snapshot *snapshot,
                         const char *event)
{
    const char *value = strchr(event, '=');
    size_t length = value ? (size_t)(value - event) : 0;
    struct mu_status_node *node;
    int64_t seconds;
    bool flag;

    if (!value) {
        return mu_tool_usage(tool, "%s: an event is NAME=VALUE, such as "
                                   "node-down=alpha",
                             event);
    }
    value++;
    if (length == 4 && strncmp(event, "time", length) == 0) {
        if (mu_text_parse_int64(value, &seconds) < 0 || seconds < 0 ||
            seconds > INT64_MAX / 1000) {
            return mu_tool_usage(tool, "%s: give seconds since 1970", event);
        }
        snapshot->now_ms = seconds * 1000;
        return MU_TOOL_OK;
    }
    if (length == 6 && strncmp(event, "quorum", length) == 0) {
        if (mu_text_parse_bool(value, &flag) < 0) {
            return mu_tool_usage(tool, "%s: give true or false", event);
        }
        snapshot->is_quorate = flag;
        return MU_TOOL_OK;
    }
    snapshot->status = status_copy(tool, snapshot);
    node = node_find(snapshot, value);
    if (!node) {
        return mu_tool_fail(tool, "%s: no such node; see the file's <nodes>",
                            value);
    }
    if (length == 9 && strncmp(event, "node-down", length) == 0) {
        node->is_member = false;
        node->is_process_up = false;
        node->join = MU_JOIN_DOWN;
        node->expected = MU_EXPECTED_MEMBER;
        node->is_seen = true;
    } else if (length == 7 && strncmp(event, "node-up", length) == 0) {
        node->is_member = true;
        node->is_process_up = true;
        node->join = MU_JOIN_MEMBER;
        node->expected = MU_EXPECTED_MEMBER;
        node->is_seen = true;
    } else {
        return mu_tool_usage(tool, "%s: no such event", event);
    }
    return MU_TOOL_OK;
}

static struct mu_status_node *
node_find(struct mu_snapshot *snapshot, const char *name)
{
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        if (strcmp(snapshot->status->nodes[i].name, name) == 0) {
            return &snapshot->status->nodes[i];
        }
    }
    return NULL;
}

/* The snapshot's status is sealed: an event happens to a copy. */
static struct mu_status *
status_copy(struct mu_tool *tool, struct mu_snapshot *snapshot)
{
    struct mu_status *copy = mu_arena_copy(&tool->arena, snapshot->status,
                                           sizeof(*copy));

    copy->nodes = mu_arena_copy(&tool->arena, snapshot->status->nodes,
                                copy->nodes_count * sizeof(*copy->nodes));
    return copy;
}
