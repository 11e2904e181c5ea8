/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cib_edit.h"

#include <errno.h>
#include <string.h>

#include "model/config.h"
#include "tools/client.h"
#include "tools/draft.h"
#include "tools/field.h"
#include "tools/preview.h"

/* The daemon gives up before that and says why. */
enum { TRIES_COUNT_MAX = 8, COMMIT_MS = 30000 };
#define CONFIG_ARENA_SIZE_MAX ((size_t)1 << 32)

static int open_target(struct mu_tool *tool, bool with_status,
                       struct mu_cib_edit *edit);
static int open_draft(struct mu_tool *tool, bool with_status,
                      struct mu_cib_edit *edit);
static int take_configuration(struct mu_cib_edit *edit, const char *text,
                              size_t size);
static int open_file(struct mu_tool *tool, struct mu_cib_edit *edit);
static int open_cluster(struct mu_tool *tool, bool with_status,
                        struct mu_cib_edit *edit);
static void add_nodes(struct mu_cib_edit *edit, const json_t *nodes);
static int run(struct mu_tool *tool, bool with_status,
               mu_cib_edit_change *change, void *context);
static int commit_draft(struct mu_cib_edit *edit);
static int commit_file(struct mu_cib_edit *edit);
static int commit_cluster(struct mu_cib_edit *edit);
static struct mu_span span_of(const char *text, size_t size);

int
mu_cib_edit_open(struct mu_tool *tool, bool with_status,
                 struct mu_cib_edit *ret_edit)
{
    *ret_edit = (struct mu_cib_edit){.tool = tool};
    return tool->draft && mu_draft_is_open(tool, tool->draft)
               ? open_draft(tool, with_status, ret_edit)
               : open_target(tool, with_status, ret_edit);
}

void
mu_cib_edit_close(struct mu_cib_edit *edit)
{
    mu_doc_free(edit->doc);
    edit->doc = NULL;
}

int
mu_cib_edit_run(struct mu_tool *tool, mu_cib_edit_change *change, void *context)
{
    return run(tool, tool->is_dry_run, change, context);
}

int
mu_cib_edit_run_seeing(struct mu_tool *tool, mu_cib_edit_change *change,
                       void *context)
{
    return run(tool, true, change, context);
}

static int
run(struct mu_tool *tool, bool with_status, mu_cib_edit_change *change,
    void *context)
{
    for (unsigned i = 0; i < TRIES_COUNT_MAX; i++) {
        struct mu_cib_edit edit;
        bool was_refused;
        int code = mu_cib_edit_open(tool, with_status, &edit);

        if (code) {
            return code;
        }
        code = change(&edit, context);
        if (!code) {
            code = mu_cib_edit_commit(&edit);
        }
        was_refused = edit.was_refused;
        mu_cib_edit_close(&edit);
        if (!was_refused) {
            return code ? code : mu_client_settle(tool);
        }
    }
    return mu_tool_fail(tool, "the configuration changes faster than this "
                              "change can be made; try again");
}

int
mu_cib_edit_validate(struct mu_tool *tool, const char *thing,
                     const struct mu_doc *doc)
{
    const struct mu_config *config;
    struct mu_errbuf err = {0};
    struct mu_arena arena;
    int error;

    mu_arena_init(&arena, CONFIG_ARENA_SIZE_MAX);
    error = mu_config_read(&arena, doc, MU_CONFIG_STRICT, &config, &err);
    mu_arena_done(&arena);
    return error ? mu_tool_fail_errbuf(tool, thing, &err) : MU_TOOL_OK;
}

/* What the words are about when there is no draft. */
static int
open_target(struct mu_tool *tool, bool with_status, struct mu_cib_edit *edit)
{
    return tool->file ? open_file(tool, edit)
                      : open_cluster(tool, with_status, edit);
}

