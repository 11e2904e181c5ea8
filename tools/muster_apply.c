/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apply: does what a plan shows, and tells what came of it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/audit_run.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/preview.h"
#include "tools/table.h"

enum { TRIES_COUNT_MAX = 8, NOTES_COUNT_MAX = 1000 };

struct apply {
    struct mu_tool *tool;
    const char *path;
    const char *text;
    size_t size;
    const char *revision; /* Refuse unless this is current; or null. */
    bool is_waiting;
};

/* An action, planned or not, and what came of it. */
struct step {
    const char *task;
    const char *resource; /* As in results; empty for fencing. */
    const char *shown;    /* Numbered name. */
    const char *node;
    const char *outcome; /* done, failed, not done; null: not known yet. */
    const char *reason;  /* Of a failure; empty when none. */
    int64_t ms;          /* How long it took; -1: not known. */
    bool is_foreseen;
};

struct report {
    MU_VEC(struct step) steps; /* In the order of the plan, then of time. */
    json_int_t last_note;      /* Of the journal before the change. */
    const char *revision;      /* That was made. */
    bool has_settled;
    bool is_complete; /* The journal still held everything. */
};

static int read_words(struct apply *apply, int argc, char **argv);
static int put(struct mu_cib_edit *edit, void *context);
static int apply_cluster(struct apply *apply);
static int apply_once(struct apply *apply, struct mu_cib_edit *edit,
                      struct report *report);
static bool is_at(const char *revision, const char *base);
static int foresee(struct apply *apply, const struct mu_cib_edit *edit,
                   struct report *report);
static json_t *journal(struct mu_tool *tool);
static json_int_t journal_last(const json_t *notes);
static int follow(struct apply *apply, struct report *report);
static void note_take(struct apply *apply, struct report *report,
                      const json_t *note);
static int tell(struct apply *apply, const struct report *report);
static json_t *tell_json(const struct report *report);
static void tell_text(struct mu_tool *tool, const struct report *report);
static void step_row(struct mu_tool *tool, const struct step *step,
                     struct mu_table *table);

int
mu_muster_apply_run(struct mu_tool *tool, int argc, char **argv)
{
    struct apply apply = {.tool = tool, .is_waiting = true};
    int code = read_words(&apply, argc, argv);

    if (code) {
        return code;
    }
    if (tool->file) {
        tool->is_waiting = false;
        return mu_cib_edit_run(tool, put, &apply);
    }
    tool->draft = NULL;
    return apply_cluster(&apply);
}

static int
read_words(struct apply *apply, int argc, char **argv)
{
    struct mu_tool *tool = apply->tool;
    char *text;
    int error;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--if-revision") == 0 && i + 1 < argc) {
            apply->revision = argv[++i];
        } else if (strncmp(argv[i], "--if-revision=", 14) == 0) {
            apply->revision = argv[i] + 14;
        } else if (strcmp(argv[i], "--no-wait") == 0) {
            apply->is_waiting = false;
        } else if (!apply->path &&
                   (argv[i][0] != '-' || strcmp(argv[i], "-") == 0)) {
            apply->path = argv[i];
        } else {
            return mu_tool_usage(tool, "%s: is neither an option nor the one "
                                       "file",
                                 argv[i]);
        }
    }
    if (!apply->path) {
        return mu_tool_usage(tool, "which file? Name one, or - for standard "
                                   "input");
    }
    error = mu_tool_read_file(tool, apply->path, &text, &apply->size);
    if (error) {
        return mu_tool_fail(tool, "%s: cannot be read: %s; check the name",
                            apply->path, strerror(-error));
    }
    apply->text = text;
    apply->path =
        strcmp(apply->path, "-") == 0 ? "standard input" : apply->path;
    return MU_TOOL_OK;
}

static int
put(struct mu_cib_edit *edit, void *context)
{
    const struct apply *apply = context;
    int code = mu_muster_configure_put(edit, apply->path, apply->text,
                                       apply->size, "push");

    if (!code && edit->base) {
        mu_cib_edit_keep_nodes(edit);
    }
    return code;
}

static int
apply_cluster(struct apply *apply)
{
    struct mu_tool *tool = apply->tool;

    for (unsigned i = 0; i < TRIES_COUNT_MAX; i++) {
        struct report report = {0};
        struct mu_cib_edit edit;
        int code = mu_cib_edit_open(tool, true, &edit);

        if (code) {
            return code;
        }
        code = apply_once(apply, &edit, &report);
        mu_cib_edit_close(&edit);
        if (edit.was_refused && !apply->revision) {
            continue; /* It is planned anew on what is there now. */
        }
        if (edit.was_refused) {
            return mu_muster_revisions_moved(tool, apply->revision);
        }
        if (code || !report.revision) {
            return code;
        }
        return apply->is_waiting ? follow(apply, &report)
                                 : tell(apply, &report);
    }
    return mu_tool_fail(tool, "the configuration changes faster than this "
                              "change can be made; try again");
}

