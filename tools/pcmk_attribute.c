/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crm_attribute, crm_master, attrd_updater and crm_failcount: reading and
 * writing attributes. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crm/edit.h"
#include "tools/cib_edit.h"
#include "tools/field.h"
#include "tools/pcmk.h"
#include "tools/wish.h"

enum verb { QUERY, UPDATE, DELETE };

/* What a call asks for. */
struct call {
    enum verb verb;
    const char *name;
    const char *value;
    const char *node;     /* Null: this one, where a node matters. */
    const char *type;     /* -t, or null */
    const char *lifetime; /* -l, or null */
    const char *set;      /* -s, or null */
    const char *fallback; /* -d: value when there is none; or null. */
    bool is_quiet;
    bool is_promotion;
    bool is_utilization;
    bool is_all; /* attrd_updater -A */
};

static int parse(struct call *call, struct mu_tool *tool, int argc, char **argv,
                 bool is_updater);
static bool take_verb(struct call *call, int option, bool is_updater);
static void take_option(struct call *call, struct mu_tool *tool, int option,
                        bool is_updater);
static const char *promotion_name(struct mu_tool *tool, const char *resource);
static int run(struct mu_tool *tool, const struct call *call);
static int run_transient(struct mu_tool *tool, const struct call *call);
static int query_transient(struct mu_tool *tool, const struct call *call);
static int run_config(struct mu_tool *tool, const struct call *call);
static int query_config(struct mu_tool *tool, const struct call *call);
static int change(struct mu_cib_edit *edit, void *context);
static int change_property(struct mu_cib_edit *edit, const struct call *call);
static int answer(const struct mu_tool *tool, const struct call *call,
                  const char *scope, const char *value);
static bool is_cluster_wide(const struct call *call);

int
mu_pcmk_attribute_run(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {0};
    int code = parse(&call, tool, argc, argv, false);

    return code ? code : run(tool, &call);
}

int
mu_pcmk_attribute_master(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {.is_promotion = true, .lifetime = "reboot"};
    int code = parse(&call, tool, argc, argv, false);

    return code ? code : run(tool, &call);
}

int
mu_pcmk_attribute_updater(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {.lifetime = "reboot"};
    const json_t *one;
    json_t *nodes;
    size_t i;
    int code = parse(&call, tool, argc, argv, true);
    bool is_found = false;

    if (code) {
        return code;
    }
    if (call.verb != QUERY) {
        return run_transient(tool, &call);
    }
    code = mu_pcmk_nodes(tool, &nodes);
    json_array_foreach(json_object_get(nodes, "nodes"), i, one)
    {
        const char *name = mu_field_text(one, "name");
        const char *value =
            mu_field_text(json_object_get(one, "attributes"), call.name);

        if (value && name &&
            (call.is_all || one == mu_pcmk_find_node(nodes, call.node))) {
            (void)printf("name=\"%s\" host=\"%s\" value=\"%s\"\n", call.name,
                         name, value);
            is_found = true;
        }
    }
    json_decref(nodes);
    if (!code && !is_found) {
        (void)fprintf(stderr, "attrd_updater: no value of %s is known\n",
                      call.name);
        code = MU_PCMK_NOT_THERE;
    }
    return code;
}

int
mu_pcmk_attribute_failcount(struct mu_tool *tool, int argc, char **argv)
{
    static const struct option options[] = {
        {"resource", required_argument, NULL, 'r'},
        {"node", required_argument, NULL, 'N'},
        {"query", no_argument, NULL, 'G'},
        {"delete", no_argument, NULL, 'D'},
        {"quiet", no_argument, NULL, 'Q'},
        {NULL, 0, NULL, 0},
    };
    const char *resource = NULL;
    const char *node = NULL;
    bool is_delete = false;
    int32_t sum = 0;
    json_t *nodes;
    json_t *value;
    const char *key;
    const char *prefix;
    int code;
    int c;

    while ((c = getopt_long(argc, argv, "r:N:U:GDQqv:n:I:", options, NULL)) !=
           -1) {
        resource = c == 'r' ? optarg : resource;
        node = c == 'N' || c == 'U' ? optarg : node;
        is_delete = is_delete || c == 'D';
    }
    if (!resource) {
        return MU_PCMK_USAGE;
    }
    if (is_delete) {
        return mu_pcmk_exit_of(
            mu_wish_send(tool, "cleanup",
                         (const char *[]){"resource", resource,
                                          node ? "node" : NULL, node, NULL}));
    }
    code = mu_pcmk_nodes(tool, &nodes);
    prefix = mu_text_make(&tool->arena, "fail-count-%s#", resource);
    json_object_foreach(
        json_object_get(mu_pcmk_find_node(nodes, node), "attributes"), key,
        value)
    {
        int32_t count;

        if (strncmp(key, prefix, strlen(prefix)) == 0 &&
            json_is_string(value) &&
            mu_text_parse_score(json_string_value(value), &count) == 0) {
            sum += count;
        }
    }
    json_decref(nodes);
    if (!code) {
        (void)printf("scope=status  name=fail-count-%s value=%d\n", resource,
                     (int)sum);
    }
    return code;
}

