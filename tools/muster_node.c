/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Node: what people do with nodes. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crm/edit.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/moment.h"
#include "tools/tell.h"
#include "tools/wish.h"

enum { NODES_COUNT_MAX = 128 };

/* A change of nodes in the configuration. */
struct node_change {
    enum {
        CHANGE_STANDBY,
        CHANGE_MAINTENANCE,
        CHANGE_ATTRIBUTE,
        CHANGE_DELETE,
    } kind;
    const char *const *nodes;
    size_t nodes_count;
    bool is_on;           /* STANDBY, MAINTENANCE */
    const char *until;    /* STANDBY; null: no end. */
    enum mu_edit_set set; /* ATTRIBUTE */
    const char *name;     /* ATTRIBUTE */
    const char *value;    /* ATTRIBUTE; null deletes. */
};

static int change_nodes(struct mu_cib_edit *edit, void *context);
static int change_standby(struct mu_cib_edit *edit,
                          const struct node_change *change, const char *node,
                          struct mu_report *report);
static int maintenance(struct mu_tool *tool, int argc, char **argv, bool is_on);
static int set_transient(struct mu_tool *tool, const char *const *nodes,
                         size_t count, const char *name, const char *value);
static int standby(struct mu_tool *tool, int argc, char **argv,
                   const char *value);
static int node_names(struct mu_tool *tool, int argc, char **argv,
                      const char **ret_names, size_t *ret_count);
static int attribute_words(struct mu_tool *tool, int argc, char **argv,
                           bool is_utilization);
static int show_attribute(struct mu_tool *tool, const char *node,
                          const char *name, enum mu_edit_set set);
static int show_transient(struct mu_tool *tool, const char *node,
                          const char *name);
static const char *own_name(struct mu_tool *tool);
static int show_configured(struct mu_tool *tool, const char *name);
static int local_name(struct mu_tool *tool, const char **ret_name);
static void print_node(const json_t *node);

int
mu_muster_node_show(struct mu_tool *tool, int argc, char **argv)
{
    json_t *status = NULL;
    json_t *shown = json_array();
    json_t *node;
    size_t i;
    int code;

    if (argc > 1) {
        json_decref(shown);
        return mu_tool_usage(tool, "%s: one node is enough", argv[1]);
    }
    if (tool->file) {
        json_decref(shown);
        return show_configured(tool, argc > 0 ? argv[0] : NULL);
    }
    code = mu_live_status(tool, &status);
    json_array_foreach(json_object_get(status, "nodes"), i, node)
    {
        if (argc == 0 || mu_field_is(node, "name", argv[0])) {
            (void)json_array_append(shown, node);
            if (!tool->is_json) {
                print_node(node);
            }
        }
    }
    if (!code && argc == 1 && json_array_size(shown) == 0) {
        code = mu_tool_fail(tool,
                            "%s: there is no such node; list them with: "
                            "muster node show",
                            argv[0]);
    } else if (!code && tool->is_json) {
        mu_tool_print_json(shown);
    }
    json_decref(shown);
    json_decref(status);
    return code;
}

/* A file knows what is configured, not what is. */
static int
show_configured(struct mu_tool *tool, const char *name)
{
    char type[] = "type:node";
    char *words[] = {name ? mu_arena_strdup(&tool->arena, name) : type, NULL};

    return mu_muster_configure_show(tool, 1, words);
}

int
mu_muster_node_standby(struct mu_tool *tool, int argc, char **argv)
{
    return standby(tool, argc, argv, "on");
}

int
mu_muster_node_online(struct mu_tool *tool, int argc, char **argv)
{
    return standby(tool, argc, argv, "off");
}

int
mu_muster_node_maintenance(struct mu_tool *tool, int argc, char **argv)
{
    return maintenance(tool, argc, argv, true);
}

int
mu_muster_node_ready(struct mu_tool *tool, int argc, char **argv)
{
    return maintenance(tool, argc, argv, false);
}

