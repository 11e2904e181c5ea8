/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Revisions: who changed the configuration, what that was, and back again. */

#include <stdio.h>
#include <string.h>

#include "daemon/api_time.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/preview.h"
#include "tools/table.h"

/* A revision with its content, as the daemon told it. */
struct told {
    json_t *json; /* Owned. */
    const char *name;
    struct mu_span xml; /* A whole <cib>. */
};

static void write_table(struct mu_tool *tool, const json_t *revisions);
static const char *when_text(struct mu_tool *tool, const json_t *one);
static const char *who_text(struct mu_tool *tool, const json_t *one);
static int fetch(struct mu_tool *tool, const char *name, struct told *ret_told);
static const char *title(struct mu_tool *tool, const struct told *told);
static int show_difference(struct mu_tool *tool, const struct told *from,
                           const struct told *to);
static int go_back(struct mu_tool *tool, const struct told *told,
                   struct mu_cib_edit *edit);
static int restore(struct mu_cib_edit *edit, const struct told *told);

int
mu_muster_revisions_run(struct mu_tool *tool, int argc, char **argv)
{
    json_t *answer = NULL;
    int code;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    code = mu_client_ask(tool, json_pack("{s:s}", "request", "revisions"),
                         &answer);
    if (code) {
        return code;
    }
    if (tool->is_json) {
        mu_tool_print_json(answer);
    } else {
        write_table(tool, json_object_get(answer, "revisions"));
    }
    json_decref(answer);
    return MU_TOOL_OK;
}

int
mu_muster_revisions_diff(struct mu_tool *tool, int argc, char **argv)
{
    struct told from = {0};
    struct told to = {0};
    int code;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name one revision, or two; see: muster "
                                   "revisions");
    }
    code = fetch(tool, argv[0], &from);
    if (!code) {
        code = fetch(tool, argc > 1 ? argv[1] : "current", &to);
    }
    if (!code) {
        code = show_difference(tool, &from, &to);
    }
    json_decref(from.json);
    json_decref(to.json);
    return code;
}

int
mu_muster_revisions_rollback(struct mu_tool *tool, int argc, char **argv)
{
    struct told told = {0};
    struct mu_cib_edit edit;
    int code;

    if (argc != 1) {
        return mu_tool_usage(tool, "name the revision to go back to; see: "
                                   "muster revisions");
    }
    if (tool->file) {
        return mu_tool_usage(tool, "a file has no revisions; leave --file out");
    }
    tool->draft = NULL;
    code = fetch(tool, argv[0], &told);
    if (!code) {
        code = mu_cib_edit_open(tool, true, &edit);
    }
    if (!code) {
        code = go_back(tool, &told, &edit);
        mu_cib_edit_close(&edit);
    }
    json_decref(told.json);
    return code ? code : mu_client_settle(tool);
}

