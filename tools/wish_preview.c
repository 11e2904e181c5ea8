/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/wish_preview.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "sched/happen.h"
#include "sched/sched.h"
#include "tools/cib_edit.h"
#include "tools/foresee.h"
#include "tools/preview.h"

/* A wish, and the state as it would be after it. */
struct wish {
    struct mu_tool *tool;
    const char *resource; /* These are null when they were not said. */
    const char *node;
    const char *name;
    const char *value;
    const struct mu_snapshot *snapshot;
    struct mu_text_buffer text; /* What would change. */
};

static const char *value_of(const char *const *pairs, const char *name);
static int act(struct wish *wish, const char *name);
static int act_on_node(struct wish *wish, const char *name, uint32_t node);
static int forget(struct wish *wish, bool is_all);
static int fail(struct wish *wish);
static void set_ticket(struct wish *wish);
static uint32_t node_find(const struct wish *wish);
static int show(struct wish *wish);

int
mu_wish_preview_show(struct mu_tool *tool, const char *name,
                     const char *const *pairs)
{
    struct wish wish = {.tool = tool,
                        .resource = value_of(pairs, "resource"),
                        .node = value_of(pairs, "node"),
                        .name = value_of(pairs, "name"),
                        .value = value_of(pairs, "value")};
    struct mu_foresee now;
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, true, &edit);

    if (code) {
        return code;
    }
    code = mu_foresee_make(tool, edit.doc, &now);
    mu_cib_edit_close(&edit);
    if (code) {
        return code;
    }
    wish.snapshot = now.snapshot;
    mu_text_buffer_init(&wish.text, &tool->arena);
    code = act(&wish, name);
    return code ? code : show(&wish);
}

static const char *
value_of(const char *const *pairs, const char *name)
{
    for (; pairs[0]; pairs += 2) {
        if (strcmp(pairs[0], name) == 0) {
            return pairs[1];
        }
    }
    return NULL;
}

static int
act(struct wish *wish, const char *name)
{
    uint32_t node = node_find(wish);

    if (wish->node && node == MU_CONFIG_NONE) {
        return mu_tool_fail(wish->tool,
                            "%s: there is no such node; list them with: "
                            "muster node show",
                            wish->node);
    }
    if (strcmp(name, "cleanup") == 0 || strcmp(name, "refresh") == 0) {
        return forget(wish, strcmp(name, "refresh") == 0);
    }
    if (strcmp(name, "ticket") == 0) {
        set_ticket(wish);
        return MU_TOOL_OK;
    }
    if (strcmp(name, "fail") == 0) {
        return fail(wish);
    }
    return act_on_node(wish, name, node);
}

static int
act_on_node(struct wish *wish, const char *name, uint32_t node)
{
    struct mu_arena *arena = &wish->tool->arena;

    if (node == MU_CONFIG_NONE) {
        return mu_tool_usage(wish->tool, "name a node");
    }
    if (strcmp(name, "attribute") == 0) {
        wish->snapshot = mu_happen_attribute(arena, wish->snapshot, node,
                                             wish->name, wish->value);
        mu_text_buffer_add(&wish->text, "%c node %s: %s%s%s\n",
                           wish->value ? '+' : '-', wish->node, wish->name,
                           wish->value ? "=" : "",
                           wish->value ? wish->value : "");
    } else if (strcmp(name, "fence") == 0) {
        wish->snapshot = mu_happen_attribute(arena, wish->snapshot, node,
                                             "terminate", "true");
        mu_text_buffer_add(&wish->text, "+ node %s: to be fenced\n",
                           wish->node);
    } else if (strcmp(name, "confirm") == 0) {
        wish->snapshot = mu_happen_node_down(arena, wish->snapshot, node);
        mu_text_buffer_add(&wish->text, "+ node %s: known to be down\n",
                           wish->node);
    } else {
        return mu_tool_fail(wish->tool, "%s: cannot be tried out", name);
    }
    return MU_TOOL_OK;
}

