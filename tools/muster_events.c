/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: what happened, why, and how long each step of a recovery took. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_time.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"

enum { HISTORY_LINES = 40, ALL_LINES = 2000, DEPTH_MAX = 6 };

static int show_notes(struct mu_tool *tool, bool has_chains);
static int follow(struct mu_tool *tool);
static void write_note(const struct mu_tool *tool, const json_t *note);
static void write_chained(const struct mu_tool *tool, const json_t *note);
static void write_timelines(const struct mu_tool *tool, const json_t *list);
static void write_timeline(const struct mu_tool *tool, const json_t *one);

int
mu_muster_events_history(struct mu_tool *tool, int argc, char **argv)
{
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    return show_notes(tool, false);
}

int
mu_muster_events_run(struct mu_tool *tool, int argc, char **argv)
{
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    return tool->is_following ? follow(tool) : show_notes(tool, true);
}

int
mu_muster_events_timeline(struct mu_tool *tool, int argc, char **argv)
{
    json_t *request = json_pack("{s:s}", "request", "timeline");
    json_t *answer = NULL;
    int code;

    if (argc > 1) {
        json_decref(request);
        return mu_tool_usage(tool, "%s: give one id", argv[1]);
    }
    if (argc == 0) {
        (void)json_object_set_new(request, "request", json_string("history"));
        (void)json_object_set_new(request, "limit", json_integer(1));
    } else if (strcmp(argv[0], "last") != 0) {
        (void)json_object_set_new(request, "id", json_string(argv[0]));
    }
    code = mu_client_ask(tool, request, &answer);
    if (code) {
        return code;
    }
    if (argc == 0) {
        const json_t *list = json_object_get(answer, "failovers");

        if (tool->is_json) {
            mu_tool_print_json(list);
        } else if (json_array_size(list) == 0) {
            (void)puts("Nothing has failed since this daemon started.");
        } else {
            write_timelines(tool, list);
        }
    } else if (tool->is_json) {
        mu_tool_print_json(answer);
    } else {
        write_timeline(tool, answer);
    }
    json_decref(answer);
    return MU_TOOL_OK;
}

static int
show_notes(struct mu_tool *tool, bool has_chains)
{
    json_t *history = NULL;
    const json_t *note;
    size_t i;
    int code = mu_client_ask(
        tool,
        json_pack("{s:s, s:i}", "request", "history", "limit",
                  tool->is_full || has_chains ? ALL_LINES : HISTORY_LINES),
        &history);

    if (code) {
        return code;
    }
    if (tool->is_json && has_chains) {
        json_array_foreach(json_object_get(history, "notes"), i, note)
        {
            write_chained(tool, note);
        }
    } else if (tool->is_json) {
        mu_tool_print_json(history);
    } else {
        json_array_foreach(json_object_get(history, "notes"), i, note)
        {
            const char *kind = mu_field_text(note, "kind");

            if (has_chains) {
                write_chained(tool, note);
            } else if (tool->is_full || !kind || strcmp(kind, "begin") != 0) {
                write_note(tool, note);
            }
        }
        if (!has_chains &&
            json_array_size(json_object_get(history, "failovers")) > 0) {
            (void)putchar('\n');
            write_timelines(tool, json_object_get(history, "failovers"));
        }
    }
    json_decref(history);
    return MU_TOOL_OK;
}

static int
follow(struct mu_tool *tool)
{
    struct mu_muster_ipc *ipc;
    struct mu_errbuf err = {0};
    struct mu_client_answer answer = {0};
    char *text;
    int error = 0;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        return code;
    }
    code = mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "events"),
                            -1, &answer);
    json_decref(answer.result);
    while (!code && !error) {
        error = mu_muster_ipc_next_event(ipc, tool->timeout_ms, &text, &err);
        if (!error) {
            json_t *note = json_loads(text, 0, NULL);

            write_chained(tool, note);
            (void)fflush(stdout);
            json_decref(note);
            free(text);
        }
    }
    mu_muster_ipc_close(ipc);
    if (!code && error && error != -ETIMEDOUT) {
        (void)mu_tool_fail(tool, "%s", err.text);
        return MU_TOOL_NO_DAEMON;
    }
    return code;
}

