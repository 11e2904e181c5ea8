/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drain: empty a node, and tell what became of its work. */

#include <stdio.h>
#include <string.h>

#include "crm/edit.h"
#include "daemon/api_time.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"

enum { DEADLINE_MS = 600000 };

/* What is being waited for. */
struct drain {
    const char *node;
    const json_t *before; /* The status when it began. */
    bool is_empty;
};

static int local_name(struct mu_tool *tool, const char **ret_node);
static bool is_enough(const json_t *status, void *context);
static bool has_settled(const struct drain *drain, const json_t *status);
static bool is_at_work(const json_t *entry, const char *node);
static bool is_on(const json_t *entry, const char *node);
static int report(struct mu_tool *tool, const struct drain *drain,
                  const json_t *before, const json_t *after,
                  const char *span);
static int report_one(struct mu_tool *tool, const struct drain *drain,
                      const json_t *entry, const json_t *after, json_t *answer);
static int set_standby(struct mu_tool *tool, const char *node,
                       const char *span);

int
mu_muster_drain_run(struct mu_tool *tool, int argc, char **argv)
{
    struct drain drain = {0};
    const char *deadline = NULL;
    const char *span = NULL;
    int64_t wait_ms = DEADLINE_MS;
    int64_t began_ms = mu_tool_now_ms();
    bool is_undo = mu_tool_take_option(&argc, argv, "--undo", NULL);
    json_t *before = NULL;
    json_t *after = NULL;
    bool is_done;
    int code;

    (void)mu_tool_take_option(&argc, argv, "--for", &span);
    if (mu_tool_take_option(&argc, argv, "--deadline", &deadline) &&
        mu_text_parse_duration(deadline, &wait_ms)) {
        return mu_tool_usage(tool, "--deadline %s: is no span of time such as "
                                   "30 or 5min",
                             deadline);
    }
    if (argc > 1 || (argc == 1 && argv[0][0] == '-')) {
        return mu_tool_usage(tool, "name one node");
    }
    if (is_undo) {
        return mu_muster_node_online(tool, argc, argv);
    }
    drain.node = argc == 1 ? argv[0] : NULL;
    code = drain.node ? MU_TOOL_OK : local_name(tool, &drain.node);
    if (code || tool->is_dry_run) {
        return code ? code : set_standby(tool, drain.node, span);
    }
    code = mu_live_status(tool, &before);
    if (!code && !mu_live_node(before, drain.node)) {
        code = mu_tool_fail(tool,
                            "%s: there is no such node; list them with: "
                            "muster node show",
                            drain.node);
    }
    drain.before = before;
    if (!code) {
        code = set_standby(tool, drain.node, span);
    }
    if (!code) {
        code = mu_live_wait(tool, wait_ms, is_enough, &drain, &after, &is_done);
    }
    if (!code) {
        char took[MU_API_TIME_SIZE];

        mu_api_time_span(mu_tool_now_ms() - began_ms, took);
        code = report(tool, &drain, before, after, took);
    }
    json_decref(before);
    json_decref(after);
    return code;
}

/* The answer is about the node and not about the revision. */
static int
set_standby(struct mu_tool *tool, const char *node, const char *span)
{
    char *words[4] = {mu_arena_strdup(&tool->arena, node), NULL, NULL, NULL};
    struct mu_tool copy = *tool;
    int code;

    if (span) {
        words[1] = mu_arena_strdup(&tool->arena, "--for");
        words[2] = mu_arena_strdup(&tool->arena, span);
    }
    if (!tool->is_dry_run) {
        tool->is_json = false;
        tool->is_quiet = true;
        tool->is_waiting = false;
    }
    code = mu_muster_node_standby(tool, span ? 3 : 1, words);
    tool->is_json = copy.is_json;
    tool->is_quiet = copy.is_quiet;
    tool->is_waiting = copy.is_waiting;
    return code;
}

static int
local_name(struct mu_tool *tool, const char **ret_node)
{
    json_t *status = NULL;
    int code = mu_live_status(tool, &status);

    if (!code) {
        *ret_node = mu_arena_strdup(
            &tool->arena,
            mu_field_text(json_object_get(status, "cluster"), "local"));
        if (!*ret_node) {
            code = mu_tool_fail(tool, "this node has no name yet; name one");
        }
    }
    json_decref(status);
    return code;
}

