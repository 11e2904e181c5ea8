/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cibstatus: a situation put together step by step, in which the planner is
 * asked what it would do. It lasts as long as the shell; outside one,
 * "simulate" takes the same events as words. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/commands.h"
#include "tools/session.h"
#include "tools/shadow.h"

enum { EVENTS_COUNT_MAX = 256 };

static int add_event(struct mu_tool *tool, const char *event);
static int need_session(struct mu_tool *tool);
static const char *source_of(struct mu_tool *tool);

int
mu_muster_cibstatus_load(struct mu_tool *tool, int argc, char **argv)
{
    const char *source = argc > 0 ? argv[0] : NULL;
    struct mu_cib_edit edit;
    int code = need_session(tool);

    if (code) {
        return code;
    }
    if (argc != 1) {
        return mu_tool_usage(tool, "name a file with a CIB, shadow:NAME, or "
                                   "live");
    }
    if (strcmp(source, "live") == 0) {
        source = NULL;
    } else if (strncmp(source, "shadow:", 7) == 0) {
        source = mu_shadow_path(tool, source + 7);
    }
    if (source) {
        tool->draft = NULL;
        tool->file = source;
        code = mu_cib_edit_open(tool, true, &edit);
        if (code) {
            return code;
        }
        mu_cib_edit_close(&edit);
    } else if (strcmp(argv[0], "live") != 0) {
        return MU_TOOL_FAILED;
    }
    code = mu_session_set(tool, "source", source);
    return code ? code : mu_session_set(tool, "events", NULL);
}

int
mu_muster_cibstatus_save(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int error;
    int code;

    if (argc != 1) {
        return mu_tool_usage(tool, "name a file to write to");
    }
    if (source_of(tool)) {
        tool->draft = NULL;
        tool->file = source_of(tool);
    }
    code = mu_cib_edit_open(tool, true, &edit);
    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_doc_write_file(edit.doc, &text);
    mu_cib_edit_close(&edit);
    error = mu_tool_write_file(argv[0], text.data, text.length);
    if (error) {
        return mu_tool_fail(tool, "%s: cannot be written: %s", argv[0],
                            strerror(-error));
    }
    if (mu_session_get(tool, "events")) {
        mu_tool_say(tool, "the file holds the situation before the events; "
                          "list them with: show");
    }
    return MU_TOOL_OK;
}

int
mu_muster_cibstatus_origin(struct mu_tool *tool, int argc, char **argv)
{
    const char *source = source_of(tool);

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    (void)printf("%s\n", source ? source : tool->file ? tool->file : "live");
    return MU_TOOL_OK;
}

int
mu_muster_cibstatus_show(struct mu_tool *tool, int argc, char **argv)
{
    const char *events = mu_session_get(tool, "events");
    struct mu_cib_edit edit;
    int code;

    if (argc > 0 && strcmp(argv[0], "changed") == 0) {
        (void)fputs(events ? events : "", stdout);
        return MU_TOOL_OK;
    }
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (source_of(tool)) {
        tool->file = source_of(tool);
    }
    code = mu_cib_edit_open(tool, true, &edit);
    if (!code) {
        const struct mu_doc_element *status =
            mu_doc_first_named(mu_doc_root(edit.doc), "status");
        struct mu_text_buffer text;

        mu_text_buffer_init(&text, &tool->arena);
        if (status) {
            mu_doc_write_pretty(status, 0, &text);
        }
        (void)printf("%s%s%s", text.data ? text.data : "",
                     events ? "and then:\n" : "", events ? events : "");
        mu_cib_edit_close(&edit);
    }
    return code;
}

int
mu_muster_cibstatus_quorum(struct mu_tool *tool, int argc, char **argv)
{
    bool flag;

    if (argc != 1 || mu_text_parse_bool(argv[0], &flag)) {
        return mu_tool_usage(tool, "say true or false");
    }
    return add_event(tool, flag ? "quorum=yes" : "quorum=no");
}

