/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delete and rename of what runs. The cluster would have to stop it without
 * knowing its parameters, and under another name it would start it beside
 * itself: so it is refused, or stopped first with --force. */

#include <string.h>

#include "crm/edit.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/tell.h"

enum { STOP_WAIT_MS = 600000, IDS_COUNT_MAX = 128 };

/* Running primitives, and what they were told to be before. */
struct running {
    const char *ids[IDS_COUNT_MAX];
    const char *roles[IDS_COUNT_MAX]; /* Null: nothing was said. */
    const char *renamed;              /* The new name of the first, or null. */
    unsigned count;
    bool is_restoring;
};

static int find_running(struct mu_tool *tool, int argc, char **argv,
                        struct running *running);
static int refuse(struct mu_tool *tool, const struct running *running);
static int stop(struct mu_tool *tool, struct running *running);
static int change(struct mu_cib_edit *edit, void *context);
static int restore_one(struct mu_cib_edit *edit, const char *id,
                       const char *role, struct mu_report *report);
static bool is_enough(const json_t *status, void *context);
static bool is_active(const json_t *status, const char *id);
static int quietly(struct mu_tool *tool, struct running *running);

int
mu_muster_delete_run(struct mu_tool *tool, int argc, char **argv,
                     mu_tool_function *statement)
{
    struct running running = {0};
    bool is_rename = strcmp(argv[0], "rename") == 0;
    int code = find_running(tool, argc, argv, &running);
    int restored = MU_TOOL_OK;

    if (code || running.count == 0 || tool->is_dry_run) {
        return code ? code : statement(tool, argc, argv);
    }
    if (!tool->is_forced) {
        return refuse(tool, &running);
    }
    if (tool->draft) {
        return statement(tool, argc, argv); /* Nothing happens yet. */
    }
    code = stop(tool, &running);
    if (!code) {
        code = statement(tool, argc, argv);
        running.renamed = !code && is_rename ? argv[argc - 1] : NULL;
    }
    if (code || is_rename) {
        running.is_restoring = true;
        restored = quietly(tool, &running);
    }
    return code ? code : restored;
}

/* The words are names of objects; only primitives among them are stopped. */
static int
find_running(struct mu_tool *tool, int argc, char **argv,
             struct running *running)
{
    int last = strcmp(argv[0], "rename") == 0 && argc > 2 ? 2 : argc;
    json_t *status = NULL;
    int code = mu_live_status(tool, &status);

    for (int i = 1; i < last && !code; i++) {
        if (running->count < IDS_COUNT_MAX && is_active(status, argv[i])) {
            running->ids[running->count++] = argv[i];
        }
    }
    json_decref(status);
    return code;
}

static int
refuse(struct mu_tool *tool, const struct running *running)
{
    return mu_tool_fail(tool,
                        "%s: is running%s; stop it first with: muster resource "
                        "stop %s, or say --force to have that done",
                        running->ids[0],
                        running->count > 1 ? ", and others are" : "",
                        running->ids[0]);
}

static int
stop(struct mu_tool *tool, struct running *running)
{
    json_t *status = NULL;
    bool is_done = false;
    int code = quietly(tool, running);

    if (code) {
        return code;
    }
    code = mu_live_wait(
        tool, tool->timeout_ms >= 0 ? tool->timeout_ms : (int64_t)STOP_WAIT_MS,
        is_enough, running, &status, &is_done);
    for (unsigned i = 0; i < running->count && !code; i++) {
        const char *reason = mu_live_reason(status, running->ids[i]);

        if (is_active(status, running->ids[i])) {
            code = mu_tool_fail(
                tool, "%s: could not be stopped%s%s; it is left as it was",
                running->ids[i], reason ? ": " : "", reason ? reason : "");
        }
    }
    json_decref(status);
    return code;
}

/* Makes the change without remarks: it is only a means. */
static int
quietly(struct mu_tool *tool, struct running *running)
{
    struct mu_tool copy = *tool;
    int code;

    tool->is_json = false;
    tool->is_quiet = true;
    tool->is_waiting = false;
    code = mu_cib_edit_run(tool, change, running);
    tool->is_json = copy.is_json;
    tool->is_quiet = copy.is_quiet;
    tool->is_waiting = copy.is_waiting;
    return code;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    struct running *running = context;
    struct mu_report report;
    int code = MU_TOOL_OK;

    mu_report_init(&report, &edit->tool->arena);
    for (unsigned i = 0; i < running->count && !code; i++) {
        const char *id = running->ids[i];

        if (running->is_restoring) {
            code = restore_one(
                edit, i == 0 && running->renamed ? running->renamed : id,
                running->roles[i], &report);
            continue;
        }
        running->roles[i] = mu_arena_strdup(
            &edit->tool->arena,
            mu_edit_get(edit->doc, id, MU_EDIT_META, "target-role"));
        code = mu_edit_resource(edit->doc, id,
                                &(struct mu_edit_value){
                                    MU_EDIT_META, "target-role", "Stopped"},
                                &report)
                   ? MU_TOOL_FAILED
                   : MU_TOOL_OK;
    }
    mu_tell_report(edit->tool, NULL, "", &report, code != 0);
    return code;
}

static int
restore_one(struct mu_cib_edit *edit, const char *id, const char *role,
            struct mu_report *report)
{
    if (!mu_edit_get(edit->doc, id, MU_EDIT_META, "target-role")) {
        return MU_TOOL_OK; /* It is gone. */
    }
    return mu_edit_resource(
               edit->doc, id,
               &(struct mu_edit_value){MU_EDIT_META, "target-role", role},
               report)
               ? MU_TOOL_FAILED
               : MU_TOOL_OK;
}

/* All have stopped, or nothing more is going to happen. */
static bool
is_enough(const json_t *status, void *context)
{
    const struct running *running = context;
    bool is_any = false;

    for (unsigned i = 0; i < running->count; i++) {
        is_any = is_any || is_active(status, running->ids[i]);
    }
    return !is_any ||
           mu_field_is_true(json_object_get(status, "cluster"), "idle");
}

/* Tells whether the primitive 'id', or an instance of it, is active. */
static bool
is_active(const json_t *status, const char *id)
{
    size_t length = strlen(id);
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const char *its = mu_field_text(one, "id");

        if (its && mu_field_is(one, "kind", "primitive") &&
            strncmp(its, id, length) == 0 &&
            (its[length] == '\0' || its[length] == ':') &&
            json_array_size(json_object_get(one, "nodes")) > 0) {
            return true;
        }
    }
    return false;
}
