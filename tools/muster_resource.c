/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resource: what people do with resources. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crm/edit.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/tell.h"
#include "tools/wish.h"

/* A change of resources in the configuration. */
struct resource_change {
    enum {
        CHANGE_ROLE,
        CHANGE_MANAGED,
        CHANGE_MAINTENANCE,
        CHANGE_ATTRIBUTE,
    } kind;
    const char *const *ids;
    size_t ids_count;
    const char *role;     /* ROLE */
    bool is_on;           /* MANAGED, MAINTENANCE */
    enum mu_edit_set set; /* ATTRIBUTE */
    const char *name;     /* ATTRIBUTE */
    const char *value;    /* ATTRIBUTE; null deletes. */
};

/* Which fail count is meant. */
struct fail_count {
    const char *resource;
    const char *node;
    const char *op;
    int64_t interval_ms;
    bool has_op; /* 'op' was said; else all operations are meant to be shown or
                    forgotten. */
};

static int run(struct mu_tool *tool, const struct resource_change *change);
static int change_resources(struct mu_cib_edit *edit, void *context);
static int change_one(struct mu_cib_edit *edit,
                      const struct resource_change *change, const char *id,
                      struct mu_report *report);
static int end_timed(struct mu_cib_edit *edit, const char *id,
                     enum mu_edit_timed_kind kind, struct mu_report *report);
static int set_role(struct mu_tool *tool, int argc, char **argv,
                    const char *role);
static int set_managed(struct mu_tool *tool, int argc, char **argv,
                       bool is_managed);
static int attribute_words(struct mu_tool *tool, int argc, char **argv,
                           enum mu_edit_set set);
static int forget(struct mu_tool *tool, int argc, char **argv,
                  const char *request);
static int fail_count_set(struct mu_tool *tool, const struct fail_count *count,
                          const char *value);
static const char *fail_count_name(struct mu_tool *tool,
                                   const struct fail_count *count);
static int fail_count_show(struct mu_tool *tool,
                           const struct fail_count *count);

int
mu_muster_resource_start(struct mu_tool *tool, int argc, char **argv)
{
    return set_role(tool, argc, argv, "Started");
}

int
mu_muster_resource_stop(struct mu_tool *tool, int argc, char **argv)
{
    return set_role(tool, argc, argv, "Stopped");
}

int
mu_muster_resource_promote(struct mu_tool *tool, int argc, char **argv)
{
    return set_role(tool, argc, argv, "Promoted");
}

int
mu_muster_resource_demote(struct mu_tool *tool, int argc, char **argv)
{
    return set_role(tool, argc, argv, "Unpromoted");
}

int
mu_muster_resource_manage(struct mu_tool *tool, int argc, char **argv)
{
    return set_managed(tool, argc, argv, true);
}

int
mu_muster_resource_unmanage(struct mu_tool *tool, int argc, char **argv)
{
    return set_managed(tool, argc, argv, false);
}

int
mu_muster_resource_maintenance(struct mu_tool *tool, int argc, char **argv)
{
    struct resource_change change = {.kind = CHANGE_MAINTENANCE,
                                     .ids =
                                         (const char *const *)(uintptr_t)argv,
                                     .ids_count = 1,
                                     .is_on = true};

    if (argc == 2 &&
        (strcmp(argv[1], "off") == 0 || strcmp(argv[1], "false") == 0)) {
        change.is_on = false;
    } else if (argc < 1 || argc > 2 ||
               (argc == 2 && strcmp(argv[1], "on") != 0 &&
                strcmp(argv[1], "true") != 0)) {
        return mu_tool_usage(tool, "name a resource, then on or off");
    }
    return run(tool, &change);
}

int
mu_muster_resource_cleanup(struct mu_tool *tool, int argc, char **argv)
{
    return forget(tool, argc, argv, "cleanup");
}

int
mu_muster_resource_refresh(struct mu_tool *tool, int argc, char **argv)
{
    return forget(tool, argc, argv, "refresh");
}

