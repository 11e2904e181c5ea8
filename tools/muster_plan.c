/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plan: what the cluster does and will do, and what a new configuration would
 * change. */

#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/api_time.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/muster_simulate.h"
#include "tools/table.h"

struct load {
    const char *path;
    const char *text;
    size_t size;
};

static char *memory_file(struct mu_tool *tool, const char *text, size_t size);
static int show_plan(struct mu_tool *tool);
static void write_plan(struct mu_tool *tool, const json_t *plan);
static int read_load(struct mu_tool *tool, const char *path,
                     struct load *ret_load);
static int change(struct mu_cib_edit *edit, void *context);

int
mu_muster_plan_run(struct mu_tool *tool, int argc, char **argv)
{
    struct load load = {0};
    int code;

    if (argc == 0) {
        return show_plan(tool);
    }
    if (argc > 1) {
        return mu_tool_usage(tool, "%s: one file is enough", argv[1]);
    }
    code = read_load(tool, argv[0], &load);
    if (code) {
        return code;
    }
    tool->is_dry_run = true;
    return mu_cib_edit_run(tool, change, &load);
}

/* Without a file the state is the live one. */
int
mu_muster_plan_simulate(struct mu_tool *tool, int argc, char **argv)
{
    char **words = mu_arena_new(&tool->arena, char *, (size_t)argc + 2);
    const char *when = NULL;
    struct mu_cib_edit edit;
    int count = 1; /* The first word is the file. */
    int code;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--time") == 0 && i + 1 < argc) {
            when = argv[++i];
        } else if (strncmp(argv[i], "--time=", 7) == 0) {
            when = argv[i] + 7;
        } else if (mu_muster_simulate_event_length(argc - i, argv + i) > 0) {
            int length = mu_muster_simulate_event_length(argc - i, argv + i);

            memcpy(words + count, argv + i, (size_t)length * sizeof(*words));
            count += length;
            i += length - 1;
        } else if (strchr(argv[i], '=') && access(argv[i], R_OK)) {
            words[count++] = argv[i];
        } else if (!words[0] && argv[i][0] != '-' &&
                   access(argv[i], R_OK) == 0) {
            words[0] = argv[i];
        } else {
            const char *nearest = mu_muster_simulate_nearest(argv[i]);

            return mu_tool_usage(tool,
                                 "word %d, \"%s\": this is neither an event "
                                 "nor a file that can be read%s%s%s",
                                 i + 1, argv[i],
                                 nearest ? "; did you mean " : "",
                                 nearest ? nearest : "", nearest ? "?" : "");
        }
    }
    if (when) {
        int64_t wall_ms;

        words[count++] = mu_api_time_parse(when, &wall_ms) == 0
                             ? mu_text_make(&tool->arena, "time=%lld",
                                            (long long)(wall_ms / 1000))
                             : mu_text_make(&tool->arena, "time=%s", when);
    }
    if (words[0]) {
        tool->file = NULL;
        return mu_muster_simulate_run(tool, count, words);
    }
    if (tool->file) {
        return mu_muster_simulate_run(tool, count - 1, words + 1);
    }
    code = mu_cib_edit_open(tool, true, &edit);
    if (code) {
        return code;
    }
    mu_cib_edit_close(&edit);
    words[0] = memory_file(tool, edit.before, edit.before_size);
    if (!words[0]) {
        return mu_tool_fail(tool, "there is no memory for the state");
    }
    return mu_muster_simulate_run(tool, count, words);
}

/* Returns a path under which 'text' can be read until the process ends, or
 * null. */
static char *
memory_file(struct mu_tool *tool, const char *text, size_t size)
{
    int fd = memfd_create("muster", MFD_CLOEXEC);
    size_t written = 0;

    while (fd >= 0 && written < size) {
        ssize_t part = write(fd, text + written, size - written);

        if (part <= 0) {
            (void)close(fd);
            return NULL;
        }
        written += (size_t)part;
    }
    return fd < 0 ? NULL : mu_text_make(&tool->arena, "/proc/self/fd/%d", fd);
}

static int
show_plan(struct mu_tool *tool)
{
    json_t *plan = NULL;
    int code =
        mu_client_ask(tool, json_pack("{s:s}", "request", "plan"), &plan);

    if (code) {
        return code;
    }
    if (tool->is_json) {
        mu_tool_print_json(plan);
    } else {
        write_plan(tool, plan);
    }
    json_decref(plan);
    return MU_TOOL_OK;
}

static void
write_plan(struct mu_tool *tool, const json_t *plan)
{
    struct mu_table table = {.arena = &tool->arena,
                             .columns_count = 4,
                             .dispensable = 4,
                             .width = tool->width,
                             .is_color = tool->is_color};
    const json_t *flights = json_object_get(plan, "flights");
    const char *now = json_string_value(json_object_get(plan, "now"));
    struct mu_text_buffer text;
    int64_t now_ms = 0;
    const json_t *one;
    size_t i;

    if (now && mu_api_time_parse(now, &now_ms)) {
        now_ms = 0;
    }
    json_array_foreach(flights, i, one)
    {
        struct mu_table_row *row = mu_table_add(&table);
        const char *since = json_string_value(json_object_get(one, "since"));
        char span[MU_API_TIME_SIZE];
        int64_t since_ms;

        row->indent = 2;
        row->cells[0].text = json_string_value(json_object_get(one, "task"));
        row->cells[1].text =
            json_string_value(json_object_get(one, "resource"));
        row->cells[2].text = json_string_value(json_object_get(one, "node"));
        row->cells[3].text = "running";
        if (since && mu_api_time_parse(since, &since_ms) == 0) {
            mu_api_time_span(now_ms - since_ms, span);
            row->cells[3].text =
                mu_text_make(&tool->arena, "running for %s", span);
        }
    }
    json_array_foreach(json_object_get(plan, "actions"), i, one)
    {
        const char *kind = json_string_value(json_object_get(one, "kind"));
        const char *task = json_string_value(json_object_get(one, "task"));
        struct mu_table_row *row;

        if (json_is_true(json_object_get(one, "in_flight")) ||
            (kind && strcmp(kind, "pseudo") == 0) ||
            (!tool->is_full && task && strcmp(task, "monitor") == 0)) {
            continue;
        }
        row = mu_table_add(&table);
        row->indent = 2;
        row->cells[0].text = task;
        row->cells[1].text =
            json_string_value(json_object_get(one, "resource"));
        row->cells[2].text = json_string_value(json_object_get(one, "node"));
        row->cells[3].text = json_string_value(json_object_get(one, "cause"));
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_table_write(&table, &text);
    if (table.rows.count == 0) {
        mu_text_buffer_add(&text, "nothing is in flight and nothing is "
                                  "planned\n");
    }
    (void)fputs(text.data, stdout);
}

static int
read_load(struct mu_tool *tool, const char *path, struct load *ret_load)
{
    char *text;
    int error = mu_tool_read_file(tool, path, &text, &ret_load->size);

    if (error) {
        return mu_tool_fail(tool, "%s: cannot be read: %s; check the name",
                            path, strerror(-error));
    }
    ret_load->path = strcmp(path, "-") == 0 ? "standard input" : path;
    ret_load->text = text;
    return MU_TOOL_OK;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct load *load = context;
    int code = mu_muster_configure_put(edit, load->path, load->text, load->size,
                                       "push");

    if (!code && edit->base) {
        mu_cib_edit_keep_nodes(edit);
    }
    return code;
}