/* The status is that of now: it is not kept in a draft. */
static int
open_draft(struct mu_tool *tool, bool with_status, struct mu_cib_edit *edit)
{
    struct mu_errbuf err = {0};
    struct mu_draft draft;
    int code = mu_draft_read(tool, tool->draft, &draft);

    if (code) {
        return code;
    }
    if (with_status) {
        code = open_target(tool, true, edit);
        return code ? code
                    : take_configuration(edit, draft.now, draft.now_size);
    }
    edit->before = draft.now;
    edit->before_size = draft.now_size;
    edit->base = draft.base;
    return mu_doc_parse(span_of(draft.now, draft.now_size), &edit->doc, &err)
               ? mu_tool_fail_errbuf(tool, "the changes so far", &err)
               : MU_TOOL_OK;
}

/* Replaces the configuration of an open document by that of 'text'. */
static int
take_configuration(struct mu_cib_edit *edit, const char *text, size_t size)
{
    const struct mu_doc_element *old =
        mu_doc_first_named(mu_doc_root(edit->doc), "configuration");
    const struct mu_doc_element *new;
    struct mu_errbuf err = {0};
    struct mu_text_buffer whole;
    struct mu_doc *doc;

    if (mu_doc_parse(span_of(text, size), &doc, &err)) {
        mu_cib_edit_close(edit);
        return mu_tool_fail_errbuf(edit->tool, "the changes so far", &err);
    }
    new = mu_doc_first_named(mu_doc_root(doc), "configuration");
    if (old && new) {
        mu_doc_insert_before(mu_doc_edit(edit->doc, old),
                             mu_doc_make_copy(edit->doc, new));
        mu_doc_remove(mu_doc_edit(edit->doc, old));
    }
    mu_doc_free(doc);
    mu_text_buffer_init(&whole, &edit->tool->arena);
    mu_doc_write_file(edit->doc, &whole);
    edit->before = whole.data;
    edit->before_size = whole.length;
    return MU_TOOL_OK;
}

static int
open_file(struct mu_tool *tool, struct mu_cib_edit *edit)
{
    struct mu_errbuf err = {0};
    char *text;
    int error = mu_tool_read_file(tool, tool->file, &text, &edit->before_size);

    if (error) {
        return mu_tool_fail(tool, "%s: cannot be read: %s; check the name",
                            tool->file, strerror(-error));
    }
    edit->before = text;
    error = mu_doc_parse(span_of(text, edit->before_size), &edit->doc, &err);
    if (error) {
        return mu_tool_fail_errbuf(tool, tool->file, &err);
    }
    edit->has_status = true;
    if (!mu_doc_is(mu_doc_root(edit->doc), "cib") &&
        !mu_doc_is(mu_doc_root(edit->doc), "configuration")) {
        mu_cib_edit_close(edit);
        return mu_tool_fail(tool,
                            "%s: the root element is no <cib>; name a file "
                            "with a whole CIB",
                            tool->file);
    }
    return MU_TOOL_OK;
}

static int
open_cluster(struct mu_tool *tool, bool with_status, struct mu_cib_edit *edit)
{
    struct mu_errbuf err = {0};
    json_t *result = NULL;
    const json_t *xml;
    int code = mu_client_ask(tool,
                             json_pack("{s:s, s:b}", "request", "cib", "status",
                                       with_status ? 1 : 0),
                             &result);

    if (code) {
        return code;
    }
    xml = json_object_get(result, "xml");
    edit->before_size = json_string_length(xml);
    edit->before = mu_arena_strndup(
        &tool->arena, json_string_value(xml) ? json_string_value(xml) : "",
        edit->before_size);
    edit->base = mu_arena_strdup(&tool->arena, mu_field_text(result, "base"));
    edit->has_status = with_status;
    if (mu_doc_parse(span_of(edit->before, edit->before_size), &edit->doc,
                     &err)) {
        json_decref(result);
        return mu_tool_fail_errbuf(tool, "the daemon's configuration", &err);
    }
    add_nodes(edit, json_object_get(result, "nodes"));
    json_decref(result);
    return MU_TOOL_OK;
}

