/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/preview.h"

#include <stdio.h>
#include <string.h>

#include "base/index.h"
#include "base/vec.h"
#include "crm/crm.h"
#include "doc/doc_stream.h"
#include "model/cib_status.h"
#include "sched/downtime.h"
#include "sched/sched.h"
#include "tools/audit_run.h"
#include "tools/snapshot.h"
#include "tools/table.h"

enum { HEAD_SIZE = 256 };

/* One object of a printed configuration. */
struct paragraph {
    const char *text;
    size_t size;
    char head[HEAD_SIZE]; /* Keyword and id. */
};

struct paragraphs {
    MU_VEC(struct paragraph) items;
    struct mu_index heads; /* Position of the first with a head. */
};

/* What of two configurations is not the same, and perhaps a little more. */
struct change {
    struct paragraphs old;
    struct paragraphs new;
};

static int print_changed(struct mu_tool *tool, struct mu_span before,
                         struct mu_span after, struct change *ret_change);
static int read_configuration(struct mu_tool *tool, struct mu_span xml,
                              struct mu_doc **ret_doc);
static const struct mu_doc_element *section_of(const struct mu_doc *doc,
                                               const char *name);
static void forget_equal(struct mu_tool *tool, struct mu_doc *old,
                         struct mu_doc *new, const char *section);
static bool has_reference(const struct mu_doc_element *top);
static int print_objects(struct mu_tool *tool, const struct mu_doc *doc,
                         struct paragraphs *ret_paragraphs);
static void split(struct mu_tool *tool, const char *text,
                  struct paragraphs *paragraphs);
static const struct paragraph *find(const struct paragraphs *paragraphs,
                                    const char *head);
static void write_downtimes(const struct mu_snapshot *snapshot,
                            const struct mu_plan *plan,
                            struct mu_text_buffer *text);
static json_t *downtimes_json(struct mu_arena *arena,
                              const struct mu_snapshot *snapshot,
                              const struct mu_plan *plan);
static const char *node_name(const struct mu_snapshot *snapshot, uint32_t node);
static json_t *object_json(const struct paragraph *before,
                           const struct paragraph *after);
static bool has_line(const struct paragraph *paragraph, const char *line,
                     size_t size);
static void write_lines(const struct mu_tool *tool,
                        const struct paragraph *from,
                        const struct paragraph *other, char sign,
                        struct mu_text_buffer *text);
static void write_action(const struct mu_snapshot *snapshot,
                         const struct mu_action *action,
                         struct mu_table *table);

int
mu_preview_show(struct mu_tool *tool, struct mu_span before,
                struct mu_span after, bool has_status)
{
    struct mu_text_buffer text;
    struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_errbuf err = {0};
    json_t *answer = NULL;
    const char *alarm;
    int code;

    mu_text_buffer_init(&text, &tool->arena);
    code = mu_preview_diff(tool, before, after, &text);
    if (code) {
        return code;
    }
    if (tool->is_json) {
        answer = json_pack("{s:s}", "difference", text.data ? text.data : "");
    } else if (!text.data) {
        mu_text_buffer_add(&text, "the configuration stays as it is\n");
    }
    if (has_status) {
        if (mu_cib_status_read_cib(&tool->arena, after, mu_tool_now_ms(),
                                   MU_CONFIG_STRICT, &snapshot, &err)) {
            json_decref(answer);
            return mu_tool_fail_errbuf(tool, "refused", &err);
        }
        plan = mu_snapshot_plan_change(tool, snapshot, before);
        alarm = mu_audit_run_alarm(tool, before, snapshot);
        if (answer) {
            (void)json_object_set_new(answer, "plan",
                                      mu_preview_plan_json(&tool->arena,
                                                           snapshot, plan));
            (void)json_object_set_new(answer, "alarm",
                                      alarm ? json_string(alarm)
                                            : json_null());
        } else {
            mu_preview_plan(tool, snapshot, plan, &text);
            if (alarm) {
                mu_table_paint(tool->is_color, MU_TABLE_RED, alarm, &text);
                mu_text_buffer_add(&text, "\n");
            }
        }
    }
    if (answer) {
        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        (void)fputs(text.data, stdout);
    }
    return MU_TOOL_OK;
}