int
mu_muster_resource_fail(struct mu_tool *tool, int argc, char **argv)
{
    const char *node = argc > 1 ? argv[1] : NULL;
    json_t *status = NULL;
    int code = MU_TOOL_OK;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name a resource, and the node");
    }
    if (!node && !tool->file) {
        code = mu_live_status(tool, &status);
        node = code ? NULL : mu_live_places(tool, status, argv[0]);
        json_decref(status);
    }
    if (!code && node && (!*node || strchr(node, ','))) {
        return mu_tool_usage(tool, "%s: %s%s; name the node", argv[0],
                             *node ? "runs on " : "runs nowhere", node);
    }
    if (!code) {
        code = mu_wish_send(
            tool, "fail",
            (const char *[]){"resource", argv[0], "node", node, NULL});
    }
    return code ? code : mu_client_settle(tool);
}

int
mu_muster_resource_locate(struct mu_tool *tool, int argc, char **argv)
{
    json_t *status;
    int code;

    if (argc < 1) {
        return mu_tool_usage(tool, "name a resource");
    }
    code = mu_live_status(tool, &status);
    if (code) {
        return code;
    }
    for (int i = 0; i < argc; i++) {
        bool is_known = false;
        bool is_active = false;
        const json_t *one;
        size_t j;

        json_array_foreach(json_object_get(status, "resources"), j, one)
        {
            const json_t *node;
            size_t k;

            if (!mu_live_is_below(status, one, argv[i])) {
                continue;
            }
            is_known = true;
            if (!mu_field_is(one, "kind", "primitive")) {
                continue; /* The members tell it. */
            }
            json_array_foreach(json_object_get(one, "nodes"), k, node)
            {
                is_active = true;
                (void)printf("resource %s is running on: %s%s\n", argv[i],
                             json_string_value(node),
                             mu_field_is(one, "role", "Promoted") ? " Promoted"
                                                                  : "");
            }
        }
        if (!is_known) {
            code = mu_tool_fail(tool,
                                "%s: there is no such resource; list "
                                "them with: muster resource status",
                                argv[i]);
        } else if (!is_active) {
            (void)printf("resource %s is NOT running\n", argv[i]);
        }
    }
    json_decref(status);
    return code;
}

int
mu_muster_resource_status(struct mu_tool *tool, int argc, char **argv)
{
    json_t *status;
    const json_t *one;
    json_t *shown = json_array();
    size_t i;
    int code = mu_live_status(tool, &status);

    if (code) {
        json_decref(shown);
        return code;
    }
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const char *role = mu_field_text(one, "role");
        const char *reason = mu_field_text(one, "reason");
        const json_t *node;
        bool is_shown = argc == 0;
        size_t j;

        for (int k = 0; k < argc && !is_shown; k++) {
            is_shown = mu_live_is_below(status, one, argv[k]);
        }
        if (!is_shown) {
            continue;
        }
        (void)json_array_append(shown, (json_t *)(uintptr_t)one);
        if (tool->is_json) {
            continue;
        }
        (void)printf("%s%s\t(%s):\t %s",
                     mu_field_text(one, "parent") ? "  " : "",
                     mu_field_text(one, "id"),
                     mu_field_text(one, "agent") ? mu_field_text(one, "agent")
                                                 : mu_field_text(one, "kind"),
                     role ? role : "?");
        json_array_foreach(json_object_get(one, "nodes"), j, node)
        {
            (void)printf(" %s", json_string_value(node));
        }
        (void)printf("%s%s%s\n", reason ? " (" : "", reason ? reason : "",
                     reason ? ")" : "");
    }
    if (argc > 0 && json_array_size(shown) == 0) {
        code = mu_tool_fail(tool,
                            "%s: there is no such resource; list them "
                            "with: muster resource status",
                            argv[0]);
    } else if (tool->is_json) {
        mu_tool_print_json(shown);
    }
    json_decref(shown);
    json_decref(status);
    return code;
}

int
mu_muster_resource_param(struct mu_tool *tool, int argc, char **argv)
{
    return attribute_words(tool, argc, argv, MU_EDIT_PARAMS);
}

int
mu_muster_resource_meta(struct mu_tool *tool, int argc, char **argv)
{
    return attribute_words(tool, argc, argv, MU_EDIT_META);
}

int
mu_muster_resource_utilization(struct mu_tool *tool, int argc, char **argv)
{
    return attribute_words(tool, argc, argv, MU_EDIT_UTILIZATION);
}

/* RESOURCE show|delete NODE [OP [INTERVAL]], RESOURCE set NODE N [OP
 * [INTERVAL]] */
