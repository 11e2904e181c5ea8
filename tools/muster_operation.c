/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operation: the operations of a resource, and traces of them. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "crm/operation.h"
#include "tools/commands.h"
#include "tools/tell.h"

static int trace(struct mu_tool *tool, int argc, char **argv, bool is_on);
static int change(struct mu_cib_edit *edit, void *context);

int
mu_muster_operation_list(struct mu_tool *tool, int argc, char **argv)
{
    const struct mu_doc_element *root;
    struct mu_cib_edit edit;
    size_t count = 0;
    int code;

    if (argc > 2) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[2]);
    }
    code = mu_cib_edit_open(tool, true, &edit);
    if (code) {
        return code;
    }
    root = mu_doc_root(edit.doc);
    for (const struct mu_doc_element *one = root; one;
         one = mu_doc_walk(one, root)) {
        const struct mu_doc_element *resource = mu_doc_parent(one);
        const struct mu_doc_element *node = resource;

        if (!mu_doc_is(one, "lrm_rsc_op")) {
            continue;
        }
        while (node && !mu_doc_is(node, "node_state")) {
            node = mu_doc_parent(node);
        }
        if ((argc > 0 && strcmp(mu_doc_get(resource, "id"), argv[0]) != 0) ||
            (argc > 1 && node && mu_doc_get(node, "uname") &&
             strcmp(mu_doc_get(node, "uname"), argv[1]) != 0)) {
            continue;
        }
        count++;
        (void)printf(
            "%-16s %-12s %-12s %8s ms  result %s\n", mu_doc_get(resource, "id"),
            node && mu_doc_get(node, "uname") ? mu_doc_get(node, "uname") : "?",
            mu_doc_get(one, "operation"),
            mu_doc_get(one, "interval") ? mu_doc_get(one, "interval") : "0",
            mu_doc_get(one, "rc-code") ? mu_doc_get(one, "rc-code") : "?");
    }
    mu_cib_edit_close(&edit);
    if (count == 0 && argc > 0) {
        return mu_tool_fail(tool, "%s: nothing has been done with it yet",
                            argv[0]);
    }
    return MU_TOOL_OK;
}

int
mu_muster_operation_trace(struct mu_tool *tool, int argc, char **argv)
{
    return trace(tool, argc, argv, true);
}

int
mu_muster_operation_untrace(struct mu_tool *tool, int argc, char **argv)
{
    return trace(tool, argc, argv, false);
}

/* RESOURCE [OPERATION] [INTERVAL] [/FOLDER] */
static int
trace(struct mu_tool *tool, int argc, char **argv, bool is_on)
{
    struct mu_operation_trace wanted = {.is_on = is_on};

    if (argc == 0) {
        return mu_tool_usage(tool, "which resource?");
    }
    wanted.id = argv[0];
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '/') {
            wanted.folder = argv[i];
        } else if (isdigit((unsigned char)argv[i][0])) {
            wanted.interval = argv[i];
        } else if (!wanted.name) {
            wanted.name = argv[i];
        } else {
            return mu_tool_usage(tool,
                                 "%s: is neither an interval nor a "
                                 "folder",
                                 argv[i]);
        }
    }
    return mu_cib_edit_run(tool, change, &wanted);
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    struct mu_report report;
    int error;

    mu_report_init(&report, &edit->tool->arena);
    error = mu_operation_trace(edit->doc, context, &report);
    mu_tell_report(edit->tool, NULL, "", &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}