int
mu_preview_diff(struct mu_tool *tool, struct mu_span before,
                struct mu_span after, struct mu_text_buffer *text)
{
    struct change change = {0};
    int code = print_changed(tool, before, after, &change);

    if (code) {
        return code;
    }
    for (size_t i = 0; i < change.old.items.count; i++) {
        const struct paragraph *one = &change.old.items.items[i];
        const struct paragraph *other = find(&change.new, one->head);

        if (!other) {
            write_lines(tool, one, NULL, '-', text);
        } else if (other->size != one->size ||
                   memcmp(other->text, one->text, one->size) != 0) {
            write_lines(tool, one, other, '-', text);
            write_lines(tool, other, one, '+', text);
        }
    }
    for (size_t i = 0; i < change.new.items.count; i++) {
        if (!find(&change.old, change.new.items.items[i].head)) {
            write_lines(tool, &change.new.items.items[i], NULL, '+', text);
        }
    }
    return MU_TOOL_OK;
}

int
mu_preview_diff_json(struct mu_tool *tool, struct mu_span before,
                     struct mu_span after, json_t **ret_json)
{
    struct change change = {0};
    int code = print_changed(tool, before, after, &change);

    if (code) {
        return code;
    }
    *ret_json = json_array();
    for (size_t i = 0; i < change.old.items.count; i++) {
        const struct paragraph *one = &change.old.items.items[i];
        const struct paragraph *other = find(&change.new, one->head);

        if (!other || other->size != one->size ||
            memcmp(other->text, one->text, one->size) != 0) {
            (void)json_array_append_new(*ret_json, object_json(one, other));
        }
    }
    for (size_t i = 0; i < change.new.items.count; i++) {
        if (!find(&change.old, change.new.items.items[i].head)) {
            (void)json_array_append_new(
                *ret_json, object_json(NULL, &change.new.items.items[i]));
        }
    }
    return MU_TOOL_OK;
}

/* At least one of them is there. */
static json_t *
object_json(const struct paragraph *before, const struct paragraph *after)
{
    return json_pack(
        "{s:s, s:s, s:o, s:o}", "object", before ? before->head : after->head,
        "change", !before ? "added" : !after ? "deleted" : "changed", "before",
        before ? json_stringn(before->text, before->size) : json_null(),
        "after", after ? json_stringn(after->text, after->size) : json_null());
}

void
mu_preview_plan(const struct mu_tool *tool, const struct mu_snapshot *snapshot,
                const struct mu_plan *plan, struct mu_text_buffer *text)
{
    struct mu_table table = {.arena = text->arena,
                             .columns_count = 3,
                             .dispensable = 3,
                             .width = tool->width,
                             .is_color = tool->is_color};
    bool *is_done = mu_arena_new(text->arena, bool, plan->actions_count + 1);
    uint32_t left = plan->actions_count;
    bool is_moving = true;

    /* Repeated passes: an action is listed after all that it waits for. The
     * plan has no cycle, so each pass lists at least one. */
    while (left > 0 && is_moving) {
        is_moving = false;
        for (uint32_t i = 0; i < plan->actions_count; i++) {
            const struct mu_action *one = &plan->actions[i];
            bool is_ready = !is_done[i];

            for (uint32_t j = 0; j < one->after_count && is_ready; j++) {
                is_ready = is_done[one->after[j]];
            }
            if (!is_ready) {
                continue;
            }
            is_done[i] = true;
            is_moving = true;
            left--;
            if (mu_preview_is_of_interest(tool, one)) {
                write_action(snapshot, one, &table);
            }
        }
    }
    mu_text_buffer_add(text, "%s\n",
                       table.rows.count > 0 ? "the cluster would then:"
                                            : "the cluster would do nothing");
    mu_table_write(&table, text);
    write_downtimes(snapshot, plan, text);
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *one = &plan->after[i];

        if (one->role <= MU_ROLE_STOPPED && one->reason) {
            mu_text_buffer_add(text, "%s stays stopped: %s\n",
                               one->instance ? one->instance : one->resource,
                               one->reason);
        }
    }
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        mu_text_buffer_add(text, "warning: %s\n", plan->warnings[i]);
    }
}