static int
parse(struct call *call, struct mu_tool *tool, int argc, char **argv,
      bool is_updater)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'},
        {"attr-name", required_argument, NULL, 'n'},
        {"attribute-name", required_argument, NULL, 'n'},
        {"update", required_argument, NULL, 'v'},
        {"attr-value", required_argument, NULL, 'v'},
        {"attribute-value", required_argument, NULL, 'v'},
        {"update-both", required_argument, NULL, 'B'},
        {"update-delay", no_argument, NULL, 'Y'},
        {"query", no_argument, NULL, 'G'},
        {"get-value", no_argument, NULL, 'G'},
        {"delete", no_argument, NULL, 'D'},
        {"delete-attr", no_argument, NULL, 'D'},
        {"node", required_argument, NULL, 'N'},
        {"node-uname", required_argument, NULL, 'N'},
        {"type", required_argument, NULL, 't'},
        {"lifetime", required_argument, NULL, 'l'},
        {"set-name", required_argument, NULL, 's'},
        {"default", required_argument, NULL, 'd'},
        {"delay", required_argument, NULL, 'w'},
        {"promotion", optional_argument, NULL, 'p'},
        {"private", no_argument, NULL, 'P'},
        {"utilization", no_argument, NULL, 'z'},
        {"quiet", no_argument, NULL, 'q'},
        {"all", no_argument, NULL, 'A'},
        {"refresh", no_argument, NULL, 'R'},
        {NULL, 0, NULL, 0},
    };
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv,
                            is_updater ? "n:v:U:B:QYDN:t:l:S:d:pAqR"
                                       : "n:v:GQDN:U:t:l:s:d:p::zqi:",
                            options, NULL)) != -1) {
        if (c == 'U' && !is_updater) {
            c = 'N'; /* The old spelling of a node's name. */
        }
        if (c == 'R' || c == 'Y') {
            exit(MU_PCMK_OK); /* Nothing here is delayed or cached. */
        }
        if (!take_verb(call, c, is_updater)) {
            take_option(call, tool, c, is_updater);
        }
    }
    if (call->is_promotion && !call->name) {
        call->name = promotion_name(tool, NULL);
    }
    if (!call->name) {
        (void)fprintf(stderr, "%s: which attribute? Name one with -n\n",
                      tool->program);
        return MU_PCMK_USAGE;
    }
    return MU_PCMK_OK;
}

/* Takes an option that says what to do. False when it is none. */
static bool
take_verb(struct call *call, int option, bool is_updater)
{
    switch (option) {
    case 'v':
    case 'U':
    case 'B':
        call->verb = UPDATE;
        call->value = optarg;
        return true;
    case 'Q':
        call->is_quiet = call->is_quiet || !is_updater;
        if (!is_updater) {
            return true;
        }
        call->verb = QUERY;
        return true;
    case 'G':
        call->verb = QUERY;
        return true;
    case 'D':
        call->verb = DELETE;
        return true;
    default:
        return false;
    }
}

