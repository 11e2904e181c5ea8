/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cluster: the cluster as a whole: its daemons, maintenance, tickets. */

#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/muster_status.h"
#include "tools/wish.h"

static int set_maintenance(struct mu_tool *tool, const char *value);
static int show_tickets(struct mu_tool *tool, const char *ticket);
static const char *text_of(const json_t *object, const char *name);

int
mu_muster_cluster_status(struct mu_tool *tool, int argc, char **argv)
{
    json_t *status = NULL;
    const json_t *cluster;
    const json_t *changed;
    const json_t *node;
    size_t i;
    int code;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    code = mu_live_status(tool, &status);
    if (code) {
        return code;
    }
    cluster = json_object_get(status, "cluster");
    if (tool->is_json) {
        mu_tool_print_json(cluster);
        json_decref(status);
        return MU_TOOL_OK;
    }
    changed = json_object_get(cluster, "changed");
    (void)printf("Cluster:       %s\n", text_of(cluster, "name"));
    (void)printf("This node:     %s, musterd %s\n", text_of(cluster, "local"),
                 text_of(cluster, "version"));
    (void)printf("Quorum:        %s\n",
                 mu_field_is_true(cluster, "quorate") ? "yes" : "no");
    (void)printf("Coordinator:   %s\n", text_of(cluster, "coordinator"));
    (void)printf("Configuration: revision %s, changed %s by %s%s%s\n",
                 text_of(cluster, "revision"), text_of(changed, "at"),
                 text_of(changed, "by"),
                 json_is_string(json_object_get(changed, "message")) ? ": "
                                                                     : "",
                 json_is_string(json_object_get(changed, "message"))
                     ? text_of(changed, "message")
                     : "");
    json_array_foreach(json_object_get(status, "nodes"), i, node)
    {
        (void)printf("Node %-3lld       %s: %s\n",
                     (long long)mu_field_number(node, "id"),
                     text_of(node, "name"), text_of(node, "state"));
    }
    json_decref(status);
    return MU_TOOL_OK;
}

int
mu_muster_cluster_maintenance_on(struct mu_tool *tool, int argc, char **argv)
{
    if (argc == 0) {
        return set_maintenance(tool, "true");
    }
    return mu_muster_resource_maintenance(
        tool, 2,
        (char *[]){argv[0], mu_arena_strdup(&tool->arena, "on"), NULL});
}

int
mu_muster_cluster_maintenance_off(struct mu_tool *tool, int argc, char **argv)
{
    if (argc == 0) {
        return set_maintenance(tool, "false");
    }
    return mu_muster_resource_maintenance(
        tool, 2,
        (char *[]){argv[0], mu_arena_strdup(&tool->arena, "off"), NULL});
}

int
mu_muster_cluster_ticket(struct mu_tool *tool, int argc, char **argv)
{
    static const char *const verbs[] = {"grant",    "revoke", "standby",
                                        "activate", "show",   NULL};
    bool is_known = false;

    for (unsigned i = 0; argc > 0 && verbs[i]; i++) {
        is_known = is_known || strcmp(argv[0], verbs[i]) == 0;
    }
    if (argc != 2 || !is_known) {
        return mu_tool_usage(tool, "say grant, revoke, standby, activate or "
                                   "show, and the ticket");
    }
    if (strcmp(argv[0], "show") == 0) {
        return show_tickets(tool, argv[1]);
    }
    return mu_wish_send(
        tool, "ticket",
        (const char *[]){"name", argv[1], "value", argv[0], NULL});
}

static int
set_maintenance(struct mu_tool *tool, const char *value)
{
    return mu_muster_configure_run(
        tool, 2,
        (char *[]){mu_arena_strdup(&tool->arena, "property"),
                   mu_text_make(&tool->arena, "maintenance-mode=%s", value),
                   NULL});
}

static int
show_tickets(struct mu_tool *tool, const char *ticket)
{
    struct mu_cib_edit edit;
    const struct mu_doc_element *one;
    int code = mu_cib_edit_open(tool, true, &edit);

    if (code) {
        return code;
    }
    one = mu_doc_root(edit.doc);
    for (; one; one = mu_doc_walk(one, mu_doc_root(edit.doc))) {
        const char *id = mu_doc_get(one, "id");

        if (mu_doc_is(one, "ticket_state") && id && strcmp(id, ticket) == 0) {
            const char *granted = mu_doc_get(one, "granted");
            const char *standby = mu_doc_get(one, "standby");
            bool is_granted = granted && strcmp(granted, "true") == 0;
            bool is_standby = standby && strcmp(standby, "true") == 0;

            if (tool->is_json) {
                json_t *answer = json_pack("{s:s, s:b, s:b}", "ticket", ticket,
                                           "granted", is_granted ? 1 : 0,
                                           "standby", is_standby ? 1 : 0);

                mu_tool_print_json(answer);
                json_decref(answer);
            } else {
                (void)printf("%s: %s%s\n", ticket,
                             is_granted ? "granted" : "revoked",
                             is_standby ? ", standby" : "");
            }
            mu_cib_edit_close(&edit);
            return MU_TOOL_OK;
        }
    }
    mu_cib_edit_close(&edit);
    return mu_tool_fail(tool,
                        "%s: this ticket was never granted; grant it "
                        "with: muster site ticket grant %s",
                        ticket, ticket);
}

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = mu_field_text(object, name);

    return text ? text : "-";
}