static void
write_downtimes(const struct mu_snapshot *snapshot, const struct mu_plan *plan,
                struct mu_text_buffer *text)
{
    const struct mu_downtimes *downtimes =
        mu_downtime_make(text->arena, snapshot, plan);

    for (uint32_t i = 0; i < downtimes->count; i++) {
        mu_text_buffer_add(text, "%s  %s\n",
                           i == 0 ? "for the services that means:\n" : "",
                           mu_downtime_text(text->arena, snapshot, plan,
                                            &downtimes->items[i]));
    }
}

static json_t *
downtimes_json(struct mu_arena *arena, const struct mu_snapshot *snapshot,
               const struct mu_plan *plan)
{
    static const char *const kinds[] = {
        [MU_DOWNTIME_BEGINS] = "begins",
        [MU_DOWNTIME_PAUSES] = "pauses",
        [MU_DOWNTIME_ENDS] = "ends",
        [MU_DOWNTIME_MIGRATES] = "migrates",
    };
    const struct mu_downtimes *downtimes =
        mu_downtime_make(arena, snapshot, plan);
    json_t *services = json_array();

    for (uint32_t i = 0; i < downtimes->count; i++) {
        const struct mu_downtime *one = &downtimes->items[i];

        (void)json_array_append_new(
            services,
            json_pack("{s:s, s:b, s:s, s:s?, s:s?, s:I, s:o, s:b, s:s}",
                      "service", one->service, "promotion",
                      one->is_promotion ? 1 : 0, "kind", kinds[one->kind],
                      "from", node_name(snapshot, one->from), "to",
                      node_name(snapshot, one->to), "begin_ms",
                      (json_int_t)one->begin_ms, "end_ms",
                      one->end_ms == INT64_MAX
                          ? json_null()
                          : json_integer((json_int_t)one->end_ms),
                      "measured", one->unmeasured == MU_PLAN_NONE ? 1 : 0,
                      "text", mu_downtime_text(arena, snapshot, plan, one)));
    }
    return services;
}

static const char *
node_name(const struct mu_snapshot *snapshot, uint32_t node)
{
    return node == MU_PLAN_NONE ? NULL : snapshot->status->nodes[node].name;
}

json_t *
mu_preview_plan_json(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                     const struct mu_plan *plan)
{
    json_t *actions = json_array();
    json_t *warnings = json_array();

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];
        json_t *after = json_array();

        for (uint32_t j = 0; j < one->after_count; j++) {
            (void)json_array_append_new(
                after, json_integer((json_int_t)one->after[j]));
        }
        (void)json_array_append_new(
            actions,
            json_pack("{s:I, s:s, s:s?, s:s?, s:I, s:s?, s:o}", "id",
                      (json_int_t)i, "task",
                      one->kind == MU_ACTION_PSEUDO && one->name
                          ? one->name
                          : mu_plan_word(one->task, one->op_name),
                      "resource", one->instance ? one->instance : one->resource,
                      "node",
                      one->node == MU_PLAN_NONE
                          ? NULL
                          : snapshot->status->nodes[one->node].name,
                      "interval", (json_int_t)one->interval_ms, "cause",
                      one->cause, "after", after));
    }
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        (void)json_array_append_new(warnings, json_string(plan->warnings[i]));
    }
    return json_pack("{s:o, s:o, s:o}", "actions", actions, "services",
                     downtimes_json(arena, snapshot, plan), "warnings",
                     warnings);
}

/* Prints what differs between two <cib>s: most changes leave nearly all objects
 * as they are. */
static int
print_changed(struct mu_tool *tool, struct mu_span before, struct mu_span after,
              struct change *ret_change)
{
    struct mu_doc *old = NULL;
    struct mu_doc *new = NULL;
    int code = read_configuration(tool, before, &old);

    if (!code) {
        code = read_configuration(tool, after, &new);
    }
    if (!code) {
        static const char *const sections[] = {"nodes", "resources",
                                               "constraints"};

        for (unsigned i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
            forget_equal(tool, old, new, sections[i]);
        }
        code = print_objects(tool, old, &ret_change->old);
    }
    if (!code) {
        code = print_objects(tool, new, &ret_change->new);
    }
    mu_doc_free(old);
    mu_doc_free(new);
    return code;
}

