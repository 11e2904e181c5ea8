/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maintenance: leave services alone for a time. The end is in the
 * configuration, so it comes whoever has started it and whatever runs then;
 * what the cluster would do at the end is shown beforehand. */

#include <stdio.h>
#include <string.h>

#include "crm/edit.h"
#include "daemon/api_time.h"
#include "model/override.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/foresee.h"
#include "tools/live.h"
#include "tools/moment.h"
#include "tools/override_text.h"
#include "tools/preview.h"
#include "tools/tell.h"

#define CONFIG_ARENA_SIZE_MAX ((size_t)1 << 32)

/* What is to be left alone: a node, a resource, or all. */
struct maintenance {
    const char *node;
    const char *resource;
    const char *until; /* Null: no end. */
    bool is_stop;
    const char *at_end; /* What the cluster would do at the end. */
};

static int read_target(struct mu_tool *tool, int argc, char **argv,
                       struct maintenance *maintenance);
static int change(struct mu_cib_edit *edit, void *context);
static int start(struct mu_doc *cib, const struct maintenance *maintenance,
                 struct mu_report *report);
static int stop(struct mu_tool *tool, struct mu_doc *cib,
                const struct maintenance *maintenance,
                struct mu_report *report);
static int stop_one(struct mu_doc *cib,
                    const struct maintenance *maintenance,
                    struct mu_report *report);
static int find(struct mu_tool *tool, const struct mu_doc *cib,
                const struct maintenance *maintenance, bool *ret_is_there);
static bool is_about(const struct mu_override *override,
                     const struct mu_config *config,
                     const struct maintenance *maintenance);
static int look_at_end(struct mu_tool *tool, const struct mu_doc *cib,
                       const struct maintenance *maintenance,
                       const char **ret_text);
static int show_one(struct mu_tool *tool, const struct mu_doc *cib,
                    const json_t *override, int64_t now_ms, json_t *shown);

int
mu_muster_maintenance_start(struct mu_tool *tool, int argc, char **argv)
{
    struct maintenance maintenance = {0};
    const char *span = NULL;
    int code;

    if (mu_tool_take_option(&argc, argv, "--for", &span)) {
        code = mu_moment_after(tool, "--for", span, &maintenance.until);
        if (code) {
            return code;
        }
    }
    code = read_target(tool, argc, argv, &maintenance);
    if (!code) {
        code = mu_cib_edit_run_seeing(tool, change, &maintenance);
    }
    if (!code && maintenance.at_end && !tool->is_json && !tool->is_quiet) {
        (void)printf("%s, %s", maintenance.until ? "at its end"
                                                 : "when it is stopped",
                     maintenance.at_end);
        if (!maintenance.until) {
            mu_tool_say(tool, "it has no end; say --for 2h, or end it with: "
                              "muster maintenance stop");
        }
    }
    return code;
}

int
mu_muster_maintenance_stop(struct mu_tool *tool, int argc, char **argv)
{
    struct maintenance maintenance = {.is_stop = true};
    int code = read_target(tool, argc, argv, &maintenance);

    return code ? code : mu_cib_edit_run(tool, change, &maintenance);
}