/* Takes any other option; those of other versions do no harm. */
static void
take_option(struct call *call, struct mu_tool *tool, int option,
            bool is_updater)
{
    switch (option) {
    case 'n':
        call->name = optarg;
        break;
    case 'N':
        call->node = optarg;
        break;
    case 't':
        call->type = optarg;
        break;
    case 'l':
        call->lifetime = optarg;
        break;
    case 's':
        call->set = optarg;
        break;
    case 'd':
        call->fallback = is_updater ? NULL : optarg;
        break;
    case 'p':
        if (!is_updater) {
            call->is_promotion = true;
            call->name = promotion_name(tool, optarg);
        }
        break;
    case 'z':
        call->is_utilization = true;
        break;
    case 'A':
        call->is_all = true;
        break;
    case 'q':
        call->is_quiet = true;
        break;
    default:
        break;
    }
}

/* "master-" and the resource without its copy's number. */
static const char *
promotion_name(struct mu_tool *tool, const char *resource)
{
    char *name;

    if (!resource || !*resource) {
        resource = getenv("OCF_RESOURCE_INSTANCE");
    }
    if (!resource) {
        return NULL;
    }
    name = mu_text_make(&tool->arena, "master-%s", resource);
    if (strchr(name, ':')) {
        *strchr(name, ':') = '\0';
    }
    return name;
}

static int
run(struct mu_tool *tool, const struct call *call)
{
    bool is_status = call->type && strcmp(call->type, "status") == 0;
    bool is_reboot = call->lifetime && strcmp(call->lifetime, "reboot") == 0;

    if (is_status || (is_reboot && !call->type) ||
        (call->is_promotion && !call->lifetime)) {
        return run_transient(tool, call);
    }
    return run_config(tool, call);
}

static int
run_transient(struct mu_tool *tool, const struct call *call)
{
    const char *node = call->node;
    json_t *nodes = NULL;
    int code;

    if (call->verb == QUERY) {
        return query_transient(tool, call);
    }
    if (!node || !*node) {
        /* Agents run with their node's name in the environment. */
        node = getenv("OCF_RESKEY_CRM_meta_on_node");
    }
    if (!node || !*node) {
        code = mu_pcmk_nodes(tool, &nodes);
        if (code) {
            return code;
        }
        node = mu_arena_strdup(&tool->arena, mu_field_text(nodes, "local"));
        json_decref(nodes);
    }
    if (!node) {
        return MU_PCMK_NOT_CONNECTED;
    }
    return mu_pcmk_exit_of(
        mu_wish_send(tool, "attribute",
                     (const char *[]){"node", node, "name", call->name,
                                      call->verb == UPDATE ? "value" : NULL,
                                      call->value, NULL}));
}

static int
query_transient(struct mu_tool *tool, const struct call *call)
{
    json_t *nodes;
    const char *value;
    int code = mu_pcmk_nodes(tool, &nodes);

    if (code) {
        return code;
    }
    value = mu_field_text(
        json_object_get(mu_pcmk_find_node(nodes, call->node), "attributes"),
        call->name);
    code = answer(tool, call, "status", value);
    json_decref(nodes);
    return code;
}

static int
run_config(struct mu_tool *tool, const struct call *call)
{
    struct call copy = *call;
    json_t *nodes;
    int code;

    if (!is_cluster_wide(call) && (!copy.node || !*copy.node)) {
        code = mu_pcmk_nodes(tool, &nodes);
        if (code) {
            return code;
        }
        copy.node =
            mu_arena_strdup(&tool->arena, mu_field_text(nodes, "local"));
        json_decref(nodes);
    }
    if (copy.verb == QUERY) {
        return query_config(tool, &copy);
    }
    return mu_pcmk_exit_of(mu_cib_edit_run(tool, change, &copy));
}

/* Neither a node nor a lifetime: it is about the cluster. */
static bool
is_cluster_wide(const struct call *call)
{
    return call->type ? strcmp(call->type, "crm_config") == 0 ||
                            strcmp(call->type, "rsc_defaults") == 0 ||
                            strcmp(call->type, "op_defaults") == 0
                      : !call->node && !call->lifetime;
}