/* Adds the nodes of the ring that the configuration does not list, so that
 * they can be shown and given attributes. */
static void
add_nodes(struct mu_cib_edit *edit, const json_t *nodes)
{
    const struct mu_doc_element *configuration =
        mu_doc_first_named(mu_doc_root(edit->doc), "configuration");
    const struct mu_doc_element *section =
        configuration ? mu_doc_first_named(configuration, "nodes") : NULL;
    struct mu_text_buffer text;
    const json_t *node;
    bool is_changed = false;
    size_t i;

    json_array_foreach(nodes, i, node)
    {
        const char *name = mu_field_text(node, "name");
        const struct mu_doc_element *one =
            section ? mu_doc_first_named(section, "node") : NULL;
        struct mu_doc_element *added;

        while (one && name && mu_doc_get(one, "uname") &&
               strcmp(mu_doc_get(one, "uname"), name) != 0) {
            one = mu_doc_next_named(one, "node");
        }
        if (one || !name || !configuration) {
            continue;
        }
        if (!section) {
            section =
                mu_doc_add(mu_doc_edit(edit->doc, configuration), "nodes");
        }
        added = mu_doc_add(mu_doc_edit(edit->doc, section), "node");
        mu_doc_set(added, "id",
                   mu_text_make(&edit->tool->arena, "%lld",
                                (long long)mu_field_number(node, "id")));
        mu_doc_set(added, "uname", name);
        is_changed = true;
    }
    if (is_changed) {
        mu_text_buffer_init(&text, &edit->tool->arena);
        mu_doc_write_file(edit->doc, &text);
        edit->before = text.data;
        edit->before_size = text.length;
    }
}

void
mu_cib_edit_keep_nodes(struct mu_cib_edit *edit)
{
    const struct mu_doc_element *configuration =
        mu_doc_first_named(mu_doc_root(edit->doc), "configuration");
    const struct mu_doc_element *to =
        configuration ? mu_doc_first_named(configuration, "nodes") : NULL;
    const struct mu_doc_element *from;
    struct mu_doc *before;

    if (!to || mu_doc_parse(mu_cib_edit_before(edit), &before, NULL)) {
        return;
    }
    from = mu_doc_first_named(mu_doc_root(before), "configuration");
    from = from ? mu_doc_first_named(from, "nodes") : NULL;
    from = from ? mu_doc_first_named(from, "node") : NULL;
    for (; from; from = mu_doc_next_named(from, "node")) {
        const char *id = mu_doc_get(from, "id");

        if (id && !mu_doc_find(to, id)) {
            struct mu_doc_element *added =
                mu_doc_add(mu_doc_edit(edit->doc, to), "node");

            for (unsigned i = 0; i < mu_doc_attributes_count(from); i++) {
                mu_doc_set(added, mu_doc_attribute_name(from, i),
                           mu_doc_attribute_value(from, i));
            }
        }
    }
    mu_doc_free(before);
}

struct mu_span
mu_cib_edit_before(const struct mu_cib_edit *edit)
{
    return span_of(edit->before, edit->before_size);
}

struct mu_span
mu_cib_edit_after(const struct mu_cib_edit *edit)
{
    struct mu_text_buffer after;

    mu_text_buffer_init(&after, &edit->tool->arena);
    mu_doc_write_pretty(mu_doc_root(edit->doc), 0, &after);
    return span_of(after.data, after.length);
}

int
mu_cib_edit_commit(struct mu_cib_edit *edit)
{
    struct mu_tool *tool = edit->tool;
    int code;

    if (!mu_cib_edit_has_changed(edit)) {
        mu_tool_say(tool, "nothing to change");
        return MU_TOOL_OK;
    }
    code = mu_cib_edit_validate(tool, "refused", edit->doc);
    if (code) {
        return code;
    }
    if (tool->is_dry_run) {
        return mu_preview_show(tool, mu_cib_edit_before(edit),
                               mu_cib_edit_after(edit), edit->has_status);
    }
    if (tool->draft) {
        return commit_draft(edit);
    }
    return tool->file ? commit_file(edit) : commit_cluster(edit);
}

