/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ra: the agents of this machine and what they say about themselves. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doc/doc.h"
#include "tools/agents.h"
#include "tools/commands.h"
#include "tools/table.h"

static const char *const classes[] = {"lsb",     "ocf",     "service",
                                      "stonith", "systemd", NULL};

static int print_list(const struct mu_tool *tool,
                      const struct mu_agents_list *list);
static void write_info(struct mu_tool *tool, const struct mu_doc *doc);
static void write_parameters(struct mu_tool *tool,
                             const struct mu_doc_element *agent,
                             struct mu_text_buffer *text);
static void write_actions(const struct mu_doc_element *agent,
                          struct mu_text_buffer *text);
static const char *one_line(struct mu_tool *tool,
                            const struct mu_doc_element *parent,
                            const char *name);
static json_t *info_json(struct mu_tool *tool, const struct mu_doc *doc);

int
mu_muster_ra_classes(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_agents_list providers = mu_agents_providers(&tool->arena);

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (tool->is_json) {
        json_t *answer = json_object();
        json_t *array = json_array();

        for (size_t i = 0; i < providers.count; i++) {
            (void)json_array_append_new(array, json_string(providers.names[i]));
        }
        for (size_t i = 0; classes[i]; i++) {
            (void)json_object_set_new(answer, classes[i],
                                      strcmp(classes[i], "ocf") == 0
                                          ? json_incref(array)
                                          : json_array());
        }
        mu_tool_print_json(answer);
        json_decref(array);
        json_decref(answer);
        return MU_TOOL_OK;
    }
    for (size_t i = 0; classes[i]; i++) {
        (void)fputs(classes[i], stdout);
        if (strcmp(classes[i], "ocf") == 0) {
            (void)fputs(" /", stdout);
            for (size_t j = 0; j < providers.count; j++) {
                (void)printf(" %s", providers.names[j]);
            }
        }
        (void)putchar('\n');
    }
    return MU_TOOL_OK;
}

int
mu_muster_ra_list(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_agents_list list;
    bool is_known = false;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name a class, and a provider if only its "
                                   "agents matter");
    }
    for (size_t i = 0; classes[i]; i++) {
        is_known = is_known || strcmp(classes[i], argv[0]) == 0;
    }
    if (!is_known) {
        const char *nearest = mu_tool_nearest(argv[0], classes);

        return mu_tool_fail(tool, "%s: there is no such class; %s%s", argv[0],
                            nearest ? "did you mean "
                                    : "list them with: "
                                      "muster ra classes",
                            nearest ? nearest : "");
    }
    list = mu_agents_types(&tool->arena, argv[0], argc > 1 ? argv[1] : NULL);
    return print_list(tool, &list);
}

int
mu_muster_ra_providers(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_agents_list list;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name an agent");
    }
    list = mu_agents_providers_of(&tool->arena, argv[0]);
    if (list.count == 0) {
        return mu_tool_fail(tool,
                            "%s: no provider on this machine has that agent; "
                            "list agents with: muster ra list ocf",
                            argv[0]);
    }
    return print_list(tool, &list);
}

int
mu_muster_ra_info(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_agents_name name;
    struct mu_errbuf err = {0};
    struct mu_doc *doc;
    size_t size;
    char *xml;

    if (argc != 1) {
        return mu_tool_usage(tool, "name an agent, such as "
                                   "ocf:heartbeat:IPaddr2 or "
                                   "stonith:fence_ipmilan");
    }
    if (!mu_agents_parse(&tool->arena, argv[0], &name)) {
        return mu_tool_usage(tool, "%s: is no name of an agent", argv[0]);
    }
    if (mu_agents_metadata(&tool->arena, &name, &xml, &size, &err)) {
        return mu_tool_fail(tool, "%s", err.text);
    }
    if (mu_doc_parse((struct mu_span){(const unsigned char *)xml, size}, &doc,
                     &err)) {
        return mu_tool_fail_errbuf(tool, argv[0], &err);
    }
    if (tool->is_json) {
        json_t *answer = info_json(tool, doc);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        write_info(tool, doc);
    }
    mu_doc_free(doc);
    return MU_TOOL_OK;
}