/* Plans and commits. 'report->revision' stays null when nothing was to be
 * changed, or nothing but shown. */
static int
apply_once(struct apply *apply, struct mu_cib_edit *edit,
           struct report *report)
{
    struct mu_tool *tool = apply->tool;
    json_t *notes;
    int code;

    if (apply->revision && edit->base && !is_at(apply->revision, edit->base)) {
        edit->was_refused = true;
        return MU_TOOL_MOVED;
    }
    code = put(edit, apply);
    if (!code && !tool->is_dry_run && mu_cib_edit_has_changed(edit)) {
        code = foresee(apply, edit, report);
    }
    if (code) {
        return code;
    }
    notes = journal(tool);
    report->last_note = journal_last(notes);
    json_decref(notes);
    edit->is_silent = true;
    code = mu_cib_edit_commit(edit);
    report->revision = edit->revision;
    return code;
}

/* Revisions are given as "0.12" or, as status shows them, with a third number
 * that does not count configurations. */
static bool
is_at(const char *revision, const char *base)
{
    size_t size = strlen(base);

    return strncmp(revision, base, size) == 0 &&
           (revision[size] == '\0' || revision[size] == '.');
}

/* Notes what the plan for the new configuration holds. */
static int
foresee(struct apply *apply, const struct mu_cib_edit *edit,
        struct report *report)
{
    struct mu_tool *tool = apply->tool;
    struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_errbuf err = {0};
    const char *alarm;

    if (mu_cib_status_read_cib(&tool->arena, mu_cib_edit_after(edit),
                               mu_tool_now_ms(), MU_CONFIG_STRICT, &snapshot,
                               &err)) {
        return mu_tool_fail_errbuf(tool, "refused", &err);
    }
    alarm = mu_audit_run_alarm(tool, mu_cib_edit_before(edit), snapshot);
    if (alarm) {
        mu_tool_warn(tool, "%s", alarm);
    }
    plan = mu_sched_plan(&tool->arena, snapshot, 0);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];
        struct step *step;

        if (!mu_preview_is_of_interest(tool, action) ||
            action->kind == MU_ACTION_NODE || action->node == MU_PLAN_NONE) {
            continue;
        }
        step = mu_vec_add(&tool->arena, &report->steps);
        *step = (struct step){
            .task = mu_plan_word(action->task, action->op_name),
            .resource = action->resource ? action->resource : "",
            .shown = action->instance   ? action->instance
                     : action->resource ? action->resource
                                        : "",
            .node = snapshot->status->nodes[action->node].name,
            .reason = "",
            .ms = -1,
            .is_foreseen = true};
    }
    return MU_TOOL_OK;
}

/* The newest notes of this node's journal, a new reference; null when it
 * cannot be had. */
static json_t *
journal(struct mu_tool *tool)
{
    json_t *answer = NULL;
    json_t *notes;

    if (mu_client_ask(tool,
                      json_pack("{s:s, s:i}", "request", "history", "limit",
                                NOTES_COUNT_MAX),
                      &answer) != MU_TOOL_OK) {
        return NULL;
    }
    notes = json_incref(json_object_get(answer, "notes"));
    json_decref(answer);
    return notes;
}

static json_int_t
journal_last(const json_t *notes)
{
    size_t count = json_array_size(notes);

    return count == 0 ? 0
                      : json_integer_value(json_object_get(
                            json_array_get(notes, count - 1), "number"));
}

static int
follow(struct apply *apply, struct report *report)
{
    struct mu_tool *tool = apply->tool;
    const json_t *note;
    json_t *notes;
    size_t i;
    int code = mu_client_wait_idle(tool, &report->has_settled);

    if (code) {
        return code;
    }
    notes = journal(tool);
    /* A smaller number: the daemon was started again meanwhile. */
    report->is_complete =
        journal_last(notes) >= report->last_note &&
        json_integer_value(json_object_get(json_array_get(notes, 0),
                                           "number")) <= report->last_note + 1;
    json_array_foreach(notes, i, note)
    {
        if (json_integer_value(json_object_get(note, "number")) >
            report->last_note) {
            note_take(apply, report, note);
        }
    }
    json_decref(notes);
    return tell(apply, report);
}