static enum mu_doc_stream_choice
keep_configuration(void *context, const struct mu_doc_stream_tag *tag)
{
    (void)context;
    if (strcmp(tag->name, "cib") == 0) {
        return MU_DOC_STREAM_KEEP_ENTER;
    }
    return strcmp(tag->name, "status") == 0 ? MU_DOC_STREAM_SKIP
                                            : MU_DOC_STREAM_KEEP;
}

static int
read_configuration(struct mu_tool *tool, struct mu_span xml,
                   struct mu_doc **ret_doc)
{
    const struct mu_doc_stream stream = {.start = keep_configuration,
                                         .keeps_comments = true};
    struct mu_errbuf err = {0};

    return mu_doc_stream_read(xml, &stream, ret_doc, &err)
               ? mu_tool_fail_errbuf(tool, "configuration", &err)
               : MU_TOOL_OK;
}

/* Null where there is none. */
static const struct mu_doc_element *
section_of(const struct mu_doc *doc, const char *name)
{
    const struct mu_doc_element *configuration = mu_doc_root(doc);

    if (mu_doc_is(configuration, "cib")) {
        configuration = mu_doc_first_named(configuration, "configuration");
    }
    return configuration ? mu_doc_first_named(configuration, name) : NULL;
}

/* Removes what is the same in a section of both. What refers to parts of
 * others stays: these are printed differently when something does. */
static void
forget_equal(struct mu_tool *tool, struct mu_doc *old, struct mu_doc *new,
             const char *section)
{
    const struct mu_doc_element *from = section_of(old, section);
    const struct mu_doc_element *to = section_of(new, section);
    MU_VEC(const struct mu_doc_element *) ones = {0};
    const struct mu_doc_element *next;
    struct mu_index ids;

    if (!from || !to) {
        return;
    }
    mu_index_init(&ids, &tool->arena);
    for (next = mu_doc_first(to); next; next = mu_doc_next(next)) {
        if (mu_doc_get(next, "id") &&
            mu_index_add(&ids, mu_doc_get(next, "id"), (uint32_t)ones.count)) {
            *mu_vec_add(&tool->arena, &ones) = next;
        }
    }
    next = mu_doc_first(from);
    while (next) {
        const struct mu_doc_element *one = next;
        uint32_t at = mu_index_find(&ids, mu_doc_get(one, "id"));

        next = mu_doc_next(one);
        if (at != MU_INDEX_NONE && !has_reference(one) &&
            mu_digest_is_equal(mu_doc_digest(one),
                               mu_doc_digest(ones.items[at]))) {
            mu_doc_remove(mu_doc_edit(old, one));
            mu_doc_remove(mu_doc_edit(new, ones.items[at]));
        }
    }
}

static bool
has_reference(const struct mu_doc_element *top)
{
    for (const struct mu_doc_element *one = top; one;
         one = mu_doc_walk(one, top)) {
        if (mu_doc_get(one, "id-ref")) {
            return true;
        }
    }
    return false;
}

static int
print_objects(struct mu_tool *tool, const struct mu_doc *doc,
              struct paragraphs *ret_paragraphs)
{
    struct mu_crm_print_options options = {.detail = MU_CRM_FULL};
    struct mu_crm_selection everything = {0};
    struct mu_report report;
    struct mu_text_buffer text;

    mu_report_init(&report, &tool->arena);
    mu_text_buffer_init(&text, &tool->arena);
    if (mu_crm_print(doc, &everything, &options, &report, &text)) {
        return mu_tool_fail(tool, "the configuration cannot be shown: %s",
                            report.count ? report.items[0].text : "unknown");
    }
    split(tool, text.data ? text.data : "", ret_paragraphs);
    return MU_TOOL_OK;
}