int
mu_muster_ra_validate(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_agents_name name;
    const char *path;
    int status = 0;
    pid_t child;

    if (argc == 0 || !mu_agents_parse(&tool->arena, argv[0], &name)) {
        return mu_tool_usage(tool, "name an agent, and its parameters as "
                                   "NAME=VALUE");
    }
    if (strcmp(name.class_name, "ocf") != 0) {
        return mu_tool_fail(tool, "%s: only OCF agents can judge parameters",
                            argv[0]);
    }
    path = mu_text_make(&tool->arena, "/usr/lib/ocf/resource.d/%s/%s",
                        name.provider, name.type);
    if (strchr(name.type, '/') || access(path, X_OK)) {
        return mu_tool_fail(tool,
                            "%s: there is no such agent on this machine; "
                            "see: %s ra list ocf",
                            argv[0], tool->program);
    }
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)setenv("OCF_ROOT", "/usr/lib/ocf", 1);
        (void)setenv("OCF_RESOURCE_INSTANCE", "validate", 1);
        (void)setenv("OCF_RESKEY_crm_feature_set", "3.16.1", 1);
        for (int i = 1; i < argc; i++) {
            const char *value = strchr(argv[i], '=');

            if (value) {
                (void)setenv(mu_text_make(&tool->arena, "OCF_RESKEY_%.*s",
                                          (int)(value - argv[i]), argv[i]),
                             value + 1, 1);
            }
        }
        (void)execl(path, path, "validate-all", (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return mu_tool_fail(tool,
                            "%s: its agent does not take these "
                            "parameters (result %d)",
                            argv[0],
                            WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    mu_tool_say(tool, "%s: its agent takes these parameters", argv[0]);
    return MU_TOOL_OK;
}

static int
print_list(const struct mu_tool *tool, const struct mu_agents_list *list)
{
    json_t *answer = json_array();

    for (size_t i = 0; i < list->count; i++) {
        (void)json_array_append_new(answer, json_string(list->names[i]));
        if (!tool->is_json) {
            (void)puts(list->names[i]);
        }
    }
    if (tool->is_json) {
        mu_tool_print_json(answer);
    }
    json_decref(answer);
    return MU_TOOL_OK;
}

static void
write_info(struct mu_tool *tool, const struct mu_doc *doc)
{
    const struct mu_doc_element *agent = mu_doc_root(doc);
    const char *name = mu_doc_get(agent, "name");
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text, "%s: %s\n\n", name ? name : "agent",
                       one_line(tool, agent, "shortdesc"));
    mu_table_wrap(one_line(tool, agent, "longdesc"), 0, 0, tool->width, &text);
    mu_text_buffer_add(&text, "\n\nParameters (* required):\n");
    write_parameters(tool, agent, &text);
    if (name && strncmp(name, "fence_", 6) == 0) {
        mu_text_buffer_add(
            &text,
            "\n  Of every fence device; action, plug and port are filled in by "
            "the cluster:\n"
            "  pcmk_host_list: nodes that it can switch, as in \"node1 "
            "node2\"; "
            "without it the device is asked\n"
            "  pcmk_host_map: what it calls them, as in \"node1:3;node2:4\"\n"
            "  pcmk_delay_base, pcmk_delay_max: wait before fencing\n"
            "\nA device that can switch all nodes:\n"
            "  muster configure primitive power stonith:%s op monitor "
            "interval=60s\n",
            name);
    }
    mu_text_buffer_add(&text, "\nOperations' advised values:\n");
    write_actions(agent, &text);
    (void)fputs(text.data, stdout);
}

static void
write_parameters(struct mu_tool *tool, const struct mu_doc_element *agent,
                 struct mu_text_buffer *text)
{
    const struct mu_doc_element *list = mu_doc_first_named(agent, "parameters");
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "parameter") : NULL;

    for (; one; one = mu_doc_next_named(one, "parameter")) {
        const struct mu_doc_element *content =
            mu_doc_first_named(one, "content");
        const char *type = content ? mu_doc_get(content, "type") : NULL;
        const char *value = content ? mu_doc_get(content, "default") : NULL;
        const char *required = mu_doc_get(one, "required");
        const char *name = mu_doc_get(one, "name");
        bool is_required = required && strcmp(required, "1") == 0;

        mu_text_buffer_add(text, "\n  %s%s (%s%s%s): %s\n", name ? name : "?",
                           is_required ? "*" : "", type ? type : "string",
                           value && *value ? ", default " : "",
                           value ? value : "",
                           one_line(tool, one, "shortdesc"));
        if (tool->is_full) {
            mu_text_buffer_add(text, "      ");
            mu_table_wrap(one_line(tool, one, "longdesc"), 6, 6, tool->width,
                          text);
            mu_text_buffer_append(text, "\n", 1);
        }
    }
}