/* Puts a result beside what was planned, or behind it. */
static void
note_take(struct apply *apply, struct report *report, const json_t *note)
{
    struct mu_tool *tool = apply->tool;
    const json_t *operation = json_object_get(note, "operation");
    const char *task = mu_field_text(operation, "task");
    const char *node = mu_field_text(note, "node");
    const char *resource = mu_field_text(note, "resource");
    const char *reason = mu_field_text(operation, "reason");
    bool is_ok = mu_field_is_true(operation, "ok");
    struct step *found = NULL;

    if (!task || !node ||
        (is_ok &&
         json_integer_value(json_object_get(operation, "interval")) > 0)) {
        return;
    }
    resource = resource ? resource : "";
    for (size_t i = 0; i < report->steps.count && !found; i++) {
        struct step *step = &report->steps.items[i];

        if (!step->outcome && strcmp(step->task, task) == 0 &&
            strcmp(step->resource, resource) == 0 &&
            strcmp(step->node, node) == 0) {
            found = step;
        }
    }
    if (!found) {
        found = mu_vec_add(&tool->arena, &report->steps);
        found->task = mu_arena_strdup(&tool->arena, task);
        found->resource = mu_arena_strdup(&tool->arena, resource);
        found->shown = found->resource;
        found->node = mu_arena_strdup(&tool->arena, node);
    }
    found->outcome = is_ok ? "done" : "failed";
    found->reason = mu_arena_strdup(&tool->arena, reason ? reason : "");
    found->ms = json_integer_value(json_object_get(operation, "ms"));
}

static int
tell(struct apply *apply, const struct report *report)
{
    struct mu_tool *tool = apply->tool;
    bool is_good = true;

    if (tool->is_json) {
        json_t *answer = tell_json(report);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        tell_text(tool, report);
    }
    if (!apply->is_waiting) {
        return MU_TOOL_OK;
    }
    if (!report->has_settled) {
        return mu_tool_fail(tool, "revision %s is in force, and the cluster is "
                                  "still busy; see what it does with: muster "
                                  "plan",
                            report->revision);
    }
    for (size_t i = 0; i < report->steps.count; i++) {
        const struct step *step = &report->steps.items[i];

        is_good = is_good && (step->outcome
                                  ? strcmp(step->outcome, "done") == 0
                                  : !report->is_complete);
    }
    return is_good ? MU_TOOL_OK
                   : mu_tool_fail(tool,
                                  "revision %s is in force, but not all went "
                                  "as planned; back with: muster rollback -1",
                                  report->revision);
}

static json_t *
tell_json(const struct report *report)
{
    json_t *planned = json_array();
    json_t *unforeseen = json_array();

    for (size_t i = 0; i < report->steps.count; i++) {
        const struct step *step = &report->steps.items[i];

        (void)json_array_append_new(
            step->is_foreseen ? planned : unforeseen,
            json_pack("{s:s, s:s, s:s, s:s?, s:o, s:s}", "task", step->task,
                      "resource", step->shown, "node", step->node, "outcome",
                      step->outcome, "ms",
                      step->ms < 0 ? json_null() : json_integer(step->ms),
                      "reason", step->reason));
    }
    return json_pack("{s:s, s:b, s:b, s:o, s:o}", "revision", report->revision,
                     "settled", report->has_settled ? 1 : 0, "complete",
                     report->is_complete ? 1 : 0, "planned", planned,
                     "unforeseen", unforeseen);
}

static void
tell_text(struct mu_tool *tool, const struct report *report)
{
    struct mu_table planned = {.arena = &tool->arena,
                               .columns_count = 3,
                               .dispensable = 3,
                               .width = tool->width,
                               .is_color = tool->is_color};
    struct mu_table other = planned;
    struct mu_text_buffer text;

    for (size_t i = 0; i < report->steps.count; i++) {
        const struct step *step = &report->steps.items[i];

        step_row(tool, step, step->is_foreseen ? &planned : &other);
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text, "revision %s\n", report->revision);
    if (planned.rows.count > 0) {
        mu_text_buffer_add(&text, "planned:\n");
        mu_table_write(&planned, &text);
    } else {
        mu_text_buffer_add(&text, "nothing had to be done for it\n");
    }
    if (other.rows.count > 0) {
        mu_text_buffer_add(&text, "not foreseen:\n");
        mu_table_write(&other, &text);
    }
    if (report->has_settled && !report->is_complete) {
        mu_text_buffer_add(&text, "the journal of this node does not hold "
                                  "everything; see: muster status\n");
    }
    (void)fputs(text.data, stdout);
}

static void
step_row(struct mu_tool *tool, const struct step *step, struct mu_table *table)
{
    struct mu_table_row *row = mu_table_add(table);
    bool is_done = step->outcome && strcmp(step->outcome, "done") == 0;

    row->indent = 2;
    row->cells[0].text = step->task;
    row->cells[1].text =
        mu_text_make(&tool->arena, "%s%s%s", step->shown,
                     *step->shown ? " on " : "", step->node);
    row->cells[2].color = is_done         ? MU_TABLE_GREEN
                          : step->outcome ? MU_TABLE_RED
                                          : MU_TABLE_YELLOW;
    row->cells[2].text =
        !step->outcome
            ? "not done"
            : mu_text_make(&tool->arena, "%s, %lld ms%s%s", step->outcome,
                           (long long)step->ms, *step->reason ? ": " : "",
                           step->reason);
}