int
mu_muster_node_fence(struct mu_tool *tool, int argc, char **argv)
{
    int code;

    if (argc != 1) {
        return mu_tool_usage(tool, "name the node to fence");
    }
    if (!tool->is_forced && !tool->is_yes && !tool->is_dry_run &&
        isatty(STDIN_FILENO) &&
        !mu_tool_ask(tool, mu_text_make(&tool->arena,
                                        "cut the power of %s or reset it, now",
                                        argv[0]))) {
        return mu_tool_fail(tool, "%s: not fenced, as you wish", argv[0]);
    }
    code = mu_wish_send(tool, "fence", (const char *[]){"node", argv[0], NULL});
    return code ? code : mu_client_settle(tool);
}

int
mu_muster_node_clearstate(struct mu_tool *tool, int argc, char **argv)
{
    if (argc != 1) {
        return mu_tool_usage(tool, "name the node that is off");
    }
    if (!tool->is_forced && !tool->is_yes && !tool->is_dry_run &&
        isatty(STDIN_FILENO) &&
        !mu_tool_ask(tool,
                     mu_text_make(&tool->arena,
                                  "is %s off for sure? What it ran is started "
                                  "elsewhere",
                                  argv[0]))) {
        return mu_tool_fail(tool, "%s: not confirmed", argv[0]);
    }
    return mu_wish_send(tool, "confirm",
                        (const char *[]){"node", argv[0], NULL});
}

int
mu_muster_node_delete(struct mu_tool *tool, int argc, char **argv)
{
    struct node_change change = {.kind = CHANGE_DELETE,
                                 .nodes = (const char *const *)(uintptr_t)argv,
                                 .nodes_count = 1};

    if (argc != 1) {
        return mu_tool_usage(tool, "name the node to forget");
    }
    return mu_cib_edit_run(tool, change_nodes, &change);
}

int
mu_muster_node_attribute(struct mu_tool *tool, int argc, char **argv)
{
    return attribute_words(tool, argc, argv, false);
}

int
mu_muster_node_utilization(struct mu_tool *tool, int argc, char **argv)
{
    return attribute_words(tool, argc, argv, true);
}

int
mu_muster_node_status_attr(struct mu_tool *tool, int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "set") == 0) {
        return set_transient(tool, (const char *[]){argv[0]}, 1, argv[2],
                             argv[3]);
    }
    if (argc == 3 && strcmp(argv[1], "delete") == 0) {
        return set_transient(tool, (const char *[]){argv[0]}, 1, argv[2], NULL);
    }
    if (argc == 3 && strcmp(argv[1], "show") == 0) {
        return show_transient(tool, argv[0], argv[2]);
    }
    return mu_tool_usage(tool, "say NODE set NAME VALUE, NODE delete NAME or "
                               "NODE show NAME");
}

/* Standby for good is in the configuration, until the next start of the
 * daemon in the transient attributes; the other one goes. */
static int
standby(struct mu_tool *tool, int argc, char **argv, const char *value)
{
    bool is_on = strcmp(value, "on") == 0;
    bool is_transient = false;
    const char *names[NODES_COUNT_MAX];
    const char *until = NULL;
    const char *span = NULL;
    struct node_change change;
    size_t count;
    int code;

    if (mu_tool_take_option(&argc, argv, "--for", &span)) {
        code = mu_moment_after(tool, "--for", span, &until);
        if (code) {
            return code;
        }
    }
    if (argc > 0 && (strcmp(argv[argc - 1], "reboot") == 0 ||
                     strcmp(argv[argc - 1], "forever") == 0)) {
        is_transient = strcmp(argv[--argc], "reboot") == 0;
    }
    code = node_names(tool, argc, argv, names, &count);
    if (code) {
        return code;
    }
    if (is_transient && !tool->file) {
        code = set_transient(tool, names, count, "standby", value);
        return code ? code : mu_client_settle(tool);
    }
    if (!tool->file && !is_on && !tool->is_dry_run) {
        code = set_transient(tool, names, count, "standby", NULL);
    }
    change = (struct node_change){.kind = CHANGE_STANDBY,
                                  .nodes = names,
                                  .nodes_count = count,
                                  .is_on = is_on,
                                  .until = until};
    return code ? code : mu_cib_edit_run(tool, change_nodes, &change);
}