static void
write_actions(const struct mu_doc_element *agent, struct mu_text_buffer *text)
{
    const struct mu_doc_element *list = mu_doc_first_named(agent, "actions");
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "action") : NULL;

    for (; one; one = mu_doc_next_named(one, "action")) {
        const char *name = mu_doc_get(one, "name");

        mu_text_buffer_add(text, "  %s", name ? name : "?");
        for (unsigned i = 0; i < mu_doc_attributes_count(one); i++) {
            if (strcmp(mu_doc_attribute_name(one, i), "name") != 0) {
                mu_text_buffer_add(text, " %s=%s",
                                   mu_doc_attribute_name(one, i),
                                   mu_doc_attribute_value(one, i));
            }
        }
        mu_text_buffer_append(text, "\n", 1);
    }
}

/* The text of a child with its blanks made single. */
static const char *
one_line(struct mu_tool *tool, const struct mu_doc_element *parent,
         const char *name)
{
    const struct mu_doc_element *child = mu_doc_first_named(parent, name);
    const char *from = child ? mu_doc_text(child) : NULL;
    char *line = mu_arena_strdup(&tool->arena, from ? from : "");
    char *to = line;

    for (from = line; *from; from++) {
        bool is_blank = *from == ' ' || *from == '\n' || *from == '\t';

        if (!is_blank) {
            *to++ = *from;
        } else if (to > line && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    while (to > line && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
    return line;
}

static json_t *
info_json(struct mu_tool *tool, const struct mu_doc *doc)
{
    const struct mu_doc_element *agent = mu_doc_root(doc);
    const struct mu_doc_element *list = mu_doc_first_named(agent, "parameters");
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "parameter") : NULL;
    json_t *parameters = json_array();

    for (; one; one = mu_doc_next_named(one, "parameter")) {
        const struct mu_doc_element *content =
            mu_doc_first_named(one, "content");
        const char *required = mu_doc_get(one, "required");

        (void)json_array_append_new(
            parameters,
            json_pack("{s:s?, s:b, s:s?, s:s?, s:s, s:s}", "name",
                      mu_doc_get(one, "name"), "required",
                      required && strcmp(required, "1") == 0 ? 1 : 0, "type",
                      content ? mu_doc_get(content, "type") : NULL, "default",
                      content ? mu_doc_get(content, "default") : NULL,
                      "shortdesc", one_line(tool, one, "shortdesc"), "longdesc",
                      one_line(tool, one, "longdesc")));
    }
    return json_pack("{s:s?, s:s, s:s, s:o}", "name", mu_doc_get(agent, "name"),
                     "shortdesc", one_line(tool, agent, "shortdesc"),
                     "longdesc", one_line(tool, agent, "longdesc"),
                     "parameters", parameters);
}
