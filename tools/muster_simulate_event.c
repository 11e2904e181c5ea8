/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "sched/happen.h"
#include "tools/muster_simulate.h"

static uint32_t node_find(const struct mu_snapshot *snapshot,
                          const char *name);

int
mu_muster_simulate_event(struct mu_tool *tool, struct mu_snapshot *snapshot,
                         const char *event)
{
    const char *value = strchr(event, '=');
    size_t length = value ? (size_t)(value - event) : 0;
    uint32_t node;
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
    node = node_find(snapshot, value);
    if (node == MU_CONFIG_NONE) {
        return mu_tool_fail(tool, "%s: no such node; see the file's <nodes>",
                            value);
    }
    if (length == 9 && strncmp(event, "node-down", length) == 0) {
        *snapshot = *mu_happen_node_lost(&tool->arena, snapshot, node);
    } else if (length == 7 && strncmp(event, "node-up", length) == 0) {
        *snapshot = *mu_happen_node_joined(&tool->arena, snapshot, node);
    } else {
        return mu_tool_usage(tool, "%s: no such event", event);
    }
    return MU_TOOL_OK;
}

static uint32_t
node_find(const struct mu_snapshot *snapshot, const char *name)
{
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        if (strcmp(snapshot->status->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return MU_CONFIG_NONE;
}