/* An object begins with a line that is not indented. */
static void
split(struct mu_tool *tool, const char *text, struct paragraphs *paragraphs)
{
    struct paragraph *current = NULL;

    while (*text) {
        size_t size = strcspn(text, "\n");
        size_t whole = size + (text[size] ? 1 : 0);

        if (!current || (*text != '\t' && *text != ' ')) {
            const char *blank = strchr(text, ' ');
            size_t head = size;

            if (blank && blank < text + size) {
                const char *end = blank + 1 + strcspn(blank + 1, " \n");

                head = (size_t)(end - text);
            }
            current = mu_vec_add(&tool->arena, &paragraphs->items);
            current->text = text;
            mu_text_format(current->head, HEAD_SIZE, "%.*s", (int)head, text);
        }
        current->size += whole;
        text += whole;
    }
    mu_index_init(&paragraphs->heads, &tool->arena);
    for (size_t i = 0; i < paragraphs->items.count; i++) {
        (void)mu_index_add(&paragraphs->heads, paragraphs->items.items[i].head,
                           (uint32_t)i);
    }
}

static const struct paragraph *
find(const struct paragraphs *paragraphs, const char *head)
{
    uint32_t at = mu_index_find(&paragraphs->heads, head);

    return at == MU_INDEX_NONE ? NULL : &paragraphs->items.items[at];
}

/* Compares lines without the backslash that joins them. */
static bool
has_line(const struct paragraph *paragraph, const char *line, size_t size)
{
    const char *at = paragraph->text;
    const char *end = paragraph->text + paragraph->size;

    while (at < end) {
        size_t whole = strcspn(at, "\n");
        size_t its = whole;

        while (its > 0 && (at[its - 1] == '\\' || at[its - 1] == ' ')) {
            its--;
        }
        if (its == size && memcmp(at, line, size) == 0) {
            return true;
        }
        at += whole + 1;
    }
    return false;
}

/* Writes the lines of 'from' that 'other' does not have; its head always. */
static void
write_lines(const struct mu_tool *tool, const struct paragraph *from,
            const struct paragraph *other, char sign,
            struct mu_text_buffer *text)
{
    const char *at = from->text;
    const char *end = from->text + from->size;
    bool is_first = true;

    while (at < end) {
        size_t whole = strcspn(at, "\n");
        size_t size = whole;
        bool is_common;

        while (size > 0 && (at[size - 1] == '\\' || at[size - 1] == ' ')) {
            size--;
        }
        is_common = other && has_line(other, at, size);
        if (!is_common || (is_first && sign == '-')) {
            const char *line = mu_text_make(
                text->arena, "%c %.*s", is_common ? ' ' : sign, (int)size, at);

            mu_table_paint(tool->is_color,
                           is_common     ? MU_TABLE_PLAIN
                           : sign == '-' ? MU_TABLE_RED
                                         : MU_TABLE_GREEN,
                           line, text);
            mu_text_buffer_append(text, "\n", 1);
        }
        is_first = false;
        at += whole + 1;
    }
}

bool
mu_preview_is_of_interest(const struct mu_tool *tool,
                          const struct mu_action *action)
{
    if (action->kind == MU_ACTION_PSEUDO) {
        return false;
    }
    return tool->is_full ||
           (action->task != MU_TASK_MONITOR && action->task != MU_TASK_NOTIFY &&
            action->task != MU_TASK_CANCEL &&
            action->task != MU_TASK_DELETE);
}

static void
write_action(const struct mu_snapshot *snapshot, const struct mu_action *action,
             struct mu_table *table)
{
    struct mu_table_row *row = mu_table_add(table);
    const char *node = action->node == MU_PLAN_NONE
                           ? NULL
                           : snapshot->status->nodes[action->node].name;

    row->indent = 2;
    row->cells[0].text = action->task == MU_TASK_FENCE_ON ? "unfence"
                         : action->kind == MU_ACTION_FENCE
                             ? mu_text_make(table->arena, "fence (%s)",
                                            mu_plan_task_name(action->task))
                             : mu_plan_word(action->task, action->op_name);
    row->cells[0].color =
        action->kind == MU_ACTION_FENCE || action->task == MU_TASK_STOP
            ? MU_TABLE_YELLOW
            : MU_TABLE_PLAIN;
    row->cells[1].text =
        mu_text_make(table->arena, "%s%s%s%s",
                     action->instance   ? action->instance
                     : action->resource ? action->resource
                                        : "",
                     action->resource && node ? " on " : "", node ? node : "",
                     action->in_flight ? " (running)" : "");
    row->cells[2].text = action->cause;
}