static int
maintenance(struct mu_tool *tool, int argc, char **argv, bool is_on)
{
    const char *names[NODES_COUNT_MAX];
    struct node_change change = {
        .kind = CHANGE_MAINTENANCE, .nodes = names, .is_on = is_on};
    int code = node_names(tool, argc, argv, names, &change.nodes_count);

    return code ? code : mu_cib_edit_run(tool, change_nodes, &change);
}

static int
change_nodes(struct mu_cib_edit *edit, void *context)
{
    const struct node_change *change = context;
    struct mu_report report;
    int error = 0;

    mu_report_init(&report, &edit->tool->arena);
    for (size_t i = 0; i < change->nodes_count && !error; i++) {
        switch (change->kind) {
        case CHANGE_STANDBY:
            error = change_standby(edit, change, change->nodes[i], &report);
            break;
        case CHANGE_MAINTENANCE:
            error = mu_edit_timed(
                edit->doc,
                &(struct mu_edit_timed){.kind = MU_EDIT_TIMED_MAINTENANCE,
                                        .node = change->nodes[i]},
                &report);
            error = error
                        ? error
                        : mu_edit_node_maintenance(edit->doc, change->nodes[i],
                                                   change->is_on, &report);
            break;
        case CHANGE_ATTRIBUTE:
            error = mu_edit_node(edit->doc, change->nodes[i],
                                 &(struct mu_edit_value){
                                     change->set, change->name, change->value},
                                 &report);
            break;
        case CHANGE_DELETE:
            error = mu_edit_node_delete(edit->doc, change->nodes[i], &report);
            break;
        }
    }
    mu_tell_report(edit->tool, NULL, "", &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}

/* Standby with an end is a set of its own, and takes the place of one
 * without; to end one is all that "online" then has to do. */
static int
change_standby(struct mu_cib_edit *edit, const struct node_change *change,
               const char *node, struct mu_report *report)
{
    struct mu_edit_timed timed = {.kind = MU_EDIT_TIMED_STANDBY, .node = node};
    struct mu_digest before = mu_doc_digest(mu_doc_root(edit->doc));
    int error = mu_edit_timed(edit->doc, &timed, report);
    bool was_timed =
        !mu_digest_is_equal(before, mu_doc_digest(mu_doc_root(edit->doc)));
    const char *old = mu_edit_get(edit->doc, node, MU_EDIT_PARAMS, "standby");
    bool was_on = old && strcmp(old, "on") == 0;

    if (!error &&
        (was_on || (!change->until && (change->is_on || !was_timed)))) {
        error = mu_edit_node_standby(edit->doc, node,
                                     change->is_on && !change->until, report);
    }
    timed.until = change->until;
    return error || !change->until ? error
                                   : mu_edit_timed(edit->doc, &timed, report);
}

static int
set_transient(struct mu_tool *tool, const char *const *nodes, size_t count,
              const char *name, const char *value)
{
    for (size_t i = 0; i < count; i++) {
        int code =
            mu_wish_send(tool, "attribute",
                         (const char *[]){"node", nodes[i], "name", name,
                                          value ? "value" : NULL, value, NULL});

        if (code) {
            return code;
        }
    }
    return MU_TOOL_OK;
}

/* The nodes that the words name: none means this one, --all all. */
static int
node_names(struct mu_tool *tool, int argc, char **argv, const char **ret_names,
           size_t *ret_count)
{
    *ret_count = 0;
    if (argc == 0) {
        *ret_count = 1;
        return local_name(tool, &ret_names[0]);
    }
    if (argc == 1 && strcmp(argv[0], "--all") == 0) {
        struct mu_cib_edit edit;
        const struct mu_doc_element *one;
        int code = mu_cib_edit_open(tool, false, &edit);

        if (code) {
            return code;
        }
        one = mu_doc_root(edit.doc);
        for (; one; one = mu_doc_walk(one, mu_doc_root(edit.doc))) {
            const char *name = mu_doc_get(one, "uname");

            if (mu_doc_is(one, "node") && name &&
                *ret_count < NODES_COUNT_MAX) {
                ret_names[(*ret_count)++] = mu_arena_strdup(&tool->arena, name);
            }
        }
        mu_cib_edit_close(&edit);
        return MU_TOOL_OK;
    }
    for (int i = 0; i < argc && i < NODES_COUNT_MAX; i++) {
        if (argv[i][0] == '-') {
            return mu_tool_usage(tool, "%s: is no node", argv[i]);
        }
        ret_names[(*ret_count)++] = argv[i];
    }
    return MU_TOOL_OK;
}

static int
attribute_words(struct mu_tool *tool, int argc, char **argv,
                bool is_utilization)
{
    struct node_change change = {.kind = CHANGE_ATTRIBUTE,
                                 .nodes = (const char *const *)(uintptr_t)argv,
                                 .nodes_count = 1,
                                 .set = is_utilization ? MU_EDIT_UTILIZATION
                                                       : MU_EDIT_PARAMS};

    if (argc == 3 && strcmp(argv[1], "show") == 0) {
        return show_attribute(tool, argv[0], argv[2], change.set);
    }
    if ((argc == 4 && strcmp(argv[1], "set") == 0) ||
        (argc == 3 && strcmp(argv[1], "delete") == 0)) {
        change.name = argv[2];
        change.value = argc == 4 ? argv[3] : NULL;
        return mu_cib_edit_run(tool, change_nodes, &change);
    }
    return mu_tool_usage(tool, "say NODE set NAME VALUE, NODE delete NAME or "
                               "NODE show NAME");
}

static int
show_attribute(struct mu_tool *tool, const char *node, const char *name,
               enum mu_edit_set set)
{
    struct mu_cib_edit edit;
    const char *value;
    int code = mu_cib_edit_open(tool, false, &edit);

    if (code) {
        return code;
    }
    value = mu_edit_get(edit.doc, node, set, name);
    if (value) {
        (void)printf("scope=nodes  name=%s value=%s\n", name, value);
    } else {
        code = mu_tool_fail(tool,
                            "%s: node %s has no such attribute; see: "
                            "muster configure show %s",
                            name, node, node);
    }
    mu_cib_edit_close(&edit);
    return code;
}

static int
show_transient(struct mu_tool *tool, const char *node, const char *name)
{
    json_t *status;
    const char *value;
    int code = mu_live_status(tool, &status);

    value = mu_field_text(
        json_object_get(mu_live_node(status, node), "attributes"), name);
    if (value) {
        (void)printf("scope=status  name=%s value=%s\n", name, value);
    } else if (!code) {
        code = mu_tool_fail(tool,
                            "%s: node %s has no such attribute; see: "
                            "muster node show %s",
                            name, node, node);
    }
    json_decref(status);
    return code;
}

static int
local_name(struct mu_tool *tool, const char **ret_name)
{
    json_t *status = NULL;
    int code;

    if (tool->file) {
        *ret_name = own_name(tool);
        return MU_TOOL_OK;
    }
    code = mu_client_ask(tool, json_pack("{s:s}", "request", "nodes"), &status);
    if (!code) {
        const char *name = mu_field_text(status, "local");

        *ret_name = mu_arena_strdup(&tool->arena, name);
        if (!name) {
            code = mu_tool_fail(tool, "this node has no name yet; name one");
        }
    }
    json_decref(status);
    return code;
}

static const char *
own_name(struct mu_tool *tool)
{
    char name[256] = "";

    (void)gethostname(name, sizeof(name) - 1);
    return mu_arena_strdup(&tool->arena, name);
}

static void
print_node(const json_t *node)
{
    const json_t *attributes = json_object_get(node, "attributes");
    const json_t *value;
    const char *key;

    (void)printf("%s(%lld): %s\n", mu_field_text(node, "name"),
                 (long long)mu_field_number(node, "id"),
                 mu_field_text(node, "state"));
    json_object_foreach((json_t *)(uintptr_t)attributes, key, value)
    {
        (void)printf("\t%s=%s\n", key, json_string_value(value));
    }
}