int
mu_muster_resource_failcount(struct mu_tool *tool, int argc, char **argv)
{
    struct fail_count count = {.op = "monitor"};
    bool is_set = argc > 1 && strcmp(argv[1], "set") == 0;
    int own = is_set ? 4 : 3; /* Words before the operation. */

    if (argc < own || argc > own + 2) {
        return mu_tool_usage(tool, "say RESOURCE show NODE, RESOURCE delete "
                                   "NODE or RESOURCE set NODE NUMBER, and an "
                                   "operation and its interval if you mean "
                                   "one");
    }
    count.resource = argv[0];
    count.node = argv[2];
    count.has_op = argc > own;
    count.op = count.has_op ? argv[own] : count.op;
    if (argc > own + 1 &&
        mu_text_parse_duration(argv[own + 1], &count.interval_ms)) {
        return mu_tool_usage(tool, "%s: is no interval such as 10s",
                             argv[own + 1]);
    }
    if (is_set) {
        return fail_count_set(tool, &count, argv[3]);
    }
    if (strcmp(argv[1], "show") == 0) {
        return fail_count_show(tool, &count);
    }
    if (strcmp(argv[1], "delete") == 0 && count.has_op) {
        return fail_count_set(tool, &count, NULL);
    }
    if (strcmp(argv[1], "delete") == 0) {
        return mu_wish_send(tool, "cleanup",
                            (const char *[]){"resource", count.resource, "node",
                                             count.node, NULL});
    }
    return mu_tool_usage(tool, "%s: is none of show, delete, set", argv[1]);
}

int
mu_muster_resource_constraints(struct mu_tool *tool, int argc, char **argv)
{
    if (argc != 1) {
        return mu_tool_usage(tool, "name a resource");
    }
    return mu_muster_configure_show(
        tool, 3,
        (char *[]){mu_text_make(&tool->arena, "related:%s", argv[0]),
                   mu_arena_strdup(&tool->arena, "and"),
                   mu_arena_strdup(&tool->arena, "type:constraint"), NULL});
}

static int
run(struct mu_tool *tool, const struct resource_change *change)
{
    struct resource_change copy = *change;

    return mu_cib_edit_run(tool, change_resources, &copy);
}

