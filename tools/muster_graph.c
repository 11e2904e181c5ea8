/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graph: the configuration as a picture, in the language of Graphviz. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/commands.h"

static void write_graph(const struct mu_doc *cib, struct mu_text_buffer *text);
static void write_resource(const struct mu_doc_element *resource,
                           unsigned depth, struct mu_text_buffer *text);
static void write_constraint(const struct mu_doc_element *one,
                             struct mu_text_buffer *text);
static void write_sets(const struct mu_doc_element *one, const char *style,
                       struct mu_text_buffer *text);
static void write_edge(const char *from, const char *to, const char *style,
                       struct mu_text_buffer *text);

int
mu_muster_graph_run(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int error;
    int code;

    if (argc > 0 && strcmp(argv[0], "dot") != 0) {
        return mu_tool_usage(tool, "%s: dot is the only language", argv[0]);
    }
    if (argc > 2) {
        return mu_tool_usage(tool,
                             "%s: for a picture say: %s configure graph "
                             "dot | dot -T%s",
                             argv[2], tool->program, argv[2]);
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    write_graph(edit.doc, &text);
    mu_cib_edit_close(&edit);
    if (argc < 2 || strcmp(argv[1], "-") == 0) {
        (void)fputs(text.data, stdout);
        return MU_TOOL_OK;
    }
    error = mu_tool_write_file(argv[1], text.data, text.length);
    return error ? mu_tool_fail(tool, "%s: cannot be written: %s", argv[1],
                                strerror(-error))
                 : MU_TOOL_OK;
}

static void
write_graph(const struct mu_doc *cib, struct mu_text_buffer *text)
{
    const struct mu_doc_element *top =
        mu_doc_first_named(mu_doc_root(cib), "configuration");
    const struct mu_doc_element *section =
        top ? mu_doc_first_named(top, "resources") : NULL;
    const struct mu_doc_element *one = section ? mu_doc_first(section) : NULL;

    mu_text_buffer_add(text, "digraph configuration {\n"
                             "  compound=true;\n"
                             "  node [shape=box, style=rounded];\n");
    for (; one; one = mu_doc_next(one)) {
        if (!mu_doc_is(one, "template")) {
            write_resource(one, 1, text);
        }
    }
    section = top ? mu_doc_first_named(top, "constraints") : NULL;
    one = section ? mu_doc_first(section) : NULL;
    for (; one; one = mu_doc_next(one)) {
        write_constraint(one, text);
    }
    mu_text_buffer_add(text, "}\n");
}

/* A container is a frame around its members; those of a group follow each
 * other. The depth is that of the document, which is bounded. */
static void
write_resource(const struct mu_doc_element *resource, unsigned depth,
               struct mu_text_buffer *text)
{
    const char *id = mu_doc_get(resource, "id");
    const char *before = NULL;

    if (mu_doc_is(resource, "primitive")) {
        const char *type = mu_doc_get(resource, "type");

        mu_text_buffer_add(text, "%*s\"%s\" [label=\"%s%s%s\"];\n",
                           (int)depth * 2, "", id, id, type ? "\\n" : "",
                           type ? type : "");
        return;
    }
    mu_text_buffer_add(text,
                       "%*ssubgraph \"cluster_%s\" {\n%*slabel=\"%s %s\";\n"
                       "%*s\"%s\" [style=invis, height=0, width=0, "
                       "label=\"\"];\n",
                       (int)depth * 2, "", id, (int)depth * 2 + 2, "",
                       mu_doc_name(resource), id, (int)depth * 2 + 2, "", id);
    for (const struct mu_doc_element *one = mu_doc_first(resource); one;
         one = mu_doc_next(one)) {
        if (!mu_doc_is(one, "primitive") && !mu_doc_is(one, "group")) {
            continue;
        }
        write_resource(one, depth + 1, text);
        if (before && mu_doc_is(resource, "group")) {
            mu_text_buffer_add(text, "%*s", (int)depth * 2, "");
            write_edge(before, mu_doc_get(one, "id"), "style=solid", text);
        }
        before = mu_doc_get(one, "id");
    }
    mu_text_buffer_add(text, "%*s}\n", (int)depth * 2, "");
}

static void
write_constraint(const struct mu_doc_element *one, struct mu_text_buffer *text)
{
    const char *node = mu_doc_get(one, "node");
    const char *rsc = mu_doc_get(one, "rsc");
    const char *score = mu_doc_get(one, "score");

    if (mu_doc_is(one, "rsc_location") && node && rsc) {
        mu_text_buffer_add(text,
                           "  \"node %s\" [label=\"%s\", shape=box3d, "
                           "style=solid];\n",
                           node, node);
        write_edge(rsc, mu_text_make(text->arena, "node %s", node),
                   mu_text_make(text->arena,
                                "style=dotted, arrowhead=none, label=\"%s\"",
                                score ? score : ""),
                   text);
    } else if (mu_doc_is(one, "rsc_order")) {
        if (mu_doc_get(one, "first") && mu_doc_get(one, "then")) {
            write_edge(mu_doc_get(one, "first"), mu_doc_get(one, "then"),
                       "style=solid", text);
        }
        write_sets(one, "style=solid", text);
    } else if (mu_doc_is(one, "rsc_colocation")) {
        const char *style = mu_text_make(
            text->arena, "style=dashed, arrowhead=none, label=\"%s\"",
            score ? score : "");

        if (rsc && mu_doc_get(one, "with-rsc")) {
            write_edge(rsc, mu_doc_get(one, "with-rsc"), style, text);
        }
        write_sets(one, style, text);
    }
}

/* From the last of a set to the first of the next, and along each. */
static void
write_sets(const struct mu_doc_element *one, const char *style,
           struct mu_text_buffer *text)
{
    const struct mu_doc_element *set = mu_doc_first_named(one, "resource_set");
    const char *before = NULL;

    for (; set; set = mu_doc_next_named(set, "resource_set")) {
        const struct mu_doc_element *member =
            mu_doc_first_named(set, "resource_ref");

        for (; member; member = mu_doc_next_named(member, "resource_ref")) {
            if (before) {
                write_edge(before, mu_doc_get(member, "id"), style, text);
            }
            before = mu_doc_get(member, "id");
        }
    }
}

static void
write_edge(const char *from, const char *to, const char *style,
           struct mu_text_buffer *text)
{
    mu_text_buffer_add(text, "  \"%s\" -> \"%s\" [%s];\n", from, to, style);
}