static int
query_config(struct mu_tool *tool, const struct call *call)
{
    struct mu_cib_edit edit;
    const char *value = NULL;
    int code = mu_cib_edit_open(tool, false, &edit);

    if (code) {
        return mu_pcmk_exit_of(code);
    }
    if (is_cluster_wide(call)) {
        const struct mu_doc_element *top = mu_doc_root(edit.doc);
        const struct mu_doc_element *one = top;

        for (; one && !value; one = mu_doc_walk(one, top)) {
            const struct mu_doc_element *set = mu_doc_parent(one);
            const char *name = mu_doc_get(one, "name");
            const char *id = set ? mu_doc_get(set, "id") : NULL;

            if (mu_doc_is(one, "nvpair") && name &&
                mu_doc_is(set, "cluster_property_set") &&
                strcmp(name, call->name) == 0 &&
                (!call->set || (id && strcmp(id, call->set) == 0))) {
                value = mu_doc_get(one, "value");
            }
        }
    } else if (call->node) {
        value = mu_edit_get(edit.doc, call->node,
                            call->is_utilization ? MU_EDIT_UTILIZATION
                                                 : MU_EDIT_PARAMS,
                            call->name);
    }
    code = answer(tool, call, is_cluster_wide(call) ? "crm_config" : "nodes",
                  value);
    mu_cib_edit_close(&edit);
    return code;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct call *call = context;
    const char *value = call->verb == UPDATE ? call->value : NULL;
    enum mu_edit_set set =
        call->is_utilization ? MU_EDIT_UTILIZATION : MU_EDIT_PARAMS;
    struct mu_report report;

    if (is_cluster_wide(call)) {
        return change_property(edit, call);
    }
    if (!call->node) {
        return MU_TOOL_NO_DAEMON;
    }
    /* Removing what is not there is no error for agents. */
    if (!value && !mu_edit_get(edit->doc, call->node, set, call->name)) {
        return MU_TOOL_OK;
    }
    mu_report_init(&report, &edit->tool->arena);
    if (mu_edit_node(edit->doc, call->node,
                     &(struct mu_edit_value){set, call->name, value},
                     &report)) {
        return mu_tool_fail(edit->tool, "%s",
                            report.count ? report.items[0].text : "refused");
    }
    return MU_TOOL_OK;
}

/* A property in the set that is named; agents keep notes in sets of their
 * own. */
static int
change_property(struct mu_cib_edit *edit, const struct call *call)
{
    const char *id = call->set ? call->set : "cib-bootstrap-options";
    const struct mu_doc_element *root = mu_doc_root(edit->doc);
    struct mu_doc_element *parent;
    struct mu_doc_element *set;
    const struct mu_doc_element *one;

    root = mu_doc_is(root, "cib") ? mu_doc_first_named(root, "configuration")
                                  : root;
    if (!root) {
        return mu_tool_fail(edit->tool, "there is no configuration");
    }
    parent = mu_doc_edit(edit->doc, mu_doc_first_named(root, "crm_config"));
    if (!parent) {
        parent = mu_doc_add(mu_doc_edit(edit->doc, root), "crm_config");
    }
    set = mu_doc_edit(edit->doc, mu_doc_find(parent, id));
    if (!set) {
        set = mu_doc_add(parent, "cluster_property_set");
        mu_doc_set(set, "id", id);
    }
    for (one = mu_doc_first_named(set, "nvpair"); one;
         one = mu_doc_next_named(one, "nvpair")) {
        const char *name = mu_doc_get(one, "name");

        if (name && strcmp(name, call->name) == 0) {
            break;
        }
    }
    if (call->verb == DELETE) {
        if (one) {
            mu_doc_remove(mu_doc_edit(edit->doc, one));
        }
        return MU_TOOL_OK;
    }
    if (!one) {
        struct mu_doc_element *pair = mu_doc_add(set, "nvpair");

        mu_doc_set(pair, "id",
                   mu_text_make(&edit->tool->arena, "%s-%s", id, call->name));
        mu_doc_set(pair, "name", call->name);
        one = pair;
    }
    mu_doc_set(mu_doc_edit(edit->doc, one), "value", call->value);
    return MU_TOOL_OK;
}

static int
answer(const struct mu_tool *tool, const struct call *call, const char *scope,
       const char *value)
{
    if (!value) {
        value = call->fallback;
    }
    if (!value) {
        (void)fprintf(stderr, "%s: no value of %s is known\n", tool->program,
                      call->name);
        return MU_PCMK_NOT_THERE;
    }
    if (call->is_quiet) {
        (void)puts(value);
    } else {
        (void)printf("scope=%s  name=%s value=%s\n", scope, call->name, value);
    }
    return MU_PCMK_OK;
}