static int
forget(struct wish *wish, bool is_all)
{
    const struct mu_snapshot *before = wish->snapshot;
    uint32_t resource = MU_CONFIG_NONE;

    if (wish->resource) {
        resource = mu_config_find_resource(before->config, wish->resource);
        if (resource == MU_CONFIG_NONE) {
            return mu_tool_fail(wish->tool,
                                "%s: there is no such resource; list them "
                                "with: muster resource status",
                                wish->resource);
        }
    }
    for (uint32_t i = 0; i < before->status->nodes_count; i++) {
        const struct mu_status_node *node = &before->status->nodes[i];
        const struct mu_status_node *after;

        if (wish->node && strcmp(node->name, wish->node) != 0) {
            continue;
        }
        wish->snapshot = mu_happen_forgotten(
            &wish->tool->arena, wish->snapshot, i, resource, is_all);
        after = &wish->snapshot->status->nodes[i];
        for (uint32_t k = 0, kept = 0; k < node->resources_count; k++) {
            const char *id = node->resources[k].id;

            if (kept < after->resources_count &&
                strcmp(after->resources[kept].id, id) == 0) {
                kept++;
            } else {
                mu_text_buffer_add(&wish->text, "- history of %s on %s\n", id,
                                   node->name);
            }
        }
        if (after->attributes_count < node->attributes_count) {
            mu_text_buffer_add(&wish->text, "- fail counts on %s\n",
                               node->name);
        }
    }
    return MU_TOOL_OK;
}

/* Where it is active, unless a node was said. */
static int
fail(struct wish *wish)
{
    const struct mu_snapshot *before = wish->snapshot;
    bool is_known = false;

    for (uint32_t i = 0; i < before->status->nodes_count && wish->resource;
         i++) {
        const struct mu_status_node *node = &before->status->nodes[i];

        for (uint32_t k = 0; k < node->resources_count; k++) {
            if (strcmp(node->resources[k].id, wish->resource) != 0 ||
                node->resources[k].ops_count == 0 ||
                (wish->node && strcmp(node->name, wish->node) != 0)) {
                continue;
            }
            is_known = true;
            wish->snapshot = mu_happen_resource_failed(
                &wish->tool->arena, wish->snapshot, i, wish->resource, 1);
            mu_text_buffer_add(&wish->text, "+ %s on %s: failed\n",
                               wish->resource, node->name);
        }
    }
    return is_known ? MU_TOOL_OK
                    : mu_tool_fail(wish->tool, "%s: is not known %s%s",
                                   wish->resource ? wish->resource : "?",
                                   wish->node ? "on " : "anywhere",
                                   wish->node ? wish->node : "");
}

static void
set_ticket(struct wish *wish)
{
    const struct mu_status *status = wish->snapshot->status;
    struct mu_status_ticket ticket = {.id = wish->name, .last_granted_s = -1};

    for (uint32_t i = 0; i < status->tickets_count; i++) {
        if (strcmp(status->tickets[i].id, wish->name) == 0) {
            ticket = status->tickets[i];
        }
    }
    if (strcmp(wish->value, "grant") == 0 ||
        strcmp(wish->value, "revoke") == 0) {
        ticket.is_granted = strcmp(wish->value, "grant") == 0;
    } else {
        ticket.is_standby = strcmp(wish->value, "standby") == 0;
    }
    wish->snapshot =
        mu_happen_ticket(&wish->tool->arena, wish->snapshot, &ticket);
    mu_text_buffer_add(&wish->text, "+ ticket %s: %s, %s\n", ticket.id,
                       ticket.is_granted ? "granted" : "not granted",
                       ticket.is_standby ? "in standby" : "active");
}

static uint32_t
node_find(const struct wish *wish)
{
    const struct mu_status *status = wish->snapshot->status;

    for (uint32_t i = 0; wish->node && i < status->nodes_count; i++) {
        if (strcmp(status->nodes[i].name, wish->node) == 0) {
            return i;
        }
    }
    return MU_CONFIG_NONE;
}

static int
show(struct wish *wish)
{
    struct mu_tool *tool = wish->tool;
    const struct mu_plan *plan =
        mu_sched_plan(&tool->arena, wish->snapshot, MU_SCHED_REASONS);

    if (tool->is_json) {
        json_t *answer = json_pack(
            "{s:s, s:s, s:o}", "difference", "", "state",
            wish->text.data ? wish->text.data : "", "plan",
            mu_preview_plan_json(&tool->arena, wish->snapshot, plan));

        mu_tool_print_json(answer);
        json_decref(answer);
        return MU_TOOL_OK;
    }
    if (!wish->text.data) {
        mu_text_buffer_add(&wish->text, "nothing changes\n");
    }
    mu_preview_plan(tool, wish->snapshot, plan, &wish->text);
    (void)fputs(wish->text.data, stdout);
    return MU_TOOL_OK;
}
