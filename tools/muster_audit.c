/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audit: what does the cluster survive? A table of all that may happen, the
 * weakest point first. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit_run.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/snapshot.h"
#include "tools/table.h"

enum { NAMES_MAX = 4, INDENT = 4 };

struct report {
    struct mu_tool *tool;
    const struct mu_audit_run *run;
    const struct mu_audit_outcome **order; /* Weakest first. */
    uint32_t count;
    uint32_t folded; /* Events that tell nothing new. */
    struct mu_text_buffer text;
};

static void order_make(struct report *report);
static int outcome_cmp(const void *a, const void *b);
static void write_text(struct report *report);
static void write_event(struct report *report, uint32_t index);
static void write_losses(struct report *report, const json_t *losses);
static bool is_folded(const struct report *report, uint32_t index);
static bool is_node_lost(const struct mu_audit_run *run, uint32_t node);
static void print_json(const struct report *report);
static uint32_t index_of(const struct report *report,
                         const struct mu_audit_outcome *outcome);

int
mu_muster_audit_run(struct mu_tool *tool, int argc, char **argv)
{
    const struct mu_snapshot *snapshot = NULL;
    struct mu_audit_run run;
    struct report report = {.tool = tool, .run = &run};
    int code;

    if (argc == 1 && !tool->file) {
        tool->file = argv[0];
    } else if (argc > 0) {
        return mu_tool_usage(tool, "%s: give nothing but a file with a whole "
                                   "<cib>",
                             argv[0]);
    }
    code = mu_snapshot_get(tool, &snapshot);
    if (code == MU_TOOL_OK) {
        code = mu_audit_run_start(tool, snapshot, MU_AUDIT_RUN_ALL, &run);
    }
    if (code != MU_TOOL_OK) {
        return code;
    }
    order_make(&report);
    if (tool->is_json) {
        print_json(&report);
    } else if (tool->output && strcmp(tool->output, "oneline") == 0) {
        puts(run.figure);
    } else {
        mu_text_buffer_init(&report.text, &tool->arena);
        write_text(&report);
        (void)fputs(report.text.data, stdout);
    }
    mu_audit_run_done(&run);
    return MU_TOOL_OK;
}

static void
order_make(struct report *report)
{
    const struct mu_audit_run *run = report->run;

    report->order = mu_arena_new(&report->tool->arena,
                                 const struct mu_audit_outcome *,
                                 (size_t)run->audit->events_count + 1);
    for (uint32_t i = 0; i < run->audit->events_count; i++) {
        if (run->outcomes[i]) {
            report->order[report->count++] = run->outcomes[i];
        }
    }
    if (report->count > 1) {
        qsort(report->order, report->count, sizeof(*report->order),
              outcome_cmp);
    }
}

static int
outcome_cmp(const void *a, const void *b)
{
    return mu_audit_cmp(*(const struct mu_audit_outcome *const *)a,
                        *(const struct mu_audit_outcome *const *)b);
}

static uint32_t
index_of(const struct report *report, const struct mu_audit_outcome *outcome)
{
    uint32_t i = 0;

    while (report->run->outcomes[i] != outcome) {
        i++;
    }
    return i;
}

static void
write_text(struct report *report)
{
    static const char *const headings[] = {
        [MU_AUDIT_LOST] = "\nServices are lost when",
        [MU_AUDIT_DEGRADED] = "\nSomething is less when",
        [MU_AUDIT_KEPT] = "\nAll runs on when",
    };
    enum mu_audit_level level = MU_AUDIT_KEPT;
    bool is_first = true;

    mu_table_paint(report->tool->is_color, MU_TABLE_BOLD, report->run->figure,
                   &report->text);
    mu_text_buffer_add(&report->text, "\n");
    for (uint32_t i = 0; i < report->count; i++) {
        uint32_t index = index_of(report, report->order[i]);

        if (is_folded(report, index)) {
            report->folded++;
            continue;
        }
        if (is_first || report->order[i]->level != level) {
            is_first = false;
            level = report->order[i]->level;
            mu_text_buffer_add(&report->text, "%s\n", headings[level]);
        }
        write_event(report, index);
    }
    if (report->folded > 0) {
        mu_text_buffer_add(&report->text,
                           "\n%u more tell%s nothing new; -v shows %s\n",
                           report->folded, report->folded == 1 ? "s" : "",
                           report->folded == 1 ? "it" : "them");
    }
}