static int
commit_draft(struct mu_cib_edit *edit)
{
    struct mu_tool *tool = edit->tool;
    struct mu_text_buffer text;
    int code = MU_TOOL_OK;

    if (!mu_draft_is_open(tool, tool->draft)) {
        code = mu_draft_begin(tool, tool->draft,
                              span_of(edit->before, edit->before_size),
                              edit->base);
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_doc_write_file(edit->doc, &text);
    return code ? code
                : mu_draft_write(tool, tool->draft,
                                 span_of(text.data, text.length));
}

static int
commit_file(struct mu_cib_edit *edit)
{
    struct mu_tool *tool = edit->tool;
    const struct mu_doc_element *root = mu_doc_root(edit->doc);
    const char *epoch = mu_doc_get(root, "epoch");
    struct mu_text_buffer text;
    int64_t count;
    int error;

    /* As a cluster would: each change is a new epoch. */
    if (epoch && mu_text_parse_int64(epoch, &count) == 0) {
        struct mu_doc_element *cib = mu_doc_edit(edit->doc, root);

        mu_doc_set(cib, "epoch",
                   mu_text_make(&tool->arena, "%lld", (long long)count + 1));
        mu_doc_set(cib, "num_updates", "0");
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_doc_write_file(edit->doc, &text);
    error = mu_tool_write_file(tool->file, text.data, text.length);
    if (error) {
        return mu_tool_fail(tool,
                            "%s: cannot be written: %s; nothing has changed",
                            tool->file, strerror(-error));
    }
    return MU_TOOL_OK;
}

static int
commit_cluster(struct mu_cib_edit *edit)
{
    struct mu_tool *tool = edit->tool;
    const struct mu_doc_element *root = mu_doc_root(edit->doc);
    const struct mu_doc_element *configuration =
        mu_doc_is(root, "configuration")
            ? root
            : mu_doc_first_named(root, "configuration");
    struct mu_client_answer answer = {.takes_refusal = true};
    struct mu_text_buffer text;
    struct mu_muster_ipc *ipc;
    json_t *request;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_doc_write_pretty(configuration, 1, &text);
    request = json_pack("{s:s, s:s%, s:s?}", "request", "config", "xml",
                        text.data, text.length, "base", edit->base);
    mu_client_sign(tool, request);
    code = mu_client_ask_on(tool, ipc, request, COMMIT_MS, &answer);
    mu_muster_ipc_close(ipc);
    if (code == MU_TOOL_FAILED && answer.error == -ESTALE) {
        edit->was_refused = true;
        return code;
    }
    if (code == MU_TOOL_FAILED && answer.text) {
        return mu_tool_fail(tool, "%s", answer.text);
    }
    if (code == MU_TOOL_OK) {
        const char *revision = mu_field_text(answer.result, "revision");

        edit->revision = mu_arena_strdup(&tool->arena, revision);
        if (edit->is_silent) {
            ;
        } else if (tool->is_json) {
            mu_tool_print_json(answer.result);
        } else if (revision) {
            mu_tool_say(tool, "revision %s", revision);
        }
    }
    json_decref(answer.result);
    return code;
}

static struct mu_span
span_of(const char *text, size_t size)
{
    return (struct mu_span){(const unsigned char *)text, size};
}

/* Compares meaning, not spelling: canonical forms of the configuration. */
bool
mu_cib_edit_has_changed(const struct mu_cib_edit *edit)
{
    struct mu_doc *before;
    bool is_different;

    if (mu_doc_parse(span_of(edit->before, edit->before_size), &before, NULL)) {
        return true;
    }
    is_different = !mu_digest_is_equal(mu_doc_digest(mu_doc_root(before)),
                                       mu_doc_digest(mu_doc_root(edit->doc)));
    mu_doc_free(before);
    return is_different;
}