static void
write_table(struct mu_tool *tool, const json_t *revisions)
{
    struct mu_table table = {.arena = &tool->arena,
                             .columns_count = 5,
                             .dispensable = 5,
                             .width = tool->width,
                             .is_color = tool->is_color};
    struct mu_table_row *row = mu_table_add(&table);
    struct mu_text_buffer text;
    const json_t *one;
    size_t i;

    row->is_heading = true;
    row->cells[0].text = "REV";
    row->cells[1].text = "WHEN";
    row->cells[2].text = "WHO";
    row->cells[3].text = "CHANGED";
    row->cells[4].text = "MESSAGE";
    json_array_foreach(revisions, i, one)
    {
        json_int_t objects =
            json_integer_value(json_object_get(one, "objects"));
        bool is_kept = mu_field_is_true(one, "kept");

        row = mu_table_add(&table);
        row->cells[0].text = mu_field_text(one, "revision");
        row->cells[1].text = when_text(tool, one);
        row->cells[2].text = who_text(tool, one);
        row->cells[3].text =
            mu_text_make(&tool->arena, "%lld %s", (long long)objects,
                         objects == 1 ? "object" : "objects");
        row->cells[4].text =
            mu_text_make(&tool->arena, "%s%s", mu_field_text(one, "message"),
                         is_kept ? "" : " (content no longer kept)");
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_table_write(&table, &text);
    (void)fputs(json_array_size(revisions) > 0
                    ? text.data
                    : "nothing has been configured yet\n",
                stdout);
}

static const char *
when_text(struct mu_tool *tool, const json_t *one)
{
    const char *at = mu_field_text(one, "at");
    char span[MU_API_TIME_SIZE];
    int64_t at_ms;

    if (!at || tool->is_utc || mu_api_time_parse(at, &at_ms) < 0) {
        return at ? at : "?";
    }
    mu_api_time_span(mu_tool_now_ms() - at_ms, span);
    return mu_text_make(&tool->arena, "%s ago", span);
}

static const char *
who_text(struct mu_tool *tool, const json_t *one)
{
    return mu_text_make(&tool->arena, "%s@%s", mu_field_text(one, "by"),
                        mu_field_text(one, "node"));
}

static int
fetch(struct mu_tool *tool, const char *name, struct told *ret_told)
{
    const json_t *xml;
    const char *cib;
    int code = mu_client_ask(tool,
                             json_pack("{s:s, s:s}", "request", "revision",
                                       "revision", name),
                             &ret_told->json);

    if (code) {
        return code;
    }
    xml = json_object_get(ret_told->json, "xml");
    cib = mu_text_make(&tool->arena, "<cib>%s</cib>",
                       json_string_value(xml) ? json_string_value(xml) : "");
    ret_told->name = mu_field_text(ret_told->json, "revision");
    ret_told->xml =
        (struct mu_span){(const unsigned char *)cib, strlen(cib)};
    return MU_TOOL_OK;
}

/* "0.12 by root@node1, 3m ago: because". */
static const char *
title(struct mu_tool *tool, const struct told *told)
{
    return mu_text_make(&tool->arena, "%s by %s, %s: %s", told->name,
                        who_text(tool, told->json), when_text(tool, told->json),
                        mu_field_text(told->json, "message"));
}

static int
show_difference(struct mu_tool *tool, const struct told *from,
                const struct told *to)
{
    struct mu_text_buffer text;
    json_t *objects = NULL;
    int code;

    if (tool->is_json) {
        code = mu_preview_diff_json(tool, from->xml, to->xml, &objects);
        if (!code) {
            json_t *answer = json_pack("{s:s, s:s, s:o}", "from", from->name,
                                       "to", to->name, "objects", objects);

            mu_tool_print_json(answer);
            json_decref(answer);
        }
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    code = mu_preview_diff(tool, from->xml, to->xml, &text);
    if (!code) {
        (void)printf("from %s\nto   %s\n%s", title(tool, from), title(tool, to),
                     text.data ? text.data : "there is no difference\n");
    }
    return code;
}

/* Shows the way back, asks, goes. */
static int
go_back(struct mu_tool *tool, const struct told *told, struct mu_cib_edit *edit)
{
    int code = restore(edit, told);

    if (code) {
        return code;
    }
    if (!mu_cib_edit_has_changed(edit)) {
        mu_tool_say(tool, "nothing to change: the configuration is as it was "
                          "at revision %s",
                    told->name);
        return MU_TOOL_OK;
    }
    if (!tool->message) {
        tool->message =
            mu_text_make(&tool->arena, "rollback to revision %s", told->name);
    }
    if (!tool->is_dry_run && !tool->is_json) {
        code = mu_preview_show(tool, mu_cib_edit_before(edit),
                               mu_cib_edit_after(edit), true);
        if (code) {
            return code;
        }
    }
    if (!tool->is_dry_run &&
        !mu_tool_ask(tool, mu_text_make(&tool->arena,
                                        "go back to revision %s", told->name))) {
        return mu_tool_fail(tool, "revision %s: not gone back to, nothing has "
                                  "changed; to do it say --yes",
                            told->name);
    }
    code = mu_cib_edit_commit(edit);
    return edit->was_refused ? mu_muster_revisions_moved(tool, edit->base)
                             : code;
}

int
mu_muster_revisions_moved(struct mu_tool *tool, const char *since)
{
    json_t *answer = NULL;
    const char *current;
    const json_t *one;
    size_t i;
    size_t length = strlen(since);

    if (mu_client_ask(tool, json_pack("{s:s}", "request", "revisions"),
                      &answer) != MU_TOOL_OK) {
        return MU_TOOL_MOVED;
    }
    current = mu_field_text(answer, "current");
    (void)mu_tool_fail(tool,
                       "the configuration has moved on from revision %s to "
                       "%s, nothing has changed; look at the difference with: "
                       "muster diff %s",
                       since, current ? current : "none", since);
    json_array_foreach(json_object_get(answer, "revisions"), i, one)
    {
        const char *name = mu_field_text(one, "revision");

        /* "0.12", or "0.12.3" as status shows it. */
        if (name && strncmp(since, name, strlen(name)) == 0 &&
            (length == strlen(name) || since[strlen(name)] == '.')) {
            break;
        }
        (void)fprintf(stderr, "  %s  %s, %s: %s\n", name, who_text(tool, one),
                      when_text(tool, one), mu_field_text(one, "message"));
    }
    json_decref(answer);
    return MU_TOOL_MOVED;
}

/* Puts the content of a revision in place of what 'edit' holds. */
static int
restore(struct mu_cib_edit *edit, const struct told *told)
{
    const struct mu_doc_element *old =
        mu_doc_first_named(mu_doc_root(edit->doc), "configuration");
    const struct mu_doc_element *from;
    struct mu_doc_element *new;
    struct mu_errbuf err = {0};
    struct mu_doc *doc;

    if (mu_doc_parse(told->xml, &doc, &err) < 0) {
        return mu_tool_fail_errbuf(edit->tool, told->name, &err);
    }
    from = mu_doc_first_named(mu_doc_root(doc), "configuration");
    if (!from || !old) {
        mu_doc_free(doc);
        return mu_tool_fail(edit->tool, "revision %s: holds no configuration; "
                                        "choose another one",
                            told->name);
    }
    new = mu_doc_make_copy(edit->doc, from);
    mu_doc_free(doc);
    mu_doc_insert_before(mu_doc_edit(edit->doc, old), new);
    mu_doc_remove(mu_doc_edit(edit->doc, old));
    mu_cib_edit_keep_nodes(edit);
    return MU_TOOL_OK;
}