/* What a pair loses because one of the two is lost is told there already; and
 * what breaks and goes elsewhere is what everybody expects. */
static bool
is_folded(const struct report *report, uint32_t index)
{
    const struct mu_audit_outcome *outcome = report->run->outcomes[index];

    if (report->tool->is_full) {
        return false;
    }
    if (outcome->event.kind == MU_AUDIT_PAIR) {
        return outcome->level != MU_AUDIT_LOST ||
               is_node_lost(report->run, outcome->event.first) ||
               is_node_lost(report->run, outcome->event.second);
    }
    return outcome->event.kind == MU_AUDIT_RESOURCE &&
           outcome->level == MU_AUDIT_KEPT;
}

static bool
is_node_lost(const struct mu_audit_run *run, uint32_t node)
{
    for (uint32_t i = 0; i < run->audit->events_count; i++) {
        const struct mu_audit_event event = run->audit->events[i];

        if (event.kind == MU_AUDIT_NODE && event.first == node) {
            return run->levels[i] == MU_AUDIT_LOST;
        }
    }
    return false;
}

static void
write_event(struct report *report, uint32_t index)
{
    const struct mu_audit_outcome *outcome = report->run->outcomes[index];
    const json_t *row = report->run->rows[index];
    const char *separator = " ";

    mu_text_buffer_add(&report->text, "  ");
    mu_table_paint(report->tool->is_color,
                   outcome->level == MU_AUDIT_LOST       ? MU_TABLE_RED
                   : outcome->level == MU_AUDIT_DEGRADED ? MU_TABLE_YELLOW
                                                         : MU_TABLE_GREEN,
                   mu_field_text(row, "event"), &report->text);
    if (outcome->lost_count > 0) {
        mu_text_buffer_add(&report->text, ":%s%u lost", separator,
                           outcome->lost_count);
        separator = ", ";
    }
    if (outcome->degraded_count > 0 &&
        outcome->event.kind != MU_AUDIT_DEVICE) {
        mu_text_buffer_add(&report->text, "%s%s%u with less",
                           outcome->lost_count > 0 ? "" : ":", separator,
                           outcome->degraded_count);
        separator = ", ";
    }
    if (outcome->moved_count > 0) {
        mu_text_buffer_add(&report->text, "%s%s%u moved",
                           *separator == ' ' ? ":" : "", separator,
                           outcome->moved_count);
    }
    mu_text_buffer_add(&report->text, "\n");
    write_losses(report, json_object_get(row, "losses"));
}

/* Those with the same reason stand together. */
static void
write_losses(struct report *report, const json_t *losses)
{
    size_t count = json_array_size(losses);

    for (size_t i = 0; i < count;) {
        const json_t *loss = json_array_get(losses, i);
        const char *reason = mu_field_text(loss, "reason");
        struct mu_text_buffer line;
        size_t same = 0;

        mu_text_buffer_init(&line, &report->tool->arena);
        while (i + same < count &&
               strcmp(reason, mu_field_text(json_array_get(losses, i + same),
                                            "reason")) == 0) {
            if (same < NAMES_MAX || report->tool->is_full) {
                mu_text_buffer_add(
                    &line, "%s%s", same > 0 ? ", " : "",
                    mu_field_text(json_array_get(losses, i + same), "part"));
            }
            same++;
        }
        if (same > NAMES_MAX && !report->tool->is_full) {
            mu_text_buffer_add(&line, " and %zu more", same - NAMES_MAX);
        }
        mu_text_buffer_add(&line, ": %s", reason);
        mu_text_buffer_add(&report->text, "%*s", INDENT, "");
        mu_table_wrap(line.data, INDENT, INDENT + 2, report->tool->width,
                      &report->text);
        mu_text_buffer_add(&report->text, "\n");
        i += same;
    }
}

static void
print_json(const struct report *report)
{
    json_t *events = json_array();
    json_t *answer;

    for (uint32_t i = 0; i < report->count; i++) {
        (void)json_array_append(
            events, report->run->rows[index_of(report, report->order[i])]);
    }
    answer = json_pack("{s:s, s:s, s:i, s:i, s:o}", "format", "audit-1",
                       "survives", report->run->figure, "nodes",
                       (int)report->run->audit->members, "votes",
                       (int)report->run->audit->votes, "events", events);
    mu_tool_print_json(answer);
    json_decref(answer);
}