static int
change_resources(struct mu_cib_edit *edit, void *context)
{
    const struct resource_change *change = context;
    struct mu_report report;
    int error = 0;

    mu_report_init(&report, &edit->tool->arena);
    for (size_t i = 0; i < change->ids_count && !error; i++) {
        error = change_one(edit, change, change->ids[i], &report);
    }
    mu_tell_report(edit->tool, NULL, "", &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}

static int
change_one(struct mu_cib_edit *edit, const struct resource_change *change,
           const char *id, struct mu_report *report)
{
    switch (change->kind) {
    case CHANGE_ROLE:
        return end_timed(edit, id, MU_EDIT_TIMED_RESTART, report)
                   ? -EBADMSG
                   : mu_edit_target_role(edit->doc, id, change->role, report);
    case CHANGE_MANAGED:
        return end_timed(edit, id, MU_EDIT_TIMED_MAINTENANCE, report)
                   ? -EBADMSG
                   : mu_edit_managed(edit->doc, id, change->is_on, report);
    case CHANGE_MAINTENANCE:
        return end_timed(edit, id, MU_EDIT_TIMED_MAINTENANCE, report)
                   ? -EBADMSG
                   : mu_edit_maintenance(edit->doc, id, change->is_on, report);
    case CHANGE_ATTRIBUTE:
        return mu_edit_resource(
            edit->doc, id,
            &(struct mu_edit_value){change->set, change->name, change->value},
            report);
    }
    return -EINVAL;
}

/* Ends what would win over the change and end by itself later. */
static int
end_timed(struct mu_cib_edit *edit, const char *id,
          enum mu_edit_timed_kind kind, struct mu_report *report)
{
    struct mu_edit_timed timed = {.kind = kind, .resource = id};

    return mu_edit_timed(edit->doc, &timed, report);
}

static int
set_role(struct mu_tool *tool, int argc, char **argv, const char *role)
{
    struct resource_change change = {.kind = CHANGE_ROLE,
                                     .ids =
                                         (const char *const *)(uintptr_t)argv,
                                     .ids_count = (size_t)argc,
                                     .role = role};

    if (argc < 1) {
        return mu_tool_usage(tool, "name a resource");
    }
    return run(tool, &change);
}

static int
set_managed(struct mu_tool *tool, int argc, char **argv, bool is_managed)
{
    struct resource_change change = {.kind = CHANGE_MANAGED,
                                     .ids =
                                         (const char *const *)(uintptr_t)argv,
                                     .ids_count = (size_t)argc,
                                     .is_on = is_managed};

    if (argc < 1) {
        return mu_tool_usage(tool, "name a resource");
    }
    return run(tool, &change);
}

static int
attribute_words(struct mu_tool *tool, int argc, char **argv,
                enum mu_edit_set set)
{
    struct resource_change change = {.kind = CHANGE_ATTRIBUTE,
                                     .ids =
                                         (const char *const *)(uintptr_t)argv,
                                     .ids_count = 1,
                                     .set = set};
    struct mu_cib_edit edit;
    const char *value;
    int code;

    if ((argc == 4 && strcmp(argv[1], "set") == 0) ||
        (argc == 3 && strcmp(argv[1], "delete") == 0)) {
        change.name = argv[2];
        change.value = argc == 4 ? argv[3] : NULL;
        return run(tool, &change);
    }
    if (argc != 3 || strcmp(argv[1], "show") != 0) {
        return mu_tool_usage(tool, "say RESOURCE set NAME VALUE, RESOURCE "
                                   "delete NAME or RESOURCE show NAME");
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (code) {
        return code;
    }
    value = mu_edit_get(edit.doc, argv[0], set, argv[2]);
    if (value) {
        (void)puts(value);
    } else {
        code = mu_tool_fail(tool,
                            "%s: %s does not set it; see: muster "
                            "configure show %s",
                            argv[2], argv[0], argv[0]);
    }
    mu_cib_edit_close(&edit);
    return code;
}

static int
forget(struct mu_tool *tool, int argc, char **argv, const char *request)
{
    int code;

    if (argc > 0 && strcmp(argv[argc - 1], "force") == 0) {
        argc--;
    }
    if (argc > 2) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[2]);
    }
    code =
        mu_wish_send(tool, request,
                     (const char *[]){"resource", argc > 0 ? argv[0] : NULL,
                                      "node", argc > 1 ? argv[1] : NULL, NULL});
    return code ? code : mu_client_settle(tool);
}

/* Sets the count of one operation; null forgets it. */
static int
fail_count_set(struct mu_tool *tool, const struct fail_count *count,
               const char *value)
{
    const char *name = fail_count_name(tool, count);
    int32_t number;

    if (value && (mu_text_parse_score(value, &number) || number < 0)) {
        return mu_tool_usage(tool, "%s: is no count", value);
    }
    return mu_wish_send(tool, "attribute",
                        (const char *[]){"node", count->node, "name", name,
                                         value ? "value" : NULL, value, NULL});
}

static const char *
fail_count_name(struct mu_tool *tool, const struct fail_count *count)
{
    return mu_text_make(&tool->arena, "fail-count-%s#%s_%lld", count->resource,
                        count->op, (long long)count->interval_ms);
}

/* Shows the sum over all operations, or the count of one. */
static int
fail_count_show(struct mu_tool *tool, const struct fail_count *count)
{
    const char *prefix =
        count->has_op
            ? fail_count_name(tool, count)
            : mu_text_make(&tool->arena, "fail-count-%s#", count->resource);
    size_t length = strlen(prefix);
    int64_t sum = 0;
    json_t *status;
    json_t *attribute;
    const char *key;
    int code = mu_live_status(tool, &status);

    if (code) {
        return code;
    }
    json_object_foreach(
        json_object_get(mu_live_node(status, count->node), "attributes"), key,
        attribute)
    {
        int32_t number;

        if (strncmp(key, prefix, length) == 0 &&
            (!count->has_op || key[length] == '\0') &&
            json_is_string(attribute) &&
            mu_text_parse_score(json_string_value(attribute), &number) == 0) {
            sum += number;
        }
    }
    json_decref(status);
    (void)printf("scope=status  name=fail-count-%s value=%lld\n",
                 count->resource, (long long)sum);
    return MU_TOOL_OK;
}
