/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking: status, wait, version. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api_time.h"
#include "tools/classic_run.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/muster_status.h"
#include "tools/table.h"

enum { WAIT_MS = 60000 };

static bool is_classic(const struct mu_tool *tool);
static int show_classic(struct mu_tool *tool, int argc, char **argv);
static int show_status(struct mu_tool *tool, const json_t *status);
static int watch_status(struct mu_tool *tool);

int
mu_muster_look_status(struct mu_tool *tool, int argc, char **argv)
{
    json_t *status = NULL;
    int code;

    if (is_classic(tool)) {
        return show_classic(tool, argc, argv);
    }
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "full") != 0 && strcmp(argv[i], "detail") != 0) {
            return mu_tool_usage(tool,
                                 "%s: is no word of this page; for the words "
                                 "of crm's status add --classic",
                                 argv[i]);
        }
        tool->is_full = true;
    }
    if (tool->is_watching) {
        return watch_status(tool);
    }
    code = mu_live_status(tool, &status);
    if (code) {
        return code == MU_TOOL_FAILED ? MU_TOOL_NO_DAEMON : code;
    }
    code = show_status(tool, status);
    json_decref(status);
    return code;
}

/* Scripts that call crm read the old form, and so do those that look into a
 * file. */
static bool
is_classic(const struct mu_tool *tool)
{
    if (tool->is_json || tool->is_watching) {
        return false;
    }
    return tool->is_classic || tool->file ||
           (tool->output && strcmp(tool->output, "xml") == 0) ||
           (!tool->output && strcmp(tool->program, "crm") == 0);
}

static int
show_classic(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_classic_call call;
    int code;

    mu_classic_options_read_words(&tool->arena, argc,
                                  (const char *const *)argv, &call);
    if (call.trouble) {
        return mu_tool_usage(tool, "%s", call.trouble);
    }
    if (tool->output && strcmp(tool->output, "xml") == 0) {
        call.is_xml = true;
        call.view.parts = MU_CLASSIC_ALL;
        call.view.request = "muster status --format xml";
    }
    code = mu_classic_run(tool, &call);
    return code == MU_TOOL_FAILED && !call.is_line ? MU_TOOL_NO_DAEMON : code;
}

int
mu_muster_look_wait(struct mu_tool *tool, int argc, char **argv)
{
    int64_t timeout_ms =
        tool->timeout_ms >= 0 ? tool->timeout_ms : (int64_t)WAIT_MS;
    struct mu_client_answer answer = {.takes_refusal = true};
    struct mu_muster_ipc *ipc;
    int code;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    code = mu_client_open(tool, &ipc);
    if (code) {
        return code;
    }
    code = mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "wait"),
                            timeout_ms, &answer);
    mu_muster_ipc_close(ipc);
    if (code == MU_TOOL_FAILED && answer.error == -ETIMEDOUT) {
        char span[MU_API_TIME_SIZE];

        mu_api_time_span(timeout_ms, span);
        return mu_tool_fail(tool,
                            "the cluster is still busy after %s; see what it "
                            "does with: muster plan",
                            span);
    }
    if (code == MU_TOOL_FAILED && answer.text) {
        return mu_tool_fail(tool, "%s", answer.text);
    }
    if (!code && tool->is_json) {
        mu_tool_print_json(answer.result);
    }
    json_decref(answer.result);
    return code;
}

int
mu_muster_look_version(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_muster_ipc *ipc = NULL;
    struct mu_errbuf err = {0};
    json_t *daemon = NULL;
    const char *version;

    (void)argv;
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    /* Without a daemon the tool's own version is still an answer. */
    if (mu_muster_ipc_open(NULL, 1000, &ipc, &err) == 0) {
        struct mu_client_answer answer = {.takes_refusal = true};

        (void)(mu_client_ask_on(tool, ipc,
                                json_pack("{s:s}", "request", "version"), 1000,
                                &answer) != MU_TOOL_OK);
        daemon = answer.result;
        mu_muster_ipc_close(ipc);
    }
    version = mu_field_text(daemon, "version");
    if (tool->is_json) {
        json_t *answer = json_pack("{s:s, s:s?}", "muster", PACKAGE_VERSION,
                                   "musterd", version);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        (void)printf("muster %s\nmusterd %s\n", PACKAGE_VERSION,
                     version ? version : "does not answer");
    }
    json_decref(daemon);
    return MU_TOOL_OK;
}

static int
show_status(struct mu_tool *tool, const json_t *status)
{
    struct mu_muster_status_view view = {.width = tool->width,
                                         .is_color = tool->is_color,
                                         .is_ascii = tool->is_ascii,
                                         .is_full = tool->is_full,
                                         .is_quiet = tool->is_quiet,
                                         .is_utc = tool->is_utc};
    struct mu_text_buffer text;

    if (tool->is_json) {
        mu_tool_print_json(status);
        return mu_muster_status_exit(status);
    }
    mu_text_buffer_init(&text, &tool->arena);
    if (tool->output && strcmp(tool->output, "oneline") == 0) {
        mu_muster_status_line_write(status, &text);
    } else {
        mu_muster_status_render(status, &view, &text);
    }
    (void)fputs(text.data ? text.data : "", stdout);
    return mu_muster_status_exit(status);
}

/* Redraws after each event, and not otherwise. */
static int
watch_status(struct mu_tool *tool)
{
    struct mu_muster_ipc *ipc;
    struct mu_errbuf err = {0};
    struct mu_client_answer answer = {0};
    char *text;
    int code = mu_client_open(tool, &ipc);
    int error = 0;

    if (code) {
        return code;
    }
    code = mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "events"),
                            -1, &answer);
    json_decref(answer.result);
    while (!code && (error == 0 || error == -ETIMEDOUT)) {
        code = mu_client_ask_on(
            tool, ipc, json_pack("{s:s}", "request", "status"), -1, &answer);
        if (!code) {
            if (tool->is_color && !tool->is_json) {
                (void)fputs("\033[H\033[2J", stdout);
            }
            (void)show_status(tool, answer.result);
            (void)fflush(stdout);
            json_decref(answer.result);
            mu_arena_reset(&tool->arena);
            error = mu_muster_ipc_next_event(ipc, -1, &text, &err);
            while (error == 0) {
                /* Events come in bursts: draw once for all of them. */
                free(text);
                error = mu_muster_ipc_next_event(ipc, 20, &text, &err);
            }
        }
    }
    mu_muster_ipc_close(ipc);
    return code ? code : MU_TOOL_NO_DAEMON;
}