/* The node is empty, or nothing more is going to happen. */
static bool
is_enough(const json_t *status, void *context)
{
    struct drain *drain = context;
    bool is_idle = mu_field_is_true(json_object_get(status, "cluster"), "idle");
    bool is_standby =
        mu_field_is_true(mu_live_node(status, drain->node), "standby");
    const json_t *one;
    size_t i;

    drain->is_empty = true;
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        if (is_at_work(one, drain->node)) {
            drain->is_empty = false;
        }
    }
    return is_standby &&
           (is_idle || (drain->is_empty && has_settled(drain, status)));
}

/* Tells whether all that was on the node is where it is to be, whatever else
 * goes on in the cluster. */
static bool
has_settled(const struct drain *drain, const json_t *status)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(drain->before, "resources"), i, one)
    {
        const json_t *now = mu_live_resource(status, mu_field_text(one, "id"));

        if (now && is_at_work(one, drain->node) &&
            (mu_field_text(now, "pending") || mu_field_text(now, "reason"))) {
            return false;
        }
    }
    return true;
}

/* Tells whether an entry is a primitive that is active on the node. */
static bool
is_at_work(const json_t *entry, const char *node)
{
    return mu_field_is(entry, "kind", "primitive") && is_on(entry, node);
}

static bool
is_on(const json_t *entry, const char *node)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(entry, "nodes"), i, one)
    {
        if (strcmp(json_string_value(one) ? json_string_value(one) : "",
                   node) == 0) {
            return true;
        }
    }
    return false;
}

static int
report(struct mu_tool *tool, const struct drain *drain, const json_t *before,
       const json_t *after, const char *span)
{
    json_t *resources = json_array();
    const json_t *one;
    unsigned left = 0;
    size_t i;

    json_array_foreach(json_object_get(before, "resources"), i, one)
    {
        if (is_at_work(one, drain->node)) {
            left += (unsigned)report_one(tool, drain, one, after, resources);
        }
    }
    if (tool->is_json) {
        json_t *answer =
            json_pack("{s:s, s:b, s:O}", "node", drain->node, "empty",
                      drain->is_empty ? 1 : 0, "resources", resources);

        mu_tool_print_json(answer);
        json_decref(answer);
    }
    json_decref(resources);
    if (drain->is_empty) {
        mu_tool_say(tool, "%s is empty after %s; let it work again with: "
                          "muster node online %s",
                    drain->node, span, drain->node);
        return MU_TOOL_OK;
    }
    return mu_tool_fail(tool,
                        "%s: %u of its resources could not leave within %s; "
                        "the node stays in standby; give up with: muster node "
                        "drain %s --undo",
                        drain->node, left, span, drain->node);
}

/* Tells what became of one resource; returns 1 when it is still there. */
static int
report_one(struct mu_tool *tool, const struct drain *drain,
           const json_t *entry, const json_t *after, json_t *answer)
{
    const char *id = mu_field_text(entry, "id");
    const json_t *now = mu_live_resource(after, id);
    const char *places = id ? mu_live_places(tool, after, id) : "";
    const char *reason = id ? mu_live_reason(after, id) : NULL;
    bool is_left = now && is_on(now, drain->node);
    bool is_managed = !now || mu_field_is_true(now, "managed");

    if (is_left && !is_managed) {
        reason = "it is not managed, or in maintenance";
    }
    (void)json_array_append_new(
        answer, json_pack("{s:s, s:s, s:b, s:s?}", "id", id ? id : "",
                          "places", places, "left_behind", is_left ? 1 : 0,
                          "reason", reason));
    if (tool->is_json || tool->is_quiet) {
        return is_left ? 1 : 0;
    }
    if (is_left) {
        (void)printf("  %s is still there%s%s\n", id, reason ? ": " : "",
                     reason ? reason : "");
    } else if (*places) {
        (void)printf("  %s runs on %s\n", id, places);
    } else {
        (void)printf("  %s is stopped%s%s\n", id, reason ? ": " : "",
                     reason ? reason : "");
    }
    return is_left ? 1 : 0;
}