int
mu_muster_cibstatus_node(struct mu_tool *tool, int argc, char **argv)
{
    const char *event = argc != 2                         ? NULL
                        : strcmp(argv[1], "online") == 0  ? "node-up"
                        : strcmp(argv[1], "offline") == 0 ? "node-down"
                        : strcmp(argv[1], "unclean") == 0 ? "node-down"
                                                          : NULL;

    if (!event) {
        return mu_tool_usage(tool, "name a node, and say online, offline or "
                                   "unclean");
    }
    return add_event(tool, mu_text_make(&tool->arena, "%s=%s", event, argv[0]));
}

int
mu_muster_cibstatus_op(struct mu_tool *tool, int argc, char **argv)
{
    int64_t result = 0;

    if (argc < 3 || argc > 5) {
        return mu_tool_usage(tool, "say OPERATION RESOURCE RESULT [STATUS] "
                                   "[NODE], as in: op monitor web 1 node1");
    }
    if (mu_text_parse_int64(argv[2], &result) && strcmp(argv[2], "ok") == 0) {
        result = 0;
    } else if (mu_text_parse_int64(argv[2], &result)) {
        result = 1; /* A name of a result that is not success. */
    }
    if (result == 0) {
        return mu_tool_fail(tool,
                            "%s: success is what is planned for; give a "
                            "result that is not 0",
                            argv[2]);
    }
    return add_event(tool,
                     mu_text_make(&tool->arena, "fail %s%s%s %s", argv[1],
                                  argc == 3 ? "" : "@",
                                  argc == 3 ? "" : argv[argc - 1], argv[0]));
}

int
mu_muster_cibstatus_ticket(struct mu_tool *tool, int argc, char **argv)
{
    static const char *const verbs[] = {"grant", "revoke", "activate",
                                        "standby", NULL};
    bool is_known = false;

    for (unsigned i = 0; argc == 2 && verbs[i]; i++) {
        is_known = is_known || strcmp(argv[1], verbs[i]) == 0;
    }
    if (!is_known) {
        return mu_tool_usage(tool, "name a ticket, and say grant, revoke, "
                                   "activate or standby");
    }
    return add_event(
        tool, mu_text_make(&tool->arena, "ticket %s %s", argv[0], argv[1]));
}

int
mu_muster_cibstatus_run(struct mu_tool *tool, int argc, char **argv)
{
    const char *events = mu_session_get(tool, "events");
    char **words = mu_arena_new(&tool->arena, char *,
                                (size_t)argc + EVENTS_COUNT_MAX * 3 + 3);
    int count = 0;
    int code = need_session(tool);

    words[count++] = mu_arena_strdup(&tool->arena, "simulate");
    while (events && *events && count < EVENTS_COUNT_MAX * 3) {
        size_t size = strcspn(events, " \n");

        words[count++] = mu_arena_strndup(&tool->arena, events, size);
        events += size;
        events += strspn(events, " \n");
    }
    for (int i = 0; i < argc; i++) {
        words[count++] = argv[i];
    }
    if (source_of(tool)) {
        words[count++] = mu_arena_strdup(&tool->arena, source_of(tool));
    }
    return code ? code : mu_muster_plan_simulate(tool, count - 1, words + 1);
}

static int
add_event(struct mu_tool *tool, const char *event)
{
    const char *events = mu_session_get(tool, "events");
    int code = need_session(tool);
    size_t count = 0;

    for (const char *one = events; one && *one; one++) {
        count += *one == '\n' ? 1 : 0;
    }
    if (count >= EVENTS_COUNT_MAX) {
        return mu_tool_fail(tool,
                            "%zu events are too many; begin anew with: "
                            "load live",
                            count);
    }
    return code ? code
                : mu_session_set(tool, "events",
                                 mu_text_make(&tool->arena, "%s%s\n",
                                              events ? events : "", event));
}

static int
need_session(struct mu_tool *tool)
{
    return tool->session
               ? MU_TOOL_OK
               : mu_tool_fail(tool,
                              "a situation lasts as long as a shell; outside "
                              "one say: %s simulate EVENT...",
                              tool->program);
}

/* The file that the situation began with; null: what is looked at anyway. */
static const char *
source_of(struct mu_tool *tool)
{
    return mu_session_get(tool, "source");
}