int
mu_muster_maintenance_show(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_cib_edit edit;
    json_t *status = NULL;
    json_t *shown = json_array();
    const json_t *one;
    const char *now;
    int64_t now_ms = mu_tool_now_ms();
    size_t i;
    int code;

    (void)argv;
    if (argc > 0) {
        json_decref(shown);
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    code = mu_live_status(tool, &status);
    now = mu_field_text(status, "now");
    if (now && mu_api_time_parse(now, &now_ms) < 0) {
        now_ms = mu_tool_now_ms();
    }
    if (!code) {
        code = mu_cib_edit_open(tool, true, &edit);
    }
    json_array_foreach(json_object_get(status, "overrides"), i, one)
    {
        if (!code && mu_field_is(one, "kind", "maintenance")) {
            code = show_one(tool, edit.doc, one, now_ms, shown);
        }
    }
    if (!code && tool->is_json) {
        mu_tool_print_json(shown);
    } else if (!code && json_array_size(shown) == 0) {
        (void)puts("nothing is in maintenance");
    }
    if (status && !code) {
        mu_cib_edit_close(&edit);
    }
    json_decref(shown);
    json_decref(status);
    return code;
}

/* [node NODE|resource RESOURCE] */
static int
read_target(struct mu_tool *tool, int argc, char **argv,
            struct maintenance *maintenance)
{
    if (argc == 2 && strcmp(argv[0], "node") == 0) {
        maintenance->node = argv[1];
    } else if (argc == 2 && strcmp(argv[0], "resource") == 0) {
        maintenance->resource = argv[1];
    } else if (argc != 0) {
        return mu_tool_usage(tool, "%s: say node NODE, resource RESOURCE, or "
                                   "nothing for everything",
                             argv[0]);
    }
    return MU_TOOL_OK;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    struct maintenance *maintenance = context;
    struct mu_tool *tool = edit->tool;
    struct mu_report report;
    int code;

    mu_report_init(&report, &tool->arena);
    code = maintenance->is_stop
               ? stop(tool, edit->doc, maintenance, &report)
           : start(edit->doc, maintenance, &report) ? MU_TOOL_FAILED
                                                    : MU_TOOL_OK;
    mu_tell_report(tool, NULL, "", &report, code != 0 && report.count > 0);
    if (!code && !maintenance->is_stop && edit->has_status && !tool->file) {
        code = look_at_end(tool, edit->doc, maintenance,
                           &maintenance->at_end);
    }
    return code;
}

static int
start(struct mu_doc *cib, const struct maintenance *maintenance,
      struct mu_report *report)
{
    if (maintenance->until) {
        return mu_edit_timed(
            cib,
            &(struct mu_edit_timed){.kind = MU_EDIT_TIMED_MAINTENANCE,
                                    .node = maintenance->node,
                                    .resource = maintenance->resource,
                                    .until = maintenance->until},
            report);
    }
    if (maintenance->node) {
        return mu_edit_node_maintenance(cib, maintenance->node, true, report);
    }
    if (maintenance->resource) {
        return mu_edit_maintenance(cib, maintenance->resource, true, report);
    }
    return mu_edit_property(cib, "maintenance-mode", "true", report);
}

/* Ends what the words name, however it was started. */
static int
stop(struct mu_tool *tool, struct mu_doc *cib,
     const struct maintenance *maintenance, struct mu_report *report)
{
    const char *what = maintenance->node       ? maintenance->node
                       : maintenance->resource ? maintenance->resource
                                               : "the cluster";
    bool is_there;
    int code = find(tool, cib, maintenance, &is_there);

    if (code) {
        return code;
    }
    if (!is_there) {
        return mu_tool_fail(tool,
                            "%s: is not in maintenance; see: muster "
                            "maintenance show",
                            what);
    }
    if (mu_edit_timed(
            cib,
            &(struct mu_edit_timed){.kind = MU_EDIT_TIMED_MAINTENANCE,
                                    .node = maintenance->node,
                                    .resource = maintenance->resource},
            report)) {
        return MU_TOOL_FAILED;
    }
    code = find(tool, cib, maintenance, &is_there);
    if (!code && is_there && stop_one(cib, maintenance, report)) {
        code = MU_TOOL_FAILED;
    }
    return code;
}

static int
stop_one(struct mu_doc *cib, const struct maintenance *maintenance,
         struct mu_report *report)
{
    if (maintenance->node) {
        return mu_edit_node_maintenance(cib, maintenance->node, false, report);
    }
    if (maintenance->resource) {
        return mu_edit_maintenance(cib, maintenance->resource, false, report);
    }
    return mu_edit_property(cib, "maintenance-mode", "false", report);
}

/* Tells whether 'cib' says that the target is in maintenance. */
static int
find(struct mu_tool *tool, const struct mu_doc *cib,
     const struct maintenance *maintenance, bool *ret_is_there)
{
    const struct mu_config *config;
    struct mu_overrides overrides;
    struct mu_errbuf err = {0};
    struct mu_arena arena;
    int error;

    *ret_is_there = false;
    mu_arena_init(&arena, CONFIG_ARENA_SIZE_MAX);
    error = mu_config_read(&arena, cib, MU_CONFIG_STRICT, &config, &err);
    if (!error) {
        overrides = mu_override_list(&arena, config);
        for (uint32_t i = 0; i < overrides.count; i++) {
            *ret_is_there = *ret_is_there || is_about(&overrides.items[i],
                                                      config, maintenance);
        }
    }
    mu_arena_done(&arena);
    return error ? mu_tool_fail_errbuf(tool, "configuration", &err)
                 : MU_TOOL_OK;
}

static bool
is_about(const struct mu_override *override, const struct mu_config *config,
         const struct maintenance *maintenance)
{
    uint32_t resource = maintenance->resource
                            ? mu_config_find_resource(config,
                                                      maintenance->resource)
                            : MU_CONFIG_NONE;

    if (override->kind != MU_OVERRIDE_MAINTENANCE ||
        (override->node == NULL) != (maintenance->node == NULL) ||
        (override->resource == MU_CONFIG_NONE) !=
            (maintenance->resource == NULL)) {
        return false;
    }
    if (maintenance->node) {
        return strcmp(override->node, maintenance->node) == 0;
    }
    /* What a clone's child is told to do stands at the clone. */
    while (resource != MU_CONFIG_NONE && resource != override->resource) {
        resource = config->resources[resource].parent;
    }
    return resource == override->resource;
}

/* What would the cluster do when the maintenance ends? By what is known now:
 * what people do meanwhile it finds out then. */
static int
look_at_end(struct mu_tool *tool, const struct mu_doc *cib,
            const struct maintenance *maintenance, const char **ret_text)
{
    struct mu_doc *later = mu_doc_copy(cib);
    struct mu_text_buffer text;
    struct mu_foresee foresee;
    struct mu_report report;
    int64_t when_ms = mu_tool_now_ms();
    int code;

    mu_report_init(&report, &tool->arena);
    code = stop(tool, later, maintenance, &report);
    if (maintenance->until &&
        mu_api_time_parse(maintenance->until, &when_ms) < 0) {
        when_ms = mu_tool_now_ms();
    }
    if (!code) {
        code = mu_foresee_make_at(tool, later, when_ms, &foresee);
    }
    mu_doc_free(later);
    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_preview_plan(tool, foresee.snapshot, foresee.plan, &text);
    *ret_text = text.data;
    return MU_TOOL_OK;
}

static int
show_one(struct mu_tool *tool, const struct mu_doc *cib,
         const json_t *override, int64_t now_ms, json_t *shown)
{
    struct maintenance maintenance = {
        .node = mu_field_text(override, "node"),
        .resource = mu_field_text(override, "resource"),
        .until = mu_field_text(override, "until")};
    const char *text = "";
    json_t *copy;
    int code = look_at_end(tool, cib, &maintenance, &text);

    if (code) {
        return code;
    }
    copy = json_copy((json_t *)(uintptr_t)override);
    (void)json_object_set_new(copy, "at_end", json_string(text));
    (void)json_array_append_new(shown, copy);
    if (!tool->is_json) {
        (void)printf("%s; it %s\n%s, %s",
                     mu_override_text_sentence(override, &tool->arena),
                     mu_override_text_end(override, now_ms, &tool->arena),
                     maintenance.until ? "at its end" : "when it is stopped",
                     text);
    }
    return MU_TOOL_OK;
}
