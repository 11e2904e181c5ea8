/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/classic_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api_time.h"
#include "doc/doc.h"
#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/client.h"

static int make(struct mu_tool *tool, const char *thing, struct mu_span xml,
                struct mu_classic_origin *origin, struct mu_classic *classic);
static void read_head(struct mu_arena *arena, struct mu_span xml,
                      struct mu_classic_origin *origin);
static const char *copy(struct mu_arena *arena, const char *text);
static int print(struct mu_tool *tool, const char *path,
                 const struct mu_text_buffer *text);

int
mu_classic_run(struct mu_tool *tool, const struct mu_classic_call *call)
{
    struct mu_classic classic;
    struct mu_text_buffer text;
    json_t *answer = NULL;
    int result = MU_TOOL_OK;
    int code = mu_classic_run_read(tool, &classic, &answer);

    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    if (call->is_line) {
        result = mu_classic_text_write_line(&classic, &text);
    } else if (call->is_xml) {
        mu_classic_xml_write(&classic, &call->view, &text);
    } else {
        mu_classic_text_write(&classic, &call->view, &text);
    }
    code = print(tool, call->output, &text);
    json_decref(answer);
    return code ? code : result;
}

int
mu_classic_run_read(struct mu_tool *tool, struct mu_classic *classic,
                    json_t **ret_answer)
{
    struct mu_classic_origin origin = {.now_ms = mu_tool_now_ms()};
    json_t *answer = NULL;
    const json_t *xml;
    char *text;
    size_t size;
    int code;

    *ret_answer = NULL;
    if (tool->file) {
        code = mu_tool_read_file(tool, tool->file, &text, &size);
        if (code) {
            return mu_tool_fail(tool, "%s: %s; give a file with a whole <cib>",
                                tool->file, strerror(-code));
        }
        return make(tool, tool->file,
                    (struct mu_span){(const unsigned char *)text, size},
                    &origin, classic);
    }
    code = mu_client_ask(tool, json_pack("{s:s}", "request", "cib"), &answer);
    if (code) {
        return code;
    }
    xml = json_object_get(answer, "xml");
    if (!json_is_string(xml)) {
        json_decref(answer);
        return mu_tool_fail(tool, "musterd gave no configuration; see: muster "
                                  "version");
    }
    origin.is_live = true;
    origin.fencing = json_object_get(answer, "fencing");
    code = make(tool, "musterd's answer",
                (struct mu_span){(const unsigned char *)json_string_value(xml),
                                 json_string_length(xml)},
                &origin, classic);
    if (code) {
        json_decref(answer);
        return code;
    }
    *ret_answer = answer;
    return MU_TOOL_OK;
}

static int
make(struct mu_tool *tool, const char *thing, struct mu_span xml,
     struct mu_classic_origin *origin, struct mu_classic *classic)
{
    struct mu_snapshot *snapshot = NULL;
    struct mu_errbuf err = {0};

    if (mu_cib_status_read_cib(&tool->arena, xml, mu_tool_now_ms(),
                               MU_CONFIG_LENIENT, &snapshot, &err)) {
        return mu_tool_fail_errbuf(tool, thing, &err);
    }
    /* What has expired by now has, whenever the file was written. */
    snapshot->now_ms = mu_tool_now_ms();
    read_head(&tool->arena, xml, origin);
    mu_classic_make(classic, &tool->arena, snapshot,
                    mu_sched_plan(&tool->arena, snapshot, MU_SCHED_STATE),
                    origin);
    return MU_TOOL_OK;
}

/* Who changed the configuration last, and when, stands in the start tag. */
static void
read_head(struct mu_arena *arena, struct mu_span xml,
          struct mu_classic_origin *origin)
{
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};
    struct mu_doc *doc = NULL;
    const struct mu_doc_element *root;
    size_t begin = 0;
    size_t end;
    unsigned char quote = 0;

    while (begin + 5 < xml.size && memcmp(xml.data + begin, "<cib", 4) != 0) {
        begin++;
    }
    for (end = begin; end < xml.size && (quote || xml.data[end] != '>');
         end++) {
        if (quote) {
            quote = xml.data[end] == quote ? 0 : quote;
        } else if (xml.data[end] == '"' || xml.data[end] == '\'') {
            quote = xml.data[end];
        }
    }
    if (end >= xml.size) {
        return;
    }
    mu_text_buffer_init(&text, arena);
    mu_text_buffer_append(&text, (const char *)xml.data + begin, end - begin);
    mu_text_buffer_append(&text, "/>", 2);
    if (mu_doc_parse(
            (struct mu_span){(const unsigned char *)text.data, text.length},
            &doc, &err)) {
        return;
    }
    root = mu_doc_root(doc);
    origin->changed = copy(arena, mu_doc_get(root, "cib-last-written"));
    origin->user = copy(arena, mu_doc_get(root, "update-user"));
    origin->client = copy(arena, mu_doc_get(root, "update-client"));
    origin->node = copy(arena, mu_doc_get(root, "update-origin"));
    if (origin->changed &&
        mu_api_time_parse(origin->changed, &origin->changed_ms)) {
        origin->changed_ms = 0;
    }
    mu_doc_free(doc);
}

static const char *
copy(struct mu_arena *arena, const char *text)
{
    return text && *text ? mu_arena_strdup(arena, text) : NULL;
}

static int
print(struct mu_tool *tool, const char *path, const struct mu_text_buffer *text)
{
    int error;

    if (!path) {
        (void)fputs(text->data ? text->data : "", stdout);
        return MU_TOOL_OK;
    }
    error = mu_tool_write_file(path, text->data, text->length);
    return error ? mu_tool_fail(tool, "%s: cannot be written: %s", path,
                                strerror(-error))
                 : MU_TOOL_OK;
}
