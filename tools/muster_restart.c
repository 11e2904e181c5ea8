/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Restart: an intention with an end, as a move is. The resource is kept
 * stopped by a set of its own, and the cluster takes that back as soon as the
 * resource has stopped; nobody has to be there to start it again. */

#include <string.h>

#include "crm/edit.h"
#include "daemon/api_time.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/foresee.h"
#include "tools/live.h"
#include "tools/moment.h"
#include "tools/tell.h"

enum {
    RESTART_LIMIT_MS = 3600000, /* It ends after that in any case. */
    RESTART_WAIT_MS = 600000,   /* So long it is followed. */
};

struct restart {
    char **ids;
    int count;
    const char *until;
};

static int change(struct mu_cib_edit *edit, void *context);
static int judge(struct mu_cib_edit *edit, const struct restart *restart,
                 const struct mu_foresee *before);
static int follow(struct mu_tool *tool, struct restart *restart);
static bool is_enough(const json_t *status, void *context);
static bool runs_as_wanted(const json_t *status, const char *id);

int
mu_muster_restart_run(struct mu_tool *tool, int argc, char **argv)
{
    struct restart restart = {.ids = argv, .count = argc};
    bool was_json = tool->is_json;
    bool was_quiet = tool->is_quiet;
    bool was_waiting = tool->is_waiting;
    int code;

    if (argc < 1) {
        return mu_tool_usage(tool, "name a resource");
    }
    if (tool->file || tool->draft) {
        return mu_tool_usage(tool, "only a cluster can restart something, not "
                                   "a file or a draft");
    }
    restart.until = mu_moment_text(tool, mu_tool_now_ms() + RESTART_LIMIT_MS);
    if (tool->is_dry_run) {
        return mu_cib_edit_run_seeing(tool, change, &restart);
    }
    /* One answer at the end, about the restart and not about the revision. */
    tool->is_json = false;
    tool->is_quiet = true;
    tool->is_waiting = false;
    code = mu_cib_edit_run_seeing(tool, change, &restart);
    tool->is_json = was_json;
    tool->is_quiet = was_quiet;
    tool->is_waiting = was_waiting;
    return code ? code : follow(tool, &restart);
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct restart *restart = context;
    struct mu_foresee before;
    struct mu_report report;
    int code = mu_foresee_make(edit->tool, edit->doc, &before);

    mu_report_init(&report, &edit->tool->arena);
    for (int i = 0; i < restart->count && !code; i++) {
        const struct mu_edit_timed timed = {.kind = MU_EDIT_TIMED_RESTART,
                                            .resource = restart->ids[i],
                                            .until = restart->until};

        code = mu_edit_timed(edit->doc, &timed, &report) ? MU_TOOL_FAILED
                                                         : MU_TOOL_OK;
    }
    mu_tell_report(edit->tool, NULL, "", &report, code != 0);
    return code ? code : judge(edit, restart, &before);
}

/* Refuses to restart what does not run, or would not be stopped. */
static int
judge(struct mu_cib_edit *edit, const struct restart *restart,
      const struct mu_foresee *before)
{
    struct mu_tool *tool = edit->tool;
    struct mu_foresee after;
    int code = mu_foresee_make(tool, edit->doc, &after);

    for (int i = 0; i < restart->count && !code; i++) {
        const char *id = restart->ids[i];

        if (!mu_foresee_place(before, id, false)) {
            code = mu_tool_fail(tool,
                                "%s: does not run, so it cannot be restarted; "
                                "start it with: muster resource start %s",
                                id, id);
        } else if (mu_foresee_place(&after, id, true)) {
            code = mu_tool_fail(tool,
                                "%s: would not be stopped: it is not managed, "
                                "in maintenance or blocked; see: muster why "
                                "%s",
                                id, id);
        }
    }
    return code;
}

static int
follow(struct mu_tool *tool, struct restart *restart)
{
    int64_t began_ms = mu_tool_now_ms();
    json_t *status;
    json_t *answer = json_array();
    bool is_done;
    int code = mu_live_wait(
        tool,
        tool->timeout_ms >= 0 ? tool->timeout_ms : (int64_t)RESTART_WAIT_MS,
        is_enough, restart, &status, &is_done);

    for (int i = 0; i < restart->count && status; i++) {
        const char *id = restart->ids[i];
        const char *places = mu_live_places(tool, status, id);
        const char *reason = mu_live_reason(status, id);
        bool is_well = is_done && runs_as_wanted(status, id);
        char span[MU_API_TIME_SIZE];

        (void)json_array_append_new(
            answer, json_pack("{s:s, s:b, s:s}", "resource", id, "restarted",
                              is_well ? 1 : 0, "places", places));
        mu_api_time_span(mu_tool_now_ms() - began_ms, span);
        if (is_well) {
            mu_tool_say(tool, "%s runs again on %s after %s", id, places,
                        span);
        } else if (!is_done) {
            code = mu_tool_fail(tool,
                                "%s: is still being restarted; the cluster "
                                "goes on with it; see: muster status",
                                id);
        } else {
            code = mu_tool_fail(tool, "%s: does not run as wanted%s%s; see: "
                                      "muster why %s",
                                id, reason ? ": " : "", reason ? reason : "",
                                id);
        }
    }
    if (tool->is_json && status) {
        mu_tool_print_json(answer);
    }
    json_decref(answer);
    json_decref(status);
    return code;
}

/* All run again, or nothing more is going to happen. */
static bool
is_enough(const json_t *status, void *context)
{
    const struct restart *restart = context;
    bool is_idle = mu_field_is_true(json_object_get(status, "cluster"), "idle");

    for (int i = 0; i < restart->count; i++) {
        if (mu_live_is_intended(status, "restart", restart->ids[i]) ||
            (!is_idle && !runs_as_wanted(status, restart->ids[i]))) {
            return false;
        }
    }
    return true;
}

static bool
runs_as_wanted(const json_t *status, const char *id)
{
    bool is_active = false;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        if (!mu_live_is_below(status, one, id)) {
            continue;
        }
        if (mu_field_text(one, "reason") || mu_field_text(one, "pending")) {
            return false;
        }
        is_active =
            is_active || json_array_size(json_object_get(one, "nodes")) > 0;
    }
    return is_active;
}