static void
write_note(const struct mu_tool *tool, const json_t *note)
{
    const char *at = mu_field_text(note, "at");
    const char *kind = mu_field_text(note, "kind");
    const char *text = mu_field_text(note, "text");

    (void)tool;
    (void)printf("%-24s  %-13s %s\n", at ? at : "", kind ? kind : "",
                 text ? text : "");
}

/* An effect stands further in than its cause, and names it. */
static void
write_chained(const struct mu_tool *tool, const json_t *note)
{
    json_int_t depth = json_integer_value(json_object_get(note, "depth"));
    const char *at = mu_field_text(note, "at");
    const char *id = mu_field_text(note, "id");
    const char *cause = mu_field_text(note, "cause");
    const char *text = mu_field_text(note, "text");
    const char *arrow = tool->is_ascii ? "<-" : "←";

    if (tool->is_json) {
        char *line = json_dumps(note, JSON_COMPACT);

        (void)puts(line ? line : "{}");
        free(line);
        return;
    }
    depth = depth > DEPTH_MAX ? DEPTH_MAX : depth;
    (void)printf("%-24s  %*s%s%s   [%s%s%s%s%s]\n", at ? at : "",
                 (int)depth * 2, "",
                 depth == 0       ? ""
                 : tool->is_ascii ? "`- "
                                  : "└ ",
                 text ? text : "", id ? id : "", cause ? " " : "",
                 cause ? arrow : "", cause ? " " : "", cause ? cause : "");
}

static void
write_timelines(const struct mu_tool *tool, const json_t *list)
{
    static const struct {
        const char *name;
        const char *words;
    } steps[] = {
        {"fence_asked_after_ms", "fencing asked"},
        {"fence_done_after_ms", "fencing done"},
        {"first_start_after_ms", "first start"},
        {"settled_after_ms", "settled"},
    };
    const json_t *one;
    size_t i;

    (void)printf("FAILOVERS (time after the loss was known; steps: muster "
                 "timeline ID)\n");
    json_array_foreach(list, i, one)
    {
        const char *id = mu_field_text(one, "id");
        const char *node = mu_field_text(one, "node");
        const char *lost = mu_field_text(one, "lost");
        const char *resource = mu_field_text(one, "resource");

        (void)printf("  %-10s %s%s%s %s at %s", id ? id : "?",
                     resource ? resource : "", resource ? " on " : "",
                     node ? node : "?", resource ? "failed" : "lost",
                     lost ? lost : "?");
        for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
            const json_t *ms = json_object_get(one, steps[j].name);

            if (json_is_integer(ms)) {
                (void)printf("%s %s %lld ms", tool->is_ascii ? " ->" : " →",
                             steps[j].words, (long long)json_integer_value(ms));
            }
        }
        (void)putchar('\n');
    }
}

/* Each step, with the milliseconds since the loss was known. */
static void
write_timeline(const struct mu_tool *tool, const json_t *one)
{
    const json_t *settled = json_object_get(one, "settled_after_ms");
    const char *resource = mu_field_text(one, "resource");
    const char *node = mu_field_text(one, "node");
    const json_t *step;
    size_t i;

    (void)tool;
    (void)printf("%s: %s%s%s %s at %s\n", mu_field_text(one, "id"),
                 resource ? resource : "", resource ? " on " : "",
                 node ? node : "?", resource ? "failed" : "lost",
                 mu_field_text(one, "lost"));
    json_array_foreach(json_object_get(one, "steps"), i, step)
    {
        (void)printf("  %8lld ms  %-10s %s\n",
                     (long long)mu_field_number(step, "after_ms"),
                     mu_field_text(step, "kind"), mu_field_text(step, "text"));
    }
    if (json_is_integer(settled)) {
        (void)printf("  %8lld ms  settled\n",
                     (long long)json_integer_value(settled));
    } else {
        (void)puts("  not settled yet");
    }
}
